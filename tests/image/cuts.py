"""What a power cut leaves on a card: all that was flushed, and any part of what was written later.

To end QEMU loses nothing that the machine in it has written: it is in this machine's memory. So
QEMU writes down each write and each flush, and the card is made of a part of them. It is kinder
than a card in one thing: a write that ended while a flush was under way is written down before it.
The format is that of the kernel's dm-log-writes
("Documentation/admin-guide/device-mapper/log-writes.rst").
"""

import random
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

SECTOR: Final = 512
_MAGIC: Final = 0x6A736677736872
_HEADER: Final = struct.Struct("<QQQQ")
_FLUSH, _FUA, _DISCARD = 1, 2, 4


class Write(NamedTuple):
    """Of whole sectors; without any it is but a flush."""

    sector: int
    content: bytes
    is_flush: bool
    """All before it is there for good, once it is done."""
    is_kept: bool
    """Itself is."""
    ends: int
    """Where, in the log."""


class Cut(NamedTuple):
    """What it was the end of."""

    at: int
    """Where, in the log."""
    lost: int
    """Writes of before that are not there, or not whole."""


def writes(log: bytes) -> Iterator[Write]:
    """In their order; what is not whole, as QEMU was ended, is left out."""
    if not any(log[:SECTOR]):  # Nothing was flushed yet, nor written by anybody who cares.
        return
    assert struct.unpack_from("<Q", log)[0] == _MAGIC, "this is no log of writes"
    at = SECTOR
    while at + SECTOR <= len(log):
        sector, count, flags, more = _HEADER.unpack_from(log, at)
        if not (sector or count or flags or more):
            return
        at += SECTOR
        length = 0 if flags & _DISCARD else count * SECTOR
        if at + length > len(log):
            return
        content = log[at : at + length]
        at += length
        yield Write(sector, content, bool(flags & _FLUSH), bool(flags & _FUA), at)


def lose_power(disk: Path, log: Path, chance: random.Random, since: int = 0) -> Cut:
    """Make of the disk, as it was at first, what is left after a cut while it was written to.

    Of what was not flushed by then each write is there, or not, or a part of its sectors is.
    `since`: before that place in the log it is not cut.
    """
    done = [*writes(log.read_bytes())]
    later = [at for at, each in enumerate(done) if each.ends >= since]
    # What has just been flushed is there whenever it is cut: that is no test.
    moments = [at for at in later if done[at].content and not done[at].is_kept] or later
    done = done[: chance.choice(moments) + 1] if moments else done
    flushed = max((at for at, each in enumerate(done) if each.is_flush), default=-1)
    lost = 0
    with disk.open("r+b") as card:
        for at, write in enumerate(done):
            content = write.content
            if at > flushed and not write.is_kept and content:
                sectors = len(content) // SECTOR
                kept = chance.choice((0, sectors, chance.randint(0, sectors)))
                lost += kept < sectors
                there = sorted(chance.sample(range(sectors), kept))
            else:
                there = list(range(len(content) // SECTOR))
            for sector in there:
                card.seek((write.sector + sector) * SECTOR)
                card.write(content[sector * SECTOR : (sector + 1) * SECTOR])
    return Cut(done[-1].ends if done else 0, lost)
