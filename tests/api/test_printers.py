"""Printers over HTTP: what is told of them, to whom, and what somebody may have them do."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, get_args

import pytest

from appliance.api.printer_json import FAULTS, printer_told
from appliance.kitchen.event import PrintAsked
from appliance.printers import NoPrinters, PrinterState
from hardware import simulated_printer
from tests.api.asking import Answer, ask, ticket_path
from tests.api.printing import SHOWN_AT, MadeUpPrinters, given, job, now, printer
from tests.running import AT_ONCE, RunningAppliance, running

PRINTERS = "/api/v1/kds/printers"
BURGER = {"lineId": "1", "name": "Hamburger"}


@pytest.fixture
def printers() -> MadeUpPrinters:
    """One at the grill and at fry, which the one at the cold station hands its chits to."""
    made_up = MadeUpPrinters(
        printer("hot", "grill", "fry"),
        printer("cold-printer", "cold", fallback="hot"),
        printer("whole", "pass", ticket="order"),
    )
    made_up.its_jobs = [
        job(5, "hot", None, kind="test", order_id=None, name=None),
        job(4, "hot", "fry"),
        job(3, "hot", "grill", state="asks"),
        job(2, "cold-printer", "cold", state="asks"),
        job(1, "whole", None, state="asks"),
    ]
    return made_up


@pytest.fixture
async def kitchen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, printers: MadeUpPrinters
) -> AsyncIterator[RunningAppliance]:
    given(monkeypatch, printers)
    async with running(tmp_path, AT_ONCE) as appliance:
        yield appliance


async def for_stations(kitchen: RunningAppliance, method: str, path: str, *at: str) -> Answer:
    """Asked with a token that is kept to these stations."""
    return await ask(kitchen, method, path, token=kitchen.token("manager", stations=at))


# ── what is told ─────────────────────────────────────────────────────────────────────


async def test_printers_are_told_of_in_full(kitchen: RunningAppliance) -> None:
    answer = await ask(kitchen, "GET", PRINTERS, role="chef")
    assert answer.status == 200
    assert answer.body["mode"] == "simulated"
    assert answer.body["faults"] == list(FAULTS)
    first, second, _third = answer.body["printers"]
    assert first == {
        "id": "hot",
        "stations": ["grill", "fry"],
        "model": "TM-T88V",
        "transport": None,
        "print_on": "arrival",
        "ticket": "station",
        "fallback": None,
        "abilities": {
            "columns": 42,
            "red": False,
            "cutter": True,
            "qr": True,
            "graphics": True,
            "buzzer": False,
            "confirms": True,
        },
        "state": "ready",
        "why": "",
        "since": SHOWN_AT,
        "waiting": 0,
        "asking": 0,
        "covered_by": None,
        "printed": 0,
        "reprinted": 0,
        "handed_over": 0,
        "dropped": 0,
        "faults": [],
        "steps_in_for": [],
    }
    assert second["fallback"] == "hot"


async def test_real_ones_have_no_faults_to_choose_from(
    kitchen: RunningAppliance, printers: MadeUpPrinters
) -> None:
    printers.mode = "real"
    answer = await ask(kitchen, "GET", PRINTERS)
    assert (answer.body["mode"], answer.body["faults"]) == ("real", [])


def test_the_faults_are_those_of_simulated_printers() -> None:
    assert simulated_printer.FAULTS == FAULTS


async def test_jobs_are_told_newest_first(kitchen: RunningAppliance) -> None:
    answer = await ask(kitchen, "GET", f"{PRINTERS}/hot/jobs", role="chef")
    assert [each["id"] for each in answer.body] == [5, 4, 3]
    assert answer.body[2] == {
        "id": 3,
        "printer_id": "hot",
        "at_printer": None,
        "kind": "ticket",
        "state": "asks",
        "order_id": "A-1",
        "name": "Jane",
        "station_id": "grill",
        "made_at": SHOWN_AT,
        "ended_at": None,
        "reprint": False,
    }


async def test_a_configuration_without_printers_has_none(appliance: RunningAppliance) -> None:
    answer = await ask(appliance, "GET", PRINTERS)
    assert answer.body == {"mode": "simulated", "faults": list(FAULTS), "printers": []}
    assert (await ask(appliance, "POST", f"{PRINTERS}/hot/test")).status == 404
    none = NoPrinters("real")
    for asked in (
        none.jobs("hot"),
        none.test("hot"),
        none.decide("hot", 1, wanted=True),
        none.preview("hot"),
    ):
        with pytest.raises(KeyError):
            await asked
    with pytest.raises(KeyError):
        none.picture("hot")
    with pytest.raises(KeyError):
        none.fault("hot", "power", on=True)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "jobs"),
        ("POST", "test"),
        ("POST", "jobs/3/print"),
        ("POST", "jobs/drop"),
        ("GET", "preview.svg"),
        ("GET", "paper.svg"),
    ],
)
async def test_one_that_is_not_there_is_not_found(
    kitchen: RunningAppliance, method: str, path: str
) -> None:
    answer = await ask(kitchen, method, f"{PRINTERS}/oven/{path}")
    assert (answer.status, answer.body["code"]) == (404, "NOT_FOUND")
    assert answer.body["message"] == "there is no printer 'oven'"


# ── guests' names are on paper ───────────────────────────────────────────────────────


async def test_a_token_for_some_stations_sees_their_printers_alone(
    kitchen: RunningAppliance,
) -> None:
    for at, seen in (("fry", ["hot"]), ("cold", ["cold-printer"]), ("bar", [])):
        answer = await for_stations(kitchen, "GET", PRINTERS, at)
        assert [each["id"] for each in answer.body["printers"]] == seen
    for path in ("jobs", "preview.svg", "paper.svg"):
        answer = await for_stations(kitchen, "GET", f"{PRINTERS}/hot/{path}", "cold")
        assert (answer.status, answer.body["code"]) == (403, "FORBIDDEN")


async def test_and_of_their_jobs_those_of_these_stations(kitchen: RunningAppliance) -> None:
    answer = await for_stations(kitchen, "GET", f"{PRINTERS}/hot/jobs", "fry")
    assert [each["id"] for each in answer.body] == [5, 4]
    of_orders = await for_stations(kitchen, "GET", f"{PRINTERS}/whole/jobs", "pass")
    assert of_orders.body == []
    assert [each["id"] for each in (await ask(kitchen, "GET", f"{PRINTERS}/whole/jobs")).body] == [
        1
    ]


@pytest.mark.parametrize(
    ("name", "stations", "status"),
    [
        ("hot", ["grill"], 403),
        ("hot", ["grill", "fry"], 403),  # It stands in for the one at the cold station.
        ("hot", ["grill", "fry", "cold"], 200),
        ("cold-printer", ["cold"], 200),
        ("whole", ["pass"], 403),  # What all others make is on its chits, too.
        ("whole", ["pass", "grill", "fry", "cold"], 403),
    ],
)
async def test_paper_is_for_who_sees_all_whose_chits_may_be_on_it(
    kitchen: RunningAppliance, name: str, stations: list[str], status: int
) -> None:
    answer = await for_stations(kitchen, "GET", f"{PRINTERS}/{name}/paper.svg", *stations)
    assert answer.status == status
    assert ("Jane" in str(answer.body)) is (status == 200)
    everybody = await ask(kitchen, "GET", f"{PRINTERS}/{name}/paper.svg", role="chef")
    assert everybody.status == 200


async def test_what_hands_over_to_what_hands_over_counts(
    kitchen: RunningAppliance, printers: MadeUpPrinters
) -> None:
    printers.printers = [
        printer("one", "grill", fallback="two"),
        printer("two", "fry", fallback="three"),
        printer("three", "cold", fallback="one"),
    ]
    path = f"{PRINTERS}/three/paper.svg"
    assert (await for_stations(kitchen, "GET", path, "fry", "cold")).status == 403
    assert (await for_stations(kitchen, "GET", path, "grill", "fry", "cold")).status == 200


async def test_a_job_is_decided_by_who_sees_its_station(
    kitchen: RunningAppliance, printers: MadeUpPrinters
) -> None:
    for path in ("jobs/3/print", "jobs/drop"):
        answer = await for_stations(kitchen, "POST", f"{PRINTERS}/hot/{path}", "fry")
        assert (answer.status, answer.body["code"]) == (403, "FORBIDDEN")
    assert printers.decided == []
    answer = await for_stations(kitchen, "POST", f"{PRINTERS}/hot/jobs/3/print", "grill")
    assert (answer.status, answer.body) == (200, {"count": 1})
    assert printers.decided == [("hot", 3, True)]


# ── what somebody may have them do ───────────────────────────────────────────────────


async def test_jobs_that_ask_are_printed_or_thrown_away(
    kitchen: RunningAppliance, printers: MadeUpPrinters
) -> None:
    for path in ("jobs/3/print", "jobs/3/drop", "jobs/print", "jobs/drop"):
        answer = await ask(kitchen, "POST", f"{PRINTERS}/hot/{path}", role="chef")
        assert (answer.status, answer.body) == (200, {"count": 1})
    assert printers.decided == [
        ("hot", 3, True),
        ("hot", 3, False),
        ("hot", None, True),
        ("hot", None, False),
    ]


async def test_one_that_does_not_ask_is_a_conflict_and_one_that_is_none_is_not_found(
    kitchen: RunningAppliance, printers: MadeUpPrinters
) -> None:
    answer = await ask(kitchen, "POST", f"{PRINTERS}/hot/jobs/4/print")
    assert (answer.status, answer.body["code"]) == (409, "CONFLICT")
    assert answer.body["message"] == "printer 'hot': it does not ask"
    for number in ("2", "99", "x", "-1", "%D9%A1", "9" * 5000):
        answer = await ask(kitchen, "POST", f"{PRINTERS}/hot/jobs/{number}/print")
        assert (answer.status, answer.body["code"]) == (404, "NOT_FOUND")
    assert printers.decided == []


async def test_a_request_that_comes_again_is_done_once(
    kitchen: RunningAppliance, printers: MadeUpPrinters
) -> None:
    for _ in range(2):
        answer = await ask(
            kitchen, "POST", f"{PRINTERS}/hot/test", headers={"X-Idempotency-Key": "once"}
        )
        assert (answer.status, answer.body["kind"]) == (200, "test")
    assert printers.tested == ["hot"]


async def test_a_test_page_that_cannot_be_printed_is_a_conflict(
    kitchen: RunningAppliance, printers: MadeUpPrinters
) -> None:
    printers.printers = [printer("hot", "grill", state="not wired")]
    answer = await ask(kitchen, "POST", f"{PRINTERS}/hot/test")
    assert (answer.status, answer.body["message"]) == (409, "printer 'hot': it is not wired")


async def fail(kitchen: RunningAppliance, **body: Any) -> Answer:
    path = f"{PRINTERS}/hot/faults"
    data = json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    return await ask(kitchen, "POST", path, role="chef", data=data, headers=headers)


async def test_a_simulated_one_fails_and_is_mended(
    kitchen: RunningAppliance, printers: MadeUpPrinters
) -> None:
    for fault in FAULTS:
        assert (await fail(kitchen, fault=fault, on=True)).body["faults"] == [fault]
        assert (await fail(kitchen, fault=fault, on=False)).body["faults"] == []
    unknown = await fail(kitchen, fault="on fire", on=True)
    assert unknown.status == 400
    assert unknown.body["details"] == {"field": "fault", "allowed": sorted(FAULTS)}
    printers.mode = "real"
    assert (await fail(kitchen, fault="power", on=True)).status == 409


async def test_pictures_can_do_nothing_but_be_looked_at(
    kitchen: RunningAppliance, printers: MadeUpPrinters
) -> None:
    for name, words in (("preview", "hot, sample"), ("paper", "hot, Jane")):
        answer = await ask(kitchen, "GET", f"{PRINTERS}/hot/{name}.svg", role="chef")
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("image/svg+xml")
        assert words in answer.body
        policy = answer.headers["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "sandbox"} <= set(policy)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
    printers.mode = "real"
    assert (await ask(kitchen, "GET", f"{PRINTERS}/hot/paper.svg")).status == 409
    assert (await ask(kitchen, "GET", f"{PRINTERS}/hot/preview.svg")).status == 200


# ── once more, by hand ───────────────────────────────────────────────────────────────


async def reprint(
    kitchen: RunningAppliance, station: str = "grill", body: Any = None, **more: Any
) -> Answer:
    path = ticket_path(station, "A-1", "print")
    if body is None:
        return await ask(kitchen, "POST", path, **{"role": "chef"} | more)
    headers = {"Content-Type": "application/json"}
    return await ask(
        kitchen, "POST", path, role="chef", data=json.dumps(body).encode(), headers=headers
    )


async def ordered(kitchen: RunningAppliance) -> None:
    assert await kitchen.order(id="A-1", name="Jane", items=[BURGER]) == b"A-1"


def asked(kitchen: RunningAppliance) -> list[PrintAsked]:
    changes = kitchen.expeditor.feed.after(0)
    return [each.event for each in changes if isinstance(each.event, PrintAsked)]


async def test_a_ticket_is_printed_again_where_its_station_prints(
    kitchen: RunningAppliance,
) -> None:
    await ordered(kitchen)
    (before,) = await kitchen.tickets("grill")
    for body in (None, {}, {"printer_id": None}, {"printer_id": "hot"}):
        answer = await reprint(kitchen, body=body)
        assert (answer.status, answer.body) == (200, before)
    assert [each.printer for each in asked(kitchen)] == [None, None, None, "hot"]
    assert {(each.ticket.station, each.by) for each in asked(kitchen)} == {("grill", "test")}


@pytest.mark.parametrize(
    ("name", "words"),
    [("oven", "is none"), ("cold-printer", "does not print for station 'grill'"), ("", "is none")],
)
async def test_at_no_printer_of_another_station_and_at_none_that_is_not_there(
    kitchen: RunningAppliance, name: str, words: str
) -> None:
    await ordered(kitchen)
    answer = await reprint(kitchen, body={"printer_id": name})
    assert (answer.status, answer.body["code"]) == (400, "VALIDATION_ERROR")
    assert answer.body["details"] == {"field": "printer_id", "allowed": ["hot"]}
    assert answer.body["message"] == f"printer_id: {name!r} {words}"
    assert asked(kitchen) == []


async def test_where_nothing_prints_it_is_a_conflict(
    kitchen: RunningAppliance, printers: MadeUpPrinters
) -> None:
    await ordered(kitchen)
    printers.printers = [printer("cold-printer", "cold")]
    answer = await reprint(kitchen)
    assert (answer.status, answer.body["code"]) == (409, "CONFLICT")
    assert answer.body["message"] == "no printer prints for station 'grill'"
    assert asked(kitchen) == []


async def test_what_is_no_ticket_is_not_found_whether_anything_prints_there_or_not(
    kitchen: RunningAppliance,
) -> None:
    await ordered(kitchen)
    for station in ("fry", "bar", "oven"):
        assert (await reprint(kitchen, station)).status == 404
    assert asked(kitchen) == []


async def test_a_body_that_is_there_has_to_be_right(kitchen: RunningAppliance) -> None:
    await ordered(kitchen)
    assert (await reprint(kitchen, body={"printer": "hot"})).body["details"]["field"] == "printer"
    assert (await reprint(kitchen, body=[])).status == 400
    assert asked(kitchen) == []


async def test_with_a_key_it_comes_out_once(kitchen: RunningAppliance) -> None:
    await ordered(kitchen)
    for _ in range(2):
        assert (await reprint(kitchen, headers={"X-Idempotency-Key": "once"})).status == 200
    assert len(asked(kitchen)) == 1


def test_every_state_has_words_for_what_to_do() -> None:
    for state in get_args(PrinterState):
        told = printer_told(now("hot", "grill", state=state))
        assert bool(told.to_do) is (state not in ("ready", "silent"))


# ── what tickets look like ───────────────────────────────────────────────────────────


async def look_like(appliance: RunningAppliance, body: dict[str, Any]) -> Answer:
    return await ask(appliance, "POST", f"{PRINTERS}/look", data=json.dumps(body).encode())


async def test_a_ticket_is_drawn_by_a_look_that_is_not_in_force(
    appliance: RunningAppliance,
) -> None:
    printing = {"language": "de", "item": ["{qty} times {name}"]}
    body = {"printing": printing, "model": "epson tm-t88v", "station": "Fry & <b>"}
    answer = await look_like(appliance, body)
    assert answer.status == 200
    drawn = answer.body["picture"].replace("\xa0", " ")
    assert drawn.startswith("<svg")
    assert "2 times Double Cheeseburger" in drawn
    assert "Fry &amp; &lt;b&gt;" in drawn
    assert answer.body["lines"]["item"] == printing["item"]
    assert "{items}" in answer.body["lines"]["template"]
    assert "allergens" in answer.body["fields"]["modifier"]
    assert "huge" in answer.body["styles"]
    # What nobody says is as it ships.
    plain = await look_like(appliance, {})
    assert "For here" in plain.body["picture"].replace("\xa0", " ")


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"model": "TM-X1"}, "model", "no model 'TM-X1' is known; there are plain, "),
        ({"printing": {"item": ["{qty}", "{nam}"]}}, "printing.item[1]", "there is no field {nam}"),
        ({"printing": {"template": ["{items} x"]}}, "printing.template[0]", "line of its own"),
        ({"printing": {"language": "xx"}}, "printing.language", "Invalid enum value 'xx'"),
    ],
)
async def test_what_no_ticket_can_look_like_is_said(
    appliance: RunningAppliance, body: dict[str, Any], field: str, words: str
) -> None:
    answer = await look_like(appliance, body)
    assert (answer.status, answer.body["details"]) == (400, {"field": field})
    assert words in answer.body["message"]
