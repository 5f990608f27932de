"""Learning what the keys of a bar send: each new key is shown, and asked for its name."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from hardware.bump_bars import EVDEV, address_of
from hardware.connection import CLOSED, Connection, State, Transport
from hardware.keyboards import Keyboard
from hardware.keys import Stroke
from hardware.profiles import NO_KEYS, Profile
from hardware.serial_bars import SerialBar

MOST_WAITING: Final = 100
"""Strokes that wait while a name is asked for; more are forgotten."""
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")


def listening_to(address: str, profile: Profile) -> Transport:
    """The way to a bar whose keys are to be learned: a serial one tells whatever it sends.

    Of the profile only the settings of the line are used. Raises ValueError.
    """
    kind, path = address_of(address)
    nothing_known = msgspec.structs.replace(NO_KEYS, line=profile.line)
    return Keyboard(path) if kind == EVDEV else SerialBar(path, nothing_known)


class Learning:
    """The keys of one bar, as far as they are learned.

    A keyboard is grabbed while it is learned: what is typed on it does not answer the
    questions. They are answered on another one, or over the network.
    """

    def __init__(
        self,
        transport: Transport,
        profile: Profile,
        check: Callable[[str], object],
        show: Callable[[str], None],
        ask: Callable[[str], Awaitable[str | None]],
    ) -> None:
        """`check` raises ValueError, in words, for a name of a key that means nothing.

        `show` gets lines for the person who presses the keys. `ask` gets a question, and
        returns the answer, or None when there will be no more: an empty one keeps the name of
        the profile, or leaves the key without one.
        """
        self.keys: dict[str, str] = {}
        """What is sent, and the name of the key: those that are not as in the profile."""
        self._profile = profile
        self._check = check
        self._show = show
        self._ask = ask
        self._seen: set[str] = set()
        self._strokes: asyncio.Queue[Stroke] = asyncio.Queue(MOST_WAITING)
        self._connection = Connection("learn", transport, self._heard, changed=self._told)

    async def run(self) -> None:
        """Learn key after key, until there are no more answers, or cancelled."""
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(self._connection.run())
            try:
                while await self._learn(await self._strokes.get()):
                    pass
            finally:
                listening.cancel()

    def toml(self) -> str:
        """The keys as they are written below the bar in the configuration."""
        lines = [
            f"{sent if _BARE_KEY.fullmatch(sent) else json.dumps(sent)} = {json.dumps(name)}"
            for sent, name in self.keys.items()
        ]
        return "".join(f"{line}\n" for line in ["[bump_bar.keys]", *lines])

    async def _learn(self, stroke: Stroke) -> bool:
        """Whether to go on."""
        sent, known = stroke.sent, self._profile.keys.get(stroke.sent)
        if sent in self._seen:
            self._show(f"{sent}: {self.keys.get(sent, known) or 'without a name'}")
            return True
        question = f"{sent} {self._meant(known)}. Its name: "
        while (answer := await self._ask(question)) is not None:
            name = answer.strip()
            if name and name != known:
                if wrong := self._wrong(name):
                    self._show(wrong)
                    continue
                self.keys[sent] = name
            self._seen.add(sent)
            return True
        return False

    def _meant(self, known: str | None) -> str:
        if known is None:
            return "is not in the profile"
        return f"is {known!r} in the profile{', which does nothing' if self._wrong(known) else ''}"

    def _wrong(self, name: str) -> str:
        """Why this name means nothing; empty where it means something."""
        try:
            self._check(name)
        except ValueError as error:
            return str(error)
        return ""

    def _heard(self, stroke: Stroke) -> None:
        if not stroke.repeated and not self._strokes.full():
            self._strokes.put_nowait(stroke)

    def _told(self, state: State) -> None:
        if state != CLOSED:
            self._show(f"{state.condition}: {state.words}")
