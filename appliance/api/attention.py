"""What somebody should look after: cards that moved or were forgotten, silent points of sale.

Where somebody is called to is in the status as well.

kitchen ─▶ status (for managers), reminders in the beats of events (for the pages)
"""

import math
import time
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Final, NamedTuple

from msgspec import Struct

from appliance.api.summons import SummonsJson, summons_now
from appliance.api.ticket_json import ticket_id
from appliance.api.times import Time, iso
from appliance.expeditor import Expeditor
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import Placed
from appliance.kitchen.silence import Silent
from appliance.kitchen.ticket import Ticket
from appliance.log import NotStored

NAMED: Final = 5
"""Orders that a reminder names: it is a line on a board."""
KEPT_SECONDS: Final = 1.0
"""What listeners are reminded of is asked for once in that time, however many they are: to find
it out takes milliseconds when boards are full, at every beat of each."""


class ForgottenJson(Struct):
    """A ticket that the end of the day closed."""

    ticket_id: str
    station_id: str
    order_id: str
    created_at: Time
    closed_at: Time


class SilentJson(Struct):
    """A point of sale from which nothing comes though it is its hour."""

    name: str
    """As its orders have it; empty for those that say nothing."""
    since: Time


class AttentionJson(Struct):
    """The kitchen's part of the status."""

    forgotten: list[ForgottenJson]
    silent: list[SilentJson]
    summons: list[SummonsJson]


class _Told(NamedTuple):
    status: AttentionJson
    reminders: list[str]


class Attention:
    """For one appliance. What it tells is on disk; until it is, it tells what it told before."""

    def __init__(
        self,
        expeditor: Expeditor,
        zone: tzinfo,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`zone` is that of the people who read it."""
        self._expeditor = expeditor
        self._zone = zone
        self._monotonic = monotonic
        self._told = _Told(AttentionJson([], [], []), [])
        self._reminded_at = -math.inf

    def status(self) -> AttentionJson:
        """All of it, as it is now."""
        return self._now().status

    def reminders(self) -> list[str]:
        """The same in a sentence each, as it was a moment ago; none names a guest."""
        now = self._monotonic()
        if now - self._reminded_at >= KEPT_SECONDS:
            self._reminded_at = now
            self._now()
        return self._told.reminders

    def _now(self) -> _Told:
        if self._is_stored():
            now, kitchen = self._expeditor.now(), self._expeditor.kitchen
            forgotten = [(each, kitchen.placed(each.number)) for each in kitchen.forgotten(now)]
            silent = kitchen.silent(now)
            reminders = [self._of_silence(each) for each in silent]
            if forgotten:
                orders = dict.fromkeys(placed.order.id for _ticket, placed in forgotten)
                reminders.append(_of_forgotten(list(orders)))
            reminders += _of_taken_in(kitchen)
            status = AttentionJson(
                [_forgotten(ticket, placed) for ticket, placed in forgotten],
                [SilentJson(each.name, iso(each.since)) for each in silent],
                summons_now(kitchen),
            )
            self._told = _Told(status, reminders)
        return self._told

    def _is_stored(self) -> bool:
        """Whether all that the kitchen knows is."""
        try:
            settled = self._expeditor.settled()
        except NotStored:
            return False
        return settled.done() and settled.exception() is None

    def _of_silence(self, silent: Silent) -> str:
        since = datetime.fromtimestamp(silent.since / 1000, self._zone)
        who = f"from {silent.name}" if silent.name else "from the point of sale"
        return f"No order {who} since {since:%H:%M}; usually there are some at this hour"


def _forgotten(ticket: Ticket, placed: Placed) -> ForgottenJson:
    return ForgottenJson(
        ticket_id(ticket),
        ticket.station,
        placed.order.id,
        iso(ticket.created_at),
        iso(ticket.updated_at),
    )


def _of_forgotten(orders: list[str]) -> str:
    named = ", ".join(orders[:NAMED])
    more = f" and {len(orders) - NAMED} more" if len(orders) > NAMED else ""
    what = "An order was" if len(orders) == 1 else f"{len(orders)} orders were"
    return f"{what} left on the boards and closed at the end of the day: {named}{more}"


def _of_taken_in(kitchen: Kitchen) -> list[str]:
    stations = kitchen.router.stations
    return [
        f"Nothing is made at {station} any more: its cards are at "
        + " and ".join(stations[other].name for other in others)
        for station, others in kitchen.taken_in().items()
    ]
