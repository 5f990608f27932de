"""The agent of a screen in the test's process, on a free port, among stand-ins."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, NoReturn

import aiohttp
import pytest

from appliance.config import ScreenConfig, Site
from appliance.config.devices import KioskSection
from appliance.kiosk import agent, belonging
from appliance.mdns.found import Service
from appliance.mdns.network import Network
from tests.kiosk import stand_in


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens every second or two happens ten times as often."""
    monkeypatch.setattr(belonging, "KNOCK_EVERY_SECONDS", 0.2)
    monkeypatch.setattr(agent, "LOOK_SECONDS", 0.1)


class Wire:
    """What the agent's mDNS finds, and how it was asked to look."""

    def __init__(self) -> None:
        self.found: list[Service] = []
        self.browse: bool | None = None
        self.port = 0

    def network(self, identity: str, name: str, port: int, browse: bool) -> Network:  # noqa: FBT001
        self.browse, self.port = browse, port
        network = _Quiet(
            identifier=identity, host=name, announcements=(), browse=(), addresses=list
        )
        network.found, network.not_because = self.found, ""
        return network


class _Quiet(Network):
    async def run(self) -> NoReturn:
        while True:
            await asyncio.sleep(3600)


class Screen:
    """The agent runs; what its page and its health say."""

    def __init__(self, parts: agent.Running, directory: Path, http: aiohttp.ClientSession) -> None:
        self.id = parts.id
        self.port = parts.port
        self.url = f"http://127.0.0.1:{parts.port}"
        self._pids = directory / "pids"
        self._http = http

    async def health(self) -> dict[str, Any]:
        async with self._http.get(f"{self.url}/health") as answer:
            told: dict[str, Any] = await answer.json()
            return told

    async def page(self) -> dict[str, Any]:
        async with self._http.get(f"{self.url}/state") as answer:
            assert answer.status == 200
            told: dict[str, Any] = await answer.json()
            return told

    async def shows(self, wanted: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """The page, once it is so."""
        return await once(self.page, wanted)

    async def is_well(self, wanted: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """The health, once it is so."""
        return await once(self.health, wanted)

    async def code(self, name: str) -> str:
        """That is for the kitchen of this name."""

        def codes(told: dict[str, Any]) -> list[str]:
            return [each["code"] for each in told["kitchens"] if each["name"] == name]

        code: str = codes(await self.shows(lambda told: any(codes(told))))[0]
        return code

    def browsers(self) -> list[int]:
        """Process ids of those that were started."""
        return [int(line) for line in self._pids.read_text().split()] if self._pids.exists() else []

    async def started(self, browsers: int) -> list[int]:
        """So many were, since the beginning."""
        async with asyncio.timeout(20):
            while len(self.browsers()) < browsers:
                await asyncio.sleep(0.02)
        return self.browsers()


async def once(ask: Any, wanted: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """What is told, once it is so."""
    told: dict[str, Any] = {}
    try:
        async with asyncio.timeout(15):
            while True:
                told = await ask()
                if wanted(told):
                    return told
                await asyncio.sleep(0.02)
    except TimeoutError:
        pytest.fail(f"it stays like this: {told}")


def alive(pid: int) -> bool:
    """Whether that process runs; one that waits to be buried does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")


def settings(does: str, directory: Path, hub: str | None = None) -> ScreenConfig:
    """Of a screen whose browser does this."""
    command = (sys.executable, os.fspath(stand_in.__file__), does, str(directory / "pids"))
    site = None if hub is None else Site.parse(hub)
    return ScreenConfig(kiosk=KioskSection(name="Grill TV", hub=site, browser=command, port=0))


@contextlib.asynccontextmanager
async def running(
    directory: Path,
    wire: Wire,
    *,
    does: str = "hangs",
    hub: str | None = None,
    notices: agent.Notices = tuple,
) -> AsyncIterator[Screen]:
    async with (
        agent.running(settings(does, directory, hub), directory, wire.network, notices) as parts,
        aiohttp.ClientSession() as http,
    ):
        yield Screen(parts, directory, http)
