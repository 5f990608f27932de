"""Tickets of a station: the list (`ticket_list.py`), and what a cook does to one."""

from collections.abc import Callable
from typing import Annotated, Any, Final

from msgspec import Meta, Struct
from msgspec.structs import asdict

from appliance.api.auth import KITCHEN, MANAGERS
from appliance.api.errors import ApiError, invalid, refused
from appliance.api.operation import Call, Operation
from appliance.api.ticket_json import TicketJson, TicketView
from appliance.api.ticket_list import TicketList
from appliance.expeditor import Expeditor
from appliance.history import History
from appliance.kitchen.command import (
    ActOnTicket,
    Command,
    FireCourse,
    MarkLine,
    MoveTicket,
    PrintTicket,
    Refused,
    SetPriority,
    TicketsNow,
    Undo,
)
from appliance.kitchen.deed import Deed
from appliance.kitchen.event import Kind
from appliance.kitchen.ticket import Action, Priority
from appliance.printers import Printers

_TICKET: Final = "/stations/{station_id}/orders/{order_id}/ticket"
_ACTIONS: Final[tuple[Action, ...]] = ("start", "ready", "bump", "recall", "void")


class PriorityBody(Struct, forbid_unknown_fields=True):
    """Where in the queue a ticket is to be."""

    priority: Priority


class FireBody(Struct, forbid_unknown_fields=True):
    """Every held line of the order whose course is at or below this one is fired."""

    order_id: str
    course_number: Annotated[
        int | None,
        Meta(
            description="lines of no course are fired by any number; null fires all that is held,"
            " and alone fires a course that has no number"
        ),
    ]
    station_id: Annotated[
        str | None,
        Meta(description="on whose card it is fired: the undo of that station takes it back, too"),
    ] = None


class MoveBody(Struct, forbid_unknown_fields=True):
    """The station that is to make it: an active one that cooks."""

    station_id: str


class PrintBody(Struct, forbid_unknown_fields=True):
    """Where it is to come out."""

    printer_id: Annotated[
        str | None,
        Meta(description="one that prints for the station; by default all that do"),
    ] = None


_DEEDS: Final[dict[Kind, str]] = {
    "fired": "firing",
    "started": "start",
    "item_done": "tick",
    "ready": "ready",
    "bumped": "bump",
    "recalled": "recall",
    "voided": "void",
    "prioritized": "priority",
    "moved": "move",
}
"""What is done by hand, in words."""


class UndoneJson(TicketJson):
    """The ticket as it was before what was taken back."""

    undone: Annotated[
        str,
        Meta(
            description="what was taken back; events are called the same, but for the taking away"
            " of a tick, whose event is `item_done`, too",
            extra_json_schema={"enum": sorted([*_DEEDS, "item_undone"])},
        ),
    ]


class Tickets:
    """The operations, for one appliance."""

    def __init__(
        self, expeditor: Expeditor, history: History, view: TicketView, printers: Printers
    ) -> None:
        self._expeditor = expeditor
        self._printers = printers
        self._list = TicketList(expeditor, history, view)
        self._view = view

    def operations(self) -> list[Operation]:
        """Those of the gateway, then our own."""
        line = _TICKET + "/items/{line_id}"
        return [
            *self._list.operations(),
            *(
                Operation(
                    "POST",
                    f"{_TICKET}/{action}",
                    self._acting(action),
                    MANAGERS if action == "void" else KITCHEN,
                    TicketJson,
                    errors=(404, 409, 503),
                    gateway=True,
                )
                for action in _ACTIONS
            ),
            Operation(
                "POST",
                f"{_TICKET}/priority",
                self.prioritize,
                KITCHEN,
                TicketJson,
                body=PriorityBody,
                errors=(404, 409, 503),
                gateway=True,
            ),
            *(
                Operation(
                    "POST",
                    f"{line}/{mark}",
                    self._marking(done=mark == "done"),
                    KITCHEN,
                    TicketJson,
                    errors=(404, 409, 503),
                )
                for mark in ("done", "undone")
            ),
            Operation(
                "POST",
                f"{_TICKET}/move",
                self.move,
                KITCHEN,
                TicketJson,
                body=MoveBody,
                errors=(404, 409, 503),
            ),
            Operation(
                "POST",
                f"{_TICKET}/print",
                self.print,
                KITCHEN,
                TicketJson,
                body=PrintBody,
                body_needed=False,
                errors=(404, 409, 503),
            ),
            *(
                Operation("POST", path, self.undo, KITCHEN, UndoneJson, errors=(404, 409, 503))
                for path in (f"{_TICKET}/undo", "/stations/{station_id}/undo")
            ),
            Operation(
                "POST",
                "/courses/fire",
                self.fire,
                KITCHEN,
                list[TicketJson],
                body=FireBody,
                errors=(404, 503),
            ),
        ]

    def _acting(self, action: Action) -> Callable[[Call], TicketJson]:
        def act(call: Call) -> TicketJson:
            station, order_id = call.path("station_id"), call.path("order_id")
            return self._one(call, ActOnTicket(station, order_id, action))

        act.__doc__ = _SUMMARIES[action]
        return act

    def prioritize(self, call: Call) -> TicketJson:
        """Move a ticket in the queue."""
        station, order_id = call.path("station_id"), call.path("order_id")
        return self._one(call, SetPriority(station, order_id, call.body.priority))

    def _marking(self, *, done: bool) -> Callable[[Call], TicketJson]:
        def mark(call: Call) -> TicketJson:
            station, order_id = call.path("station_id"), call.path("order_id")
            return self._one(call, MarkLine(station, order_id, call.path("line_id"), done))

        mark.__doc__ = "Tick a line." if done else "Take the tick of a line away."
        return mark

    def fire(self, call: Call) -> Any:
        """Fire a course; answers the tickets that were fired, as far as the caller sees them.

        A course is one for the whole order: whoever has a part of that fires it everywhere.
        """
        standing = self._expeditor.kitchen.tickets_of(call.body.order_id)
        if standing and not any(call.caller.sees(ticket.station) for ticket, _ in standing):
            message = "this token is for none of the stations of this order"
            raise ApiError(403, "FORBIDDEN", message)
        body: FireBody = call.body
        station, caller = body.station_id, call.caller
        if station is not None:
            caller.require(KITCHEN, station)
        command = FireCourse(body.order_id, body.course_number, caller.stations, station)
        now = self._now(call, command)
        seen = [ticket for ticket in now.tickets if call.caller.sees(ticket.station)]
        return [self._view.ticket(ticket, now.placed) for ticket in seen]

    def move(self, call: Call) -> TicketJson:
        """Have another station make what is on the board of this one; answers its ticket.

        What was bumped stays. The token has to be good for both stations.
        """
        to = call.body.station_id
        call.caller.require(KITCHEN, to)
        command = MoveTicket(call.path("station_id"), call.path("order_id"), to)
        return self._one(call, command)

    def print(self, call: Call) -> TicketJson:
        """Print a ticket, once more as a rule; answers it as it is, which does not change.

        What is on paper says that it may be there twice. 409 where no printer is for the station.
        """
        station, order_id = call.path("station_id"), call.path("order_id")
        printer: str | None = call.body.printer_id
        every = {each.id: each.stations for each in self._printers.shown().printers}
        printing = [name for name, stations in every.items() if station in stations]
        if printer is not None and printer not in printing:
            known = f"does not print for station {station!r}" if printer in every else "is none"
            raise invalid("printer_id", f"{printer!r} {known}", allowed=printing)
        standing = self._expeditor.kitchen.tickets_of(order_id)
        if not printing and any(ticket.station == station for ticket, _ in standing):
            raise ApiError(409, "CONFLICT", f"no printer prints for station {station!r}")
        return self._one(call, PrintTicket(station, order_id, printer))

    def undo(self, call: Call) -> UndoneJson:
        """Take back the newest thing that was done by hand; answers the ticket as it was.

        With an order in the path: the newest that changed the order's ticket here; without,
        the newest that was done at this station. Again: the one before. All that followed
        from it is taken back with it, or nothing is. The token has to be good for the station
        where it was done, for both of a move, and for a void it has to be a manager's. Else 403
        names what the newest is, and its order; what was done before it at the station is taken
        back by its own order.
        """
        command = Undo(call.path("station_id"), call.request.match_info.get("order_id"))
        deed = self._expeditor.kitchen.to_undo(command, self._expeditor.now())
        if deed is not None:
            self._require_for(call, deed)
        ticket = self._one(call, command)
        if deed is None:
            raise TypeError(ticket)  # Where there is nothing to take back, it was refused.
        undone = "item_undone" if deed.is_tick_away else deed.kind
        return UndoneJson(**asdict(ticket), undone=undone)

    def _require_for(self, call: Call, deed: Deed) -> None:
        """Raise ApiError 403 for who may not take that back; it stands before what they may."""
        roles = MANAGERS if deed.kind == "voided" else KITCHEN
        try:
            for station in deed.stations:
                call.caller.require(roles, station)
        except ApiError as error:
            order_id = self._expeditor.kitchen.placed(deed.number).order.id
            newest = f"the newest here is the {_DEEDS[deed.kind]} of order {order_id!r}"
            raise ApiError(error.status, error.code, f"{newest}: {error}") from error

    def _one(self, call: Call, command: Command) -> TicketJson:
        now = self._now(call, command)
        return self._view.ticket(now.tickets[0], now.placed)

    def _now(self, call: Call, command: Command) -> TicketsNow:
        reply = self._expeditor.submit(command, call.caller.subject).reply
        match reply:
            case TicketsNow():
                return reply
            case Refused(reason="no_such_station", message=message) if isinstance(
                command, MoveTicket
            ):
                raise invalid("station_id", message)
            case Refused():
                raise refused(reply)
        raise TypeError(reply)


_SUMMARIES: Final[dict[Action, str]] = {
    "start": "Begin to cook.",
    "ready": "Everything on it is done.",
    "bump": "Complete it and take it off the board; acknowledge a voided one.",
    "recall": "Bring it back.",
    "void": "Cancel it; it stays on the board until it is bumped.",
}
