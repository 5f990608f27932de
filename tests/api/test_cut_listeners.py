"""Listeners that are cut off at any byte, while orders come in, miss nothing and hear it once."""

import asyncio
import random
from typing import Protocol

from appliance.kitchen import event as events
from tests.api.asking import ask, ticket_path
from tests.api.cutting import Told, by_sse, by_websocket
from tests.proof import count
from tests.running import RunningAppliance

BURGER = {"lineId": "1", "name": "Hamburger", "qty": 1, "mods": []}
FRIES = {"lineId": "2", "name": "Fries", "qty": 1, "mods": []}
CUTS = count(80, proof=1_000)
AHEAD = 400
"""Events by which a listener may be behind; from some 4,000 on it would get a snapshot."""
KINDS = (by_sse, by_websocket)


class Read(Protocol):
    """One of `KINDS`."""

    async def __call__(
        self,
        appliance: RunningAppliance,
        token: str,
        position: str | None,
        size: int,
        last: bytes = ...,
    ) -> list[Told]: ...


async def keep_ordering(
    appliance: RunningAppliance, listeners: "list[Heard]", stop: asyncio.Event
) -> None:
    """Orders, changes and bumps until told to stop; never too many for a listener to resume."""
    number = 0
    while not stop.is_set():
        while any(each.is_cut and each.seq < appliance.log.head - AHEAD for each in listeners):
            await asyncio.sleep(0.01)
        number += 1
        order_id = f"A-{number}"
        await appliance.order(id=order_id, name="Jane", items=[BURGER, FRIES])
        await ask(appliance, "POST", ticket_path("grill", order_id, "start"))
        await appliance.order("update-order", id=order_id, name="Jane", items=[BURGER])
        for station in ("grill", "fry", "pass"):
            await ask(appliance, "POST", ticket_path(station, order_id, "bump"))


async def events_of(appliance: RunningAppliance, station: str | None) -> list[tuple[int, str]]:
    """All ticket events of the log that such a listener has to hear."""
    recorded = await appliance.log.read(0, 1_000_000)
    decoded = await asyncio.to_thread(
        lambda: [(each.seq, events.decode(each.event)) for each in recorded]
    )
    return [
        (seq, f"kds.ticket.{event.kind}")
        for seq, event in decoded
        if isinstance(event, events.TicketChanged)
        and (station is None or event.ticket.station == station)
    ]


class Heard:
    """What one listener has put together over all its connections."""

    def __init__(self) -> None:
        self.position: str | None = None
        self.events: list[tuple[int, str]] = []
        self.snapshots: list[int] = []
        self.beats = 0
        self.is_cut = True
        """Still, again and again."""

    @property
    def seq(self) -> int:
        """How far it has come."""
        return int(self.position.rpartition(":")[2]) if self.position else 0

    def take(self, told: list[Told]) -> None:
        for position, body in told:
            if position is not None:
                self.position = position
            if body["type"] == "kds.snapshot":
                self.snapshots.append(body["seq"])
            elif body["type"].startswith("kds.ticket."):
                self.events.append((body["seq"], body["type"]))
            elif body["type"] == "beat":
                self.beats = body["seq"]


async def keep_being_cut(
    appliance: RunningAppliance, read: Read, token: str, heard: Heard, chance: random.Random
) -> None:
    # The first connection has to bring the snapshot, which every later one goes on from.
    while not heard.snapshots:
        heard.take(await read(appliance, token, None, 3_000))
    for _ in range(CUTS // 4):
        size = chance.choice((chance.randint(0, 300), chance.randint(0, 20_000)))
        heard.take(await read(appliance, token, heard.position, size))
    heard.is_cut = False


async def test_whoever_is_cut_off_at_any_byte_goes_on_without_a_gap_or_a_repeat(
    appliance: RunningAppliance,
) -> None:
    tokens = {
        None: appliance.token("chef"),
        "grill": appliance.token("chef", stations=["grill"]),
    }
    listeners = [(read, station) for read in KINDS for station in tokens]
    all_heard = [Heard() for _ in listeners]
    stop = asyncio.Event()
    ordering = asyncio.create_task(keep_ordering(appliance, all_heard, stop))
    await asyncio.gather(
        *(
            keep_being_cut(appliance, read, tokens[station], heard, random.Random(seed))  # noqa: S311
            for seed, ((read, station), heard) in enumerate(zip(listeners, all_heard, strict=True))
        )
    )
    stop.set()
    await ordering
    head = appliance.log.head
    for (read, station), heard in zip(listeners, all_heard, strict=True):
        cut_off = len(heard.events)
        while heard.beats != head:
            rest = await read(appliance, tokens[station], heard.position, 10_000_000, b'"fault"')
            heard.take(rest)
        (snapshot,) = heard.snapshots
        wanted = [each for each in await events_of(appliance, station) if each[0] > snapshot]
        assert heard.events == wanted
        assert cut_off > CUTS // len(listeners)
