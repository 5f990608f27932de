"""The configuration as it is written: what is read again is the same, and comments stay."""

import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from appliance import config
from appliance.installing.writing import written
from appliance.setup import same
from tests.proof import count

DEMO = config.embedded()
KEYS = st.sampled_from(["id", "name", "keys", "KEY_F5", "0x1b", "é", "a b", 'q"', "x.y", ""])
PLAIN = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)
TABLES = st.dictionaries(
    KEYS, PLAIN | st.lists(PLAIN, max_size=3) | st.dictionaries(KEYS, PLAIN, max_size=3), max_size=4
)
SECTIONS = st.sampled_from(["appliance", "station", "route", "timing", "bump_bar", "x"])
DOCUMENTS = st.dictionaries(SECTIONS, TABLES | st.lists(TABLES, max_size=3) | PLAIN, max_size=4)
"""In the shape of a configuration, whatever is in them."""
FEW = settings(max_examples=count(40, proof=2_000), deadline=None)


@FEW
@given(DOCUMENTS, DOCUMENTS)
def test_whatever_is_written_is_read_again_as_it_was(
    before: dict[str, Any], document: dict[str, Any]
) -> None:
    assert same(tomllib.loads(written(document, written(before, ""))), document)


@FEW
@given(DOCUMENTS)
def test_whatever_takes_the_place_of_the_demo_kitchen_is_read_as_it_was(
    document: dict[str, Any],
) -> None:
    assert same(tomllib.loads(written(document, DEMO)), document)


def test_what_stays_as_it_was_stays_to_the_letter() -> None:
    assert written(tomllib.loads(DEMO), DEMO) == DEMO


def test_what_is_taken_away_takes_its_comment_and_no_other() -> None:
    before = (
        '[[station]]  # hot\nid = "grill"  # beside the door\n\n'
        '[[station]]\nid = "fry"  # below the fan\nactive = true\n\n'
        '[[station]]\nid = "bar"  # upstairs\n'
    )
    document = tomllib.loads(before)
    del document["station"][1]
    document["station"].append({"id": "pass", "type": "expo"})
    after = written(document, before)
    assert tomllib.loads(after) == document
    assert "beside the door" in after
    assert "upstairs" in after
    assert "below the fan" not in after


def test_comments_stay_at_the_entry_that_they_are_written_at() -> None:
    before = (
        '[[station]]\nid = "grill"  # beside the door\n\n[[station]]\nid = "bar"  # upstairs\n\n'
        '[[route]]\nstation = "bar"  # all of it\n\n[[route]]\nstation = "grill"  # what is left\n'
    )
    document = tomllib.loads(before)
    document["station"] = [{"id": "oven"}, *reversed(document["station"])]
    del document["route"][0]
    lines = written(document, before).splitlines()
    assert 'id = "oven"' in lines
    assert 'id = "grill"  # beside the door' in lines
    assert 'id = "bar"  # upstairs' in lines
    assert 'station = "grill"  # what is left' in lines
    assert "all of it" not in "".join(lines)


def test_what_is_no_toml_is_written_anew() -> None:
    assert tomllib.loads(written({"appliance": {"name": "Corner"}}, "[appliance")) == {
        "appliance": {"name": "Corner"}
    }
