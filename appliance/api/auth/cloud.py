"""The cloud issuer's public keys: fetched in the background, kept on disk for offline days.

Source: RFC 7517 (JWKS). Only RSA keys of 2048 bits and more (RS256) and P-256 keys (ES256)
with a `kid` count; the rest of a set is passed over.
"""

import asyncio
import hashlib
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import aiohttp
import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from msgspec import Struct

from appliance.config import Cloud
from appliance.records import Records

logger = logging.getLogger(__name__)

NAME: Final = "cloud-keys"
MAX_BYTES: Final = 128 * 1024
"""Of an answer; a set of some keys has a few thousand."""
MAX_KEYS: Final = 50
FETCH_SECONDS: Final = 10.0
ASK_AGAIN_SECONDS: Final = 60.0
"""At most so often is the cloud asked for a kid that nobody knows, or after a failure."""
MIN_RSA_BITS: Final = 2048
"""NIST SP 800-131A."""
_PUBLIC: Final = {"RSA": ("kty", "n", "e"), "EC": ("kty", "crv", "x", "y")}


class Kept(Struct, frozen=True):
    """The file: the public keys as they were served, and from where."""

    url: str = ""
    fetched_at: float = 0.0
    keys: tuple[dict[str, Any], ...] = ()


class CloudKey(Struct, frozen=True):
    """A key to verify with. `id` tells it from any other, also from one with the same kid."""

    id: str
    algorithm: str
    public: RSAPublicKey | EllipticCurvePublicKey


class CloudStatus(Struct, frozen=True):
    """How it stands with the keys."""

    issuer: str
    keys: int
    fetched_at: str | None
    failure: str | None
    """Why the keys could not be fetched, or kept, the last time; None when they could."""


class CloudKeys:
    """The keys of one issuer."""

    def __init__(
        self,
        directory: Path,
        settings: Cloud,
        now: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        """Reads what is on disk; blocks; raises OSError."""
        self.issuer = settings.issuer
        self.audience = settings.audience
        self._url = settings.jwks_url
        self._refresh_seconds = int(settings.refresh)
        self._now = now
        self._monotonic = monotonic
        self._records = Records(directory / NAME, Kept())
        kept = self._records.value
        self._fetched_at = kept.fetched_at if kept.url == self._url else None
        self._keys = usable(kept.keys) if kept.url == self._url else {}
        self._failure: str | None = None
        self._asked_at = monotonic()
        self._wanted = asyncio.Event()

    def status(self) -> CloudStatus:
        """How it stands now."""
        at = self._fetched_at
        shown = at and datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return CloudStatus(self.issuer, len(self._keys), shown or None, self._failure)

    @property
    def damaged(self) -> bool:
        """Whether the keys on disk were lost."""
        return self._records.damaged

    def key(self, kid: object) -> CloudKey | None:
        """The key of this name. One that is not known is asked for, but not waited for."""
        key = self._keys.get(kid) if isinstance(kid, str) else None
        if key is None and self._monotonic() - self._asked_at >= ASK_AGAIN_SECONDS:
            self._wanted.set()
        return key

    def has(self, key_id: str) -> bool:
        """Whether that key still counts."""
        return any(key.id == key_id for key in self._keys.values())

    async def run(self) -> None:
        """Fetch now, when a key is missing, and regularly. That it fails is a state."""
        # As it was sent: nothing small grows large here.
        headers = {"Accept-Encoding": "identity"}
        cookies = aiohttp.DummyCookieJar()
        async with aiohttp.ClientSession(
            headers=headers, cookie_jar=cookies, auto_decompress=False
        ) as http:
            while True:
                self._wanted.clear()
                self._asked_at = self._monotonic()
                await self._try(http)
                retry = min(self._refresh_seconds, ASK_AGAIN_SECONDS)
                with suppress(TimeoutError):
                    async with asyncio.timeout(retry if self._failure else self._refresh_seconds):
                        await self._wanted.wait()

    async def _try(self, http: aiohttp.ClientSession) -> None:
        try:
            content = await self._fetch(http)
            found = public_keys(content)
            self._keys, self._fetched_at = _usable_at_all(found), self._now()
            if found != self._records.value.keys or self._records.value.url != self._url:
                kept = Kept(self._url, self._now(), found)
                await asyncio.to_thread(self._records.change, lambda _: kept)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            level = logging.DEBUG if self._failure else logging.WARNING
            self._failure = str(error) or type(error).__name__
            logger.log(level, "the keys of %s could not be fetched: %s", self.issuer, self._failure)
            return
        if self._failure:
            logger.info("the keys of %s are fetched again", self.issuer)
        self._failure = None

    async def _fetch(self, http: aiohttp.ClientSession) -> bytes:
        patience = aiohttp.ClientTimeout(total=FETCH_SECONDS)
        async with http.get(self._url, allow_redirects=False, timeout=patience) as answer:
            if answer.status != 200:  # noqa: PLR2004
                raise ValueError(f"the answer was {answer.status}")
            content = bytearray()
            async for piece in answer.content.iter_any():
                content += piece
                if len(content) > MAX_BYTES:
                    raise ValueError(f"the answer is longer than {MAX_BYTES} bytes")
        return bytes(content)


class _Set(Struct):
    keys: list[dict[str, Any]]


def public_keys(content: bytes) -> tuple[dict[str, Any], ...]:
    """The public parts of a set's keys that might be usable. Raises ValueError."""
    try:
        found = msgspec.json.decode(content, type=_Set).keys
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError("the answer is no set of keys") from error
    if len(found) > MAX_KEYS:
        raise ValueError(f"there are more than {MAX_KEYS} keys in it")
    return tuple(
        {name: key.get(name) for name in ("kid", *_PUBLIC[key["kty"]])}
        for key in found
        if key.get("kty") in ("RSA", "EC")
        and key.get("use", "sig") == "sig"
        and key.get("alg", _algorithm(key["kty"])) == _algorithm(key["kty"])
    )


def _usable_at_all(keys: tuple[dict[str, Any], ...]) -> dict[str, CloudKey]:
    """As `usable`. Raises ValueError where nothing is: that is no reason to forget the others."""
    found = usable(keys)
    if not found:
        raise ValueError("there is no usable key in it")
    return found


def usable(keys: tuple[dict[str, Any], ...]) -> dict[str, CloudKey]:
    """By kid, the keys that may verify."""
    found = {}
    for key in keys:
        kid, kind = key.get("kid"), str(key.get("kty"))
        try:
            public = jwt.PyJWK(key, _algorithm(kind)).key
        except (jwt.PyJWTError, ValueError, TypeError):
            logger.warning("a key of the cloud issuer cannot be read")
            continue
        strong = (isinstance(public, RSAPublicKey) and public.key_size >= MIN_RSA_BITS) or (
            isinstance(public, EllipticCurvePublicKey) and isinstance(public.curve, SECP256R1)
        )
        if isinstance(kid, str) and strong:
            name = hashlib.sha256(msgspec.json.encode(key, order="sorted")).hexdigest()
            found[kid] = CloudKey(name, _algorithm(kind), public)
    return found


def _algorithm(kind: str) -> str:
    return "RS256" if kind == "RSA" else "ES256"
