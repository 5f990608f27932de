"""A LAN screen over TCP: it keeps what it is told as a real one does, and fails as told.

What it keeps is a `SimulatedScreen`, which the contract holds to the same as a real appliance.
"""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any, Final, Literal

from appliance.config.values import Address
from appliance.screens.simulated import SimulatedScreen
from tests.screens.hub import commands_of

Ways = Literal["well", "hangs", "waits", "refuses", "cuts", "babbles"]
"""`hangs`: it takes connections and messages, and answers nothing. `waits`: it answers once it is
healed. `refuses`: it can parse no
order. `cuts`: after so many bytes of message or answer, see `cut_after`. `babbles`: its answers
are none."""
_ABORT: Final = b"\1\0\0\0\0\0\0\0"
_NO_END: Final = 1 << 30


class LanScreen:
    """One of them. Its port stays the same when it is killed and started again."""

    def __init__(self) -> None:
        self.screen = SimulatedScreen()
        self.way: Ways = "well"
        self.cut_after = 0
        """Of the way `cuts`: bytes of the message, and what is more, of the answer."""
        self.dies_of = b""
        """It breaks the connection when a message has this in it, whatever its way."""
        self.dies_forgetting = False
        """Then it has nothing on it any more; it is back at once."""
        self.messages: list[dict[str, Any]] = []
        """All that came whole, and was taken."""
        self.wrong: list[str] = []
        """What a real screen would show twice."""
        self.taken: Callable[[], None] = lambda: None
        """Called when a message was taken."""
        self.began: Callable[[], None] = lambda: None
        """Called with the first byte of a connection."""
        self.open_now = 0
        self.most_open = 0
        """Connections with a message at a time."""
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._port = 0
        self._healed = asyncio.Event()

    @property
    def address(self) -> Address:
        return Address(f"127.0.0.1:{self._port}")

    @property
    def shown(self) -> dict[str, list[tuple[str, Any, str | None]]]:
        """By the order's id, lines as id, quantity and course status."""
        return {
            order.id.partition("~")[0]: [
                (item.line_id, item.qty, item.course_status) for item in order.items
            ]
            for order, _guest in self.screen.orders.values()
        }

    def sent(self, order_id: str) -> list[str]:
        """The commands about an order, whatever its id on the screen."""
        return [
            each["command"].partition("-")[0]
            for each in self.messages
            if each["order"]["id"].partition("~")[0] == order_id
        ]

    @property
    def told(self) -> list[str]:
        """The commands, as `create 7`."""
        return commands_of(self.messages)

    async def start(self) -> None:
        """Also again, after it was killed."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def kill(self, *, forgets: bool = True) -> None:
        """As `kill -9` does. Without `forgets`, it had all on its disk."""
        assert self._server is not None
        server, self._server = self._server, None
        self._healed.set()
        self._healed = asyncio.Event()
        for writer in list(self._writers):
            _abort(writer)
        for serving in self._serving:
            serving.cancel()
        if self._serving:
            await asyncio.wait(self._serving)
        for listening in server.sockets:
            asyncio.get_running_loop().remove_reader(listening)
        # asyncio loses whom it has let in, and made no transport for, when the server is closed.
        await asyncio.sleep(0)
        server.close()
        await server.wait_closed()
        for _ in range(20):  # Who is let in at this moment is closed, too.
            await asyncio.sleep(0)
            for writer in list(self._writers):
                _abort(writer)
        if forgets:
            self.screen = SimulatedScreen()

    def heal(self) -> None:
        """It does well from now on."""
        self.way = "well"
        self._healed.set()
        self._healed = asyncio.Event()

    async def elsewhere(self) -> None:
        """It has another address from now on."""
        await self.kill(forgets=False)
        self._port = 0
        await self.start()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        if self._server is None:
            _abort(writer)  # It was killed while this one was let in.
            return
        serving = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(serving)  # Nothing else keeps it.
        serving.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError):
                await self._converse(reader, writer)
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        message = await reader.read(1)
        if not message:
            return  # Somebody looked whether it is there.
        self.began()
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            most = self.cut_after if self.way == "cuts" else _NO_END
            while len(message) < most and (piece := await reader.read(most - len(message))):
                message += piece
            if self.dies_of and self.dies_of in message:
                if self.dies_forgetting:
                    self.screen = SimulatedScreen()
                _abort(writer)
            elif len(message) >= most:
                _abort(writer)
            elif self.way == "waits":
                await self._healed.wait()
                self._reply(message, writer, _NO_END)
            elif self.way == "hangs":
                await reader.read()
                if not writer.is_closing():  # It was killed meanwhile.
                    await self._healed.wait()
            else:
                self._reply(message, writer, most - len(message))
        finally:
            self.open_now -= 1

    def _reply(self, message: bytes, writer: asyncio.StreamWriter, most: int) -> None:
        if writer.is_closing():
            return  # It was killed meanwhile.
        if self.way == "refuses":
            writer.write(b"Unable to parse data")
            return
        reply = self.screen.take(message)
        self.messages.append(json.loads(message))
        self._look_for_doubles()
        self.taken()
        writer.write(b"SSH-2.0-OpenSSH_9.2" if self.way == "babbles" else reply[:most])

    def _look_for_doubles(self) -> None:
        ids = [order_id.partition("~")[0] for order_id in self.screen.orders]
        if len({*ids}) < len(ids):
            self.wrong.append(f"{sorted(ids)}")


def _abort(writer: asyncio.StreamWriter) -> None:
    plain = writer.get_extra_info("socket")
    if plain is not None and plain.fileno() != -1:  # Else it is closed already.
        with contextlib.suppress(OSError):
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
    writer.transport.abort()


@contextlib.asynccontextmanager
async def lan_screen() -> AsyncIterator[LanScreen]:
    """One that runs."""
    screen = LanScreen()
    await screen.start()
    try:
        yield screen
    finally:
        if screen._server is not None:  # noqa: SLF001 - its own
            await screen.kill()
