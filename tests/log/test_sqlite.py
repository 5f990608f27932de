"""The log: what is appended is durable, in order, read back by number, and found again."""

import asyncio
import contextlib
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import apsw
import pytest

from appliance.log import LogLocked, LogUnusable, Position, foreign, sqlite
from appliance.log.sqlite import SqliteLog


@asynccontextmanager
async def opened(directory: Path) -> AsyncIterator[SqliteLog]:
    log = await asyncio.to_thread(SqliteLog, directory)
    try:
        yield log
    finally:
        await log.close()


def numbered(first: int, count: int) -> list[bytes]:
    return [b'{"number":%d}' % number for number in range(first, first + count)]


async def test_events_are_read_back_in_order_from_any_number(tmp_path: Path) -> None:
    async with opened(tmp_path) as log:
        for first in range(1, 40, 3):
            await log.append(numbered(first, 3), {})
        assert log.head == 39
        for after in range(40):
            recorded = await log.read(after, 5)
            expected = range(after + 1, min(after + 6, 40))
            assert [each.seq for each in recorded] == list(expected)
            assert [each.event for each in recorded] == [numbered(seq, 1)[0] for seq in expected]


async def test_events_are_had_by_their_numbers_as_far_as_there_are_such(tmp_path: Path) -> None:
    async with opened(tmp_path) as log:
        assert await log.events_at([1]) == {}
        for first, count in ((1, 1), (2, 5), (7, 2)):
            await log.append(numbered(first, count), {})
        for wanted in ([], [1], [8, 1, 4, 3], range(1, 9)):
            assert await log.events_at(wanted) == {seq: numbered(seq, 1)[0] for seq in wanted}
        assert await log.events_at([-1, 0, 6, 9, 2**62]) == {6: numbered(6, 1)[0]}


async def test_all_that_arrives_while_a_commit_syncs_goes_into_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as log:
        commits: list[int] = []
        syncing, finish = threading.Event(), threading.Event()
        commit = log._commit  # noqa: SLF001 - the moment of the sync is not to be had outside

        def slow(batch: sqlite._Batch) -> None:
            commits.append(len(batch.events))
            syncing.set()
            assert finish.wait(10)
            commit(batch)

        monkeypatch.setattr(log, "_commit", slow)
        first = log.append(numbered(1, 1), {})
        await asyncio.to_thread(syncing.wait, 10)
        later = [log.append(numbered(2 + place, 1), {}) for place in range(50)]
        settled = log.settled()
        assert not first.done()
        assert log.head == 0
        finish.set()
        await asyncio.gather(first, *later, settled)
        assert commits == [1, 50]
        assert log.head == 51
        assert [each.seq for each in await log.read(0, 100)] == list(range(1, 52))


async def test_a_read_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    async with opened(tmp_path) as log:
        await log.append(numbered(1, 2), {})
        log.append(numbered(3, 1), {})
        assert [each.seq for each in await log.read(0, 2)] == [1, 2]
        await log.settled()


async def test_settled_is_done_at_once_when_nothing_waits(tmp_path: Path) -> None:
    async with opened(tmp_path) as log:
        assert log.settled().done()
        waiting = log.append(numbered(1, 1), {})
        assert log.settled() is waiting
        await waiting
        assert log.settled().done()


async def test_cursors_survive_a_restart_and_name_their_epoch(tmp_path: Path) -> None:
    async with opened(tmp_path) as log:
        assert await log.cursor("grill-printer") is None
        log.append(numbered(1, 2), {})
        await log.move("grill-printer", 1)
        await log.move("grill-printer", 2)
        epoch = log.epoch
    async with opened(tmp_path) as log:
        assert log.epoch == epoch
        assert await log.cursor("grill-printer") == Position(epoch, 2)
        assert await log.cursor("fry-printer") is None


async def test_a_cursor_moves_in_the_same_commit_as_the_events(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as log:
        commits = 0
        commit = log._commit  # noqa: SLF001 - counts what reaches the disk together

        def counted(batch: sqlite._Batch) -> None:
            nonlocal commits
            commits += 1
            commit(batch)

        monkeypatch.setattr(log, "_commit", counted)
        together = {log.append(numbered(1, 1), {}), log.move("printer", 1)}
        await asyncio.gather(*together)
        assert (commits, len(together)) == (1, 1)


async def test_guests_lie_apart_and_the_newest_counts(tmp_path: Path) -> None:
    async with opened(tmp_path) as log:
        await log.append(numbered(1, 1), {7: b"first"})
        await log.append(numbered(2, 1), {7: b"second", 8: b"other"})
        assert await log.guests([7, 8, 9]) == {7: b"second", 8: b"other"}
        events = b"".join(each.event for each in await log.read(0, 10))
        assert b"second" not in events


async def test_a_guest_that_was_replaced_is_in_no_byte_of_the_database(tmp_path: Path) -> None:
    canary = b"+16155550199-canary"
    async with opened(tmp_path) as log:
        await log.append(numbered(1, 1), {7: canary * 3})
        await log.append([], {7: b"nobody"})
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert canary not in content


@pytest.mark.parametrize("background_copies", [True, False])
async def test_the_write_ahead_file_stays_bounded_under_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, background_copies: bool
) -> None:
    """Also on a card so slow that no copy in the background is ever done."""
    page = sqlite.PAGE + 24
    bound = (sqlite.HOLD_WRITERS_AT + 100) * page
    largest = 0
    async with opened(tmp_path) as log:
        if not background_copies:
            monkeypatch.setattr(log, "_copy_to_database", lambda: None)
        wal = tmp_path / "log.sqlite-wal"
        for _ in range(600):
            await log.append([os.urandom(3_000).hex().encode() for _ in range(8)], {})
            largest = max(largest, (await asyncio.to_thread(wal.stat)).st_size)
    assert sqlite.CHECKPOINT_AT * page < largest < bound


async def test_a_second_instance_is_refused(tmp_path: Path) -> None:
    async with opened(tmp_path):
        with pytest.raises(LogLocked, match="another instance"):
            await asyncio.to_thread(SqliteLog, tmp_path)
    async with opened(tmp_path) as log:
        assert log.head == 0


async def test_a_log_of_a_newer_program_is_put_aside_whole(tmp_path: Path) -> None:
    after_crash = tmp_path / "after-crash"
    after_crash.mkdir()
    async with opened(tmp_path) as log:
        await log.append(numbered(1, 3), {})
        with contextlib.closing(apsw.Connection(str(tmp_path / "log.sqlite"))) as database:
            database.pragma("user_version", foreign.READS + 1)
            for name in ("log.sqlite", "log.sqlite-wal"):
                (after_crash / name).write_bytes((tmp_path / name).read_bytes())
    async with opened(after_crash) as log:
        assert (log.head, log.torn) == (0, 0)
        assert log.health().aside == "log.sqlite.newer-1"
        await log.append(numbered(1, 1), {})
    async with opened(after_crash) as log:
        assert (log.head, log.health().aside) == (1, None)
    aside = apsw.Connection(str(after_crash / "log.sqlite.newer-1"))
    with contextlib.closing(aside):
        assert aside.pragma("user_version") == foreign.READS + 1
        assert aside.execute("SELECT max(last_seq) FROM batches").get == 3


@pytest.mark.parametrize("content", [b"no database, just text" * 100, b"SQLite format 3\0" * 300])
async def test_what_is_no_log_of_ours_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "log.sqlite").write_bytes(content)
    with pytest.raises(LogUnusable):
        await asyncio.to_thread(SqliteLog, tmp_path)
    assert (tmp_path / "log.sqlite").read_bytes() == content


async def test_a_torn_last_write_is_discarded_and_said(tmp_path: Path) -> None:
    log = await asyncio.to_thread(SqliteLog, tmp_path)
    await log.append(numbered(1, 2), {1: b"guest"})
    await log.append(numbered(3, 2), {2: b"guest"})
    after_crash = tmp_path / "after-crash"
    after_crash.mkdir()
    for name in ("log.sqlite", "log.sqlite-wal"):
        (after_crash / name).write_bytes((tmp_path / name).read_bytes())
    await log.close()
    wal = after_crash / "log.sqlite-wal"
    torn = wal.read_bytes()[:-1_000]
    wal.write_bytes(torn)
    async with opened(after_crash) as recovered:
        assert recovered.torn > 0
        assert recovered.head == 2
        assert [each.seq for each in await recovered.read(0, 10)] == [1, 2]
        await recovered.append(numbered(3, 1), {})
    async with opened(after_crash) as again:
        assert (again.head, again.torn) == (3, 0)
