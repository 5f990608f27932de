"""How a screen announces itself, and whom it looks for."""

import re
from typing import Any

import pytest

from appliance.kiosk import agent
from appliance.mdns import ORDERS, SCREEN


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the library of mDNS is asked for."""
    told: dict[str, Any] = {}
    monkeypatch.setattr(agent, "Network", lambda **parts: told.update(parts))
    return told


def test_as_a_board_with_the_port_of_its_page(asked: dict[str, Any]) -> None:
    agent.network("0b0c1b1e-0a55-4b4e-9d0e-0f6c3b8f7b11", "Grill TV", 9105, True)  # noqa: FBT003
    (announcement,) = asked["announcements"]
    assert (announcement.type, announcement.name, announcement.port) == (SCREEN, "Grill TV", 9105)
    assert announcement.text.keys() == {"id", "name", "proto", "station", "version"}
    assert announcement.text["proto"] == "board"
    assert announcement.text["id"] == asked["identifier"]
    assert asked["browse"] == (ORDERS,)


def test_nobody_is_looked_for_where_the_hub_is_given(asked: dict[str, Any]) -> None:
    agent.network("0b0c1b1e-0a55-4b4e-9d0e-0f6c3b8f7b11", "Grill TV", 9105, False)  # noqa: FBT003
    assert asked["browse"] == ()


@pytest.mark.parametrize(
    ("machine", "host"),
    [("Grill_TV.lan", "grill-tv"), ("ü", "screen"), ("-", "screen"), ("a" * 64, "a" * 32)],
)
def test_its_host_name_is_one_that_mdns_takes(
    asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch, machine: str, host: str
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: machine)
    agent.network("0b0c1b1e-0a55-4b4e-9d0e-0f6c3b8f7b11", "x", 1, True)  # noqa: FBT003
    assert asked["host"] == host
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", host)
