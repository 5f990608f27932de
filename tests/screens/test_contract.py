"""What a LAN screen answers: a simulated one, the tests' own over TCP, and a real appliance."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from appliance.lan import client
from appliance.screens.simulated import SimulatedScreen
from tests.running import AT_ONCE, running
from tests.screens.lan_screen import lan_screen

BURGER: Final = {"lineId": "1", "name": "Hamburger", "qty": 1, "mods": []}
FRIES: Final = {"lineId": "2", "name": "French Fries", "qty": 2, "mods": []}
MISSING: Final = b"ORDER_DOES_NOT_EXIST"
UNABLE: Final = b"Unable to parse data"

Shown = dict[str, list[tuple[str, Any]]]


class Speaker:
    """Talks to one of them, and sees what it shows."""

    def __init__(
        self, send: Callable[[bytes], Awaitable[bytes]], shown: Callable[[], Shown]
    ) -> None:
        self.send = send
        self.shown = shown

    async def say(self, command: str, order_id: str, *items: dict[str, Any]) -> bytes:
        order: dict[str, Any] = {"id": order_id, "time": 1, "mode": "ToGo"}
        if command != "cancel":
            order |= {"name": "Ann", "items": items}
        message = {"command": f"{command}-order", "via": ["0123456789AB"], "order": order}
        return await self.send(msgspec.json.encode(message))


@contextlib.asynccontextmanager
async def simulated(_directory: Path) -> AsyncIterator[Speaker]:
    screen = SimulatedScreen()

    async def send(message: bytes) -> bytes:
        return screen.take(message)

    yield Speaker(send, lambda: _lines(screen))


@contextlib.asynccontextmanager
async def over_tcp(_directory: Path) -> AsyncIterator[Speaker]:
    async with lan_screen() as screen:

        async def send(message: bytes) -> bytes:
            address = screen.address
            return (await client.send(address.host, address.port, message)).text

        yield Speaker(send, lambda: _lines(screen.screen))


@contextlib.asynccontextmanager
async def appliance(directory: Path) -> AsyncIterator[Speaker]:
    async with running(directory, AT_ONCE) as one:

        async def send(message: bytes) -> bytes:
            return (await client.send("127.0.0.1", one.orders_port, message)).text

        def shown() -> Shown:
            return {
                placed.order.id: [(item.name, item.qty) for item in placed.order.items]
                for placed, tickets in one.expeditor.kitchen.orders_on_boards()
                if any(ticket.workable for ticket in tickets)
            }

        yield Speaker(send, shown)


def _lines(screen: SimulatedScreen) -> Shown:
    return {
        order_id: [(item.name, item.qty) for item in order.items]
        for order_id, (order, _guest) in screen.orders.items()
    }


@pytest.fixture(params=[simulated, over_tcp, appliance])
async def screen(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Speaker]:
    async with request.param(tmp_path) as one:
        yield one


async def test_a_create_is_taken_once(screen: Speaker) -> None:
    for _ in range(2):
        assert await screen.say("create", "7", BURGER, FRIES) == b"7"
    assert screen.shown() == {"7": [("Hamburger", 1), ("French Fries", 2)]}


async def test_an_update_is_all_that_is_left_of_it(screen: Speaker) -> None:
    await screen.say("create", "7", BURGER, FRIES)
    assert await screen.say("update", "7", FRIES) == b"7"
    assert screen.shown() == {"7": [("French Fries", 2)]}


async def test_what_it_never_had_does_not_exist(screen: Speaker) -> None:
    assert await screen.say("update", "7", BURGER) == MISSING
    assert await screen.say("cancel", "7") == MISSING
    assert screen.shown() == {}


async def test_of_what_is_closed_everything_is_ignored(screen: Speaker) -> None:
    await screen.say("create", "7", BURGER)
    assert await screen.say("cancel", "7") == b"7"
    for command in ("update", "create", "cancel"):
        assert await screen.say(command, "7", BURGER) == b"7"
    assert screen.shown() == {}


async def test_under_another_id_it_comes_back(screen: Speaker) -> None:
    await screen.say("create", "7", BURGER)
    await screen.say("cancel", "7")
    assert await screen.say("create", "7~2", BURGER) == b"7~2"
    assert screen.shown() == {"7~2": [("Hamburger", 1)]}


@pytest.mark.parametrize("message", [b"{}", b'{"command":"sing","order":{"id":"7","items":[]}}'])
async def test_what_is_no_order_is_refused(screen: Speaker, message: bytes) -> None:
    assert await screen.send(message) == UNABLE


async def test_a_partial_update_changes_what_it_brings(screen: Speaker) -> None:
    await screen.say("create", "7", BURGER)
    order = {"id": "7", "itemsToAdd": [FRIES], "itemsToRemove": ["1"]}
    message = {"command": "partial-update-order", "order": order}
    assert await screen.send(msgspec.json.encode(message)) == b"7"
    assert screen.shown() == {"7": [("French Fries", 2)]}
