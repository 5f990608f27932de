"""The agent at the real service, with a real browser: from a code to a board that paints."""

import shutil
import tomllib
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from appliance.api.app import BASE
from appliance.kiosk import agent
from tests.kiosk.conftest import Screen, Wire, once, settings
from tests.pages.conftest import FLAGS, NAMES
from tests.running import PLAIN, RunningAppliance


async def test_from_a_code_to_the_board_and_forgotten_to_a_code_again(
    appliance: RunningAppliance, tmp_path: Path
) -> None:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    assert path, f"no Chromium is installed: none of {', '.join(NAMES)} is found"
    usual = settings("hangs", tmp_path, appliance.url)
    name = tomllib.loads(PLAIN)["appliance"]["name"]
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    chromium = (
        path,
        *FLAGS,
        "--headless=new",
        "--log-level=3",
        "--remote-debugging-port=0",
        profile,
    )
    own = replace(usual, kiosk=replace(usual.kiosk, browser=chromium))
    async with agent.running(own, tmp_path / "screen", Wire().network) as parts:
        screen = Screen(parts, tmp_path, appliance.http)

        async def known() -> dict[str, Any]:
            status, told = await appliance.call("GET", "/screens")
            assert status == 200
            mine = [each for each in told["screens"] if each["id"] == screen.id]
            shown: dict[str, Any] = mine[0] if mine else {"state": "unknown"}
            return shown

        async def forget() -> None:
            url = f"{appliance.url}{BASE}/screens/{screen.id}"
            manager = {"Authorization": f"Bearer {appliance.token()}"}
            async with appliance.http.delete(url, headers=manager) as answer:
                assert answer.status == 204

        wanted = {"code": await screen.code(name), "name": "Grill TV", "station_id": "grill"}
        status, adopted = await appliance.call("POST", "/screens", json=wanted)
        assert (status, adopted["id"]) == (201, screen.id)
        # Painted, with the token that the agent has: nobody signed this browser in.
        shown = await once(known, lambda told: told["state"] == "live")
        assert shown["station_id"] == "grill"
        assert (await once(known, lambda told: told["health"]))["health"]["version"]
        assert (await screen.health())["restarts"] == 0
        await forget()
        # The board is no place any more: the browser shows a code of our own page.
        health = await screen.is_well(
            lambda told: (told["restarts"], told["browser"]) == (1, "running")
        )
        assert health["state"] == "to adopt"
