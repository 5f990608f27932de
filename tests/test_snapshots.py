"""A start reads what is live, not history; and a snapshot is never believed over the log."""

import asyncio
import hashlib
import shutil
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from appliance import config, expeditor
from appliance.configured import make_kitchen
from appliance.expeditor import Expeditor
from appliance.kitchen.order import Guest
from appliance.kitchen.state import STATE_FORMAT
from appliance.kitchen.ticket import Moment
from appliance.log import Recorded, snapshot
from appliance.log.sqlite import SqliteLog
from tests.bench import history

SNAPSHOT_EVERY = 500
CLOSED_TICKETS = 9_000


@asynccontextmanager
async def opened(directory: Path) -> AsyncIterator[tuple[Expeditor, list[int]]]:
    """An Expeditor loaded from a directory, and the numbers of the events that it read."""
    settings = config.parse(await asyncio.to_thread(config.embedded), "built-in")
    log = await asyncio.to_thread(SqliteLog, directory)
    seen: list[int] = []
    read = log.read

    async def watched(after: int, limit: int) -> list[Recorded]:
        recorded = await read(after, limit)
        seen.extend(each.seq for each in recorded)
        return recorded

    log.read = watched  # type: ignore[method-assign]
    kitchen = Expeditor(log, directory, lambda: make_kitchen(settings), lambda: Moment(0, 0))
    try:
        await kitchen.load()
        yield kitchen, seen
    finally:
        await log.close()


@pytest.fixture(scope="module")
def a_past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a past, left as a power cut leaves it."""
    directory = tmp_path_factory.mktemp("past")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(expeditor, "SNAPSHOT_EVERY", SNAPSHOT_EVERY)
        patch.setattr(expeditor, "EVENTS_PER_ORDER", 0)
        asyncio.run(history.fill(directory, CLOSED_TICKETS, live_orders=20))
    return directory


@pytest.fixture
def past(a_past: Path, tmp_path: Path) -> Path:
    """A copy of it that may be damaged."""
    return Path(shutil.copytree(a_past, tmp_path / "past"))


def everything(kitchen: Expeditor) -> tuple[object, list[Guest]]:
    state = kitchen.kitchen.state()
    return state, [kitchen.kitchen.placed(placed.number).guest for placed, _ in state.orders]


async def test_a_start_reads_no_more_than_what_came_after_the_snapshot(past: Path) -> None:
    async with opened(past) as (kitchen, seen):
        assert kitchen.seq > 10 * SNAPSHOT_EVERY
        assert len(seen) < 4 * SNAPSHOT_EVERY
        assert len({ticket.number for ticket in kitchen.kitchen.live_tickets()}) == 20


async def test_the_snapshot_and_the_log_from_its_beginning_say_the_same(past: Path) -> None:
    async with opened(past) as (kitchen, _seen):
        by_snapshot = everything(kitchen)
    snapshot.path_of(past, STATE_FORMAT).unlink()
    async with opened(past) as (kitchen, seen):
        assert everything(kitchen) == by_snapshot
        assert seen[0] == 1
    assert all(guest.name for guest in by_snapshot[1])


@pytest.mark.parametrize(
    "damage",
    [
        "torn",
        "flipped",
        "foreign epoch",
        "ahead",
        "other state",
        "another layout",
    ],
)
async def test_a_snapshot_that_cannot_be_believed_is_not(past: Path, damage: str) -> None:
    async with opened(past) as (kitchen, _seen):
        truth = everything(kitchen)
        position = kitchen.epoch, kitchen.seq
    path = snapshot.path_of(past, STATE_FORMAT)
    content = path.read_bytes()
    kept = await asyncio.to_thread(snapshot.load, past, STATE_FORMAT)
    assert kept is not None
    damaged = {
        "torn": content[:-100],
        "another layout": _signed(b"\x93\x01\x02\x03"),
        "flipped": content[:-100] + bytes([content[-100] ^ 1]) + content[-99:],
    }
    other = {
        "foreign epoch": msgspec.structs.replace(kept, epoch="another"),
        "ahead": msgspec.structs.replace(kept, seq=10**9),
        "other state": msgspec.structs.replace(kept, state=b"\x90"),
    }
    if damage in damaged:
        path.write_bytes(damaged[damage])
    else:
        await asyncio.to_thread(snapshot.save, past, other[damage])
    async with opened(past) as (kitchen, seen):
        assert everything(kitchen) == truth
        assert (kitchen.epoch, kitchen.seq) == position
        assert seen[0] == 1


async def test_a_snapshot_of_another_format_is_left_to_who_made_it(past: Path) -> None:
    own, other = (snapshot.path_of(past, each) for each in (STATE_FORMAT, STATE_FORMAT + 1))
    own.rename(other)
    content = other.read_bytes()
    async with opened(past) as (kitchen, seen):
        assert seen[0] == 1
        await kitchen.save_snapshot()
    assert own.exists()
    assert other.read_bytes() == content


def _signed(layout: bytes) -> bytes:
    """A whole snapshot file, of a program that lays it out otherwise."""
    body = zlib.compress(layout)
    return b"expeditor snapshot 1\n" + hashlib.blake2b(body, digest_size=16).digest() + body


async def test_neither_snapshot_nor_events_hold_what_identifies_a_guest(past: Path) -> None:
    kept = await asyncio.to_thread(snapshot.load, past, STATE_FORMAT)
    assert kept is not None
    async with opened(past) as (kitchen, _seen):
        guests = [
            kitchen.kitchen.placed(ticket.number).guest
            for ticket in kitchen.kitchen.live_tickets("pass")
        ]
        phones = {guest.phone_number for guest in guests if guest.phone_number}
        log = kitchen._log  # noqa: SLF001 - the stored bytes themselves
        events = b"".join(each.event for each in await log.read(0, 1_000_000))
    assert phones
    for phone in phones:
        assert phone.encode() not in kept.state
        assert phone.encode() not in events
