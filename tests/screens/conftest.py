"""An evening with screens, on a network that is made up."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from appliance import interfaces
from tests.screens.evening import Evening


@pytest.fixture
def networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine is 10.0.0.1."""
    monkeypatch.setattr(interfaces, "networks", lambda: [ip_network("10.0.0.0/24")])
    monkeypatch.setattr(interfaces, "addresses", lambda: [ip_address("10.0.0.1")])


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    with Evening(tmp_path) as evening:
        yield evening
