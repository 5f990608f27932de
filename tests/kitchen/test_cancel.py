"""An order is taken back."""

import pytest

from appliance.kitchen.command import CancelOrder, OrderAccepted, Refused
from appliance.kitchen.order import Item
from tests.kitchen.orders import (
    act,
    board,
    boards,
    busy,
    create,
    do,
    item,
    kinds,
    new_kitchen,
    ticket,
    update,
)

CANCEL = CancelOrder("7")


def combo() -> Item:
    return item("1", "Combo")


def test_a_cancelled_order_stays_in_view_as_voided() -> None:
    kitchen = busy(create(combo()), act("grill", "start"))
    decision = do(kitchen, CANCEL)
    assert decision.reply == OrderAccepted("7")
    assert kinds(decision.events) == ["OrderCancelled", "voided", "voided", "voided"]
    for station in ("grill", "fry", "pass"):
        assert board(kitchen, station) == ["7"]
        assert ticket(kitchen, station).status == "voided"


def test_each_station_bumps_its_cancelled_card_away_by_itself() -> None:
    kitchen = busy(create(combo()), CANCEL, act("pass", "bump"), act("grill", "bump"))
    assert {name for name, tickets in boards(kitchen).items() if tickets} == {"fry"}


def test_a_repeated_cancel_is_accepted_and_changes_nothing() -> None:
    kitchen = busy(create(combo()), CANCEL, act("grill", "bump"))
    again = do(kitchen, CANCEL)
    assert again.reply == OrderAccepted("7")
    assert again.events == ()


def test_a_card_that_was_voided_before_is_told_that_its_order_is_cancelled() -> None:
    kitchen = busy(create(combo()), act("grill", "void"))
    told = do(kitchen, CANCEL).events
    assert sorted(kinds(told)) == ["OrderCancelled", "updated", "voided", "voided"]


def test_what_was_bumped_stays_bumped() -> None:
    kitchen = busy(create(combo()), act("grill", "bump"), CANCEL)
    assert ticket(kitchen, "grill").status == "bumped"
    assert ticket(kitchen, "fry").status == "voided"


@pytest.mark.parametrize("with_pass", [True, False])
def test_a_cancel_of_a_bumped_order_is_ignored(with_pass: bool) -> None:  # noqa: FBT001
    kitchen = busy(create(item("1")), with_pass=with_pass)
    do(kitchen, act("pass" if with_pass else "grill", "bump"))
    decision = do(kitchen, CANCEL)
    assert decision.reply == OrderAccepted("7")
    assert decision.events == ()
    assert ticket(kitchen, "grill").status == "bumped"


def test_a_cancelled_order_takes_no_updates() -> None:
    kitchen = busy(create(combo()), CANCEL)
    decision = do(kitchen, update(combo(), item("2")))
    assert decision.reply == OrderAccepted("7")
    assert decision.events == ()


def test_an_order_that_was_never_here_cannot_be_cancelled() -> None:
    refused = do(new_kitchen(), CANCEL).reply
    assert isinstance(refused, Refused)
    assert refused.reason == "no_such_order"


def test_what_was_finished_elsewhere_is_bumped_at_every_station() -> None:
    kitchen = busy(create(combo()), act("grill", "start"))
    decision = do(kitchen, CancelOrder("7", done=True))
    assert decision.reply == OrderAccepted("7")
    assert kinds(decision.events) == ["bumped", "bumped", "bumped"]
    assert {ticket(kitchen, station).status for station in ("grill", "fry", "pass")} == {"bumped"}
    assert do(kitchen, CancelOrder("7", done=True)).events == ()


def test_what_was_finished_elsewhere_can_be_recalled_here() -> None:
    kitchen = busy(create(combo()), CancelOrder("7", done=True), act("grill", "recall"))
    assert board(kitchen, "grill") == ["7"]


def test_nobody_has_finished_what_never_was_here() -> None:
    refused = do(new_kitchen(), CANCEL).reply
    assert isinstance(refused, Refused)
    assert do(new_kitchen(), CancelOrder("7", done=True)).reply == refused
