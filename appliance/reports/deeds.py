"""Who did what: the events of the log that are somebody's deed."""

from typing import Final, Literal, NamedTuple, get_args

from appliance.kitchen.event import (
    Change,
    ConfigurationChanged,
    Event,
    MenuItemRemoved,
    MenuItemsDefined,
    OrderCancelled,
    OrderCollected,
    OrderPlaced,
    OrderUpdated,
    PrintAsked,
    RuleRemoved,
    RulesAdded,
    StationDefined,
    StationRemoved,
    Summoned,
    TicketChanged,
    Unknown,
)
from appliance.reports.days import Span

Action = Literal[
    "started",
    "item_done",
    "ready",
    "bumped",
    "acknowledged",
    "recalled",
    "voided",
    "prioritized",
    "fired",
    "moved",
    "received",
    "undone",
    "cancelled",
    "collected",
    "printed",
    "called",
    "came",
    "station_changed",
    "station_removed",
    "rules_added",
    "rule_removed",
    "menu_changed",
    "menu_item_removed",
    "configuration_applied",
    "configuration_imported",
    "pin_set",
    "pin_removed",
    "token_revoked",
    "screen_added",
    "screen_changed",
    "screen_removed",
]
"""`item_done`: a line was ticked, or its tick taken away; `acknowledged`: a struck ticket was
bumped away; `received`: what was moved came there; `cancelled`: the order was taken back;
`collected`: its guest has it, or who delivers it."""
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
LONGEST: Final = 200
"""Characters of what a deed was about: a menu may be sent whole."""

_OF_KIND: Final[dict[str, Action]] = {
    "created": "received",
    "updated": "received",
    "fired": "fired",
    "started": "started",
    "item_done": "item_done",
    "ready": "ready",
    "bumped": "bumped",
    "recalled": "recalled",
    "voided": "voided",
    "prioritized": "prioritized",
    "moved": "moved",
    "undone": "undone",
}
_OF_CHANGE: Final[dict[Change, Action]] = {
    "applied": "configuration_applied",
    "imported": "configuration_imported",
    "pin_set": "pin_set",
    "pin_removed": "pin_removed",
    "token_revoked": "token_revoked",
    "screen_added": "screen_added",
    "screen_changed": "screen_changed",
    "screen_removed": "screen_removed",
}


class Deed(NamedTuple):
    """Something that somebody did."""

    at: int
    seq: int
    """Of the event."""
    action: Action
    station: str | None = None
    number: int | None = None
    """Of the order."""
    by: str | None = None
    """None: the till, or a log from before it was kept."""
    what: str | None = None
    """Which rules, dishes or printer; whose PIN; which screen."""
    order_id: str | None = None
    check_number: str | None = None
    origin_source: str | None = None


class DeedFilter(NamedTuple):
    """Which deeds; None: any."""

    span: Span
    station: str | None = None
    by: str | None = None
    actions: tuple[Action, ...] | None = None
    order: str | None = None
    """Its id, or the number of its check."""


def deed_of(seq: int, event: Event) -> Deed | None:
    """What somebody did by that event, without what the order is called; None: it is no deed."""
    match event:
        case TicketChanged():
            return _at_a_ticket(seq, event)
        case PrintAsked(ticket=ticket, printer=printer, by=by):
            return Deed(event.at, seq, "printed", ticket.station, ticket.number, by, printer)
        case OrderCancelled(number=number):
            return Deed(event.at, seq, "cancelled", None, number)
        case OrderCollected(number=number, by=by):
            return Deed(event.at, seq, "collected", None, number, by)
        case OrderPlaced() | OrderUpdated() | Summoned(until=None, by=None) | Unknown():
            return None  # By the till; by time itself; nobody here knows.
        case Summoned(station=station, until=until, by=by):
            return Deed(event.at, seq, "came" if until is None else "called", station, by=by)
    action, station_id, what = _of_the_kitchen(event)
    about = None if what is None else what[:LONGEST]
    return Deed(event.at, seq, action, station_id, by=event.by, what=about)


def _at_a_ticket(seq: int, event: TicketChanged) -> Deed | None:
    """What was done to this very ticket, by hand."""
    ticket = event.ticket
    if event.action is None or event.effect is not None or event.kind not in _OF_KIND:
        return None
    is_struck = event.kind == "bumped" and ticket.status == "voided"
    action = "acknowledged" if is_struck else _OF_KIND[event.kind]
    return Deed(event.at, seq, action, ticket.station, ticket.number, event.by)


def _of_the_kitchen(
    event: StationDefined
    | StationRemoved
    | RulesAdded
    | RuleRemoved
    | MenuItemsDefined
    | MenuItemRemoved
    | ConfigurationChanged,
) -> tuple[Action, str | None, str | None]:
    """What was done, to which station, and to what else."""
    match event:
        case StationDefined(station=station):
            return "station_changed", station.id, None
        case StationRemoved(station_id=station_id):
            return "station_removed", station_id, None
        case RulesAdded(rules=rules):
            return "rules_added", None, " ".join(rule.id for rule in rules)
        case RuleRemoved(rule_id=rule_id):
            return "rule_removed", None, rule_id
        case MenuItemsDefined(items=items):
            return "menu_changed", None, " ".join(item.plu for item in items)
        case MenuItemRemoved(plu=plu):
            return "menu_item_removed", None, plu
        case ConfigurationChanged(what=what, keys=keys):
            return _OF_CHANGE[what], None, " ".join(keys)
