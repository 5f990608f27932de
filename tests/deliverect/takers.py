"""Whoever takes what the channel posts, in place of the appliance."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiohttp import web

NOWHERE = "http://127.0.0.1:1"
"""Nobody listens there."""

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Kitchen:
    """The appliance as the channel sees it: what came in, and what is answered in turn."""

    def __init__(self) -> None:
        self.came: list[tuple[str, bytes, dict[str, str]]] = []
        self.answers: list[int | Answer] = []
        """The last one is for all that follow; 200 where there is none."""
        self.url = NOWHERE

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.came.append((request.path, await request.read(), dict(request.headers)))
        answer = self.answers.pop(0) if len(self.answers) > 1 else [*self.answers, 200][0]
        if not isinstance(answer, int):
            return await answer(request)
        return web.json_response({"result": "OK"}, status=answer)

    @property
    def last(self) -> Any:
        return msgspec.json.decode(self.came[-1][1])

    @asynccontextmanager
    async def listening(self, port: int = 0) -> AsyncIterator["Kitchen"]:
        runner = web.ServerRunner(web.Server(self.take, access_log=None), shutdown_timeout=0.1)  # type: ignore[arg-type]
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield self
        finally:
            await runner.cleanup()
