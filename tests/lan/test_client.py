"""The client's side: one message, one reply, and what happens when there is none."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from appliance.lan.client import send

MESSAGE = b'{"id":"1","items":[]}'

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def listening(handler: Handler) -> AsyncIterator[int]:
    """A server whose connections are closed when their handler is done; its port."""
    done: list[asyncio.Task[None]] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        done.append(asyncio.create_task(handle(reader, writer)))

    async with await asyncio.start_server(connected, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        async with asyncio.timeout(10):
            await asyncio.gather(*done)


async def test_the_reply_is_returned_and_the_server_sees_the_end_of_the_message() -> None:
    received = b""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal received
        received = await reader.read()  # Ends only when the client closes its side.
        writer.write(b"1")

    async with listening(answer) as port:
        assert await send("127.0.0.1", port, MESSAGE) == b"1"
    assert received == MESSAGE


async def test_a_reply_is_enough_the_server_need_not_close() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Unable to parse data")
        await reader.read()

    async with listening(answer) as port:
        assert await send("127.0.0.1", port, MESSAGE) == b"Unable to parse data"


async def test_a_connection_closed_without_a_reply_says_so() -> None:
    async def close(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(close) as port:
        with pytest.raises(EOFError, match=f"127.0.0.1:{port} closed"):
            await send("127.0.0.1", port, MESSAGE)


async def test_silence_ends_in_a_time_out() -> None:
    timed_out = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()
        await timed_out.wait()

    async with listening(say_nothing) as port:
        with pytest.raises(TimeoutError):
            await send("127.0.0.1", port, MESSAGE, seconds=0.05)
        timed_out.set()


async def test_a_server_that_does_not_read_keeps_no_connection_open() -> None:
    timed_out = asyncio.Event()
    received = 0

    async def read_late(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        nonlocal received
        await timed_out.wait()
        with contextlib.suppress(ConnectionError):
            while piece := await reader.read(1 << 20):
                received += len(piece)

    async with listening(read_late) as port:
        with pytest.raises(TimeoutError):
            await send("127.0.0.1", port, b" " * 50_000_000, seconds=0.2)
        timed_out.set()
    assert received < 50_000_000


async def test_a_connection_that_is_reset_raises_an_os_error() -> None:
    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"
        )
        writer.transport.abort()

    async with listening(reset) as port:
        with pytest.raises(ConnectionError):
            await send("127.0.0.1", port, MESSAGE)


async def test_a_port_where_nobody_listens_is_refused() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionRefusedError):
            await send("127.0.0.1", unused.getsockname()[1], MESSAGE)
