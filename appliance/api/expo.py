"""Whole orders for the pass, and how the stations are doing."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from statistics import fmean
from typing import Final

from msgspec import Struct

from appliance.api.auth import KITCHEN, ROLES
from appliance.api.errors import ApiError, refused
from appliance.api.location import LocationQuery, require_here
from appliance.api.operation import Call, Operation
from appliance.api.ticket_json import TicketView, ticket_id
from appliance.api.times import Time, iso
from appliance.expeditor import Expeditor
from appliance.kitchen.command import CollectOrder, Refused
from appliance.kitchen.order import Placed, shown_name
from appliance.kitchen.routing import StationType
from appliance.kitchen.ticket import Moment, Status, Ticket

STATS_SECONDS: Final = 3_600
"""How far back `completed` looks: a manager asks how it goes now."""
_PACKAGING: Final = {None: None, True: "include cutlery", False: "no cutlery"}
_COMPLETE: Final = frozenset({"ready", "bumped"})


class ExpoTicketJson(Struct):
    """How far a station is with an order. Struck lines count for nothing."""

    ticket_id: str
    station_id: str
    station_name: str
    station_type: StationType
    status: Status
    item_count: int
    completed_count: int


class ExpoOrderJson(Struct):
    """A whole order as the pass sees it: the tickets of the stations that cook.

    What is struck or on a voided ticket is not waited for: the counts and `is_complete` leave
    it out.
    """

    order_id: str
    order_reference: str | None
    order_channel: str | None
    customer_name: str | None
    server_name: str | None
    tickets: list[ExpoTicketJson]
    total_items: int
    completed_items: int
    is_complete: bool
    packaging_instructions: str | None
    assigned_runner: str | None
    delivery_label: str | None
    created_at: Time
    target_time: Time | None


class StationStatsJson(Struct):
    """A station now, and in the last hour as far as it is in memory."""

    station_id: str
    open: dict[str, int]
    """Tickets on its board by status."""
    oldest_seconds: int | None
    """Of the tickets on its board that are neither held nor voided: since the first was fired,
    or else came."""
    completed: int
    average_seconds: int | None
    """From a ticket's firing, or else its arrival, to its completion."""


class StatsJson(Struct):
    """How the kitchen is doing."""

    location_id: str
    stations: list[StationStatsJson]


class Expo:
    """The operations, for one appliance."""

    def __init__(self, expeditor: Expeditor, view: TicketView, now: Callable[[], Moment]) -> None:
        self._expeditor = expeditor
        self._view = view
        self._now = now

    def operations(self) -> list[Operation]:
        """The pass's list, what is handed out there, and the statistics."""
        return [
            Operation(
                "GET",
                "/expo",
                self.expo,
                ROLES,
                list[ExpoOrderJson],
                query=LocationQuery,
                errors=(404, 503),
                gateway=True,
            ),
            Operation(
                "POST",
                "/expo/orders/{order_id}/collected",
                self.collect,
                KITCHEN,
                None,
                status=204,
                errors=(404, 409, 503),
            ),
            Operation(
                "GET",
                "/stats",
                self.stats,
                ROLES,
                StatsJson,
                query=LocationQuery,
                errors=(404, 503),
            ),
        ]

    def expo(self, call: Call) -> list[ExpoOrderJson]:
        """Orders that are on a board, oldest first, each with the progress of its stations."""
        require_here(call.query.location_id, self._view.location)
        kitchen = self._expeditor.kitchen
        passes = frozenset(kitchen.router.passes)
        return [
            self._order(placed, [ticket for ticket in tickets if ticket.station not in passes])
            for placed, tickets in kitchen.orders_on_boards()
            if any(call.caller.sees(ticket.station) for ticket in tickets)
        ]

    def collect(self, call: Call) -> None:
        """Say that an order is with its guest, or with who delivers it.

        It has to have left the pass, or all stations where there is no pass; whatever is
        collected already stays so. A recall of any of its tickets takes that away again. The
        token has to be good for a pass, or, where there is none, for a station that has had it.
        """
        order_id = call.path("order_id")
        kitchen = self._expeditor.kitchen
        of_order = [ticket.station for ticket, _ in kitchen.tickets_of(order_id)]
        stations = kitchen.router.passes or of_order
        if stations and not any(map(call.caller.sees, stations)):
            message = "this token is for no station at which this order is handed out"
            raise ApiError(403, "FORBIDDEN", message)
        reply = self._expeditor.submit(CollectOrder(order_id), call.caller.subject).reply
        if isinstance(reply, Refused):
            raise refused(reply)

    def _order(self, placed: Placed, tickets: list[Ticket]) -> ExpoOrderJson:
        lines: dict[str, list[bool]] = {}
        standing = [ticket for ticket in tickets if ticket.status != "voided"]
        for ticket in standing:
            for line in ticket.lines:
                if line.change != "deleted":
                    lines.setdefault(line.id, []).append(line.done)
        service = placed.order.delivery_service
        label = " ".join(filter(None, (service.name, service.order_id))) if service else None
        return ExpoOrderJson(
            order_id=placed.order.id,
            order_reference=shown_name(placed),
            order_channel=self._view.channel(placed.order.mode),
            customer_name=placed.guest.name,
            server_name=placed.order.server,
            tickets=[self._ticket(ticket) for ticket in tickets],
            total_items=len(lines),
            completed_items=sum(all(done) for done in lines.values()),
            # Where all was voided there is nothing to hand out.
            is_complete=bool(standing) and all(each.status in _COMPLETE for each in standing),
            packaging_instructions=_PACKAGING[placed.order.cutlery],
            assigned_runner=None,
            delivery_label=label or None,
            created_at=iso(placed.placed_at) or "",
            target_time=iso(placed.target_at),
        )

    def _ticket(self, ticket: Ticket) -> ExpoTicketJson:
        station = self._expeditor.kitchen.router.stations.get(ticket.station)
        standing = [line for line in ticket.lines if line.change != "deleted"]
        return ExpoTicketJson(
            ticket_id=ticket_id(ticket),
            station_id=ticket.station,
            station_name=station.name if station else ticket.station,
            station_type=station.type if station else "generic",
            status=ticket.status,
            item_count=len(standing),
            completed_count=sum(line.done for line in standing),
        )

    def stats(self, call: Call) -> StatsJson:
        """Open tickets by status, the oldest, and what the last hour brought, by station."""
        require_here(call.query.location_id, self._view.location)
        kitchen = self._expeditor.kitchen
        stations = [
            self._station(station, kitchen.live_tickets(station), kitchen.finished_tickets(station))
            for station in kitchen.router.stations
            if call.caller.sees(station)
        ]
        return StatsJson(self._view.location, stations)

    def _station(
        self, station: str, live: Sequence[Ticket], finished: Iterable[Ticket]
    ) -> StationStatsJson:
        moment = self._now()
        now = moment.at
        waiting = [each for each in live if each.status not in ("held", "voided")]
        since = now - STATS_SECONDS * 1000
        took = [
            each.took
            for each in finished
            if each.took is not None and (each.completed_at or 0) > since
        ]
        oldest = min((each.waits_since(moment) for each in waiting), default=None)
        return StationStatsJson(
            station_id=station,
            open=dict(Counter(each.status for each in live)),
            oldest_seconds=None if oldest is None else max(0, now - oldest) // 1000,
            completed=len(took),
            average_seconds=round(fmean(took) / 1000) if took else None,
        )
