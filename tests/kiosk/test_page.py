"""The screen's own page: everything for the browser before it, next to nothing for anybody else."""

import asyncio
import json
import shutil
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import async_playwright, expect

from appliance.kiosk import page as page_module
from tests.kiosk.conftest import Wire, running
from tests.kiosk.hub import Hub
from tests.network import Network
from tests.pages.conftest import FLAGS, NAMES

HOSTILE = "<img src=x onerror=alert(1)>\u202egniliaT"
HARMLESS = HOSTILE.replace("\u202e", "")
"""Whatever page it is shown on."""


@pytest.mark.parametrize("host", ["evil.example", "evil.example:9105", "192.0.2.1:9105", "::1", ""])
async def test_a_site_that_pretends_to_be_this_computer_is_shown_no_code(
    tmp_path: Path, host: str
) -> None:
    wire = Wire()
    async with (
        Hub("AAAAAAAA0001") as hub,
        running(tmp_path, wire) as screen,
        aiohttp.ClientSession(headers={"Host": host}) as elsewhere,
    ):
        wire.found.append(hub.advert())
        code = await screen.code("Kitchen")
        async with elsewhere.get(f"{screen.url}/state") as answer:
            assert answer.status in (400, 403)
            assert code not in await answer.text()
        async with elsewhere.get(f"{screen.url}/") as answer:
            assert "/screen.js" not in await answer.text()
        assert (await screen.page())["kitchens"][0]["code"] == code


async def test_what_the_network_says_is_text_and_a_code_is_read_from_afar(tmp_path: Path) -> None:
    wire = Wire()
    path = next(filter(None, map(shutil.which, NAMES)), None)
    assert path, f"no Chromium is installed: none of {', '.join(NAMES)} is found"
    async with (
        Hub("AAAAAAAA0001", HOSTILE) as hub,
        running(tmp_path, wire, notices=lambda: [HARMLESS, "card.wifi: no"]) as screen,
        async_playwright() as playwright,
    ):
        chromium = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        page = await chromium.new_page(viewport={"width": 1280, "height": 720})
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(screen.url)
        await expect(page.locator("h1")).to_have_text("Looking for a kitchen …")
        await expect(page.locator("#notices li")).to_have_text([HARMLESS, "card.wifi: no"])
        wire.found.append(hub.advert())
        code = await screen.code(HARMLESS)
        shown = page.locator(".code")
        await expect(shown).to_have_text(f"{code[:3]} {code[3:]}")
        await expect(page.locator(".name")).to_have_text(HARMLESS)
        await expect(page.locator(".address")).to_have_text(f"{hub.place}/screens")
        assert await page.locator("img").count() == 0
        box = await shown.bounding_box()
        assert box
        assert box["height"] > 720 / 5  # As large as a hand on a TV.
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 1280
        await page.screenshot(path=str(tmp_path / "code.png"))
        hub.adopt(code)
        await page.wait_for_url(f"{hub.url}/sign-in?*")
        await expect(page.locator("h1")).to_have_text("The board")
        assert not errors
        assert all(url.startswith((screen.url, hub.url, "data:")) for url in asked)
        await chromium.close()


async def test_a_page_whose_agent_is_gone_says_so_and_shows_no_code(tmp_path: Path) -> None:
    wire = Wire()
    path = next(filter(None, map(shutil.which, NAMES)), None)
    async with Hub("AAAAAAAA0001") as hub, async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        page = await chromium.new_page()
        async with running(tmp_path, wire) as screen:
            wire.found.append(hub.advert())
            await page.goto(screen.url)
            await expect(page.locator(".code")).to_be_visible()
        await expect(page.locator("#dead")).to_be_visible()
        await expect(page.locator(".code")).to_have_count(0)
        await chromium.close()


async def test_a_crowd_from_elsewhere_takes_no_place_of_the_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is counted as from elsewhere is told by the test: here, all are from this machine."""
    guests = True
    own = page_module.is_this_machine
    monkeypatch.setattr(page_module, "is_this_machine", lambda each: not guests and own(each))
    async with running(tmp_path, Wire()) as screen:
        crowd = [
            await asyncio.open_connection("127.0.0.1", screen.port)
            for _ in range(page_module.MOST_FROM_ELSEWHERE + 3)
        ]
        # The first three were closed for the last, which still have their places.
        for reader, _ in crowd[:3]:
            assert await asyncio.wait_for(reader.read(1), 10) == b""
        for reader, writer in crowd[3:]:
            writer.write(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        guests = False
        assert (await screen.page())["state"] == "looking"
        for _, writer in crowd:
            writer.close()
            await writer.wait_closed()


def test_from_another_computer_there_is_its_health_and_no_code(tmp_path: Path) -> None:
    config = tmp_path / "screen.toml"
    config.write_text(
        '[screens]\nmdns = false\n[kiosk]\nname = "Grill <b>TV</b>"\nhub = "http://192.0.2.1"\n'
        'browser = ["true"]\n'
    )
    with Network() as network:
        screen, other = network.host(), network.host()
        network.cable(screen, "eth0", other, "eth0")
        screen.ip("address add 192.0.2.7/24 dev eth0")
        other.ip("address add 192.0.2.8/24 dev eth0")
        data = str(tmp_path / "data")
        agent = screen.start("appliance", "screen", "--config", str(config), "--data", data)
        assert "Grill <b>TV</b>" in agent.line()
        at = "http://192.0.2.7:9105"
        health = json.loads(other.run("curl", "-sS", f"{at}/health"))
        assert health["name"] == "Grill <b>TV</b>"
        assert health["hub"] is None
        elsewhere = other.run("curl", "-sS", f"{at}/")
        assert "Grill &lt;b&gt;TV" in elsewhere
        assert "screen.js" not in elsewhere
        for host in ("192.0.2.7:9105", "127.0.0.1:9105"):
            asked = ("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", f"Host: {host}")
            assert other.run(*asked, f"{at}/state") == "403"
        own = screen.run("curl", "-sS", "http://127.0.0.1:9105/state")
        assert json.loads(own)["addresses"] == ["192.0.2.7"]
