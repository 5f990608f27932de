"""Puts the dinners of days before into a data directory: by the real code, with a set clock."""

import asyncio
import random
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from appliance.config import Config
from appliance.configured import make_kitchen
from appliance.expeditor import Expeditor
from appliance.kitchen.command import ActOnTicket, Command
from appliance.kitchen.ticket import Moment
from appliance.lan import messages
from appliance.log.sqlite import SqliteLog
from appliance.rush import Message, Plan, messages_of

OPENS: Final = time(17, 30)
MINUTES: Final = 270
COOKS: Final = {"grill": "pin:Luis", "fry": "pin:Aiko", "cold": "pin:Tom"}
COOKED_MINUTES: Final = {"grill": 3.2, "fry": 2.6, "cold": 2.0}
"""Of half the tickets, while there is little to do; twice that at the busiest."""
WAITER: Final = "pin:Sarah"
ON_THE_PASS_MS: Final = 60_000
RECALLED: Final = 0.03
VOIDED: Final = 0.02


class Deed(NamedTuple):
    """What somebody did, milliseconds after the doors opened."""

    at: int
    command: Command
    by: str | None


async def fill(directory: Path, config: Config, evenings: dict[date, float]) -> None:
    """One dinner on each of these days, with so many orders a minute; all of them end."""
    log = SqliteLog(directory)
    now = Moment(0, 0)
    expeditor = Expeditor(log, directory, lambda: make_kitchen(config), lambda: now)
    await expeditor.load()
    background = asyncio.create_task(expeditor.run())
    for day, per_minute in sorted(evenings.items()):
        opens = int(datetime.combine(day, OPENS, config.zone).timestamp() * 1000)
        for deed in sorted(dinner(day, per_minute, config), key=lambda each: each.at):
            now = Moment(opens + deed.at, opens + deed.at)
            expeditor.submit(deed.command, deed.by)
        await asyncio.shield(expeditor.settled())
    background.cancel()
    await asyncio.gather(background, return_exceptions=True)
    await log.close()


def dinner(day: date, per_minute: float, config: Config) -> Iterator[Deed]:
    """All that is done that evening, in no order; what there is nothing of will be refused."""
    chance = random.Random(day.toordinal())  # noqa: S311 - a dinner, not a secret
    for message in messages_of(Plan(per_minute, MINUTES, day.toordinal())):
        at, order_id = int(message.at * 1000), f"{day}-{message.body['order']['id']}"
        yield Deed(at, decoded(message, order_id, config), None)
        if message.body["command"] == "create-order":
            yield from worked(chance, at, order_id)


def decoded(message: Message, order_id: str, config: Config) -> Command:
    """As it came in by port 9104, with an id of that day's and nothing to be fired by hand."""
    order = message.body["order"]
    order |= {"id": order_id}
    order.pop("time", None)
    for item in order.get("items", ()):
        item.pop("courseStatus", None)
    return messages.decode(msgspec.json.encode(message.body), config.zone)


def worked(chance: random.Random, at: int, order_id: str) -> Iterator[Deed]:
    """What becomes of an order at its stations, and at the pass."""
    middle = MINUTES * 30_000
    busy = 2 - abs(at - middle) / middle
    done = at
    for station, minutes in COOKED_MINUTES.items():
        bumped = at + int(chance.lognormvariate(0, 0.35) * minutes * busy * 60_000)
        yield Deed((at + bumped) // 2, ActOnTicket(station, order_id, "start"), COOKS[station])
        yield Deed(bumped, ActOnTicket(station, order_id, "bump"), COOKS[station])
        if chance.random() < RECALLED:
            again = bumped + ON_THE_PASS_MS
            yield Deed(again, ActOnTicket(station, order_id, "recall"), COOKS[station])
            bumped = again + ON_THE_PASS_MS
            yield Deed(bumped, ActOnTicket(station, order_id, "bump"), COOKS[station])
        done = max(done, bumped)
    if chance.random() < VOIDED:
        yield Deed((at + done) // 2, ActOnTicket("grill", order_id, "void"), WAITER)
    yield Deed(done + ON_THE_PASS_MS, ActOnTicket("pass", order_id, "bump"), WAITER)
