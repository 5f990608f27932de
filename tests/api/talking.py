"""A client of the WebSocket, as an integrator would write it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import aiohttp

from tests.api.listening import EVENTS
from tests.running import RunningAppliance

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


class Closed(Exception):
    """The other side has closed; with which code, and which reason."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class Talk:
    """An open WebSocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def say(self, kind: str, **message: Any) -> None:
        await self.socket.send_str(json.dumps({"type": kind} | message))

    async def hear(self, seconds: float = 10) -> Any:
        """The next message, decoded. Raises Closed."""
        received = await self.socket.receive(seconds)
        if received.type is aiohttp.WSMsgType.TEXT:
            return json.loads(received.data)
        if received.type is aiohttp.WSMsgType.CLOSE:
            raise Closed(received.data, received.extra or "")
        raise Closed(None, repr(received))

    async def until(self, last: Callable[[Any], bool], seconds: float = 10) -> list[Any]:
        """All that comes, up to the one that `last` is true of."""
        heard: list[Any] = []
        async with asyncio.timeout(seconds):
            while not heard or not last(heard[-1]):
                heard.append(await self.hear())
        return heard

    async def until_seq(self, seq: int) -> list[Any]:
        """All that comes, up to what leads to that place."""
        return await self.until(lambda heard: heard["seq"] == seq)

    async def the(self, kind: str) -> Any:
        """The next message of that type, with nothing but beats before it."""
        heard = await self.hear()
        while heard["type"] == "beat" != kind:
            heard = await self.hear()
        assert heard["type"] == kind, heard
        return heard

    async def ends(self, seconds: float = 10) -> Closed:
        """How it ends, whatever comes before."""
        try:
            await self.until(lambda _heard: False, seconds)
        except Closed as closed:
            return closed
        raise AssertionError

    async def subscribe(self, **what: Any) -> Any:
        """Subscribe; the answer."""
        await self.say("subscribe", channel="kds", **what)
        return await self.the("subscribed")


@contextlib.asynccontextmanager
async def talking(
    appliance: RunningAppliance,
    *,
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> AsyncIterator[Talk]:
    """A connection whose upgrade carries this token (a chef's by default) or these headers."""
    if headers is None:
        headers = {"Authorization": f"Bearer {token or appliance.token('chef')}"}
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(
            appliance.url + EVENTS, headers=headers, autoping=False, autoclose=False, max_msg_size=0
        ) as socket,
    ):
        yield Talk(socket)


@contextlib.asynccontextmanager
async def subscribed(
    appliance: RunningAppliance, *, token: str | None = None, **what: Any
) -> AsyncIterator[Talk]:
    """One that has signed in and subscribed."""
    async with talking(appliance, token=token) as talk:
        await talk.the("auth_success")
        await talk.subscribe(**what)
        yield talk
