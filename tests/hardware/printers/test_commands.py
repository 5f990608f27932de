"""Where a question may stand in a job, and what clears the rest of one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.printers.commands import MOST_PIECE, clearing, id_of, pieces
from hardware.printers.models import Model
from tests.hardware.printers.small_printer import IN_ORDER, JOB_ID, NEVER

RASTER = b"\x1dv0\x00\x08\x00\x20\x01" + b"\x0a\x10\x04\x01" * 576
QR = b"\x1d(k\x03\x02\x31\x50\x30" + b"\x1b" * 512
COMMANDS = [
    b"\x1b@",
    b"\x1bt\x0a",
    b"\x1b!\x30",
    b"\x1bE\x01",
    b"\x1br\x01",
    b"\x1ba\x01",
    b"\x1b3\x18",
    b"\x1bd\x0a",
    b"\x1b$\x0a\x00",
    b"\x1c.",
    b"\x1c!\x00",
    b"\x1d!\x11",
    b"\x1dB\x01",
    b"\x1dL\x0a\x00",
    b"\x1dVB\x00",
    b"\x1dV\x00",
    b"\x1bp\x00\x19\xfa",
    RASTER,
    QR,
    b"burger\n",
    "Käse\n".encode("cp437"),
]


@given(st.lists(st.sampled_from(COMMANDS), max_size=150))
def test_pieces_end_between_commands_and_are_small_where_commands_are(said: list[bytes]) -> None:
    ends, at = {0}, 0
    for command in said:
        if command[0] < 0x20:
            at += len(command)
            ends.add(at)
        else:
            ends.update(range(at, at + len(command) + 1))
            at += len(command)
    data = b"".join(said)
    cut = list(pieces(data))
    assert b"".join(piece.data for piece in cut) == data
    at = 0
    for piece in cut:
        assert piece.data
        at += len(piece.data)
        assert at in ends
        assert len(piece.data) <= MOST_PIECE or piece.data in COMMANDS
        assert piece.ends_line is (piece.data.endswith((b"r\n", b"e\n", RASTER)))


def test_pieces_have_few_lines_so_that_one_sees_how_far_a_printer_is() -> None:
    cut = list(pieces(b"\x1b@" + b"\x1bE\x01a\n" * 10 + b"\x1dVB\x00"))
    assert [piece.data.count(b"\n") for piece in cut] == [4, 4, 2]
    assert [piece.ends_line for piece in cut] == [True, True, False]


@given(st.binary(max_size=3000))
def test_any_bytes_come_out_as_they_went_in(data: bytes) -> None:
    assert b"".join(piece.data for piece in pieces(data)) == data


def test_after_a_command_that_is_not_known_nothing_is_asked() -> None:
    data = b"burger\n" * 100 + b"\x1dk\x49" + b"fries\n" * 200
    cut = list(pieces(data))
    assert cut[-1].data.startswith(b"\x1dk\x49")
    assert cut[-1].data.endswith(b"fries\n")
    assert not cut[-1].ends_line


def test_the_ids_of_jobs_are_printable_and_differ() -> None:
    ids = [id_of(job) for job in (*range(1000), 95**3, 95**4 - 1)]
    assert len(set(ids)) == len(ids)
    assert all(len(each) == 4 and all(0x20 <= byte <= 0x7E for byte in each) for each in ids)


@pytest.mark.parametrize(("model", "throws_away"), [(JOB_ID, True), (IN_ORDER, False)])
def test_what_is_left_is_thrown_away_or_ended_and_cut_off(model: Model, throws_away: bool) -> None:  # noqa: FBT001 - a case
    sent = clearing(model, model.answers, 7)
    assert sent.startswith(b"\x10\x14\x08") is throws_away
    assert sent.startswith(bytes(7) + b"\x1b@") is not throws_away
    assert sent.endswith(b"\x1dVB\x00")
    assert clearing(NEVER, "never", 0).endswith(b"\x1bd\x06")
