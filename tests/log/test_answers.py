"""Answers in the log: kept with the events that they speak of, recalled, and forgotten."""

import asyncio
import os
import zlib
from pathlib import Path

import apsw
import pytest

from appliance.log import NotStored, sqlite
from appliance.log.sqlite import SqliteLog
from tests.log.test_sqlite import numbered, opened


async def test_an_answer_is_recalled_by_its_name_also_after_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as log:
        assert await log.recalled(b"key", 0) is None
        await log.remember(b"key", 1_000, b"done")
        assert await log.recalled(b"key", 0) == b"done"
        assert await log.recalled(b"other", 0) is None
    async with opened(tmp_path) as log:
        assert await log.recalled(b"key", 0) == b"done"
        assert log.head == 0


async def test_one_that_is_too_old_is_not_recalled_and_makes_room_for_the_next(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as log:
        await log.remember(b"key", 1_000, b"first")
        assert await log.recalled(b"key", 1_000) == b"first"
        assert await log.recalled(b"key", 1_001) is None
        await log.remember(b"key", 2_000, b"second")
        assert await log.recalled(b"key", 1_001) == b"second"


async def test_it_goes_into_the_same_commit_as_the_events(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as log:
        commits: list[tuple[int, int]] = []
        commit = log._commit  # noqa: SLF001 - tells what reaches the disk together

        def told(batch: sqlite._Batch) -> None:
            commits.append((len(batch.events), len(batch.answers)))
            commit(batch)

        monkeypatch.setattr(log, "_commit", told)
        together = {log.append(numbered(1, 2), {}), log.remember(b"key", 1, b"done")}
        await asyncio.gather(*together)
        assert (commits, len(together)) == ([(2, 1)], 1)


async def test_no_more_are_kept_than_there_is_room_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "MAX_REMEMBERED", 3)
    async with opened(tmp_path) as log:
        for number in range(10):
            await log.remember(b"%d" % number, number, b"done")
        kept = [number for number in range(10) if await log.recalled(b"%d" % number, 0)]
    assert kept == [7, 8, 9]


async def test_no_more_bytes_are_kept_than_there_is_room_for_also_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "MAX_REMEMBERED_BYTES", 10_000)

    async def keep(log: SqliteLog, numbers: range) -> list[int]:
        for number in numbers:
            await log.remember(b"%d" % (number % 12), number, os.urandom(3_000))
        return [number for number in range(12) if await log.recalled(b"%d" % number, 0)]

    async with opened(tmp_path) as log:
        assert await keep(log, range(10)) == [7, 8, 9]
    async with opened(tmp_path) as log:
        assert await keep(log, range(10, 12)) == [9, 10, 11]
        await log.forget(11)
        assert await keep(log, range(12, 14)) == [0, 1, 11]
        assert await keep(log, range(24, 25)) == [0, 1, 11]  # One of them anew.


async def test_the_oldest_are_forgotten_a_few_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "FORGOTTEN_AT_ONCE", 4)
    async with opened(tmp_path) as log:
        for number in range(10):
            await log.remember(b"%d" % number, number, b"done")

        async def kept() -> list[int]:
            return [number for number in range(10) if await log.recalled(b"%d" % number, 0)]

        await log.forget(6)
        assert await kept() == [4, 5, 6, 7, 8, 9]
        await log.forget(6)
        assert await kept() == [6, 7, 8, 9]
        await log.forget(6)
        assert await kept() == [6, 7, 8, 9]


async def test_what_is_forgotten_is_in_no_byte_of_the_database(tmp_path: Path) -> None:
    answer = b"+16155550199-canary"
    canary = zlib.compress(answer, sqlite.COMPRESSION)
    async with opened(tmp_path) as log:
        await log.remember(b"key", 1, answer)
    assert canary in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    async with opened(tmp_path) as log:
        await log.forget(2)
    assert canary not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


async def test_a_log_from_before_there_were_answers_goes_on(tmp_path: Path) -> None:
    async with opened(tmp_path) as log:
        await log.append(numbered(1, 3), {})
    database = apsw.Connection(str(tmp_path / "log.sqlite"))
    database.execute("DROP TABLE answers")
    format_before = database.pragma("user_version")
    database.close()
    async with opened(tmp_path) as log:
        assert [each.seq for each in await log.read(0, 10)] == [1, 2, 3]
        await log.remember(b"key", 1, b"done")
        assert await log.recalled(b"key", 0) == b"done"
    database = apsw.Connection(str(tmp_path / "log.sqlite"))
    # A program from before opens it still, and has no need of the answers.
    assert database.pragma("user_version") == format_before
    database.close()


async def test_a_failed_log_remembers_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = await asyncio.to_thread(SqliteLog, tmp_path)
    commit = log._commit  # noqa: SLF001

    def full(*_: object) -> None:
        raise apsw.FullError

    monkeypatch.setattr(log, "_commit", full)
    with pytest.raises(NotStored):
        await log.remember(b"key", 1, b"done")
    with pytest.raises(NotStored):
        log.remember(b"key", 1, b"done")
    with pytest.raises(NotStored):
        log.forget(1)
    monkeypatch.setattr(log, "_commit", commit)
    await log.recover()
    assert await log.recalled(b"key", 0) is None
    await log.close()
