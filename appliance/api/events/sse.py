"""A listener by server-sent events.

Each frame that can be resumed from carries its position, `epoch:seq`, as the event's id.
"""

from collections.abc import Callable

from aiohttp import web

from appliance.api.errors import ApiError
from appliance.api.events.listener import Carrier, Listener


async def stream(
    request: web.Request, new_listener: Callable[[Carrier], Listener], since: str | None
) -> web.StreamResponse:
    """Tell what there is to hear until the listener goes, is too slow, or may no longer."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    log = b""

    async def begin(epoch: str) -> None:
        nonlocal log
        log = epoch.encode()

    async def send(body: bytes, seq: int | None) -> None:
        place = b"" if seq is None else b"id: %s:%d\n" % (log, seq)
        await response.write(b"%sdata: %s\n\n" % (place, body))

    await response.prepare(request)
    transport = request.transport
    if transport is None:
        return response  # It has gone already.
    try:
        await new_listener(Carrier(begin, send, transport.abort)).run(since)
    except (ApiError, ConnectionError):
        return response
    finally:
        # Whoever does not read would otherwise be waited for to take the rest.
        transport.abort()
