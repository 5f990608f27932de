"""Which orders are ready, for guests: names or numbers, and nothing else of them.

A screen that hangs where guests are has a token that is good for this alone. It asks every second,
and says each time up to where it has painted: so it is known to be there as boards are.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Final, Literal, NamedTuple

from msgspec import Meta, Struct

from appliance.address import plain
from appliance.api.auth import ROLES
from appliance.api.auth.devices import READY
from appliance.api.operation import Call, Operation
from appliance.api.screen_json import ScreenTold, screen_told
from appliance.api.ticket_json import TicketView
from appliance.api.times import Time, iso
from appliance.expeditor import Expeditor
from appliance.kitchen.order import Placed
from appliance.kitchen.ticket import Ticket
from appliance.screens_now import Screens, ScreensNow

LONGEST_CALLED: Final = 20
"""Characters: it is read from across the room."""
SHORT_ID: Final = 4
"""The last of an order's id, where nothing shorter was sent: nobody looks for a UUID."""
_DONE: Final = frozenset({"ready", "bumped"})


class Shown(NamedTuple):
    """What guests see: see `config.timing.Ready`."""

    show: Literal["number", "name"]
    channels: frozenset[str]
    by: Literal["stations", "pass"]
    keep: int
    """Milliseconds."""


class ReadyQuery(Struct, forbid_unknown_fields=True):
    """What the screen that asks shows by now."""

    painted: Annotated[
        int,
        Meta(ge=0, description="of an adopted screen: the `seq` of the answer that is painted"),
    ] = 0


class ReadyOrderJson(Struct):
    """An order as its guest knows it."""

    id: Annotated[str, Meta(description="tells it from all others; says nothing of it")]
    called: Annotated[str, Meta(description="its number, or the first name of its guest")]


class DoneOrderJson(ReadyOrderJson):
    """One that can be taken."""

    since: Time


class ReadyJson(Struct):
    """All that guests may know."""

    seq: Annotated[int, Meta(description="leads up to this event of the log")]
    at: Time
    name: Annotated[str, Meta(description="of the kitchen")]
    screen: Annotated[ScreenTold | None, Meta(description="the adopted one that asks")]
    preparing: Annotated[list[ReadyOrderJson], Meta(description="as they came")]
    ready: Annotated[list[DoneOrderJson], Meta(description="the newest first")]


class _Standing(NamedTuple):
    placed: Placed
    ready_at: int | None
    """Milliseconds since the epoch; None while it is made."""


class ReadyBoard:
    """The operation, for one appliance."""

    def __init__(
        self,
        expeditor: Expeditor,
        view: TicketView,
        screens: Screens,
        screens_now: ScreensNow,
        *,
        shown: Shown,
        name: str,
    ) -> None:
        """`screens` are told what is painted. `name` is the kitchen's."""
        self._expeditor = expeditor
        self._view = view
        self._screens = screens
        self._screens_now = screens_now
        self._shown = shown
        self._name = name

    def operations(self) -> list[Operation]:
        """One."""
        return [
            Operation(
                "GET",
                "/ready",
                self.ready,
                ROLES | READY,
                ReadyJson,
                query=ReadyQuery,
                errors=(503,),
            )
        ]

    def ready(self, call: Call) -> ReadyJson:
        """Which orders are being made and which can be taken, as guests may know it.

        Of a token that is kept to some stations, those that these have something of. The settings
        are in `[ready]` of the configuration.
        """
        self._painted(call)
        device = call.caller.device
        screen = None if device is None else self._screens_now.of_device(device)
        now = self._expeditor.now().at
        standings = [
            standing
            for placed, tickets in self._expeditor.kitchen.orders_since(now - self._shown.keep)
            if self._view.channel(placed.order.mode) in self._shown.channels
            and any(call.caller.sees(ticket.station) for ticket in tickets)
            and (standing := self._standing(placed, tickets)) is not None
            and (standing.ready_at is None or standing.ready_at > now - self._shown.keep)
        ]
        called = self._called([placed for placed, _ in standings])
        preparing = [(placed, at) for placed, at in standings if at is None]
        ready = [(at, placed.number) for placed, at in standings if at is not None]
        return ReadyJson(
            seq=self._expeditor.seq,
            at=iso(now),
            name=self._name,
            screen=None if screen is None else screen_told(screen),
            preparing=[
                ReadyOrderJson(_id(placed.number), called[placed.number]) for placed, _ in preparing
            ],
            ready=[
                DoneOrderJson(_id(number), called[number], iso(at))
                for at, number in sorted(ready, reverse=True)
            ],
        )

    def _painted(self, call: Call) -> None:
        """What has not happened yet nobody has painted."""
        seq, device = call.query.painted, call.caller.device
        if device is not None and 0 < seq <= self._expeditor.feed.head:
            address = plain(call.request.remote or "")
            # However often it is loaded: from one place it is one page.
            self._screens.painted(device, address, ("ready", device, address), seq)

    def _standing(self, placed: Placed, tickets: Sequence[Ticket]) -> _Standing | None:
        """How far an order is; None for one that guests do not wait for, now or any more."""
        passes = self._expeditor.kitchen.router.passes
        standing = [each for each in tickets if each.status != "voided"]
        at_pass = [each for each in standing if each.station in passes]
        cooked = [each for each in standing if each.station not in passes]
        is_over = placed.cancelled or placed.collected is not None
        if is_over or not standing or any(each.forgotten for each in standing):
            return None
        if all(each.status == "held" and not each.bumps for each in standing):
            return None  # It is for later.
        if at_pass and not any(each.live for each in at_pass):
            return _Standing(placed, _when(at_pass)) if self._shown.by == "pass" else None
        if at_pass and self._shown.by == "pass":
            return _Standing(placed, None)
        if not cooked:
            return None
        is_ready = all(each.status in _DONE for each in cooked)
        return _Standing(placed, _when(cooked) if is_ready else None)

    def _called(self, orders: Sequence[Placed]) -> dict[int, str]:
        """What each is called, by its number; guests of one name are told apart by theirs."""
        numbers = {placed.number: _number(placed) for placed in orders}
        if self._shown.show == "number":
            return numbers
        names = {placed.number: _first_name(placed) for placed in orders}
        times = Counter(names.values())
        return {
            number: (name if times[name] == 1 else f"{name} {numbers[number]}")
            if name
            else numbers[number]
            for number, name in names.items()
        }


def _when(tickets: Iterable[Ticket]) -> int:
    """When the last of them was done."""
    return max(each.completed_at or each.updated_at for each in tickets)


def _id(number: int) -> str:
    return f"order-{number}"


def _number(placed: Placed) -> str:
    """What is on the guest's receipt, or on the driver's telephone."""
    order = placed.order
    service = order.delivery_service
    sent = (service and service.order_id) or order.check_number
    return _short(sent) if sent and sent.strip() else _short_id(order.id)


def _short_id(order_id: str) -> str:
    """The end of one that is long."""
    letters = re.sub(r"\W", "", order_id)[-SHORT_ID:].upper()
    return letters if letters and len(order_id) > LONGEST_CALLED // 2 else _short(order_id)


def _first_name(placed: Placed) -> str:
    """Empty where none was sent, or what was is no name, as `Table 7` or a telephone number."""
    words = (placed.guest.name or "").replace(",", " ").split()
    if not words or any(any(map(str.isdigit, word)) for word in words):
        return ""
    return _short(words[0])


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_CALLED else f"{words[: LONGEST_CALLED - 1]}…"
