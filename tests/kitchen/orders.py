"""A small kitchen, orders for it, and ways to say what its boards show.

Burgers and steaks go to the grill, fries to the fry station, a combo to both, all else to
the cold station; the pass sees everything.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Literal

from appliance.kitchen.command import (
    ActOnTicket,
    Command,
    CreateOrder,
    FireCourse,
    MarkLine,
    Refused,
    UpdateOrder,
)
from appliance.kitchen.decision import Decision
from appliance.kitchen.event import Event
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.layout import Plan
from appliance.kitchen.order import NOBODY, Guest, Item, Modifier, Order
from appliance.kitchen.routing import Station
from appliance.kitchen.rule import Rule
from appliance.kitchen.settings import Settings
from appliance.kitchen.ticket import Action, Change, Moment, Ticket

STATIONS = (
    Station("grill", "Grill", "grill", source="file"),
    Station("fry", "Fry", "fry", source="file"),
    Station("cold", "Cold", "salad", source="file"),
)
PASS = Station("pass", "Pass", "expo", source="file")
RULES = (
    Rule("file-1", "grill", 600, name=("burger*", "steak*", "combo*"), source="file"),
    Rule("file-2", "fry", 240, name=("fries*", "combo*"), source="file"),
)
RECALL_WINDOW = 1_800
AT_ONCE = Settings(recall_window=RECALL_WINDOW * 1000, finish_together=False)
"""Every station begins when the order arrives."""
TOGETHER = Settings(recall_window=RECALL_WINDOW * 1000)
MINUTE, HOUR, DAY = 60, 3_600, 86_400


def new_kitchen(
    *,
    with_pass: bool = True,
    rules: Iterable[Rule] = RULES,
    stations: Sequence[Station] = STATIONS,
    settings: Settings = AT_ONCE,
) -> Kitchen:
    everywhere = (*stations, PASS) if with_pass else stations
    return Kitchen(Plan(tuple(everywhere), tuple(rules), "cold"), settings)


def rule(station: str, prep_time: int = 0, *, id: str = "rule", **conditions: Any) -> Rule:  # noqa: A002
    return Rule(id, station, prep_time, **conditions)


def after(seconds: float, *, wall_clock_off_by: float = 0) -> Moment:
    """So long after the doors opened, which was on 2 March 2026 at 18:00 UTC."""
    tick = int(seconds * 1000)
    return Moment(1_772_474_400_000 + tick + int(wall_clock_off_by * 1000), tick)


def do(kitchen: Kitchen, command: Command, now: Moment | None = None) -> Decision:
    """Decide and apply, as the appliance does."""
    decision = kitchen.decide(command, now or after(0))
    guest = decision.guest[1] if decision.guest else None
    for event in decision.events:
        kitchen.apply(event, guest)
    return decision


def item(
    line_id: str,
    name: str = "Burger",
    *mods: str,
    qty: int = 1,
    course: int | None = None,
    status: Literal["hold", "fire"] | None = None,
) -> Item:
    return Item(
        line_id,
        name,
        qty,
        mods=tuple(Modifier(mod) for mod in mods),
        course=f"Course {course}" if course else None,
        course_status=status,
    )


def order(*items: Item, id: str = "7", time: int | None = None, priority: bool = False) -> Order:  # noqa: A002 - the protocol's name
    return Order(id, items, time=time, priority=priority)


def create(*items: Item, id: str = "7", time: int | None = None) -> CreateOrder:  # noqa: A002
    return CreateOrder(order(*items, id=id, time=time), NOBODY)


def update(*items: Item, id: str = "7", guest: Guest = NOBODY) -> UpdateOrder:  # noqa: A002
    return UpdateOrder(order(*items, id=id), guest)


def act(station: str, action: Action, order_id: str = "7") -> ActOnTicket:
    return ActOnTicket(station, order_id, action)


def tick(station: str, line_id: str, *, done: bool = True) -> MarkLine:
    return MarkLine(station, "7", line_id, done)


def fire(course: int | None) -> FireCourse:
    return FireCourse("7", course)


def busy(*commands: Command, with_pass: bool = True) -> Kitchen:
    """A kitchen in which all this has happened."""
    busy = new_kitchen(with_pass=with_pass)
    for command in commands:
        decision = do(busy, command)
        assert not isinstance(decision.reply, Refused), decision.reply
    return busy


def ticket(kitchen: Kitchen, station: str, order_id: str = "7") -> Ticket:
    """The ticket of the newest order of that id, live or finished."""
    tickets = [*kitchen.live_tickets(station), *kitchen.finished_tickets(station)]
    ours = [each for each in tickets if kitchen.placed(each.number).order.id == order_id]
    return max(ours, key=lambda ticket: ticket.number)


def board(kitchen: Kitchen, station: str) -> list[str]:
    """The order ids on a board, as a cook reads it."""
    return [kitchen.placed(live.number).order.id for live in kitchen.live_tickets(station)]


def boards(kitchen: Kitchen) -> dict[str, list[Ticket]]:
    return {station: kitchen.live_tickets(station) for station in kitchen.router.stations}


def to_do(ticket: Ticket) -> list[str]:
    return [line.id for line in ticket.lines if line.to_do]


def held(ticket: Ticket) -> list[str]:
    return [line.id for line in ticket.lines if line.held]


def done(ticket: Ticket) -> list[str]:
    return [line.id for line in ticket.lines if line.done]


def marks(ticket: Ticket) -> dict[str, Change | None]:
    return {line.id: line.change for line in ticket.lines}


def struck(kitchen: Kitchen, station: str) -> list[str]:
    """What the ticket shows struck through, as a cook reads it."""
    shown = ticket(kitchen, station)
    placed = kitchen.placed(shown.number)
    items = [placed.item(line.id) for line in shown.lines if line.change == "deleted"]
    return [item.name for item in items if item is not None]


def kinds(events: Collection[Event]) -> list[str]:
    """What happened, in a word each."""
    return [getattr(event, "kind", type(event).__name__) for event in events]
