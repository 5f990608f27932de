"""What was done by hand lately, with the tickets as they were before: what can be taken back."""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from appliance.kitchen.event import Effect, Kind, TicketChanged
from appliance.kitchen.ticket import Ticket

DEEDS_KEPT: Final = 200
"""Many times what a kitchen does in the time in which somebody thinks better of it; each
holds a few tickets, and all of them are part of every snapshot."""
LONGEST_WINDOW_MS: Final = 3_600_000
"""What is older is not kept, and no window can be longer."""

_DIRECTNESS: Final[tuple[Effect | None, ...]] = (None, "followed", "adjusted")


class Change(Struct, frozen=True, gc=False):
    """One ticket before and after; None where the station had none."""

    station: str
    before: Ticket | None
    after: Ticket | None
    effect: Effect | None
    """The most direct one that it had on this ticket."""


class Deed(Struct, frozen=True, gc=False):
    """One action by hand, and all that followed from it in the same moment."""

    action: int
    number: int
    """Of the order."""
    kind: Kind
    """Of what was done, not of what followed."""
    tick: int
    revision: int
    """Of the order, then."""
    changes: tuple[Change, ...]

    @property
    def stations(self) -> tuple[str, ...]:
        """Where it was done; what only followed elsewhere is left out."""
        return tuple(change.station for change in self.changes if change.effect is None)

    @property
    def is_tick_away(self) -> bool:
        """Whether it took the tick of a line away, which is of the same kind as ticking one."""
        return self.kind == "item_done" and any(
            change.effect is None
            and change.before
            and change.after
            and _done(change.before) > _done(change.after)
            for change in self.changes
        )

    def touches(self, station: str) -> bool:
        """Whether it changed the ticket of a station by more than its times."""
        return any(
            change.station == station and change.effect != "adjusted" for change in self.changes
        )


def _done(ticket: Ticket) -> int:
    return sum(line.done for line in ticket.lines)


class Deeds:
    """Those that can still be taken back."""

    def __init__(self) -> None:
        self.counted = 0
        """Actions by hand until now: the number of the newest."""
        self._kept: dict[int, Deed] = {}

    @property
    def kept(self) -> tuple[Deed, ...]:
        """All of them, oldest first."""
        return tuple(self._kept.values())

    def newest_first(self, since: int) -> Iterator[Deed]:
        """Those that were done at this tick or later."""
        for deed in reversed(self._kept.values()):
            if deed.tick < since:
                return
            yield deed

    def record(
        self, event: TicketChanged, action: int, before: Ticket | None, revision: int
    ) -> None:
        """Add what an event of an action says; `before` is the ticket as it was until then."""
        self.counted = action
        deed = self._kept.get(action)
        if deed is None:
            deed = Deed(action, event.ticket.number, event.kind, event.tick, revision, ())
        changes = {change.station: change for change in deed.changes}
        station, effect = event.ticket.station, event.effect
        if (earlier := changes.get(station)) is not None:
            before = earlier.before
            effect = min(effect, earlier.effect, key=_DIRECTNESS.index)
        after = None if event.gone else event.ticket
        changes[station] = Change(station, before, after, effect)
        kind = event.kind if event.effect is None and not deed.stations else deed.kind
        self._kept[action] = replace(deed, kind=kind, changes=tuple(changes.values()))
        self._evict_oldest(event.tick)

    def undone(self, action: int) -> None:
        """An action was taken back: it counts no more."""
        self._kept.pop(action, None)

    def _evict_oldest(self, tick: int) -> None:
        while oldest := next(iter(self._kept.values()), None):
            if len(self._kept) <= DEEDS_KEPT and oldest.tick >= tick - LONGEST_WINDOW_MS:
                return
            del self._kept[oldest.action]

    def restore(self, counted: int, kept: Iterable[Deed]) -> None:
        """Be what `counted` and `kept` were."""
        self.counted = counted
        self._kept = {deed.action: deed for deed in kept}
