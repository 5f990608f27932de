"""A chit as data: what is to be read on one slip of paper, before anybody lays it out."""

from typing import Literal

from msgspec import Struct

Kind = Literal["ticket", "change", "void", "test"]
"""`ticket`: all that there is to make. `change`: only what is other than on paper. `void`: nothing
of it is wanted any more. `test`: the printer's test page."""
Mark = Literal["added", "changed", "fired", "void"]
"""`fired`: it waited, and is to be made now."""


class ChitModifier(Struct, frozen=True, omit_defaults=True):
    """A change to a dish."""

    name: str
    qty: int | float = 1
    allergens: tuple[str, ...] = ()
    level: int = 0
    """How deep it is nested below another; of what is made alone, 0 is a dish."""


class ChitLine(Struct, frozen=True, omit_defaults=True):
    """A dish."""

    id: str
    """Of the order's line."""
    name: str
    qty: int | float = 1
    mods: tuple[ChitModifier, ...] = ()
    notes: str | None = None
    """Special instructions."""
    allergens: tuple[str, ...] = ()
    seat: str | None = None
    course: str | None = None
    station: str | None = None
    """The name of who makes it, on a chit of the whole order."""
    held: bool = False
    """It waits for its course or its time."""
    only_modifiers: bool = False
    """These modifiers are all that is made of it here."""
    mark: Mark | None = None
    """On a change: what became of it."""
    was: int | float | None = None
    """How many it was, where that is what changed."""


class Head(Struct, frozen=True, omit_defaults=True):
    """What is said of an order as a whole, and makes a difference to who makes it."""

    name: str | None = None
    """What it is called: `Table 7`."""
    mode: str | None = None
    target_at: int | None = None
    """When the guest comes for it."""
    target: str | None = None
    """The same as it was sent, where that is no time."""
    notes: str | None = None
    """Special instructions for all of it."""


class Chit(Struct, frozen=True, omit_defaults=True):
    """One slip. Times are wall-clock milliseconds since the epoch. None: it is not known."""

    kind: Kind
    at: int
    """When what it tells of happened."""
    number: int = 0
    """Of the order, as counted by this appliance."""
    order_id: str = ""
    station_id: str = ""
    """Empty on a chit of the whole order, as the next."""
    station: str = ""
    """Its name."""
    lines: tuple[ChitLine, ...] = ()
    name: str | None = None
    """See `Head`, as for `mode`, `target_at`, `target` and `notes`."""
    check_number: str | None = None
    source: str | None = None
    """Where the order came from."""
    mode: str | None = None
    placed_at: int | None = None
    target_at: int | None = None
    target: str | None = None
    later: bool = False
    """It is an order for later: it does not begin when it comes."""
    server: str | None = None
    terminal: str | None = None
    covers: int | None = None
    priority: Literal["normal", "high", "urgent"] = "normal"
    notes: str | None = None
    delivery: str | None = None
    """Who delivers, and under which number."""
    cutlery: bool | None = None
    """Whether the guest wants some, on a chit for who hands the order over."""
    also_at: tuple[str, ...] = ()
    """The names of the other stations that make something of it."""
    part: tuple[int, int] | None = None
    """Slip n of m, where items have slips of their own."""
    was: Head | None = None
    """What is on paper of it, where the order has become another one since."""
    again: bool = False
    """It was asked for by hand, and may be on paper already."""
