"""What holds whatever a night brings: nothing is lost, nothing is shown twice."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Final

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace

from appliance.kitchen.command import (
    ActOnTicket,
    AddRules,
    ByHand,
    CollectOrder,
    Command,
    CreateOrder,
    Due,
    FireCourse,
    MarkLine,
    MoveTicket,
    TicketsNow,
    Undo,
    UpdateOrder,
)
from appliance.kitchen.decision import Decision
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.layout import Plan
from appliance.kitchen.order import NOBODY, Guest, Item, Order, Placed
from appliance.kitchen.routing import Station
from appliance.kitchen.rule import Rule
from appliance.kitchen.settings import Settings
from appliance.kitchen.ticket import Action, Line, Ticket
from tests.kitchen.nights import (
    WITH_HOLES,
    LayoutCommand,
    Log,
    by_hand,
    commands,
    cooking,
    creates_for_later,
    guests,
    items,
    layout_commands,
    line_ids,
    linked_stations,
    made_rules,
    of_cooks,
    orders,
    pauses,
    plans,
    recorded,
    replayed,
    restored,
    stations,
    updates,
    ways_to_work,
)
from tests.kitchen.orders import HOUR, after, boards, do, new_kitchen
from tests.proof import count

NIGHTS: Final = count(150, proof=10_000)
PLACES: Final = {None: 0, "Course 1": 1, "Course 2": 2, "Dessert": None}
"""When each course that a night knows comes; None for one that somebody has to fire."""


class Night(RuleBasedStateMachine):
    """One kitchen, a few order ids, anything at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.kitchen = new_kitchen()
        self.log: Log = []
        self.seconds = 0
        self.voided_by_hand: set[tuple[int, str]] = set()
        self.made: set[tuple[int, str]] = set()
        """Bumped, before a modifier of it was moved to the same station."""

    @initialize(
        with_pass=st.booleans(),
        stations=linked_stations,
        settings=ways_to_work,
        rules=st.sampled_from(WITH_HOLES) | st.lists(made_rules, max_size=6),
        first=creates_for_later,
    )
    def open_the_doors(
        self,
        with_pass: bool,  # noqa: FBT001
        stations: tuple[Station, ...],
        settings: Settings,
        rules: Sequence[Rule],
        first: CreateOrder,
    ) -> None:
        self.kitchen = new_kitchen(with_pass=with_pass, stations=stations, settings=settings)
        for each in rules:
            self.submit(AddRules((each,)))
        self.submit(first)

    @rule(seconds=pauses)
    def time_passes(self, seconds: int) -> None:
        """Timers are run when they are due, as the appliance does."""
        until = self.seconds + seconds
        while (due := self.kitchen.next_due) is not None and due <= until * 1000:
            self.seconds = max(self.seconds, math.ceil(due / 1000))
            self.submit(Due())
            later = self.kitchen.next_due
            assert later is None or later > due, "a timer that does not end"
        self.seconds = until

    @rule(order=creates_for_later)
    def a_guest_orders(self, order: CreateOrder) -> None:
        self.submit(order)

    @rule(pick=st.integers(0, 9), without=line_ids, new=st.lists(items, max_size=1))
    def a_guest_changes_a_line(self, pick: int, without: str, new: list[Item]) -> None:
        if shown := self.kitchen.live_tickets():
            placed = self.kitchen.placed(shown[pick % len(shown)].number)
            left_out = {without, *(item.line_id for item in new)}
            kept = [item for item in placed.order.items if item.line_id not in left_out]
            changed = replace(placed.order, items=(*kept, *new))
            self.submit(UpdateOrder(changed, placed.guest))

    @rule(
        order=orders(),
        pick=st.integers(0, 9),
        presses=st.sampled_from([["start"], ["bump"], ["bump", "recall"]]),
    )
    def an_order_for_later_is_begun_early(
        self, order: Order, pick: int, presses: list[Action]
    ) -> None:
        later = replace(order, pickup_at=after(self.seconds + 2 * HOUR).at)
        self.submit(CreateOrder(later, NOBODY))
        if shown := [each for each in self.kitchen.live_tickets() if self.id_of(each) == later.id]:
            station = shown[pick % len(shown)].station
            for action in presses:
                self.submit(ActOnTicket(station, later.id, action))

    @rule(pick=st.integers(0, 9))
    def a_guest_wants_no_more_than_is_done(self, pick: int) -> None:
        """Of what is on one card."""
        if shown := [each for each in self.kitchen.live_tickets() if each.status != "voided"]:
            ticket = shown[pick % len(shown)]
            placed = self.kitchen.placed(ticket.number)
            to_do = {line.id for line in ticket.lines if line.to_do}
            kept = [item for item in placed.order.items if item.line_id not in to_do]
            self.submit(UpdateOrder(replace(placed.order, items=tuple(kept)), placed.guest))

    @rule(pick=st.integers(0, 9), action=cooking)
    def a_cook_presses(self, pick: int, action: Action) -> None:
        if shown := self.kitchen.live_tickets():
            ticket = shown[pick % len(shown)]
            self.submit(ActOnTicket(ticket.station, self.id_of(ticket), action))

    @rule(pick=st.integers(0, 9), station=stations)
    def a_cook_calls_back(self, pick: int, station: str) -> None:
        if gone := self.kitchen.finished_tickets(station):
            self.submit(ActOnTicket(station, self.id_of(gone[pick % len(gone)]), "recall"))

    @rule(pick=st.integers(0, 9))
    def the_pass_sends(self, pick: int) -> None:
        if shown := self.kitchen.live_tickets("pass"):
            self.submit(ActOnTicket("pass", self.id_of(shown[pick % len(shown)]), "bump"))

    @rule(pick=st.integers(0, 9), station=st.sampled_from(["pass", "grill", "cold"]))
    def somebody_collects(self, pick: int, station: str) -> None:
        if gone := self.kitchen.finished_tickets(station):
            self.submit(CollectOrder(self.id_of(gone[pick % len(gone)])))

    @rule(
        pick=st.integers(0, 9),
        meanwhile=st.lists(st.none() | of_cooks, max_size=2),
        takes_back=st.booleans(),
    )
    def a_manager_voids(
        self,
        pick: int,
        meanwhile: list[ByHand | None],
        takes_back: bool,  # noqa: FBT001
    ) -> None:
        """And may take it back when the order has gone on; None is its next course."""
        if shown := self.kitchen.live_tickets():
            ticket = shown[pick % len(shown)]
            order_id = self.id_of(ticket)
            self.submit(ActOnTicket(ticket.station, order_id, "void"))
            for action in meanwhile:
                command = action or FireCourse(order_id, None)
                self.submit(replace(command, order_id=order_id))
            if takes_back:
                self.submit(Undo(ticket.station, order_id))

    @rule(pick=st.integers(0, 9), line=st.integers(0, 9), done=st.booleans())
    def a_cook_ticks(self, pick: int, line: int, done: bool) -> None:  # noqa: FBT001
        if shown := [ticket for ticket in self.kitchen.live_tickets() if ticket.lines]:
            ticket = shown[pick % len(shown)]
            line_id = ticket.lines[line % len(ticket.lines)].id
            self.submit(MarkLine(ticket.station, self.id_of(ticket), line_id, done))

    @rule(pick=st.integers(0, 9), course=st.integers(0, 2))
    def a_course_is_fired(self, pick: int, course: int) -> None:
        if shown := self.kitchen.live_tickets():
            self.submit(FireCourse(self.id_of(shown[pick % len(shown)]), course))

    @rule(pick=st.integers(0, 9), to=stations | st.just("cold"))
    def a_ticket_is_moved(self, pick: int, to: str) -> None:
        if shown := self.kitchen.live_tickets():
            ticket = shown[pick % len(shown)]
            self.submit(MoveTicket(ticket.station, self.id_of(ticket), to))

    @rule(pick=st.integers(0, 9), of_an_order=st.booleans())
    def somebody_takes_back(self, pick: int, of_an_order: bool) -> None:  # noqa: FBT001
        known = [ticket for _placed, tickets in self.kitchen.state().orders for ticket in tickets]
        if known:
            ticket = known[pick % len(known)]
            self.submit(Undo(ticket.station, self.id_of(ticket) if of_an_order else None))

    @rule(pick=st.integers(0, 9), action=by_hand, of_an_order=st.booleans())
    def somebody_thinks_better_of_it(
        self,
        pick: int,
        action: ByHand,
        of_an_order: bool,  # noqa: FBT001
    ) -> None:
        """What is taken back at once leaves every ticket as it was, bumped ones too."""
        shown = self.kitchen.live_tickets()
        if not shown:
            return
        ticket = shown[pick % len(shown)]
        command: Command = replace(action, order_id=self.id_of(ticket))
        if not isinstance(command, FireCourse):
            command = replace(command, station=ticket.station)
        before, number = self.as_they_stand(), self.kitchen.state().actions_counted
        if not self.submit(command).events:
            return
        [deed] = [deed for deed in self.kitchen.state().deeds if deed.action > number]
        order_id = self.kitchen.placed(deed.number).order.id if of_an_order else None
        assert isinstance(self.submit(Undo(deed.stations[0], order_id)).reply, TicketsNow)
        assert self.as_they_stand() == before

    def as_they_stand(self) -> dict[int, dict[str, Ticket]]:
        """By order and station, every ticket, but for when it last changed."""
        return {
            placed.number: {each.station: replace(each, updated_at=0) for each in tickets}
            for placed, tickets in self.kitchen.state().orders
        }

    @rule(command=layout_commands)
    def a_manager_changes_stations_and_rules(self, command: LayoutCommand) -> None:
        self.submit(command)

    @rule(command=commands)
    def anything_comes(self, command: Command) -> None:
        self.submit(command)

    @rule(rebuild=st.sampled_from(["log", "snapshot"]))
    def starts_again(self, rebuild: str) -> None:
        stopped = self.kitchen
        log = rebuild == "log"
        self.kitchen = replayed(stopped, self.log) if log else restored(stopped)
        assert self.kitchen.state() == stopped.state()
        assert boards(self.kitchen) == boards(stopped)

    @rule(plan=plans, from_log=st.booleans())
    def it_starts_with_another_file(self, plan: Plan, from_log: bool) -> None:  # noqa: FBT001
        declared = Kitchen(plan, self.kitchen.settings)
        rebuilt = replayed(declared, self.log)
        assert rebuilt.state().orders == self.kitchen.state().orders
        self.kitchen = rebuilt if from_log else restored(self.kitchen, plan)
        self.do_what_is_due_at_once()

    def do_what_is_due_at_once(self) -> None:
        """As the appliance does."""
        for _ in range(3):
            if (due := self.kitchen.next_due) is None or due > 0:
                return
            self.submit(Due())
        raise AssertionError("a timer that does not end")

    def id_of(self, ticket: Ticket) -> str:
        return self.kitchen.placed(ticket.number).order.id

    def submit(self, command: Command) -> Decision:
        before, waited = self.kitchen.state(), self.lines(lambda line: line.held)
        gone = self.lines(lambda line: line.bump)
        if isinstance(command, MoveTicket):
            self.made |= self.lines(lambda line: line.bump and not line.mods)[command.to]
        decision = self.kitchen.decide(command, after(self.seconds))
        assert self.kitchen.state() == before
        guest = decision.guest[1] if decision.guest else None
        for event in decision.events:
            self.kitchen.apply(event, guest)
        self.log += recorded(decision)
        if isinstance(command, LayoutCommand):
            assert self.kitchen.state().orders == before.orders
        if isinstance(command, ActOnTicket) and isinstance(decision.reply, TicketsNow):
            [ticket] = decision.reply.tickets
            [was] = [
                each
                for placed, tickets in before.orders
                for each in tickets
                if (placed.number, each.station) == (ticket.number, ticket.station)
            ]
            for station, bumped in self.lines(lambda line: line.bump).items():
                taken_off = {line_id for _number, line_id in bumped - gone[station]}
                assert taken_off <= {line.id for line in was.lines}, "bumped without being seen"
            if command.action == "void" and decision.events:
                self.voided_by_hand |= {(ticket.number, line.id) for line in ticket.lines}
        waits_at_pass = self.lines(lambda line: line.held)["pass"]
        now_gone = self.lines(lambda line: line.bump)
        for station in self.kitchen.router.cooking:
            bumped = now_gone[station]
            assert not waited[station] & bumped & waits_at_pass, "bumped before it was fired"
        if not isinstance(command, Due):
            self.do_what_is_due_at_once()
        return decision

    def lines(self, wanted: Callable[[Line], object]) -> defaultdict[str, set[tuple[int, str]]]:
        """By station, order number and id of the lines of which this holds; not voided ones."""
        lines: defaultdict[str, set[tuple[int, str]]] = defaultdict(set)
        for placed, tickets in self.kitchen.state().orders:
            for ticket in [ticket for ticket in tickets if ticket.status != "voided"]:
                fitting = (line.id for line in ticket.lines if wanted(line))
                lines[ticket.station] |= {(placed.number, line_id) for line_id in fitting}
        return lines

    @invariant()
    def a_station_shows_one_ticket_per_order_id(self) -> None:
        live = self.kitchen.live_tickets()
        shown = Counter((ticket.station, self.id_of(ticket)) for ticket in live)
        assert all(count == 1 for count in shown.values()), shown

    @invariant()
    def no_line_is_lost(self) -> None:
        """What an order still wants is on a cook's board, or was bumped, or voided by hand.

        A station that makes a modifier alone does not have the item.
        """
        for placed, tickets in self.kitchen.state().orders:
            if placed.cancelled or any(
                t.station not in placed.stations and t.status == "bumped" and shows_all(placed, t)
                for t in tickets
            ):
                continue
            seen = {
                line.id
                for ticket in tickets
                for line in ticket.lines
                if ticket.station in placed.stations and line.change != "deleted" and not line.mods
                if line.bump or (ticket.workable and ticket.station in self.kitchen.router.cooking)
            }
            for item in placed.order.items:
                known = (placed.number, item.line_id) in self.voided_by_hand | self.made
                assert item.line_id in seen or known, (item, tickets)

    @invariant()
    def the_state_of_a_ticket_fits_its_lines(self) -> None:
        for _placed, tickets in self.kitchen.state().orders:
            for ticket in tickets:
                on_board = [
                    line for line in ticket.lines if not line.bump and line.change != "deleted"
                ]
                all_wait = bool(on_board) and all(line.held for line in on_board)
                assert not all_wait or ticket.status in ("held", "voided"), ticket
                if ticket.status == "held":
                    assert any(line.held for line in on_board), ticket
                    assert not any(line.to_do for line in on_board), ticket
                if ticket.status in ("pending", "in_progress", "recalled") and ticket.lines:
                    assert any(line.to_do for line in on_board), ticket
                if ticket.status in ("ready", "bumped"):
                    assert not any(line.to_do for line in ticket.lines), ticket

    @invariant()
    def what_is_fired_on_one_card_waits_on_none(self) -> None:
        for _placed, tickets in self.kitchen.state().orders:
            on_board = [
                line
                for ticket in tickets
                if ticket.workable
                for line in ticket.lines
                if not line.bump and line.change != "deleted"
            ]
            waits = {line.id for line in on_board if line.unfired}
            assert not waits & {line.id for line in on_board if not line.unfired}, tickets

    @invariant()
    def no_course_waits_for_what_is_gone(self) -> None:
        """Where courses fire themselves, one does when all is gone that was fired before it."""
        if not self.kitchen.settings.fire_next_course:
            return
        for placed, tickets in self.kitchen.state().orders:
            waiting, called, being_made = set(), set(), set()
            for ticket in tickets:
                for line in ticket.lines if ticket.station in self.kitchen.router.cooking else ():
                    item = placed.item(line.id)
                    place = PLACES[item.course if item else None]
                    gone = line.bump or line.change == "deleted" or ticket.status == "voided"
                    if not gone and line.held and line.due is None:
                        waiting.add(place)
                    elif line.due is not None and not line.waited:
                        called.add(place or 0)
                        being_made |= set() if gone else {place or 0}
            if lowest := [place for place in waiting if place is not None]:
                first = min(lowest)
                assert not any(place <= first for place in called) or any(
                    place <= first for place in being_made
                ), tickets

    @invariant()
    def what_was_fired_has_its_place_by_now(self) -> None:
        for ticket in self.kitchen.live_tickets():
            if ticket.workable and any(line.to_do for line in ticket.lines):
                assert ticket.queued <= self.seconds * 1000, ticket

    @invariant()
    def what_the_pass_has_begun_somebody_cooks(self) -> None:
        """An order for later does not wait for its time any more, then."""
        for placed, tickets in self.kitchen.state().orders:
            if any(
                line.begun is not None and line.to_do
                for ticket in tickets
                if ticket.station not in placed.stations and ticket.workable
                for line in ticket.lines
            ):
                lines = [
                    line
                    for ticket in tickets
                    if ticket.station in placed.stations and ticket.workable
                    for line in ticket.lines
                ]
                assert not any(line.timed for line in lines) or any(
                    not line.held for line in lines
                ), tickets

    @invariant()
    def nobody_has_what_is_being_made(self) -> None:
        """Unless the pass leaves their cards to the stations."""
        if not self.kitchen.settings.pass_clears_stations:
            return
        for placed, tickets in self.kitchen.state().orders:
            if placed.collected is not None:
                made = [each for each in tickets if each.station in placed.stations]
                assert not any(ticket.workable for ticket in made), tickets

    @invariant()
    def every_line_can_be_read(self) -> None:
        for ticket in self.kitchen.live_tickets():
            placed = self.kitchen.placed(ticket.number)
            assert len({line.id for line in ticket.lines}) == len(ticket.lines)
            for line in ticket.lines:
                made = placed.item(line.id)
                assert made is not None, ticket
                assert all(place < len(made.mods) for place in line.mods), ticket

    @invariant()
    def boards_are_in_order(self) -> None:
        for tickets in boards(self.kitchen).values():
            hurry = {"urgent": 0, "high": 1, "normal": 2}
            places = [
                (2 if t.status == "held" else hurry[t.priority], t.queued, t.number)
                for t in tickets
            ]
            assert places == sorted(places)


def shows_all(placed: Placed, ticket: Ticket) -> bool:
    """Whether every line of the order is on that ticket."""
    on_it = {line.id for line in ticket.lines}
    return all(item.line_id in on_it for item in placed.order.items)


def lines_by_station(kitchen: Kitchen, wanted: Callable[[Line], object]) -> dict[str, Counter[str]]:
    """Where cooks stand, and the lines there of which this holds."""
    lines = {
        ticket.station: Counter(line.id for line in ticket.lines if wanted(line))
        for _placed, tickets in kitchen.state().orders
        for ticket in tickets
        if ticket.station != "pass"
    }
    return {station: counted for station, counted in lines.items() if counted}


SEVENS = orders(st.just("7"))


@settings(deadline=None, derandomize=True, max_examples=200)
@given(SEVENS, st.lists(st.one_of(of_cooks, updates), max_size=12), SEVENS, guests, st.booleans())
def test_an_update_leaves_on_the_tickets_what_a_create_of_it_would(
    first: Order,
    evening: list[Command],
    last: Order,
    guest: Guest,
    with_pass: bool,  # noqa: FBT001
) -> None:
    updated, created = new_kitchen(with_pass=with_pass), new_kitchen(with_pass=with_pass)
    for command in [CreateOrder(first, NOBODY), *evening, UpdateOrder(last, guest)]:
        do(updated, command)
    assume(updated.placed(1).order == last)  # it was not bumped before
    do(created, CreateOrder(last, guest))

    def still_wanted(line: Line) -> bool:
        return line.change != "deleted"

    assert lines_by_station(updated, still_wanted) == lines_by_station(created, still_wanted)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.lists(SEVENS, min_size=1, max_size=4), guests, st.booleans())
def test_updates_before_a_cook_begins_leave_to_do_what_a_create_of_the_last_would(
    sent: list[Order],
    guest: Guest,
    with_pass: bool,  # noqa: FBT001
) -> None:
    updated, created = new_kitchen(with_pass=with_pass), new_kitchen(with_pass=with_pass)
    do(updated, CreateOrder(sent[0], guest))
    for order in sent[1:]:
        do(updated, UpdateOrder(order, guest))
    do(created, CreateOrder(sent[-1], guest))
    for wanted in (attrgetter("to_do"), attrgetter("held")):
        assert lines_by_station(updated, wanted) == lines_by_station(created, wanted)
    assert updated.placed(1).target_at == created.placed(1).target_at


Night.TestCase.settings = settings(
    deadline=None, derandomize=True, max_examples=NIGHTS, stateful_step_count=50
)
TestAnyNight = Night.TestCase
