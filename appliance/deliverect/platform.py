"""The channel's API as we call it: an access token that is kept, a shared rate, and pauses.

One `Platform` is for all accounts that have an API and a client in common: they share a token, a
rate of requests, and the fate that nobody answers. What it does not take now is told by `Later`,
what it never will by `Refused`.
"""

import asyncio
import logging
import math
import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Annotated, Any, Final
from urllib.parse import quote

import aiohttp
import msgspec
from msgspec import Meta, Struct

from appliance.channels.account import Later, Refused
from appliance.deliverect.accounts import Account
from appliance.deliverect.protocol import (
    CODES,
    ORDER_STATUS,
    STORE_SCOPES,
    STORE_STATUS,
    TOKEN,
)

logger = logging.getLogger(__name__)

ANSWER_SECONDS: Final = 10.0
PER_SECOND: Final = 45
"""Of the 50 that all calls of an integration share, some for others."""
FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 60.0
LONGEST_RETRY_AFTER: Final = 3_600.0
"""What asks for more is not believed."""
FRESH_SECONDS: Final = 60.0
"""A token is fetched anew so long before it ends; one that is short at half its time."""
MOST_ANSWER: Final = 64 * 1024
"""Bytes."""
TAKES_OTHERS_SECONDS: Final = 5.0
"""Who took something so shortly ago is there: what it does not take is its own matter."""
_UNAUTHORIZED: Final = 401
_TOO_MANY: Final = 429
_ORDERS_PATH: Final = ORDER_STATUS.partition("{")[0]
"""401 is about our credentials here; elsewhere about what they may do."""
_OK: Final = range(200, 300)
_NOT_NOW: Final = frozenset({408, 425, _TOO_MANY})
_REFUSED: Final = range(400, 500)
_HEADERS: Final = {"Accept-Encoding": "identity"}
"""What is packed could be endless."""


class Client(Struct, frozen=True):
    """Whose calls they are."""

    base: str
    audience: str
    grant_type: str
    client_id: str
    client_secret: str

    @classmethod
    def of(cls, account: Account) -> "Client":
        """That of an account."""
        section = account.section
        return cls(
            section.base,
            section.audience or section.base,
            section.grant_type,
            section.client_id,
            account.client_secret,
        )


LATEST: Final = 10**11
"""Seconds since the epoch, or of a life: what is later is no time."""


class _Token(Struct):
    access_token: Annotated[str, Meta(max_length=16_384, pattern=r"^[\x21-\x7e]+\Z")]
    expires_at: Annotated[float, Meta(ge=0, le=LATEST)] | None = None
    """Seconds since the epoch."""
    expires_in: Annotated[float, Meta(ge=-LATEST, le=LATEST)] | None = None
    """Seconds."""
    scope: str | None = None


_decode_token = msgspec.json.Decoder(_Token, strict=False).decode


class Platform:
    """For one client."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.session: aiohttp.ClientSession | None = None
        """There while the channel runs."""
        self._token: _Token | None = None
        self._ends = 0.0
        """When it is fetched anew, on the monotonic clock."""
        self._fetching = asyncio.Lock()
        self._turns = asyncio.Lock()
        self._next_call = 0.0
        self._last_taken = -math.inf
        """When something was taken, on the monotonic clock."""
        self._renewed_at = -math.inf
        """When a token was fetched because another one was not taken; the same."""
        self._pause = 0.0
        self.resumes = 0.0
        """When it may be called again, on the monotonic clock."""
        self.fault = ""
        """Why it was not reached the last time; empty when it was."""
        self.is_refused = False
        """Whether it does not take the credentials."""
        self.token_until: int | None = None
        """Milliseconds since the epoch."""

    @property
    def can_pause(self) -> bool:
        """Whether the token is good for that, as far as it says."""
        scope = self._token.scope if self._token else None
        return not STORE_SCOPES.isdisjoint((scope or "").split())

    async def prepare(self) -> None:
        """Have a token: what may be asked for is known by that. Raises Later."""
        if self.session is None:
            raise Later("the appliance is starting")
        try:
            await self._fresh(self.session)
        except Later as error:
            self._put_off(str(error))
            raise
        self._reached()

    async def tell(self, order_id: str, step: int) -> None:
        """Tell how far an order is. Raises Later, Refused."""
        body = {"orderId": order_id, "status": CODES[step], "reason": ""}
        await self._post(ORDER_STATUS.format(order_id=quote(order_id, safe="")), body)

    async def pause(self, location: str, until: int | None) -> None:
        """As `channels.account.Platform.pause`."""
        body: dict[str, object] = {"isActive": until is None}
        if until is not None:
            moment = datetime.fromtimestamp(until / 1000, UTC)
            body["disableAt"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        await self._post(STORE_STATUS.format(location=quote(location, safe="")), body)

    async def _post(self, path: str, body: Mapping[str, Any]) -> None:
        """Have it take this. Raises Later, Refused."""
        session = self.session
        if session is None:
            raise Later("the appliance is starting")
        if (wait := self.resumes - monotonic()) > 0:
            raise Later(self.fault or f"it asked to wait for another {wait:.0f} s")
        try:
            status = await self._posted(session, path, body)
        except Later as error:
            self._put_off(str(error))
            raise
        if status in _OK:
            self._reached()
            self._last_taken = monotonic()
            return
        is_denied = status == _UNAUTHORIZED and path.startswith(_ORDERS_PATH)
        # What it says besides may name guests: it is neither told nor logged.
        why = "it does not take our access token" if is_denied else f"its answer was {status}"
        if status in _REFUSED and status not in _NOT_NOW and not is_denied:
            self._reached()
            raise Refused(why)
        is_asked = status == _TOO_MANY or self.resumes > monotonic()
        if is_asked or monotonic() - self._last_taken > TAKES_OTHERS_SECONDS:
            self.is_refused = is_denied
            self._put_off(why)
        raise Later(why)

    def _reached(self) -> None:
        self._pause, self.fault, self.is_refused = 0.0, "", False

    async def _posted(
        self, session: aiohttp.ClientSession, path: str, body: Mapping[str, Any]
    ) -> int:
        """The status of its answer. Raises Later where there is none."""
        token = await self._fresh(session)
        status, _content = await self._answer(session, path, body, token)
        if status == _UNAUTHORIZED and (other := await self._renewed(session, token)):
            status, _content = await self._answer(session, path, body, other)
        return status

    def _put_off(self, why: str) -> None:
        """All of it: who does not answer one does not answer others either."""
        if not self.fault:
            logger.warning("%s cannot be told: %s", self._client.base, why)
        self.fault = why
        now = monotonic()
        if self.resumes <= now:
            self._pause = min(LONGEST_PAUSE, self._pause * 2 or FIRST_PAUSE)
            self.resumes = now + self._pause

    # ── one call ─────────────────────────────────────────────────────────────────────

    async def _answer(
        self,
        session: aiohttp.ClientSession,
        path: str,
        body: Mapping[str, Any],
        token: str | None,
    ) -> tuple[int, bytes]:
        await self._turn()
        if self.resumes > monotonic():  # Another one was told so, while this one waited.
            raise Later(self.fault or "it asked to wait")
        headers = {**_HEADERS, **({"Authorization": f"Bearer {token}"} if token else {})}
        try:
            async with session.post(
                f"{self._client.base}{path}",
                json=body,
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
            ) as answer:
                if answer.status not in _OK:
                    asked = _retry_after(answer.headers)
                    self.resumes = max(self.resumes, monotonic() + asked)
                content = bytearray()
                async for piece in answer.content.iter_any():
                    content += piece
                    if len(content) > MOST_ANSWER:
                        break
                return answer.status, bytes(content)
        except TimeoutError as error:
            self.is_refused = False
            raise Later(f"no answer within {ANSWER_SECONDS:g} s") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            self.is_refused = False
            raise Later(_in_words(error)) from error

    async def _turn(self) -> None:
        """Wait until the shared rate has room for one call more."""
        async with self._turns:  # Between two that really go: a loop that was held sends no burst.
            if (wait := self._next_call - monotonic()) > 0:
                await asyncio.sleep(wait)
            self._next_call = monotonic() + 1 / PER_SECOND

    # ── the token ────────────────────────────────────────────────────────────────────

    async def _fresh(self, session: aiohttp.ClientSession) -> str:
        """A token that is good for a while. Raises Later."""
        async with self._fetching:
            if self._token is None or monotonic() >= self._ends:
                self._token = await self._fetched(session)
            return self._token.access_token

    async def _renewed(self, session: aiohttp.ClientSession, denied: str) -> str | None:
        """Another one than that, which may have been revoked; None where it is not that.

        Raises Later.
        """
        async with self._fetching:
            if self._token is None or self._token.access_token == denied:
                if monotonic() - self._renewed_at < FRESH_SECONDS:
                    return None
                self._renewed_at = monotonic()
                self._token = await self._fetched(session)
            return self._token.access_token

    async def _fetched(self, session: aiohttp.ClientSession) -> _Token:
        client = self._client
        body = {
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "audience": client.audience,
            "grant_type": client.grant_type,
        }
        self._token, self.token_until = None, None
        status, content = await self._answer(session, TOKEN, body, None)
        if status not in _OK:
            # Nothing of what it says is told: it might repeat what it was sent.
            self.is_refused = status in _REFUSED and status not in _NOT_NOW
            raise Later(f"it gives no access token: {status}")
        try:
            token = _decode_token(content)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Later("it gives no access token: its answer cannot be read") from error
        now = time.time()
        # By its own count where it gives one: then nobody's clock matters.
        seconds = (token.expires_at or now) - now if token.expires_in is None else token.expires_in
        if seconds <= 0:  # It does not say, or by a clock that is wrong: a 401 will say it.
            seconds = FRESH_SECONDS
        self._ends = monotonic() + max(seconds / 2, seconds - FRESH_SECONDS)
        self.token_until = round((now + seconds) * 1000)
        return token


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that it asks to wait; 0 where it says none that can be read (RFC 9110, 10.2.3)."""
    sent = headers.get("Retry-After", "").strip()
    if sent.isascii() and sent.isdecimal():
        return min(float(sent), LONGEST_RETRY_AFTER)
    try:
        until = parsedate_to_datetime(sent)
        # By its own clock, where it tells that.
        now = parsedate_to_datetime(headers["Date"]) if "Date" in headers else datetime.now(UTC)
        return min(max(0.0, (until - now).total_seconds()), LONGEST_RETRY_AFTER)
    except (ValueError, TypeError):  # TypeError: one of the two has no zone.
        return 0.0


def _in_words(error: Exception) -> str:
    """Why it was not reached; no address of a token, and no body."""
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, OSError) and (cause.errno or 0) > 0:
        return os.strerror(cause.errno or 0)
    return "its answer is no HTTP" if isinstance(cause, aiohttp.ClientError) else "no connection"
