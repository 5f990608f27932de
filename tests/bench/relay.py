"""The baseline of orders to boards: what comes in over TCP goes to all WebSockets, and no more.

python -m tests.bench.relay; prints the port for orders and the one for boards. An order ends where
the sender half-closes; it is answered by `ok`.
"""

import asyncio

import uvloop
from aiohttp import WSMsgType, web

boards: list[web.WebSocketResponse] = []


async def listen(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    boards.append(socket)
    await socket.receive()
    return socket


async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    order = await reader.read()
    for board in boards:
        await board.send_frame(order, WSMsgType.TEXT)
    writer.write(b"ok")
    await writer.drain()
    writer.close()


async def main() -> None:
    app = web.Application()
    app.router.add_get("/events", listen, allow_head=False)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server = await asyncio.start_server(take, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
