"""Where the items of an order would go, as JSON: for the API, and for `expeditor route`."""

from datetime import tzinfo
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from appliance.kitchen.command import CreateOrder
from appliance.kitchen.explaining import Explained
from appliance.kitchen.order import Order
from appliance.kitchen.rule import Boost, Condition
from appliance.lan import messages
from appliance.lan.schema import OrderMessage


class StopJson(Struct):
    """A station that the item would go to: by rules, by default, or as the pass sees it.

    It makes these `modifiers` alone; where there are none, the whole item. Where `sharing` names
    stations, the one of them with the least to make gets it; `overflow` gets it while they are
    behind.
    """

    station_id: str
    prep_time_seconds: int
    priority_boost: Boost
    why: Literal["rule", "default", "expo"]
    rules: tuple[str, ...]
    modifiers: tuple[str, ...]
    adjusted_by: tuple[str, ...]
    sharing: tuple[str, ...]
    overflow: str | None


class TakenAwayJson(Struct):
    """A station that the item would have gone to, and the rule that excludes it."""

    station_id: str
    rule: str


class NearMissJson(Struct):
    """A rule that one condition alone kept from counting, where another held, or one `last`."""

    rule: str
    station_id: str | None
    condition: Condition | Literal["station", "last"]
    """`station`: the rule's is not active, not there, or an expo; `last`: a rule above it."""
    wanted: tuple[str, ...]
    has: tuple[str, ...]


class RoutedJson(Struct):
    """An item, where it would go, and which rules nearly counted.

    `last` is the rule at which reading ended; `unrouted`, whether no rule takes it.
    """

    line_id: str
    name: str
    stations: list[StopJson]
    nearly: list[NearMissJson]
    taken_away: list[TakenAwayJson]
    last: str | None
    unrouted: bool


def order_to_try(sent: OrderMessage, zone: tzinfo) -> Order:
    """The order of a message, which may have no id. Raises NotUnderstood.

    `zone` is for times that come without one.
    """
    command = messages.command("create-order", replace(sent, id=sent.id or "test"), zone)
    if not isinstance(command, CreateOrder):
        raise TypeError(command)
    return command.order


def routed_json(explained: Explained) -> RoutedJson:
    """An item as it is shown."""
    return RoutedJson(
        explained.item.line_id,
        explained.item.name,
        [
            StopJson(
                stop.station,
                stop.prep,
                stop.boost,
                stop.why,
                stop.rules,
                stop.modifiers,
                stop.adjusted_by,
                stop.sharing,
                stop.overflow,
            )
            for stop in explained.stops
        ],
        [
            NearMissJson(miss.rule, miss.station, miss.condition, miss.wanted, miss.has)
            for miss in explained.nearly
        ],
        [TakenAwayJson(each.station, each.rule) for each in explained.taken_away],
        explained.last,
        any(stop.why == "default" for stop in explained.stops),
    )
