"""What the kitchen remembers: the events of the log, in the order in which they happened.

An event holds what was decided, not how: a ticket event carries the ticket as it then
stands, so that replaying an old log never depends on today's rules. Nothing in an event
identifies a guest (see `order.Guest`).

An older version reads them as well: what may change is in `appliance/log/README.md`.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, Literal, get_args

import msgspec
from msgspec import Struct

from appliance.kitchen.menu import MenuItem
from appliance.kitchen.order import Item, Order
from appliance.kitchen.routing import Station
from appliance.kitchen.rule import Rule
from appliance.kitchen.ticket import Ticket
from appliance.kitchen.understanding import understood

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
    "moved",
    "undone",
    "forgotten",
]

Effect = Literal["followed", "adjusted"]
"""`followed`: what was done to another ticket of the order, or to the whole order, works on
this one: the pass cleared it, its course was fired. `adjusted`: only its times, or what it
tells of other stations, have changed."""


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
    """See `order.Placed`, as for the next three."""
    stations: tuple[str, ...] = ()
    """Empty in a log from before it was kept."""
    promised: int | None = None
    closes: int | None = None
    unrouted: tuple[str, ...] = ()
    """Ids of the lines that no rule took."""


class OrderUpdated(_Event, frozen=True, gc=False, tag="order.updated"):
    """The order now reads so. `digest` changes only when a create brought the update."""

    number: int
    order: Order
    digest: str
    target_at: int | None = None
    removed: tuple[Item, ...] = ()
    release: int = 0
    stations: tuple[str, ...] = ()
    promised: int | None = None
    closes: int | None = None
    unrouted: tuple[str, ...] = ()
    """Ids of the new lines, and those with another dish, that no rule took."""


class OrderCancelled(_Event, frozen=True, gc=False, tag="order.cancelled"):
    """The point of sale took the order back. Its tickets are voided by events of their own."""

    number: int


class OrderCollected(_Event, frozen=True, gc=False, tag="order.collected"):
    """Its guest has the order, or who delivers it. A recall says that it is here again."""

    number: int
    by: str | None = None
    """Who said so."""


class TicketChanged(_Event, frozen=True, gc=False, tag="ticket"):
    """Something happened to a ticket, which is now as given here."""

    kind: Kind
    ticket: Ticket
    by: str | None = None
    """Who did it, where a person or a person's device did."""
    action: int | None = None
    """The action by hand that it is part of, counted by this kitchen; where the kind is
    `undone`, the one that is taken back."""
    effect: Effect | None = None
    """None: it was done to this very ticket."""
    gone: bool = False
    """The station has no ticket of the order any more: this one is without lines."""


class StationDefined(_Event, frozen=True, gc=False, tag="station.defined"):
    """A station was made at run time, or made anew, and is now as given here."""

    station: Station
    by: str | None = None


class StationRemoved(_Event, frozen=True, gc=False, tag="station.removed"):
    """A station that was made at run time is no more."""

    station_id: str
    by: str | None = None


class RulesAdded(_Event, frozen=True, gc=False, tag="rules.added"):
    """There are these rules besides from now on."""

    rules: tuple[Rule, ...]
    by: str | None = None


class RuleRemoved(_Event, frozen=True, gc=False, tag="rule.removed"):
    """A rule that was made at run time is no more."""

    rule_id: str
    by: str | None = None


class MenuItemsDefined(_Event, frozen=True, gc=False, tag="menu.defined"):
    """Items of the menu were made at run time, or made anew, and are now as given here."""

    items: tuple[MenuItem, ...]
    replace_all: bool = False
    """Nothing else that was made at run time is left."""
    by: str | None = None


class MenuItemRemoved(_Event, frozen=True, gc=False, tag="menu.removed"):
    """An item of the menu that was made at run time is no more."""

    plu: str
    by: str | None = None


class Summoned(_Event, frozen=True, gc=False, tag="summoned"):
    """Somebody is called to a station, or nobody is any more."""

    station: str
    until: int | None = None
    """The tick at which it ends by itself; None: it has ended."""
    by: str | None = None
    """Who called, or said that he comes; None where time itself ended it."""


class PrintAsked(_Event, frozen=True, gc=False, tag="print"):
    """Somebody wants a ticket on paper, once more as a rule. Nothing else changes by that."""

    ticket: Ticket
    """As it was then."""
    printer: str | None = None
    """The id of the only one that is to print it; None: all that print for the station."""
    by: str | None = None
    """Who wants it."""


Change = Literal[
    "applied",
    "imported",
    "pin_set",
    "pin_removed",
    "token_revoked",
    "screen_added",
    "screen_changed",
    "screen_removed",
]
"""`applied`: the appliance begins anew with another configuration; `imported`: with a whole
kitchen, from a file that was exported. The others are of who may, and of screens."""


class ConfigurationChanged(_Event, frozen=True, gc=False, tag="configuration.changed"):
    """Somebody changed how the appliance is set up, or who may: for who asks later.

    The kitchen itself is not told by this what it is: see `layout.Plan`.
    """

    what: Change
    keys: tuple[str, ...] = ()
    """What became other, as `printer[0].transport`, the first of many; or whose PIN, token or
    screen."""
    by: str | None = None


class Unknown(_Event, frozen=True, gc=False, tag="unknown"):
    """A newer version wrote it. It changes nothing here, and is written by nobody."""


Event = (
    OrderPlaced
    | OrderUpdated
    | OrderCancelled
    | OrderCollected
    | TicketChanged
    | StationDefined
    | StationRemoved
    | RulesAdded
    | RuleRemoved
    | MenuItemsDefined
    | MenuItemRemoved
    | Summoned
    | PrintAsked
    | ConfigurationChanged
    | Unknown
)

_KINDS: Final[dict[object, type[Any]]] = {
    each.__struct_config__.tag: each for each in get_args(Event)
}

encode = msgspec.json.Encoder().encode
decode_whole: Final[Callable[[bytes], Event]] = msgspec.json.Decoder(Event).decode
"""An event, all of whose values are known here. Raises msgspec.DecodeError."""


def decode(stored: bytes) -> Event:
    """An event as far as it is understood here. Raises msgspec.DecodeError for what is none."""
    try:
        return decode_whole(stored)
    except msgspec.ValidationError:
        return _of_newer(msgspec.json.decode(stored, type=dict[str, Any]))


def _of_newer(event: dict[str, Any]) -> Event:
    kind = _KINDS.get(event.get("type"))
    if kind is TicketChanged and event.get("kind") not in get_args(Kind):
        event["kind"] = "updated"  # The ticket is as it says, whatever was done.
    if kind is not None:
        with suppress(msgspec.ValidationError):
            found: Event = understood(event, kind)
            return found
    return msgspec.convert({**event, "type": "unknown"}, Unknown)
