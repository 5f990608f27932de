"""What the proof of screens compares with is itself right: its board, its LAN screen."""

import json
from typing import Any

from tests.api.asking import ask, ticket_path
from tests.api.talking import Talk, subscribed
from tests.end_to_end.screens.lan import LanScreen
from tests.end_to_end.screens.showing import Showing, card
from tests.running import RunningAppliance

BURGER = {"lineId": "1", "name": "Hamburger", "qty": 1}
FRIES = {"lineId": "2", "name": "Fries", "qty": 1}


async def hear(talk: Talk, shows: Showing, head: int) -> None:
    """All up to a beat that has that much."""
    while shows.hear(await talk.hear()) != head:
        ...


async def test_a_board_shows_what_there_is_across_its_connections(
    appliance: RunningAppliance,
) -> None:
    shows = Showing()
    shows.epoch = appliance.log.epoch
    await appliance.order(id="1", items=[BURGER, FRIES])
    async with subscribed(appliance) as talk:
        await hear(talk, shows, appliance.log.head)
        await appliance.order(id="2", items=[BURGER])
        await hear(talk, shows, appliance.log.head)
    await appliance.order("update-order", id="2", items=[FRIES])
    await ask(appliance, "POST", ticket_path("grill", "1", "bump"))
    async with subscribed(appliance, since=shows.position) as talk:
        await hear(talk, shows, appliance.log.head)
    boards = [await appliance.tickets(station) for station in ("grill", "fry", "cold", "pass")]
    tickets = [ticket for board in boards for ticket in board]
    assert shows.cards == {ticket["id"]: card(ticket) for ticket in tickets}
    assert {ticket["order_id"] for ticket in tickets} == {"1", "2"}
    assert shows.wrong == []


def test_a_board_says_what_comes_twice() -> None:
    ticket = dict.fromkeys(("order_id", "station_id", "status", "priority", "customer_name"), "")
    payload = {"ticket": ticket | {"id": "t", "items": []}}
    created = {"type": "kds.ticket.created", "seq": 2, "live": True, "payload": payload}
    shows = Showing()
    shows.hear({"type": "subscribed", "epoch": "one"})
    shows.hear({"type": "kds.snapshot", "seq": 1, "payload": {"stations": [], "tickets": []}})
    shows.hear(created)
    assert (shows.wrong, shows.position) == ([], "one:2")
    shows.hear(created)
    assert shows.wrong == ["kds.ticket.created of 2 after 2", "t was made twice"]


def told(screen: LanScreen, command: str, order_id: str, *items: dict[str, Any]) -> str:
    order = {"id": order_id, "items": [*items]} if items else {"id": order_id}
    return screen.take(json.dumps({"command": command, "order": order}).encode())


def test_a_lan_screen_keeps_what_it_is_told() -> None:
    screen = LanScreen()
    assert told(screen, "update-order", "1", BURGER) == "ORDER_DOES_NOT_EXIST"
    assert told(screen, "create-order", "1", BURGER) == "1"
    assert told(screen, "update-order", "1", FRIES, BURGER) == "1"
    assert screen.shown() == {"1": [("Fries", 1), ("Hamburger", 1)]}
    assert told(screen, "cancel-order", "1") == told(screen, "update-order", "1", BURGER) == "1"
    assert screen.shown() == {}
    assert told(screen, "create-order", "1~2", BURGER) == "1~2"
    assert screen.shown() == {"1": [("Hamburger", 1)]}
    assert (screen.take(b"{"), screen.wrong) == ("Unable to parse data", [])


def test_a_lan_screen_says_what_was_made_twice() -> None:
    screen = LanScreen()
    for _ in range(2):
        assert told(screen, "create-order", "1", BURGER) == "1"
    assert screen.wrong == ["1 was made twice"]
    told(screen, "create-order", "1~2", BURGER)
    assert screen.shown() == {"1": [("Hamburger", 1), ("Hamburger", 1)]}
