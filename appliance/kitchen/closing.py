"""The end of the business day: what is left on the boards then is closed, as forgotten.

    An order is closed at the first closing time after it came, was promised for, or had
    something fired, but not within two hours of that; one of which nothing was ever fired,
    a day later.

The closing time is looked up once, when the order comes, and from then on it is a time of
the kitchen's own clock: a wall clock that jumps closes nothing early or late. While the
wall clock is not set nobody knows when that is: an order that comes then has a day and
two hours.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import Final

from msgspec.structs import replace

from appliance.kitchen.order import Order
from appliance.kitchen.ticket import Moment, Ticket
from appliance.kitchen.working import clear

LEAST_MS: Final = 2 * 3_600_000
"""Nobody forgets an order sooner: it may be an evening that lasts."""
TOLD_MS: Final = 12 * 3_600_000
"""For so long people are told what was forgotten: until the next day's kitchen is at work."""
_DAY_MS: Final = 24 * 3_600_000
_MINUTE_MS: Final = 60_000


def closing_of(order: Order, now: Moment, day_closes: int | None, zone: tzinfo) -> int | None:
    """The tick at which the day of an order that comes now ends; None for never.

    `day_closes` is in minutes after midnight on a clock of `zone`. Rounded up to a minute,
    so that the orders of a day have one closing in common.
    """
    if day_closes is None:
        return None
    if not now.wall_is_set:
        return _to_a_minute(now.tick + _DAY_MS + LEAST_MS)
    wanted_at = max(now.at, order.pickup_at or 0)
    closing_at = _first_closing(wanted_at, day_closes, zone)
    if closing_at is None:
        return None
    return _to_a_minute(now.tick - now.at + max(closing_at, wanted_at + LEAST_MS))


def _to_a_minute(tick: int) -> int:
    return tick + -tick % _MINUTE_MS


def _first_closing(at: int, day_closes: int, zone: tzinfo) -> int | None:
    """The next time that clocks show it; None where the calendar ends before that."""
    hour, minute = divmod(day_closes, 60)
    try:
        local = datetime.fromtimestamp(at / 1000, zone)
        closing = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if closing < local:
            closing += timedelta(days=1)
        return int(closing.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def has_begun(tickets: Iterable[Ticket]) -> bool:
    """Whether anything of an order was ever fired."""
    return any(
        not ticket.lines or not all(line.held for line in ticket.lines) for ticket in tickets
    )


def deadline(closes: int | None, tickets: Iterable[Ticket]) -> int | None:
    """The tick at which an order's live tickets are closed; None for never.

    `closes` is that of `closing_of`.
    """
    if closes is None:
        return None
    tickets = list(tickets)
    if not any(ticket.live for ticket in tickets):
        return None
    dues = [line.due for ticket in tickets for line in ticket.lines if line.due is not None]
    # What is called back to wait has no line that is due: it has its place from then.
    dues += (ticket.queued for ticket in tickets if ticket.bumps)
    newest = max(dues, default=0)
    days = -((closes - newest) // _DAY_MS)
    closing = closes + max(days, 0 if has_begun(tickets) else 1) * _DAY_MS
    return max(closing, _to_a_minute(newest + LEAST_MS))


class Deadlines:
    """When which orders are closed. Most of a day have one time in common."""

    def __init__(self) -> None:
        self._by_tick: dict[int, dict[int, None]] = defaultdict(dict)
        self._by_number: dict[int, int] = {}

    def set(self, number: int, tick: int | None) -> None:
        """The order of this number is closed then; None: it is not."""
        before = self._by_number.get(number)
        if before == tick:
            return
        if before is not None:
            del self._by_number[number]
            del self._by_tick[before][number]
            if not self._by_tick[before]:
                del self._by_tick[before]
        if tick is not None:
            self._by_number[number] = tick
            self._by_tick[tick][number] = None

    @property
    def next(self) -> int | None:
        """The first of them."""
        return min(self._by_tick, default=None)

    def passed(self, tick: int) -> list[int]:
        """The numbers of the orders to be closed by then, oldest first."""
        passed = (numbers for due, numbers in self._by_tick.items() if due <= tick)
        return sorted(number for numbers in passed for number in numbers)


def forgotten(ticket: Ticket, now: Moment) -> Ticket:
    """The workable ticket, closed.

    It is off the board and can be recalled for a while, but nobody finished it: it has no
    `completed_at`, so that no report counts its time.
    """
    return replace(
        clear(ticket, now),
        started_at=ticket.started_at,
        completed_at=None,
        completed_tick=now.tick,
        forgotten=True,
    )
