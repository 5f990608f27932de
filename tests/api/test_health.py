"""GET /health: for everybody, so without a guest; 503 while orders cannot be stored."""

import asyncio
import os
import secrets
import shutil
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from time import monotonic
from typing import Any

import apsw
import pytest
from msgspec.structs import replace

from appliance import problems
from appliance.api import health
from appliance.api.times import of_monotonic
from appliance.kitchen.kitchen import Kitchen
from appliance.lan import beacon
from appliance.lan.beacon import Beacon
from appliance.machine import MachineNow
from appliance.printers import NOT_YET
from tests.api.asking import Answer, ask
from tests.api.printing import SHOWN_AT, now
from tests.api.test_errors import is_error
from tests.api.walking import Walk
from tests.log.faulty_disk import Disk, faulty_disk
from tests.machines import WELL
from tests.running import RunningAppliance, running

HEALTH = "/api/v1/kds/health"
CANARY = "Canary"


async def healthy(appliance: RunningAppliance) -> Answer:
    return await ask(appliance, "GET", HEALTH, role=None)


async def until(
    appliance: RunningAppliance, told: Callable[[Answer], bool], seconds: float = 10
) -> Answer:
    async with asyncio.timeout(seconds):
        while not told(answer := await healthy(appliance)):
            await asyncio.sleep(0.02)
        return answer


@pytest.fixture
def disk() -> Any:
    with faulty_disk("health") as disk:
        yield disk


@pytest.fixture
async def on_disk(tmp_path: Path, disk: Disk) -> AsyncIterator[RunningAppliance]:
    async with running(tmp_path, vfs=disk.vfs_name) as appliance:
        yield appliance


async def test_what_everybody_may_know(appliance: RunningAppliance) -> None:
    answer = await healthy(appliance)
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.body
    assert told["name"] == "Demo kitchen"
    assert told["fault"] is None
    assert told["warnings"] == []
    assert told["devices"] == {"mode": "simulated", "buttons": 0, "bars": 0, "lights": 0}
    assert told["https"] is None
    assert told["listening"] == {
        "orders": f"127.0.0.1:{appliance.orders_port}",
        "http": appliance.url.removeprefix("http://"),
        "https": None,
    }
    now = datetime.now(UTC)
    for name in ("at", "running_since"):
        assert now - timedelta(minutes=1) < datetime.fromisoformat(told[name]) <= now
    free = (await asyncio.to_thread(shutil.disk_usage, appliance.directory)).free
    assert told["disk_free_bytes"] == pytest.approx(free, rel=0.1)


async def test_how_busy_the_kitchen_is(appliance: RunningAppliance) -> None:
    before = (await healthy(appliance)).body
    assert before["orders"]["last_at"] is None
    assert before["orders"]["last_by"] is None
    assert {each["open"] + each["held"] for each in before["stations"]} == {0}
    await appliance.order(id="A-1", items=[{"name": "Hamburger"}])
    told = (await until(appliance, lambda each: each.body["orders"]["today"] == 1)).body
    assert told["orders"]["lately"] == 1
    assert told["orders"]["last_by"] == "tcp"
    assert told["orders"]["lately_since"] < told["orders"]["last_at"] <= told["at"]
    grill = next(each for each in told["stations"] if each["id"] == "grill")
    assert (grill["open"], grill["late"], grill["held"]) == (1, 0, 0)
    assert grill["oldest_at"] == told["orders"]["last_at"]
    body = {"id": "A-2", "items": [{"name": "Hamburger"}]}
    status, _order = await appliance.call("POST", "/orders", json=body)
    assert status == 201
    told = (await until(appliance, lambda each: each.body["orders"]["today"] == 2)).body
    assert told["orders"]["last_by"] == "http"
    status, _ = await appliance.call("POST", "/stations/grill/orders/A-1/ticket/bump")
    assert status == 200
    await until(appliance, lambda each: each.body["stations"][0]["open"] == 1)


async def test_late_tickets_are_counted(walk: Walk) -> None:
    await walk.appliance.order(id="A-1", items=[{"name": "Hamburger"}])
    walk.clock.seconds += 360
    grill = (await until(walk.appliance, lambda each: late(each) != (0, 0))).body["stations"][0]
    assert (grill["late"], grill["very_late"]) == (1, 0)
    walk.clock.seconds += 180
    await until(walk.appliance, lambda each: late(each) == (1, 1))


def late(answer: Answer) -> tuple[int, int]:
    grill = answer.body["stations"][0]
    return grill["late"], grill["very_late"]


async def test_how_the_log_is_stored(appliance: RunningAppliance) -> None:
    await appliance.order(id="A-1", items=[{"name": "Hamburger"}])
    log = (await healthy(appliance)).body["log"]
    assert log["events"] > 0
    assert 0 < log["last_sync_ms"] <= log["worst_sync_ms"]
    assert log["median_sync_ms"] <= log["worst_sync_ms"]


async def test_the_machine_is_told_and_looked_at_again(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = (await healthy(appliance)).body["machine"]
    assert told["kernel"] == os.uname().release
    assert told["disk"]["free_bytes"] > 0
    hot = replace(WELL, temperature=82.5)
    monkeypatch.setattr(appliance.machine, "now", hot)
    told = (await until(appliance, lambda each: codes(each.body) == ["hot"])).body
    assert told["machine"]["temperature"] == 82.5
    (problem,) = told["problems"]
    assert problem["facts"] == {"temperature": 82.5}
    assert told["running_since"] <= problem["since"] <= told["at"]
    again = (await healthy(appliance)).body["problems"]
    assert again == [problem]


async def test_all_that_is_wrong_the_worst_first(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appliance.machine, "now", replace(WELL, clock="waiting"))
    await until(appliance, lambda each: codes(each.body) == ["clock-not-set"])
    await appliance.order(id="A-1", items=[{"name": "Nothing that a rule takes"}])
    trouble = {"state": "out of paper", "why": "out of paper", "waiting": 5}
    appliance.printers_now.show(now("hot", "grill", **trouble))
    answer = await until(appliance, lambda each: len(each.body["problems"]) == 3)
    assert codes(answer.body) == ["printer-out-of-paper", "clock-not-set", "dishes-unrouted"]
    printer = answer.body["problems"][0]
    assert printer == {
        "code": "printer-out-of-paper",
        "severity": "alarm",
        "since": SHOWN_AT,
        "facts": {"printer": "hot", "stations": ["grill"], "waiting": 5},
    }


async def test_what_is_wrong_is_since_then_and_not_since_somebody_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(problems, "KEPT_SECONDS", 0.0)
    seen = asyncio.Event()

    def of_power(machine: MachineNow) -> Iterator[problems.Found]:
        if machine.temperature == 82.5:
            seen.set()
            yield problems.Found("hot", "warning", {})

    monkeypatch.setattr(problems, "of_power", of_power)
    async with running(tmp_path) as appliance:
        monkeypatch.setattr(appliance.machine, "now", replace(WELL, temperature=82.5))
        await seen.wait()
        nobody_has_asked_before = of_monotonic(monotonic())
        (problem,) = (await healthy(appliance)).body["problems"]
    assert problem["since"] <= nobody_has_asked_before


async def test_however_many_ask_it_is_found_out_once(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(problems, "KEPT_SECONDS", 3600.0)
    before = (await healthy(appliance)).body["problems"]
    monkeypatch.setattr(problems, "of_machine", None)
    answers = await asyncio.gather(*(healthy(appliance) for _ in range(16)))
    assert [each.body["problems"] for each in answers] == [before] * 16


def codes(told: dict[str, Any]) -> list[str]:
    return [each["code"] for each in told["problems"]]


async def test_how_printers_are_is_said_with_what_to_do(appliance: RunningAppliance) -> None:
    assert (await healthy(appliance)).body["printers"] == []
    trouble = {"state": "out of paper", "why": "out of paper", "waiting": 5, "asking": 2}
    appliance.printers_now.show(
        now("hot", "grill", **trouble, covered_by="pass-printer", steps_in_for=("grill",))
    )
    appliance.printers_now.show(now("cold-printer", "cold", waiting=1))
    hot, cold = (await healthy(appliance)).body["printers"]
    assert hot == {
        "id": "hot",
        "stations": ["grill"],
        "state": "out of paper",
        "why": "out of paper",
        "to_do": "Put in a new roll.",
        "since": SHOWN_AT,
        "concern": "warning",
        "waiting": 5,
        "asking": 2,
        "covered_by": "pass-printer",
        "steps_in_for": ["grill"],
    }
    assert (cold["state"], cold["concern"], cold["waiting"]) == ("ready", "none", 1)
    appliance.printers_now.show(now("hot", "grill", **trouble))
    assert (await healthy(appliance)).body["printers"][0]["concern"] == "alarm"


@pytest.mark.parametrize(
    ("facts", "concern"),
    [
        ({"state": "ready"}, "none"),
        ({"state": "silent"}, "none"),
        ({"state": "paper low"}, "warning"),
        ({"state": "ready", "asking": 1}, "warning"),
        ({"state": "silent", "asking": 1}, "warning"),
        ({"state": "offline"}, "alarm"),
        ({"state": "not wired"}, "alarm"),
        ({"state": "cover open", "covered_by": "other"}, "warning"),
    ],
)
def test_what_is_printed_elsewhere_is_no_alarm(facts: dict[str, Any], concern: str) -> None:
    assert now("hot", "grill", **facts).concern == concern


def test_a_spare_printer_that_is_away_is_no_alarm() -> None:
    assert now("spare", state="offline").concern == "warning"


def test_a_printer_that_was_not_asked_yet_concerns_nobody() -> None:
    assert now("hot", "grill", state="offline", why=NOT_YET).concern == "none"
    assert now("hot", "grill", state="offline", why="no answer").concern == "alarm"


async def test_nothing_of_a_guest_is_in_it(appliance: RunningAppliance) -> None:
    items = [{"lineId": CANARY, "name": CANARY, "specialInstructions": CANARY}]
    reply = await appliance.order(id=CANARY, name=CANARY, phoneNumber=CANARY, items=items)
    assert reply == CANARY.encode()
    assert await appliance.order("update-order", id=f"{CANARY}-2") != CANARY.encode()
    assert CANARY.encode() not in await appliance.converse(f"HELO {CANARY}\r\n".encode())
    answer = await until(appliance, lambda answer: answer.body["history"]["of"] > 0)
    assert CANARY not in str(answer.body)


async def test_the_index_of_finished_tickets_is_counted(appliance: RunningAppliance) -> None:
    await appliance.order(id="A-1", items=[{"name": "Hamburger"}])
    answer = await until(appliance, lambda each: each.body["history"]["indexed"] > 0)
    assert answer.body["history"]["of"] == answer.body["history"]["indexed"]
    assert answer.body["history"]["faulty"] is False


async def test_who_is_heard_is_a_count(appliance: RunningAppliance) -> None:
    # Others may be heard as well: screens that are near, and those of other tests.
    screen = Beacon(IPv4Address("192.168.1.3"), secrets.token_hex(6), CANARY)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)

        def heard(answer: Answer) -> bool:
            sending.sendto(beacon.encode(screen), ("127.255.255.255", beacon.PORT))
            return bool(answer.body["neighbours"])

        answer = await until(appliance, heard, seconds=20)
    assert CANARY not in str(answer.body)


async def test_a_disk_that_fails_is_said_with_the_other_facts(
    on_disk: RunningAppliance, disk: Disk
) -> None:
    disk.fail_at, disk.failure = disk.operations, apsw.FullError
    assert await on_disk.order(id="A-1", items=[{"name": "Hamburger"}]) == b"Unable to parse data"
    answer = await healthy(on_disk)
    is_error(answer, 503, "SERVICE_UNAVAILABLE")
    assert answer.headers["Retry-After"] == "2"
    assert answer.body["message"] == "orders cannot be stored: the disk is full"
    told = answer.body["details"]
    assert told["fault"]["message"] == "the disk is full"
    assert told["problems"][0]["code"] == "orders-not-stored"
    assert told["problems"][0]["facts"] == {"why": "the disk is full"}
    assert told["problems"][0]["since"] == told["fault"]["since"]
    assert told["running_since"] <= told["fault"]["since"] <= told["at"]
    assert told["name"] == "Demo kitchen"
    disk.failure = None
    assert (await until(on_disk, lambda each: each.status == 200)).body["fault"] is None


async def test_a_disk_that_does_not_come_back_is_no_good_health(
    on_disk: RunningAppliance, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "STORE_SECONDS", 0.1)
    assert disk.lock.acquire(blocking=False)
    try:
        ordering = asyncio.create_task(on_disk.order(id="A-1", items=[{"name": "Hamburger"}]))
        answer = await until(on_disk, lambda each: each.status == 503)
        assert "the disk has taken more than 0.1 s" in answer.body["message"]
        again = await healthy(on_disk)
        assert again.body["details"]["fault"] == answer.body["details"]["fault"]
        assert not ordering.done()
    finally:
        disk.lock.release()
    assert await ordering == b"A-1"
    assert (await healthy(on_disk)).status == 200


async def test_what_cannot_be_replayed_is_not_repeated(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await appliance.order(id="A-1", items=[{"name": "Hamburger"}]) == b"A-1"

    def broken(*_: object) -> None:
        raise KeyError(CANARY)

    monkeypatch.setattr(Kitchen, "apply", broken)
    await appliance.order(id="A-2", items=[{"name": "Hamburger"}])
    answer = await until(appliance, lambda each: "make no sense" in str(each.body))
    assert answer.body["details"]["fault"]["message"].endswith("make no sense: KeyError")
    assert CANARY not in str(answer.body)
    monkeypatch.undo()
    assert (await until(appliance, lambda each: each.status == 200)).status == 200
