"""A cloud that issues tokens: a set of keys served on loopback, and what signs with them."""

import asyncio
import base64
import json
import time
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.warnings import InsecureKeyLengthWarning

from appliance import config
from tests.running import RunningAppliance, running

ISSUER = "https://id.cloud.example/"
AUDIENCE = "kitchens"
Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@cache
def private_key(name: str) -> Private:
    """A key for this test run; its name tells the kind: `rsa…`, `weak…`, `ec…`, `p384…`."""
    if name.startswith("ec"):
        return ec.generate_private_key(ec.SECP256R1())
    if name.startswith("p384"):
        return ec.generate_private_key(ec.SECP384R1())
    return rsa.generate_private_key(65537, 1024 if name.startswith("weak") else 2048)


def make_keys() -> None:
    """Before the loop runs: it takes a while."""
    for name in ("rsa-1", "rsa-2", "rsa-stranger", "weak-1", "ec-1", "p384-1"):
        private_key(name)


def jwk(name: str, **other: object) -> dict[str, Any]:
    """The public key as a set has it, with the key's name as its kid."""
    public = private_key(name).public_key()
    kind: Any = (
        jwt.algorithms.RSAAlgorithm
        if isinstance(public, rsa.RSAPublicKey)
        else jwt.algorithms.ECAlgorithm
    )
    found = kind.to_jwk(public, as_dict=True) | {"kid": name, "use": "sig"} | other
    return {key: value for key, value in found.items() if value is not None}


def pem(name: str) -> bytes:
    """The public key as text: what somebody may try as an HMAC secret."""
    return (
        private_key(name)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def claims(**other: object) -> dict[str, Any]:
    """Of a good token, but for what is given; None leaves a claim out."""
    now = int(time.time())
    found: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "auth0|7",
        "iat": now,
        "exp": now + 3600,
        "tenant_id": "default",
        "roles": ["manager"],
    } | other
    return {name: value for name, value in found.items() if value is not None}


def signed(
    name: str = "rsa-1", *, kid: str | None = None, header: Any = None, **other: object
) -> str:
    """A token that a key has signed by its own algorithm."""
    key = private_key(name)
    algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
    headers = {"kid": kid or name} | (header or {})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureKeyLengthWarning)  # What a weak key is for.
        return jwt.encode(claims(**other), key, algorithm, headers=headers)


def b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


class Cloud:
    """Serves `answer` to whoever asks for its keys."""

    def __init__(self) -> None:
        self.url = ""
        self.asked = 0
        self.keys = [jwk("rsa-1"), jwk("ec-1")]
        self.answer: web.Response | None = None
        """Instead of the keys; used for one request only."""
        self._news = asyncio.Condition()

    async def serve(self, _request: web.Request) -> web.Response:
        """One request for the keys."""
        async with self._news:
            self.asked += 1
            self._news.notify_all()
        if self.answer is not None:
            answer, self.answer = self.answer, None
            return answer
        return web.Response(text=json.dumps({"keys": self.keys}))

    async def was_asked(self, times: int) -> None:
        """Wait until it has been asked so often."""
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: self.asked >= times)


@asynccontextmanager
async def cloud_on_loopback(port: int = 0) -> AsyncIterator[Cloud]:
    """The cloud's server, while the body runs."""
    cloud = Cloud()
    app = web.Application()
    app.router.add_get("/jwks.json", cloud.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    cloud.url = f"http://127.0.0.1:{runner.addresses[0][1]}/jwks.json"
    try:
        yield cloud
    finally:
        await runner.cleanup()


def settings(url: str, more: str = "") -> str:
    """The built-in kitchen, with this issuer of tokens besides its own."""
    return (
        f"{config.embedded()}\n[auth.cloud]\n"
        f'issuer = "{ISSUER}"\naudience = "{AUDIENCE}"\njwks_url = "{url}"\n{more}\n'
    )


@asynccontextmanager
async def running_with(directory: Path, cloud: Cloud) -> AsyncIterator[RunningAppliance]:
    """The appliance, once it has heard from its cloud."""
    text = await asyncio.to_thread(settings, cloud.url)
    async with running(directory, text) as appliance:
        await cloud.was_asked(1)
        await until(lambda: heard_from_cloud(appliance))
        yield appliance


def heard_from_cloud(appliance: RunningAppliance) -> bool:
    found = appliance.authority.status().cloud
    assert found is not None
    return found.fetched_at is not None or found.failure is not None


async def until(so: Any, seconds: float = 10) -> None:
    """Look again until it is so."""
    async with asyncio.timeout(seconds):
        while not so():
            await asyncio.sleep(0.005)
