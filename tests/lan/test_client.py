"""The client's side: a message, its reply, and what happens when there is none."""

import asyncio
import contextlib
import gc
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from time import monotonic
from typing import Any
from unittest.mock import AsyncMock

import pytest

from appliance.lan import client, replies
from appliance.lan.client import send
from tests.orders.serving import Kitchen, order, serving

SECONDS = 20
"""After which a test gives up waiting."""
FOREVER = 3600.0
"""A time-out that no test lives to see."""
MESSAGE = b'{"id":"1","items":[]}'
UNABLE = replies.UNABLE_TO_PARSE

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


async def write_apart(writer: asyncio.StreamWriter, *pieces: bytes) -> None:
    """With turns of the loop between them, in which the client reads each by itself."""
    for piece in pieces:
        writer.write(piece)
        for _ in range(100):
            await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def staying_open(*pieces: bytes) -> AsyncIterator[int]:
    """A server that replies in these pieces and never closes, as some screens do."""
    done = asyncio.Event()

    async def reply(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await write_apart(writer, *pieces)
        await done.wait()

    async with listening(reply) as port:
        try:
            async with asyncio.timeout(SECONDS):
                yield port
        finally:
            done.set()


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection as a crash does."""
    writer.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"
    )
    writer.transport.abort()


async def test_the_reply_is_returned_and_the_server_sees_the_end_of_the_message() -> None:
    received = b""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal received
        received = await reader.read()  # Ends only when the client closes its side.
        writer.write(b"1")

    async with listening(answer) as port:
        assert (await send("127.0.0.1", port, MESSAGE)).text == b"1"
    assert received == MESSAGE


async def test_a_reply_is_enough_the_server_need_not_close() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Unable to parse data")
        await reader.read()

    async with listening(answer) as port:
        assert (await send("127.0.0.1", port, MESSAGE)).text == b"Unable to parse data"


async def test_a_connection_closed_without_a_reply_says_so() -> None:
    async def close(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(close) as port:
        with pytest.raises(EOFError, match="closed without a reply"):
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
    async def crash(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        reset(writer)

    async with listening(crash) as port:
        with pytest.raises(ConnectionError):
            await send("127.0.0.1", port, MESSAGE)


async def test_connecting_counts_towards_the_time() -> None:
    with socket.socket() as full, contextlib.ExitStack() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(3):  # More than wait to be accepted: whoever comes now waits as well.
            peer = waiting.enter_context(socket.socket())
            peer.settimeout(0)
            peer.connect_ex(full.getsockname())
        with pytest.raises(TimeoutError):
            await send("127.0.0.1", full.getsockname()[1], MESSAGE, seconds=0.1)


async def test_a_port_where_nobody_listens_is_refused() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionRefusedError):
            await send("127.0.0.1", unused.getsockname()[1], MESSAGE)


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(b'{"id":"A-1","items":[]}', id="bare order"),
        pytest.param(b'{"order":{"id":"A-1","items":[]}}\n', id="create"),
        pytest.param(b'{"id":"A-1","items":[]}' + b"\r\n" * 20, id="much white space"),
        pytest.param(b'{"command":"update-order","order":{"id":"A-1","items":[]}}', id="update"),
        pytest.param(b'{"command":"partial-update-order","order":{"id":"A-1"}}', id="partial"),
        pytest.param(b'\xef\xbb\xbf{"command":"cancel-order","order":{"id":"A-1"}}', id="cancel"),
    ],
)
async def test_the_id_of_the_order_is_a_whole_reply(message: bytes) -> None:
    async with staying_open(b"A-1") as port:
        assert (await send("127.0.0.1", port, message, FOREVER)).text == b"A-1"


@pytest.mark.parametrize("failure", sorted(replies.FAILURES))
@pytest.mark.parametrize("message", [MESSAGE, b"no order at all", b'{"id":""}', b'{"id":'])
async def test_a_documented_failure_is_a_whole_reply(message: bytes, failure: bytes) -> None:
    async with staying_open(failure) as port:
        assert (await send("127.0.0.1", port, message, FOREVER)).text == failure


async def test_a_reply_that_comes_in_pieces_is_read_to_its_end() -> None:
    async with staying_open(b"Una", b"ble to ", b"parse data") as port:
        assert (await send("127.0.0.1", port, MESSAGE, FOREVER)).text == UNABLE
    async with staying_open(b"A", b"-", b"1") as port:
        assert (await send("127.0.0.1", port, b'{"id":"A-1","items":[]}', FOREVER)).text == b"A-1"


async def test_white_space_around_a_reply_is_dropped() -> None:
    async with staying_open(b"\r\n 1", b"\r\n") as port:
        assert (await send("127.0.0.1", port, b'{"id":" 1","items":[]}', FOREVER)).text == b"1"


async def test_white_space_is_no_reply() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.write(b" \r\n")

    async with listening(answer) as port:
        with pytest.raises(EOFError):
            await send("127.0.0.1", port, MESSAGE)
    async with staying_open(b" \r\n") as port:
        with pytest.raises(TimeoutError):
            await send("127.0.0.1", port, b'{"id":" ","items":[]}', seconds=0.1)


@pytest.mark.parametrize(
    ("message", "pieces"),
    [
        pytest.param(MESSAGE, [b"1 is ", b"on the screen"], id="undocumented"),
        pytest.param(MESSAGE + order("2"), [b"1", b"2"], id="of two orders"),
        pytest.param(b"{}" + order("2"), [UNABLE, b"2"], id="of two, the first refused"),
        pytest.param(MESSAGE + b'{"id":', [b"1", UNABLE], id="of one and a half"),
        pytest.param(b" " * 300_000 + MESSAGE * 2, [b"1", b"1"], id="of a long file"),
    ],
)
async def test_other_replies_end_where_the_server_closes(
    message: bytes, pieces: list[bytes]
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        await write_apart(writer, *pieces)

    async with listening(answer) as port:
        assert (await send("127.0.0.1", port, message, FOREVER)).text == b"".join(pieces)


async def test_an_undocumented_reply_of_a_server_that_stays_is_returned_when_time_is_up() -> None:
    async with staying_open(b"1 is on the ", b"screen") as port:
        began = monotonic()
        assert (await send("127.0.0.1", port, MESSAGE, seconds=0.3)).text == b"1 is on the screen"
        assert monotonic() - began > 0.29  # The loop's clock has milliseconds.


async def test_an_early_answer_counts_though_the_message_was_not_read() -> None:
    async with staying_open(UNABLE) as port:
        assert (await send("127.0.0.1", port, b"?" * 200_000, FOREVER)).text == UNABLE
        assert (await send("127.0.0.1", port, b"?" * 20_000_000, seconds=0.5)).text == UNABLE


@pytest.mark.parametrize("size", [20, 5_000_000])
@pytest.mark.parametrize("ending", ["close", "reset"])
async def test_an_answer_counts_though_the_connection_breaks_after_it(
    size: int, ending: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        writer.write(b"too many")
        await writer.drain()
        if ending == "reset":
            reset(writer)

    async with listening(refuse) as port:
        assert (await send("127.0.0.1", port, b"?" * size, FOREVER)).text == b"too many"
    gc.collect()  # What failed in a task unseen is logged now.
    assert caplog.records == []


async def test_a_reply_without_an_end_is_cut() -> None:
    most = b"x" * client.MAX_REPLY
    async with staying_open(most[:-1], most) as port:
        assert (await send("127.0.0.1", port, MESSAGE, FOREVER)).text == most


@pytest.mark.parametrize(
    ("message", "reply"),
    [
        (order("1") + order("2"), b"12"),
        (order("1") + b"\n" + order("1") + b"\n", b"11"),
        (b"{}" + order("2"), UNABLE + b"2"),
        (order("1") + b"{}" + order("3"), b"1" + UNABLE + b"3"),
        (order("1") + b'{"id":', b"1" + UNABLE),
        (b"".join(order(f"{number:03}") for number in range(999)), b"%03d" * 999 % (*range(999),)),
        (b" " * 300_000 + order("1"), b"1"),
    ],
    ids=["two", "the same twice", "refused first", "refused between", "cut", "many", "long"],
)
async def test_a_file_of_several_orders_gets_all_replies(message: bytes, reply: bytes) -> None:
    async with serving(Kitchen().submit) as (_, port):
        assert (await send("127.0.0.1", port, message, SECONDS)).text == reply


def test_of_a_host_with_several_addresses_the_first_that_answers_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def answer_once() -> None:
        peer, _ = server.accept()
        with peer:
            peer.recv(100)
            peer.sendall(b"1")

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(SECONDS)
        port = server.getsockname()[1]
        addresses = [
            (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))
            for address in ("127.0.0.2", "127.0.0.1")
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: addresses)
        answering = threading.Thread(target=answer_once)
        answering.start()
        # As the command line does it: without uvloop.
        assert asyncio.run(send("screen.test", port, MESSAGE)).accepted
        answering.join()
    with pytest.raises(ConnectionRefusedError):
        asyncio.run(send("screen.test", port, MESSAGE))


async def test_an_address_that_drops_all_leaves_time_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as full, socket.socket(socket.AF_INET6) as server:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        server.bind(("::1", 0))
        server.listen()
        crowd = [socket.socket() for _ in range(3)]
        for each in crowd:  # They fill its queue: whoever comes now hears nothing.
            each.settimeout(0)
            each.connect_ex(full.getsockname())
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", full.getsockname()),
            (-1, socket.SOCK_STREAM, 6, "", ("a family", "that this kernel has not")),
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", server.getsockname()),
        ]
        resolve = AsyncMock(return_value=found)
        monkeypatch.setattr(client, "_addresses", resolve)
        await client.probe("screen.test", 9104, 1.0)
        for each in crowd:
            each.close()


def test_a_name_is_looked_up_once_at_a_time() -> None:
    """Who waits for it gives up; the lookup itself cannot, and has a thread that others need."""
    asked: list[str] = []
    known = threading.Event()

    class Resolver(asyncio.SelectorEventLoop):
        async def getaddrinfo(self, host: Any, *_: Any, **__: Any) -> Any:
            asked.append(host)
            await asyncio.to_thread(known.wait)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    async def look() -> None:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await client.probe("screen.test", 9104, 0.01)
        assert asked == ["screen.test"]
        known.set()
        for _ in range(2):
            with pytest.raises(socket.gaierror):
                await client.probe("screen.test", 9104, SECONDS)

    with asyncio.Runner(loop_factory=Resolver) as runner:
        runner.run(look())


async def test_ipv6_is_an_address_like_any_other() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        await client.probe("::1", server.getsockname()[1], SECONDS)


@pytest.mark.parametrize(
    ("message", "reply", "accepted"),
    [
        (order("123"), b"123", True),
        (order("123"), b" 123\r\n", True),
        (order("12") + order("3"), b"123", True),
        (order("123"), b'"123"\n', True),
        (order('\\"7\\"'), b'"7"', True),
        (order("123"), b'"', False),
        (order("123"), b'{"id":"123"}', False),
        (order("123"), b"OK", False),
        (order("123"), b"12", False),
        (order("123"), b"1234", False),
        (order("123"), b"999", False),
        (order("123"), b"Unable to parse data", False),
        (order("123"), b"Unable to pa", False),
        (order("123"), b"SSH-2.0-OpenSSH_9.2", False),
        (order("123") + order("4"), b"123Unable to parse data", False),
        (order("123") + b"{}", b"123", False),
        (order("123") + b'{"id":', b"123", False),
        (b"no order", b"no order", False),
    ],
)
async def test_a_reply_is_a_yes_when_it_is_all_the_ids_and_nothing_else(
    message: bytes,
    reply: bytes,
    accepted: bool,  # noqa: FBT001
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.write(reply)

    async with listening(answer) as port:
        answered = await send("127.0.0.1", port, message)
    assert answered.accepted is accepted
    assert answered.text in (reply.strip(), reply.strip()[1:-1])


async def test_the_id_is_not_looked_for_where_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "Splitter", None)
    async with staying_open(b" 7 ") as port:
        reply = await send("127.0.0.1", port, order("7"), FOREVER, order_id=" 7 ")
        assert reply == (b"7", True)
    async with staying_open(b"8") as port:
        reply = await send("127.0.0.1", port, order("7"), seconds=0.2, order_id="7")
        assert reply == (b"8", False)


async def test_a_look_says_nothing_and_finds_who_listens() -> None:
    received = asyncio.get_running_loop().create_future()

    async def take(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        received.set_result(await reader.read())

    async with listening(take) as port:
        await client.probe("127.0.0.1", port, FOREVER)
        assert await received == b""
    with pytest.raises(ConnectionRefusedError):
        await client.probe("127.0.0.1", port, FOREVER)


async def test_half_a_reply_when_time_is_up_is_no_yes() -> None:
    async with staying_open(b"12") as port:
        assert await send("127.0.0.1", port, order("123"), seconds=0.2) == (b"12", False)
