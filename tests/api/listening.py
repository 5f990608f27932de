"""A plain listener to the event stream, reading what the wire carries."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple

import aiohttp

from tests.running import RunningAppliance

EVENTS = "/api/v1/kds/events"


class Heard(NamedTuple):
    """One server-sent event; `id` is what a browser would come back with."""

    id: str | None
    body: Any

    @property
    def type(self) -> str:
        return str(self.body["type"])


class Listener:
    """An open stream."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def hear(self, seconds: float = 10) -> Heard:
        """The next event. Raises EOFError when the stream has ended."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(seconds):
            while line := (await self._answer.content.readline()).decode():
                if line == "\n":
                    return Heard(fields.get("id"), json.loads(fields["data"]))
                name, _, value = line.rstrip("\n").partition(": ")
                fields[name] = value
        raise EOFError

    async def until(self, last: Callable[[Heard], bool], seconds: float = 10) -> list[Heard]:
        """All that comes, up to the one that `last` is true of."""
        heard: list[Heard] = []
        async with asyncio.timeout(seconds):
            while not heard or not last(heard[-1]):
                heard.append(await self.hear(seconds))
        return heard

    async def ticket(self, seconds: float = 10) -> Heard:
        """The next event about a ticket."""
        return (await self.until(is_ticket, seconds))[-1]

    async def snapshot(self) -> Heard:
        """The snapshot that has to come first."""
        first = await self.hear()
        assert first.type == "kds.snapshot"
        return first


def is_ticket(heard: Heard) -> bool:
    return heard.type.startswith("kds.ticket.")


@contextlib.asynccontextmanager
async def listening(
    appliance: RunningAppliance,
    query: str = "",
    *,
    token: str | None = None,
    last_event_id: str | None = None,
) -> AsyncIterator[Listener]:
    """A listener, as chef where no token is given; `query` begins with `?`."""
    headers = {"Authorization": f"Bearer {token or appliance.token('chef')}"}
    if last_event_id is not None:
        headers["Last-Event-ID"] = last_event_id
    # A session of its own: leaving it closes the connection, as a browser's tab does.
    async with (
        aiohttp.ClientSession(read_bufsize=2**22) as http,
        http.get(appliance.url + EVENTS + query, headers=headers) as answer,
    ):
        assert answer.status == 200, await answer.text()
        assert answer.headers["Content-Type"] == "text/event-stream"
        yield Listener(answer)
