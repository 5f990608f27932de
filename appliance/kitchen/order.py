"""What an order is: what the point of sale sent, in one spelling, with the guest kept apart.

Field names are those of the LAN protocol (camelCase when encoded), so that what a
client sent can be found again in the log and in a ticket's metadata.
"""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

MODE_WHEN_NOT_SENT: Final = "For Here"
"""How an order is served that does not say so (design: LAN protocol, sensible defaults)."""
_BETWEEN_WORDS: Final = re.compile(r"[\W_]+")


def mode_words(mode: str) -> list[str]:
    """The words of a mode, in lower case."""
    return _BETWEEN_WORDS.sub(" ", mode.lower()).split()


def mode_key(mode: str) -> str:
    """A mode as it is looked up: without case, spaces and punctuation."""
    return "".join(mode_words(mode)).casefold()


class Component(Struct, frozen=True, gc=False, omit_defaults=True):
    """A part of an item that cooks count, as `2 × patty`."""

    name: str
    count: int | float = 1


class ItemGroup(Struct, frozen=True, gc=False, omit_defaults=True):
    """The group (a combo, a shared plate) that an item belongs to."""

    id: str | None = None
    name: str | None = None


class Modifier(Struct, frozen=True, gc=False, omit_defaults=True):
    """A change to an item: `No Ketchup`, `Side Fries`."""

    name: str
    id: str | None = None
    qty: int | float = 1
    components: tuple[Component, ...] = ()
    level: int = 0
    """How deep it is nested: 1 for a change to the modifier before it that is of level 0."""


def with_nested(mods: Sequence[Modifier], places: Collection[int]) -> tuple[int, ...]:
    """These places, and those of what is nested below the modifiers there, in their order."""
    return tuple([place for place, _level in _nested(mods, places)])


def part_of(mods: Sequence[Modifier], places: Collection[int]) -> tuple[Modifier, ...]:
    """The modifiers at these places, each with what is nested below it.

    Levels are counted from there: one of level 0 is made by itself.
    """
    return tuple([replace(mods[place], level=level) for place, level in _nested(mods, places)])


def _nested(mods: Sequence[Modifier], places: Collection[int]) -> Iterator[tuple[int, int]]:
    top: int | None = None
    for place, mod in enumerate(mods):
        if top is None or mod.level <= top:
            top = mod.level if place in places else None
        if top is not None:
            yield place, mod.level - top


class Item(Struct, frozen=True, gc=False, omit_defaults=True, rename="camel"):
    """One line of an order. `line_id` is unique within the order."""

    line_id: str
    name: str
    qty: int | float = 1
    id: str | None = None
    category: str | None = None
    price: str | None = None
    mods: tuple[Modifier, ...] = ()
    course: str | None = None
    course_status: str | None = None
    """`straightFire`, `fire`, `pickup` (cook now) or `hold` (wait for the course)."""
    seat: str | None = None
    components: tuple[Component, ...] = ()
    item_group: ItemGroup | None = None

    @property
    def held(self) -> bool:
        """Whether the point of sale asks the kitchen to wait with this line."""
        return self.course_status == "hold"


class Fee(Struct, frozen=True, gc=False, omit_defaults=True):
    """A named amount; `amount` is text for display and may carry a currency sign."""

    amount: str
    name: str | None = None


class Costs(Struct, frozen=True, gc=False, omit_defaults=True, rename="camel"):
    """What the order costs: texts for display."""

    subtotal: str | None = None
    tax: str | None = None
    delivery_fee: str | None = None
    surcharge: str | None = None
    convenience_fee: str | None = None
    tip: str | None = None
    additional_fees: tuple[Fee, ...] = ()
    total: str | None = None
    promo_codes: tuple[Fee, ...] = ()


class DeliveryService(Struct, frozen=True, gc=False, omit_defaults=True, rename="camel"):
    """Who delivers, and under which number. The driver's phone is in `Guest`."""

    name: str | None = None
    order_id: str | None = None


class Accessibility(Struct, frozen=True, gc=False, omit_defaults=True, rename="camel"):
    """What a guest needs at the table or the car."""

    wheel_chair_access: bool | None = None


class Retry(Struct, frozen=True, gc=False, omit_defaults=True, rename="camel"):
    """How the sender asks to be told of a retried message; kept, not acted upon."""

    notification_url: str | None = None
    expiration: int | str | None = None


class Order(Struct, frozen=True, gc=False, omit_defaults=True, rename="camel"):
    """An order without its guest. What is `None` was not sent."""

    id: str
    items: tuple[Item, ...] = ()
    time: str | int | None = None
    mode: str | None = None
    pickup_time: str | int | None = None
    pickup_at: int | None = None
    """`pickup_time` in milliseconds since the epoch, where it could be understood."""
    asap: bool = False
    """It is begun at once, whatever its pick-up time: then somebody comes for it."""
    server: str | None = None
    terminal: str | None = None
    priority: bool = False
    check_number: str | None = None
    origin_source: str | None = None
    delivery_handoff: bool | None = None
    opt_in_for_sms: bool | None = None
    costs: Costs | None = None
    delivery_service: DeliveryService | None = None
    prep_time_duration: str | None = None
    covers: int | None = None
    loyalty_member: bool | None = None
    accessibility: Accessibility | None = None
    source: str | None = None
    retry: Retry | None = None
    via: tuple[str, ...] = ()
    """Identifiers of the appliances that it came through, the first one first."""
    channel_account: str | None = None
    """The id of the account of a channel that it came by; None for a point of sale's."""
    channel_order: str | None = None
    """What else the channel calls it: the id of its checkout, or of the platform's order."""
    brand: str | None = None
    """Of the kitchen's brands, the one that it was ordered from."""
    cutlery: bool | None = None
    """Whether the guest wants some; None where nobody said."""


class Guest(Struct, frozen=True, gc=False, omit_defaults=True, rename="camel"):
    """What identifies the guest of an order, and every free text.

    It is stored apart from the events, keyed by order number, and joined when a ticket
    is sent to somebody: erasing it never rewrites history.
    """

    name: str | None = None
    phone_number: str | None = None
    delivery_address: str | None = None
    special_instructions: str | None = None
    customer_arrived_url: str | None = None
    vehicle_model: str | None = None
    vehicle_color: str | None = None
    driver_phone: str | None = None
    item_instructions: dict[str, str] = {}
    """Special instructions of items, by `line_id`."""
    group_notes: dict[str, str] = {}
    """Notes of item groups, by `line_id`."""


NOBODY = Guest()


class Placed(Struct, frozen=True, dict=True):
    """An order as it stands in this kitchen."""

    number: int
    """Counted by this appliance; unique for ever, unlike the id that the sender chose."""
    order: Order
    guest: Guest
    placed_at: int
    create_tick: int
    """When the newest create of this order came, by the kitchen's own clock."""
    digest: str
    """Of that create: what a retry is recognised by."""
    target_at: int | None = None
    """When the guest expects it, in milliseconds since the epoch."""
    removed: tuple[Item, ...] = ()
    """Lines that an update took out and that a ticket may still show, struck through."""
    cancelled: bool = False
    release: int = 0
    """Tick before which nothing of it begins by itself; 0 for an order that was for now."""
    stations: tuple[str, ...] = ()
    """Ids of those that have a ticket of it to cook, sorted."""
    revision: int = 0
    """How often it was changed or cancelled."""
    promised: int | None = None
    """Tick of its pick-up time, where that could be kept when it came."""
    closes: int | None = None
    """Tick at which its day ends; None for never. See `closing.py`."""
    collected: int | None = None
    """When its guest, or who delivers it, took it, in milliseconds since the epoch; None: nobody
    has said so, or something of it was called back since."""

    def joined(self, station: str) -> "Placed":
        """As it is when a station has a ticket of it to cook."""
        if station in self.stations:
            return self
        return replace(self, stations=tuple(sorted((*self.stations, station))))

    def left(self, station: str) -> "Placed":
        """As it is when a station has no ticket of it any more."""
        return replace(self, stations=tuple(each for each in self.stations if each != station))

    def item(self, line_id: str) -> Item | None:
        """The line of that id, whether it still belongs to the order or was removed."""
        return self._by_line_id.get(line_id)

    @cached_property
    def _by_line_id(self) -> dict[str, Item]:
        # A frame holds thousands of lines, and every one of them is looked up.
        return {item.line_id: item for item in (*self.removed, *self.order.items)}


def shown_name(placed: Placed) -> str | None:
    """What an order is called: name, then where it came from, then the check number."""
    order = placed.order
    return called(placed.guest.name, order.origin_source, order.check_number)


def called(guest: str | None, origin_source: str | None, check_number: str | None) -> str | None:
    """The same of these parts."""
    return " ".join(filter(None, (guest, origin_source, check_number))) or None


_encode = msgspec.json.Encoder(order="deterministic").encode


def digest(order: Order, guest: Guest) -> str:
    """Sixteen hexadecimal digits that are the same for the same content."""
    content = hashlib.blake2b(_encode(order), digest_size=8)
    content.update(_encode(guest))
    return content.hexdigest()


def derived_line_id(item_id: str | None, name: str, mods: tuple[Modifier, ...]) -> str:
    """The stem of a line id for a line that came without one.

    Such lines are told apart by id, name, modifiers and occurrence
    (design: LAN protocol, `update-order`).
    """
    parts = [item_id or "", name, *(f"{mod.id or ''}\x1f{mod.name}\x1f{mod.qty}" for mod in mods)]
    return "~" + hashlib.blake2b("\x1e".join(parts).encode(), digest_size=4).hexdigest()


_NUMBER = re.compile(r"\d{1,6}", re.ASCII)


Courses = Mapping[str, int]
"""Numbers of courses that have none in their texts, by these texts, casefolded."""
NO_COURSES: Final[Courses] = MappingProxyType({})


def course_number(text: str | None, numbers: Courses) -> int | None:
    """The first number in a course's text, else that which `numbers` has for it, if any."""
    number = first_number(text)
    return numbers.get(text.strip().casefold()) if number is None and text else number


@lru_cache(256)  # `Course 2`, `Seat 1`: a night has a handful of them.
def first_number(text: str | None) -> int | None:
    """The first number in a text such as `Course 2`; None for none."""
    found = _NUMBER.search(text) if text else None
    return int(found.group()) if found else None
