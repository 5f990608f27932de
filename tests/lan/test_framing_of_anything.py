"""Properties of the splitter: any objects, any cuts, any nesting, and what it costs."""

import json
import time
import tracemalloc
from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.lan.framing import DECODES_BEFORE_SCAN, Decoded, Splitter
from tests.lan.cutting import Broken, bytewise, cut, pieces_of, results

WHITE_SPACE = st.text(" \t\r\n\0", max_size=3)
TRICKY = st.text('{}[]"\\aé\u2028🍔', max_size=6) | st.text(max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | TRICKY,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TRICKY, inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(TRICKY, VALUES, max_size=5)


def spelled(value: Any, chance: st.DataObject) -> bytes:
    """As JSON, in one of the ways in which clients write it."""
    indent = chance.draw(st.sampled_from([None, 2, "\t"]))
    ascii_only = chance.draw(st.booleans())
    return json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()


def depth(value: Any) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@settings(deadline=None, derandomize=True, max_examples=150)
@given(objects=st.lists(OBJECTS, max_size=5), data=st.data())
def test_the_objects_of_a_stream_are_found_exactly(
    objects: list[dict[str, Any]], data: st.DataObject
) -> None:
    spelling = [spelled(each, data) + data.draw(WHITE_SPACE).encode() for each in objects]
    stream = data.draw(WHITE_SPACE).encode() + b"".join(spelling)
    places = data.draw(st.sets(st.integers(0, len(stream)), max_size=10))
    assert results(cut(stream, places)) == objects
    assert results([stream]) == objects


@settings(deadline=None, derandomize=True, max_examples=150)
@given(core=OBJECTS, around=st.lists(st.tuples(st.booleans(), TRICKY), max_size=45), data=st.data())
def test_an_object_is_refused_exactly_when_it_is_deeper_than_32_levels(
    core: dict[str, Any], around: list[tuple[bool, str]], data: st.DataObject
) -> None:
    value: Any = core
    for as_array, beside in around:
        value = [beside, value, beside] if as_array else {beside: value, "beside": beside}
    whole = {"x": value}
    (result,) = results([spelled(whole, data)])
    assert result == (whole if depth(whole) <= 32 else Broken("nested deeper than 32 levels"))


@settings(deadline=None, derandomize=True)
@given(stream=st.binary(max_size=200), data=st.data())
def test_of_any_bytes_the_same_is_said_however_they_are_cut(
    stream: bytes, data: st.DataObject
) -> None:
    places = data.draw(st.sets(st.integers(0, len(stream)), max_size=10))
    assert results(cut(stream, places)) == results([stream]) == results(bytewise(stream))


@settings(deadline=None, derandomize=True, max_examples=300)
@given(
    stream=st.lists(
        st.sampled_from([b"{", b"}", b"[", b"]", b'"', b"\\", b'"a":', b"1", b",", b" ", b"\xef"]),
        max_size=30,
    ).map(lambda tokens: b'{"' + b"".join(tokens)),
    max_frame=st.sampled_from([12, 24, 200]),
    data=st.data(),
)
def test_of_broken_json_the_same_is_said_however_it_is_cut(
    stream: bytes, max_frame: int, data: st.DataObject
) -> None:
    places = data.draw(st.sets(st.integers(0, len(stream)), max_size=10))
    whole = results([stream], max_frame=max_frame)
    assert results(cut(stream, places), max_frame=max_frame) == whole
    assert results(bytewise(stream), max_frame=max_frame) == whole


@pytest.mark.parametrize("size", [1, 100])
def test_a_large_object_in_small_pieces_is_decoded_a_few_times_only(size: int) -> None:
    decoded = 0

    def decode(frame: bytes | bytearray) -> Any:
        nonlocal decoded
        decoded += 1
        return msgspec.json.decode(frame)

    large = json.dumps({"x": [{"y": "}"}] * 20_000}).encode()[: -len("]}")] + b"]}"
    assert 240_000 < len(large) < 262_144
    (found,) = results(pieces_of(large, size), decode)
    assert len(found["x"]) == 20_000
    assert decoded <= DECODES_BEFORE_SCAN + 1


@pytest.mark.parametrize("between", [b" ", b"\r\n", b"\xef\xbb\xbf", b"\0 \xef\xbb\xbf"])
def test_what_lies_between_objects_takes_no_memory_but_its_own(between: bytes) -> None:
    gap = between * (1_000_000 // len(between))
    splitter = Splitter[Any](msgspec.json.decode)
    tracemalloc.start()
    try:
        splitter.feed(gap + b"{}")
        assert isinstance(splitter.next_object(), Decoded)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(gap)


def _seconds(pieces: Iterable[bytes]) -> float:
    """Of processor time, the lesser of two."""
    kept = list(pieces)
    best = float("inf")
    for _ in range(2):
        splitter = Splitter[Any](msgspec.json.decode)
        began = time.process_time()
        for piece in kept:
            splitter.feed(piece)
            while splitter.next_object() is not None:
                pass
        best = min(best, time.process_time() - began)
        assert not splitter.inside
    return best


@pytest.mark.parametrize(
    ("pieces", "size"),
    [
        (lambda size: bytewise(b'{"x":"' + b"y" * size + b'"}'), 240_000),
        (lambda size: bytewise(b"{" + b" " * size + b"}"), 240_000),
        (lambda size: [b"{}" * size], 40_000),
        (lambda size: [b'{"x":' + b"[" * size + b"]" * size + b"}"], 120_000),
        (lambda size: [b'{"x":[' + b'"[",' * size + b'"]"]}'], 60_000),
    ],
    ids=["byte by byte", "white space byte by byte", "many objects", "deep", "brackets in texts"],
)
def test_four_times_the_bytes_cost_about_four_times_as_much(pieces: Any, size: int) -> None:
    # Four: each byte is read about once. Sixteen: each is read again with every piece.
    assert _seconds(pieces(size)) < 8 * _seconds(pieces(size // 4)) + 0.005
