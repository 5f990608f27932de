"""Fills a data directory with a past: orders placed and bumped over a year, by the real code."""

import asyncio
import json
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from appliance import config
from appliance.configured import make_kitchen
from appliance.expeditor import Expeditor
from appliance.kitchen.command import ActOnTicket, CreateOrder
from appliance.kitchen.ticket import Moment
from appliance.lan import messages
from appliance.log.sqlite import SqliteLog
from tests.bench.load import order

ORDERS_PER_COMMIT: Final = 100
A_YEAR_MS: Final = 365 * 24 * 3_600_000
BEGAN_AT: Final = 1_735_689_600_000
"""2025-01-01."""
STATIONS: Final = ("grill", "fry", "cold", "pass")


class Past(NamedTuple):
    """What was made."""

    closed_tickets: int
    bytes_sent: int
    """By points of sale: the messages of all orders."""


async def fill(directory: Path, closed_tickets: int, live_orders: int) -> Past:
    """Make that history."""
    settings = config.parse(config.embedded(), "built-in")
    log = SqliteLog(directory)
    now = Moment(BEGAN_AT, 0)
    expeditor = Expeditor(log, directory, lambda: make_kitchen(settings), lambda: now)
    await expeditor.load()
    background = asyncio.create_task(expeditor.run())
    closed = number = sent = 0
    step = A_YEAR_MS // max(1, closed_tickets // 3)
    while closed < closed_tickets:
        for _ in range(ORDERS_PER_COMMIT):
            number += 1
            now = Moment(BEGAN_AT + number * step, number * step)
            tickets = len(expeditor.kitchen.live_tickets())
            sent += len(order(number)[0])
            expeditor.submit(_create(number))
            tickets = len(expeditor.kitchen.live_tickets()) - tickets
            expeditor.submit(ActOnTicket("pass", f"bench-{number}", "bump"))
            closed += tickets
        await asyncio.shield(expeditor.settled())
    for _ in range(live_orders):
        number += 1
        expeditor.submit(_create(number))
    await asyncio.shield(expeditor.settled())
    background.cancel()
    await asyncio.gather(background, return_exceptions=True)
    await log.close()  # Without a snapshot of the end: as after a power cut.
    return Past(closed, sent)


def _create(number: int) -> CreateOrder:
    message, _reply = order(number)
    command = messages.decode(message, ZoneInfo("UTC"))
    if not isinstance(command, CreateOrder):
        raise TypeError(json.loads(message))
    return command
