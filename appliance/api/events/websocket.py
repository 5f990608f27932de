"""A listener by WebSocket: it signs in, subscribes once, hears, and answers pings.

One connection, one token, one subscription: whoever wants another opens another. It is
closed with 1001 when the service stops, with 1011 for a fault of ours, with what RFC 6455
says for broken frames (1002, 1007, 1009), and else with 4000 + the status that HTTP would
have said it with: 4400, 4401, 4403, 4408 (no pong), 4429. One that takes nothing is cut off.
"""

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from time import monotonic
from typing import Final

import msgspec
from aiohttp import WSCloseCode, WSMessage, WSMsgType, web
from msgspec import Struct

from appliance.address import plain
from appliance.api.auth import ROLES, Authority, Caller
from appliance.api.errors import REQUEST_ID, ApiError, invalid, told
from appliance.api.events import listener
from appliance.api.events.listener import Carrier, Hearing, Listener, Source
from appliance.api.events.messages import (
    AuthError,
    AuthMessage,
    AuthSuccess,
    ErrorMessage,
    PaintedMessage,
    Ping,
    PongMessage,
    Subscribed,
    SubscribeMessage,
)
from appliance.api.location import require_here
from appliance.api.operation import unfit
from appliance.api.ticket_json import encode
from appliance.api.times import iso
from appliance.screens_now import Screens

AUTH_SECONDS: Final = 10.0
"""For the first message of a client that did not send its token with the upgrade."""
PING_SECONDS: Final = 30.0
PONG_SECONDS: Final = 10.0
"""A client that has not answered a ping by then is closed."""
GOODBYE_SECONDS: Final = 0.4
"""For the client's side of a close; less than a stop of the service waits for requests."""
MAX_MESSAGE: Final = 8 * 1024
"""Bytes of a client's message: a token of `tokens.MAX_TOKEN`, and something around it."""
MAX_MESSAGES: Final = 100
"""Of a client between two pings; it needs three, and whoever sends more is not well. As many that
say what is painted do not count among them: a board sends fifteen."""
_APPLICATION: Final = 4000
"""Where the close codes begin that RFC 6455 leaves to applications."""

Message = AuthMessage | SubscribeMessage | PongMessage | PaintedMessage
_KINDS: Final[dict[str, type[Message]]] = {
    "auth": AuthMessage,
    "subscribe": SubscribeMessage,
    "pong": PongMessage,
    "painted": PaintedMessage,
}


class _Typed(Struct):
    """What every message has to be at least."""

    type: str


class _Over(Exception):
    """The conversation ends here; the text is the reason that the client is given."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code


class Conversation:
    """One client, from the handshake to the close."""

    def __init__(
        self,
        request: web.Request,
        source: Source,
        authority: Authority,
        screens: Screens,
        hearing: Callable[[Caller, str | None, bool], Hearing],
    ) -> None:
        """`hearing`: what a caller hears who asks for a station, or for none; raises ApiError.

        Last of what it is given: whether of whole orders.
        `screens` are told what is painted; to them this is the page.
        """
        self._request = request
        self._source = source
        self._authority = authority
        self._screens = screens
        self._hearing = hearing
        self._socket = web.WebSocketResponse(
            timeout=GOODBYE_SECONDS,
            autoping=False,  # A client's own pings count as messages.
            compress=False,  # It would have to be done for each listener anew.
            max_msg_size=MAX_MESSAGE,
            writer_limit=0,  # Wait for the client as soon as the transport asks for it.
        )
        self._caller: Caller | None = None
        self._telling: asyncio.Task[None] | None = None
        self._chosen: str | None = None
        """The only station that it subscribed to."""
        self._messages = 0
        """Since the last ping, as the next."""
        self._painted = 0
        self._pinged_at = 0.0
        self._awaits_pong = False
        self._due = monotonic() + AUTH_SECONDS
        """When the client's time is up, or the next ping is due."""

    async def run(self, caller: Caller | None) -> web.WebSocketResponse:
        """`caller` is None while nobody knows. Raises ApiError 400 for a broken handshake."""
        if not self._socket.can_prepare(self._request):
            message = "this upgrade is no handshake of WebSocket version 13"
            raise ApiError(400, "VALIDATION_ERROR", message)
        await self._socket.prepare(self._request)
        over: _Over | None = _Over(WSCloseCode.INTERNAL_ERROR)
        try:
            over = await self._converse(caller)
        except asyncio.CancelledError:
            over = _Over(WSCloseCode.GOING_AWAY, "the service stops")
            raise
        finally:
            self._screens.closed(self)
            await self._close(over)
        return self._socket

    async def _converse(self, caller: Caller | None) -> _Over | None:
        """How it ended; None where nobody is left who could be told."""
        over = None
        try:
            async with asyncio.TaskGroup() as group:
                if caller is not None:
                    await self._welcome(caller)
                await self._listen(group)
        except* _Over as ends:
            over = next(end for end in ends.exceptions if isinstance(end, _Over))
        except* (TimeoutError, ConnectionError):
            ...  # It takes nothing, or has gone.
        return over

    async def _close(self, over: _Over | None) -> None:
        transport = self._request.transport
        if over is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GOODBYE_SECONDS):
                    await self._socket.close(code=over.code, message=str(over).encode())
        if transport is not None:
            # Whoever does not read would otherwise be waited for to take the rest.
            wait = 0.0 if over is None else GOODBYE_SECONDS
            asyncio.get_running_loop().call_later(wait, transport.abort)

    # ── what the client says ────────────────────────────────────────────────────────

    async def _listen(self, group: asyncio.TaskGroup) -> None:
        """Take what the client says, until it says no more, which raises `_Over`."""
        while True:
            message = await self._receive()
            said: Message | None = None
            match message.type:
                case WSMsgType.TEXT | WSMsgType.BINARY:
                    said = await self._hear(message.data, group)
                case WSMsgType.PING:
                    async with asyncio.timeout(listener.WRITE_SECONDS):
                        await self._socket.pong(message.data)
                case WSMsgType.PONG:
                    ...  # The pongs that count are messages.
                case _:
                    raise _Over(WSCloseCode.OK)
            self._painted += isinstance(said, PaintedMessage)
            self._messages += not isinstance(said, PaintedMessage)
            if max(self._messages, self._painted) > MAX_MESSAGES:
                error = ApiError(429, "TOO_MANY_REQUESTS", "too many messages")
                raise await self._refused(error)

    async def _receive(self) -> WSMessage:
        """The client's next message; meanwhile it is pinged."""
        while True:
            remaining = self._due - monotonic()
            if remaining <= 0:
                await self._time_is_up()
                continue
            with contextlib.suppress(TimeoutError):
                return await self._socket.receive(remaining)

    async def _time_is_up(self) -> None:
        if self._caller is None:
            error = ApiError(401, "UNAUTHORIZED", f"no token came within {AUTH_SECONDS:g} s")
            raise await self._refused(error)
        if self._awaits_pong:
            raise _Over(_APPLICATION + 408, f"no pong came within {PONG_SECONDS:g} s")
        try:
            self._authority.check(self._caller)
        except ApiError as error:
            raise await self._refused(error) from error
        self._messages = self._painted = 0
        self._awaits_pong = True
        self._pinged_at = monotonic()
        self._due = self._pinged_at + PONG_SECONDS
        await self._send(Ping(listener.now()))

    async def _hear(self, data: str | bytes, group: asyncio.TaskGroup) -> Message | None:
        """Do what a message wants, or say why not; without a good token that ends it.

        Returns the message, if it was done.
        """
        try:
            message = _decoded(data)
            await self._do(message, group)
        except ApiError as error:
            if self._caller is None or error.status == HTTPStatus.UNAUTHORIZED:
                raise await self._refused(error) from error
            await self._send(told(error, self._request[REQUEST_ID], ErrorMessage))
            return None
        return message

    async def _do(self, message: Message, group: asyncio.TaskGroup) -> None:
        match message:
            case AuthMessage(token=token):
                if self._caller is not None:
                    raise ApiError(409, "CONFLICT", "this connection has its token")
                caller = self._authority.verify(token)
                caller.require(ROLES)
                await self._welcome(caller)
            case _ if self._caller is None:
                raise ApiError(401, "UNAUTHORIZED", "the first message has to be an auth")
            case SubscribeMessage() as wanted:
                self._subscribe(self._caller, wanted, group)
            case PaintedMessage(seq=seq):
                self._show(self._caller, seq)
            case PongMessage() if self._awaits_pong:
                self._awaits_pong = False
                self._due = self._pinged_at + PING_SECONDS

    def _subscribe(
        self, caller: Caller, wanted: SubscribeMessage, group: asyncio.TaskGroup
    ) -> None:
        if self._telling is not None:
            raise ApiError(409, "CONFLICT", "this connection has its subscription")
        require_here(wanted.location_id, self._source.view.location)
        since = None if wanted.since is None else str(wanted.since)
        carrier = Carrier(partial(self._begin, caller), self._send_frame, self._cut_off)
        hearing = self._hearing(caller, wanted.station_id, wanted.whole_orders)
        self._chosen = wanted.station_id
        hears = Listener(self._source, hearing, carrier)
        self._telling = group.create_task(self._tell(hears, since), name="telling")

    def _show(self, caller: Caller, seq: int) -> None:
        """A page has painted everything up to there."""
        if self._telling is None:
            raise ApiError(409, "CONFLICT", "there is no subscription yet, and nothing to paint")
        if seq > self._source.expeditor.feed.head:
            raise invalid("seq", "nothing has happened there yet")
        if caller.device is None:
            return
        if self._chosen is not None:
            # It would count as showing what it does not: what it is to cover.
            message = "a screen shows all that it is for: subscribe without a station_id"
            raise ApiError(409, "CONFLICT", message)
        address = plain(self._request.remote or "")
        self._screens.painted(caller.device, address, self, seq)

    # ── what it is told ─────────────────────────────────────────────────────────────

    async def _begin(self, caller: Caller, epoch: str) -> None:
        device, screens = caller.device, self._source.screens_now
        screen = None if device is None else screens.of_device(device)
        its_id = None if screen is None else screen.id
        here = self._source.view.location
        await self._send(Subscribed("kds", here, self._chosen, epoch, its_id))

    async def _tell(self, hears: Listener, since: str | None) -> None:
        try:
            await hears.run(since)
        except ApiError as error:
            raise await self._refused(error) from error

    def _cut_off(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()

    async def _welcome(self, caller: Caller) -> None:
        self._caller = caller
        self._due = monotonic() + PING_SECONDS
        expires = None if caller.expires_at is None else iso(int(caller.expires_at * 1000))
        roles = sorted(caller.roles & ROLES)
        tenant = self._source.view.tenant
        await self._send(AuthSuccess(caller.subject, tenant, roles, expires))

    async def _refused(self, error: ApiError) -> _Over:
        """Say why, and with what it ends."""
        if error.status in (401, 403) or self._caller is None:
            await self._send(AuthError(error.code, str(error)))
        else:
            await self._send(told(error, self._request[REQUEST_ID], ErrorMessage))
        return _Over(_APPLICATION + error.status, error.code)

    async def _send(self, message: Struct) -> None:
        async with asyncio.timeout(listener.WRITE_SECONDS):
            await self._send_frame(encode(message), None)

    async def _send_frame(self, body: bytes, _seq: int | None) -> None:
        await self._socket.send_frame(body, WSMsgType.TEXT)


def _decoded(data: str | bytes) -> Message:
    """Raises ApiError 400."""
    if isinstance(data, bytes):
        raise invalid("body", "send text, not binary")
    kind: type[Struct] = _Typed
    try:
        name = msgspec.json.decode(data, type=_Typed).type
        if name not in _KINDS:
            raise invalid("type", f"allowed: {', '.join(_KINDS)}", allowed=list(_KINDS))
        kind = _KINDS[name]
        return msgspec.json.decode(data, type=_KINDS[name])
    except msgspec.ValidationError as error:
        raise unfit(error, kind) from error
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise ApiError(400, "INVALID_JSON", f"the message is no JSON: {error}") from error
