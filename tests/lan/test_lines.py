"""Line ids: those that were sent, and stable ones for lines that came without."""

from collections.abc import Iterable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lan.messages import order_of, understood

FRIES: dict[str, Any] = {"name": "Fries"}
NO_SALT: dict[str, Any] = {"name": "Fries", "mods": ["No Salt"]}


def ids(*items: dict[str, Any]) -> list[str]:
    return [item.line_id for item in order_of(items=list(items)).items]


def test_a_line_keeps_the_id_that_was_sent() -> None:
    assert ids({"lineId": "7", "name": "Fries"}, {"lineId": "a b", "name": "Fries"}) == ["7", "a b"]


def test_a_line_without_an_id_gets_the_same_one_each_time() -> None:
    assert ids(FRIES) == ids(FRIES)
    assert ids(FRIES, NO_SALT)[0] == ids(NO_SALT, FRIES)[1]
    assert ids(FRIES) == ids({"lineId": None, "name": "Fries"}) == ids({"lineId": "", **FRIES})


def test_what_may_change_in_an_update_does_not_change_the_id() -> None:
    changed = FRIES | {"qty": 3, "course": "Course 2", "seat": "4", "price": "$3", "mods": []}
    assert ids(FRIES) == ids(changed) == ids(changed | {"category": "Sides"})


def test_lines_without_an_id_differ_by_id_name_and_modifiers() -> None:
    different = [FRIES, NO_SALT, FRIES | {"id": "f"}, {"name": "Onion Rings"}]
    different += [FRIES | {"mods": ["Salt", "No"]}, FRIES | {"mods": [{"name": "Salt", "qty": 2}]}]
    assert len({ids(item)[0] for item in different}) == len(different)


def test_equal_lines_without_an_id_are_told_apart_by_occurrence() -> None:
    first, second, third = ids(FRIES, FRIES, FRIES)
    assert len({first, second, third}) == 3
    assert ids(FRIES, NO_SALT, FRIES)[::2] == [first, second]
    assert ids(FRIES) == [first]


def test_a_line_id_that_was_sent_twice_keeps_both_lines() -> None:
    order = order_of(items=[{"lineId": "1", "name": "Burger"}, {"lineId": "1", "name": "Fries"}])
    assert [item.name for item in order.items] == ["Burger", "Fries"]
    assert order.items[0].line_id == "1"
    assert order.items[1].line_id != "1"


def _items(line_ids: Iterable[str | None]) -> list[dict[str, Any]]:
    return [{"lineId": line_id, "name": "Fries"} for line_id in line_ids]


derived = ids(FRIES)[0]


@settings(deadline=None, derandomize=True)
@given(st.lists(st.sampled_from([None, "", "1", "1.2", "1#0", derived, "~"]), max_size=6))
def test_whatever_was_sent_each_line_has_an_id_of_its_own(sent: list[str | None]) -> None:
    given_ids = ids(*_items(sent))
    assert len(set(given_ids)) == len(sent)
    assert given_ids == ids(*_items(sent))


def test_texts_for_the_cook_follow_their_line() -> None:
    lines = [FRIES | {"specialInstructions": "well done"}, {"lineId": "2", **FRIES}]
    lines[1]["itemGroup"] = {"id": "g", "name": "Combo", "note": "share"}
    command = understood({"id": "1", "items": lines})
    assert command.guest.item_instructions == {derived: "well done"}
    assert command.guest.group_notes == {"2": "share"}
