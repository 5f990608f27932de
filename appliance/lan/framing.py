"""Splits a stream of bytes into JSON objects; does no I/O and knows nothing of orders.

A newline ends nothing, objects may follow each other with or without white space between
them, and it does not matter where the stream was cut: an object ends where its brackets
close. To find that end, decoding is tried first and scanning only when it fails: a client
that sends one object and waits costs one decode and no scan.
"""

import re
from collections.abc import Callable
from typing import Final, Generic, NamedTuple, TypeVar

MAX_FRAME: Final = 256 * 1024
"""Bytes of one object; the largest order seen has a tenth of it."""
MAX_NESTING: Final = 32
"""Levels of objects and arrays; the protocol has six."""
DECODES_BEFORE_SCAN: Final = 3
"""Decodes of an object that still grows, after which it is only scanned for its end:
decoding 240 KB takes 2 ms, and it may arrive in hundreds of pieces."""
EXTRACT: Final = 200
"""Bytes of something malformed that are kept to be shown to a person."""

# A byte-order mark is skipped, and so is the NUL that clients in C send along.
_BETWEEN: Final = re.compile(rb"(?:[ \t\r\n\x00]|\xef\xbb\xbf)*")
_PARTIAL_MARKS: Final = (bytearray(b"\xef"), bytearray(b"\xef\xbb"))
_TAIL: Final = 8
"""Where a closing bracket is looked for, as white space may follow; beyond, the scan finds it."""
_BRACKET_OR_STRING: Final = re.compile(rb'["{}\[\]]')
_STRING_END_OR_ESCAPE: Final = re.compile(rb'["\\]')
_STRING: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"{}[]"))
_NO_BRACKETS_NOR_STRINGS: Final = bytes(set(_NO_BRACKETS) - set(rb"\""))
_BRACKETS_ALIKE: Final = bytes.maketrans(b"{}", b"[]")
_CLOSER: Final = {ord("{"): ord("}"), ord("["): ord("]")}

Message = TypeVar("Message")


class Decoded(NamedTuple, Generic[Message]):
    """An object that was understood."""

    message: Message


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

    def __init__(self, decode: Callable[[bytearray], Message], max_frame: int = MAX_FRAME) -> None:
        self._decode = decode
        self._max_frame = max_frame
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
            understood = self._understand(buffer)
            if isinstance(understood, Decoded):
                buffer.clear()
                return understood
        end = self._scan.end_of_object(buffer, self._max_frame)
        if end is None and len(buffer) <= self._max_frame:
            return None
        if end is None:
            return self._malformed(f"an object of over {self._max_frame} bytes", fatal=True)
        if end == _Scan.NEVER:
            return self._malformed("brackets that do not match", fatal=True)
        understood = self._understand(buffer[:end])
        del buffer[:end]
        return understood

    def _understand(self, frame: bytearray) -> Decoded[Message] | Malformed:
        too_deep = f"nested deeper than {MAX_NESTING} levels"
        try:
            message = self._decode(frame)
        except ValueError as error:
            return Malformed(str(error), bytes(frame[:EXTRACT]), fatal=False)
        except RecursionError:
            return Malformed(too_deep, bytes(frame[:EXTRACT]), fatal=False)
        if _nesting_exceeds(frame, MAX_NESTING):
            return Malformed(too_deep, bytes(frame[:EXTRACT]), fatal=False)
        return Decoded(message)

    def _malformed(self, reason: str, *, fatal: bool) -> Malformed:
        return Malformed(reason, bytes(self._buffer[:EXTRACT]), fatal)


class _Scan:
    """Looks for the end of one object in a buffer that grows; reads each byte once."""

    NEVER: Final = 0

    def __init__(self) -> None:
        self._place = 0
        self._in_string = False
        self._open = bytearray()

    def end_of_object(self, buffer: bytearray, limit: int) -> int | None:
        """Where it ends; NEVER if its brackets are wrong; None while neither is so.

        What lies beyond `limit` is not looked at.
        """
        limit = min(limit, len(buffer))
        while self._place < limit:
            pattern = _STRING_END_OR_ESCAPE if self._in_string else _BRACKET_OR_STRING
            found = pattern.search(buffer, self._place, limit)
            if found is None:
                self._place = limit
                return None
            byte = buffer[found.start()]
            self._place = found.end()
            if byte == ord('"'):
                self._in_string = not self._in_string
            elif byte == ord("\\"):
                self._place += 1
            elif byte in _CLOSER:
                self._open.append(_CLOSER[byte])
            elif self._open.pop() != byte:
                return self.NEVER
            elif not self._open:
                return self._place
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
