"""What is wrong, from what each part tells of itself: code, how bad, and about whom."""

import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from appliance import problems
from appliance.api.attention import AttentionJson, ForgottenJson, SilentJson
from appliance.api.health import ProblemCode
from appliance.api.kitchen_now import KitchenTold, OrdersNow
from appliance.devices import NOT_YET, ButtonJson, LampJson, LightJson, PanelJson
from appliance.expeditor import Fault
from appliance.indexing import IndexStatus
from appliance.log import Health, Recent
from appliance.printers import NOT_YET as PRINTER_NOT_YET
from appliance.printers import PrintingStatus
from appliance.problems import Found
from appliance.screens_now import ScreenNow, ScreensNow
from appliance.tls import HttpsStatus
from tests.api.channels import account, disagreement
from tests.api.printing import now as printer
from tests.machines import WELL

WORDS = Path(problems.__file__).parent / "pages/static/words/en/status.json"
GUIDE = Path(problems.__file__).parent / "pages/guide/status.md"
HOUR = "2026-11-22T18:00:00Z"
QUIET = AttentionJson([], [], [])
KITCHEN = KitchenTold(OrdersNow(0, 0, HOUR, None, None, 0), [], {}, None, 0)


def told(found: Iterable[Found]) -> list[tuple[str, str]]:
    return [(each.code, each.severity) for each in found]


def screen(name: str, **more: Any) -> ScreenNow:
    usual: dict[str, Any] = {"proto": "board", "station": "grill", "state": "live", "why": ""}
    return ScreenNow(name, f"The {name}", **usual | {"since": 0} | more)


def test_every_code_has_words_for_what_it_is_and_what_to_do() -> None:
    words = json.loads(WORDS.read_text())
    wanted = {f"problem.{code}.{part}" for code in get_args(ProblemCode) for part in ("what", "do")}
    said = {name for name in words if name.startswith("problem.")}
    assert said == wanted - {"problem.other.do"}  # It is a sentence that says so itself.


def test_the_guide_has_them_all_in_the_words_of_the_page() -> None:
    assert table_of_problems() in GUIDE.read_text()


def table_of_problems() -> str:
    """As it stands in the guide; where words have changed, paste what this returns."""
    words = json.loads(WORDS.read_text())
    rows = ["| code | what | what to do |", "| --- | --- | --- |"]
    for code in get_args(ProblemCode):
        what = words[f"problem.{code}.what"]
        many = what["other"] if isinstance(what, dict) else what
        rows.append(f"| `{code}` | {many} | {words.get(f'problem.{code}.do', '')} |")
    return "\n".join(rows)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, []),
        ({"temperature": None, "throttled": None, "under_voltage": None}, []),
        ({"temperature": 79.9}, []),
        ({"temperature": 80.0}, [("hot", "warning")]),
        ({"temperature": 84.0, "throttled": True}, [("hot", "warning")]),
        ({"throttled": True, "throttled_before": True}, [("throttled", "warning")]),
        ({"throttled_before": True}, [("throttled-before", "notice")]),
        (
            {"under_voltage": True, "under_voltage_before": True, "throttled": True},
            [("under-voltage", "alarm")],
        ),
        (
            {"under_voltage_before": True, "throttled_before": True},
            [("under-voltage-before", "warning")],
        ),
    ],
)
def test_heat_and_supply(more: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert told(problems.of_power(replace(WELL, **more))) == expected


@pytest.mark.parametrize(
    ("more", "disk", "expected"),
    [
        ({}, {}, []),
        ({"clock": "unknown"}, {"free_bytes": None, "life_used": None}, []),
        ({"clock": "waiting"}, {}, [("clock-not-set", "warning")]),
        ({"memory_free_bytes": 99_000_000}, {}, [("memory-low", "warning")]),
        ({}, {"free_bytes": 999_999_999}, [("disk-nearly-full", "warning")]),
        ({}, {"free_bytes": 199_999_999}, [("disk-nearly-full", "alarm")]),
        ({}, {"life_used": 80, "spare": "normal"}, []),
        ({}, {"life_used": 90, "spare": "normal"}, [("disk-worn", "warning")]),
        ({}, {"life_used": 10, "spare": "low"}, [("disk-worn", "warning")]),
    ],
)
def test_clock_memory_and_disk(
    more: dict[str, Any], disk: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    machine = replace(WELL, disk=replace(WELL.disk, **disk), **more)
    assert told(problems.of_machine(machine)) == expected


@pytest.mark.parametrize(
    ("recent", "expected"),
    [
        (None, []),
        (Recent(100, 20.0, 4000.0), []),
        (Recent(4, 900.0, 900.0), []),
        (Recent(5, 301.0, 900.0), [("disk-slow", "warning")]),
    ],
)
def test_one_slow_commit_is_none_and_many_are_a_slow_disk(
    recent: Recent | None, expected: list[tuple[str, str]]
) -> None:
    assert told(problems.of_log(Health(None, 0, 0.0, recent))) == expected


def test_orders_that_were_put_aside_are_an_alarm() -> None:
    (found,) = problems.of_log(Health(None, 0, 0.0, None, "log.sqlite.newer-1"))
    assert (found.code, found.severity) == ("log-put-aside", "alarm")
    assert found.facts == {"file": "log.sqlite.newer-1"}


def test_an_index_that_is_behind_or_stands() -> None:
    well, behind = IndexStatus(10, 10, None, None), IndexStatus(10, 30_000, None, None)
    faulty = IndexStatus(9, 10, "damaged", None)
    assert told(problems.of_indexes(well, well)) == []
    assert told(problems.of_indexes(behind, behind)) == [("index-behind", "notice")]
    assert told(problems.of_indexes(faulty, well)) == [("index-faulty", "warning")]
    assert told(problems.of_indexes(well, faulty)) == [("reports-faulty", "warning")]


def test_chits_that_cannot_be_stored_are_an_alarm() -> None:
    (found,) = problems.of_printing(PrintingStatus(3, 5, "the disk is full"))
    assert (found.code, found.severity) == ("chits-not-made", "alarm")
    assert found.facts == {"why": "the disk is full"}
    assert list(problems.of_printing(PrintingStatus(5, 5, None))) == []


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, []),
        ({"state": "silent"}, []),
        ({"state": "offline", "why": PRINTER_NOT_YET}, []),
        ({"state": "paper low"}, [("printer-paper-low", "warning")]),
        ({"state": "out of paper"}, [("printer-out-of-paper", "alarm")]),
        ({"state": "out of paper", "covered_by": "b"}, [("printer-out-of-paper", "warning")]),
        ({"asking": 2}, [("chits-to-decide", "warning")]),
        (
            {"state": "failed", "asking": 2, "waiting": 5},
            [("printer-failed", "alarm"), ("chits-to-decide", "warning")],
        ),
    ],
)
def test_printers(more: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert told(problems.of_printer(printer("hot", "grill", **more))) == expected


def test_a_printer_is_named_with_where_its_chits_come_out() -> None:
    (found,) = problems.of_printer(
        printer("hot", "grill", state="offline", why="no route", waiting=4, covered_by="cold")
    )
    assert found.facts == {
        "printer": "hot",
        "stations": ["grill"],
        "waiting": 4,
        "why": "no route",
        "covered_by": "cold",
    }


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, []),
        ({"state": "not seen yet"}, []),
        ({"state": "away", "why": "nothing heard"}, [("screen-away", "warning")]),
        ({"state": "away", "missed": True}, [("screen-away", "alarm")]),
        (
            {"state": "away", "missed": True, "covered_by": "fry"},
            [("screen-covered", "warning")],
        ),
        ({"state": "behind"}, [("screen-behind", "warning")]),
        ({"state": "behind", "missed": True}, [("screen-behind", "alarm")]),
        ({"state": "behind", "missed": True, "station": "fry"}, [("screen-behind", "warning")]),
        ({"why": "no code"}, [("screen-complains", "warning")]),
        ({"conflict": "two at once"}, [("screen-twice", "warning")]),
    ],
)
def test_screens(more: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    screens = ScreensNow()
    screens.show([screen("fry")], frozenset({"grill"}))
    found = list(problems.of_screen(screen("grill", **more), screens))
    assert told(found) == expected
    assert [each.facts["covered_by"] for each in found if "covered_by" in each.facts] in (
        [],
        ["The fry"],
    )


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, []),
        ({"state": "waiting"}, []),
        ({"state": "away", "why": "no answer"}, [("channel-away", "warning")]),
        ({"state": "refused", "why": "401"}, [("channel-refused", "alarm")]),
        ({"state": "secret", "why": "no file"}, [("channel-secret", "alarm")]),
        ({"wrong_signatures": 2}, [("channel-signatures", "warning")]),
        ({"refused": 2}, [("channel-statuses-refused", "notice")]),
        ({"turned_away": 2}, [("channel-turned-away", "warning")]),
        ({"environment": "staging"}, [("channel-staging", "notice")]),
    ],
)
def test_accounts_of_channels(more: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert told(problems.of_channels([account("city", **more)], [])) == expected


def test_where_channels_and_the_kitchen_do_not_agree() -> None:
    town = {"account": "town"}
    disagreements = [
        disagreement("A-1", since=2000),
        disagreement("A-2", since=1000, matter="left"),
        disagreement("A-3", matter="not closed", since=0),
        disagreement("B-1", matter="not closed", **town),
    ]
    wrong = {"wrong_signatures": 2}
    both = [account("city", **wrong), account("town", queue=3, state="away", why="no", **wrong)]
    found = list(problems.of_channels(both, disagreements))
    assert told(found) == [
        ("channel-disagrees", "warning"),
        ("channel-not-closed", "notice"),
        ("channel-away", "warning"),
        ("channel-not-closed", "notice"),
        ("channel-signatures", "warning"),
    ]
    assert (found[0].facts, found[0].since) == (
        {"account": "The city", "count": 2},
        "1970-01-01T00:00:01Z",
    )
    assert found[2].facts == {"account": "The town", "count": 3, "why": "no"}
    assert found[4].facts == {"channel": "Deliverect", "count": 2}  # Told once for all of it.


def test_devices_that_fail_for_one_reason_are_one_problem() -> None:
    def button(name: str, state: Any, why: str, lamp: LampJson | None = None) -> ButtonJson:
        return ButtonJson(name, "grill", 1, state, why, {}, lamp)

    no_pins = LampJson("unavailable", "no pins", "off", lit=False)
    panel = PanelJson(
        "real",
        [
            button("one", "unavailable", "no pins", no_pins),
            button("two", "unavailable", "no pins"),
            button("three", "chattering", "too often"),
            button("four", "ready", ""),
            button("five", "unavailable", NOT_YET),
        ],
        [],
        [LightJson("tower", None, {"red": no_pins, "green": no_pins})],
    )
    found = list(problems.of_devices(panel))
    assert told(found) == [("device-unavailable", "warning"), ("device-chattering", "warning")]
    assert found[0].facts["devices"] == ["one", "two", "tower"]
    assert found[1].facts == {"devices": ["three"], "count": 1, "why": "too often"}


def test_what_the_kitchen_tells() -> None:
    forgotten = [
        ForgottenJson("t1", "grill", "A-1", HOUR, "2026-11-22T04:00:00Z"),
        ForgottenJson("t2", "fry", "A-1", HOUR, "2026-11-22T04:00:01Z"),
    ]
    attention = AttentionJson(forgotten, [SilentJson("Web", HOUR), SilentJson("", HOUR)], [])
    kitchen = replace(KITCHEN, taken_in={"bar": ["Grill"]}, unrouted=2, unrouted_since=0)
    found = list(problems.of_kitchen(kitchen, attention))
    assert told(found) == [
        ("sender-silent", "warning"),
        ("nameless-sender-silent", "warning"),
        ("station-gone", "warning"),
        ("orders-forgotten", "notice"),
        ("dishes-unrouted", "notice"),
    ]
    assert found[3].facts == {"count": 1}
    assert found[3].since == "2026-11-22T04:00:00Z"
    assert list(problems.of_kitchen(KITCHEN, QUIET)) == []


def test_storing_and_the_configuration() -> None:
    assert told(problems.of_storing(Fault("full", 0.0), ["a is wrong", "b is wrong"])) == [
        ("orders-not-stored", "alarm"),
        ("configuration-wrong", "warning"),
    ]
    assert list(problems.of_storing(None, [])) == []


@pytest.mark.parametrize(
    ("days", "authority", "expected"),
    [
        (13, None, [("certificate-ends", "warning")]),
        (15, None, []),
        (-1, None, []),
        (13, "AA:BB", []),
    ],
)
def test_a_certificate_that_ends_soon(
    days: int, authority: str | None, expected: list[tuple[str, str]]
) -> None:
    now = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    https = HttpsStatus("AA", authority, (), now + dt.timedelta(days=days), ())
    assert told(problems.of_https(https, now)) == expected
