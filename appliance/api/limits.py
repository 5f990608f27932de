"""How many requests a token and an address may make: a client gone wild leaves the loop to others.

Each has a bucket that fills with so many requests a second, up to a burst. What finds it
empty is answered with 429, and counts no further.
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Collection
from time import monotonic
from typing import Final

from aiohttp import web
from msgspec import Struct

from appliance import config
from appliance.address import place
from appliance.api.errors import ApiError, Handler

MAX_BUCKETS: Final = 4_096
"""Clients that are told apart, some hundred bytes each: more than a network of a kitchen has.
The one that has been quiet for the longest is forgotten for the next: it begins anew."""


class LimitsStatus(Struct, frozen=True):
    """Requests that were answered with 429 since the start, by whose limit."""

    limited_by_token: int
    limited_by_address: int


class _Bucket:
    """What one client has used up of its burst, and when that was so."""

    __slots__ = ("at", "used")

    def __init__(self, at: float) -> None:
        self.used = 0.0
        self.at = at


class Buckets:
    """One for each client, by a monotonic clock in seconds."""

    def __init__(self, per_second: int, burst: int, monotonic: Callable[[], float]) -> None:
        """With `per_second` 0 there is no limit."""
        self._per_second = per_second
        self._burst = burst
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self.refused = 0

    def take(self, client: str) -> float:
        """Take one; the seconds until there will be one again where there is none, else 0."""
        if not self._per_second:
            return 0.0
        now = self._monotonic()
        bucket = self._buckets.get(client)
        if bucket is None:
            bucket = self._buckets[client] = _Bucket(now)
            if len(self._buckets) > MAX_BUCKETS:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(client)
        bucket.used = max(0.0, bucket.used - (now - bucket.at) * self._per_second)
        bucket.at = now
        missing = bucket.used + 1 - self._burst
        if missing > 0:
            self.refused += 1
            return missing / self._per_second
        bucket.used += 1
        return 0.0


class Limits:
    """The limits of one appliance."""

    def __init__(
        self,
        settings: config.HttpLimits,
        monotonic: Callable[[], float] = monotonic,
        *,
        unlimited: Collection[str] = (),
    ) -> None:
        """`unlimited`: paths of those who take 429 for an end; who they are is looked at there."""
        self._unlimited = frozenset(unlimited)
        self._by_token = Buckets(settings.token_per_second, settings.token_burst, monotonic)
        self._by_address = Buckets(settings.address_per_second, settings.address_burst, monotonic)

    def count_token(self, token_id: str) -> None:
        """A request with this token. Raises ApiError 429."""
        _require(self._by_token.take(token_id), "with this token")

    def count_address(self, address: str) -> None:
        """A request from this address. Raises ApiError 429."""
        _require(self._by_address.take(place(address)), "from this address")

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Count the address before anything is done, a token verified or a page sent."""
        if request.path not in self._unlimited:
            self.count_address(request.remote or "")
        return await handler(request)

    def status(self) -> LimitsStatus:
        """How often somebody was held back."""
        return LimitsStatus(self._by_token.refused, self._by_address.refused)


def _require(wait: float, whose: str) -> None:
    if wait:
        seconds = math.ceil(wait)
        message = f"too many requests {whose}; try again in {seconds} s"
        details, headers = {"retry_after": seconds}, {"Retry-After": str(seconds)}
        raise ApiError(429, "TOO_MANY_REQUESTS", message, details, headers)
