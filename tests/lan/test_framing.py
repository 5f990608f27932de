"""Where an object ends, and what is said of what is none, wherever the stream was cut."""

from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.lan.framing import MAX_FRAME, MAX_NESTING, Decoded, Malformed, Splitter
from tests.lan.cutting import Broken, bytewise, cut, pieces_of, results

OPEN = Broken("the connection ended inside an object", fatal=True)
NO_OBJECT = Broken("not a JSON object", fatal=True)
MISMATCH = Broken("brackets that do not match", fatal=True)
TOO_DEEP = Broken("nested deeper than 32 levels")
FAR_TOO_DEEP = Broken("nested deeper than 32 levels", fatal=True)
OVER_2 = Broken("nested deeper than 2 levels")
OVER_64 = Broken("an object of over 64 bytes", fatal=True)


class Note(msgspec.Struct):
    """What the streams below hold."""

    a: int | None = None
    text: str | None = None


decode = msgspec.json.Decoder(Note).decode
ONE, TWO = Note(1), Note(2)


def malformed(reason: str) -> Broken:
    return Broken(f"JSON is malformed: {reason}")


def half_a_pair(place: int) -> Broken:
    return malformed(f"half a surrogate pair in a string (byte {place})")


def text(value: str) -> Note:
    return Note(text=value)


def nested(levels: int) -> bytes:
    """An object of that depth, objects and arrays by turns, as real ones are."""
    opening = b"".join(b'{"x":' if level % 2 == 0 else b"[" for level in range(levels - 1))
    closing = b"".join(b"}" if level % 2 == 0 else b"]" for level in reversed(range(levels - 1)))
    return opening + (b"{}" if levels % 2 else b"[]") + closing


class Case(NamedTuple):
    stream: bytes
    found: list[Any]
    max_frame: int = MAX_FRAME
    nesting: int = MAX_NESTING


CASES = {
    # What is understood.
    "one object": Case(b'{"a":1}', [ONE]),
    "an empty object": Case(b"{}", [Note()]),
    "three objects with nothing between": Case(b'{"a":1}{"a":2}{"a":1}', [ONE, TWO, ONE]),
    "a line each": Case(b'{"a":1}\n{"a":2}\r\n', [ONE, TWO]),
    "over several lines": Case(b'{\r\n\t"a":\r\n\t\t1\r\n}\r\n', [ONE]),
    "white space and NUL around": Case(b' \t\r\n\0{"a":1}\0\0 \0{"a":2}\0', [ONE, TWO]),
    "much white space after": Case(b'{"a":1}' + b" " * 100, [ONE]),
    "a byte-order mark first": Case(b'\xef\xbb\xbf{"a":1}', [ONE]),
    "a mark before each": Case(b'\xef\xbb\xbf{"a":1}\n\xef\xbb\xbf {"a":2}', [ONE, TWO]),
    "nothing": Case(b"", []),
    "nothing but white space": Case(b"\r\n \0\xef\xbb\xbf", []),
    "brackets in a text": Case(rb'{"text":"}{]["}{"a":1}', [text("}{]["), ONE]),
    "quotes in a text": Case(rb'{"text":"\"}\""}{"a":1}', [text('"}"'), ONE]),
    "a backslash at its end": Case(rb'{"text":"}\\"}{"a":1}', [text("}\\"), ONE]),
    "backslash, backslash, quote": Case(rb'{"text":"\\\"}"}{"a":1}', [text('\\"}'), ONE]),
    "escapes": Case(rb'{"text":"\u007d\u007b\/\n"}', [text("}{/\n")]),
    "a surrogate pair": Case(rb'{"text":"\ud83c\udf54"}', [text("🍔")]),
    "UTF-8": Case('{"text":"Crème brûlée 🍮 }"}'.encode(), [text("Crème brûlée 🍮 }")]),
    "what ends like an object": Case(b'{"x":{"y":{}},"a":1}', [ONE]),
    "32 levels": Case(nested(32) + b'{"a":1}', [Note(), ONE]),
    "a text that looks deep": Case(b'{"text":"' + b"[{" * 40 + b'"}', [text("[{" * 40)]),
    "many brackets, not deep": Case(b'{"x":[' + b'[{"y":[{}]}],' * 20 + b'1],"a":1}', [ONE]),
    "as long as may be": Case(b'{"text":"' + b"x" * 53 + b'"}{"a":1}', [text("x" * 53), ONE], 64),
    "many in one packet": Case(b'{"a":1}' * 40, [ONE] * 40, 64),
    # What is not understood, but ends: what follows is understood again.
    "a comma too many": Case(
        b'{"a":1,}{"a":2}', [malformed("trailing comma in object (byte 7)"), TWO]
    ),
    "a key without quotes": Case(
        b'{a:1} {"a":2}', [malformed("object keys must be strings (byte 1)"), TWO]
    ),
    "a wrong type": Case(
        b'{"a":"one"}{"a":2}', [Broken("Expected `int | null`, got `str` - at `$.a`"), TWO]
    ),
    "a wrong type alone": Case(
        b'{"a":[1]}', [Broken("Expected `int | null`, got `array` - at `$.a`")]
    ),
    "a line break in a text": Case(
        b'{"text":"a\nb"}{"a":2}', [malformed("invalid character (byte 10)"), TWO]
    ),
    "an unknown escape": Case(
        rb'{"text":"\x"}{"a":2}', [malformed("invalid escape character in string (byte 11)"), TWO]
    ),
    "half a surrogate pair": Case(rb'{"text":"\ud800"}{"a":2}', [half_a_pair(15), TWO]),
    "the other half": Case(rb'{"text":"\udc00"}{"a":2}', [half_a_pair(15), TWO]),
    "half a pair, then text": Case(rb'{"text":"\ud800 and more"}', [half_a_pair(15)]),
    "twice the same half": Case(rb'{"text":"\ud800\ud800"}', [half_a_pair(21)]),
    "half a pair in what is skipped": Case(
        rb'{"x":"\udc00}","a":1}{"a":2}', [half_a_pair(12), TWO]
    ),
    "half a pair at the end of what is skipped": Case(rb'{"x":"\ud800"}', [half_a_pair(12)]),
    "a literal cut short": Case(
        b'{"a":nul}{"a":2}', [malformed("invalid character (byte 9)"), TWO]
    ),
    "an escape cut short": Case(
        rb'{"text":"\u12"}{"a":2}',
        [malformed("invalid character in unicode escape (byte 14)"), TWO],
    ),
    "Latin-1": Case(b'{"text":"caf\xe9"}{"a":2}', [Broken("not UTF-8: 0xe9 (byte 12)"), TWO]),
    "half of a character": Case(
        '{"text":"café"}'.encode()[:-3] + b'"}', [Broken("not UTF-8: 0xc3 (byte 12)")]
    ),
    "surrogates as UTF-8": Case(b'{"text":"\xed\xa0\xbc"}', [Broken("not UTF-8: 0xed (byte 9)")]),
    "33 levels": Case(nested(33) + b'{"a":2}', [TOO_DEEP, TWO]),
    "33 levels beside texts with brackets": Case(
        b'{"x":' + b'["]",' * 32 + b"1" + b',"["]' * 32 + b'}{"a":2}', [TOO_DEEP, TWO]
    ),
    "33 levels beside texts with quotes": Case(
        b'{"x":' + b'["\\"]\\"",' * 32 + b"1" + b',"\\"[\\""]' * 32 + b'}{"a":2}', [TOO_DEEP, TWO]
    ),
    "1,000 levels": Case(nested(1_000) + b'{"a":2}', [TOO_DEEP, TWO]),
    "1,001 levels": Case(nested(1_001) + b'{"a":2}', [FAR_TOO_DEEP]),
    "5,000 levels that are not closed": Case(
        b'{"a":1}' + nested(5_000)[:5_000], [ONE, FAR_TOO_DEEP]
    ),
    "3 levels of 2": Case(
        b'{"a":1}{"x":[]}{"x":[{}]}{"a":2}', [ONE, Note(), OVER_2, TWO], nesting=2
    ),
    # What has no end that could be told: the rest of the stream is lost.
    "an array": Case(b'[{"a":1}]', [NO_OBJECT]),
    "a text": Case(b'"{}"{"a":1}', [NO_OBJECT]),
    "a web browser": Case(b"GET / HTTP/1.1\r\nHost: kitchen:9104\r\n\r\n{}", [NO_OBJECT]),
    "TLS": Case(bytes.fromhex("1603010200010001fc0303"), [NO_OBJECT]),
    "an end without a beginning": Case(b'}{"a":1}', [NO_OBJECT]),
    "garbage after an object": Case(b'{"a":1}, {"a":2}', [ONE, NO_OBJECT]),
    "a mark that is none": Case(b'\xef\xbb{"a":1}', [NO_OBJECT]),
    "an object closed as an array": Case(b'{"a":[1}]{"a":2}', [MISMATCH]),
    "an array closed as an object": Case(b'{"a":1]{"a":2}', [MISMATCH]),
    "one byte too long": Case(b'{"text":"' + b"x" * 54 + b'"}{"a":1}', [OVER_64], 64),
    "far too long": Case(b'{"a":1}{"text":"' + b"x" * 200 + b'"}', [ONE, OVER_64], 64),
    "too long before it is wrong": Case(b'{"text":"' + b"x" * 60 + b'"]', [OVER_64], 64),
    "wrong before it is too long": Case(b'{"text":1]' + b"x" * 60, [MISMATCH], 64),
    # What is not complete when the stream ends.
    "the beginning of an object": Case(b'{"a":1}{"a":', [ONE, OPEN]),
    "all but the last byte": Case(b'{"text":"}', [OPEN]),
    "as long as may be, and open": Case(b'{"text":"' + b"x" * 55, [OPEN], 64),
    "half a byte-order mark": Case(b'{"a":1}\xef\xbb', [ONE, OPEN]),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_stream_in_one_piece_and_byte_by_byte(case: Case) -> None:
    assert results([case.stream], decode, case.max_frame, case.nesting) == case.found
    assert results(bytewise(case.stream), decode, case.max_frame, case.nesting) == case.found


@settings(deadline=None, derandomize=True, max_examples=1_000)
@given(name=st.sampled_from(list(CASES)), data=st.data())
def test_the_same_streams_however_they_are_cut(name: str, data: st.DataObject) -> None:
    case = CASES[name]
    places = data.draw(st.sets(st.integers(0, len(case.stream)), max_size=8))
    assert results(cut(case.stream, places), decode, case.max_frame, case.nesting) == case.found


@pytest.mark.parametrize("size", [2, 3, 7])
def test_all_these_streams_that_break_nothing_are_one_stream_too(size: int) -> None:
    sound = [
        case
        for case in CASES.values()
        if (case.max_frame, case.nesting) == (MAX_FRAME, MAX_NESTING)
        and not any(isinstance(result, Broken) and result.fatal for result in case.found)
    ]
    stream = b"".join(case.stream for case in sound)
    found = [result for case in sound for result in case.found]
    assert results(pieces_of(stream, size), decode) == found


def test_an_object_is_found_with_its_last_byte_and_not_before() -> None:
    splitter = Splitter[Note](decode)
    stream = b'\n{"text":"}"}'
    for byte in bytewise(stream[:-1]):
        splitter.feed(byte)
        assert splitter.next_object() is None
    splitter.feed(stream[-1:])
    assert splitter.next_object() == Decoded(text("}"), stream.strip())


def test_inside_tells_whether_something_has_begun() -> None:
    splitter = Splitter[Note](decode)
    inside = []
    for byte in bytewise(b' {"a":1}\n{"'):
        splitter.feed(byte)
        splitter.next_object()
        inside.append(splitter.inside)
    assert inside == [False, *[True] * 6, False, False, True, True]


def test_what_is_malformed_is_kept_for_a_person_to_see_up_to_200_bytes() -> None:
    splitter = Splitter[Note](decode)
    splitter.feed(b'{"a":}{"text":' + b"x" * 500 + b"}GET /")
    extracts = []
    while isinstance(result := splitter.next_object(), Malformed):
        extracts.append(result.extract)
    assert extracts == [b'{"a":}', b'{"text":' + b"x" * 192, b"GET /"]


def test_of_what_is_understood_the_first_200_bytes_come_with_it() -> None:
    splitter = Splitter[Note](decode)
    small, large = b'{"a":1}', b'{"text":"%s"}' % (b"x" * 500)
    splitter.feed(small + b"\n" + large + small)
    extracts = []
    while isinstance(result := splitter.next_object(), Decoded):
        extracts.append(result.extract)
    assert extracts == [small, large[:200], small]


def test_after_a_fatal_object_nothing_is_found_or_kept() -> None:
    splitter = Splitter[Note](decode)
    splitter.feed(b"nonsense")
    assert isinstance(splitter.next_object(), Malformed)
    splitter.feed(b'{"a":1}')
    assert splitter.next_object() is None
    assert not splitter.inside
    assert splitter.end() is None
