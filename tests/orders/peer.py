"""A point of sale with a plain socket, which decides itself what goes out in one packet."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator

SECONDS = 20
"""After which a test gives up waiting."""


class Peer:
    """One connection."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._loop = asyncio.get_running_loop()

    async def send(self, *pieces: bytes) -> None:
        """Each piece in a call of its own, without delay."""
        for piece in pieces:
            await self._loop.sock_sendall(self._socket, piece)

    async def receive(self) -> bytes:
        """What one read brings; empty when the other side has ended."""
        async with asyncio.timeout(SECONDS):
            return await self._loop.sock_recv(self._socket, 1 << 16)

    async def rest(self) -> bytes:
        """Everything until the other side ends."""
        received = bytearray()
        while piece := await self.receive():
            received += piece
        return bytes(received)

    async def ask(self, message: bytes) -> bytes:
        """The answer to one message."""
        await self.send(message)
        return await self.receive()

    def end(self) -> None:
        """Nothing more will be sent; answers are still read."""
        self._socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Gone, as after a crash."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def close(self) -> None:
        self._socket.close()


@contextlib.asynccontextmanager
async def connected(
    port: int, receive_buffer: int | None = None, source: str = "127.0.0.1"
) -> AsyncIterator[Peer]:
    """A peer that is closed in the end. `source`: the address it comes from."""
    with socket.socket() as plain:
        plain.settimeout(0)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if receive_buffer is not None:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        plain.bind((source, 0))
        await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", port))
        yield Peer(plain)
