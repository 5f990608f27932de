"""The other side of the LAN protocol: sends one message and reads its reply."""

import asyncio
from typing import Final

REPLY_SECONDS: Final = 5.0
"""How long clients of this protocol wait, connecting included."""
MAX_REPLY: Final = 4096


async def send(host: str, port: int, message: bytes, seconds: float = REPLY_SECONDS) -> bytes:
    """The reply to one message, on a connection of its own.

    Raises TimeoutError when there is none in time, ConnectionError or another OSError when
    there can be none, and EOFError when the other side closes without a reply.
    """
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(message)
            writer.write_eof()
            reply = await reader.read(MAX_REPLY)  # It comes in one write, and is short.
        finally:
            # Not close: that would wait for a peer that does not read the message.
            writer.transport.abort()
    if not reply:
        raise EOFError(f"{host}:{port} closed the connection without a reply")
    return reply
