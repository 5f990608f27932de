"""Who is there, who covers for whom: whatever the screens, and whenever they were last heard."""

from collections.abc import Sequence
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.screens.liveness import (
    AWAY_SECONDS,
    BEHIND_SECONDS,
    Assessment,
    Pulse,
    Stay,
    are_at_once,
    assess,
)
from appliance.screens.registry import Adopted
from appliance.screens_now import Wanted
from tests.proof import count

STATIONS: Final = ("grill", "fry", "cold")
NOW: Final = 1_000.0


def screen(
    name: str, station: str | None = "grill", backup: str | None = None, **more: object
) -> Adopted:
    patience = more.pop("patience", 8)
    shows = more.pop("shows", "board")
    wanted = Wanted(name, station, backup, patience, shows=shows)  # type: ignore[arg-type]
    given: dict[str, object] = {"proto": "board", "device": f"device of {name}"} | more
    return Adopted(id=name, wanted=wanted, adopted_at=0, **given)  # type: ignore[arg-type]


def heard(seconds_ago: float) -> Pulse:
    return Pulse(NOW - seconds_ago, None)


def at_now(screens: Sequence[Adopted], **pulses: Pulse) -> Assessment:
    return assess(screens, pulses, STATIONS, started=0, now=NOW)


def test_a_screen_without_a_word_is_away_after_five_seconds() -> None:
    screens = [screen("one")]
    assert at_now(screens, one=heard(4.9)).standings["one"].state == "live"
    assert at_now(screens, one=heard(5)).standings["one"].state == "away"
    assert at_now(screens, one=heard(5)).standings["one"].why == "nothing is heard of it"


def test_why_is_what_it_last_failed_with() -> None:
    pulse = heard(5)._replace(trouble="connection refused")
    assert at_now([screen("one")], one=pulse).standings["one"].why == "connection refused"
    assert at_now([screen("one")], one=pulse._replace(heard=NOW)).standings["one"].why == ""


def test_a_computer_that_answers_for_a_board_says_how_it_is() -> None:
    answers = "; its computer answers: browser running"
    for pulse, why in (
        (heard(5), "nothing is painted"),
        (Pulse(NOW, NOW - 5), "it does not show the newest"),
        (Pulse(None, None, awaited=NOW - 1), "nothing was heard of it yet"),
    ):
        told = pulse._replace(computer="browser running")
        assert at_now([screen("one")], one=told).standings["one"].why == why + answers
    shown = heard(0)._replace(computer="browser running")
    assert at_now([screen("one")], one=shown).standings["one"].why == ""


def test_nobody_is_away_before_anybody_could_be_heard() -> None:
    for started, state in ((NOW - 4.9, "not seen yet"), (NOW - 5, "away")):
        standings = assess([screen("one")], {}, STATIONS, started=started, now=NOW).standings
        assert standings["one"].state == state
    adopted = Pulse(None, None, awaited=NOW - 4)
    assert at_now([screen("one")], one=adopted).standings["one"].state == "not seen yet"
    # The appliance itself stood still.
    old = heard(60)._replace(awaited=NOW - 1)
    assert at_now([screen("one")], one=old).standings["one"].state == "live"


def test_a_screen_may_take_five_seconds_to_show_what_is_new() -> None:
    for seconds, state in ((4.9, "live"), (5, "behind")):
        pulse = Pulse(NOW, NOW - seconds)
        assert at_now([screen("one")], one=pulse).standings["one"].state == state


def test_its_backup_covers_it_after_its_patience() -> None:
    screens = [screen("one", "grill", "two"), screen("two", "fry")]
    early = at_now(screens, one=heard(7.9), two=heard(0))
    assert (early.standings["two"].covers, early.unseen) == ((), frozenset())
    late = at_now(screens, one=heard(8), two=heard(0))
    assert late.standings["two"].covers == ("grill",)
    assert late.standings["one"].covered_by == "two"
    assert late.unseen == {"grill"}
    patient = [screen("one", "grill", "two", patience=60), screens[1]]
    assert at_now(patient, one=heard(59.9), two=heard(0)).unseen == frozenset()


def test_where_the_backup_is_away_too_its_own_covers_both() -> None:
    screens = [
        screen("one", "grill", "two"),
        screen("two", "fry", "three"),
        screen("three", "cold"),
    ]
    found = at_now(screens, one=heard(9), two=heard(9), three=heard(0))
    assert found.standings["three"].covers == ("grill", "fry")
    assert found.standings["two"].covers == ()
    assert found.unseen == {"grill", "fry"}


def test_a_backup_that_is_behind_goes_on_covering() -> None:
    """It is so for a moment, because of all that it has to show besides."""
    screens = [screen("one", "grill", "two"), screen("two", "fry")]
    found = at_now(screens, one=heard(9), two=Pulse(NOW, NOW - 60))
    assert found.standings["two"].state == "behind"
    assert found.standings["two"].covers == ("grill",)


def test_nobody_covers_where_another_live_screen_has_the_same_station() -> None:
    screens = [screen("one", "grill", "two"), screen("two", "fry"), screen("three", "grill")]
    found = at_now(screens, one=heard(9), two=heard(0), three=heard(0))
    assert found.standings["two"].covers == ()
    assert found.standings["one"].covered_by is None
    assert found.unseen == frozenset()


def test_a_screen_for_all_stations_hangs_in_an_office() -> None:
    screens = [screen("one", "grill", "two"), screen("two", "fry"), screen("office", None)]
    found = at_now(screens, one=heard(9), two=heard(0), office=heard(0))
    assert found.standings["two"].covers == ("grill",)
    assert found.unseen == {"grill"}


def test_a_screen_for_all_stations_is_covered_where_nobody_else_is() -> None:
    screens = [screen("all", None, "two"), screen("two", "fry")]
    found = at_now(screens, all=heard(9), two=heard(0))
    assert found.standings["two"].covers == ("grill", "cold")
    assert found.unseen == {"grill", "cold"}
    again = at_now([*screens, screen("other", None)], all=heard(9), two=heard(0), other=heard(0))
    assert again.unseen == frozenset()


def test_a_screen_for_guests_is_missed_at_no_station_and_stands_in_for_none() -> None:
    guests = screen("guests", None, None, shows="ready")
    alone = at_now([guests], guests=heard(9))
    assert (alone.standings["guests"].state, alone.unseen) == ("away", frozenset())
    kitchen = [screen("all", None, "guests"), guests]
    found = at_now(kitchen, all=heard(9), guests=heard(0))
    assert found.unseen == {*STATIONS}
    assert found.standings["guests"].covers == ()


def test_a_screen_whose_station_is_gone_says_so_and_is_covered_by_nobody() -> None:
    screens = [screen("one", "bar", "two"), screen("two", "fry", "none")]
    found = at_now(screens, one=heard(9), two=heard(0))
    assert found.standings["two"].covers == ()
    assert found.standings["two"].why == "its backup, none, is no screen any more"
    assert at_now(screens, one=heard(0)).standings["one"].why == (
        "there is no station bar any more"
    )


def test_a_board_without_a_token_is_awaited_by_nobody() -> None:
    screens = [screen("one", "grill", "two", device=None), screen("two", "fry")]
    found = at_now(screens, two=heard(0))
    assert found.standings["one"].state == "not seen yet"
    assert found.standings["one"].why == "it has to show its code, and be adopted"
    assert found.unseen == frozenset()


def test_who_goes_from_one_place_to_another_is_not_at_both() -> None:
    here = Stay(0, 100)
    assert not are_at_once(here, Stay(95.1, 200))
    assert not are_at_once(Stay(101, 200), here)
    assert are_at_once(here, Stay(95, 200))
    assert are_at_once(Stay(50, 60), here)


# ── whatever they are like ───────────────────────────────────────────────────────────

NAMES: Final = tuple("abcdef")
places = st.sampled_from([None, "grill", "fry", "cold", "gone"])
names = st.sampled_from([None, *NAMES, "nobody"])


@st.composite
def kitchens(draw: st.DrawFn) -> tuple[list[Adopted], dict[str, Pulse]]:
    chosen = draw(st.lists(st.sampled_from(NAMES), unique=True))
    screens = [
        screen(
            name,
            draw(places),
            draw(names),
            patience=draw(st.integers(5, 20)),
            device=draw(st.sampled_from([None, "device", "device"])),
        )
        for name in chosen
    ]
    ago = st.none() | st.floats(0, 30).map(lambda seconds: NOW - seconds)
    pulses = {
        name: Pulse(draw(ago), draw(ago))
        for name in draw(st.lists(st.sampled_from(NAMES), unique=True))
    }
    return screens, pulses


@settings(max_examples=count(300, proof=20_000), deadline=None)
@given(kitchens(), st.floats(0, 30))
def test_whatever_happens(kitchen: tuple[list[Adopted], dict[str, Pulse]], running: float) -> None:
    screens, pulses = kitchen
    by_id = {each.id: each for each in screens}
    started = NOW - running
    standings, unseen = assess(screens, pulses, STATIONS, started=started, now=NOW)
    there = {name for name, each in standings.items() if each.state in ("live", "behind")}
    assert list(standings) == [each.id for each in screens]
    expected: dict[str, set[str]] = {name: set() for name in standings}
    all_missed = set()
    for each in screens:
        standing = standings[each.id]
        last = max(started, pulses[each.id].heard or 0) if each.id in pulses else started
        silent = NOW - last
        # Nobody is away before they could be, and everybody who is silent is.
        has_token = each.device is not None
        assert (standing.state == "away") == (silent >= AWAY_SECONDS and has_token)
        if standing.state == "behind":
            late_since = pulses[each.id].behind_since
            assert late_since is not None
            assert NOW - late_since >= BEHIND_SECONDS
        # Nobody covers for who is there, nor covers without being there.
        if standing.state != "away" or silent < each.wanted.patience:
            assert standing.covered_by is None
        if each.id not in there:
            assert standing.covers == ()
        if standing.state != "away" or silent < each.wanted.patience:
            continue
        own = set(STATIONS) if each.wanted.station is None else {each.wanted.station}
        others = {by_id[name].wanted.station for name in there}
        missed = {place for place in own if place in STATIONS and place not in others}
        if each.wanted.station is None and None in others:
            missed = set()
        all_missed |= missed
        # The first that is there in its chain, which ends where it comes round.
        chain, name = [each.id], each.wanted.backup
        while name in by_id and name not in chain and chain[-1] not in there:
            chain.append(name)
            name = by_id[name].wanted.backup
        stand_in = chain[-1] if chain[-1] in there and missed else None
        assert standing.covered_by == stand_in
        if stand_in is not None:
            assert stand_in != each.id
            expected[stand_in] |= missed
    assert {name: set(each.covers) for name, each in standings.items()} == expected
    assert all(len(set(each.covers)) == len(each.covers) for each in standings.values())
    assert unseen == all_missed
