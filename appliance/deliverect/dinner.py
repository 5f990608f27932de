"""Believable delivery orders as the channel posts them, in two of its shapes; and its products.

The third shape is no order but what became of a checkout: see `simulated`. Sources: the vendor's
pages "Order Notification" and "Product Update" of its KDS API, "Glossary - POS Orders", "Custom
Tags and Allergens".
"""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

from appliance.dishes import GUESTS, MENU, WISHES, Dish

Shape = Literal[1, 2]
"""1: of the KDS API. 2: like that of the POS API, where the id is `_id`."""
SHAPES: Final[tuple[Shape, ...]] = (1, 2)

NEW: Final = 1
"""The status that an order comes with."""
PICKUP, DELIVERY, EAT_IN, CURBSIDE, DRIVE_THROUGH = range(1, 6)
_TYPES: Final = (*[DELIVERY] * 8, *[PICKUP] * 3, EAT_IN, CURBSIDE, DRIVE_THROUGH)
PLATFORMS: Final = {1: "T", 7: "", 12: "DD-"}
"""Numbers of ordering platforms, 7 Uber Eats, 12 DoorDash; and how their short ids begin."""
_DRIVERS: Final = (("Sam", "Okoro"), ("Lena", "Vogt"), ("Wei", "Zhang"))
_STREETS: Final = ("Broadway", "Union Street", "5th Avenue", "Demonbreun Street")
_NOTES: Final = ("", "", "", "No cutlery, please", "Ring twice", "Leave it at the door")
_WITH_A_WISH: Final = 0.15
"""Share of items with a remark."""
_SCHEDULED: Final = 0.2
"""Share of orders that are for later."""

_OF_A_SIDE: Final = {"Side Fries": "side-fries", "Side Salad": "starter-salad"}
"""Modifiers that are dishes, with modifiers of their own."""
_IN_THE_KITCHEN: Final = {"main-burger": "Burger", "main-steak": "Ribeye 300 g"}
_TAGS: Final = {
    "starter-rings": (5, 101, 106),
    "starter-wings": (100,),
    "starter-salad": (4, 108),
    "main-burger": (101, 104),
    "main-salmon": (103, 106),
    "side-fries": (4,),
    "drink-shake": (106,),
    "drink-lemonade": (4,),
    "dessert-tart": (5, 101, 104, 106),
    "main-burger-cheddar": (106,),
    "dessert-tart-ice-cream": (104, 106),
}
"""By PLU: 4 vegan, 5 vegetarian; from 100 on allergens: celery, gluten, 103 fish, eggs, 106 milk,
108 mustard."""


class Place(NamedTuple):
    """Whose orders they are, and by which link they come."""

    account: str
    location: str
    channel_link: str


class _Line(NamedTuple):
    """An item, or a change to it."""

    plu: str
    name: str
    quantity: int
    remark: str
    price: int
    """Cents."""
    changes: "tuple[_Line, ...]"


class _Meal(NamedTuple):
    """An order, whatever shape it is to have."""

    kind: int
    channel: int
    channel_order: str
    shown: str
    """The id that guests and drivers say; not unique."""
    placed: datetime
    pickup: datetime
    asap: bool
    guest: str
    phone: str
    note: str
    cutlery: bool
    lines: tuple[_Line, ...]


def new_id(chance: random.Random) -> str:
    """As the channel's own ones are: 24 hexadecimal digits."""
    return f"{chance.getrandbits(96):024x}"


def order(
    shape: Shape, order_id: str, place: Place, placed: datetime, chance: random.Random
) -> dict[str, Any]:
    """One that is believable; `chance` decides all of it. `placed`: in UTC."""
    meal = _meal(placed, chance)
    written = _kds(meal) if shape == 1 else _pos(meal, place, chance)
    return {
        ("orderId" if shape == 1 else "_id"): order_id,
        "account": place.account,
        "location": place.location,
        **written,
    }


def products(menu: Sequence[Dish] = MENU) -> list[dict[str, Any]]:
    """The products of a menu and their modifiers, with tags, as they are pushed."""
    dishes = [_product(dish.id, dish.name, 1) for dish in menu]
    changes = [_product(_plu(dish.id, name), name, 2) for dish in menu for name in dish.modifiers]
    return [*dishes, *changes]


def _product(plu: str, name: str, kind: Literal[1, 2]) -> dict[str, Any]:
    return {
        "plu": plu,
        "name": name,
        "description": "",
        "productType": kind,
        "productTags": list(_TAGS.get(plu, ())),
        "imageUrl": "",
    }


# ── what is ordered ──────────────────────────────────────────────────────────────────


def _meal(placed: datetime, chance: random.Random) -> _Meal:
    channel = chance.choice([*PLATFORMS])
    asap = chance.random() >= _SCHEDULED
    minutes = chance.randint(12, 30) if asap else chance.randint(45, 180)
    return _Meal(
        kind=chance.choice(_TYPES),
        channel=channel,
        channel_order=f"{chance.getrandbits(64):016X}",
        shown=f"{PLATFORMS[channel]}{chance.getrandbits(20):05X}",
        placed=placed,
        pickup=placed + timedelta(minutes=minutes),
        asap=asap,
        guest=chance.choice(GUESTS),
        phone=f"+1615555{chance.randint(0, 9999):04}",
        note=chance.choice(_NOTES),
        cutlery=chance.random() < 0.5,  # noqa: PLR2004 - as often as not
        lines=tuple(_line(chance) for _ in range(chance.choice((1, 2, 2, 3, 4, 6)))),
    )


def _line(chance: random.Random) -> _Line:
    number = chance.randrange(len(MENU))
    dish = MENU[number]
    remark = chance.choice(WISHES) if chance.random() < _WITH_A_WISH else ""
    price = 500 + 150 * number
    changes = tuple(_changes(dish, chance))
    return _Line(dish.id, dish.name, chance.choice((1, 1, 1, 2, 3)), remark, price, changes)


def _changes(dish: Dish, chance: random.Random) -> Iterator[_Line]:
    for name in chance.sample(dish.modifiers, chance.randint(0, min(2, len(dish.modifiers)))):
        below: tuple[_Line, ...] = ()
        if side := _OF_A_SIDE.get(name):
            below = tuple(_changes(next(each for each in MENU if each.id == side), chance))
        yield _Line(_plu(dish.id, name), name, 1, "", 100, below)


def _plu(dish: str, change: str) -> str:
    return f"{dish}-{change.lower().replace(' ', '-')}"


# ── how it is written ────────────────────────────────────────────────────────────────


def _kds(meal: _Meal) -> dict[str, Any]:
    return {
        "channelOrderId": meal.channel_order,
        "channelOrderDisplayId": meal.shown,
        "orderType": meal.kind,
        "channel": meal.channel,
        "pickupTime": meal.pickup.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "deliveryIsAsap": meal.asap,
        "note": meal.note,
        "items": [_kds_item(line) for line in meal.lines],
        "packaging": {"includeCutlery": meal.cutlery},
        "brandName": "Corner Kitchen",
        "remake": False,
        "customerName": meal.guest,
        "status": NEW,
    }


def _kds_item(line: _Line) -> dict[str, Any]:
    return {
        "plu": line.plu,
        "name": line.name,
        "quantity": line.quantity,
        "itemRemark": line.remark,
        "subItems": [_kds_item(each) for each in line.changes],
    }


def _pos(meal: _Meal, place: Place, chance: random.Random) -> dict[str, Any]:
    by_restaurant = chance.random() < 0.5  # noqa: PLR2004 - as often as not
    first, last = ("", "") if by_restaurant else chance.choice(_DRIVERS)
    written: dict[str, Any] = {
        "_created": _fine(meal.placed),
        "_updated": _fine(meal.placed),
        "channelLink": place.channel_link,
        "channelOrderId": meal.channel_order,
        "channelOrderDisplayId": meal.shown,
        "posId": "",
        "status": NEW,
        "packaging": {"includeCutlery": meal.cutlery},
        "orderType": meal.kind,
        "channel": meal.channel,
        "pickupTime": _fine(meal.pickup),
        "deliveryIsAsap": meal.asap,
        "orderIsAlreadyPaid": True,
        "decimalDigits": 2,
        "note": meal.note,
        "customer": {
            "name": meal.guest,
            "companyName": "",
            "phoneNumber": meal.phone,
            "email": f"{meal.guest.lower()}@example.com",
            "note": "",
        },
        "items": [_pos_item(line, number) for number, line in enumerate(meal.lines)],
    }
    if meal.kind == DELIVERY:
        written["deliveryTime"] = _fine(meal.pickup + timedelta(minutes=20))
        written["deliveryAddress"] = {
            "street": chance.choice(_STREETS),
            "streetNumber": str(chance.randint(1, 900)),
            "postalCode": "37203",
            "city": "Nashville",
            "country": "US",
            "extraAddressInfo": "",
        }
        written["courier"] = {
            "deliveryBy": "restaurant" if by_restaurant else "channel",
            "firstName": first,
            "lastName": last,
            "phoneNumber": "" if by_restaurant else f"+1615555{chance.randint(0, 9999):04}",
        }
    if meal.kind == EAT_IN:
        written["table"] = str(chance.randint(1, 40))
    return written


def _pos_item(line: _Line, number: int) -> dict[str, Any]:
    return {
        "plu": line.plu,
        "name": line.name,
        "kitchenName": _IN_THE_KITCHEN.get(line.plu, ""),
        "price": line.price,
        "quantity": line.quantity,
        "remark": line.remark,
        "productType": 1,
        "productTags": list(_TAGS.get(line.plu, ())),
        "isCombo": any(each.changes for each in line.changes),
        "sortOrder": number,
        "subItems": [_pos_item(each, below) for below, each in enumerate(line.changes)],
    }


def _fine(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
