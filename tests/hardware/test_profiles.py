"""Profiles: what is shipped, and maps of one's own."""

import re
from pathlib import Path

import pytest

from hardware.connection import MOST_STROKES, REST_SECONDS, Condition
from hardware.keys import GAP_SECONDS, TYPEMATIC_SECONDS, Stroke, as_sent
from hardware.profiles import NO_KEYS, ProfileError, load, shipped


def test_what_is_shipped() -> None:
    assert shipped() == ("ascii", "bematech", "kb9000", "kb9000-home", "numpad")


@pytest.mark.parametrize("name", shipped())
def test_a_profile_says_where_its_codes_come_from(name: str) -> None:
    profile = load(name)
    assert len(profile.source.split()) > 20
    assert profile.keys == {as_sent(sent): key for sent, key in profile.keys.items()}
    assert "bump" in profile.names
    assert profile.repeats <= set(profile.names)
    assert bool(profile.chords) != bool(profile.sequences)


@pytest.mark.parametrize("name", ["kb9000", "kb9000-home"])
def test_a_lone_ctrl_is_bump_on_a_kb9000(name: str) -> None:
    assert load(name).key_of(Stroke("KEY_LEFTCTRL", 1.0)) == "bump"
    assert load(name).key_of(Stroke("KEY_LEFTCTRL+KEY_1", 1.0)) is None


def test_one_s_own_keys_are_added_and_take_the_place_of_others() -> None:
    profile = load("kb9000").with_keys({"key_enter": "undo", "KEY_F1": "summon"})
    assert profile.keys["KEY_ENTER"] == "undo"
    assert profile.keys["KEY_F1"] == "summon"
    assert profile.keys["KEY_LEFTCTRL"] == "bump"
    assert load("kb9000").keys["KEY_ENTER"] == "redraw"


def test_every_wrong_entry_is_named() -> None:
    with pytest.raises(ProfileError) as refused:
        NO_KEYS.with_keys(
            {
                "KEY_ENTR": "bump",
                "KEY_F1": "Bump it!",
                "KEY_F2": "1",
                "KEY_1 + KEY_LEFTCTRL": "a",
                "KEY_LEFTCTRL+KEY_1": "b",
            }
        )
    assert str(refused.value).splitlines() == [
        "'KEY_ENTR' is no key of Linux; did you mean KEY_ENTER?",
        "'Bump it!' is no name of a key; write it like 'bump', 'page-up' or '1'",
        "'KEY_LEFTCTRL+KEY_1' is both 'a' and 'b'",
    ]


def test_a_profile_that_is_not_there_is_refused_in_words() -> None:
    with pytest.raises(ProfileError, match=r"did you mean 'kb9000'.*bematech, kb9000"):
        load("kb900")


def test_only_keys_that_may_repeat_do() -> None:
    profile = load("kb9000")
    assert profile.key_of(Stroke("KEY_RIGHT", 1.0, repeated=True)) == "up"
    assert profile.key_of(Stroke("KEY_LEFTCTRL", 1.0, repeated=True)) is None
    assert profile.key_of(Stroke("KEY_F9", 1.0, repeated=True)) is None


def test_the_guide_names_each_profile_and_what_is_in_force() -> None:
    guide = (Path(__file__).parents[2] / "hardware/bump-bars.md").read_text(encoding="utf-8")
    described = re.findall(r"(?m)^\| `([a-z0-9-]+)` \| [^|]+ \| [^|]+ \|$", guide)
    assert sorted(described) == list(shipped())
    assert set(re.findall(r"(?m)^\| `([a-z]+)` \| (?!for)[^|]*\|$", guide)) == {
        condition.value for condition in Condition if condition != Condition.CLOSED
    }
    for said in (
        f"more than {MOST_STROKES} keys in a second",
        f"for {REST_SECONDS:.0f} seconds",
        f"again within {TYPEMATIC_SECONDS * 1000:.0f} ms",
        f"a pause of {GAP_SECONDS * 1000:.0f} ms",
    ):
        assert said in guide
