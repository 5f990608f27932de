"""GET /metrics: numbers for monitors, without signing in and without a guest."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families

from appliance.expeditor import Fault
from appliance.screens_now import UNCHANGED, Announced, ScreenJson, ScreensJson, ScreensStatus
from tests.api.asking import ask
from tests.api.printing import MadeUpPrinters, given, printer
from tests.machines import WELL
from tests.running import PLAIN, RunningAppliance, running


def screen(name: str, **more: Any) -> ScreenJson:
    usual: dict[str, Any] = {
        "id": name,
        "name": name,
        "proto": "lan",
        "station": "grill",
        "source": "api",
        "address": None,
        "backup": None,
        "patience": 8,
        "shows": "board",
        "look": UNCHANGED,
        "state": "live",
        "why": "",
        "since": 0,
        "covers": (),
        "covered_by": None,
        "conflict": "",
        "missed": False,
        "seq": None,
        "waiting": 0,
        "refused": 0,
        "adopted": True,
        "health": None,
    }
    return ScreenJson(**usual | more)


HOT = replace(WELL, temperature=81.5, throttled=True, throttled_before=True)
Samples = dict[tuple[str, ...], float]


async def measured(appliance: RunningAppliance) -> Samples:
    """Each sample by its name and the values of its labels."""
    answer = await ask(appliance, "GET", "/metrics", role=None)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.body)
        for sample in family.samples
    }


@pytest.fixture
async def kitchen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RunningAppliance]:
    made_up = MadeUpPrinters(
        printer(
            "hot",
            "grill",
            state="out of paper",
            waiting=3,
            asking=2,
            printed=40,
            reprinted=4,
            handed_over=5,
            dropped=6,
        ),
        printer("cold-printer", "cold"),
    )
    given(monkeypatch, made_up)
    async with running(tmp_path, PLAIN) as appliance:
        yield appliance


async def test_that_no_chit_can_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_up = MadeUpPrinters(printer("hot", "grill"))
    given(monkeypatch, made_up)
    async with running(tmp_path, PLAIN) as appliance:
        assert (await measured(appliance))["expeditor_chits_can_be_made",] == 1
        made_up.trouble = "the disk is full"
        assert (await measured(appliance))["expeditor_chits_can_be_made",] == 0


async def test_how_printers_are_and_what_they_did(kitchen: RunningAppliance) -> None:
    samples = await measured(kitchen)
    states = {
        name[1]: name[2]
        for name, value in samples.items()
        if name[0] == "expeditor_printer_state" and value
    }
    assert states == {"hot": "out of paper", "cold-printer": "ready"}
    assert samples["expeditor_printer_state", "hot", "ready"] == 0
    for name, count in (
        ("waiting", 3),
        ("asking", 2),
        ("printed_total", 40),
        ("reprinted_total", 4),
        ("handed_over_total", 5),
        ("dropped_total", 6),
    ):
        assert samples[f"expeditor_printer_{name}", "hot"] == count
        assert samples[f"expeditor_printer_{name}", "cold-printer"] == 0


async def test_whether_orders_can_be_stored(kitchen: RunningAppliance) -> None:
    assert (await measured(kitchen))["expeditor_orders_can_be_stored",] == 1
    kitchen.expeditor.fault = Fault("no room", 0.0)
    assert (await measured(kitchen))["expeditor_orders_can_be_stored",] == 0
    kitchen.expeditor.fault = None


async def test_it_is_ours_alone_and_names_nobody(kitchen: RunningAppliance) -> None:
    await kitchen.order(id="Canary", name="Canary", items=[{"name": "Canary"}])
    names = [name for name, *_labels in await measured(kitchen)]
    assert names
    assert all(name.startswith("expeditor_") for name in names)
    answer = await ask(kitchen, "GET", "/metrics", role=None)
    assert "Canary" not in answer.body


async def test_how_screens_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = screen("one", state="away", covered_by="two", waiting=3, refused=2)
    two = screen("two", station=None, proto="board", conflict="two say so")
    async with running(tmp_path, PLAIN) as appliance:
        shown = ScreensJson([one, two], (), (), Announced("", "", ""))
        monkeypatch.setattr(appliance.screens, "shown", lambda: shown)
        monkeypatch.setattr(
            appliance.screens, "status", lambda: ScreensStatus(None, 1, 2, 3, 4, 5, 6)
        )
        samples = await measured(appliance)
    states = {
        name[1:] for name, value in samples.items() if name[0] == "expeditor_screen_state" and value
    }
    assert states == {("lan", "one", "away", "grill"), ("board", "two", "live", "")}
    assert samples["expeditor_screen_state", "lan", "one", "live", "grill"] == 0
    for name, of_one, of_two in (
        ("covered", 1, 0),
        ("conflict", 0, 1),
        ("waiting", 3, 0),
        ("refused", 2, 0),
    ):
        assert samples[f"expeditor_screen_{name}", "one"] == of_one
        assert samples[f"expeditor_screen_{name}", "two"] == of_two
    for number, name in enumerate(
        (
            "went_away",
            "came_back",
            "covers_begun",
            "messages",
            "messages_failed",
            "messages_refused",
        ),
        1,
    ):
        assert samples[f"expeditor_screens_{name}_total",] == number


async def test_screens_of_the_file_are_measured(tmp_path: Path) -> None:
    text = f'{PLAIN}[[screen]]\nid = "board-one"\nproto = "board"\nstation = "grill"\n'
    async with running(tmp_path, text) as appliance:
        samples = await measured(appliance)
        status = await appliance.call("GET", "/status")
    assert samples["expeditor_screen_state", "board", "board-one", "not seen yet", "grill"] == 1
    assert status[1]["screens"] == {
        "fault": None,
        "went_away": 0,
        "came_back": 0,
        "covers_begun": 0,
        "messages": 0,
        "messages_failed": 0,
        "messages_refused": 0,
    }


async def test_without_printers_there_is_nothing_of_them(appliance: RunningAppliance) -> None:
    names = [name for name, *_labels in await measured(appliance)]
    assert not [name for name in names if "printer" in name or "screen" in name]


async def test_how_the_machine_is(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    await appliance.order(id="A-1", items=[{"name": "Hamburger"}])
    assert (await measured(appliance))["expeditor_sync_seconds",] > 0
    monkeypatch.setattr(appliance.machine, "now", HOT)
    samples = await measured(appliance)
    assert samples["expeditor_temperature_celsius",] == 81.5
    assert samples["expeditor_throttled",] == 1
    assert samples["expeditor_under_voltage",] == 0
    assert samples["expeditor_clock_synchronised",] == 1
    assert samples["expeditor_disk_free_bytes",] == WELL.disk.free_bytes
    unknown = replace(HOT, temperature=None, throttled=None)
    monkeypatch.setattr(appliance.machine, "now", unknown)
    assert ("expeditor_temperature_celsius",) not in await measured(appliance)


async def test_who_asks_all_at_once_gets_all_of_it(kitchen: RunningAppliance) -> None:
    first, *others = await asyncio.gather(*(measured(kitchen) for _ in range(10)))
    for each in (first, *others):
        del each["expeditor_sync_seconds",]  # The commit of the start may come in between.
    assert ("expeditor_disk_free_bytes",) in first
    assert all(each == first for each in others)


def test_its_library_is_loaded_only_for_who_asks() -> None:
    program = "import sys; from appliance import service; print('prometheus_client' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert said.stdout.decode().strip() == "False"
