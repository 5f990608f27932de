"""A bundle that comes in over HTTP by pieces, to where the card's own program takes it."""

import asyncio
import io
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from appliance.card import inbox
from appliance.card_now import Update
from tests.running import PLAIN, RunningAppliance, running

BUNDLE = os.urandom(3_000_000)
PIECE = 1_048_576


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """What a boot has left."""
    directory = tmp_path / "card"
    directory.mkdir()
    boot = {"role": "hub", "hostname": "expeditor", "kept": str(directory)}
    (directory / "boot.json").write_bytes(msgspec.json.encode(boot))
    return directory


@pytest.fixture
async def appliance(tmp_path: Path, card: Path) -> AsyncIterator[RunningAppliance]:
    async with running(tmp_path, PLAIN, card=card) as found:
        yield found


async def put(
    appliance: RunningAppliance, offset: int, piece: bytes | io.BytesIO
) -> tuple[int, Any]:
    url = f"{appliance.url}/api/v1/kds/card/bundle?offset={offset}"
    headers = {"Authorization": f"Bearer {appliance.token('manager')}"}
    async with appliance.http.put(url, data=piece, headers=headers) as answer:
        return answer.status, await answer.json()


async def upload(appliance: RunningAppliance, bundle: bytes = BUNDLE) -> None:
    for offset in range(0, len(bundle), PIECE):
        piece = bundle[offset : offset + PIECE]
        assert await put(appliance, offset, piece) == (200, {"size": offset + len(piece)})


async def test_all_pieces_are_handed_over_whole(appliance: RunningAppliance) -> None:
    handed = appliance.directory / inbox.BUNDLE
    await upload(appliance)
    assert not handed.exists()
    assert (await appliance.call("POST", "/card/update", json={"size": len(BUNDLE)}))[0] == 202
    assert handed.read_bytes() == BUNDLE
    # Until it was looked at, nothing else comes in its place.
    status, body = await put(appliance, 0, b"another")
    assert (status, body["message"]) == (409, "an update is being looked at: wait for it")


async def test_who_was_cut_off_goes_on_where_it_ended(appliance: RunningAppliance) -> None:
    await put(appliance, 0, BUNDLE[:100])
    status, body = await put(appliance, 50, BUNDLE[50:150])
    assert (status, body["details"]) == (409, {"size": 100})
    status, body = await appliance.call("POST", "/card/update", json={"size": 150})
    assert (status, body["details"]) == (409, {"size": 100})
    assert await put(appliance, 100, BUNDLE[100:150]) == (200, {"size": 150})
    assert await put(appliance, 0, b"anew") == (200, {"size": 4})


async def test_a_piece_that_is_too_large_is_refused(appliance: RunningAppliance) -> None:
    assert (await put(appliance, 0, io.BytesIO(b"x" * (PIECE + 1))))[0] == 413
    assert await put(appliance, 0, io.BytesIO(b"x" * PIECE)) == (200, {"size": PIECE})


async def test_the_room_of_the_kitchen_is_not_used_up(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(appliance, 0, b"begun")
    monkeypatch.setattr(inbox, "ROOM_LEFT", 2**62)
    status, body = await put(appliance, 5, b"more")
    assert (status, body["message"]) == (409, "there is no room for it on the card")
    assert not list(appliance.directory.glob(f"{inbox.BUNDLE}*"))


async def test_a_restart_is_asked_for(appliance: RunningAppliance, card: Path) -> None:
    assert (await appliance.call("POST", "/card/restart"))[0] == 202
    assert (card / "restart").exists()


async def test_what_becomes_of_it_is_told(appliance: RunningAppliance, card: Path) -> None:
    assert await appliance.call("GET", "/card") == (200, {"update": None})
    update = Update("came back", "2.0", "1.0", "A", 1_700_000_000_000, "it did not start")
    (card / "update.json").write_bytes(msgspec.json.encode(update))

    async def told() -> Any:
        return (await appliance.call("GET", "/card"))[1]["update"]

    while not await told():
        await asyncio.sleep(0.05)
    assert await told() == {
        "state": "came back",
        "version": "2.0",
        "before": "1.0",
        "at": "2023-11-14T22:13:20Z",
        "why": "it did not start",
    }
    _status, health = await appliance.call("GET", "/health")
    assert health["card"]["update"]["state"] == "came back"
    (problem,) = [each for each in health["problems"] if each["code"].startswith("update")]
    assert (problem["code"], problem["severity"]) == ("update-came-back", "warning")


async def test_elsewhere_there_is_no_card(tmp_path: Path) -> None:
    async with running(tmp_path, PLAIN) as appliance:
        assert (await appliance.call("GET", "/card"))[0] == 409
        assert (await put(appliance, 0, b"x"))[0] == 409
        assert (await appliance.call("POST", "/card/update", json={"size": 1}))[0] == 409
        status, body = await appliance.call("POST", "/card/restart")
        assert (status, body["message"][:28]) == (409, "this appliance runs from no ")
        assert (await appliance.call("GET", "/health"))[1]["card"] is None
