"""A point of sale that falls silent when it usually is not: learned from the orders that came.

    Somebody is silent when nothing has come from them in the last whole half hour, or the
    last two, three or four of them, nor since, although at least six orders came in the same
    half hours on two of the last four such weekdays.

Who sends is told by what the orders say: `originSource`, else `source`; those that say
neither are taken for one. It is about the time of day of people, hence the wall clock: while
that is not set, nobody is called silent. Who has not sent for eight days is not missed
any more.
"""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Final, NamedTuple

from msgspec import Struct

from appliance.kitchen.order import Order
from appliance.kitchen.ticket import Moment

HALF_HOUR_MS: Final = 1_800_000
LONGEST: Final = 4
"""Half hours: a sender of a few orders is missed after two hours, a busy one after one half."""
USUAL_ORDERS: Final = 6
"""Where six are usual, chance alone brings none once in four hundred times."""
USUAL_WEEKS: Final = 2
WEEKS: Final = 4
SENDERS: Final = 32
"""Remembered; the one that was heard last the longest time ago makes room."""
LONGEST_NAME: Final = 64
"""Characters of a name: it is for a line of a page."""
MISSED: Final = 8 * 48
"""Half hours: who sends on one day of the week is missed on that day, and not for longer."""
_WEEK: Final = 7 * 48
_KEPT: Final = WEEKS * _WEEK + LONGEST


class Sender(Struct, frozen=True, gc=False, array_like=True):
    """What is remembered of one: its name, and the orders by half hour."""

    name: str
    """Empty for those that give none."""
    last_at: int
    """When the newest order came, wall-clock milliseconds since the epoch."""
    half_hours: tuple[tuple[int, int], ...]
    """Half hours since the local epoch in which orders came, and how many."""


class Silent(NamedTuple):
    """Somebody who is silent."""

    name: str
    since: int
    """Its newest order, wall-clock milliseconds since the epoch."""


class Arrivals(NamedTuple):
    """How many new orders came, from whomever."""

    today: int
    """Since the last business day closed."""
    lately: int
    lately_since: int
    """An hour to an hour and a half ago, wall-clock milliseconds since the epoch."""
    last_at: int | None
    """When the newest came; None for none."""


class _Heard(Struct):
    """Of one sender."""

    last_at: int
    half_hours: dict[int, int]

    def orders(self, last: int, length: int) -> int:
        """In `length` half hours up to `last`."""
        return sum(self.half_hours.get(last - back, 0) for back in range(length))


class Senders:
    """All that send orders to one kitchen. Only `heard` changes anything."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._senders: dict[str, _Heard] = {}
        """The one that was heard last is the last."""

    def heard(self, order: Order, at: int) -> None:
        """A new order has come; `at` by the wall clock, milliseconds."""
        name = (order.origin_source or order.source or "")[:LONGEST_NAME]
        sender = self._senders.pop(name, None) or _Heard(at, {})
        self._senders[name] = sender
        sender.last_at = at
        half_hour = self._half_hour(at)
        if half_hour not in sender.half_hours:
            # A wall clock that jumps may have left some that are yet to come.
            kept = range(half_hour - _KEPT, half_hour)
            sender.half_hours = {at: n for at, n in sender.half_hours.items() if at in kept}
        sender.half_hours[half_hour] = sender.half_hours.get(half_hour, 0) + 1
        if len(self._senders) > SENDERS:
            del self._senders[next(iter(self._senders))]

    def silent(self, now: Moment) -> list[Silent]:
        """Who is silent now, by name."""
        if not now.wall_is_set:
            return []
        half_hour = self._half_hour(now.at)
        return [
            Silent(name, sender.last_at)
            for name, sender in sorted(self._senders.items())
            if half_hour - self._half_hour(sender.last_at) <= MISSED
            and _is_silent(sender, half_hour)
        ]

    def arrivals(self, now: Moment, day_closes: int | None) -> Arrivals:
        """By half hours; `day_closes` in minutes after midnight, None for midnight itself."""
        half_hour = self._half_hour(now.at)
        day_began = half_hour - (half_hour - (day_closes or 0) // 30) % 48
        senders = self._senders.values()
        return Arrivals(
            sum(each.orders(half_hour, half_hour - day_began + 1) for each in senders),
            sum(each.orders(half_hour, 3) for each in senders),
            (half_hour - 2) * HALF_HOUR_MS - self._offset(now.at),
            max((each.last_at for each in senders), default=None),
        )

    def _half_hour(self, at: int) -> int:
        """Counted on local clocks, so that a week ago is the same time of day."""
        return (at + self._offset(at)) // HALF_HOUR_MS

    def _offset(self, at: int) -> int:
        """By how much local clocks are ahead, milliseconds."""
        offset = datetime.fromtimestamp(at / 1000, self._zone).utcoffset()
        return int(offset.total_seconds() * 1000) if offset else 0

    def state(self) -> tuple[Sender, ...]:
        """All that `restore` needs."""
        return tuple(
            Sender(name, sender.last_at, tuple(sender.half_hours.items()))
            for name, sender in self._senders.items()
        )

    def restore(self, senders: Iterable[Sender]) -> None:
        """Remember these, and nothing else."""
        self._senders = {each.name: _Heard(each.last_at, dict(each.half_hours)) for each in senders}


def _is_silent(sender: _Heard, half_hour: int) -> bool:
    if sender.half_hours.get(half_hour):
        return False
    for length in range(1, LONGEST + 1):
        last = half_hour - 1
        if sender.orders(last, length):
            return False
        weeks = (sender.orders(last - week * _WEEK, length) for week in range(1, WEEKS + 1))
        if sum(orders >= USUAL_ORDERS for orders in weeks) >= USUAL_WEEKS:
            return True
    return False
