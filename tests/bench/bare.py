"""The baseline of the broadcast: aiohttp alone, the same bytes, a loop over all listeners.

python -m tests.bench.bare; prints the port. GET /events takes a listener, by WebSocket or by
server-sent events; POST /events sends the body to all of them.
"""

import asyncio

import uvloop
from aiohttp import web

sockets: list[web.WebSocketResponse] = []
streams: list[web.StreamResponse] = []


async def listen(request: web.Request) -> web.StreamResponse:
    if "Upgrade" in request.headers:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        sockets.append(socket)
        await socket.receive()
        return socket
    stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await stream.prepare(request)
    streams.append(stream)
    await stream.write(b": hello\n\n")
    await asyncio.Event().wait()
    return stream


async def tell(request: web.Request) -> web.Response:
    body = await request.read()
    text = body.decode()
    for socket in sockets:
        await socket.send_str(text)
    for stream in streams:
        await stream.write(body)
    return web.Response()


async def main() -> None:
    app = web.Application()
    app.router.add_get("/events", listen, allow_head=False)
    app.router.add_post("/events", tell)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
