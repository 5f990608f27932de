"""A board as a program: it knocks, shows its code, then what it hears, and says what it painted.

python -m tests.end_to_end.screens.board HUB_URL SCREEN_ID DIRECTORY. The token is kept there.
"""

import asyncio
import contextlib
import sys
import time
from pathlib import Path
from typing import Any, Final

import aiohttp

from tests.end_to_end.screens.showing import Showing
from tests.end_to_end.screens.telling import Telling

API: Final = "/api/v1/kds"
STALE_SECONDS: Final = 5.0
"""Without a frame, which come every two seconds; as the board page has it."""
AGAIN_SECONDS: Final = 0.5
CONNECT_SECONDS: Final = 3.0


class Board:
    """One of them."""

    def __init__(self, url: str, screen: str, directory: Path) -> None:
        self._url = url + API
        self._screen = screen
        self._token_file = directory / "token"
        self._telling = Telling(directory)
        self._showing = Showing()
        self._heard = 0.0
        self._is_live = False

    async def run(self) -> None:
        """Until it is killed."""
        self._telling.note("begun")
        watching = asyncio.create_task(self._watch())
        timeout = aiohttp.ClientTimeout(total=CONNECT_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            while not watching.done():
                # A hub that is away is a state.
                with contextlib.suppress(aiohttp.ClientError, OSError):
                    if await self._knock(http):
                        await self._listen(http)
                await asyncio.sleep(AGAIN_SECONDS)
        await watching

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(0.05)
            if self._is_live and time.monotonic() - self._heard > STALE_SECONDS:
                self._is_live = False
                self._telling.note("stale")

    def _headers(self) -> dict[str, str]:
        if not self._token_file.exists():
            return {}
        return {"Authorization": f"Bearer {self._token_file.read_text()}"}

    async def _knock(self, http: aiohttp.ClientSession) -> bool:
        """Whether it is let in."""
        body = {"screen_id": self._screen, "name": self._screen}
        headers = self._headers()
        async with http.post(f"{self._url}/screens/knock", json=body, headers=headers) as answer:
            answer.raise_for_status()
            told = await answer.json()
        if told["state"] == "adopted":
            return True
        if told["token"] is not None:
            self._token_file.write_text(told["token"])
        self._telling.note("code", told["code"])
        return False

    async def _listen(self, http: aiohttp.ClientSession) -> None:
        headers = self._headers()
        async with asyncio.timeout(CONNECT_SECONDS):
            closing = aiohttp.ClientWSTimeout(ws_close=0.1)
            socket = await http.ws_connect(f"{self._url}/events", headers=headers, timeout=closing)
        async with socket:
            subscribe = {"type": "subscribe", "channel": "kds"}
            await socket.send_json(subscribe | {"since": self._showing.position})
            while True:
                # Whoever says nothing for so long is not there, whatever the socket says.
                message = await socket.receive(STALE_SECONDS)
                if message.type is not aiohttp.WSMsgType.TEXT:
                    return
                await self._take(socket, message.json())

    async def _take(self, socket: aiohttp.ClientWebSocketResponse, message: Any) -> None:
        self._heard = time.monotonic()
        if message["type"] == "ping":
            await socket.send_json({"type": "pong"})
            return
        shows = self._showing
        painted = shows.hear(message)
        if message["type"] in ("kds.snapshot", "beat") and not self._is_live:
            self._is_live = True
            self._telling.note("live")
        if message["type"] == "kds.snapshot":
            self._telling.note("stations", shows.stations)
        for wrong in shows.wrong:
            self._telling.note("wrong", wrong)
        shows.wrong.clear()
        self._telling.show({"cards": shows.cards, "stations": shows.stations, "seq": shows.seq})
        if painted is not None:
            await socket.send_json({"type": "painted", "seq": painted})


if __name__ == "__main__":
    asyncio.run(Board(sys.argv[1], sys.argv[2], Path(sys.argv[3])).run())
