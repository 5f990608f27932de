"""The spool on disk: one SQLite file, one connection, always of one thread; everything blocks.

    jobs       what is not on paper yet, and the newest that are
    papers     what is on paper of each ticket, by printer
    printers   those that there are, from which event on each prints, and what is left in it
    position   how far the log was followed, and the next job's number

Chits name guests: what is deleted is overwritten (`secure_delete`), and `scrub` leaves nothing of
it in the write-ahead file. A commit is synced before anybody builds upon it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import apsw
import msgspec
from msgspec import Struct

from appliance import sqlite_file
from appliance.kitchen.understanding import unpacked
from appliance.log import Position
from appliance.printing.jobs import Job
from appliance.printing.wanted import OnPaper
from appliance.sqlite_file import DAMAGE, ENDS, Damaged, aside_of

FORMAT: Final = 1
"""Kept in `user_version`; a spool of another format is put aside."""
APPLICATION_ID: Final = 0x45585053  # "EXPS", for file(1)

_SCHEMA: Final = """
CREATE TABLE jobs     (id INTEGER PRIMARY KEY, job BLOB NOT NULL) STRICT;
CREATE TABLE papers   (printer TEXT NOT NULL, number INTEGER NOT NULL, station TEXT NOT NULL,
                       paper BLOB NOT NULL, PRIMARY KEY (printer, number, station))
                      STRICT, WITHOUT ROWID;
CREATE TABLE printers (id TEXT PRIMARY KEY, since INTEGER NOT NULL, is_unclean INTEGER NOT NULL)
                      STRICT, WITHOUT ROWID;
CREATE TABLE position (epoch TEXT NOT NULL, seq INTEGER NOT NULL, next_job INTEGER NOT NULL) STRICT;
"""

NEVER: Final = Position("", 0)
"""The log was not followed yet."""

_encode = msgspec.msgpack.Encoder().encode


class PaperKey(NamedTuple):
    """Whose paper it is."""

    printer: str
    number: int
    """Of the order."""
    station: str
    """"" for the whole order."""


class Known(NamedTuple):
    """A printer."""

    since: int
    """Sequence number of the newest event that it prints nothing of."""
    is_unclean: bool = False
    """A chit may be left half in it: its last one did not come out for certain."""


class Kept(Struct):
    """All that a spool holds."""

    position: Position = NEVER
    next_job: int = 1
    jobs: dict[int, Job] = {}
    papers: dict[PaperKey, OnPaper] = {}
    printers: dict[str, Known] = {}
    """By id."""


class Changes(Struct):
    """What is other than on disk; None: it is gone."""

    position: Position = NEVER
    next_job: int = 1
    jobs: dict[int, Job | None] = {}
    papers: dict[PaperKey, OnPaper | None] = {}
    printers: dict[str, Known | None] = {}


class Store:
    """One open file."""

    def __init__(self, path: Path, vfs: str | None = None) -> None:
        """Opens or makes it.

        `vfs` names an SQLite file system other than the default. Raises Damaged, and
        apsw.Error where the disk fails.
        """
        self._connection = sqlite_file.opened(
            path, _SCHEMA, application_id=APPLICATION_ID, format=FORMAT, vfs=vfs
        )

    def load(self) -> Kept:
        """All of it. Raises Damaged, apsw.Error."""
        execute = self._connection.execute
        try:
            row = execute("SELECT epoch, seq, next_job FROM position").fetchone()
            return Kept(
                Position(row[0], row[1]) if row else NEVER,
                row[2] if row else 1,
                {
                    id_: unpacked(job, Job)
                    for id_, job in execute("SELECT id, job FROM jobs ORDER BY id")
                },
                {
                    PaperKey(printer, number, station): unpacked(paper, OnPaper)
                    for printer, number, station, paper in execute(
                        "SELECT printer, number, station, paper FROM papers"
                    )
                },
                {
                    id_: Known(since, bool(is_unclean))
                    for id_, since, is_unclean in execute(
                        "SELECT id, since, is_unclean FROM printers"
                    )
                },
            )
        except (*DAMAGE, ValueError) as error:  # Of msgspec, and of letters that are none.
            raise Damaged(str(error)) from error

    def write(self, changes: Changes) -> None:
        """Make changes durable, all or none. Raises apsw.Error."""
        with self._connection:
            self._write(changes)

    def replace(self, kept: Kept) -> None:
        """Hold this and nothing else from now on. Raises apsw.Error."""
        with self._connection:
            for table in ("jobs", "papers", "printers"):
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - one of these
            self._write(
                Changes(
                    kept.position, kept.next_job, {**kept.jobs}, {**kept.papers}, {**kept.printers}
                )
            )

    def _write(self, changes: Changes) -> None:
        many = self._connection.executemany
        gone = [(id_,) for id_, job in changes.jobs.items() if job is None]
        many("DELETE FROM jobs WHERE id = ?", gone)
        jobs = [(id_, _encode(job)) for id_, job in changes.jobs.items() if job is not None]
        many("INSERT OR REPLACE INTO jobs (id, job) VALUES (?, ?)", jobs)
        many(
            "DELETE FROM papers WHERE (printer, number, station) = (?, ?, ?)",
            _keys_without(changes.papers),
        )
        papers = [
            (*key, _encode(paper)) for key, paper in changes.papers.items() if paper is not None
        ]
        many(
            "INSERT OR REPLACE INTO papers (printer, number, station, paper) VALUES (?, ?, ?, ?)",
            papers,
        )
        left = [(id_,) for id_, known in changes.printers.items() if known is None]
        many("DELETE FROM printers WHERE id = ?", left)
        printers = [(id_, *known) for id_, known in changes.printers.items() if known is not None]
        many("INSERT OR REPLACE INTO printers (id, since, is_unclean) VALUES (?, ?, ?)", printers)
        self._connection.execute("DELETE FROM position")
        self._connection.execute(
            "INSERT INTO position (epoch, seq, next_job) VALUES (?, ?, ?)",
            (*changes.position, changes.next_job),
        )

    def scrub(self) -> None:
        """Leave nothing of what was deleted in the write-ahead file. Raises apsw.Error."""
        self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()


def _keys_without(papers: Mapping[PaperKey, OnPaper | None]) -> list[PaperKey]:
    return [key for key, paper in papers.items() if paper is None]


def forget_aside(path: Path, at: int, kept: int) -> None:
    """Delete what was put aside where it was written so long ago. Raises OSError.

    Both in milliseconds, `at` by the wall clock. What is of a time to come goes as well: one of
    the clocks was wrong, and guests are named in it.
    """
    aside = aside_of(path)
    if aside.exists() and abs(at - aside.stat().st_mtime * 1000) > kept:
        for end in ENDS:
            aside.with_name(aside.name + end).unlink(missing_ok=True)
