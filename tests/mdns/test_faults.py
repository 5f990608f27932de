"""A fault of ours, which what strangers say may lead to, is no end of the kitchen."""

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from itertools import chain, repeat

import pytest

from appliance.mdns import network, session
from appliance.mdns.network import Network, Now


class Faulty:
    """In place of a session: what its looks come to, one after the other, for all there are."""

    looks: Iterator[Exception | Now]

    def __init__(self, *_parts: object, **_others: object) -> None:
        self.now = Now()
        self.is_open = True

    async def look(self) -> None:
        assert self.is_open
        came = next(self.looks)
        if isinstance(came, Exception):
            raise came
        self.now = came

    async def heard(self, until: float) -> bool:
        del until
        await asyncio.sleep(0)
        return False

    async def close(self) -> None:
        self.is_open = False


async def test_it_is_told_once_and_begun_anew(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    here = Now(host="expeditor.local")
    unlike = KeyError("another")
    looks = chain([here, *(ValueError("a packet") for _ in range(2)), unlike], repeat(here))
    monkeypatch.setattr(Faulty, "looks", looks, raising=False)
    monkeypatch.setattr(session, "Session", Faulty)
    monkeypatch.setattr(network, "LOOK_SECONDS", 0.0)
    present = Network(identifier="x", host="x", announcements=(), browse=(), addresses=list)
    told: list[tuple[str, str]] = []
    with (
        caplog.at_level(logging.ERROR),
        present.watched(lambda: told.append((present.host, present.not_because))),
    ):
        running = asyncio.create_task(present.run())
        async with asyncio.timeout(10):
            while len(told) < 4:
                await asyncio.sleep(0)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
    why = "a fault of this program: "
    assert told == [
        ("expeditor.local", ""),
        ("", f"{why}ValueError('a packet')"),
        ("", f"{why}KeyError('another')"),
        ("expeditor.local", ""),
    ]
    assert [record.exc_info is not None for record in caplog.records] == [True, True]
