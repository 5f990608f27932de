"""What holds of the plan of any order: its stations finish together, and nobody waits in vain."""

import math
from collections import defaultdict
from typing import NamedTuple

from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from msgspec.structs import replace

from appliance.kitchen.command import (
    ActOnTicket,
    Command,
    CreateOrder,
    Due,
    MarkLine,
    MoveTicket,
    UpdateOrder,
)
from appliance.kitchen.order import NOBODY, Item, Modifier, Order
from appliance.kitchen.rule import Rule
from appliance.kitchen.settings import Settings
from appliance.kitchen.ticket import Action, Line
from appliance.kitchen.timing import NOT_WORTH_A_CHANGE_MS
from tests.kitchen.orders import AT_ONCE, MINUTE, TOGETHER, after, do, new_kitchen

STATIONS = ("grill", "fry", "cold")
SLACK_MS = 2 * NOT_WORTH_A_CHANGE_MS
"""A plan that moves by less stays, and so do those that are measured by it."""


class Times(NamedTuple):
    """Seconds that the rules say; 0: nothing."""

    grill: int
    fry: int
    cold: int
    side: int
    """Of a side dish that is made at the fry station alone."""
    well_done: int
    """More, or less, wherever it is made."""

    def rules(self) -> list[Rule]:
        made = [
            Rule(station, station, prep, name=(f"*{station}*",))
            for station, prep in zip(STATIONS, self, strict=False)
        ]
        side = Rule("side", "fry", self.side, modifier=("side",), takes="modifier")
        well_done = Rule("done", None, modifier=("well done",), extra_time=self.well_done)
        return [*made, side, *([well_done] if self.well_done else [])]

    def of(self, item: Item) -> dict[str, int]:
        """By station, how long it takes there."""
        mods = {mod.name for mod in item.mods}
        named = {
            station: prep
            for station, prep in zip(STATIONS, self, strict=False)
            if station in item.name
        }
        if "Side" in mods:
            if "fry" not in named:
                return self._with_extra(named, mods) | {"fry": self.side}
            named["fry"] = max(named["fry"], self.side)
        return self._with_extra(named, mods)

    def _with_extra(self, named: dict[str, int], mods: set[str]) -> dict[str, int]:
        more = self.well_done if "Well Done" in mods else 0
        return {station: max(1, prep + more) if prep else 0 for station, prep in named.items()}


class Step(NamedTuple):
    pause: int
    """Seconds."""
    what: object
    """An item that is added or changed, the id of one that is removed, or a command."""


seconds = st.integers(0, 3_600) | st.sampled_from([0, 1, 240])
line_ids = st.sampled_from(["1", "2", "3", "4"])
stations = st.sampled_from(STATIONS)
actions: st.SearchStrategy[Action] = st.sampled_from(["start", "ready", "bump", "recall", "void"])
times = st.builds(Times, seconds, seconds, seconds, seconds, st.integers(-900, 900))
items = st.builds(
    Item,
    line_id=line_ids,
    name=st.sampled_from(["grill", "fry", "cold", "grill and fry", "grill, fry and cold"]),
    mods=st.lists(st.sampled_from([Modifier("Side"), Modifier("Well Done")]), max_size=2).map(
        tuple
    ),
    course=st.sampled_from([None, None, "Course 1", "Main"]),
)
ordered = st.lists(items, min_size=2, max_size=4, unique_by=lambda item: item.line_id)
steps = st.lists(
    st.builds(
        Step,
        st.sampled_from([0, 0, 1, 7, MINUTE, 4 * MINUTE, 20 * MINUTE]),
        st.one_of(
            st.builds(ActOnTicket, stations, st.just("7"), actions),
            st.builds(ActOnTicket, stations, st.just("7"), actions),
            st.builds(MarkLine, stations, st.just("7"), line_ids, st.booleans()),
            st.builds(MoveTicket, stations, st.just("7"), stations),
            items,
            line_ids,
        ),
    ),
    min_size=1,
    max_size=12,
)
leads = st.sampled_from([0, 0, 1, 30 * MINUTE])
"""How long it is from when an order comes until it is to be begun, seconds."""


class Evening:
    """One order in a kitchen in which timers run on time."""

    def __init__(self, times: Times, settings: Settings, first: list[Item], lead: int) -> None:
        self.kitchen = new_kitchen(rules=times.rules(), settings=settings)
        self.tick = 0
        self.release = lead * 1000
        slowest = max(max(times.of(item).values()) for item in first)
        order = Order("7", tuple(first))
        if lead:
            order = replace(
                order, pickup_at=after(lead + slowest).at, prep_time_duration=f"PT{slowest}S"
            )
        self.do(CreateOrder(order, NOBODY))

    def do(self, command: Command) -> None:
        do(self.kitchen, command, after(self.tick / 1000))

    def take(self, step: Step) -> None:
        until = self.tick + step.pause * 1000
        self.run_timers(until)
        self.tick = until
        order = self.kitchen.placed(1).order
        items = {item.line_id: item for item in order.items}
        match step.what:
            case Item():
                items[step.what.line_id] = step.what
            case str():
                items.pop(step.what, None)
            case _:
                self.do(step.what)  # type: ignore[arg-type]
                return
        self.do(UpdateOrder(replace(order, items=tuple(items.values())), NOBODY))

    def run_timers(self, until: float) -> None:
        while (due := self.kitchen.next_due) is not None and due <= until:
            self.tick = due
            self.do(Due())

    def open_lines(self) -> dict[tuple[str, str], Line]:
        """By station and id, what cooks make, or are to."""
        return {
            (station, line.id): line
            for station in STATIONS
            for ticket in self.kitchen.live_tickets(station)
            if ticket.status != "voided"
            for line in ticket.lines
            if not (line.done or line.bump or line.change == "deleted")
        }

    def opens(self) -> int:
        """The tick before which nothing begins by itself: now, once anybody has begun."""
        is_begun = any(
            not line.held and (not line.done or line.bump or line.begun is not None)
            for _placed, tickets in self.kitchen.state().orders
            for ticket in tickets
            if ticket.station in STATIONS
            for line in ticket.lines
            if line.change != "deleted"
        )
        return self.tick if is_begun else max(self.tick, self.release)

    def plan(self) -> dict[str | None, "Course"]:
        """What is planned of each course of the order."""
        courses: defaultdict[str | None, Course] = defaultdict(lambda: Course({}, {}))
        for (station, line_id), line in self.open_lines().items():
            item = self.kitchen.placed(1).item(line_id)
            assert item is not None
            course = courses[item.course]
            (course.waiting if line.held else course.begun)[station, line_id] = line
        return courses


class Course(NamedTuple):
    """Lines by station and id."""

    begun: dict[tuple[str, str], Line]
    waiting: dict[tuple[str, str], Line]

    def finishes(self) -> int:
        """When the last of what was begun is done, as far as anybody knows."""
        ends = (_began(line) + line.prep * 1000 for line in self.begun.values())
        return max(ends, default=0)

    def stations(self) -> dict[str, tuple[set[int], int]]:
        """Of each station that waits: when it begins, and how long it then takes; known ones."""
        waiting: defaultdict[str, list[Line]] = defaultdict(list)
        for (station, _line_id), line in self.waiting.items():
            if line.prep:
                waiting[station].append(line)
        return {
            station: ({line.due or 0 for line in lines}, max(line.prep for line in lines) * 1000)
            for station, lines in waiting.items()
        }


def _began(line: Line) -> int:
    known = line.due if line.begun is None else line.begun
    assert known is not None
    return known


@hypothesis(deadline=None, derandomize=True, max_examples=200)
@given(times, ordered, leads)
def test_an_order_is_done_when_its_slowest_station_is(
    times: Times, first: list[Item], lead: int
) -> None:
    """Every station begins so that it is done with its part of a course just then."""
    evening = Evening(times, TOGETHER, first, lead)
    wanted = {
        (station, item.line_id): taking
        for item in first
        for station, taking in times.of(item).items()
    }
    assert {key: line.prep for key, line in evening.open_lines().items()} == wanted
    evening.run_timers(math.inf)
    begun = evening.open_lines()
    for course in {item.course for item in first}:
        ours = {item.line_id for item in first if item.course == course}
        slowest = max(taking for (_station, line_id), taking in wanted.items() if line_id in ours)
        ends: defaultdict[str, int] = defaultdict(int)
        for (station, line_id), line in begun.items():
            assert not line.held
            assert _began(line) >= evening.release
            if line_id in ours and line.prep:
                ends[station] = max(ends[station], _began(line) + line.prep * 1000)
        assert set(ends.values()) <= {evening.release + slowest * 1000}


@hypothesis(deadline=None, derandomize=True, max_examples=300)
@given(times, ordered, leads, steps)
def test_whatever_happens_stations_wait_for_the_slowest_and_for_nothing_else(
    times: Times, first: list[Item], lead: int, steps: list[Step]
) -> None:
    evening = Evening(times, TOGETHER, first, lead)
    for step in steps:
        evening.take(step)
        now, opens = evening.tick, evening.opens()
        for course in evening.plan().values():
            stations = course.stations()
            longest = max((taking for _begins, taking in stations.values()), default=0)
            # Of an order for later, which nobody has begun, the slowest waits as well.
            later = opens + longest if opens > now else 0
            finish = max(course.finishes(), later)
            for station, (begins, taking) in stations.items():
                for begin in begins:
                    assert begin > now, f"{station} is to begin in the past"
                    wanted = max(finish - taking, opens)
                    assert abs(begin - wanted) <= SLACK_MS, f"{station} is not done in time"
            for line in course.waiting.values():
                assert line.prep or line.due == opens > now, "for nothing"


@hypothesis(deadline=None, derandomize=True, max_examples=200)
@given(times, ordered, leads, steps)
def test_a_plan_never_stops_who_has_begun(
    times: Times, first: list[Item], lead: int, steps: list[Step]
) -> None:
    evening = Evening(times, TOGETHER, first, lead)
    for step in steps:
        begun = {key for key, line in evening.open_lines().items() if not line.held}
        evening.take(step)
        held = {key for key, line in evening.open_lines().items() if line.held}
        assert not begun & held


@hypothesis(deadline=None, derandomize=True, max_examples=200)
@given(times, ordered, leads, steps)
def test_where_stations_do_not_finish_together_nothing_waits(
    times: Times, first: list[Item], lead: int, steps: list[Step]
) -> None:
    evening = Evening(times, AT_ONCE, first, lead)
    for step in steps:
        evening.take(step)
        waits = [line for line in evening.open_lines().values() if line.held]
        assert all(line.due == evening.opens() > evening.tick for line in waits)
