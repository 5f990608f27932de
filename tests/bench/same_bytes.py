"""Two servers that send one answer to everybody: what aiohttp costs, and what the client does.

python -m tests.bench.same_bytes bare|null < ANSWER; prints the port. `bare` is an aiohttp
handler that makes a response of the same headers and body, and does nothing else; `null`
writes the bytes as they are for whatever it reads, so that only the client is left.
"""

import asyncio
import sys
from typing import Final, cast

import uvloop
from aiohttp import web

PATH: Final = "/api/v1/kds/stations/{station_id}/orders/{order_id}/ticket/{action}"
_OF_AIOHTTP: Final = {"Content-Length", "Content-Type", "Date", "Server"}
"""Headers that it adds by itself."""


async def bare(answer: bytes) -> int:
    head, _, body = answer.partition(b"\r\n\r\n")
    sent = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    headers = {name: value for name, value in sent.items() if name not in _OF_AIOHTTP}
    kind, _, _charset = sent["Content-Type"].partition(";")

    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type=kind, headers=headers)

    app = web.Application()
    app.router.add_post(PATH, handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return int(runner.addresses[0][1])


class Null(asyncio.Protocol):
    """Each read is one request: the client sends the next when it has its answer."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, _data: bytes) -> None:
        self._transport.write(self._answer)


async def null(answer: bytes) -> int:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Null(answer), "127.0.0.1", 0)
    return int(server.sockets[0].getsockname()[1])


async def main(kind: str, answer: bytes) -> None:
    print(await {"bare": bare, "null": null}[kind](answer), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop_runner:
        loop_runner.run(main(sys.argv[1], sys.stdin.buffer.read()))
