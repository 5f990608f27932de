"""A browser that nobody watches: by its own DevTools protocol, and as little of that as can be.

Playwright hears of every request, which costs the same two processors as the page does.
"""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import aiohttp

from tests.pictures import ARGUMENTS

STARTED_SECONDS = 20.0


class Page:
    """One that is opened, and says something of itself."""

    def __init__(self, browser: "Browser", target: str, session: str) -> None:
        self._browser = browser
        self._target = target
        self._session = session

    async def call(self, method: str, **how: Any) -> dict[str, Any]:
        """What a command of the protocol answers. Raises RuntimeError."""
        return await self._browser.call(method, self._session, **how)

    async def evaluate(self, expression: str) -> Any:
        """What it resolves to there."""
        told = await self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        return told["result"]["value"]

    async def close(self) -> None:
        await self._browser.call("Target.closeTarget", targetId=self._target)


class Browser:
    """A Chromium, by the WebSocket of its DevTools."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._ids = itertools.count(1)

    async def call(self, method: str, session: str | None = None, **how: Any) -> dict[str, Any]:
        """What a command of the protocol answers. Raises RuntimeError."""
        number = next(self._ids)
        message = {"id": number, "method": method, "params": how}
        await self._socket.send_json(message | ({"sessionId": session} if session else {}))
        while (told := json.loads((await self._socket.receive()).data)).get("id") != number:
            ...  # Events, and answers that nobody waits for.
        if "error" in told:
            raise RuntimeError(f"{method}: {told['error']}")
        answer: dict[str, Any] = told["result"]
        return answer

    async def context(self, url: str, cookie: dict[str, str]) -> str:
        """As a browser of its own that keeps nothing of another: its id."""
        made: str = (await self.call("Target.createBrowserContext"))["browserContextId"]
        cookies = [cookie | {"url": url}]
        await self.call("Storage.setCookies", browserContextId=made, cookies=cookies)
        return made

    async def page(self, context: str, script: str, size: tuple[int, int]) -> Page:
        """An empty one, in which this script will begin before all others."""
        blank = {"url": "about:blank", "browserContextId": context}
        target = (await self.call("Target.createTarget", **blank))["targetId"]
        attached = await self.call("Target.attachToTarget", targetId=target, flatten=True)
        page = Page(self, target, attached["sessionId"])
        screen = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
        await page.call("Emulation.setDeviceMetricsOverride", **screen)
        await page.call("Page.enable")
        await page.call("Page.addScriptToEvaluateOnNewDocument", source=script)
        return page

    @classmethod
    @asynccontextmanager
    async def started(cls, path: str, profile: Path) -> AsyncIterator[Self]:
        """Without a window. Raises TimeoutError."""
        process = await asyncio.create_subprocess_exec(
            path,
            *ARGUMENTS,
            "--headless",
            "--remote-debugging-port=0",
            f"--user-data-dir={profile}",
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(STARTED_SECONDS):
                port, where = await _said(profile / "DevToolsActivePort")
            address = f"ws://127.0.0.1:{port}{where}"
            async with (
                aiohttp.ClientSession() as session,
                session.ws_connect(address, max_msg_size=0) as socket,
            ):
                yield cls(socket)
        finally:
            process.terminate()
            await process.wait()


async def _said(file: Path) -> tuple[str, str]:
    while True:
        said = file.read_text().split() if file.exists() else []
        if len(said) == 2:
            return said[0], said[1]
        await asyncio.sleep(0.05)
