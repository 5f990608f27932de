"""What it costs to route and plan an order against many rules, beside decoding it."""

import json
from collections.abc import Callable
from datetime import UTC
from functools import partial
from statistics import median
from time import perf_counter
from typing import Final, NamedTuple

from appliance.kitchen.command import CreateOrder
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.layout import Plan
from appliance.kitchen.order import NOBODY, Order
from appliance.kitchen.routing import Router, Station
from appliance.kitchen.rule import Rule, Takes, Window
from appliance.kitchen.ticket import Moment
from appliance.lan import messages

ITEMS: Final = 20
RULES: Final = 500
ROUNDS: Final = 400
AT: Final = 1_772_474_400_000
OPEN: Final = 60
STATIONS: Final = (
    *(Station(f"s-{number}", f"Station {number}") for number in range(8)),
    Station("pass", "Pass", "expo"),
)
TWINS: Final = tuple(
    Station(f"{station.id}-twin", station.name, twin_of=station.id)
    for station in STATIONS
    if station.cooks
)


class Cost(NamedTuple):
    """Median microseconds of an order."""

    decoding: float
    warm: float
    """Items that have been seen before."""
    new_in_part: float
    """Dishes and modifiers that have been seen before, but not together or at that seat."""
    deciding: float
    """The whole of what the kitchen decides of a new order: routing, planning, its events. Dishes
    that have been seen before."""
    deciding_in_part: float
    """The same, dishes and modifiers not together."""
    deciding_shared: float
    """As `deciding`, where each station has a twin, with OPEN orders on the boards."""
    cold: float
    """Dishes whose names and modifiers no rule has been held against."""


def rules() -> list[Rule]:
    """As a large kitchen has them: patterns of names, categories, modifiers, modes and hours."""
    made = []
    for number in range(RULES):
        station = f"s-{number % 8}"
        takes: Takes = "modifier" if number % 5 == 4 else "item"
        name: tuple[str, ...] = (f"*dish {number}*", f"special {number}*")
        modifier: tuple[str, ...] = ()
        if takes == "modifier":
            name, modifier = (), (f"*side {number}*",)
        made.append(
            Rule(
                f"r-{number}",
                station,
                60 + number,
                name=name,
                modifier=modifier,
                mode=("delivery",) if number % 7 == 0 else (),
                seat=("seat 1*",) if number % 11 == 0 else (),
                time_of_day=Window(660, 900) if number % 13 == 0 else None,
                takes=takes,
                last=number % 17 == 0,
            )
        )
    return made


def message(number: int, *, dishes: int) -> bytes:
    """An order of its own number; its dishes are some of so many."""
    items = [
        {
            "lineId": f"{line}",
            "id": f"plu-{(number * ITEMS + line) % dishes}",
            "name": f"Grilled Dish {(number * ITEMS + line) % dishes} of the day",
            "qty": 1 + line % 3,
            "mods": [
                {"name": f"No Onion {(number + line) % dishes}"},
                {"name": f"Side {(number * 7 + line) % dishes}"},
            ],
            "course": f"Course {1 + line % 3}",
            "seat": f"Seat {(number + line) % 9}",
        }
        for line in range(ITEMS)
    ]
    order = {"id": f"bench-{number}", "mode": "Delivery", "terminal": "POS 1", "items": items}
    return json.dumps({"command": "create-order", "order": order}).encode()


def decoded(content: bytes) -> Order:
    command = messages.decode(content, UTC)
    assert isinstance(command, CreateOrder)
    return command.order


def cost() -> Cost:
    """Measured now."""
    kitchen = Kitchen(Plan(STATIONS, tuple(rules()), "s-0"))
    router = Router(STATIONS, rules(), "s-0")
    menu = [message(number, dishes=200) for number in range(ROUNDS)]
    same = decoded(menu[0])
    unseen = [decoded(message(number, dishes=10**9)) for number in range(ROUNDS)]
    seen, new = menu[: ROUNDS // 2], menu[ROUNDS // 2 :]
    for content in seen:
        route(router, decoded(content))
        decide(kitchen, decoded(content))
    rush = in_a_rush(menu[-OPEN:])
    decide(rush, same)
    return Cost(
        decoding=microseconds([partial(decoded, content) for content in menu]),
        warm=microseconds([partial(route, router, same)] * ROUNDS),
        new_in_part=microseconds([partial(route, router, order) for order in map(decoded, new)]),
        deciding=microseconds([partial(decide, kitchen, same)] * ROUNDS),
        deciding_in_part=microseconds(
            [partial(decide, kitchen, order) for order in map(decoded, new)]
        ),
        deciding_shared=microseconds([partial(decide, rush, same)] * ROUNDS),
        cold=microseconds([partial(route, router, order) for order in unseen]),
    )


def in_a_rush(menu: list[bytes]) -> Kitchen:
    """A kitchen with twins and these orders on its boards."""
    kitchen = Kitchen(Plan((*STATIONS, *TWINS), tuple(rules()), "s-0"))
    for content in menu:
        for event in kitchen.decide(CreateOrder(decoded(content), NOBODY), Moment(AT, AT)).events:
            kitchen.apply(event)
    return kitchen


def route(router: Router, order: Order) -> None:
    """All of its items."""
    of_order = router.routing(order, AT)
    for item in order.items:
        of_order(item)


def decide(kitchen: Kitchen, order: Order) -> None:
    """What follows from the order when it comes."""
    decision = kitchen.decide(CreateOrder(order, NOBODY), Moment(AT, AT))
    assert decision.events


def microseconds(calls: list[Callable[[], object]]) -> float:
    """The median of the calls."""
    took = []
    for call in calls:
        began = perf_counter()
        call()
        took.append((perf_counter() - began) * 1e6)
    return median(took)
