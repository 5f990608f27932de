"""What a LAN screen has, and what it should: the difference is sent. Pure.

Whatever happened while it was away is one step: from what it has to what is live now.

    what is live ▶ want ─┐
                         ▼
    answers ─────▶ what it has ─ differs ▶ next step ▶ its port
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Final, Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from appliance.screens import message
from appliance.screens.message import Content

NOTHING: Final = b""
"""The digest of what is not on the screen, for certain."""
REMEMBERED: Final = 600
"""Orders that are off the screen, before those are looked for that cannot come back: more than a
kitchen keeps of finished ones."""
AGAIN_SECONDS: Final = 1.0
"""After which an order is told again with which the screen failed, or that it refused; each time
twice as long as the time before."""
MOST_SECONDS: Final = 60.0
"""Between two attempts, at most: a screen that was mended has the order within a minute."""


class OnScreen(Struct, frozen=True, omit_defaults=True):
    """What a LAN screen has of an order."""

    wire_id: str
    """The order's id as the screen knows it. An order that comes back after it was taken off has
    another: screens take a create with the id of a closed order for a late retry. So has one
    whose id an earlier order had."""
    life: int
    """How many times an order of that id came onto the screen."""
    digest: bytes | None
    """Of what the screen has; NOTHING: it is not there; None: nobody knows, it may not be."""
    there: bool
    """False: it was taken off, or is being; remembered as long as it may come back."""
    via: tuple[str, ...] = ()
    """As of the content that was sent."""


Command = Literal["create", "update", "cancel"]


class Step(NamedTuple):
    """A message that is to be sent, and what it is about."""

    command: Command
    number: int
    """Of the order."""
    wire_id: str
    content: Content | None
    """None of a cancel."""
    via: tuple[str, ...]

    def encoded(self, *, done: bool) -> bytes:
        """As it is sent. `done`: what is to be taken off was finished."""
        if self.content is None:
            return message.cancel(self.wire_id, self.via, done=done)
        make = message.create if self.command == "create" else message.update
        return make(self.wire_id, self.content)


class Mirror:
    """Of one screen. Numbers are those of orders; below 0 are orders of another log.

    `now`: monotonic seconds.
    """

    def __init__(self) -> None:
        self.unsaved: set[int] = set()
        """Numbers of which something else is to be stored than was."""
        self.refused: dict[int, float] = {}
        """By number of what the screen did not take as it is now, since when."""
        self._entries: dict[int, OnScreen] = {}
        self._wanted: dict[int, Content] = {}
        self._lives: dict[str, int] = {}
        """By id of orders, how many times one of that id came onto the screen."""
        self._due: dict[int, int] = {}
        """By number of what is to be sent, the place in the log since when."""
        self._failed: dict[int, int] = {}
        """How often in turn a message about it was refused, or not answered."""
        self._later: dict[int, float] = {}
        """When it is told again of what it failed with."""

    # ── at a start ───────────────────────────────────────────────────────────────────

    def take_up(self, entries: Mapping[int, OnScreen]) -> None:
        """What the screen had when that was stored; what became of it since, nobody knows."""
        for number, on in entries.items():
            self._put(number, replace(on, digest=None) if on.there else on)
            self._settle(number, 0)
        self.unsaved.clear()

    def take_up_of_another_log(self, entries: Mapping[int, OnScreen]) -> None:
        """The same, where numbers are other orders' by now: all of it is taken off."""
        for place, (number, on) in enumerate(entries.items(), 1):
            is_off = not on.there and on.digest == NOTHING
            self._put(-place, on if is_off else replace(on, digest=None, there=False))
            self._settle(-place, 0)
            self.unsaved.add(number)

    def suspect(self, number: int, order_id: str, *, gone: bool, via: tuple[str, ...] = ()) -> None:
        """An order of which something may have been sent after what was stored.

        `gone`: it may have been taken off the screen by that.
        """
        on = self._entries.get(number)
        if on is None:
            if order_id in self._lives or self._is_taken(order_id):
                return  # It would have had another id, which is stored before it is used.
            on = OnScreen(order_id, 1, None, there=True, via=via)
        if on.there:
            self._put(number, replace(on, digest=None, there=not gone))
        self._settle(number, 0)

    # ── what it should have ──────────────────────────────────────────────────────────

    @property
    def wanted(self) -> Collection[int]:
        """The orders that it should have."""
        return self._wanted.keys()

    def want(self, number: int, order_id: str, content: Content | None, seq: int) -> None:
        """It should have this of an order from now on; None: nothing. `seq`: why, in the log."""
        before = self._wanted.pop(number, None)
        if content is not None:
            self._wanted[number] = content
            if number not in self._entries:
                self._put(number, self._new(order_id, content.via))
        if (before and before.digest) != (content and content.digest):
            # It may take that.
            self._forget_failures(number)
        self._settle(number, seq)

    # ── what is to be sent ───────────────────────────────────────────────────────────

    @property
    def due(self) -> Mapping[int, int]:
        """By number of what is to be sent, the place in the log since when."""
        return self._due

    @property
    def lacks(self) -> Iterator[int]:
        """The orders that are to be sent, but for those that it refuses to be without."""
        return (each for each in self._due if each in self._wanted or each not in self.refused)

    @property
    def again_at(self) -> float | None:
        """When something is told again of what it failed with; None: nothing is."""
        return min(self._later.values(), default=None)

    @property
    def is_sure(self) -> bool:
        """Whether it is known what it has of all that is to be sent."""
        return all(self._entries[number].digest is not None for number in self._due)

    def next(self, now: float) -> Step | None:
        """What is to be sent first: what nothing failed with, and cancels before the rest."""
        ready = (each for each in self._due if self._later.get(each, now) <= now)
        first = min(ready, key=self._rank, default=None)
        if first is None:
            return None
        on, command = self._entries[first], self._command(first)
        content = None if command == "cancel" else self._wanted[first]
        via = on.via if content is None else content.via
        return Step(command or "update", first, on.wire_id, content, via)

    def is_derived(self, number: int) -> bool:
        """Whether its id on the screen can be told from the log alone."""
        on = self._entries[number]
        return on.life == 1

    # ── what becomes of it ───────────────────────────────────────────────────────────

    def begin(self, step: Step) -> None:
        """It is being sent: whatever is heard now, the screen may have it."""
        on = self._entries[step.number]
        there = on.there and step.command != "cancel"
        self._put(step.number, replace(on, digest=None, there=there, via=step.via))

    def accepted(self, step: Step, seq: int) -> None:
        """The screen has it so."""
        digest = NOTHING if step.content is None else step.content.digest
        self._answered(step, digest, seq)

    def missing(self, step: Step, seq: int) -> None:
        """The screen says that it has no such order."""
        self._answered(step, NOTHING, seq)

    def refuse(self, step: Step, seq: int, now: float) -> None:
        """The screen cannot make anything of it, at present or at all."""
        self.refused.setdefault(step.number, now)
        self.fail(step, seq, now)

    def fail(self, step: Step, seq: int, now: float) -> None:
        """It has to be sent again, later; others have their turn first."""
        times = self._failed.get(step.number, 0)
        self._failed[step.number] = times + 1
        # Beyond the sixth time it is MOST_SECONDS anyway.
        self._later[step.number] = now + min(AGAIN_SECONDS * 2 ** min(times, 6), MOST_SECONDS)
        self._settle(step.number, seq)

    def distrust(self, seq: int) -> None:
        """It was away: it may have forgotten anything, and take what it refused."""
        self.refused.clear()
        self._later.clear()
        for number, on in list(self._entries.items()):
            if on.there and on.digest != NOTHING:
                self._put(number, replace(on, digest=None))
            self._settle(number, seq)

    def doubt(self, besides: int, seq: int) -> int | None:
        """The newest order that it has is told again: who does not know it has forgotten all.

        None: it has nothing else. `besides`: of this one nobody knows.
        """
        there = [
            number
            for number, on in self._entries.items()
            if number in self._wanted and number != besides and on.digest not in (None, NOTHING)
        ]
        number = max(there, default=None)
        if number is not None:
            self._put(number, replace(self._entries[number], digest=None))
            self._settle(number, seq)
        return number

    def _answered(self, step: Step, digest: bytes, seq: int) -> None:
        self._forget_failures(step.number)
        self._put(step.number, replace(self._entries[step.number], digest=digest))
        self._settle(step.number, seq)

    # ── inside ───────────────────────────────────────────────────────────────────────

    def _rank(self, number: int) -> tuple[int, bool, int]:
        is_cancel = self._command(number) == "cancel"
        return self._failed.get(number, 0), not is_cancel, self._due[number]

    def _command(self, number: int) -> Command | None:
        """What has to be sent of an order."""
        on, content = self._entries[number], self._wanted.get(number)
        if on.digest == NOTHING:
            return None if content is None else "create"
        if content is None or not on.there:
            return "cancel"
        return None if on.digest == content.digest else "update"

    def _settle(self, number: int, seq: int) -> None:
        """See anew what is to be sent of an order."""
        on = self._entries.get(number)
        if on is None:
            return
        if on.digest == NOTHING and number in self._wanted and not on.there:
            self._put(number, self._new(_order_id(on), self._wanted[number].via))
        elif on.digest == NOTHING and number not in self._wanted and on.there:
            # It was never there, or the screen forgot it: its id may be closed all the same.
            self._put(number, replace(on, there=False))
        was_due = number in self._due
        is_due = self._command(number) is not None
        if is_due and not was_due:
            self._due[number] = seq
        elif was_due and not is_due:
            del self._due[number]
            self._forget_failures(number)
        if is_due != was_due:
            self.unsaved.add(number)

    def _forget_failures(self, number: int) -> None:
        for of_numbers in (self.refused, self._failed, self._later):
            of_numbers.pop(number, None)

    def _new(self, order_id: str, via: tuple[str, ...]) -> OnScreen:
        """How it comes onto the screen, under an id that no other has or had."""
        life = self._lives.get(order_id, 0) + 1
        while self._is_taken(wire_id := order_id if life == 1 else f"{order_id}~{life}"):
            life += 1
        return OnScreen(wire_id, life, NOTHING, there=True, via=via)

    def _is_taken(self, wire_id: str) -> bool:
        return any(on.wire_id == wire_id for on in self._entries.values())

    def _put(self, number: int, on: OnScreen) -> None:
        self._entries[number] = on
        order_id = _order_id(on)
        self._lives[order_id] = max(on.life, self._lives.get(order_id, 0))
        self.unsaved.add(number)

    # ── to be stored ─────────────────────────────────────────────────────────────────

    def stored(self, number: int) -> OnScreen | None:
        """As it is to be found at the next start. What is to be taken off may be off by then."""
        on = self._entries.get(number)
        if on is not None and on.there and number in self._due:
            is_leaving = number not in self._wanted
            return replace(on, digest=None, there=not is_leaving)
        return on

    def all_stored(self) -> Iterator[tuple[int, OnScreen]]:
        """The same of all of them."""
        for number in self._entries:
            if (on := self.stored(number)) is not None:
                yield number, on

    @property
    def is_full(self) -> bool:
        """Whether there may be something to forget."""
        return len(self._entries) - len(self._wanted) > REMEMBERED

    def forget(self, in_memory: Collection[int]) -> None:
        """Drop what cannot come back: orders that the kitchen has in memory no more."""
        for number, on in list(self._entries.items()):
            is_off = on.digest == NOTHING or number in self.refused
            if is_off and number not in self._wanted and number not in in_memory:
                del self._entries[number]
                self._due.pop(number, None)
                self._forget_failures(number)
                self.unsaved.add(number)
        self._lives.clear()
        for on in self._entries.values():
            order_id = _order_id(on)
            self._lives[order_id] = max(on.life, self._lives.get(order_id, 0))


def _order_id(on: OnScreen) -> str:
    """As the point of sale called it."""
    return on.wire_id if on.life == 1 else on.wire_id.removesuffix(f"~{on.life}")
