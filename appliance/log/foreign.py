"""A log that is not for this program: judged before anything about it is changed.

One that a newer version wrote, and that this one cannot read, is put aside: a kitchen without its
boards of before is less of a harm than one without an appliance.
"""

import contextlib
import itertools
import logging
from pathlib import Path
from typing import Final

import apsw

from appliance.log import LogUnusable

logger = logging.getLogger(__name__)

OLDEST_READER: Final = 1
"""The oldest format that may read what this program writes; kept in `user_version`."""
READS: Final = 1
"""The newest format that this program reads."""
APPLICATION_ID: Final = 0x45585044  # "EXPD", for file(1)


def put_aside_if_newer(path: Path) -> str | None:
    """The name that a log has from now on if it takes a newer version to read; None: it stays.

    Raises LogUnusable where it is none of ours, and apsw.Error, OSError.
    """
    if not path.exists() or path.stat().st_size == 0:
        return None
    has_wal = path.with_name(f"{path.name}-wal").exists()
    uri = path.absolute().as_uri() + "?mode=ro" + ("" if has_wal else "&immutable=1")
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    with contextlib.closing(apsw.Connection(uri, flags=flags)) as database:
        oldest_reader = database.pragma("user_version")
        owner = database.pragma("application_id")
    if owner not in (0, APPLICATION_ID):
        raise LogUnusable(f"{path} is a database of another program")
    if oldest_reader <= READS:
        return None
    aside = _put_aside(path)
    logger.error(
        "%s was written by a newer expeditor: reading it takes format %d, this program knows %d;"
        " it is kept as %s, and another one is begun",
        *(path, oldest_reader, READS, aside.name),
    )
    return aside.name


def _put_aside(path: Path) -> Path:
    """Under the first name that nothing has: each of them has orders that no other has."""
    with contextlib.closing(apsw.Connection(str(path))) as database:
        # All of it in one file, which is moved at once. What was not read has nothing to copy.
        database.pragma("user_version")
        database.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    names = (path.with_name(f"{path.name}.newer-{number}") for number in itertools.count(1))
    aside = next(each for each in names if not each.exists())
    path.replace(aside)
    return aside
