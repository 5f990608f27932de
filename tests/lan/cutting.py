"""Feeds a stream to a `Splitter` in any pieces and tells what it made of them."""

import random
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

from appliance.lan.framing import MAX_FRAME, MAX_NESTING, Decoded, Malformed, Splitter


class Broken(NamedTuple):
    """Something malformed, without the extract: where that ends depends on the cuts."""

    reason: str
    fatal: bool = False


def results(
    pieces: Iterable[bytes],
    decode: Callable[[bytes | bytearray], Any] = msgspec.json.decode,
    max_frame: int = MAX_FRAME,
    max_nesting: int = MAX_NESTING,
) -> list[Any]:
    """What a stream holds, to its end: messages, and `Broken` for what is none."""
    splitter = Splitter[Any](decode, max_frame, max_nesting)
    found: list[Any] = []
    for piece in pieces:
        splitter.feed(piece)
        while (result := splitter.next_object()) is not None:
            found.append(_plain(result))
    rest = splitter.end()
    return found if rest is None else [*found, _plain(rest)]


def _plain(result: Decoded[Any] | Malformed) -> Any:
    if isinstance(result, Decoded):
        return result.message
    return Broken(result.reason, result.fatal)


def bytewise(stream: bytes) -> Iterator[bytes]:
    return pieces_of(stream, 1)


def pieces_of(stream: bytes, size: int) -> Iterator[bytes]:
    return (stream[place : place + size] for place in range(0, len(stream), size))


def cut(stream: bytes, places: Collection[int]) -> Iterator[bytes]:
    """The pieces between these places."""
    edges = [0, *sorted(places), len(stream)]
    return (stream[begin:end] for begin, end in pairwise(edges))


def mutated(frame: bytes, chance: random.Random) -> bytes:
    """The frame after a few accidents: bytes lost, doubled, flipped, swapped or made up."""
    damaged = bytearray(frame)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(damaged) + 1)
        length = chance.choice((1, 1, 2, 8, 64))
        match chance.randrange(5):
            case 0:
                del damaged[place : place + length]
            case 1:
                damaged[place:place] = damaged[place : place + length]
            case 2:
                damaged[place : place + 1] = chance.randbytes(1)
            case 3:
                damaged[place:place] = chance.choice((b'"', b"{", b"}", b"[", b"]", b"\\", b"\0"))
            case _:
                other = chance.randrange(len(damaged) + 1)
                damaged[place:place] = damaged[other : other + length]
    return bytes(damaged)
