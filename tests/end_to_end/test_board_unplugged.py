"""The board itself, in a browser on another computer, when the hub's cable is pulled out."""

import re
import shutil
import stat
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.end_to_end.screens.asking import HTTP_PORT, ORDERS_PORT, Asking
from tests.end_to_end.screens.kitchen import until
from tests.network import Host, Network
from tests.pages.board import Board
from tests.pages.conftest import FLAGS, NAMES
from tests.running import PLAIN

HUB: Final = "10.1.0.1"
URL: Final = f"http://{HUB}:{HTTP_PORT}"
TV: Final = "10.1.0.2"
TV_LATER: Final = "10.1.0.77"
STALE_SECONDS: Final = 5.0
LATE_SECONDS: Final = 1.5
"""As in the proof of five screens."""
BURGER: Final = {"lineId": "1", "name": "Hamburger", "qty": 1}


@pytest.fixture
def network() -> Iterator[Network]:
    with Network() as network:
        yield network


def open_browser(host: Host, directory: Path) -> Iterator[Browser]:
    """A Chromium whose network is that of a host; it is talked to by a pipe."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    assert path, f"no Chromium is installed: none of {', '.join(NAMES)} is found"
    inside = directory / "chromium"
    inside.write_text(f'#!/bin/sh\nexec {" ".join(host.entering)} {path} "$@"\n')
    inside.chmod(stat.S_IRWXU)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=inside, args=list(FLAGS))
        yield browser
        browser.close()


def test_it_says_offline_in_time_and_goes_on_at_another_address(
    network: Network, tmp_path: Path
) -> None:
    hub, tv = network.host(), network.host()
    switch = network.switch((hub, "eth0"), (tv, "eth0"))
    hub.ip(f"address add {HUB}/24 dev eth0")
    tv.ip(f"address add {TV}/24 dev eth0")
    file, data = tmp_path / "kitchen.toml", tmp_path / "data"
    everywhere = PLAIN.replace("[orders]", f'[orders]\nlisten = "0.0.0.0:{ORDERS_PORT}"')
    file.write_text(f'{everywhere}\n[http]\nlisten = "0.0.0.0:{HTTP_PORT}"\n')
    service = hub.start("appliance", "run", "--config", str(file), "--data", str(data))
    while "sign in" not in service.line():
        ...
    # The till is at the hub itself: orders come in while the television is away.
    ports = (str(HTTP_PORT), str(ORDERS_PORT))
    hub.start("tests.end_to_end.screens.till", HUB, str(tmp_path), *ports)
    asking = Asking(HUB, tmp_path, data)
    until("the till is up", asking.is_up)
    for browser in open_browser(tv, tmp_path):
        page = browser.new_page()
        page.goto(f"{URL}/?screen=TV")
        code = page.locator("#code .code")
        expect(code).to_have_text(re.compile(r"^\d{3} \d{3}$"))
        wanted = {"code": code.inner_text().replace(" ", ""), "name": "TV", "station_id": "grill"}
        status, adopted = asking.call("POST", "/screens", wanted)
        assert status == 201, adopted
        board = Board(page)
        order(asking, "1")
        board.shows("grill", "1")
        until("the hub knows that it is live", partial(is_told, asking, "live"))
        gone = time.monotonic()
        # The television's own end stays up, and so do its connections: nothing tells it.
        switch.ip("link set port0 down")
        board.is_offline(within=STALE_SECONDS + LATE_SECONDS)
        until("the hub says that it is away", partial(is_told, asking, "away"))
        assert time.monotonic() - gone < STALE_SECONDS + 2 * LATE_SECONDS
        order(asking, "2")
        board.shows("grill", "1")
        # It comes back with another address: the same screen, with what came meanwhile.
        tv.ip(f"address del {TV}/24 dev eth0")
        tv.ip(f"address add {TV_LATER}/24 dev eth0")
        switch.ip("link set port0 up")
        board.is_live()
        board.shows("grill", "1", "2")
        until("the hub says that it is back", partial(is_told, asking, "live"))
        assert told(asking)["id"] == adopted["id"]
        assert told(asking)["address"] == TV_LATER


def order(asking: Asking, order_id: str) -> None:
    message = {"command": "create-order", "order": {"id": order_id, "items": [BURGER]}}
    assert asking.order(message) == order_id.encode()


def told(asking: Asking) -> dict[str, Any]:
    """How the hub has the only screen."""
    (screen,) = asking.get("/screens")["screens"]
    assert isinstance(screen, dict)
    return screen


def is_told(asking: Asking, state: str) -> bool:
    return bool(told(asking)["state"] == state)
