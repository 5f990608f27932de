"""Routing rules over HTTP, beside those of the configuration file; and where an order would go."""

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from appliance.api import routing
from appliance.kitchen.explaining import explain
from tests.api.asking import Answer, ask
from tests.api.test_errors import is_error
from tests.running import RunningAppliance, running

ROUTING = "/api/v1/kds/routing"
JSON = {"Content-Type": "application/json"}
SOUP = {"station_id": "grill", "name": ["*soup*"], "prep_time_seconds": 300, "priority_boost": 1}


async def send(
    appliance: RunningAppliance, method: str, path: str, body: Any = None, role: str = "manager"
) -> Answer:
    data = None if body is None else json.dumps(body).encode()
    return await ask(appliance, method, ROUTING + path, role=role, data=data, headers=JSON)


async def stations_of(appliance: RunningAppliance, order_id: str, name: str) -> list[str]:
    await appliance.order(id=order_id, items=[{"name": name}])
    return [
        station
        for station in ("grill", "fry", "cold")
        if any(each["order_id"] == order_id for each in await appliance.tickets(station))
    ]


async def test_a_rule_takes_what_comes_from_then_on(appliance: RunningAppliance) -> None:
    assert await stations_of(appliance, "1", "Fry Soup") == ["grill"]  # As the default.
    made = await send(appliance, "POST", "", SOUP | {"station_id": "cold"})
    assert made.status == 201
    assert await stations_of(appliance, "2", "Fry Soup") == ["cold"]
    assert [each["order_id"] for each in await appliance.tickets("grill")] == ["1"]
    (ticket,) = await appliance.tickets("cold")
    assert (ticket["priority"], ticket["estimated_prep_time"]) == ("high", 300)
    removed = await send(appliance, "DELETE", f"/{made.body['id']}")
    assert (removed.status, removed.body) == (204, "")
    assert await stations_of(appliance, "3", "Fry Soup") == ["grill"]


async def test_a_rule_is_listed_as_it_was_made_also_after_a_restart(tmp_path: Path) -> None:
    body = {
        "station_id": "cold",
        "menu_item_id": "item-9",
        "name": ["a*"],
        "category": ["b"],
        "modifier": ["c"],
        "component": ["patty"],
        "course": ["d"],
        "seat": ["Seat ?"],
        "group": ["*combo*"],
        "mode": ["For Here"],
        "origin": ["Web"],
        "terminal": ["POS 1"],
        "weekday": ["fri", "sat"],
        "time_of_day": {"from": "22:00", "until": "02:30"},
        "prep_time_seconds": 60,
        "priority_boost": 2,
        "exclude": False,
        "last": True,
        "takes": "modifier",
        "extra_time_seconds": 0,
    }
    async with running(tmp_path) as appliance:
        made = (await send(appliance, "POST", "", body)).body
    assert made == {**body, "id": made["id"], "location_id": "default", "source": "api"}
    async with running(tmp_path) as appliance:
        rules = (await send(appliance, "GET", "")).body
    assert rules[-1] == made
    assert {rule["source"] for rule in rules[:-1]} == {"file"}


async def test_many_rules_are_made_at_once_or_none(appliance: RunningAppliance) -> None:
    before = (await send(appliance, "GET", "")).body
    wrong = await send(appliance, "POST", "/bulk", {"rules": [SOUP, SOUP | {"station_id": "x"}]})
    assert wrong.status == 400
    assert wrong.body["details"]["field"] == "rules[1].station_id"
    assert (await send(appliance, "GET", "")).body == before
    made = await send(appliance, "POST", "/bulk", {"rules": [SOUP, SOUP]})
    assert (made.status, made.body) == (201, {"count": 2})
    assert len((await send(appliance, "GET", "")).body) == len(before) + 2


async def test_rules_of_the_file_stay(appliance: RunningAppliance) -> None:
    answer = await send(appliance, "DELETE", "/file-1")
    assert (answer.status, answer.body["code"]) == (409, "CONFLICT")
    assert (await send(appliance, "DELETE", "/rule-x")).status == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"station_id": "grill"}, "body"),
        ({"name": ["x"]}, "station_id"),
        (SOUP | {"station_id": "nowhere"}, "station_id"),
        (SOUP | {"station_id": "pass"}, "station_id"),
        (SOUP | {"name": "soup"}, "name"),
        (SOUP | {"name": [""]}, "name"),
        (SOUP | {"name": ["x"] * 21}, "name"),
        (SOUP | {"time_of_day": {"from": "24:00", "until": "01:00"}}, "time_of_day"),
        (SOUP | {"prep_time_seconds": -1}, "prep_time_seconds"),
        (SOUP | {"priority_boost": 3}, "priority_boost"),
        (SOUP | {"weekday": ["friday"]}, "weekday"),
        (SOUP | {"mode": ["Delivery", "--"]}, "mode[1]"),
        (SOUP | {"day": "fri"}, "day"),
        (SOUP | {"takes": "modifier"}, "modifier"),
        (SOUP | {"exclude": True}, "prep_time_seconds"),
        (SOUP | {"extra_time_seconds": 60}, "prep_time_seconds"),
        ({"name": ["x"], "extra_time_seconds": 60, "last": True}, "last"),
    ],
)
async def test_what_is_wrong_is_named(
    appliance: RunningAppliance, body: dict[str, Any], field: str
) -> None:
    answer = await send(appliance, "POST", "", body)
    assert (answer.status, answer.body["code"]) == (400, "VALIDATION_ERROR")
    assert field in answer.body["details"]["field"]


async def test_where_an_order_would_go_and_why(appliance: RunningAppliance) -> None:
    made = (await send(appliance, "POST", "", SOUP | {"mode": ["Delivery"]})).body
    order = {"items": [{"lineId": "1", "name": "Hamburger", "mods": ["Side Fries"]},
                       {"lineId": "2", "name": "Onion Soup", "qty": "2"}]}  # fmt: skip
    answer = await send(appliance, "POST", "/test", order, role="chef")
    assert answer.status == 200
    burger, soup = answer.body
    assert [(each["station_id"], each["why"]) for each in burger["stations"]] == [
        ("grill", "rule"),
        ("fry", "rule"),
        ("pass", "expo"),
    ]
    assert [(each["station_id"], each["why"]) for each in soup["stations"]] == [
        ("grill", "default"),
        ("pass", "expo"),
    ]
    assert soup["nearly"][0] == {
        "rule": made["id"],
        "station_id": "grill",
        "condition": "mode",
        "wanted": ["Delivery"],
        "has": ["For Here"],
    }
    # Nothing came of it.
    assert await appliance.tickets("grill") == []
    assert appliance.log.head == 1


async def test_a_test_says_what_was_taken_away_added_taken_alone_and_unrouted(
    appliance: RunningAppliance,
) -> None:
    rules = [
        {"modifier": ["rare"], "extra_time_seconds": -60},
        {"station_id": "grill", "name": ["*bleu*"], "exclude": True, "last": True},
        {"station_id": "cold", "name": ["*bleu*"]},
    ]
    assert (await send(appliance, "POST", "/bulk", {"rules": rules})).status == 201
    extra, away, after = [each["id"] for each in (await send(appliance, "GET", "")).body[-3:]]
    order = {"items": [{"name": "Hamburger", "mods": ["Rare", "Side Fries"]},
                       {"name": "Steak Bleu"}]}  # fmt: skip
    burger, steak = (await send(appliance, "POST", "/test", order)).body
    grill, fry, at_pass = burger["stations"]
    assert (grill["prep_time_seconds"], grill["adjusted_by"]) == (420, [extra])
    assert (fry["prep_time_seconds"], fry["modifiers"]) == (240, ["Side Fries"])
    assert (at_pass["why"], at_pass["modifiers"]) == ("expo", [])
    assert (burger["unrouted"], burger["last"], burger["taken_away"]) == (False, None, [])
    assert [(each["station_id"], each["why"]) for each in steak["stations"]] == [
        ("grill", "default"),
        ("pass", "expo"),
    ]
    assert steak["unrouted"] is True
    assert steak["last"] == away
    assert steak["taken_away"] == [{"station_id": "grill", "rule": away}]
    assert [
        (miss["rule"], miss["condition"]) for miss in steak["nearly"] if miss["rule"] == after
    ] == [(after, "last")]


async def test_a_test_is_bounded_and_refuses_what_an_order_would_be_refused_for(
    appliance: RunningAppliance,
) -> None:
    for items, field in (([{"name": "x"}] * 101, "items"), ([{"qty": 1}], "items[0]")):
        answer = await send(appliance, "POST", "/test", {"items": items})
        assert (answer.status, answer.body["code"]) == (400, "VALIDATION_ERROR")
        assert field in answer.body["details"]["field"]


async def test_cooks_read_and_try_and_managers_write(appliance: RunningAppliance) -> None:
    assert (await send(appliance, "GET", "", role="chef")).status == 200
    for method, path, body in (
        ("POST", "", SOUP),
        ("POST", "/bulk", {"rules": [SOUP]}),
        ("DELETE", "/file-1", None),
    ):
        assert (await send(appliance, method, path, body, role="chef")).status == 403
    for role in ("pos_staff", "server"):
        assert (await send(appliance, "GET", "", role=role)).status == 200
        assert (await send(appliance, "POST", "", SOUP, role=role)).status == 403


async def test_a_test_holds_nobody_up_and_few_are_done_at_once(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with thousands of rules: each takes long."""
    begun, free = threading.Event(), threading.Event()

    def slow(*asked: Any) -> Any:
        begun.set()
        assert free.wait(10)
        return explain(*asked)

    monkeypatch.setattr(routing, "explain", slow)
    order = {"items": [{"name": "Soup"}]}

    async def one() -> Answer:
        return await send(appliance, "POST", "/test", order)

    try:
        first = asyncio.create_task(one())
        assert await asyncio.to_thread(begun.wait, 10)
        assert await appliance.order(id="1", items=[{"name": "Fries"}]) == b"1"
        waiting = [asyncio.create_task(one()) for _ in range(routing.MAX_TESTING)]
        # One too many; the others wait.
        done, still = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        refused = done.pop().result()
        is_error(refused, 429, "TOO_MANY_REQUESTS")
        assert refused.headers["Retry-After"] == "2"
        assert (len(done), len(still)) == (0, routing.MAX_TESTING - 1)
    finally:
        free.set()
    answers = await asyncio.gather(first, *still)
    assert {answer.status for answer in answers} == {200}


@pytest.mark.parametrize(("key", "value"), [("from", "12:00\n"), ("until", "12:00\n")])
async def test_a_time_ends_where_it_ends(appliance: RunningAppliance, key: str, value: str) -> None:
    window = {"from": "10:00", "until": "11:00"} | {key: value}
    answer = await send(appliance, "POST", "", SOUP | {"time_of_day": window})
    is_error(answer, 400, "VALIDATION_ERROR")
