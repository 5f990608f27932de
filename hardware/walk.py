"""A walk through what is wired: each button, key and lamp is tried by a person, one by one.

devices ─ Pressed, Unknown, Trouble ─┐
                                     ├ hear ▶ Walk ─▶ lines for the person, findings
person ─ Typed ──────────────────────┘
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final, Literal, NamedTuple, get_args

Verdict = Literal["good", "skipped", "not tried", "failed"]

MOST_WAITING: Final = 1_000
"""Of what was heard and not looked at yet; of presses that come on top of that, by a loose wire
while nobody is at the terminal, nothing is kept."""

SKIP: Final = ""
YES: Final = "y"
NO: Final = "n"
"""What a person types."""


class Pressed(NamedTuple):
    """A button or key was pressed."""

    what: str


class Unknown(NamedTuple):
    """Something came that is no known key."""

    words: str


class Trouble(NamedTuple):
    """How a device is; without words it is in order."""

    device: str
    words: str = ""


class Typed(NamedTuple):
    """A line of the person's; None: there will be no more."""

    line: str | None


Heard = Pressed | Unknown | Trouble | Typed


class Finding(NamedTuple):
    """How it went with one of them."""

    what: str
    verdict: Verdict
    why: str = ""


class Ended(Exception):
    """The person answers no more."""


class Walk:
    """One walk. Its steps follow each other; what is heard meanwhile is kept for the next."""

    def __init__(self, show: Callable[[str], None]) -> None:
        """`show` gets lines for the person."""
        self.findings: list[Finding] = []
        self._show = show
        self._heard: asyncio.Queue[Heard] = asyncio.Queue()
        self._troubles: dict[str, str] = {}
        """Of each device that has told how it is."""
        self._shown: set[str] = set()
        """Those whose trouble the person has been told."""

    def hear(self, heard: Heard) -> None:
        """Something came. On the event loop, in the order in which it comes."""
        if isinstance(heard, Trouble):
            self._troubles[heard.device] = heard.words
        if self._heard.qsize() < MOST_WAITING or not isinstance(heard, Pressed | Unknown):
            self._heard.put_nowait(heard)

    async def find(self, device: str) -> bool:
        """Wait until a device that can be plugged in works; whether it does. Raises Ended."""
        told = ""
        while (words := self._troubles.get(device)) != "":
            if words and words != told:
                self._show(f"{device}: {words} (Enter skips it)")
                told = words
            heard = await self._heard.get()
            if isinstance(heard, Typed) and words and _line(heard) in (SKIP, NO):
                self._found(Finding(device, "failed", words))
                return False
        self._show(device)
        self._found(Finding(device, "good"))
        return True

    async def press(self, what: str) -> None:
        """Have a button or key pressed. Raises Ended."""
        if words := self._troubles.get(what):
            self._show(what)
            self._found(Finding(what, "failed", words))
            return
        self._show(f"press {what}")
        instead: list[str] = []
        while (finding := self._pressed(await self._heard.get(), what, instead)) is None:
            pass
        self._found(finding)

    def _pressed(self, heard: Heard, what: str, instead: list[str]) -> Finding | None:
        """What is found by that; None while it is still to be waited for."""
        match heard:
            case Pressed(pressed) if pressed == what:
                return Finding(what, "good")
            case Pressed(other):
                instead.append(other)
                self._show(f"  that was {other}")
            case Unknown(words):
                instead.append(words)
                self._show(f"  that was {words}")
            case Trouble(device):
                words = self._troubles[device]
                if device == what and words:
                    return Finding(what, "failed", words)
                if words or device in self._shown:
                    self._show(f"  {device}: {words or 'works again'}")
                    (self._shown.add if words else self._shown.discard)(device)
            case Typed():
                return self._answered(_line(heard), what, instead)
        return None

    def _answered(self, line: str, what: str, instead: list[str]) -> Finding | None:
        if line not in (SKIP, NO):
            self._show(f"  Enter skips it; {NO} if it was pressed and nothing came")
            return None
        if instead:
            came = ", ".join(dict.fromkeys(instead))
            return Finding(what, "failed", f"{came} came instead")
        return Finding(what, "failed", "nothing came") if line == NO else Finding(what, "skipped")

    async def look(self, what: str, hint: str = "") -> None:
        """Ask whether it is lit, or sounds; `hint` is shown with the question. Raises Ended."""
        if words := self._troubles.get(what):
            self._show(what)
            self._found(Finding(what, "failed", words))
            return
        self._show(f"{what}: is it on? [{YES}/{NO}]{hint}")
        verdicts: dict[str, Finding] = {
            YES: Finding(what, "good"),
            NO: Finding(what, "failed", "not on"),
            SKIP: Finding(what, "skipped"),
        }
        while True:
            heard = await self._heard.get()
            if isinstance(heard, Typed):
                finding = verdicts.get(_line(heard))
                if finding is not None:
                    self._found(finding)
                    return
                self._show(f"  {YES} or {NO}; Enter skips it")

    def summary(self, planned: Iterable[str]) -> str:
        """What was found of all these, and how many are good."""
        found = {finding.what: finding for finding in self.findings}
        all_of_them = [found.get(what, Finding(what, "not tried")) for what in planned]
        lines = []
        for verdict in get_args(Verdict):
            these = [each for each in all_of_them if each.verdict == verdict]
            if verdict == "failed":
                lines += [f"failed: {each.what}: {each.why}" for each in these]
            elif these:
                lines.append(f"{verdict}: {', '.join(each.what for each in these)}")
        good = sum(each.verdict == "good" for each in all_of_them)
        return "\n".join([*lines, f"{good} of {len(all_of_them)} good"])

    def _found(self, finding: Finding) -> None:
        self.findings.append(finding)
        why = f": {finding.why}" if finding.why else ""
        self._show(f"  {finding.verdict}{why}")


def _line(typed: Typed) -> str:
    if typed.line is None:
        raise Ended
    return typed.line.strip().lower()
