"""Presses of buttons and bars as they come: for whoever sets them up, and learns their keys."""

import asyncio
from typing import Any, Final

import msgspec
from aiohttp import web
from msgspec import Struct

from appliance.api.auth import MANAGERS, Authority
from appliance.api.errors import ApiError
from appliance.api.raw import Frames, RawOperation
from appliance.presses import Presses, PressJson

BEAT_SECONDS: Final = 2.0
"""Whoever hears nothing for longer has lost the appliance."""
MOST_WAITING: Final = 100
"""Presses that a listener has not taken yet; more are not told to it."""
MOST_LISTENERS: Final = 20
"""Managers that set up devices at once."""
_encode = msgspec.json.Encoder().encode


class BeatJson(Struct, tag_field="type", tag="beat"):
    """Nothing was pressed for a while."""


class PressStream:
    """All who listen to presses."""

    def __init__(self, presses: Presses, authority: Authority) -> None:
        self._presses = presses
        self._authority = authority
        self._listening: set[asyncio.Task[Any]] = set()

    def operations(self, prefix: str) -> list[RawOperation]:
        """One."""
        return [
            RawOperation(
                "GET",
                f"{prefix}/setup/presses",
                self.listen,
                "text/event-stream",
                roles=MANAGERS,
                errors=(503,),
                # Nothing would end the answer to a HEAD of what streams.
                head=False,
                frames=Frames((PressJson, BeatJson), (), ()),
            )
        ]

    async def close(self, _app: web.Application) -> None:
        """Send all listeners away."""
        for task in self._listening:
            task.cancel()

    async def listen(self, request: web.Request) -> web.StreamResponse:
        """Every press of a button or of a key as it comes, also of keys that do nothing.

        By server-sent events, with a beat every 2 s. Of a bar `key` is what it sent: what its
        `keys` in the configuration have.
        """
        caller = self._authority.caller(request)
        caller.require_everywhere(MANAGERS)
        task = asyncio.current_task()
        if task is None or len(self._listening) >= MOST_LISTENERS:
            message = f"{MOST_LISTENERS} listen already; more is too many"
            raise ApiError(503, "SERVICE_UNAVAILABLE", message, headers={"Retry-After": "10"})
        waiting = asyncio.Queue[PressJson](MOST_WAITING)

        def hear(press: PressJson) -> None:
            if not waiting.full():
                waiting.put_nowait(press)

        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        self._listening.add(task)
        try:
            with self._presses.told_to(hear):
                await response.prepare(request)
                await _send(response, BeatJson())
                while True:
                    told = await _next(waiting)
                    self._authority.check(caller)
                    await _send(response, told)
        except (ApiError, ConnectionError):
            return response
        finally:
            self._listening.discard(task)


async def _next(waiting: "asyncio.Queue[PressJson]") -> Struct:
    try:
        async with asyncio.timeout(BEAT_SECONDS):
            return await waiting.get()
    except TimeoutError:
        return BeatJson()


async def _send(response: web.StreamResponse, told: Struct) -> None:
    await response.write(b"data: %s\n\n" % _encode(told))
