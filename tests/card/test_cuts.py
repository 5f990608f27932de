"""What the test of the whole card takes for a power cut: `tests/image/cuts.py`."""

import random
import struct
from pathlib import Path

import pytest

from tests.image.cuts import SECTOR, lose_power

FLUSH, FUA = 1, 2
ENTRY = struct.Struct("<QQQQ")


def entry(sector: int, content: bytes = b"", flags: int = 0) -> bytes:
    head = ENTRY.pack(sector, len(content) // SECTOR, flags, 0)
    return head.ljust(SECTOR, b"\0") + content


def full_of(letter: bytes, sectors: int = 2) -> bytes:
    return letter * SECTOR * sectors


LOG = [
    struct.pack("<Q", 0x6A736677736872).ljust(SECTOR, b"\0"),
    entry(0, full_of(b"a")),
    entry(0, flags=FLUSH),
    entry(2, full_of(b"b"), FUA),
    entry(4, full_of(b"c")),
    entry(0, full_of(b"d")),
]
WITHOUT = {"aa", "a-", "-a", "--"}
"""What may be left of the first one alone."""
ENDS = [sum(map(len, LOG[: count + 1])) for count in range(len(LOG))]


def left(tmp_path: Path, seed: int, since: int) -> tuple[int, str]:
    """Where it was cut, by entries, and what is on the disk then: a letter for each sector."""
    disk, log = tmp_path / "disk", tmp_path / "log"
    disk.write_bytes(bytes(SECTOR * 6))
    log.write_bytes(b"".join(LOG))
    cut = lose_power(disk, log, random.Random(seed), since)  # noqa: S311 - moments
    return ENDS.index(cut.at), disk.read_bytes()[::SECTOR].replace(b"\0", b"-").decode()


@pytest.mark.parametrize("since", [0, ENDS[2], ENDS[4]])
def test_what_was_flushed_or_forced_is_there_and_of_the_rest_any_part(
    tmp_path: Path, since: int
) -> None:
    found = {left(tmp_path, seed, since) for seed in range(300)}
    # Cut where something was not flushed yet: in the first write, the fourth, and the fifth.
    assert {at for at, _disk in found} == {at for at in (1, 4, 5) if ENDS[at] >= since}
    for at, disk in found:
        assert disk[:2] in {1: WITHOUT, 4: {"aa"}, 5: {"aa", "da", "ad", "dd"}}[at], disk
        assert disk[2:4] == ("bb" if at > 1 else "--"), disk
    # Of what came last, all of it, half of it and nothing of it.
    assert {disk[:2] for at, disk in found if at == 5} == {"dd", "da", "ad", "aa"}
    assert {disk[4:] for at, disk in found if at == 5} == {"cc", "c-", "-c", "--"}


def test_what_was_being_written_down_when_it_ended_is_left_out(tmp_path: Path) -> None:
    disk, log = tmp_path / "disk", tmp_path / "log"
    disk.write_bytes(bytes(SECTOR * 6))
    log.write_bytes(b"".join([*LOG[:3], entry(4, full_of(b"x"))[:-1]]))
    assert lose_power(disk, log, random.Random(1), ENDS[2]).at == ENDS[2]  # noqa: S311 - as above
    assert disk.read_bytes()[::SECTOR] == b"aa\0\0\0\0"
