"""What somebody should look after: tickets that were forgotten, points of sale that are silent.

kitchen ─▶ status (for managers), reminders in every beat of a stream (for the pages)
"""

from collections import Counter
from datetime import datetime, tzinfo
from typing import Final

from msgspec import Struct

from appliance.api.ticket_json import iso, ticket_id
from appliance.expeditor import Expeditor
from appliance.kitchen.silence import Silent

NAMED: Final = 5
"""Orders that a reminder names: it is a line on a board."""


class ForgottenJson(Struct):
    """A ticket that the end of the day closed."""

    ticket_id: str
    station_id: str
    order_id: str
    created_at: str | None
    closed_at: str | None


class SilentJson(Struct):
    """A point of sale from which nothing comes though it is its hour."""

    name: str
    """As its orders have it; empty for those that say nothing."""
    since: str | None


class AttentionJson(Struct):
    """The kitchen's part of the status."""

    forgotten: list[ForgottenJson]
    silent: list[SilentJson]


class Attention:
    """For one appliance."""

    def __init__(self, expeditor: Expeditor, zone: tzinfo) -> None:
        """`zone` is that of the people who read it."""
        self._expeditor = expeditor
        self._zone = zone

    def status(self) -> AttentionJson:
        """All of it, as it is now."""
        now, kitchen = self._expeditor.now(), self._expeditor.kitchen
        forgotten = [
            ForgottenJson(
                ticket_id(ticket),
                ticket.station,
                kitchen.placed(ticket.number).order.id,
                iso(ticket.created_at),
                iso(ticket.updated_at),
            )
            for ticket in kitchen.forgotten(now)
        ]
        silent = [SilentJson(each.name, iso(each.since)) for each in kitchen.silent(now)]
        return AttentionJson(forgotten, silent)

    def reminders(self) -> list[str]:
        """The same in a sentence each; none names a guest."""
        now, kitchen = self._expeditor.now(), self._expeditor.kitchen
        tickets = kitchen.forgotten(now)
        reminders = [self._of_silence(each) for each in kitchen.silent(now)]
        if tickets:
            orders = Counter(kitchen.placed(ticket.number).order.id for ticket in tickets)
            reminders.append(_of_forgotten(list(orders)))
        return reminders

    def _of_silence(self, silent: Silent) -> str:
        since = datetime.fromtimestamp(silent.since / 1000, self._zone)
        who = f"from {silent.name}" if silent.name else "from the point of sale"
        return f"No order {who} since {since:%H:%M}; usually there are some at this hour"


def _of_forgotten(orders: list[str]) -> str:
    named = ", ".join(orders[:NAMED])
    more = f" and {len(orders) - NAMED} more" if len(orders) > NAMED else ""
    what = "An order was" if len(orders) == 1 else f"{len(orders)} orders were"
    return f"{what} left on the boards and closed at the end of the day: {named}{more}"
