"""Whatever happened, every page tells of it: random nights, restarts, damage, page lengths."""

import json
import random
import re
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from appliance.history.index import Index
from appliance.indexing import file as index_file
from appliance.kitchen import memory
from appliance.kitchen.ticket import Moment
from tests.history.walking import STATIONS, Seen, patient, walk
from tests.proof import count
from tests.running import AT_ONCE, RunningAppliance, running

DISHES = ("Hamburger", "Fries", "House Salad", "Lemonade")
NIGHTS = count(4, proof=1_000)
STARTS = 4
COMMANDS = 50


class Night:
    """Commands as they come, on a wall clock that jumps, and what is to be found of them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311
        self.seen = Seen()
        self._orders = 0
        self._tick = 0
        self._at = 1_760_000_000_000

    def now(self) -> Moment:
        return Moment(self._at, self._tick)

    def _pass_time(self) -> None:
        self._tick += self.chance.choice((1, 1_000))
        self._at += self.chance.choice((0, 0, 1, 60_000, 60_000, 3_600_000, -3_600_000))

    async def go_on(self, appliance: RunningAppliance) -> None:
        appliance.expeditor.now = self.now
        for _ in range(COMMANDS):
            steps = (self._order, self._order, self._serve, self._act, self._act, self._change)
            self._pass_time()
            await self.chance.choice(steps)(appliance)
            self.seen.look(appliance)
            if self.chance.random() < 0.1:
                await self.check(appliance)
        await self.check(appliance)

    async def check(self, appliance: RunningAppliance) -> None:
        station, status = self.chance.choice(STATIONS), self.chance.choice(("completed", "all"))
        found = await walk(appliance, station, status, self.chance, self.chance.choice((3, 500)))
        assert found == self.seen.listed(station, status)

    async def _order(self, appliance: RunningAppliance) -> None:
        self._orders += 1
        await self._send(appliance, "create-order", self._orders)

    async def _change(self, appliance: RunningAppliance) -> None:
        recent = self.chance.randint(max(1, self._orders - 4), max(1, self._orders))
        command = self.chance.choice(("create-order", "update-order", "cancel-order"))
        await self._send(appliance, command, recent)

    async def _send(self, appliance: RunningAppliance, command: str, number: int) -> None:
        items = [
            {"lineId": f"{line}", "name": self.chance.choice(DISHES), "qty": 1, "mods": []}
            for line in range(self.chance.randint(1, 3))
        ]
        items[0]["specialInstructions"] = f"as {self.chance.choice('abc')}"
        order = {"id": f"A-{number}", "name": f"Guest {number}", "items": items}
        await appliance.converse(json.dumps({"command": command, "order": order}).encode())

    async def _act(self, appliance: RunningAppliance) -> None:
        number = self.chance.randint(max(1, self._orders - 8), max(1, self._orders))
        action = self.chance.choice(("bump", "bump", "recall", "start", "void", "move", "undo"))
        await self._do(appliance, self.chance.choice(STATIONS), f"A-{number}", action)

    async def _serve(self, appliance: RunningAppliance) -> None:
        """The oldest order leaves the pass."""
        live = appliance.expeditor.kitchen.live_tickets("pass")
        if live:
            placed = appliance.expeditor.kitchen.placed(min(ticket.number for ticket in live))
            await self._do(appliance, "pass", placed.order.id, "bump")

    async def _do(
        self, appliance: RunningAppliance, station: str, order_id: str, action: str
    ) -> None:
        path = f"/stations/{station}/orders/{order_id}/ticket/{action}"
        body = {"station_id": self.chance.choice(("fry", "cold"))} if action == "move" else None
        status, _ = await appliance.call("POST", path, json=body)
        assert status in (200, 404, 409)


def nothing(_file: Path, _chance: random.Random) -> None:
    pass


def lose(file: Path, _chance: random.Random) -> None:
    file.unlink()


def cut_off(file: Path, chance: random.Random) -> None:
    with file.open("r+b") as opened:
        opened.truncate(chance.randrange(file.stat().st_size))


def overwrite(file: Path, chance: random.Random) -> None:
    """A page of it, the first perhaps, is not what was written."""
    with file.open("r+b") as opened:
        opened.seek(4096 * chance.randrange(file.stat().st_size // 4096))
        opened.write(chance.choice((bytes(4096), chance.randbytes(4096))))


def change(statement: str) -> Callable[[Path, random.Random], None]:
    def changed(file: Path, _chance: random.Random) -> None:
        with closing(apsw.Connection(str(file))) as database:
            database.execute(statement)

    return changed


MISHAPS: dict[str, tuple[Callable[[Path, random.Random], None], str | None]] = {
    "nothing": (nothing, None),
    "lost": (lose, None),
    "cut off": (cut_off, "malformed|not a database|no such table|in database"),
    "overwritten": (overwrite, "malformed|not a database|no such table|in database|otherwise"),
    "of a backup": (change("UPDATE position SET epoch = 'of a backup'"), "of another log"),
    "ahead": (change("UPDATE position SET seq = seq + 1000000"), "of another log"),
    "of nothing": (change("DELETE FROM position"), "of another log"),
    "of a newer program": (change("PRAGMA user_version = 2"), "format 2"),
    "without a table": (change("DROP TABLE orders"), "no such table: orders"),
    "without orders": (change("DELETE FROM orders"), r"order \d+ is missing"),
    "wrong tickets": (change("UPDATE tickets SET seq = seq - 1"), "the log says otherwise"),
    "tickets to come": (change("UPDATE tickets SET seq = seq + 1000000"), "not there"),
    "wrong orders": (change("UPDATE orders SET newest = 1, placed = 1"), "the log says otherwise"),
}
"""What befell the file, and what the status says of it (in SQLite's words or in ours)."""


@pytest.mark.parametrize("seed", range(NIGHTS))
async def test_pages_tell_what_memory_told_when_it_still_knew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    night = Night(seed)
    monkeypatch.setattr(memory, "FINISHED_ORDERS_KEPT", night.chance.randint(1, 6))
    monkeypatch.setattr(index_file, "COMMIT_EVERY", night.chance.choice((1, 20, 5_000)))
    file, older = tmp_path / Index.NAME, tmp_path / "older"
    for start in range(STARTS):
        async with running(tmp_path, AT_ONCE) as appliance:
            await night.go_on(appliance)
            assert appliance.expeditor.kitchen.evicted_until or start == 0
        if start == 1:
            shutil.copy(file, older)
        if start > 1 and night.chance.random() < 0.3:
            shutil.copy(older, file)  # As if much had never been written.
        else:
            night.chance.choice([does for does, _told in MISHAPS.values()])(file, night.chance)


@pytest.mark.parametrize("mishap", MISHAPS)
async def test_an_index_that_is_lost_or_lies_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mishap: str
) -> None:
    monkeypatch.setattr(memory, "FINISHED_ORDERS_KEPT", 2)
    night = Night(1)
    async with running(tmp_path, AT_ONCE) as appliance:
        await night.go_on(appliance)
        assert appliance.expeditor.kitchen.evicted_until
    befall, told = MISHAPS[mishap]
    befall(tmp_path / Index.NAME, night.chance)
    async with running(tmp_path, AT_ONCE) as appliance:
        for station in STATIONS:
            found = await walk(appliance, station, "completed", night.chance)
            assert found == night.seen.listed(station, "completed")
            assert (await patient(appliance, "nowhere", "status=completed")).status == 404
        _, status = await appliance.call("GET", "/status")
        made_again = status["history"]["made_again"]
        assert made_again == told or (told and re.search(told, made_again))
    with closing(apsw.Connection(str(tmp_path / Index.NAME))) as database:
        assert database.execute("SELECT seq FROM position").get == appliance.log.head
