"""Whatever the wall clock does, and however often the service starts: the same night.

A simulated machine has the clocks; the appliance's own clock, its timers and its kitchen are
the real ones. What is held against each night is the same one on a machine whose wall clock is
right, and on which the service stood still where here it was started anew.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple, cast
from unittest import mock

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from appliance import clock
from appliance.clock import Clock
from appliance.expeditor import Answer, Expeditor
from appliance.kitchen.command import Command, CreateOrder, Due, UpdateOrder
from appliance.kitchen.order import NOBODY, Item, Order
from appliance.kitchen.settings import Settings
from appliance.kitchen.ticket import NOT_SET_MS, Moment, Status, Ticket
from appliance.timers import Timers
from tests.kitchen.nights import (
    Log,
    amends,
    cancels,
    creates,
    items,
    moves,
    of_cooks,
    order_ids,
    orders,
    recorded,
    replayed,
    restored,
    undos,
    updates,
)
from tests.kitchen.orders import AT_ONCE, HOUR, MINUTE, TOGETHER, do, new_kitchen

MAY_DIFFER_MS: Final = 100
JUMPS: Final = (HOUR, -HOUR, 10 * 365 * 24 * HOUR)
"""Seconds."""


class Later(NamedTuple):
    """An order that is to be picked up so many seconds after it came."""

    order: Order
    seconds: int


class Addition(NamedTuple):
    """A guest wants one thing more; all else of the order is sent again as it was."""

    order_id: str
    item: Item


class Jump(NamedTuple):
    """The wall clock is set, so many seconds forward."""

    seconds: int


class TimeServers(NamedTuple):
    """They are reached, or are not any more since power came: the wall clock is set, or not."""

    reached: bool


class Start(NamedTuple):
    """The service stands still for so long, milliseconds; it may have ended, and start again."""

    away: int
    from_snapshot: bool


Happening = Command | Later | Addition | Jump | TimeServers | Start


class Step(NamedTuple):
    pause: int
    """Milliseconds until then."""
    what: Happening


class Happened(NamedTuple):
    """An event."""

    what: str
    tick: int


class Shown(NamedTuple):
    """What there is to see after a step."""

    tick: int
    boards: list[tuple[int, str, Status]]
    """Of all stations, in their order: order number, station and state of the tickets."""
    next_due: int | None
    times: list[tuple[int, int | None]]
    """Of the same tickets: how long somebody has waited, and until it is late."""


class NightIsOver(Exception):
    """All that was to happen has happened."""


class Machine:
    """Its clocks, and the service on it; time passes only where timers wait for it."""

    def __init__(self, directory: Path, how: Settings, night: Sequence[Step], *, bad: bool) -> None:
        """`bad`: its wall clock jumps, and the service ends and starts again."""
        self.since_boot = 7_000_000
        self.wall = 1_772_474_400_000
        (directory / "boot_id").write_text("this boot\n")
        self._directory = directory
        self._synchronised = directory / "synchronized"
        self._synchronised.touch()
        self._bad = bad
        self._night = list(night)
        self._next = self.since_boot + (self._night[0].pause if night else 0)
        self._log: Log = []
        self._newest: Moment | None = None
        self.kitchen = new_kitchen(settings=how)
        self.happened: list[Happened] = []
        self.shown: list[Shown] = []
        self._up_since = 0

    def run(self) -> None:
        """From the start of the service until the night is over."""
        with (
            mock.patch.object(clock, "_since_boot", self.time_since_boot),
            mock.patch.object(clock, "_wall", self.time_on_the_wall),
            mock.patch.object(clock, "_BOOT_ID", self._directory / "boot_id"),
            mock.patch.object(clock, "_TIMESYNC_RUNS", self._directory),
            mock.patch.object(clock, "_SYNCHRONISED", self._synchronised),
        ):
            self._clock = Clock.resume(self._directory, None)
            try:
                asyncio.run(Timers(cast("Expeditor", self)).run())
            except NightIsOver:
                return

    def time_since_boot(self) -> int:
        return self.since_boot

    def time_on_the_wall(self) -> int:
        return self.wall

    # ── what timers see of the service ───────────────────────────────────────────────

    @property
    def feed(self) -> "Machine":
        return self

    head = 0

    def now(self) -> Moment:
        return self._clock.now()

    async def wait(self, _seq: int, seconds: float) -> None:
        """Until so much time has passed, or something happens in the kitchen."""
        until = self.since_boot + round(seconds * 1000)
        if until < self._next:
            self._pass_time(until)
            return
        self._pass_time(self._next)
        self._happens(self._night.pop(0).what)
        tickets = self.kitchen.live_tickets()
        cards = [(ticket.number, ticket.station, ticket.status) for ticket in tickets]
        times = [self._times(ticket) for ticket in tickets]
        self.shown.append(Shown(self.now().tick, cards, self.kitchen.next_due, times))
        if not self._night:
            raise NightIsOver
        self._next = self.since_boot + self._night[0].pause

    def _times(self, ticket: Ticket) -> tuple[int, int | None]:
        now = self.now()
        promise = self.kitchen.promise(ticket, self.kitchen.placed(ticket.number), now)
        return now.at - ticket.waits_since(now), promise and promise.late_at - now.at

    def submit(self, command: Command) -> Answer:
        """As the service does: decided, applied, kept."""
        now = self.now()
        if isinstance(command, Due):
            due = max(self.kitchen.next_due or 0, self._up_since)
            assert 0 <= now.tick - due <= MAY_DIFFER_MS
        decision = do(self.kitchen, command, now)
        self._log += recorded(decision)
        if decision.events:
            self._newest = now
        for event in decision.events:
            what = getattr(event, "kind", type(event).__name__)
            self.happened.append(Happened(what, event.tick))
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        durable.set_result(None)
        return Answer(decision.reply, durable)

    def _pass_time(self, until: int) -> None:
        self.wall += until - self.since_boot
        self.since_boot = until

    def _happens(self, what: Happening) -> None:
        match what:
            case Jump(seconds):
                self.wall += seconds * 1000 if self._bad else 0
            case TimeServers(reached):
                if reached:
                    self._synchronised.touch()
                else:
                    self._synchronised.unlink(missing_ok=True)
                self._clock.look()
            case Start(away, from_snapshot):
                self._pass_time(self.since_boot + away)
                if self._bad:
                    self.kitchen = (
                        restored(self.kitchen)
                        if from_snapshot
                        else replayed(self.kitchen, self._log)
                    )
                    self._clock = Clock.resume(self._directory, self._newest)
                self._up_since = self.now().tick
            case Later(order, seconds):
                wanted = replace(order, pickup_at=self.now().at + seconds * 1000)
                self.submit(CreateOrder(wanted, NOBODY))
            case Addition(order_id, item):
                self._add(order_id, item)
            case _:
                self.submit(what)

    def _add(self, order_id: str, item: Item) -> None:
        known = self.kitchen.tickets_of(order_id)
        if known:
            placed = known[0][1]
            kept = [each for each in placed.order.items if each.line_id != item.line_id]
            changed = replace(placed.order, items=(*kept, item))
            self.submit(UpdateOrder(changed, placed.guest))


OPENING: Final = (
    Step(0, Later(Order("8", (Item("1", "Burger"), Item("2", "Fries"))), HOUR)),
    Step(1, CreateOrder(Order("7", (Item("1", "Burger"), Item("2", "Fries"))), NOBODY)),
)
"""Something waits from the start."""
TIMERS_RUN_OUT: Final = Step(3 * HOUR * 1000, Jump(HOUR))

commands: st.SearchStrategy[Command] = st.one_of(
    creates, updates, amends, cancels, of_cooks, of_cooks, moves, undos
)
aways = st.sampled_from([0, 300, 25_000])
happenings: st.SearchStrategy[Happening] = st.one_of(
    st.builds(Later, orders(), st.sampled_from([MINUTE, 20 * MINUTE, HOUR])),
    st.builds(Addition, order_ids, items),
    commands,
    commands,
    st.builds(Jump, st.sampled_from(JUMPS)),
    st.builds(TimeServers, st.booleans()),
    st.builds(Start, aways, st.just(value=True)),
    st.builds(Start, aways, st.just(value=False)),
)
pauses = st.sampled_from([0, 1, 700, 20_000, MINUTE * 1000, 7 * MINUTE * 1000, HOUR * 1000])
evenings = st.lists(st.builds(Step, pauses, happenings), min_size=1, max_size=20)
nights = st.builds(lambda steps: [*OPENING, *steps, TIMERS_RUN_OUT], evenings)


@settings(deadline=None, derandomize=True, max_examples=150)
@example(TOGETHER, [*OPENING, Step(1, Start(25_000, from_snapshot=True)), TIMERS_RUN_OUT])
@example(
    TOGETHER,
    [
        Step(0, Later(Order("7", (Item("1", "Burger"),)), HOUR)),
        Step(1, Jump(-HOUR)),
        Step(1, Addition("7", Item("2", "Fries"))),
        TIMERS_RUN_OUT,
    ],
)
@example(
    AT_ONCE,
    [
        Step(0, TimeServers(reached=False)),
        Step(1, Jump(-HOUR)),
        *OPENING,
        Step(MINUTE * 1000, Jump(HOUR)),
        Step(1, TimeServers(reached=True)),
        TIMERS_RUN_OUT,
    ],
)
@given(st.sampled_from([TOGETHER, AT_ONCE]), nights)
def test_neither_a_wall_clock_that_jumps_nor_a_restart_changes_the_night(
    how: Settings, night: list[Step]
) -> None:
    machines = []
    for bad in (False, True):
        with TemporaryDirectory() as directory:
            machine = Machine(Path(directory), how, night, bad=bad)
            machine.run()
            machines.append(machine)
    right, wrong = machines
    assert [each.what for each in wrong.happened] == [each.what for each in right.happened]
    for one, other in zip(wrong.happened, right.happened, strict=True):
        assert abs(one.tick - other.tick) <= MAY_DIFFER_MS
    for there, here in zip(wrong.shown, right.shown, strict=True):
        assert there.boards == here.boards
        assert abs(there.tick - here.tick) <= MAY_DIFFER_MS
        for (age, late_in), (true_age, truly_late_in) in zip(there.times, here.times, strict=True):
            assert abs(age - true_age) <= NOT_SET_MS
            assert (late_in is None) == (truly_late_in is None)
            assert abs((late_in or 0) - (truly_late_in or 0)) <= NOT_SET_MS
        assert (there.next_due is None) == (here.next_due is None)
        assert abs((there.next_due or 0) - (here.next_due or 0)) <= MAY_DIFFER_MS
