"""A disk that fails, or loses power, on command: an SQLite file system over the real one."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

Failure = type[apsw.Error]


class Disk(apsw.VFS):
    """Counts writes and syncs, fails the one it is told to, and knows what was synced."""

    def __init__(self, name: str) -> None:
        self.vfs_name = name
        super().__init__(name, "")
        self.operations = 0
        self.fail_at: int | None = None
        """The operation from which on everything fails, until `failure` is taken away."""
        self.failure: Failure | None = None
        self.synced: dict[str, bytes] = {}
        """What each file is sure to hold after a power cut."""
        self.lock = threading.RLock()
        """A power cut happens between two operations, not within one."""
        self.unsynced: dict[str, list[tuple[int, bytes | None]]] = {}
        """Writes since then: place and content; a content of None truncates to the place."""

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> "File":
        return File(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: FBT001 - SQLite's
        super().xDelete(filename, syncdir)
        self.synced.pop(filename, None)
        self.unsynced.pop(filename, None)

    def operate(self) -> None:
        self.operations += 1
        if self.failure and self.fail_at is not None and self.operations >= self.fail_at:
            raise self.failure

    def after_power_cut(self, directory: Path, chance: random.Random) -> None:
        """Write into `directory` what a disk might hold: any of the unsynced, or half of it."""
        with self.lock:
            self._cut(directory, chance)

    def _cut(self, directory: Path, chance: random.Random) -> None:
        for name in self.synced.keys() | self.unsynced.keys():
            content = bytearray(self.synced.get(name, b""))
            for place, data in self.unsynced.get(name, []):
                if chance.random() < 0.4:
                    continue  # It never left the cache.
                if data is None:
                    del content[place:]
                    continue
                whole = chance.random() < 0.7
                kept = data if whole else data[: chance.randrange(len(data) // 512 + 1) * 512]
                content.extend(bytes(max(0, place + len(kept) - len(content))))
                content[place : place + len(kept)] = kept
            (directory / Path(name).name).write_bytes(content)


class File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._disk = disk
        self._name = name.filename() if isinstance(name, apsw.URIFilename) else name or ""
        if self._name and self._name not in disk.synced:
            path = Path(self._name)
            disk.synced[self._name] = path.read_bytes() if path.exists() else b""

    def xWrite(self, data: bytes, offset: int) -> None:
        with self._disk.lock:
            self._write(data, offset)

    def _write(self, data: bytes, offset: int) -> None:
        self._disk.operate()
        super().xWrite(data, offset)
        self._disk.unsynced.setdefault(self._name, []).append((offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:
        with self._disk.lock:
            self._truncate(newsize)

    def _truncate(self, newsize: int) -> None:
        self._disk.operate()
        super().xTruncate(newsize)
        self._disk.unsynced.setdefault(self._name, []).append((newsize, None))

    def xSync(self, flags: int) -> None:
        with self._disk.lock:
            self._sync(flags)

    def _sync(self, flags: int) -> None:
        self._disk.operate()
        super().xSync(flags)
        content = bytearray(self._disk.synced.get(self._name, b""))
        for place, data in self._disk.unsynced.pop(self._name, []):
            if data is None:
                del content[place:]
            else:
                content.extend(bytes(max(0, place + len(data) - len(content))))
                content[place : place + len(data)] = data
        self._disk.synced[self._name] = bytes(content)


@contextmanager
def faulty_disk(name: str) -> Iterator[Disk]:
    disk = Disk(name)
    try:
        yield disk
    finally:
        disk.unregister()
