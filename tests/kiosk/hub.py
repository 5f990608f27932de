"""A stand-in for a hub: what the agent of a screen needs of one, over real HTTP."""

import asyncio
import secrets
from ipaddress import IPv4Address
from typing import Any, Final, Self

from aiohttp import web

from appliance.kiosk.hubs import API
from appliance.mdns import ORDERS
from appliance.mdns.found import Service
from appliance.screen_proof import hash_of, proof

LOCAL: Final = "127.0.0.1"


class Hub:
    """Listens while it is entered, after `stop` on the same port again."""

    def __init__(self, id_: str, name: str = "Kitchen", *, host: str = LOCAL) -> None:
        self.host = host
        self.id = id_
        self.name = name
        self.port = 0
        self.knocks: list[dict[str, Any]] = []
        """What was said, with the token that came along."""
        self.paints = True
        """Whether a board that was opened says that it paints."""
        self.at = ""
        """In place of the address that it is asked at."""
        self.answer: web.Response | None = None
        """In place of what it would answer."""
        self.visits: list[str] = []
        """Tokens of those that opened the board."""
        self.codes: dict[str, str] = {}
        """By token."""
        self.adopted: set[str] = set()
        self.adopts_all = False
        """Says so to everybody, and knows no token."""
        self._links: dict[str, str | None] = {}
        self._runner: web.AppRunner | None = None
        self._changed = asyncio.Event()

    # ── what a manager does ──────────────────────────────────────────────────────────

    def adopt(self, code: str) -> None:
        token = next(token for token, known in self.codes.items() if known == code)
        self.adopted.add(token)

    def forget(self) -> None:
        self.adopted.clear()

    def like(self, other: "Hub") -> None:
        """Know what that one knows, as the same card does elsewhere."""
        self.codes, self.adopted = other.codes, other.adopted

    # ── what a test asks ─────────────────────────────────────────────────────────────

    @property
    def url(self) -> str:
        return f"http://{self.place}"

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def tokens(self) -> set[str | None]:
        """Of all who ever knocked."""
        return {knock["token"] for knock in self.knocks}

    def advert(self, **text: str) -> Service:
        """As it announces itself."""
        usual = {"id": self.id, "name": self.name, "api": API, "http": str(self.port)}
        return Service(
            ORDERS, self.name, "hub.local", (IPv4Address(self.host),), 9104, usual | text
        )

    async def knocked(self, times: int = 1) -> None:
        """So many more come from now on."""
        wanted = len(self.knocks) + times
        async with asyncio.timeout(10):
            while len(self.knocks) < wanted:
                self._changed.clear()
                await self._changed.wait()

    async def visited(self, times: int = 1) -> None:
        """So many have opened the board since the beginning."""
        async with asyncio.timeout(20):
            while len(self.visits) < times:
                self._changed.clear()
                await self._changed.wait()

    # ── as a server ──────────────────────────────────────────────────────────────────

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post(f"{API}/screens/knock", self._knock)
        app.router.add_get("/sign-in", self._sign_in)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.stop()

    async def _knock(self, request: web.Request) -> web.Response:
        said = await request.json()
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or None
        self.knocks.append(said | {"token": token})
        self._changed.set()
        if self.answer is not None:
            return web.Response(
                status=self.answer.status, body=self.answer.body, headers=self.answer.headers
            )
        if "nonce" in said:
            at = self.at or request.get_extra_info("sockname")[0]
            return web.json_response(self._proof(said, at))
        if token in self.adopted or self.adopts_all:
            return web.json_response(self._adopted_as(said, token))
        new = None
        if token not in self.codes:
            new = token = f"device_{secrets.token_urlsafe(8)}"
            self.codes[token] = f"{secrets.randbelow(10**6):06}"
        told = {"state": "new", "kitchen": self._self, "code": self.codes[token], "token": new}
        return web.json_response(told)

    @property
    def _self(self) -> dict[str, str]:
        return {"id": self.id, "name": self.name}

    def _proof(self, said: dict[str, Any], at: str) -> dict[str, Any]:
        (token,) = self.adopted or (None,)
        if self.adopts_all:
            token = secrets.token_urlsafe(8)
        proven = token and proof(hash_of(token), said["screen_id"], said["nonce"], at)
        return {"state": "proof", "kitchen": self._self, "at": at, "proof": proven}

    def _adopted_as(self, said: dict[str, Any], token: str | None) -> dict[str, Any]:
        link = None
        if said.get("link"):
            code = secrets.token_urlsafe(8)
            self._links[code] = token
            link = f"/sign-in?code={code}"
        unpainted = 0.5 if self.visits and self.paints else None
        screen = {"id": said["screen_id"], "name": said["name"], "station_id": None}
        answer = {"screen": screen, "unpainted_for": unpainted, "sign_in": link}
        return {"state": "adopted", "kitchen": self._self} | answer

    async def _sign_in(self, request: web.Request) -> web.Response:
        token = self._links.pop(request.query["code"], None)
        if token is None:
            return web.Response(status=401)
        self.visits.append(token)
        self._changed.set()
        return web.Response(text="<h1>The board</h1>", content_type="text/html")
