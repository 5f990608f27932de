"""Tickets of a station: the list, and what a cook does to one."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, Literal, NamedTuple

from msgspec import Meta, Struct

from appliance.api.auth import KITCHEN, MANAGERS, ROLES
from appliance.api.errors import ApiError, invalid, refused
from appliance.api.operation import Answer, Call, Operation
from appliance.api.ticket_json import TicketJson, TicketView
from appliance.expeditor import Expeditor
from appliance.history import Behind, History, Place
from appliance.kitchen.command import (
    ActOnTicket,
    Command,
    FireCourse,
    MarkLine,
    Refused,
    SetPriority,
    TicketsNow,
)
from appliance.kitchen.order import Placed
from appliance.kitchen.ticket import Action, Priority, Ticket, sort_key

NEXT_CURSOR: Final = "X-Next-Cursor"
_TICKET: Final = "/stations/{station_id}/orders/{order_id}/ticket"
_ACTIONS: Final[tuple[Action, ...]] = ("start", "ready", "bump", "recall", "void")
_START: Final = (-1, 0, 0)

_MOST: Final = 2**63 - 1
"""The largest number that can be stored."""

Key = tuple[int, int, int]


class _Row(NamedTuple):
    """A ticket of the list."""

    key: Key
    ticket: Ticket
    placed: Placed


class ListQuery(Struct):
    """Which tickets of a station, and how many of them."""

    status: Annotated[
        Literal["", "completed", "all"],
        Meta(description="leave it out for the live ones"),
    ] = ""
    limit: Annotated[int, Meta(ge=1, le=500)] = 50
    cursor: Annotated[
        str | None, Meta(description=f"of the page before, from its {NEXT_CURSOR} header")
    ] = None


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


class Tickets:
    """The operations, for one appliance."""

    def __init__(self, expeditor: Expeditor, history: History, view: TicketView) -> None:
        self._expeditor = expeditor
        self._history = history
        self._view = view

    def operations(self) -> list[Operation]:
        """Those of the gateway, then our own."""
        line = _TICKET + "/items/{line_id}"
        return [
            Operation(
                "GET",
                "/stations/{station_id}/tickets",
                self.list,
                ROLES,
                list[TicketJson],
                query=ListQuery,
                errors=(404, 503),
                headers={NEXT_CURSOR: "there is more: the `cursor` of the next page"},
                gateway=True,
            ),
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
                "/courses/fire",
                self.fire,
                KITCHEN,
                list[TicketJson],
                body=FireBody,
                errors=(404, 503),
            ),
        ]

    async def list(self, call: Call) -> Answer:
        """A page of tickets in the order of the board, then finished ones, newest first.

        Finished ones reach back to the first order: the latest `updated_at` first, of equal
        ones the newer order. What finishes after the wall clock was set back stands where that
        clock puts it. What does not change while a client pages is neither skipped nor listed
        twice. While older tickets are being indexed (after a repair; `details` says how far it
        is), a page that would reach them is answered 503 with `Retry-After`.
        """
        station, query = call.path("station_id"), call.query
        after = _START if query.cursor is None else _key_of(query.cursor)
        kitchen = self._expeditor.kitchen
        live = [] if query.status == "completed" else kitchen.live_tickets(station)
        finished = kitchen.finished_tickets(station) if query.status else []
        known = station in kitchen.router.stations or bool(live or finished)
        rows = [
            _Row(key, ticket, kitchen.placed(ticket.number))
            for ticket in (*live, *finished)
            if (key := _key(ticket)) > after
        ]
        forgotten_until = kitchen.forgotten_until if query.status else 0
        in_memory, seq = kitchen.numbers_in_memory, self._expeditor.seq
        # What was just read may be newer than the disk.
        await asyncio.shield(self._expeditor.settled())
        newer = sum(row.key < (1, -forgotten_until, -_MOST) for row in rows)
        if forgotten_until and newer <= query.limit:
            older = await self._older(station, after, query.limit + 1, in_memory, seq)
            known = known or older is not None
            rows = sorted([*rows, *(older or [])], key=lambda row: row.key)
        if not known:
            raise ApiError(404, "NOT_FOUND", f"there is no station {station!r}")
        page = rows[: query.limit]
        tickets = [self._view.ticket(row.ticket, row.placed) for row in page]
        more = {NEXT_CURSOR: ".".join(map(str, page[-1].key))} if len(rows) > query.limit else {}
        return Answer(tickets, more)

    async def _older(
        self, station: str, after: Key, limit: int, in_memory: frozenset[int], seq: int
    ) -> Sequence[_Row] | None:
        """Finished tickets of orders that were not in memory, as of the event `seq`.

        None where the station never had any. Raises ApiError 503.
        """
        part, first, second = after
        below = Place(-first, -second) if part == 1 else Place(_MOST, _MOST)
        try:
            found = await self._history.page(station, below, limit, leave_out=in_memory, upto=seq)
            if not found and not await self._history.knows(station, upto=seq):
                return None
        except Behind as behind:
            raise ApiError(
                503,
                "SERVICE_UNAVAILABLE",
                str(behind),
                {"indexed": behind.indexed, "of": behind.of},
                {"Retry-After": "5"},
            ) from behind
        return [_Row(_key(ticket), ticket, placed) for ticket, placed in found]

    def _acting(self, action: Action) -> Callable[[Call], TicketJson]:
        def act(call: Call) -> TicketJson:
            return self._one(ActOnTicket(call.path("station_id"), call.path("order_id"), action))

        act.__doc__ = _SUMMARIES[action]
        return act

    def prioritize(self, call: Call) -> TicketJson:
        """Move a ticket in the queue."""
        return self._one(
            SetPriority(call.path("station_id"), call.path("order_id"), call.body.priority)
        )

    def _marking(self, *, done: bool) -> Callable[[Call], TicketJson]:
        def mark(call: Call) -> TicketJson:
            station, order_id = call.path("station_id"), call.path("order_id")
            return self._one(MarkLine(station, order_id, call.path("line_id"), done))

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
        now = self._now(FireCourse(call.body.order_id, call.body.course_number))
        seen = [ticket for ticket in now.tickets if call.caller.sees(ticket.station)]
        return [self._view.ticket(ticket, now.placed) for ticket in seen]

    def _one(self, command: Command) -> TicketJson:
        now = self._now(command)
        return self._view.ticket(now.tickets[0], now.placed)

    def _now(self, command: Command) -> TicketsNow:
        reply = self._expeditor.submit(command).reply
        match reply:
            case TicketsNow():
                return reply
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


def _key(ticket: Ticket) -> Key:
    """Where a ticket stands among all of a station: what a cursor says."""
    if ticket.live:
        return (0, *sort_key(ticket))
    return (1, -ticket.updated_at, -ticket.number)


def _key_of(cursor: str) -> Key:
    try:
        part, first, second = (int(number) for number in cursor.split("."))
    except ValueError:
        part = first = second = _MOST + 1
    if part not in (0, 1) or max(abs(first), abs(second)) > _MOST:
        raise invalid("cursor", f"take it from the {NEXT_CURSOR} header")
    return part, first, second
