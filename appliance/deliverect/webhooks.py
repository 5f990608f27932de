"""The channel's door: four paths of its own, whatever else the appliance serves.

Every message is signed; the signature is looked at before anything of the message is. What the
channel gets as an answer decides what it does: it tries 502, 503 and 504 again, and calls every
other error final. So what cannot be stored is 503, and never 500.

    200  it is on disk, or was before          401  no signature of ours; nothing is stored
    400  it cannot be understood, and why      404  it is for a location that is not served here
    413  too large                             503  nothing can be stored at present
"""

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Final

import msgspec
from aiohttp import web
from msgspec import Struct

from appliance.deliverect import messages
from appliance.deliverect.accounts import Account, Accounts, addressed, registered
from appliance.deliverect.desk import Desk
from appliance.deliverect.messages import NotUnderstood, text
from appliance.deliverect.protocol import ORDERS, PRODUCTS, REGISTER, SIGNATURE, STATUSES
from appliance.log import NotStored

MAX_ORDER_BYTES: Final = 524_288
"""An order with all that a POS gets of it has some ten thousand."""
MAX_PRODUCTS_BYTES: Final = 16 * 1_048_576
"""A menu of thousands, with descriptions."""
OPENING_SECONDS: Final = 5.0
"""That a message waits for the appliance to know what was here before: a start takes a moment, and
the channel tries again after ten seconds."""
FORGOTTEN_SECONDS: Final = 3_600.0
"""Wrong signatures are counted for so long."""
MOST_COUNTED: Final = 1_000


class Registered(Struct, rename="camel"):
    """Where the channel is to post what."""

    product_sync_url: str
    order_webhook_url: str
    order_status_update_url: str


class Webhooks:
    """The handlers. Until `open` is called, they wait for that."""

    def __init__(self, accounts: Accounts, desk: Desk, changed: Callable[[], None]) -> None:
        """`changed` is called when `wrong_signatures` is other."""
        self._accounts = accounts
        self._desk = desk
        self._changed = changed
        self._wrong: deque[float] = deque(maxlen=MOST_COUNTED)
        self._opened = asyncio.Event()

    def open(self) -> None:
        """From now on it is known what was here before."""
        self._opened.set()

    def routes(self) -> list[web.RouteDef]:
        """To be added to an application's router."""
        return [
            web.post(ORDERS, self._take),
            web.post(STATUSES, self._take),
            web.post(PRODUCTS, self._sell),
            web.post(REGISTER, self._register),
        ]

    @property
    def wrong_signatures(self) -> int:
        """Messages within FORGOTTEN_SECONDS whose signature was none of ours."""
        while self._wrong and monotonic() - self._wrong[0] > FORGOTTEN_SECONDS:
            self._wrong.popleft()
        return len(self._wrong)

    # ── handlers ─────────────────────────────────────────────────────────────────────

    async def _take(self, request: web.Request) -> web.Response:
        accounts, body = await self._signed(request, MAX_ORDER_BYTES)
        try:
            said = messages.message(body)
            found = addressed(accounts, said)
            if not found:
                raise self._nobody(addressed(self._accounts.all, said))
            await self._desk.take(found, said)
        except NotUnderstood as error:
            raise web.HTTPBadRequest(reason=_one_line(error)) from error
        return _ok()

    async def _sell(self, request: web.Request) -> web.Response:
        _accounts, body = await self._signed(request, MAX_PRODUCTS_BYTES)
        try:
            await self._desk.sell(messages.products(body))
        except NotUnderstood as error:
            raise web.HTTPBadRequest(reason=_one_line(error)) from error
        return _ok()

    async def _register(self, request: web.Request) -> web.Response:
        accounts, body = await self._signed(request, MAX_ORDER_BYTES)
        try:
            asked = messages.registration(body)
        except NotUnderstood as error:
            raise web.HTTPBadRequest(reason=_one_line(error)) from error
        names = text(asked.account_id), text(asked.location_id)
        account = registered(accounts, *names)
        if account is None:
            raise self._nobody(registered(self._accounts.all, *names))
        # Where nobody said how it is reached from outside, by which address it was reached now.
        base = account.section.public_base or f"{request.scheme}://{request.host}"
        urls = Registered(base + PRODUCTS, base + ORDERS, base + STATUSES)
        return _json(urls)

    # ── what is signed ───────────────────────────────────────────────────────────────

    async def _signed(self, request: web.Request, most: int) -> tuple[list[Account], bytes]:
        """The body, and in whose name it is signed."""
        signatures = request.headers.getall(SIGNATURE, [])
        body = await _body(request, most)
        accounts = self._accounts.that_signed(signatures[0], body) if len(signatures) == 1 else []
        if not accounts:
            raise self._forged()
        try:
            async with asyncio.timeout(OPENING_SECONDS):
                await self._opened.wait()
        except TimeoutError as error:
            raise NotStored("what was here before is not known yet") from error
        return accounts, body

    def _nobody(self, others: object) -> web.HTTPException:
        """None of those that signed it is meant. `others`: those that are, though not by them."""
        return self._forged() if others else web.HTTPNotFound(reason="it is not served here")

    def _forged(self) -> web.HTTPException:
        self._wrong.append(monotonic())
        self._changed()
        return web.HTTPUnauthorized(reason="the signature is missing or wrong")


async def _body(request: web.Request, most: int) -> bytes:
    """All of it, as it was sent, but for its compression."""
    body = bytearray()
    try:
        async for piece in request.content.iter_any():
            body += piece
            if len(body) > most:
                raise web.HTTPRequestEntityTooLarge(most, len(body))
    except (web.RequestPayloadError, ConnectionError) as error:
        raise web.HTTPBadRequest(reason="the body cannot be read") from error
    return bytes(body)


def _ok() -> web.Response:
    return _json({"result": "OK"})


def _json(content: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(content), content_type="application/json")


def _one_line(error: NotUnderstood) -> str:
    """As a status line may have it."""
    return " ".join(str(error).split())
