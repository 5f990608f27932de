"""Whatever a night brings, what hangs at each printer is what its stations have to make."""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from appliance.kitchen.command import AddRules, Due
from appliance.kitchen.event import OrderCancelled, TicketChanged
from appliance.kitchen.layout import Plan
from appliance.kitchen.order import Placed
from appliance.kitchen.routing import Station
from appliance.kitchen.settings import Settings
from appliance.kitchen.ticket import Line, Ticket
from appliance.printing.chit import ChitLine
from appliance.printing.content import line_of, reads_as
from appliance.printing.wanted import Wants
from tests.kitchen.nights import (
    Step,
    commands,
    creates_for_later,
    linked_stations,
    made_rules,
    plans,
    restored,
    step,
    ways_to_work,
)
from tests.kitchen.orders import after, new_kitchen
from tests.printing.papers import Papers, Place, Shift
from tests.proof import count

NIGHTS: Final = count(100, proof=10_000)
ALL: Final = ("grill", "fry", "cold", "bar", "grill-2", "hatch", "oven")
SOME: Final = (("grill",), ("fry", "cold"), ("pass",))
SINGLE: Final = (("grill",), ("fry",), ("cold",), ("pass",))
"""With several, one that becomes a pass makes their tickets whole orders, headed otherwise."""


def printers(*stations: tuple[str, ...]) -> st.SearchStrategy[list[Wants]]:
    return st.lists(
        st.builds(
            Wants,
            st.sampled_from(stations),
            st.sampled_from(["arrival", "fire", "bump"]),
            st.sampled_from(["station", "item", "order"]),
        ),
        min_size=1,
        max_size=6,
    )


steps = step(st.one_of(creates_for_later, commands))
nights = st.lists(steps, min_size=5, max_size=30)


class Night:
    """A kitchen with every kind of printer; after each step all of them are looked at."""

    def __init__(self, shift: Shift) -> None:
        self.shift = shift
        self.seconds = 0

    def pass_time(self, seconds: int) -> None:
        until = self.seconds + seconds
        while (due := self.shift.kitchen.next_due) is not None and due <= until * 1000:
            self.seconds = max(self.seconds, math.ceil(due / 1000))
            self.shift.do(Due(), after(self.seconds))
        self.seconds = until

    def do(self, each: Step) -> None:
        self.pass_time(each.pause)
        self.shift.do(each.command, after(self.seconds))
        self.pass_time(0)

    def is_whole(self, wants: Wants) -> bool:
        has_pass = any(station.id == "pass" for station in self.shift.kitchen.stations)
        return wants.ticket == "order" or (has_pass and wants.stations == ("grill", "pass"))

    def read_late(self) -> None:
        """Printers that were far behind hear all of it at once, of orders as they are by now."""
        late = [Papers(printer.wants) for printer in self.shift.printers]
        kitchen = self.shift.kitchen
        for event in self.shift.heard:
            match event:
                case TicketChanged(ticket=ticket):
                    number = ticket.number
                case OrderCancelled(number=number):
                    pass
                case _:
                    continue
            if number in kitchen.numbers_in_memory:
                for printer in late:
                    printer.hear(event, kitchen.placed(number), kitchen)
        self.look(late)

    def look(self, printers: Iterable[Papers]) -> None:
        for printer in printers:
            wants = self.meanwhile(printer.wants)
            must = dict(self.wanted(wants))
            for place, line in must.items():
                assert place in printer.hanging, (wants, "missing", line)
                hanging = printer.hanging[place]
                assert wants.print_on == "bump" or reads_as(hanging, line), wants
            if printer.wants.print_on == "never":
                continue  # What was taken back while a screen told it hangs there still.
            for place in printer.hanging.keys() - must.keys():
                assert self.may_hang(place), (printer.wants, place)

    def meanwhile(self, wants: Wants) -> Wants:
        """What a printer of one station is there for, as its screens are."""
        steps_in = wants.stations[0] in self.shift.unseen and wants.print_on in ("bump", "never")
        return replace(wants, print_on="arrival") if steps_in else wants

    def wanted(self, wants: Wants) -> Iterator[tuple[Place, ChitLine]]:
        """What has to hang: told from the cards that there are, as a cook would."""
        for without_guest, tickets in self.shift.kitchen.state().orders:
            placed = self.shift.kitchen.placed(without_guest.number)
            own = [ticket for ticket in tickets if ticket.station in wants.stations]
            if not self.is_whole(wants):
                for ticket in own:
                    for line in filter(lambda line: is_due(wants, ticket, line), ticket.lines):
                        yield (
                            (placed.number, ticket.station, line.id),
                            self.text(placed, line.id, line.mods),
                        )
                continue
            if not own or is_sent_back(placed, tickets):
                continue
            for item in placed.order.items:
                on = [(t, each) for t in tickets for each in t.lines if each.id == item.line_id]
                cooks = [(t, each) for t, each in on if t.station in placed.stations] or on
                if not any(is_alive(t, each) for t, each in cooks):
                    continue
                if wants.print_on == "arrival":
                    at_pass = [e for t, e in on if t.station not in placed.stations] or [
                        e for _, e in cooks
                    ]
                    due = not all(e.bump for e in at_pass)
                else:
                    due = any(is_due(wants, t, e) for t, e in on if t in own)
                if due:
                    mods = (
                        sorted({m for _, e in on for m in e.mods})
                        if all(e.mods for _, e in on if e.change != "deleted")
                        else []
                    )
                    yield (
                        (placed.number, "", item.line_id),
                        self.text(placed, item.line_id, tuple(mods)),
                    )

    def text(self, placed: Placed, line_id: str, mods: Sequence[int]) -> ChitLine:
        item = placed.item(line_id)
        assert item is not None
        return line_of(item, mods, placed, self.shift.kitchen.menu)

    def may_hang(self, place: Place) -> bool:
        """What is held again, or was made."""
        number, station, line_id = place
        if any((n, line_id) == (number, i) for n, s, i in self.shift.made if station in ("", s)):
            return True
        return any(
            is_alive(ticket, line) and line.id == line_id
            for placed, tickets in self.shift.kitchen.state().orders
            if placed.number == number
            for ticket in tickets
            if station in ("", ticket.station)
            for line in ticket.lines
        )


def is_alive(ticket: Ticket, line: Line) -> bool:
    return line.change != "deleted" and bool(line.bump or ticket.status != "voided")


def is_sent_back(placed: Placed, tickets: Sequence[Ticket]) -> bool:
    at_pass = [ticket for ticket in tickets if ticket.station not in placed.stations]
    return placed.cancelled or (bool(at_pass) and all(t.status == "voided" for t in at_pass))


def is_due(wants: Wants, ticket: Ticket, line: Line) -> bool:
    if not is_alive(ticket, line):
        return False
    if wants.print_on == "bump":
        return bool(line.bump) and not ticket.forgotten
    if wants.print_on == "fire":
        return line.to_do
    if wants.print_on == "never":
        return False
    return not line.bump


@settings(deadline=None, derandomize=True, max_examples=NIGHTS)
@given(
    st.booleans(),
    linked_stations,
    ways_to_work,
    printers(*SOME, ("grill", "pass"), ALL),
    st.lists(st.builds(lambda rule: AddRules((rule,)), made_rules), max_size=3),
    nights,
)
def test_what_hangs_is_what_is_wanted(  # noqa: PLR0917
    with_pass: bool,  # noqa: FBT001
    stations: tuple[Station, ...],
    ways: Settings,
    wants: list[Wants],
    rules: list[AddRules],
    steps: list[Step],
) -> None:
    kitchen = new_kitchen(with_pass=with_pass, stations=stations, settings=ways)
    night = Night(Shift(kitchen, *map(Papers, wants)))
    for added in rules:
        night.shift.do(added)
    for each in steps:
        night.do(each)
        night.look(night.shift.printers)
    night.read_late()


@settings(deadline=None, derandomize=True, max_examples=NIGHTS)
@given(ways_to_work, printers(*SINGLE), st.lists(steps | plans, min_size=5, max_size=20))
def test_it_is_so_with_stations_that_come_and_go(
    ways: Settings, wants: list[Wants], steps: list[Step | Plan]
) -> None:
    night = Night(Shift(new_kitchen(settings=ways), *map(Papers, wants)))
    for each in steps:
        if isinstance(each, Plan):
            night.shift.kitchen = restored(night.shift.kitchen, each)
            night.pass_time(0)
        else:
            night.do(each)
        night.look(night.shift.printers)


@settings(deadline=None, derandomize=True, max_examples=NIGHTS)
@given(
    ways_to_work,
    st.lists(
        st.builds(
            Wants,
            st.sampled_from(SINGLE),
            st.sampled_from(["bump", "never"]),
            st.sampled_from(["station", "item"]),
        ),
        min_size=1,
        max_size=4,
    ),
    st.lists(steps | st.frozensets(st.sampled_from(SINGLE)), min_size=5, max_size=30),
)
def test_it_is_so_while_printers_step_in_for_screens_that_come_and_go(
    ways: Settings, wants: list[Wants], steps: list[Step | frozenset[tuple[str]]]
) -> None:
    night = Night(Shift(new_kitchen(settings=ways), *map(Papers, wants)))
    for each in steps:
        if isinstance(each, frozenset):
            unseen = [station for (station,) in each]
            night.shift.see_all_but(*unseen, now=after(night.seconds))
        else:
            night.do(each)
        night.look(night.shift.printers)
