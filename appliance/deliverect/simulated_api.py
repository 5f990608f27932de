"""The API of a simulated Deliverect: tokens, what becomes of orders, stores."""

import asyncio
import hmac
import math
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler
from msgspec import Meta, Struct

from appliance.deliverect.failing_server import FailingServer, said
from appliance.deliverect.protocol import ORDER_STATUS, STORE_SCOPES, STORE_STATUS, TOKEN

RATE: Final = 50
"""Requests per second, of all together."""
TOKEN_SECONDS: Final = 86_400.0
CROSSING_SECONDS: Final = 0.25


class Store(Struct, frozen=True):
    """Whether a location takes orders, as the appliance had it."""

    is_active: bool
    disable_at: str | None
    """When it takes them again by itself."""


class _Credentials(Struct):
    client_id: str
    client_secret: str
    audience: Annotated[str, Meta(min_length=1)]
    grant_type: Literal["client_credentials", "token"]


class _Status(Struct, rename={"order_id": "orderId"}):
    order_id: str
    status: int
    reason: str | None = None


class _Activity(Struct, rename="camel"):
    is_active: bool
    disable_at: str | None = None


class SimulatedApi(FailingServer):
    """What the appliance calls. It listens between `start` and `stop`."""

    def __init__(
        self,
        clients: Mapping[str, str | None],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        prefix: str = "",
        now: Callable[[], float] = time.time,
    ) -> None:
        """`clients`: their secrets by their ids; None for one of whom any is taken.

        `prefix`: what stands before all paths. `now`: seconds since the epoch. The others: see
        FailingServer.
        """
        super().__init__(host, port)
        self.clients = dict(clients)
        self.rate: float = RATE
        self.token_seconds: float = TOKEN_SECONDS
        """How long a new token is good."""
        self.scope = "genericKDS store"
        """Of a new token."""
        self.crossing_seconds: float = CROSSING_SECONDS
        """What is told of an order so soon after it became final was on its way already: it is
        counted as crossed, and is no violation."""

        self.history: dict[str, list[int]] = {}
        """Of each order that it knows, the statuses that it took, each of them once in a row."""
        self.violations: list[str] = []
        """What the appliance should not have told."""
        self.stores: dict[str, Store] = {}
        """By location, those that were told of."""
        self.token_fetches = 0
        """Tokens that were given."""
        self.unauthorized = 0
        """Calls without a good token, and questions for one with a wrong secret."""
        self.limited = 0
        """Calls above the rate."""
        self.repeats = 0
        """Statuses that were taken a second time."""
        self.crossed = 0

        self._now = now
        self._final: dict[str, float] = {}
        self._refused: dict[str, int] = {}
        self._tokens: dict[str, tuple[float, str]] = {}
        self._calls: deque[float] = deque()
        self._changed = asyncio.Event()
        self._prefix = prefix

    # ── what a test does, and asks ───────────────────────────────────────────────────

    @property
    def url(self) -> str:
        """Where the API is: what `api` is in the configuration."""
        return self.origin + self._prefix

    def refuse(self, order_id: str, http_status: int | None) -> None:
        """Answer so to whatever is told of an order from now on; None: no more."""
        if http_status is None:
            self._refused.pop(order_id, None)
        else:
            self._refused[order_id] = http_status

    @property
    def tokens(self) -> frozenset[str]:
        """All that were given and not revoked."""
        return frozenset(self._tokens)

    def revoke_tokens(self) -> None:
        """None of those that were given is good any more."""
        self._tokens.clear()

    def know(self, order_id: str) -> None:
        """There is such an order."""
        self.history.setdefault(order_id, [])

    def is_paused(self, location: str) -> bool:
        """Whether a location was asked to take no new orders at this moment."""
        store = self.stores.get(location)
        if store is None or store.is_active:
            return False
        until = store.disable_at
        return until is None or self._now() < datetime.fromisoformat(until).timestamp()

    def make_final(self, order_id: str) -> None:
        """Nothing more is to be told of it."""
        self._final.setdefault(order_id, self._now())

    async def until(self, so: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait until something is so; looked at after each call, and each delivery.

        Raises TimeoutError.
        """
        async with asyncio.timeout(seconds):
            while not so():
                self._changed.clear()
                await self._changed.wait()

    # ── as a server ──────────────────────────────────────────────────────────────────

    def routes(self) -> Iterator[web.RouteDef]:
        """As of FailingServer."""
        yield web.post(self._prefix + TOKEN, self._token)
        yield web.post(self._prefix + ORDER_STATUS, self._status)
        yield web.post(self._prefix + STORE_STATUS, self._store)

    async def answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """As of FailingServer."""
        if (seconds := self._too_many()) is not None:
            self.limited += 1
            return said(429, "too many requests", {"Retry-After": str(seconds)})
        try:
            return await handler(request)
        finally:
            self._changed.set()

    def _too_many(self) -> int | None:
        """Count a call, unless it is one too many: for how many seconds then."""
        now = self._now()
        while self._calls and self._calls[0] <= now - 1:
            self._calls.popleft()
        if len(self._calls) >= self.rate:
            return max(1, math.ceil(self._calls[0] + 1 - now))
        self._calls.append(now)
        return None

    # ── its calls ────────────────────────────────────────────────────────────────────

    async def _token(self, request: web.Request) -> web.Response:
        try:
            told = msgspec.json.decode(await request.read(), type=_Credentials)
        except msgspec.MsgspecError as error:
            return said(400, str(error))
        secret = self.clients.get(told.client_id, "")
        if secret is not None and not (
            secret and hmac.compare_digest(secret.encode(), told.client_secret.encode())
        ):
            self.unauthorized += 1
            return said(401, "access denied")
        self.token_fetches += 1
        token, until = secrets.token_urlsafe(24), self._now() + self.token_seconds
        self._tokens[token] = until, self.scope
        return web.json_response(
            {
                "access_token": token,
                "expires_at": int(until),
                "expires_in": int(self.token_seconds),
                "token_type": "Bearer",
                "scope": self.scope,
            }
        )

    def _scopes(self, request: web.Request) -> frozenset[str] | None:
        """Of the token that came along; None where it is not good."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        until, scope = self._tokens.get(token, (0.0, ""))
        if kind.lower() == "bearer" and self._now() < until:
            return frozenset(scope.split())
        self.unauthorized += 1
        return None

    async def _status(self, request: web.Request) -> web.Response:
        came = self._now()
        if self._scopes(request) is None:
            return said(401, "unauthorized")
        order_id = request.match_info["order_id"]
        if (refusal := self._refused.get(order_id)) is not None:
            return said(refusal, "refused")
        if order_id not in self.history:
            return said(404, "no such order")
        try:
            told = msgspec.json.decode(await request.read(), type=_Status)
        except msgspec.MsgspecError as error:
            return self._bad(order_id, str(error))
        if told.order_id != order_id:
            return self._bad(order_id, f"the body is about {told.order_id}")
        self._take(order_id, told.status, came)
        return web.json_response({"result": "OK"})

    def _bad(self, order_id: str, why: str) -> web.Response:
        self.violations.append(f"{order_id}: {why}")
        return said(400, why)

    def _take(self, order_id: str, status: int, came: float) -> None:
        taken, final = self.history[order_id], self._final.get(order_id)
        if final is not None and came > final + self.crossing_seconds:
            self.violations.append(f"{order_id}: {status} after it was final")
        elif final is not None:
            self.crossed += 1
        if taken and status == taken[-1]:
            self.repeats += 1
            return
        if taken and status < (most := max(taken)):
            self.violations.append(f"{order_id}: {status} after {most}")
        taken.append(status)

    async def _store(self, request: web.Request) -> web.Response:
        scopes = self._scopes(request)
        if scopes is None:
            return said(401, "unauthorized")
        if not scopes & STORE_SCOPES:
            return said(403, "the token is not for stores")
        try:
            told = msgspec.json.decode(await request.read(), type=_Activity)
        except msgspec.MsgspecError as error:
            return said(400, str(error))
        self.stores[request.match_info["location"]] = Store(told.is_active, told.disable_at)
        return web.json_response({"result": "OK"})
