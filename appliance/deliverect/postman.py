"""How the channel posts: what it waits for, and what it tries again.

Source: the vendor's page "How POS Order Failover works".
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

import aiohttp

from appliance.deliverect.protocol import SIGNATURE

USER_AGENT: Final = "Deliverect/1.0"
PAUSES: Final = (10.0, 20.0, 40.0, 80.0, 160.0)
"""Seconds before it tries again; after the last of them it gives up."""
RETRIED: Final = frozenset({502, 503, 504})
CONNECT_SECONDS: Final = 3.0
READ_SECONDS: Final = 30.0
"""Who takes longer to answer has not taken it, and is not asked again."""

Pause = Callable[[float], Awaitable[None]]


class Delivery(NamedTuple):
    """What became of something that was posted."""

    delivered: bool
    """It was answered by a 2xx."""
    status: int | None
    """Of the last answer; None where the last try had none."""
    tries: int
    milliseconds: tuple[float, ...]
    """How long each try took."""
    why: str
    """Why it was not delivered; empty where it was."""
    answer: bytes
    """The body of the last answer."""
    order_id: str = ""
    """Of the order that it was about, if any."""


class _Try(NamedTuple):
    status: int | None
    why: str
    again: bool
    answer: bytes = b""


class Postman:
    """Posts to one address, each time by a connection of its own."""

    def __init__(
        self,
        to: str,
        *,
        pause: Pause = asyncio.sleep,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        """`to`: a URL without a slash at its end."""
        self.to = to
        self.tunnel = False
        """There is a tunnel on the way, which says 502 for a connection that breaks."""
        self._pause = pause
        self._timeout = aiohttp.ClientTimeout(
            total=connect_seconds + read_seconds,
            sock_connect=connect_seconds,
            sock_read=read_seconds,
        )
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> None:
        """Before anything is posted; within the loop."""
        # A kept connection that has gone meanwhile would break, where a new one is refused.
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=self._timeout,
        )

    async def close(self) -> None:
        """Nothing is posted any more."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def deliver(self, path: str, body: bytes, signature: str) -> Delivery:
        """Post it, again after each pause where that helps; without a signature if it is empty."""
        headers = {
            "User-Agent": USER_AGENT,
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        if signature:
            headers[SIGNATURE] = signature
        took: list[float] = []
        pauses = iter(PAUSES)
        while True:
            began = time.perf_counter()
            tried = await self._try(path, body, headers)
            took.append((time.perf_counter() - began) * 1000)
            pause = next(pauses, None) if tried.again else None
            if pause is None:
                break
            await self._pause(pause)
        return Delivery(
            not tried.why, tried.status, len(took), tuple(took), tried.why, tried.answer
        )

    async def _try(self, path: str, body: bytes, headers: dict[str, str]) -> _Try:
        assert self._session is not None, "it is not open"  # noqa: S101 - a mistake of a caller
        try:
            async with self._session.post(
                self.to + path, data=body, headers=headers, allow_redirects=False
            ) as answer:
                said = await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return _Try(None, "no connection", again=True)
        except TimeoutError:
            return _Try(None, "no answer in time", again=False)
        except (aiohttp.ClientError, OSError):
            if self.tunnel:
                return _Try(502, "502", again=True)
            return _Try(None, "the connection broke", again=False)
        if 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP's own
            return _Try(answer.status, "", again=False, answer=said)
        return _Try(answer.status, str(answer.status), answer.status in RETRIED, said)
