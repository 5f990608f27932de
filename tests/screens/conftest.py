"""An evening with screens, on a network that is made up; a kitchen that feeds one, in a hurry."""

from collections.abc import AsyncIterator, Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from appliance import interfaces
from appliance.screens.feeding import Fed
from tests.screens.evening import Evening
from tests.screens.hub import Hub, hub, hurried, stations
from tests.screens.lan_screen import LanScreen, lan_screen


@pytest.fixture
def networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine is 10.0.0.1."""
    monkeypatch.setattr(interfaces, "networks", lambda: [ip_network("10.0.0.0/24")])
    monkeypatch.setattr(interfaces, "addresses", lambda: [ip_address("10.0.0.1")])


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    with Evening(tmp_path) as evening:
        yield evening


@pytest.fixture
def hurry() -> Iterator[None]:
    with hurried():
        yield


@pytest.fixture
async def screen(hurry: None) -> AsyncIterator[LanScreen]:
    del hurry
    async with lan_screen() as one:
        yield one


@pytest.fixture
async def kitchen(tmp_path: Path, screen: LanScreen) -> AsyncIterator[Hub]:
    """Its grill is at the screen."""
    async with hub(tmp_path, one=Fed(screen.address, stations("grill"))) as one:
        yield one
