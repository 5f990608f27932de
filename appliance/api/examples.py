"""Examples of the contract: what the parts of a path may be, and bodies that are understood.

They fit the kitchen that comes with the appliance, and each other: whoever sends them one
after another sees an order go through it.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from msgspec import Struct

from appliance.api.access import DeviceBody, PinBody, RevokeBody
from appliance.api.card import BundleBody
from appliance.api.channels import PauseBody
from appliance.api.menu import MenuBody, MenuItemBody
from appliance.api.orders import ChangedOrder, NewOrder, PartialOrder
from appliance.api.panel import KeyBody
from appliance.api.printers import FaultBody, LookBody
from appliance.api.routing import TestedOrder
from appliance.api.rule_json import RuleBody, RulesBody
from appliance.api.screen_json import AdoptBody, KnockBody, ScreenBody
from appliance.api.setup import DocumentBody, DraftedOrder, SetUpBody
from appliance.api.sign_in import Credentials
from appliance.api.stations import StationBody
from appliance.api.tickets import FireBody, MoveBody, PrintBody, PriorityBody
from appliance.setup import KitchenJson


class Part(NamedTuple):
    """A part of a path, which stands there in braces."""

    meaning: str
    example: str


PARTS: Final[Mapping[str, Part]] = {
    "station_id": Part("A station's `id`, as `GET /stations` lists it.", "grill"),
    "order_id": Part("The order's `id`, as the point of sale gave it, percent-encoded.", "123"),
    "line_id": Part("A line's `line_id`, as the ticket lists it.", "1"),
    "rule_id": Part("A rule's `id`, as `GET /routing` lists it.", "rule-0a1b2c3d4e5f"),
    "plu": Part("The item's PLU: the id under which points of sale send it.", "S-1"),
    "name": Part("The person's name, as `GET /pins` lists it.", "Maria"),
    "button_id": Part("A button's `id`, as `GET /panel` lists it.", "grill-1"),
    "bar_id": Part("A bump bar's `id`, as `GET /panel` lists it.", "fry-bar"),
    "printer_id": Part("A printer's `id`, as `GET /printers` lists it.", "fry-printer"),
    "screen_id": Part(
        "A screen's `id`, as `GET /screens` lists it.", "9f0c2f6e-5b1d-4b7a-9d55-0d8f3c1f2a10"
    ),
    "account": Part("An account's `id`, as `GET /channels` lists it.", "city"),
    "job_id": Part("A job's `id`, as the printer's jobs list it.", "7"),
    "id": Part("A device's `id`, as `GET /devices` lists it.", "0123456789abcdef"),
}

_BURGERS: Final = {
    "lineId": "1",
    "name": "Hamburger",
    "qty": 2,
    "mods": [{"name": "Cheddar"}, {"name": "Side Fries"}],
    "course": "Course 2",
    "seat": "Seat 1",
}
_SHAKE: Final = {
    "lineId": "2",
    "name": "Chocolate Shake",
    "qty": 1,
    "course": "Course 3",
    "courseStatus": "hold",
}
_RULE: Final = {
    "station_id": "cold",
    "name": ["*soup*"],
    "prep_time_seconds": 300,
    "priority_boost": 1,
}
_SOUP: Final = {
    "name": "Onion Soup",
    "category": "Starters",
    "allergens": ["celery", "gluten"],
    "components": [{"name": "crouton", "count": 6}],
    "prep_time_seconds": 240,
}

_SMALL: Final = {
    "appliance": {"name": "Corner Diner", "time_zone": "Europe/Madrid"},
    "station": [{"id": "grill", "name": "Grill"}, {"id": "fry", "name": "Fry"}],
    "route": [{"station": "fry", "modifier": ["*fries*"]}],
}

BODIES: Final[Mapping[type[Struct], Mapping[str, Any]]] = {
    NewOrder: {
        "id": "123",
        "name": "Omar",
        "mode": "For Here",
        "server": "Sarah",
        "items": [_BURGERS, _SHAKE],
    },
    ChangedOrder: {"name": "Omar", "items": [{**_BURGERS, "qty": 3}, _SHAKE]},
    PartialOrder: {"itemsToAdd": [{"lineId": "3", "name": "Onion Rings"}]},
    TestedOrder: {"items": [{"name": "Hamburger", "mods": ["Side Fries"]}]},
    BundleBody: {"size": 268435456},
    PriorityBody: {"priority": "urgent"},
    MoveBody: {"station_id": "fry"},
    FireBody: {"order_id": "123", "course_number": 3},
    PrintBody: {"printer_id": None},
    PauseBody: {"seconds": 1800},
    StationBody: {
        "name": "Pizza Oven",
        "station_type": "pizza",
        "display_order": 4,
        "settings": {"color": "#d9480f", "alert_threshold_seconds": 600},
    },
    RuleBody: _RULE,
    RulesBody: {"rules": [_RULE, {"station_id": "grill", "category": ["wok"]}]},
    MenuItemBody: _SOUP,
    MenuBody: {"items": [{"plu": "S-1", **_SOUP}]},
    PinBody: {"name": "Maria", "pin": "4711", "roles": ["chef"]},
    DeviceBody: {"name": "Screen at the grill", "stations": ["grill"]},
    RevokeBody: {"subject": "pin:Maria"},
    DocumentBody: {"document": _SMALL},
    SetUpBody: {"document": _SMALL, "revision": "0f1e2d3c4b5a6978"},
    KitchenJson: {"format": 1, "configuration": '[[station]]\nid = "grill"\nname = "Grill"\n'},
    DraftedOrder: {
        "document": _SMALL,
        "items": [{"name": "Hamburger", "mods": ["Side Fries"]}],
    },
    KeyBody: {"key": "bump"},
    FaultBody: {"fault": "out of paper", "on": True},
    LookBody: {"printing": {"language": "de"}, "model": "TM-T88V", "station": "Grill"},
    KnockBody: {"screen_id": "4b825dc642cb6eb9a060e54bf8d69288", "name": "TV at the fryer"},
    AdoptBody: {"code": "123456", "name": "Fry screen", "station_id": "fry"},
    ScreenBody: {"name": "Fry screen", "patience": 15, "look": {"scale": 120}},
    Credentials: {"pin": "4711"},
}
