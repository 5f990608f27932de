"""SQLite files of what is followed from the log: opened, judged, and put aside when damaged.

Everything blocks.
"""

import os
from pathlib import Path
from typing import Final

import apsw

ENDS: Final = ("", "-wal", "-shm")
"""Of the names of a database's files."""
DAMAGE: Final = (apsw.CorruptError, apsw.NotADBError, apsw.SQLError)
"""What SQLite raises for a file that cannot be believed."""


class Damaged(Exception):
    """This file cannot be believed."""


def opened(
    path: Path,
    schema: str,
    *,
    application_id: int,
    format: int,  # noqa: A002 - what it is called everywhere
    vfs: str | None = None,
) -> apsw.Connection:
    """A file of these tables, made where there is none; a commit is synced.

    `format` is kept in `user_version`. `vfs` names an SQLite file system other than the default.
    Raises Damaged, also for another format, and apsw.Error where the disk fails.
    """
    connection = apsw.Connection(os.fspath(path), vfs=vfs)
    try:
        _prepare(connection, schema, application_id, format)
    except DAMAGE as error:
        connection.close()
        raise Damaged(str(error)) from error
    except (Damaged, apsw.Error):
        connection.close()
        raise
    return connection


def _prepare(
    connection: apsw.Connection, schema: str, application_id: int, wanted_format: int
) -> None:
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "full")
    connection.pragma("secure_delete", "on")
    version = connection.pragma("user_version")
    if not version and connection.execute("SELECT count(*) FROM sqlite_schema").get == 0:
        with connection:
            connection.execute(schema)
            connection.pragma("application_id", application_id)
            connection.pragma("user_version", wanted_format)
    elif version != wanted_format:
        raise Damaged(f"it is of format {version}, and this program makes {wanted_format}")
    found = connection.pragma("quick_check", 1)
    if found != "ok":
        raise Damaged(found)
    # What failed once may be whole in the write-ahead file, and not on the disk.
    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)


def put_aside(path: Path) -> Path:
    """Keep a closed file that cannot be believed under another name. Raises OSError."""
    aside = aside_of(path)
    for end in ENDS:
        if (file := path.with_name(path.name + end)).exists():
            file.replace(aside.with_name(aside.name + end))
        else:
            aside.with_name(aside.name + end).unlink(missing_ok=True)
    return aside


def aside_of(path: Path) -> Path:
    """Where it is put."""
    return path.with_name(f"{path.name}.damaged")


def in_words(error: Exception) -> str:
    """What is wrong with the disk."""
    match error:
        case apsw.FullError():
            return "the disk is full"
        case apsw.ReadOnlyError() | apsw.CantOpenError():
            return "the data directory cannot be written"
        case apsw.IOError():
            return "the disk does not store"
        case _:
            return str(error)
