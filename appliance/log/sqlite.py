"""The log in SQLite: one row for all the events of a commit, one sync for all who wait.

A row holds JSON events, one a line, compressed by zlib.

Everything that arrives while a commit is syncing goes into the next one. Two threads serve
the loop: one writes, one reads and copies the write-ahead file into the database in the
background, so that neither holds up an acknowledgement.

Why so: measured, a row per commit is the fastest design and the gentlest to an SD card.
"""

import asyncio
import contextlib
import fcntl
import os
import threading
import uuid
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Final, TypeVar

import apsw

from appliance.files import sync_directory
from appliance.log import (
    FORGOTTEN_AT_ONCE,
    MAX_REMEMBERED,
    MAX_REMEMBERED_BYTES,
    Health,
    LogLocked,
    LogUnusable,
    NotStored,
    Position,
    Recorded,
    Unreadable,
)
from appliance.log.foreign import APPLICATION_ID, OLDEST_READER, put_aside_if_newer
from appliance.log.latencies import Latencies

NAME: Final = "log.sqlite"

COMPRESSION: Final = 1
"""zlib level: events shrink to a quarter in microseconds. Bytes written wear the card out."""
PAGE: Final = 4096
TURNS: Final = 8
"""Of the loop, that a commit waits at most for what still arrives: a millisecond or two."""
CHECKPOINT_AT: Final = 1_000
"""Pages (4 MB) in the write-ahead file from which it is copied in the background."""
HOLD_WRITERS_AT: Final = 2_000
"""Pages (8 MB) from which the writer waits for the copy: the bound of that file."""
_WAL_HEADER: Final = 32
_FRAME_HEADER: Final = 24
BUSY_MS: Final = 5_000
"""How long a connection waits for the other one's short locks."""

_SCHEMA: Final = """
CREATE TABLE batches (first_seq INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL,
                      events BLOB NOT NULL);
CREATE TABLE guests  (number INTEGER PRIMARY KEY, guest BLOB NOT NULL);
CREATE TABLE cursors (follower TEXT PRIMARY KEY, epoch TEXT NOT NULL, seq INTEGER NOT NULL)
                     WITHOUT ROWID;
CREATE TABLE facts   (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
# Made on every opening, for logs from before there were answers; a program from before reads
# and writes such a log as ever, and leaves them alone. The row ids tell their age.
_ANSWERS: Final = """
CREATE TABLE IF NOT EXISTS
answers (name BLOB PRIMARY KEY, tick INTEGER NOT NULL, answer BLOB NOT NULL);
"""

_Result = TypeVar("_Result")


class _Batch:
    """What goes into one commit."""

    def __init__(self, first_seq: int, future: "asyncio.Future[None]") -> None:
        self.first_seq = first_seq
        self.events: list[bytes] = []
        self.guests: dict[int, bytes] = {}
        self.cursors: dict[str, int] = {}
        self.answers: list[tuple[bytes, int, bytes]] = []
        """Name, tick, answer."""
        self.forget_before: int | None = None
        """A tick."""
        self.future = future


class SqliteLog:
    """`appliance.log.Log` on a directory of the local disk."""

    def __init__(self, directory: Path, vfs: str | None = None) -> None:
        """Opens or makes the log; blocks, so call it before the loop runs.

        `vfs` names an SQLite file system other than the default. Raises LogLocked and
        LogUnusable.
        """
        self._path = directory / NAME
        self._vfs = vfs
        self.torn = 0
        """Bytes of a torn last write, never acknowledged, discarded when this was opened."""
        self.epoch = ""
        self.head = 0
        self._wal_pages = 0
        self._copying = threading.Lock()
        self._lock = _lock(directory)
        try:
            self._aside = put_aside_if_newer(self._path)
            self._open()
        except apsw.Error as error:
            os.close(self._lock)
            raise LogUnusable(f"{self._path}: {_in_words(error)}") from error
        except (LogUnusable, OSError):
            os.close(self._lock)
            raise
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="log-writer")
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="log-reader")
        self._pending: _Batch | None = None
        self._in_flight: _Batch | None = None
        self._flush_is_due = False
        self._taken = 0
        """How often something was taken into a batch."""
        self._fault: str | None = None
        self._checkpoint: asyncio.Future[None] | None = None
        self._last_commit_ms = 0.0
        self._latencies = Latencies()
        self._next_seq = self.head + 1

    # ── appending ────────────────────────────────────────────────────────────────────

    def append(
        self, events: Sequence[bytes], guests: Mapping[int, bytes]
    ) -> "asyncio.Future[None]":
        """See `Log.append`."""
        batch = self._current_batch()
        batch.events.extend(events)
        batch.guests.update(guests)
        self._next_seq += len(events)
        return batch.future

    def settled(self) -> "asyncio.Future[None]":
        """See `Log.settled`."""
        if self._fault:
            raise NotStored(self._fault)
        waiting = self._pending or self._in_flight
        if waiting is not None:
            return waiting.future
        done = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    def move(self, follower: str, seq: int) -> "asyncio.Future[None]":
        """See `Log.move`."""
        batch = self._current_batch()
        batch.cursors[follower] = seq
        return batch.future

    def remember(self, name: bytes, tick: int, answer: bytes) -> "asyncio.Future[None]":
        """See `Log.remember`."""
        batch = self._current_batch()
        batch.answers.append((name, tick, answer))
        return batch.future

    def forget(self, before: int) -> "asyncio.Future[None]":
        """See `Log.forget`."""
        batch = self._current_batch()
        batch.forget_before = before
        return batch.future

    def _current_batch(self) -> _Batch:
        if self._fault:
            raise NotStored(self._fault)
        if self._pending is None:
            loop = asyncio.get_running_loop()
            self._pending = _Batch(self._next_seq, loop.create_future())
            if self._in_flight is None and not self._flush_is_due:
                self._flush_is_due = True
                loop.call_soon(self._flush_when_quiet, 0, 0)
        self._taken += 1
        return self._pending

    def _flush_when_quiet(self, taken: int, turns: int) -> None:
        """Not at once: what arrives in the next turns of the loop goes along, if anything does.

        A commit costs the loop about as much as a request: waking the writer, and handing
        the interpreter to and fro.
        """
        if self._taken != taken and turns < TURNS:
            loop = asyncio.get_running_loop()
            loop.call_soon(self._flush_when_quiet, self._taken, turns + 1)
            return
        self._flush_is_due = False
        self._flush()

    def _flush(self) -> None:
        batch = self._pending
        if batch is None or self._in_flight is not None:
            return
        self._pending, self._in_flight = None, batch
        loop = asyncio.get_running_loop()
        self._writing.submit(self._commit_and_tell, batch, loop)

    def _commit_and_tell(self, batch: _Batch, loop: asyncio.AbstractEventLoop) -> None:
        """Runs in the writing thread."""
        began = perf_counter()
        failure: Exception | None = None
        try:
            self._commit(batch)
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait are told
            failure = error
        took = (perf_counter() - began) * 1000
        loop.call_soon_threadsafe(self._committed, batch, failure, took)

    def _commit(self, batch: _Batch) -> None:
        if self._wal_pages >= HOLD_WRITERS_AT:
            with self._copying:  # SQLite itself would not wait for the other copy.
                self._writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_RESTART)
                self._wal_pages = 0
        with self._writer:
            if batch.events:
                last = batch.first_seq + len(batch.events) - 1
                self._writer.execute(
                    "INSERT INTO batches (first_seq, last_seq, events) VALUES (?, ?, ?)",
                    (batch.first_seq, last, zlib.compress(b"\n".join(batch.events), COMPRESSION)),
                )
            if batch.guests:
                self._writer.executemany(
                    "INSERT INTO guests (number, guest) VALUES (?, ?)"
                    " ON CONFLICT (number) DO UPDATE SET guest = excluded.guest",
                    batch.guests.items(),
                )
            if batch.cursors:
                self._writer.executemany(
                    "INSERT OR REPLACE INTO cursors (follower, epoch, seq) VALUES (?, ?, ?)",
                    [(name, self.epoch, seq) for name, seq in batch.cursors.items()],
                )
            if batch.answers:
                self._remember(batch.answers)
            if batch.forget_before is not None:
                self._forget(batch.forget_before)

    def _remember(self, answers: list[tuple[bytes, int, bytes]]) -> None:
        """And make room for them."""
        packed = [
            (name, tick, zlib.compress(answer, COMPRESSION)) for name, tick, answer in answers
        ]
        self._writer.executemany(
            "INSERT OR REPLACE INTO answers (name, tick, answer) VALUES (?, ?, ?)", packed
        )
        for name, _tick, answer in packed:
            self._answer_bytes += len(answer) - self._answers.pop(name, 0)
            self._answers[name] = len(answer)  # Now the newest one.
        gone = []
        while len(self._answers) > MAX_REMEMBERED or self._answer_bytes > MAX_REMEMBERED_BYTES:
            oldest = next(iter(self._answers))
            self._answer_bytes -= self._answers.pop(oldest)
            gone.append((oldest,))
        self._writer.executemany("DELETE FROM answers WHERE name = ?", gone)

    def _forget(self, before: int) -> None:
        gone = self._writer.execute(
            "DELETE FROM answers WHERE tick < ? AND rowid IN"
            " (SELECT rowid FROM answers ORDER BY rowid LIMIT ?) RETURNING name",
            (before, FORGOTTEN_AT_ONCE),
        )
        for (name,) in gone.fetchall():
            self._answer_bytes -= self._answers.pop(name, 0)

    def _committed(self, batch: _Batch, failure: Exception | None, took: float) -> None:
        self._in_flight = None
        self._last_commit_ms = took
        self._latencies.add(took)
        if failure is not None:
            self._fail(batch, failure)
            return
        self.head = batch.first_seq + len(batch.events) - 1
        batch.future.set_result(None)
        if self._pending is not None:
            self._flush()
        if self._wal_pages >= CHECKPOINT_AT and self._checkpoint is None:
            loop = asyncio.get_running_loop()
            self._checkpoint = loop.run_in_executor(self._reading, self._copy_to_database)
            self._checkpoint.add_done_callback(self._copied)

    def _fail(self, batch: _Batch, failure: Exception) -> None:
        """Nobody who waits gets a yes: neither this commit nor what was built upon it."""
        self._fault = _in_words(failure)
        for failed in (batch, self._pending):
            if failed is not None:
                failed.future.set_exception(NotStored(self._fault))
                # It may be that nobody waits; that is no fault of the log's user.
                failed.future.exception()
        self._pending = None

    def _copy_to_database(self) -> None:
        with self._copying:
            self._reader.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)

    def _copied(self, copy: "asyncio.Future[None]") -> None:
        # A copy that fails costs nothing but room: the writer tries at its bound, and
        # there a failure is a failed commit.
        copy.exception()
        self._checkpoint = None

    # ── reading ──────────────────────────────────────────────────────────────────────

    async def read(self, after: int, limit: int) -> list[Recorded]:
        """See `Log.read`."""
        return await self._in_reader(lambda: self._read(after, limit))

    def _read(self, after: int, limit: int) -> list[Recorded]:
        found: list[Recorded] = []
        rows = self._reader.execute(
            "SELECT first_seq, events FROM batches WHERE first_seq >= "
            "(SELECT max(first_seq) FROM batches WHERE first_seq <= ?) ORDER BY first_seq",
            (after + 1,),
        )
        for first_seq, events in rows:
            for seq, event in enumerate(zlib.decompress(events).split(b"\n"), first_seq):
                if len(found) == limit:
                    return found
                if seq > after:
                    found.append(Recorded(seq, event))
        return found

    async def events_at(self, seqs: Collection[int]) -> dict[int, bytes]:
        """See `Log.events_at`."""
        return await self._in_reader(lambda: self._events_at(seqs))

    def _events_at(self, seqs: Collection[int]) -> dict[int, bytes]:
        query = (
            "SELECT first_seq, last_seq, events FROM batches WHERE first_seq <= ?"
            " ORDER BY first_seq DESC LIMIT 1"
        )
        found: dict[int, bytes] = {}
        first, last, events = 1, 0, list[bytes]()
        for seq in sorted(seqs):
            if seq > last:  # In order, so that each batch is unpacked once.
                row = self._reader.execute(query, (seq,)).fetchone()
                if row is None or row[1] < seq:
                    break  # Behind the newest one.
                first, last, events = row[0], row[1], zlib.decompress(row[2]).split(b"\n")
            if seq >= first:
                found[seq] = events[seq - first]
        return found

    async def cursor(self, follower: str) -> Position | None:
        """See `Log.cursor`."""
        query = "SELECT epoch, seq FROM cursors WHERE follower = ?"
        row = await self._in_reader(lambda: self._reader.execute(query, (follower,)).get)
        return Position(*row) if row else None

    async def guests(self, numbers: Sequence[int]) -> dict[int, bytes]:
        """See `Log.guests`."""
        return await self._in_reader(lambda: self._guests(numbers))

    def _guests(self, numbers: Sequence[int]) -> dict[int, bytes]:
        query = "SELECT guest FROM guests WHERE number = ?"
        found = ((number, self._reader.execute(query, (number,)).get) for number in numbers)
        return {number: guest for number, guest in found if guest is not None}

    async def recalled(self, name: bytes, since: int) -> bytes | None:
        """See `Log.recalled`."""
        if name not in self._answers:
            return None  # As nearly always: it need not wait for a copy that is being made.
        query = "SELECT answer FROM answers WHERE name = ? AND tick >= ?"
        found = await self._in_reader(lambda: self._reader.execute(query, (name, since)).get)
        return None if found is None else zlib.decompress(found)

    async def _in_reader(self, read: Callable[[], _Result]) -> _Result:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._reading, read)
        except (apsw.Error, zlib.error) as error:
            raise Unreadable(f"{self._path}: {error}") from error

    # ── opening, failing, closing ────────────────────────────────────────────────────

    async def recover(self) -> None:
        """See `Log.recover`.

        After a failed sync the system may take pages for clean that never reached the
        disk. So everything is opened anew, copied into the database and synced again,
        and a commit has to succeed, before the log counts as well.
        """
        if self._in_flight is not None or not self._fault:
            return
        try:
            await asyncio.get_running_loop().run_in_executor(self._reading, self._reopen)
        except apsw.Error as error:
            self._fault = _in_words(error)
            raise NotStored(self._fault) from error
        self._next_seq = self.head + 1
        self._fault = None

    def _reopen(self) -> None:
        self._close_files()
        self._open()
        with self._writer:
            # Any commit will do: it has to succeed before the log counts as well.
            self._writer.execute(
                "INSERT OR REPLACE INTO facts (name, value) VALUES ('recovered', unixepoch())"
            )

    def _open(self) -> None:
        end_of_wal = _end_of_newest_use(self._path)
        self._writer = self._connect()
        frames, _copied = self._writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        self.torn = max(0, end_of_wal - _WAL_HEADER - frames * (_FRAME_HEADER + PAGE))
        if not self._writer.pragma("user_version"):
            with self._writer:
                self._writer.execute(_SCHEMA)
                self._writer.execute(
                    "INSERT INTO facts (name, value) VALUES ('epoch', ?)", (uuid.uuid4().hex,)
                )
                self._writer.pragma("application_id", APPLICATION_ID)
                self._writer.pragma("user_version", OLDEST_READER)
        self._writer.execute(_ANSWERS)
        self._writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        self._wal_pages = 0
        self._writer.set_wal_hook(self._count_pages)
        self._reader = self._connect()
        self.epoch = self._reader.execute("SELECT value FROM facts WHERE name = 'epoch'").get
        self.head = self._reader.execute("SELECT max(last_seq) FROM batches").get or 0
        answers = self._reader.execute("SELECT name, length(answer) FROM answers ORDER BY rowid")
        self._answers = dict(answers)
        """How many bytes each has, the oldest first. The writing thread changes it; what it
        has of a commit that failed goes with the next opening."""
        self._answer_bytes = sum(self._answers.values())

    def _connect(self) -> apsw.Connection:
        connection = apsw.Connection(os.fspath(self._path), vfs=self._vfs)
        connection.set_busy_timeout(BUSY_MS)
        connection.pragma("page_size", PAGE)
        connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", "full")
        connection.pragma("wal_autocheckpoint", 0)
        connection.pragma("secure_delete", "on")
        return connection

    def _count_pages(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        self._wal_pages = pages
        return 0

    def health(self) -> Health:
        """See `Log.health`."""
        recent = self._latencies.recent()
        written = self._wal_pages * PAGE
        return Health(self._fault, written, self._last_commit_ms, recent, self._aside)

    async def close(self) -> None:
        """See `Log.close`."""
        with contextlib.suppress(NotStored):  # Those who waited on it have been told.
            await asyncio.shield(self.settled())
        if self._checkpoint is not None:
            await asyncio.wait([self._checkpoint])
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._writing.shutdown()
        self._reading.shutdown()
        # On a disk that still fails, what is not copied stays in the write-ahead file.
        with contextlib.suppress(apsw.Error):
            self._close_files()
        os.close(self._lock)

    def _close_files(self) -> None:
        try:
            self._reader.close()
        finally:
            self._writer.close()


def _in_words(error: Exception) -> str:
    match error:
        case apsw.FullError():
            return "the disk is full"
        case apsw.ReadOnlyError() | apsw.CantOpenError():
            return f"the data directory cannot be written ({error})"
        case apsw.IOError():
            return f"the disk does not store ({error})"
        case _:
            return f"the log cannot be written ({error})"


def _lock(directory: Path) -> int:
    """The descriptor that holds the directory's lock."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)  # Guests' names are nobody else's, whoever made it.
        sync_directory(directory.parent)
        descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise LogUnusable(f"{directory} cannot be written: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise LogLocked(f"{directory} is in use by another instance of expeditor") from error
    return descriptor


def _end_of_newest_use(path: Path) -> int:
    """Where the frames of the write-ahead file's newest use end, in bytes; 0 for no file.

    SQLite discards a torn last write without a word: what lies between its last whole
    commit and this end was torn. A frame belongs to the newest use when it carries the
    header's salt. Source: SQLite's file format, section on the write-ahead log.
    """
    try:
        wal = path.with_name(NAME + "-wal").read_bytes()
    except OSError:
        return 0
    salt, end = wal[16:24], _WAL_HEADER
    while salt and wal[end + 8 : end + 16] == salt:
        end = min(end + _FRAME_HEADER + PAGE, len(wal))
    return end if len(wal) >= _WAL_HEADER else 0
