"""What can be asked of the kitchen, and what it answers. Every way in ends in one of these."""

from typing import Literal

from msgspec import Struct

from appliance.kitchen.amendment import Amendment
from appliance.kitchen.event import Change
from appliance.kitchen.menu import MenuItem
from appliance.kitchen.order import Guest, Order, Placed
from appliance.kitchen.routing import Station
from appliance.kitchen.rule import Rule
from appliance.kitchen.ticket import Action, Priority, Status, Ticket


class CreateOrder(Struct, frozen=True, gc=False):
    """A new order; of an order that is live: a retry, or else an update."""

    order: Order
    guest: Guest


class UpdateOrder(Struct, frozen=True, gc=False):
    """The whole order as it is to be from now on; lines are compared by `line_id`."""

    order: Order
    guest: Guest
    done: frozenset[str] = frozenset()
    """Lines that were finished elsewhere: where they are in the order no more they go from the
    boards, instead of being struck through."""


class AmendOrder(Struct, frozen=True, gc=False):
    """Part of an order as it is to be from now on; all else stays as it is."""

    order_id: str
    amendment: Amendment


class CancelOrder(Struct, frozen=True, gc=False):
    """Take the order back. Its tickets stay visible as voided until bumped away."""

    order_id: str
    done: bool = False
    """It was finished elsewhere: its tickets leave the boards as bumped."""


class CollectOrder(Struct, frozen=True, gc=False):
    """Its guest has it, or who delivers it: nobody has to keep it at the pass any more."""

    order_id: str


class ActOnTicket(Struct, frozen=True, gc=False):
    """One of the ticket API's actions on the ticket of this order at this station."""

    station: str
    order_id: str
    action: Action


class SetPriority(Struct, frozen=True, gc=False):
    """Move a ticket in the queue."""

    station: str
    order_id: str
    priority: Priority


class MarkLine(Struct, frozen=True, gc=False):
    """Tick a line of a ticket, or take the tick away."""

    station: str
    order_id: str
    line_id: str
    done: bool


class FireCourse(Struct, frozen=True, gc=False):
    """Fire every held line whose course is at or below this one, or that is of no course.

    A course that has no number is fired by None alone, which fires all that is held.
    """

    order_id: str
    course: int | None
    stations: frozenset[str] | None = None
    """All that whoever fires it has to do with; None for every station. It is done there."""
    station: str | None = None
    """On whose card it is fired: it is done there, too. None for no card's."""


class MoveTicket(Struct, frozen=True, gc=False):
    """Have another station make what is on the board of this one of an order."""

    station: str
    order_id: str
    to: str
    """An active station that cooks."""


class Undo(Struct, frozen=True, gc=False):
    """Take back the newest action by hand that changed the ticket of this order here.

    Without an order: the newest that was done at this station. What was taken back counts
    no more: a second undo takes back the action before.
    """

    station: str
    order_id: str | None = None


class Summon(Struct, frozen=True, gc=False):
    """Call somebody to a station; not `on`: nobody has to be called any more."""

    station: str
    on: bool


class PrintTicket(Struct, frozen=True, gc=False):
    """Print the ticket of this order at this station, which may be on paper already."""

    station: str
    order_id: str
    printer: str | None = None
    """The id of one; None: all that print for the station."""


class Due(Struct, frozen=True, gc=False):
    """Time has passed: do what is to be done by now. Not sooner than `Kitchen.next_due`."""


class DefineStation(Struct, frozen=True, gc=False):
    """A station as it is to be from now on; one of that id that was made so is replaced.

    Whatever its `source` says, it was made at run time.
    """

    station: Station


class RemoveStation(Struct, frozen=True, gc=False):
    """Take away a station that was made at run time and that nothing needs any more."""

    station_id: str


class AddRules(Struct, frozen=True, gc=False):
    """Further rules, all of them or none. Their ids are new; `source` as for a station."""

    rules: tuple[Rule, ...]


class RemoveRule(Struct, frozen=True, gc=False):
    """Take away a rule that was made at run time."""

    rule_id: str


class DefineMenuItems(Struct, frozen=True, gc=False):
    """Items of the menu as they are to be from now on, all of them or none; by PLU.

    With `replace_all`, what else was made at run time goes. `source` as for a station.
    """

    items: tuple[MenuItem, ...]
    replace_all: bool = False


class RemoveMenuItem(Struct, frozen=True, gc=False):
    """Take away an item of the menu that was made at run time."""

    plu: str


ByHand = ActOnTicket | SetPriority | MarkLine | FireCourse | MoveTicket
"""What a person does, and may take back."""


class NoteConfiguration(Struct, frozen=True, gc=False):
    """Somebody changed how the appliance is set up, or who may: to be written down."""

    what: Change
    keys: tuple[str, ...]


Command = (
    CreateOrder
    | UpdateOrder
    | AmendOrder
    | CancelOrder
    | CollectOrder
    | ByHand
    | Undo
    | Summon
    | PrintTicket
    | Due
    | DefineStation
    | RemoveStation
    | AddRules
    | RemoveRule
    | DefineMenuItems
    | RemoveMenuItem
    | NoteConfiguration
)


class OrderAccepted(Struct, frozen=True, gc=False):
    """The order command was carried out, or had been already, or is rightly ignored."""

    order_id: str


class TicketsNow(Struct, frozen=True, gc=False):
    """The tickets that the command was about, as they now stand."""

    placed: Placed
    tickets: tuple[Ticket, ...]


class TimePassed(Struct, frozen=True, gc=False):
    """What was due has been done."""

    stations_left: tuple[str, ...] = ()
    """Ids of stations that are not there any more, or of another kind, whose cards moved now."""


class StationsNow(Struct, frozen=True, gc=False):
    """The station that the command was about, as it now stands; none where it is gone."""

    stations: tuple[Station, ...]


class RulesNow(Struct, frozen=True, gc=False):
    """The rules that the command was about, as they now stand; none where they are gone."""

    rules: tuple[Rule, ...]


class MenuItemsNow(Struct, frozen=True, gc=False):
    """The items of the menu that the command was about, as they now stand; none where gone."""

    items: tuple[MenuItem, ...]


Reason = Literal[
    "no_such_order",
    "no_such_ticket",
    "no_such_line",
    "no_such_station",
    "no_such_rule",
    "no_such_menu_item",
    "wrong_state",
    "cannot_move",
    "nothing_to_undo",
    "cannot_undo",
    "cannot_amend",
    "read_only",
    "in_use",
    "is_expo",
    "cannot_share",
    "id_taken",
    "too_many",
]
"""`read_only`: declared in the configuration file. `in_use`: has live tickets or rules.
`is_expo`: a rule for a station that cooks nothing. `cannot_share`: what a station says of its
twin or its backup makes no sense."""


class Refused(Struct, frozen=True, gc=False):
    """It cannot be done; nothing has changed."""

    reason: Reason
    message: str
    from_status: Status | None = None
    to_status: Status | None = None
    place: int | None = None
    """Of several rules or items, the one that it is about, counted from 0."""
    field: str | None = None
    """Of a station, the field that it is about."""
    stations: tuple[str, ...] = ()
    """The names of those that it has to wait for."""


class ConfigurationNoted(Struct, frozen=True, gc=False):
    """It is written down."""


Reply = (
    OrderAccepted
    | TicketsNow
    | TimePassed
    | StationsNow
    | RulesNow
    | MenuItemsNow
    | ConfigurationNoted
    | Refused
)
