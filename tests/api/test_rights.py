"""Who may: each path for each role, and for a token that is kept to another station."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from yarl import URL

from tests.api.channels import MadeUpChannels, account, disagreement
from tests.api.channels import given as given_channels
from tests.api.every_path import READS, Asked, guarded
from tests.api.listening import listening
from tests.api.printing import MadeUpPrinters, given, job, printer
from tests.api.rights import ALL_ROLES, ROWS, Row
from tests.api.screens import MadeUpScreens, screen
from tests.api.screens import given as given_screens
from tests.api.unchanged import nothing_changes
from tests.running import DEMO, RunningAppliance, running

GUEST: Final = "Jane"


@pytest.fixture
async def appliance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RunningAppliance]:
    """With something of all that the paths are about."""
    printers = MadeUpPrinters(printer("grill-printer", "grill"))
    printers.its_jobs = [job(1, "grill-printer", "grill", state="asks", name=GUEST)]
    given(monkeypatch, printers)
    given_screens(monkeypatch, MadeUpScreens(screen("grill-screen", "grill")))
    given_channels(monkeypatch, MadeUpChannels(account("city")))
    async with running(tmp_path, DEMO) as appliance:
        appliance.channels_now.show([account("city")], [disagreement("A-1", called=GUEST)])
        yield appliance


class Said(NamedTuple):
    status: int
    text: str

    @property
    def code(self) -> str:
        return str(json.loads(self.text)["code"])


async def say(appliance: RunningAppliance, row: Row, token: str, method: str | None = None) -> Said:
    """What is answered; of a stream only that there is one."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    url = URL(appliance.url + row.asked.path, encoded=True)
    data = None if row.body is None else json.dumps(row.body).encode()
    async with appliance.http.request(
        method or row.asked.method, url, headers=headers, data=data
    ) as answer:
        has_end = answer.content_type != "text/event-stream"
        return Said(answer.status, await answer.text() if has_end else "")


async def test_the_table_has_every_path_there_is(appliance: RunningAppliance) -> None:
    there_is = {asked for asked in await guarded(appliance) if asked.method != "HEAD"}
    assert {row.asked for row in ROWS} == there_is
    heads = {asked.path for asked in await guarded(appliance) if asked.method == "HEAD"}
    assert heads < {row.asked.path for row in ROWS if row.asked.method == "GET"}


@pytest.mark.parametrize("role", [*sorted(ALL_ROLES), "guest", "Manager", "admin", ""])
async def test_each_role_may_what_the_table_says(appliance: RunningAppliance, role: str) -> None:
    await order(appliance)
    token = appliance.token(role)
    async with nothing_changes(appliance):
        for row in ROWS:
            if role not in row.who:
                said = await say(appliance, row, token)
                assert (said.status, said.code) == (403, "FORBIDDEN"), row.asked
                assert GUEST not in said.text
    for row in ROWS:
        if role in row.who:
            assert (await say(appliance, row, token)).status not in (401, 403), row.asked


@pytest.mark.parametrize("role", ["server", "guest"])
async def test_to_ask_for_the_head_alone_takes_the_same_right(
    appliance: RunningAppliance, role: str
) -> None:
    token = appliance.token(role)
    heads = {asked for asked in await guarded(appliance) if asked.method in READS}
    for row in ROWS:
        if Asked("HEAD", row.asked.path) in heads and row.asked.method == "GET":
            said = await say(appliance, row, token, "HEAD")
            assert (said.status == 403) is (role not in row.who), row.asked


async def test_a_token_for_another_station_neither_reads_nor_acts(
    appliance: RunningAppliance,
) -> None:
    """The order is at the grill, and at the pass."""
    await order(appliance)
    token, of_the_grill = (appliance.token(*ALL_ROLES, stations=[at]) for at in ("fry", "grill"))
    async with nothing_changes(appliance):
        for row in ROWS:
            said = await say(appliance, row, of_the_grill if row.kept == "fry" else token)
            if row.kept == "seen":
                assert said.status in (200, 204), row.asked
            else:
                assert (said.status, said.code) == (403, "FORBIDDEN"), row.asked
            assert GUEST not in said.text, row.asked
            assert "A-1" not in said.text or row.asked.path.endswith("/A-1"), row.asked
        async with listening(appliance, token=token) as listener:
            assert (await listener.snapshot()).body["payload"]["tickets"] == []


async def test_a_token_for_this_station_reads_and_acts(appliance: RunningAppliance) -> None:
    tokens = {at: appliance.token(*ALL_ROLES, stations=[at]) for at in ("grill", "fry", "pass")}
    for row in ROWS:
        await order(appliance)
        said = await say(appliance, row, tokens.get(row.kept, tokens["grill"]))
        if row.kept == "all":
            assert (said.status, said.code) == (403, "FORBIDDEN"), row.asked
        else:
            # Not in each state, and what the file says stays; but it may.
            assert said.status in (200, 204, 409), (row.asked, said)


async def test_what_is_of_all_stations_is_done_by_a_token_for_all(
    appliance: RunningAppliance,
) -> None:
    for row in ROWS:
        if row.kept == "all":
            await order(appliance)
            said = await say(appliance, row, appliance.token(*ALL_ROLES))
            # What the file says stays; but it may.
            assert said.status in (200, 201, 204, 404, 409), (row.asked, said)


async def order(appliance: RunningAppliance) -> None:
    held = {"course": "1", "courseStatus": "hold"}
    items = [{"lineId": "1", "name": "Hamburger"} | held]
    assert await appliance.order(id="A-1", name=GUEST, items=items) == b"A-1"
