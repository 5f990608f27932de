"""The log is the kitchen: its events, replayed, are the same state, and name no guest."""

from typing import Any, Final

import msgspec
from hypothesis import given, settings

from appliance.kitchen import event as events
from appliance.kitchen.command import CancelOrder, Command, CreateOrder, UpdateOrder
from appliance.kitchen.decision import Decision
from appliance.kitchen.event import Event
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import NOBODY, Guest
from tests.kitchen.nights import Step, nights, recorded, replayed, restored
from tests.kitchen.orders import act, after, boards, do, item, kinds, new_kitchen, order

CANARY: Final = "Canary-Q7"


def run(
    kitchen: Kitchen, night: list[Step], *, seconds: int = 0, clock_is_right: bool = True
) -> list[Decision]:
    """What was decided; `seconds` after the doors opened it begins."""
    decisions = []
    for command, pause, off_by in night:
        seconds += pause
        now = after(seconds, wall_clock_off_by=0 if clock_is_right else off_by)
        decisions.append(do(kitchen, command, now))
    return decisions


def assert_alike(one: Kitchen, other: Kitchen) -> None:
    assert one.state() == other.state()
    assert one.stations == other.stations
    assert one.rules == other.rules
    assert one.menu.items == other.menu.items
    assert one.unrouted.count == other.unrouted.count
    assert one.unrouted.names == other.unrouted.names
    assert boards(one) == boards(other)
    assert one.live_tickets() == other.live_tickets()
    for station in one.router.stations:
        assert one.finished_tickets(station) == other.finished_tickets(station)
    for placed, _tickets in one.state().orders:
        assert one.placed(placed.number) == other.placed(placed.number)


@settings(deadline=None, derandomize=True, max_examples=80)
@given(nights)
def test_the_log_and_the_snapshot_rebuild_the_kitchen(night: list[Step]) -> None:
    kitchen = new_kitchen()
    decisions = run(kitchen, night)
    log = [entry for decision in decisions for entry in recorded(decision)]
    assert_alike(replayed(kitchen, log), kitchen)
    assert_alike(restored(kitchen), kitchen)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(nights, nights)
def test_a_kitchen_that_was_rebuilt_decides_as_if_nothing_had_happened(
    evening: list[Step], night: list[Step]
) -> None:
    kitchen = new_kitchen()
    run(kitchen, evening)
    rebuilt = restored(kitchen)
    later = sum(step.pause for step in evening)
    assert run(rebuilt, night, seconds=later) == run(kitchen, night, seconds=later)


@settings(deadline=None, derandomize=True, max_examples=80)
@given(nights)
def test_a_wall_clock_that_jumps_changes_no_decision_and_no_order_of_tickets(
    night: list[Step],
) -> None:
    right, wrong = new_kitchen(), new_kitchen()
    for one, other in zip(
        run(right, night),
        run(wrong, night, clock_is_right=False),
        strict=True,
    ):
        assert kinds(one.events) == kinds(other.events)
        assert without_wall_clock(one.reply) == without_wall_clock(other.reply)
    assert without_wall_clock(right.state()) == without_wall_clock(wrong.state())
    assert without_wall_clock(right.live_tickets()) == without_wall_clock(wrong.live_tickets())


def without_wall_clock(value: object) -> Any:
    """The same with every reading of the wall clock left out; whether there is one stays.

    So is what was learned of the time of day at which people send orders, and the hour at which
    a dish took so long.
    """
    return _blank(msgspec.to_builtins(value))


def _blank(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: (
                (inner is not None)
                if key.endswith("_at")
                else [(seconds, order) for seconds, _hour, order in inner]
                if key == "samples"
                else _blank(inner)
            )
            for key, inner in value.items()
            if key != "senders"
        }
    if isinstance(value, list | tuple):
        return [_blank(inner) for inner in value]
    return value


OLD_LOG: Final = b"""
{"type":"order.placed","at":5,"tick":5,"number":1,"digest":"d","order":{"id":"7","priority":true,\
"items":[{"lineId":"1","name":"Burger","mods":[{"name":"No onion"}]}]}}
{"type":"ticket","at":5,"tick":5,"kind":"created","ticket":{"number":1,"station":"grill",\
"lines":[{"id":"1","prep":600}],"created_at":5,"updated_at":5,"priority":"high"}}
"""
"""As it was written before there were stations and rules that were made at run time."""


def test_a_log_from_before_stations_were_made_at_run_time_is_still_understood() -> None:
    kitchen = replayed(new_kitchen(), [(stored, None) for stored in OLD_LOG.split(b"\n")[1:-1]])
    assert [ticket.priority for ticket in kitchen.live_tickets("grill")] == ["high"]
    assert kitchen.stations == new_kitchen().stations
    do(kitchen, UpdateOrder(order(item("1", "Burger", "No onion"), item("2")), NOBODY))
    assert [line.id for line in kitchen.live_tickets("grill")[0].lines] == ["1", "2"]


OLD_RULES: Final = b"""
{"type":"rules.added","at":5,"tick":5,"rules":[{"id":"r-1","station":"fry","prep_time":60,\
"name":["soup"],"time_of_day":{"start":0,"until":0}}]}
"""
"""As they were written when all that a rule did was to send an item to a station."""


def test_rules_from_before_they_excluded_and_adjusted_time_send_as_they_did() -> None:
    kitchen = replayed(new_kitchen(), [(stored, None) for stored in OLD_RULES.split(b"\n")[1:-1]])
    do(kitchen, CreateOrder(order(item("1", "Soup", "Extra bread")), NOBODY))
    (line,) = kitchen.live_tickets("fry")[0].lines
    assert (line.prep, line.mods, line.unrouted) == (60, (), False)
    assert kitchen.unrouted.count == 0


def test_events_that_are_read_without_a_guest_leave_the_guest_as_it_was() -> None:
    kitchen = new_kitchen()
    ann = Guest(name="Ann")
    do(kitchen, CreateOrder(order(item("1")), ann))
    for event in kitchen.decide(UpdateOrder(order(item("2")), ann), after(0)).events:
        kitchen.apply(event)
    assert kitchen.placed(1).guest == ann


def test_events_and_snapshots_never_name_a_guest() -> None:
    fields = msgspec.structs.fields(Guest)
    canaries = {
        field.encode_name: {"1": CANARY} if field.type == dict[str, str] else CANARY
        for field in fields
    }
    guest = msgspec.convert(canaries, Guest)
    assert str(guest).count(CANARY) == len(fields)
    kitchen = new_kitchen()
    commands: list[Command] = [
        CreateOrder(order(item("1"), item("2")), guest),
        UpdateOrder(order(item("1", "Fries")), guest),
        act("fry", "start"),
        act("pass", "bump"),
        act("pass", "recall"),
        CancelOrder("7"),
        CreateOrder(order(item("1"), id="7"), guest),
    ]
    remembered: list[Event] = []
    for command in commands:
        remembered += do(kitchen, command).events
    assert len(remembered) > len(commands)
    for event in remembered:
        assert CANARY.encode() not in events.encode(event)
    assert CANARY.encode() not in msgspec.json.encode(kitchen.state())
    assert kitchen.placed(1).guest == guest
