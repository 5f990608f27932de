"""When a ticket is late.

    Late counts from when a ticket was fired, or else came: by the first `[[timing.late]]`
    that fits its mode and station, else by its station's own threshold, else by what is for
    all; but a ticket of an order with a pick-up time is late when it can no longer be ready
    by then, and very late when that time has passed.

What is held or voided is not late. A pick-up time that could not be kept when it came, or
came while the wall clock was not set, promises nothing.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from appliance.kitchen.boards import UNKNOWN_SECONDS
from appliance.kitchen.order import Order, Placed
from appliance.kitchen.routing import Station
from appliance.kitchen.rule import is_of_mode
from appliance.kitchen.settings import Settings
from appliance.kitchen.ticket import Line, Moment, Ticket

NOT_WORTH_A_WORD_MS: Final = 60_000
"""What began so much too late for its pick-up time, or less, is not called late for that:
timers and cooks are no more exact."""


class Promise(NamedTuple):
    """Milliseconds since the epoch by the wall clock as it is now, for people."""

    late_at: int
    very_late_at: int


def promised_by(order: Order, tickets: Iterable[Ticket], now: Moment) -> int | None:
    """The tick by which an order that comes now is promised; None for none."""
    if order.pickup_at is None or not now.wall_is_set:
        return None
    lines = (line for each in tickets for line in each.lines if line.change != "deleted")
    needed = max(map(_needs, lines), default=0)
    left = order.pickup_at - now.at
    return now.tick + left if left > 0 and left >= needed else None


def promise(
    ticket: Ticket, placed: Placed, station: Station | None, settings: Settings, now: Moment
) -> Promise | None:
    """When the ticket is late and very late, as it stands; None: it is not to be late.

    `station` is that of the ticket, where there still is one.
    """
    if not ticket.live or ticket.status in ("held", "voided"):
        return None
    if placed.promised is None or placed.target_at is None:
        late, very_late = late_after(ticket.station, placed.order.mode, station, settings)
        since = ticket.waits_since(now)
        return Promise(since + late, since + very_late)
    cooks = station is None or station.cooks
    lines = [line for line in ticket.lines if _is_open(line)] if cooks else []
    late_tick = min((_late(line, placed.promised) for line in lines), default=placed.promised)
    target_at = now.on_the_wall(placed.promised, placed.target_at)
    return Promise(target_at + late_tick - placed.promised, target_at)


def late_after(
    station_id: str, mode: str | None, station: Station | None, settings: Settings
) -> tuple[int, int]:
    """After how long a ticket without a pick-up time is late and very late, milliseconds.

    `station` is that of this id, where there still is one.
    """
    for rule in settings.late:
        fits_mode = not rule.mode or is_of_mode(mode, rule.mode)
        if fits_mode and (not rule.station or station_id in rule.station):
            return rule.late_after, rule.very_late_after
    own = station.alert_threshold_seconds if station else None
    if own is None:
        return settings.late_after, settings.very_late_after
    return own * 1000, own * 1000 + settings.very_late_after - settings.late_after


def _is_open(line: Line) -> bool:
    return not (line.done or line.bump or line.change == "deleted")


def _needs(line: Line) -> int:
    """Milliseconds."""
    return (line.prep or UNKNOWN_SECONDS) * 1000


def _late(line: Line, promised: int) -> int:
    """The tick from which it is late; `promised` where it was begun, or will be, in time."""
    last_chance = promised - _needs(line)
    begins = line.due if line.begun is None else line.begun
    in_time = begins is not None and begins <= last_chance + NOT_WORTH_A_WORD_MS
    return promised if in_time else last_chance
