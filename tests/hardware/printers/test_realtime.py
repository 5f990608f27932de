"""Commands that are obeyed while they come in, wherever the bytes are cut."""

from hypothesis import given
from hypothesis import strategies as st

from hardware.simulated_printer.realtime import CLEAR, RealTime

PARTS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                b"\x10\x04\x01",
                b"\x10\x04\x04",
                b"\x10\x05\x01",
                b"\x10\x05\x02",
                CLEAR,
                b"\x10",
                b"\x10\x04",
                b"\x10\x14\x08",
                CLEAR[:-1],
                b"\x10\x04\x05",
                b"\x10\x05\x00",
            ]
        ),
        st.binary(max_size=5),
    ),
    max_size=12,
).map(b"".join)


def heard(pieces: list[bytes]) -> tuple[bytes, list[tuple[int, int, int]]]:
    """All bytes that came out, and each command with where it ended."""
    real_time = RealTime()
    out, commands = b"", []
    for piece in pieces:
        for part in real_time.hear(piece):
            out += part.before + part.command
            if part.kind:
                commands.append((len(out), part.kind, part.number))
    return out, commands


def test_commands_among_text() -> None:
    sent = b"a\x10\x04\x02b" + CLEAR + b"\x10\x05\x02\x10\x04\x09"
    assert heard([sent]) == (sent, [(4, 0x04, 2), (15, 0x14, 8), (18, 0x05, 2)])


@given(PARTS, st.lists(st.integers(0, 12), max_size=30))
def test_it_does_not_matter_how_bytes_are_cut(data: bytes, cuts: list[int]) -> None:
    pieces, at = [], 0
    for cut in cuts:
        pieces.append(data[at : at + cut])
        at += cut
    pieces.append(data[at:])
    whole = heard([data])
    assert whole[0] == data
    assert heard(pieces) == whole
    assert heard([bytes([byte]) for byte in data]) == whole


def test_after_power_was_lost_a_half_is_forgotten() -> None:
    real_time = RealTime()
    list(real_time.hear(b"\x10\x04"))
    real_time.forget()
    assert [part.kind for part in real_time.hear(b"\x01")] == [0]
