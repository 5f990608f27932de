"""Small files of records that the running service and the command `expeditor` both change.

Each is replaced whole, under one lock for all of them, and read again when it has changed.
A file that cannot be understood is kept as `NAME.damaged`, and opens nothing; one that a newer
version wrote says what of it is understood.
"""

import contextlib
import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec
from msgspec import Struct

from appliance.files import replace_file
from appliance.kitchen.understanding import understood

logger = logging.getLogger(__name__)

LOCK: Final = "access.lock"

_DAMAGE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
Kind = TypeVar("Kind", bound=Struct)
Signature = tuple[int, int, int]


@contextlib.contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Nobody else changes records of this directory meanwhile. Blocks; raises OSError."""
    descriptor = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def signature(path: Path) -> Signature | None:
    """Tells one content of a file that is replaced whole from the next; None without a file."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


class Records(Generic[Kind]):
    """One file, and what was last read from it. What blocks says so."""

    def __init__(
        self, path: Path, empty: Kind, when_damaged: Callable[[float], Kind] | None = None
    ) -> None:
        """Reads it; blocks; raises OSError.

        `empty` is what a missing file says. `when_damaged` makes what is true when the file
        is damaged and nothing of it was ever read, from when it was written (Unix seconds);
        by default that is `empty`, too. Where it is given, a file is understood whole or not at
        all.
        """
        self._path = path
        self._empty = empty
        self._when_damaged = when_damaged
        self._in_part = when_damaged is None
        self._seen: Signature | None = None
        self.damaged = False
        """Whether it was found damaged since the start, or not wholly understood."""
        self.value = empty
        with locked(path.parent):
            self._read_locked()
        self._when_damaged = None  # What was read once is known from now on.

    def refresh(self) -> None:
        """Read it again if it has changed. Blocks; raises OSError."""
        if signature(self._path) != self._seen:
            with locked(self._path.parent):
                self._read_locked()

    def change(self, edit: Callable[[Kind], Kind]) -> Kind:
        """Replace it by what `edit` makes of it, which it returns.

        Blocks; raises OSError, and what `edit` raises.
        """
        with locked(self._path.parent):
            return self.change_locked(edit)

    def change_locked(self, edit: Callable[[Kind], Kind]) -> Kind:
        """As `change`, for whoever holds the lock because more is to change with it."""
        self._read_locked()
        made = edit(self.value)
        self._write(made)
        return made

    def _read_locked(self) -> None:
        seen = signature(self._path)
        content = None if seen is None else self._path.read_bytes()
        self._seen = seen  # What could not be read is looked at again.
        self.value = self._empty if content is None else self._decode(content)

    def _decode(self, content: bytes) -> Kind:
        try:
            return msgspec.json.decode(content, type=type(self._empty))
        except _DAMAGE as error:
            self.damaged = True
            aside = self._path.with_name(f"{self._path.name}.damaged")
            logger.warning("%s is damaged (%s): kept as %s", self._path, error, aside.name)
            written_at = self._path.stat().st_mtime
            # Never without a file in its place: a missing one says that there is nothing.
            aside.unlink(missing_ok=True)
            aside.hardlink_to(self._path)
            if self._in_part and isinstance(error, msgspec.ValidationError):
                with contextlib.suppress(*_DAMAGE):  # Further on it may be no JSON.
                    return understood(msgspec.json.decode(content), type(self._empty))
            self._write(self._when_damaged(written_at) if self._when_damaged else self.value)
            return self.value

    def _write(self, value: Kind) -> None:
        replace_file(self._path, msgspec.json.encode(value))
        self._seen = signature(self._path)
        self.value = value
