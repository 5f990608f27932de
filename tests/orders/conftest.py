"""Fixtures for tests in which it matters what has arrived, and in which pieces."""

import asyncio
from typing import Any

import pytest

from appliance.lan.framing import Splitter
from tests.orders.peer import SECONDS, Peer


class Arrivals:
    """The pieces in which bytes came out of the router's sockets."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self._one_more = asyncio.Event()

    def note(self, piece: bytes) -> None:
        self.pieces.append(piece)
        self._one_more.set()

    async def of(self, stream: bytes) -> None:
        """Wait until these bytes are the last that came."""
        async with asyncio.timeout(SECONDS):
            while not b"".join(self.pieces).endswith(stream):
                await self._next()

    async def separately(self, peer: Peer, *pieces: bytes) -> None:
        """Send each piece when the one before has come; nothing else is on its way."""
        self.pieces.clear()
        async with asyncio.timeout(SECONDS):
            for count, piece in enumerate(pieces, 1):
                await peer.send(piece)
                while len(self.pieces) < count:
                    await self._next()
        assert self.pieces == list(pieces)

    async def _next(self) -> None:
        self._one_more.clear()
        await self._one_more.wait()


@pytest.fixture
async def arrivals(monkeypatch: pytest.MonkeyPatch) -> Arrivals:
    noted = Arrivals()
    feed = Splitter.feed

    def feed_and_note(splitter: Splitter[Any], data: bytes) -> None:
        noted.note(data)
        feed(splitter, data)

    monkeypatch.setattr(Splitter, "feed", feed_and_note)
    return noted
