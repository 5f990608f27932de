"""Tells who a request is from. Everything that lets somebody in goes through here.

Source: ticket API design page, "Who may".
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from aiohttp import web
from msgspec import Struct

from appliance import config
from appliance.api.auth import devices, tokens
from appliance.api.auth.caller import Caller
from appliance.api.auth.cloud import CloudKeys, CloudStatus
from appliance.api.auth.devices import Device, Devices
from appliance.api.auth.link import Link, ScreenLinks
from appliance.api.auth.lockout import Locked, Lockout, LockoutStatus
from appliance.api.auth.pins import Pin, Pins
from appliance.api.auth.revoked import Revoked
from appliance.api.auth.secret import Secrets
from appliance.api.auth.sites import require_own_page, session_cookie
from appliance.api.auth.tokens import LINK, InvalidToken, Proof, Tokens
from appliance.api.errors import ApiError
from appliance.api.limits import Limits
from appliance.screens_now import ScreensNow

logger = logging.getLogger(__name__)

LEEWAY_SECONDS: Final = 30
SESSION_SECONDS: Final = 30 * 24 * 3600
"""A screen on a wall is signed in once and then left alone."""
LOOK_SECONDS: Final = 0.5
"""What the command `expeditor` changed is in force within a second."""
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


class AuthStatus(Struct, frozen=True):
    """How it stands with who may."""

    pins: int
    devices: int
    revoked: int
    secrets: int
    """Whose tokens are good: the current one and those retired lately."""
    damaged: tuple[str, ...]
    """What was found damaged since the start, and lost."""
    lockout: LockoutStatus
    cloud: CloudStatus | None


class Authority:
    """For one data directory."""

    def __init__(
        self,
        directory: Path,
        appliance: config.Appliance,
        settings: config.Auth,
        *,
        limits: Limits | None = None,
        screens_now: ScreensNow | None = None,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Reads what is on disk; blocks; raises OSError.

        `limits` count what each token asks for, and `screens_now` tells which screens are ours and
        what they show; None where nobody asks over HTTP.
        """
        self._limits = limits
        self._screens_now = screens_now or ScreensNow()
        self._tenant = appliance.tenant_id
        self._location = appliance.location_id
        self._keep_old_secret = int(settings.keep_old_secret)
        self._now = now
        self._secrets = Secrets(directory, now)
        self._cloud = (
            CloudKeys(directory, settings.cloud, now, monotonic) if settings.cloud else None
        )
        self._tokens = Tokens(self._secrets, self._cloud)
        self._revoked = Revoked(directory, now)
        self._pins = Pins(directory)
        self.devices = Devices(directory)
        """Adopted screens. Its methods that block are for threads."""
        self._lockout = Lockout(monotonic)
        # One at a time: each takes 16 MiB while it is computed.
        self._hashing = asyncio.Lock()
        self._link = Link(directory, monotonic)
        self._screen_links = ScreenLinks(monotonic)

    @property
    def link_code(self) -> str | None:
        """Opens one session as manager, once and within an hour; None when that is over."""
        return self._link.code

    @property
    def needs_link(self) -> bool:
        """Whether nobody could sign in by anything else: the link has to be shown."""
        return not (self._link.used_before or self._pins.list() or self.devices.list())

    async def run(self) -> None:
        """Notice what the command `expeditor` changed, and fetch the cloud's keys."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._look(), name="who may")
            if self._cloud is not None:
                group.create_task(self._cloud.run(), name="cloud keys")

    async def _look(self) -> None:
        said = ""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await asyncio.to_thread(self.refresh)
            except OSError as error:
                if said != str(error):
                    logger.warning("who may cannot be read again: %s", error)
                said = str(error)

    def refresh(self) -> None:
        """Notice what others changed. Blocks; raises OSError when all that can be read was."""
        failed: OSError | None = None
        for part in (self._revoked, self._secrets, self._pins, self.devices):
            try:
                part.refresh()
            except OSError as error:
                failed = error
        if failed is not None:
            raise failed

    def status(self) -> AuthStatus:
        """How it stands now."""
        parts = {
            "secrets": self._secrets.damaged,
            "revoked": self._revoked.damaged,
            "pins": self._pins.damaged,
            "devices": self.devices.damaged,
            "cloud keys": self._cloud is not None and self._cloud.damaged,
        }
        return AuthStatus(
            pins=len(self._pins.list()),
            devices=len(self.devices.list()),
            revoked=len(self._revoked),
            secrets=len(self._secrets.good()),
            damaged=tuple(name for name, damaged in parts.items() if damaged),
            lockout=self._lockout.status(),
            cloud=self._cloud.status() if self._cloud else None,
        )

    def caller(self, request: web.Request) -> Caller:
        """Raises ApiError 401, 429, or 403 for a write that came from another site's page."""
        caller = self._caller(request)
        if self._limits is not None:
            self._limits.count_token(caller.token_id)
        return caller

    def _caller(self, request: web.Request) -> Caller:
        writes = request.method not in ("GET", "HEAD")
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            caller = self.verify(token.strip())
            if writes and "Origin" in request.headers:  # Only browsers send one.
                require_own_page(request)
            return caller
        cookie = request.cookies.get(session_cookie(request))
        if not cookie:
            challenge = {"WWW-Authenticate": "Bearer"}
            raise ApiError(401, "UNAUTHORIZED", "a bearer token is required", headers=challenge)
        caller = self.verify(cookie)
        # No browser keeps a page of another port from opening a WebSocket, cookie and all.
        if writes or "Upgrade" in request.headers:
            require_own_page(request)
        return caller

    def verify(self, token: str) -> Caller:
        """Whose token it is. Raises ApiError 401, 403."""
        if token.startswith(devices.PREFIX):
            return self._of_device(token)
        try:
            proof = self._tokens.read(token)
        except InvalidToken as error:
            raise _invalid(str(error)) from error
        self._judge(proof)
        claims = proof.claims
        self._revoked.saw(claims.iat)
        if claims.tenant_id != self._tenant:
            raise ApiError(403, "FORBIDDEN", "this token is of another tenant")
        if claims.location_id not in (None, self._location):
            raise ApiError(403, "FORBIDDEN", "this token is for another location")
        only = None if claims.station_ids is None else frozenset(claims.station_ids)
        roles = frozenset(claims.roles)
        return Caller(claims.sub, roles, only, claims.exp, proof.id, proof)

    def check(self, caller: Caller) -> None:
        """Raise ApiError 401 for a token that is good no more: what outlasts a request asks."""
        self.stations(caller)

    def stations(self, caller: Caller) -> frozenset[str] | None:
        """The only stations that a token is good for by now; None for all of them.

        Of a device they change with what its screen is for, and with what it shows for another
        that is away. Raises ApiError 401, as `check`.
        """
        if caller.proof is not None:
            self._judge(caller.proof)
            return caller.stations
        device = self.devices.get(caller.token_id)
        if device is None:
            raise _invalid("it has been revoked")
        if self._roles_of(device) != caller.roles:
            raise _invalid("its screen shows something else now")
        return self._stations_of(device)

    def _stations_of(self, device: Device) -> frozenset[str] | None:
        if device.screen is None:
            return None if device.stations is None else frozenset(device.stations)
        # The screen counts: the configuration's file may have another station for it by now, or
        # have it no more; what adopted it may have failed half-way.
        screen = self._screens_now.of_device(device.id)
        if screen is None:
            raise _invalid("its screen is none of ours any more")
        return None if screen.station is None else frozenset((screen.station, *screen.covers))

    def _roles_of(self, device: Device) -> frozenset[str]:
        screen = self._screens_now.of_device(device.id)
        return devices.READY if screen is not None and screen.shows == "ready" else devices.ROLES

    def _judge(self, proof: Proof) -> None:
        """Raise ApiError 401 for a token that is not good now."""
        now, claims = self._now(), proof.claims
        if not self._tokens.still_signed(proof):
            raise _invalid("its issuer no longer has the key that signed it")
        if proof in self._revoked:
            raise _invalid("it has been revoked")
        if claims.opened_by not in (None, LINK) and not self._pins.has(claims.opened_by):
            raise _invalid("the PIN that opened it has been taken away")
        if claims.nbf is not None and claims.nbf > now + LEEWAY_SECONDS:
            raise _invalid("it is not good yet (nbf)")
        if claims.exp <= now - LEEWAY_SECONDS:
            message = "the token has expired"
            raise ApiError(401, "TOKEN_EXPIRED", message, headers=_CHALLENGE)

    def _of_device(self, token: str) -> Caller:
        device = self.devices.find(token)
        if device is None:
            raise _invalid("no device has it, or it has been revoked")
        only = self._stations_of(device)
        return Caller(device.subject, self._roles_of(device), only, None, device.id)

    def lend(self, token: str) -> str:
        """A code by which a screen's browser gets the screen's token: once, within a minute."""
        return self._screen_links.lend(token)

    async def redeem(self, code: str) -> str:
        """The token for a one-time link's code. Raises ApiError 401."""
        token = self._screen_links.take(code)
        if token is not None and self.devices.find(token) is not None:
            return token
        if not self._link.take(code):
            message = "this link has been used, is too old, or never was one"
            raise ApiError(401, "UNAUTHORIZED", message)
        try:
            await asyncio.shield(asyncio.to_thread(self._link.remember))
        except OSError as error:
            logger.warning("the next start shows a link again: %s", error)
        return self._session("one-time link", ("manager",), (), LINK)

    async def sign_in(self, pin: str, address: str) -> str:
        """The token for a PIN. Raises ApiError 401, 429."""
        try:
            right = self._lockout.count(address)
        except Locked as error:
            wait = {"retry_after": error.seconds}
            headers = {"Retry-After": str(error.seconds)}
            raise ApiError(429, "TOO_MANY_REQUESTS", str(error), wait, headers) from error
        async with self._hashing:
            found = await asyncio.to_thread(self._pins.match, pin)
        if found is None:
            raise ApiError(401, "UNAUTHORIZED", "this is nobody's PIN", headers=_CHALLENGE)
        right()
        return self._session(found.subject, found.roles, found.stations or (), found.session)

    def _session(
        self, subject: str, roles: tuple[str, ...], stations: tuple[str, ...], opened_by: str
    ) -> str:
        return self.issue(subject, roles, SESSION_SECONDS, stations, opened_by)

    def issue(
        self,
        subject: str,
        roles: Collection[str],
        seconds: int,
        stations: Collection[str] = (),
        opened_by: str | None = None,
    ) -> str:
        """A new token of this appliance: good, whatever of its subject was revoked before.

        `seconds`: at most tokens.MAX_LIFE_SECONDS. `opened_by`: see tokens.Claims.
        """
        issued_at = self._revoked.next_iat(subject)
        self._revoked.saw(issued_at)
        return tokens.issue(
            self._secrets.current.key,
            roles=roles,
            tenant=self._tenant,
            subject=subject,
            seconds=seconds,
            stations=stations,
            opened_by=opened_by,
            issued_at=issued_at,
        )

    def rotate(self) -> None:
        """Sign with a new secret; the old one is good for `auth.keep_old_secret`.

        This and what follows is for threads: it blocks, and raises OSError.
        """
        self._secrets.rotate(self._keep_old_secret)

    def revoke(self, token: str) -> None:
        """Revoke a token of either issuer, or a device's. Raises InvalidToken, revoked.TooMany."""
        if token.startswith(devices.PREFIX):
            device = self.devices.find(token)
            if device is None or not self.devices.revoke(device.id):
                raise InvalidToken("no device has it")
            return
        proof = self._tokens.read(token)
        self._revoked.token(proof.id, proof.claims.exp)

    def revoke_id(self, token_id: str) -> None:
        """Revoke the token with this `jti`, or the device with this id. Raises revoked.TooMany."""
        if not self.devices.revoke(token_id):
            self._revoked.token(token_id)

    def revoke_subject(self, subject: str) -> None:
        """Revoke all tokens of a subject that were issued until now. Raises revoked.TooMany."""
        self._revoked.subject(subject)
        self.devices.revoke_subject(subject)

    def sign_out(self, token: str) -> None:
        """End a browser's session; a token that somebody pasted stays good. Raises TooMany."""
        try:
            proof = self._tokens.read(token)
            self._judge(proof)
        except (InvalidToken, ApiError):
            return  # It opens nothing as it is: no reason to remember it.
        if proof.claims.opened_by is not None:
            self._revoked.token(proof.id, proof.claims.exp)

    def pins(self) -> tuple[Pin, ...]:
        """All PINs, by name."""
        return self._pins.list()

    def set_pin(
        self, name: str, digits: str, roles: tuple[str, ...], stations: tuple[str, ...]
    ) -> Pin:
        """Give somebody a PIN; what an earlier one opened, ends. Raises PinError."""
        return self._pins.set(name, digits, roles, stations)

    def remove_pin(self, name: str) -> bool:
        """Take a PIN away, and with it what it opened; whether there was one."""
        return self._pins.remove(name)


def _invalid(why: str) -> ApiError:
    return ApiError(401, "INVALID_TOKEN", f"the token is not valid: {why}", headers=_CHALLENGE)
