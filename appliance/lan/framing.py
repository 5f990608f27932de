"""Splits a stream of bytes into JSON objects; does no I/O and knows nothing of orders.

A newline ends nothing, objects may follow each other with or without white space between
them, and it does not matter where the stream was cut: an object ends where its brackets
close. To find that end, decoding is tried first and scanning only when it fails: a client
that sends one object and waits costs one decode and no scan.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from operator import attrgetter
from typing import Final, Generic, NamedTuple, TypeVar

MAX_FRAME: Final = 256 * 1024
"""Bytes of one object; the largest order seen has a tenth of it."""
MAX_NESTING: Final = 32
"""Levels of objects and arrays; the protocol has eight."""
DECODES_BEFORE_SCAN: Final = 3
"""Decodes of an object that still grows, after which it is only scanned for its end:
decoding 240 KB takes 2 ms, and it may arrive in hundreds of pieces."""
EXTRACT: Final = 200
"""First bytes of an object that are handed out, to be shown to a person if it is refused."""

# A byte-order mark is skipped, and so is the NUL that clients in C send along. Possessive:
# a stack for going back would take a hundred bytes for each of white space.
_BETWEEN: Final = re.compile(rb"(?:[ \t\r\n\x00]++|\xef\xbb\xbf)*+")
_PARTIAL_MARKS: Final = (bytearray(b"\xef"), bytearray(b"\xef\xbb"))
_TAIL: Final = 8
"""Where a closing bracket is looked for, as white space may follow; beyond, the scan finds it."""
_IN_STRING: Final = re.compile(rb'[^"\\]*(?:\\.[^"\\]*)*', re.DOTALL)
_STRING: Final = re.compile(rb'"%b"' % _IN_STRING.pattern, re.DOTALL)
_WHOLE_STRINGS: Final = re.compile(rb'[^"]*(?:%b[^"]*)*' % _STRING.pattern, re.DOTALL)
_STRING_OR_BRACKET: Final = re.compile(rb"%b|([{}\[\]])" % _STRING.pattern, re.DOTALL)
_IS_BRACKET: Final = attrgetter("lastindex")
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"{}[]"))
_NO_BRACKETS_NOR_STRINGS: Final = bytes(set(_NO_BRACKETS) - set(rb"\""))
_BRACKETS_ALIKE: Final = bytes.maketrans(b"{}", b"[]")
_CLOSER: Final = {ord("{"): ord("}"), ord("["): ord("]")}
_SCAN_FIRST: Final = 64
_SCAN_AT_ONCE: Final = 16 * 1024
"""Bytes that are looked at together: few at first, as many small objects may follow, then
as many again as the object already has, up to so many."""
_LEVELS_SCANNED: Final = 1_000
"""Past so many the end of an object is not even looked for: nothing but brackets is what
takes longest to scan, and every other peer waits meanwhile."""
_TRUNCATED: Final = "Input data was truncated"
_LOOKED_AHEAD: Final = b" " * 16
"""More than msgspec looks ahead: it calls truncated whatever goes wrong in the last bytes."""
_HALF_A_PAIR: Final = re.compile(
    "unexpected end of (hex escape|escaped utf-16 surrogate pair)|invalid utf-16 surrogate pair"
)

Message = TypeVar("Message")


class Decoded(NamedTuple, Generic[Message]):
    """An object that was understood."""

    message: Message
    extract: bytes
    """Its first bytes, as they came."""


class Malformed(NamedTuple):
    """Something that was not understood."""

    reason: str
    extract: bytes
    """Its first bytes, as they came."""
    fatal: bool
    """Where it ends cannot be told: nothing after it on this stream can be understood."""


class Splitter(Generic[Message]):
    """One stream. `decode` is given one whole object and returns what it means.

    It may raise ValueError (as msgspec's errors are) or RecursionError; the text is the
    reason that a `Malformed` gives.
    """

    def __init__(
        self,
        decode: Callable[[bytearray], Message],
        max_frame: int = MAX_FRAME,
        max_nesting: int = MAX_NESTING,
    ) -> None:
        """`max_frame` is bytes of one object, `max_nesting` levels of objects and arrays."""
        self._decode = decode
        self._max_frame = max_frame
        self._max_nesting = max_nesting
        self._too_deep = f"nested deeper than {max_nesting} levels"
        self._buffer = bytearray()
        self._broken = False
        self._decodes = 0
        self._scan = _Scan()

    @property
    def inside(self) -> bool:
        """Whether an object has begun and is not complete, or was not asked for yet."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream; after a fatal object they are dropped."""
        if not self._broken:
            self._buffer += data

    def next_object(self) -> Decoded[Message] | Malformed | None:
        """The next object, or None until more is fed. After a fatal one, nothing."""
        result = self._next() if self._to_next_object() else None
        if result is None:
            return None
        self._decodes = 0
        self._scan = _Scan()
        if isinstance(result, Malformed) and result.fatal:
            self._broken = True
            self._buffer.clear()
        return result

    def end(self) -> Malformed | None:
        """The stream has ended: what it left incomplete, if anything."""
        if not self._buffer:
            return None
        return self._malformed("the connection ended inside an object", fatal=True)

    def _to_next_object(self) -> bool:
        """Drop what lies between objects; whether something is left."""
        gap = _BETWEEN.match(self._buffer)
        if gap and gap.end():
            del self._buffer[: gap.end()]
        return bool(self._buffer) and self._buffer not in _PARTIAL_MARKS

    def _next(self) -> Decoded[Message] | Malformed | None:
        """The object at the front, or None while it is not complete."""
        buffer = self._buffer
        if buffer[0] != ord("{"):
            return self._malformed("not a JSON object", fatal=True)
        if (
            self._decodes < DECODES_BEFORE_SCAN
            and len(buffer) <= self._max_frame
            and buffer[-_TAIL:].rstrip().endswith(b"}")
        ):
            self._decodes += 1
            with suppress(ValueError):
                understood = self._understand(buffer)
                buffer.clear()
                return understood
        end = self._scan.end_of_object(buffer, self._max_frame)
        if end is None and len(buffer) <= self._max_frame:
            return None
        if end is None:
            return self._malformed(f"an object of over {self._max_frame} bytes", fatal=True)
        if end == _Scan.NEVER:
            return self._malformed("brackets that do not match", fatal=True)
        if end == _Scan.TOO_DEEP:
            return self._malformed(self._too_deep, fatal=True)
        frame = buffer[:end]
        del buffer[:end]
        try:
            return self._understand(frame)
        except ValueError as error:
            return Malformed(self._in_words(error, frame), bytes(frame[:EXTRACT]), fatal=False)

    def _understand(self, frame: bytearray) -> Decoded[Message]:
        """What one object means. Raises ValueError."""
        try:
            message = self._decode(frame)
        except RecursionError as error:
            raise ValueError(self._too_deep) from error
        if _nesting_exceeds(frame, self._max_nesting):
            raise ValueError(self._too_deep)
        return Decoded(message, bytes(frame[:EXTRACT]))

    def _in_words(self, error: ValueError, frame: bytearray) -> str:
        """What a whole object was refused for, said so that its sender finds the place."""
        if isinstance(error, UnicodeDecodeError):
            try:
                frame.decode()
            except UnicodeDecodeError as placed:  # Counted from the beginning of the object.
                error = placed
            return f"not UTF-8: 0x{error.object[error.start]:02x} (byte {error.start})"
        if str(error) == _TRUNCATED:
            try:
                self._decode(frame + _LOOKED_AHEAD)
            except ValueError as precise:
                error = precise
        return _HALF_A_PAIR.sub("half a surrogate pair in a string", str(error))

    def _malformed(self, reason: str, *, fatal: bool) -> Malformed:
        return Malformed(reason, bytes(self._buffer[:EXTRACT]), fatal)


class _Scan:
    """Looks for the end of one object in a buffer that grows; reads each byte about once."""

    NEVER: Final = 0
    TOO_DEEP: Final = -1

    def __init__(self) -> None:
        self._place = 0
        self._in_string = False
        self._closers = bytearray()
        """What would close the brackets that are open, the innermost last."""

    def end_of_object(self, buffer: bytearray, limit: int) -> int | None:
        """Where it ends; NEVER if its brackets are wrong, TOO_DEEP; None while none is so.

        What lies beyond `limit` is not looked at.
        """
        limit = min(limit, len(buffer))
        while self._place < limit:
            begin = self._place
            until = min(limit, begin + min(begin + _SCAN_FIRST, _SCAN_AT_ONCE))
            pattern = _IN_STRING if self._in_string else _WHOLE_STRINGS
            found = pattern.match(buffer, begin, until)
            self._place = found.end() if found else begin
            if not self._in_string:
                end = self._close(buffer, begin, self._place)
                if end is not None:
                    return end
            if self._place < limit and buffer[self._place] == ord('"'):
                self._in_string = not self._in_string
                self._place += 1
            elif self._place == begin:
                return None  # A backslash, and what it escapes is not there yet.
        return None

    def _close(self, buffer: bytearray, begin: int, end: int) -> int | None:
        """Follow the brackets in a part of the buffer that has no string but whole ones."""
        brackets = _STRING.sub(b"", buffer[begin:end]).translate(None, _NO_BRACKETS)
        closers = self._closers
        for count, byte in enumerate(brackets):
            if byte in _CLOSER:
                closers.append(_CLOSER[byte])
                if len(closers) > _LEVELS_SCANNED:
                    return self.TOO_DEEP
            elif closers.pop() != byte:
                return self.NEVER
            elif not closers:
                tokens = _STRING_OR_BRACKET.finditer(buffer, begin, end)
                return next(islice(filter(_IS_BRACKET, tokens), count, None)).end()
        return None


def _nesting_exceeds(frame: bytearray, levels: int) -> bool:
    """Whether a valid JSON text is nested deeper than that."""
    if frame.count(b"{") + frame.count(b"[") <= levels:
        return False
    brackets = frame.translate(None, _NO_BRACKETS_NOR_STRINGS).replace(b'""', b"")
    if b'"' in brackets:  # Of a string with a bracket or an escape: the slow way.
        brackets = bytearray(_STRING.sub(b"", frame))
    brackets = brackets.translate(_BRACKETS_ALIKE, _NO_BRACKETS)
    for _level in range(levels):
        brackets = brackets.replace(b"[]", b"")
        if not brackets:
            return False
    return True
