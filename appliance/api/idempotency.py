"""Repeats the first answer to a POST that comes again: `X-Idempotency-Key`.

The answer of an operation that decides in the kitchen goes into the log, in one commit with
the events that it speaks of: after a power cut both are there, or neither is. Those of the
others, which write files, are kept in memory alone: there are secrets among them. After a
restart a PIN set or a token revoked once more comes to the same (of a subject, what it got in
between ends, too), and a device tells the key that it was made with.

Source: ticket API design page, "Errors".
"""

import asyncio
import hashlib
import re
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

import msgspec
from aiohttp import web
from msgspec import Struct

from appliance.api.auth import Caller
from appliance.api.auth.tokens import NAMELESS
from appliance.api.body import read
from appliance.api.errors import ApiError, invalid
from appliance.api.result import Result
from appliance.expeditor import REMEMBERED_MS, Expeditor

HEADER: Final = "X-Idempotency-Key"
REPLAYED: Final = {"Idempotent-Replayed": "true"}
"""On an answer that is a repeat; other APIs with such keys call it so, too."""
MAX_IN_MEMORY: Final = 1_000
"""Answers: managers make few devices and PINs a day, and a bar at a board presses a key some
hundred times an hour. The oldest go first."""
MAX_KEY: Final = 200
"""Characters."""
_USABLE: Final = re.compile(rf"[\x21-\x7e]{{1,{MAX_KEY}}}")
_REMEMBERED: Final = frozenset({200, 201, 204, 404, 409})
"""Statuses of what was done, or refused for what the kitchen is. With any other nothing was
done, and the same request may well be answered otherwise the next time."""


class Key(NamedTuple):
    """Which request it is, and how to tell another one that has the same key."""

    name: bytes
    fingerprint: bytes
    """Of query and body."""


class _Kept(Struct, frozen=True, array_like=True):
    """A remembered answer."""

    fingerprint: bytes
    result: Result


class _Recent(NamedTuple):
    """One that is kept in memory; `tick` by the kitchen's own clock."""

    tick: int
    kept: _Kept


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Kept).decode


async def key_of(request: web.Request, caller: Caller, prefix: str) -> Key | None:
    """The key that was sent with a POST, if any; below any prefix it is the same one.

    Raises ApiError 400, 413.
    """
    sent = request.headers.getall(HEADER, [])
    if request.method != "POST" or not sent:
        return None
    if len(sent) > 1 or not _USABLE.fullmatch(sent[0]):
        raise invalid(HEADER, "send it once, with 1 to 200 visible ASCII characters")
    path = request.rel_url.raw_path.removeprefix(prefix)
    # What an answer shows depends on the stations, too. Those of a device come and go between a
    # request and its repeat, when its screen begins to show another's: it is still the same one.
    kept = caller.stations if caller.device is None else None
    only = None if kept is None else sorted(kept)
    name = hashlib.sha256(msgspec.json.encode([_who(caller), only, request.method, path, sent[0]]))
    fingerprint = hashlib.sha256(msgspec.json.encode(request.rel_url.raw_query_string))
    fingerprint.update(await read(request))
    return Key(name.digest(), fingerprint.digest())


def _who(caller: Caller) -> tuple[str, ...]:
    """Two issuers may name two people alike; so may whoever names devices.

    The command line calls all alike to whom it gives a token without saying for whom.
    """
    if caller.proof is None or caller.subject == NAMELESS:
        return "token", caller.token_id
    return "subject", caller.proof.claims.iss, caller.subject


class Repeats:
    """What was answered, for one appliance."""

    def __init__(self, expeditor: Expeditor) -> None:
        self._expeditor = expeditor
        self._working: dict[bytes, asyncio.Future[None]] = {}
        """By the names of keys whose request is being answered."""
        self._recent: OrderedDict[bytes, _Recent] = OrderedDict()

    @asynccontextmanager
    async def turn(self, key: Key) -> AsyncIterator[None]:
        """Only one at a time for each key: whoever comes meanwhile waits for the answer."""
        while (working := self._working.get(key.name)) is not None:
            await asyncio.wait([working])
        self._working[key.name] = done = asyncio.get_running_loop().create_future()
        try:
            yield
        finally:
            del self._working[key.name]
            done.set_result(None)

    async def from_log(self, key: Key) -> Result | None:
        """What `settle` remembered. Raises ApiError 409, Unreadable."""
        stored = await self._expeditor.recalled(key.name)
        return None if stored is None else _repeat(_decode(stored), key)

    def from_memory(self, key: Key) -> Result | None:
        """What `keep_in_memory` remembered. Raises ApiError 409."""
        since = self._expeditor.now().tick - REMEMBERED_MS
        while self._recent and next(iter(self._recent.values())).tick < since:
            self._recent.popitem(last=False)
        recent = self._recent.get(key.name)
        return None if recent is None else _repeat(recent.kept, key)

    async def settle(self, key: Key | None, result: Result) -> None:
        """Wait until what was decided just now may be said, and is remembered. Raises NotStored.

        Nothing may be awaited between that decision and this: they go into the same commit.
        """
        if key is not None and result.status in _REMEMBERED:
            durable = self._expeditor.remember(key.name, _encode(_Kept(key.fingerprint, result)))
        else:
            durable = self._expeditor.settled()
        await asyncio.shield(durable)

    def keep_in_memory(self, key: Key, result: Result) -> None:
        """Remember an answer until the program ends."""
        if result.status not in _REMEMBERED:
            return
        kept = _Kept(key.fingerprint, result)
        self._recent[key.name] = _Recent(self._expeditor.now().tick, kept)
        if len(self._recent) > MAX_IN_MEMORY:
            self._recent.popitem(last=False)


def _repeat(kept: _Kept, key: Key) -> Result:
    if kept.fingerprint != key.fingerprint:
        message = f"{HEADER}: it was sent before with another body or query; take a new one"
        raise ApiError(409, "CONFLICT", message, {"field": HEADER})
    return msgspec.structs.replace(kept.result, headers=kept.result.headers | REPLAYED)
