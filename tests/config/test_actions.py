"""What the configuration may say that a gesture does."""

import re

import pytest

from appliance.config.actions import Action, parse


@pytest.mark.parametrize(
    ("text", "slot", "action"),
    [
        ("bump", None, Action("bump")),
        ("bump", 3, Action("bump", 3)),
        ("bump 2", 3, Action("bump", 2)),
        (" Start  4 ", None, Action("start", 4)),
        ("select 7", None, Action("select", 7)),
        ("recall", 3, Action("recall")),
        ("all-day", 1, Action("all-day")),
        ("page-back", None, Action("page-back")),
    ],
)
def test_an_action_is_a_verb_and_may_be_for_a_slot(
    text: str, slot: int | None, action: Action
) -> None:
    assert parse(text, slot) == action
    assert parse(str(action)) == action


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "explode",
            "'explode' is no action; there are bump, start, ready, fire, item, print, select, ",
        ),
        ("", "'' is no action; there are bump"),
        ("bump x", "'bump x' is no action"),
        ("recall 2", "'recall 2': recall is for no slot"),
        ("select", "'select' needs a slot, as in 'select 3'"),
        ("bump 0", "'bump 0': slots are 1 to 20"),
        ("bump 21", "'bump 21': slots are 1 to 20"),
    ],
)
def test_what_is_no_action_is_told(text: str, error: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(error)}"):
        parse(text)
