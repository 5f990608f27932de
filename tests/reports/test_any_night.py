"""Whatever happened, reports say what the log does: random nights, restarts, damage, power cuts."""

import csv
import io
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from appliance.indexing import file as index_file
from appliance.kitchen import event as events
from appliance.reports.index import Index
from tests.api.asking import PREFIXES, Answer
from tests.history.test_any_past import Night, change, cut_off, lose, overwrite
from tests.history.walking import come_again
from tests.proof import count
from tests.reports.counted import Counted
from tests.running import AT_ONCE, RunningAppliance, running

NIGHTS = count(3, proof=300)
STARTS = 3
DEEDS = {"created": "received", "updated": "received"}
"""What some kinds of event are called as a deed: the rest by their own names."""
BROKEN = "malformed|not a database|no such table|in database|of another log"
MISHAPS = {
    "lost": (lose, None),
    "cut off": (cut_off, BROKEN),
    "overwritten": (overwrite, BROKEN),
    "of a backup": (change("UPDATE position SET epoch = 'of a backup'"), "of another log"),
    "ahead": (change("UPDATE position SET seq = seq + 1000000"), "of another log"),
    "of a newer program": (change("PRAGMA user_version = 2"), "format 2"),
    "without a table": (change("DROP TABLE deeds"), "no such table: deeds"),
}


class LongNight(Night):
    """Long enough for tickets to be late, and to end after the day has closed."""

    def _pass_time(self) -> None:
        super()._pass_time()
        self._tick += self.chance.choice((0, 30_000, 120_000))


async def report(appliance: RunningAppliance, path: str) -> Answer:
    """As a page does it: come again when told to."""
    return await come_again(appliance, f"{PREFIXES[0]}/reports/{path}")


async def counted(appliance: RunningAppliance) -> Counted:
    recorded = await appliance.log.read(0, 1_000_000)
    return Counted(events.decode(each.event) for each in recorded)


async def check(appliance: RunningAppliance) -> None:
    """Every day, and every deed."""
    expected = await counted(appliance)
    days = expected.days()
    for day in days:
        told = (await report(appliance, f"day?date={day}")).body
        assert told["total"] == expected.total(day)
        stations = {each["station_id"]: each["figures"] for each in told["stations"]}
        assert stations == expected.stations(day)
        assert told["orders"] == expected.orders(day)
        by_hour = [each["total"]["tickets"] for each in told["hours"]]
        assert sum(by_hour) == told["total"]["tickets"]
    if days:
        side_by_side = await report(appliance, f"days?from={days[0]}&to={days[-1]}")
        told = {each["date"]: each["total"] for each in side_by_side.body}
        assert {day: told[day] for day in days} == {day: expected.total(day) for day in days}
        await check_deeds(appliance, expected, days)


async def check_deeds(appliance: RunningAppliance, expected: Counted, days: list[str]) -> None:
    rows = await table(appliance, f"audit.csv?from={days[0]}&to={days[-1]}")
    found = [
        (row["action"], row["station"], int(row["order_number"]), row["by"])
        for row in rows
        if row["station"] and row["order_number"]
    ]
    deeds = sorted(expected.deeds, key=lambda deed: deed[0])  # By the clock as it then was.
    assert len(found) == len(deeds)
    wanted = {
        (DEEDS.get(kind, kind), station, number, by or "")
        for _at, kind, station, number, by in deeds
    }
    assert {(action.replace("acknowledged", "bumped"), *rest) for action, *rest in found} == wanted


async def table(appliance: RunningAppliance, path: str) -> list[dict[str, str]]:
    answer = await report(appliance, path)
    return list(csv.DictReader(io.StringIO(answer.body.removeprefix("\ufeff"))))


@pytest.mark.parametrize("seed", range(NIGHTS))
async def test_reports_say_what_the_log_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    night = LongNight(seed)
    monkeypatch.setattr(index_file, "COMMIT_EVERY", night.chance.choice((1, 20, 5_000)))
    file, older = tmp_path / Index.NAME, tmp_path / "older"
    for start in range(STARTS):
        async with running(tmp_path, AT_ONCE) as appliance:
            await night.go_on(appliance)
            await check(appliance)
        if start == 0:
            shutil.copy(file, older)
        elif night.chance.random() < 0.5:
            shutil.copy(older, file)  # As if much had never been written.
    async with running(tmp_path, AT_ONCE) as appliance:
        appliance.expeditor.now = night.now
        await check(appliance)


async def test_an_index_that_is_lost_or_damaged_is_made_again(tmp_path: Path) -> None:
    night = LongNight(1)
    async with running(tmp_path, AT_ONCE) as appliance:
        await night.go_on(appliance)
    for befall, told in MISHAPS.values():
        befall(tmp_path / Index.NAME, night.chance)
        async with running(tmp_path, AT_ONCE) as appliance:
            appliance.expeditor.now = night.now
            await check(appliance)
            status: Any = (await appliance.call("GET", "/status"))[1]["reports"]
            made_again = status["made_again"]
            assert made_again == told or (told and re.search(told, made_again))
            assert status["indexed"] == status["of"] == appliance.log.head


async def test_the_index_holds_nothing_of_a_guest(tmp_path: Path) -> None:
    item = {"lineId": "1", "name": "House Salad", "specialInstructions": "Canary"}
    async with running(tmp_path, AT_ONCE) as appliance:
        await appliance.order(id="A-1", name="Canary", phoneNumber="+16155550199", items=[item])
        status, _ = await appliance.call("POST", "/stations/pass/orders/A-1/ticket/bump")
        assert status == 200
        (slow,) = (await report(appliance, "slowest")).body
        assert slow["order_reference"] == "Canary"
        assert "Canary" not in (await report(appliance, "tickets.csv")).body
        assert "Canary" not in (await report(appliance, "audit.csv")).body
    stored = (tmp_path / Index.NAME).read_bytes()
    assert b"cold" in stored
    for part in (b"Canary", b"6155550199", b"Salad"):
        assert part not in stored
