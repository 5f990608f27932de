"""A server behind `Https` on a real socket, and clients that verify what it presents."""

import asyncio
import contextlib
import errno
import os
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web
from cryptography import x509

from appliance.tls import Https, OwnAuthority

NAMES = frozenset({"kitchen", "kitchen.local", "localhost", "127.0.0.1"})
NOW = datetime.now(UTC)
"""What clients go by: they verify dates against the real clock."""


class Machine:
    """What the appliance believes of its machine, for a test to change."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.names = NAMES
        self.now = NOW
        self.clock_is_right = False
        self.broken = False
        """Its interfaces cannot be listed."""

    def source(self) -> OwnAuthority:
        """As it is made at each start."""
        return OwnAuthority(
            self.directory, self._look, lambda: self.now, lambda: self.clock_is_right
        )

    def _look(self) -> frozenset[str]:
        if self.broken:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return self.names

    async def start(self) -> Https:
        """A start of the service."""
        return await asyncio.to_thread(lambda: Https(self.source()))

    async def check_at(self, https: Https, now: datetime) -> None:
        """It is another time, and the service looks after its certificate."""
        self.now = now
        await asyncio.to_thread(https.check)


@contextlib.asynccontextmanager
async def presenting(https: Https) -> AsyncIterator[int]:
    """A server that answers `served` to all; its port."""

    async def serve(_request: web.Request) -> web.Response:
        return web.Response(text="served")

    app = web.Application()
    app.router.add_get("/", serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=https.context).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def trusting(authority: bytes | None) -> ssl.SSLContext:
    """A client that trusts this authority alone, as strictly as newer Pythons do by default."""
    assert authority
    context = ssl.create_default_context(cadata=authority.decode())
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


class Conversation:
    """A connection that stays open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.certificate = x509.load_der_x509_certificate(
            writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        )
        self.version = writer.get_extra_info("ssl_object").version()

    async def ask(self) -> str:
        """One request; its answer's body."""
        self._writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        head = await self._reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        return (await self._reader.readexactly(len("served"))).decode()


@contextlib.asynccontextmanager
async def connected(
    port: int, context: ssl.SSLContext, name: str = "localhost"
) -> AsyncIterator[Conversation]:
    """A connection to what calls itself `name`. Raises ssl.SSLError when it is not that."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=context, server_hostname=name
    )
    try:
        yield Conversation(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(ssl.SSLError, ConnectionError):
            await writer.wait_closed()


async def presented(
    port: int, context: ssl.SSLContext, name: str = "localhost"
) -> x509.Certificate:
    """The certificate that a new connection is shown, and verifies; it is served, too."""
    async with connected(port, context, name) as conversation:
        assert await conversation.ask() == "served"
        return conversation.certificate
