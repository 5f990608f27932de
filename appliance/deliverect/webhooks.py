"""The channel's door: four paths of its own, whatever else the appliance serves.

Every message is signed; the signature is looked at before anything of the message is. What the
channel gets as an answer decides what it does: it tries 502, 503 and 504 again, and calls every
other error final. So what cannot be stored is 503, and never 500.

    200  it is on disk, or was before
    400  it cannot be understood, and why
    401  no signature of ours, or of the account that is named; nothing is stored
    403  a menu of staging, beside production
    404  it is for a location that is not served here
    413  too large
    415  packed: nobody can say what was signed
    503  nothing can be stored at present, or nobody can say who sent it
"""

import re
from collections import deque
from collections.abc import Sequence
from functools import partial
from time import monotonic
from typing import Final
from urllib.parse import urlencode

import msgspec
from aiohttp import web
from msgspec import Struct

from appliance.channels.desk import Desk, Foreign, TooMany
from appliance.deliverect import products, reading
from appliance.deliverect.accounts import Account, Accounts, addressed, registered
from appliance.deliverect.messages import Message, is_order, moment, text
from appliance.deliverect.orders import order_of
from appliance.deliverect.protocol import ORDERS, PRODUCTS, REGISTER, SIGNATURE, STATUSES
from appliance.deliverect.reading import NotUnderstood

MAX_ORDER_BYTES: Final = 524_288
"""An order with all that a POS gets of it has some ten thousand."""
MAX_PRODUCTS_BYTES: Final = 4 * 1_048_576
"""A menu of thousands, with descriptions."""
MOST_ARRIVING: Final = 32 * 1_048_576
"""Bytes of all bodies together that nobody knows yet who sent."""
ALWAYS_TAKEN: Final = 65_536
"""Bytes of one: whoever fills up the room for the others keeps no order away."""
_SIGNATURE: Final = re.compile(r"[0-9a-f]{64}")
OF_ACCOUNT: Final = "account"
"""In the query of where products are posted: they do not say themselves whose they are."""
BY: Final = "deliverect"
"""Who changed the menu, in the log."""
FORGOTTEN_SECONDS: Final = 3_600.0
"""Wrong signatures are counted for so long."""
MOST_COUNTED: Final = 1_000


class Registered(Struct, rename="camel"):
    """Where the channel is to post what."""

    product_sync_url: str
    order_webhook_url: str
    order_status_update_url: str


class Webhooks:
    """The handlers."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._wrong: deque[float] = deque(maxlen=MOST_COUNTED)
        self._arriving = 0
        """Bytes of bodies that are not there wholly yet, nor judged."""

    def routes(self, desk: Desk) -> list[web.RouteDef]:
        """To be added to an application's router."""
        return [
            web.post(ORDERS, partial(self._take, desk)),
            web.post(STATUSES, partial(self._take, desk)),
            web.post(PRODUCTS, partial(self._sell, desk)),
            web.post(REGISTER, partial(self._register, desk)),
        ]

    @property
    def wrong_signatures(self) -> int:
        """Messages within FORGOTTEN_SECONDS whose signature was none of ours."""
        while self._wrong and monotonic() - self._wrong[0] > FORGOTTEN_SECONDS:
            self._wrong.popleft()
        return len(self._wrong)

    # ── handlers ─────────────────────────────────────────────────────────────────────

    async def _take(self, desk: Desk, request: web.Request) -> web.Response:
        accounts, body = await self._signed(request, MAX_ORDER_BYTES)
        try:
            said = reading.message(body)
            found = addressed(accounts, said)
            if not found:
                raise await _turned_away(
                    desk, accounts, self._nobody(addressed(self._accounts.all, said))
                )
            await desk.opened()
            await _do(desk, found, said, may_place=request.path == ORDERS)
        except (NotUnderstood, Foreign) as error:
            raise await _turned_away(desk, accounts, _bad(error)) from error
        return _ok()

    async def _sell(self, desk: Desk, request: web.Request) -> web.Response:
        signers, body = await self._signed(request, MAX_PRODUCTS_BYTES)
        accounts = signers
        if name := request.query.get(OF_ACCOUNT):
            accounts = [each for each in signers if each.id == name]
            if not accounts:
                is_other = any(each.id == name for each in self._accounts.all)
                raise await _turned_away(desk, signers, self._nobody(is_other))
        if all(each.is_staging for each in accounts) != all(
            each.is_staging for each in self._accounts.all
        ):
            # There is one menu, and what is signed so may be anybody's.
            forbidden = web.HTTPForbidden(reason="beside production, staging has no menu here")
            raise await _turned_away(desk, accounts, forbidden)
        try:
            pushed, unread = reading.products(body)
            await desk.opened()
            account = accounts[0].id if len(accounts) == 1 else None
            await desk.sell(account, products.sold(pushed), by=BY)
            if unread:
                await desk.turn_away(accounts[0].id, f"of the products: {unread}")
        except (NotUnderstood, TooMany) as error:
            raise await _turned_away(desk, accounts, _bad(error)) from error
        return _ok()

    async def _register(self, desk: Desk, request: web.Request) -> web.Response:
        accounts, body = await self._signed(request, MAX_ORDER_BYTES)
        try:
            asked = reading.registration(body)
        except NotUnderstood as error:
            raise await _turned_away(desk, accounts, _bad(error)) from error
        names = text(asked.account_id), text(asked.location_id)
        account = registered(accounts, *names)
        if account is None:
            other = registered(self._accounts.all, *names)
            raise await _turned_away(desk, accounts, self._nobody(other))
        # Where nobody said how it is reached from outside, by which address it was reached now.
        base = account.section.public_base or f"{request.scheme}://{request.host}"
        of_account = urlencode({OF_ACCOUNT: account.id})
        urls = Registered(f"{base}{PRODUCTS}?{of_account}", base + ORDERS, base + STATUSES)
        return _json(urls)

    # ── what is signed ───────────────────────────────────────────────────────────────

    async def _signed(self, request: web.Request, most: int) -> tuple[list[Account], bytes]:
        """The body, and in whose name it is signed."""
        signatures = request.headers.getall(SIGNATURE, [])
        # Whose body is read has at least tried.
        if len(signatures) != 1 or not _SIGNATURE.fullmatch(signatures[0]):
            raise self._forged()
        body = await self._body(request, most)
        accounts = self._accounts.that_signed(signatures[0], body)
        if not accounts:
            raise self._forged()
        return accounts, body

    async def _body(self, request: web.Request, most: int) -> bytes:
        """All of it, as it was sent."""
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            # It would be unpacked before anybody sees what was signed.
            raise web.HTTPUnsupportedMediaType(reason="a body is signed as it is sent: not packed")
        body = bytearray()
        try:
            async for piece in request.content.iter_any():
                body += piece
                self._arriving += len(piece)
                if len(body) > most:
                    raise web.HTTPRequestEntityTooLarge(most, len(body))
                if self._arriving > MOST_ARRIVING and len(body) > ALWAYS_TAKEN:
                    raise web.HTTPServiceUnavailable(reason="too much comes in at once")
        except (web.RequestPayloadError, ConnectionError) as error:
            raise web.HTTPBadRequest(reason="the body cannot be read") from error
        finally:
            self._arriving -= len(body)
        return bytes(body)

    def _nobody(self, others: object) -> web.HTTPException:
        """None of those that signed it is meant. `others`: those that are, though not by them."""
        return self._forged() if others else web.HTTPNotFound(reason="it is not served here")

    def _forged(self) -> web.HTTPException:
        if self._accounts.is_deaf:  # It may well be right.
            return web.HTTPServiceUnavailable(reason="a secret cannot be read at present")
        self._wrong.append(monotonic())
        return web.HTTPUnauthorized(reason="the signature is missing or wrong")


async def _do(desk: Desk, accounts: Sequence[Account], said: Message, *, may_place: bool) -> None:
    """What a message says, of one of these accounts. Raises NotUnderstood, Foreign, NotStored."""
    ids, reason = [each.id for each in accounts], text(said.reason)
    if may_place and is_order(said):
        if len(accounts) > 1:
            raise NotUnderstood("location: it is required: several are served here")
        order, guest = order_of(said, said.order or "", accounts[0].section)
        await desk.place(order, guest, said.word, reason, text(said.status))
    elif said.order is not None:
        await desk.hear(ids, said.order, said.word, reason)
    elif said.checkout_id is None:
        raise NotUnderstood("it is about no order: orderId, _id or checkoutId is required")
    elif len(ids) > 1:
        raise NotUnderstood("locationId: it is required: several are served here")
    else:
        said_at = moment(text(said.updated_at))
        await desk.hear_of_checkout(ids[0], said.checkout_id, said.word, reason, said_at)


async def _turned_away(
    desk: Desk, accounts: Sequence[Account], error: web.HTTPException
) -> web.HTTPException:
    """What is answered so does not come again: somebody has to know, where the channel said it."""
    if not isinstance(error, web.HTTPUnauthorized | web.HTTPServiceUnavailable):
        await desk.turn_away(accounts[0].id, f"{error.status}: {error.reason}")
    return error


def _ok() -> web.Response:
    return _json({"result": "OK"})


def _json(content: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(content), content_type="application/json")


def _bad(error: Exception) -> web.HTTPException:
    """In one line, as that of a status is."""
    return web.HTTPBadRequest(reason=" ".join(str(error).split()))
