"""Every leniency of the protocol, and the reason that is given where there is none."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import ValidationError

from appliance.kitchen.command import CancelOrder, CreateOrder, UpdateOrder
from appliance.kitchen.order import (
    Component,
    Costs,
    Fee,
    Guest,
    Item,
    ItemGroup,
    Modifier,
    Order,
    Retry,
)
from appliance.lan.messages import NotUnderstood, Returned, decode
from appliance.lan.times import YEAR_10000
from tests.lan.messages import BERLIN, item_of, order_of, understood

DATA = Path(__file__).parent.parent / "data"
BURGER = {"lineId": "1", "name": "Hamburger", "qty": 1, "mods": []}


# ── commands ─────────────────────────────────────────────────────────────────────────


def test_the_documented_example_is_understood_in_full() -> None:
    command = decode((DATA / "seed-update-order.json").read_bytes(), BERLIN)
    assert command == UpdateOrder(
        Order(
            id="123",
            time=1551454803184,
            pickup_time="2023-04-03T14:15:00.000Z",
            pickup_at=1680531300000,
            mode="Pickup",
            items=(
                Item(
                    line_id="1",
                    name="Hamburger",
                    mods=(Modifier("No Ketchup"), Modifier("Side Fries")),
                    course="Course 2",
                    seat="Seat 1",
                    course_status="fire",
                ),
                Item(
                    line_id="2",
                    name="Chocolate Shake",
                    course="Course 3",
                    seat="Seat 1",
                    course_status="hold",
                ),
                Item(
                    line_id="3",
                    name="Onion Rings",
                    mods=(Modifier("BBQ Sauce"),),
                    course="Course 1",
                    seat="For Table",
                    course_status="fire",
                ),
            ),
        ),
        Guest(name="Jane Doe", phone_number="+16155551234"),
    )


def test_an_order_without_an_envelope_is_a_create() -> None:
    bare = json.loads((DATA / "legacy-bare-order.json").read_bytes())
    command = understood(bare)
    assert isinstance(command, CreateOrder)
    assert command == understood({"command": "create-order", "order": bare})
    assert (command.order.id, command.guest.name) == ("L-7", "Walk-in 7")


@pytest.mark.parametrize("envelope", [{}, {"command": None}, {"command": "create-order"}])
def test_a_command_that_is_absent_is_a_create(envelope: dict[str, Any]) -> None:
    assert isinstance(understood(envelope | {"order": {"id": "1", "items": []}}), CreateOrder)


def test_to_cancel_an_order_takes_its_id_only() -> None:
    assert understood({"command": "cancel-order", "order": {"id": "A-1001"}}) == CancelOrder(
        "A-1001"
    )


def test_an_order_that_is_not_known_in_every_field_is_understood() -> None:
    strange = {"vendor": {"deep": [1, {"x": None}]}, "items": [BURGER | {"colour": "red"}]}
    command = understood({"version": 7, "order": {"id": "1"} | strange})
    assert command.order == order_of(items=[BURGER])


# ── fields ───────────────────────────────────────────────────────────────────────────


def test_modifiers_may_be_texts_or_objects() -> None:
    sent = ["No Ketchup", {"name": "Cheddar"}, {"id": "m", "name": "Patty", "qty": "2"}]
    assert item_of(mods=sent).mods == (
        Modifier("No Ketchup"),
        Modifier("Cheddar"),
        Modifier("Patty", "m", 2),
    )


@pytest.mark.parametrize(
    ("sent", "quantity"),
    [(2, 2), ("2", 2), ("0.5", 0.5), (1.5, 1.5), (0, 0), (None, 1)],
)
def test_a_quantity_is_a_number_or_its_text_and_one_if_there_is_none(
    sent: Any, quantity: float
) -> None:
    assert item_of(qty=sent).qty == quantity
    assert item_of(mods=[{"name": "Patty", "qty": sent}]).mods == (
        Modifier("Patty", None, quantity),
    )
    component = {"name": "Patty", "count": sent}
    assert item_of(components=[component]).components == (Component("Patty", quantity),)


@pytest.mark.parametrize(
    ("sent", "status", "held"),
    [
        ("fire", "fire", False),
        ("Fired", "fire", False),
        ("hold", "hold", True),
        ("Hold", "hold", True),
        ("HELD", "hold", True),
        ("straightFire", "straightFire", False),
        ("Straight Fire", "straightFire", False),
        ("straight_fire", "straightFire", False),
        ("PickUp", "pickup", False),
        ("later, please", "later, please", False),
        ("", "", False),
        (None, None, False),
    ],
)
def test_a_course_status_is_recognised_in_every_spelling(
    sent: str | None, status: str | None, *, held: bool
) -> None:
    item = item_of(courseStatus=sent)
    assert (item.course_status, item.held) == (status, held)


@pytest.mark.parametrize(
    ("sent", "at"),
    [
        (1680531300000, 1680531300000),
        ("1680531300000", 1680531300000),
        (" 1680531300000 ", 1680531300000),
        ("2023-04-03T14:15:00.000Z", 1680531300000),
        ("2023-04-03T14:15:00.007Z", 1680531300007),
        ("2023-04-03T16:15:00+02:00", 1680531300000),
        ("2023-04-03T16:15:00", 1680531300000),  # Berlin, in summer
        ("2023-04-03 16:15", 1680531300000),
        ("2023-12-24T18:00:00", 1703437200000),  # Berlin, in winter
        ("2023-03-26T02:30:00", 1679794200000),  # when the clocks go forward
        ("2023-10-29T02:30:00", 1698539400000),  # when they go back: the first of the two
        ("soon", None),
        ("", None),
        (None, None),
        (-1, None),
        (9_000_000_000_000_000, None),
        ("9" * 18, None),
        ("9999-12-31T23:59:59-23:00", None),
        ("0001-01-01T00:00:00", None),
    ],
)
def test_a_time_is_understood_in_every_spelling_and_never_refused(
    sent: Any, at: int | None
) -> None:
    order = order_of(pickupTime=sent)
    assert (order.pickup_time, order.pickup_at) == (sent, at)


def test_a_time_is_understood_to_the_millisecond() -> None:
    # One of the few that come out wrong when calculated in floating point.
    assert order_of(pickupTime="2038-01-24T11:03:56.832Z").pickup_at == 2147943836832


@settings(deadline=None, derandomize=True)
@given(st.datetimes(timezones=st.timezones() | st.none()).map(datetime.isoformat))
def test_a_time_that_can_be_written_can_be_taken(sent: str) -> None:
    at = order_of(pickupTime=sent).pickup_at
    assert at is None or 0 <= at < YEAR_10000


@pytest.mark.parametrize("time", [1551454803184, "1551454803184", "2026-11-21T18:04:00", None])
def test_the_time_of_the_order_is_kept_as_it_was_sent(time: Any) -> None:
    assert order_of(time=time).time == time


def test_the_mode_is_kept_as_it_was_sent() -> None:
    assert order_of(mode="CurbSide").mode == "CurbSide"


@pytest.mark.parametrize(("sent", "kept"), [("true", True), ("0", False), (1, True), (None, False)])
def test_true_and_false_may_be_texts_or_numbers(sent: Any, *, kept: bool) -> None:
    assert order_of(priority=sent).priority is kept


OPTIONAL = re.findall(
    r"\w+",
    """
    name time pickupTime phoneNumber optInForSms deliveryAddress mode deliveryHandoff server
    terminal specialInstructions customerArrivedUrl vehicleModel vehicleColor costs
    deliveryService originSource checkNumber priority prepTimeDuration covers loyaltyMember
    accessibility source retry
    """,
)


def test_an_optional_field_that_is_null_is_as_if_absent() -> None:
    order: dict[str, Any] = {"id": "1", "items": []}
    for field in OPTIONAL:
        assert understood(order | {field: None}) == understood(order), field
        with pytest.raises(ValidationError, match=field):  # It is a field that is known.
            understood(order | {field: []})


def test_nulls_further_inside_are_as_if_absent_too() -> None:
    optional = ["id", "qty", "price", "mods", "specialInstructions", "course", "courseStatus"]
    optional += ["seat", "components", "itemGroup", "category"]
    assert item_of(**dict.fromkeys(optional)) == item_of()
    costs = {"total": "$5", "tax": None, "additionalFees": None, "promoCodes": None}
    assert order_of(costs=costs).costs == Costs(total="$5")
    assert order_of(retry={"expiration": None, "notificationUrl": None}).retry == Retry()
    assert item_of(itemGroup={"id": None, "name": None, "note": None}).item_group == ItemGroup()
    mods = [{"name": "Patty", "id": None, "components": None}]
    assert item_of(mods=mods).mods == (Modifier("Patty"),)


def test_nothing_that_was_sent_is_lost() -> None:
    fees = [{"name": "Bag", "amount": "$0.10"}]
    costs = {"subtotal": "1", "tax": "2", "deliveryFee": "3", "surcharge": "4", "tip": "6"}
    costs |= {"convenienceFee": "5", "total": "7"}
    assert item_of(category="Cold").category == "Cold"
    kept = order_of(
        costs=costs | {"additionalFees": fees, "promoCodes": [{"amount": "-$1"}]},
        retry={"notificationUrl": "http://pos/retry", "expiration": "PT5M"},
        covers="4",
        accessibility={"wheelChairAccess": True},
    )
    assert kept.costs == Costs(
        "1", "2", "3", "4", "5", "6", (Fee("$0.10", "Bag"),), "7", (Fee("-$1"),)
    )
    assert kept.retry == Retry("http://pos/retry", "PT5M")
    assert (kept.covers, kept.accessibility and kept.accessibility.wheel_chair_access) == (4, True)


# ── through other appliances ─────────────────────────────────────────────────────────

OWN = "0123456789AB"
ORDER = {"id": "7", "items": [BURGER]}


def through(via: Any, **message: Any) -> Any:
    return decode(json.dumps({"via": via} | message).encode(), BERLIN, OWN)


@pytest.mark.parametrize(
    ("via", "kept"),
    [
        (["A", "B"], ("A", "B")),
        (["A"] * 8, ("A",) * 8),
        ([], ()),
        (None, ()),
        ("A", ()),
        ([1, 2], ()),
        (["A", ""], ()),
        (["A" * 65], ()),
        ({"city": "Bern"}, ()),
    ],
)
def test_what_an_order_came_through_is_kept(via: Any, kept: tuple[str, ...]) -> None:
    for message in ({"command": "update-order", "order": ORDER}, {"order": ORDER}, ORDER):
        assert through(via, **message).order.via == kept


@pytest.mark.parametrize(
    "message",
    [
        *(
            {"command": f"{command}-order", "order": ORDER}
            for command in ("create", "update", "partial-update", "cancel")
        ),
        ORDER,
    ],
)
def test_what_came_through_here_is_no_command_and_through_too_many_refused(message: Any) -> None:
    assert through(["A", OWN], **message) == Returned("7")
    with pytest.raises(NotUnderstood, match="it came through more than 8 appliances"):
        through(["A"] * 9, **message)
    assert through(["A", "B"], **message)


@pytest.mark.parametrize(
    ("done", "is_done"), [(True, True), (False, False), (None, False), ("true", False), (1, False)]
)
def test_a_cancel_says_whether_it_was_finished_there(done: Any, is_done: bool) -> None:  # noqa: FBT001
    cancel = {"command": "cancel-order", "order": {"id": "7"}}
    assert through([], done=done, **cancel) == CancelOrder("7", done=is_done)
    assert through([], **cancel) == CancelOrder("7")
