"""What the kitchen remembers: the events of the log, in the order in which they happened.

An event holds what was decided, not how: a ticket event carries the ticket as it then
stands, so that replaying an old log never depends on today's rules. Nothing in an event
identifies a guest (see `order.Guest`).
"""

from typing import Literal

import msgspec
from msgspec import Struct

from appliance.kitchen.order import Item, Order
from appliance.kitchen.routing import Station
from appliance.kitchen.rule import Rule
from appliance.kitchen.ticket import Ticket

Kind = Literal[
    "created",
    "updated",
    "fired",
    "started",
    "item_done",
    "ready",
    "bumped",
    "recalled",
    "voided",
    "prioritized",
    "forgotten",
]


class _Event(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="type"):
    at: int
    tick: int


class OrderPlaced(_Event, frozen=True, gc=False, tag="order.placed"):
    """A new order was taken. `number` is counted by this appliance."""

    number: int
    order: Order
    digest: str
    target_at: int | None = None
    release: int = 0
    """See `order.Placed`, as for the next two."""
    promised: int | None = None
    closes: int | None = None


class OrderUpdated(_Event, frozen=True, gc=False, tag="order.updated"):
    """The order now reads so. `digest` changes only when a create brought the update."""

    number: int
    order: Order
    digest: str
    target_at: int | None = None
    removed: tuple[Item, ...] = ()
    release: int = 0
    promised: int | None = None
    closes: int | None = None


class OrderCancelled(_Event, frozen=True, gc=False, tag="order.cancelled"):
    """The point of sale took the order back. Its tickets are voided by events of their own."""

    number: int


class TicketChanged(_Event, frozen=True, gc=False, tag="ticket"):
    """Something happened to a ticket, which is now as given here."""

    kind: Kind
    ticket: Ticket


class StationDefined(_Event, frozen=True, gc=False, tag="station.defined"):
    """A station was made at run time, or made anew, and is now as given here."""

    station: Station


class StationRemoved(_Event, frozen=True, gc=False, tag="station.removed"):
    """A station that was made at run time is no more."""

    station_id: str


class RulesAdded(_Event, frozen=True, gc=False, tag="rules.added"):
    """There are these rules besides from now on."""

    rules: tuple[Rule, ...]


class RuleRemoved(_Event, frozen=True, gc=False, tag="rule.removed"):
    """A rule that was made at run time is no more."""

    rule_id: str


Event = (
    OrderPlaced
    | OrderUpdated
    | OrderCancelled
    | TicketChanged
    | StationDefined
    | StationRemoved
    | RulesAdded
    | RuleRemoved
)

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Event).decode
