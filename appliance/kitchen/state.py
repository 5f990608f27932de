"""What a snapshot holds of a kitchen: all of it, but for its guests."""

from typing import Final

from msgspec import Struct

from appliance.kitchen.deed import Deed
from appliance.kitchen.learning import Dish
from appliance.kitchen.menu import MenuItem
from appliance.kitchen.order import Placed
from appliance.kitchen.routing import Station
from appliance.kitchen.rule import Rule
from appliance.kitchen.silence import Sender
from appliance.kitchen.summons import Summons
from appliance.kitchen.ticket import Ticket
from appliance.kitchen.unrouted import Unrouted

STATE_FORMAT: Final = 10
"""Counted up whenever `State`, or what `Memory.apply` makes of an event, changes: a snapshot
of another format is not believed."""


class Create(Struct, frozen=True, gc=False, array_like=True):
    """What is remembered of the newest create of a finished order."""

    order_id: str
    digest: str
    tick: int


class State(Struct, frozen=True, gc=False):
    """All of a kitchen, without its guests."""

    orders_counted: int
    orders: tuple[tuple[Placed, tuple[Ticket, ...]], ...]
    finished: tuple[int, ...]
    evicted_until: int
    creates: tuple[Create, ...]
    stations: tuple[Station, ...]
    """Made at run time, and so are the rules and the menu."""
    rules: tuple[Rule, ...]
    menu: tuple[MenuItem, ...]
    actions_counted: int
    deeds: tuple[Deed, ...]
    unrouted_count: int
    unrouted: tuple[Unrouted, ...]
    senders: tuple[Sender, ...]
    learned: tuple[Dish, ...]
    summons: tuple[Summons, ...]
