"""Managers say who may: they revoke tokens, give people PINs and let screens in.

POST        /tokens/revoke      one of token, jti, subject
POST, GET   /pins               DELETE /pins/{name}
POST, GET   /devices            DELETE /devices/{id}

Only a manager who is not kept to some stations may: nobody lets in more than they are.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Final, TypeVar

from aiohttp import web
from msgspec import Meta, Struct

from appliance.api.auth import MANAGERS, ROLES, Authority
from appliance.api.auth.devices import Device, TooManyDevices
from appliance.api.auth.pins import Pin, PinError
from appliance.api.auth.revoked import TooMany
from appliance.api.auth.tokens import InvalidToken
from appliance.api.bodies import read_body
from appliance.api.errors import ApiError, invalid
from appliance.api.ticket_json import encode

JSON: Final = "application/json"

Result = TypeVar("Result")
Text = Annotated[str, Meta(min_length=1, max_length=64)]
Stations = Annotated[tuple[Text, ...], Meta(max_length=100)]


class RevokeBody(Struct, forbid_unknown_fields=True):
    """Body of `tokens/revoke`: exactly one of them."""

    token: str | None = None
    jti: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    subject: Annotated[str, Meta(min_length=1, max_length=200)] | None = None


class PinBody(Struct, forbid_unknown_fields=True):
    """A person's PIN. `stations`: the only ones; none for all."""

    name: str
    pin: str
    roles: Annotated[tuple[str, ...], Meta(min_length=1, max_length=20)]
    stations: Stations = ()


class PinShown(Struct):
    """Who has a PIN, which nobody is ever shown again."""

    name: str
    roles: tuple[str, ...]
    stations: tuple[str, ...] | None
    set_at: str


class DeviceBody(Struct, forbid_unknown_fields=True):
    """An adopted screen. `stations`: the only ones; none for all."""

    name: Text
    stations: Stations = ()


class DeviceShown(Struct):
    """An adopted screen."""

    id: str
    name: str
    stations: tuple[str, ...] | None
    made_at: str


class DeviceMade(DeviceShown):
    """With its token, which nobody is ever shown again."""

    token: str


class Access:
    """The handlers, for one appliance."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    def add_routes(self, router: web.UrlDispatcher, prefix: str) -> None:
        """The paths of this appliance alone."""
        router.add_post(f"{prefix}/tokens/revoke", self.revoke)
        router.add_post(f"{prefix}/pins", self.set_pin)
        router.add_get(f"{prefix}/pins", self.pins)
        router.add_delete(f"{prefix}/pins/{{name:[^/]+}}", self.remove_pin)
        router.add_post(f"{prefix}/devices", self.add_device)
        router.add_get(f"{prefix}/devices", self.devices)
        router.add_delete(f"{prefix}/devices/{{id:[^/]+}}", self.remove_device)

    def _managers_only(self, request: web.Request) -> None:
        self._authority.caller(request).require_everywhere(MANAGERS)

    async def revoke(self, request: web.Request) -> web.Response:
        """Revoke a token, or all that a subject has until now."""
        self._managers_only(request)
        body = await read_body(request, RevokeBody)
        if sum(value is not None for value in (body.token, body.jti, body.subject)) != 1:
            raise invalid("token", "give one of token, jti and subject")
        if body.token is not None:
            token = body.token
            try:
                await _stored(lambda: self._authority.revoke(token))
            except InvalidToken as error:
                raise invalid("token", str(error)) from error
        elif body.jti is not None:
            jti = body.jti
            await _stored(lambda: self._authority.revoke_id(jti))
        elif body.subject is not None:
            subject = body.subject
            await _stored(lambda: self._authority.revoke_subject(subject))
        return web.Response(status=204)

    async def set_pin(self, request: web.Request) -> web.Response:
        """Give somebody a PIN, a new one if need be."""
        self._managers_only(request)
        body = await read_body(request, PinBody)
        unknown = sorted(set(body.roles) - ROLES)
        if unknown:
            raise invalid("roles", f"{unknown[0]!r} is none", allowed=sorted(ROLES))
        authority = self._authority
        try:
            await _stored(lambda: authority.set_pin(body.name, body.pin, body.roles, body.stations))
        except PinError as error:
            if error.field is None:
                raise ApiError(409, "CONFLICT", str(error)) from error
            raise invalid(error.field, str(error)) from error
        (pin,) = (pin for pin in authority.pins() if pin.name == body.name)
        return _json(_pin(pin), 201)

    async def pins(self, request: web.Request) -> web.Response:
        """Who has a PIN."""
        self._managers_only(request)
        return _json([_pin(pin) for pin in self._authority.pins()])

    async def remove_pin(self, request: web.Request) -> web.Response:
        """Take somebody's PIN away, and sign them out."""
        self._managers_only(request)
        name = request.match_info["name"]
        if not await _stored(lambda: self._authority.remove_pin(name)):
            raise ApiError(404, "NOT_FOUND", f"{name!r} has no PIN")
        return web.Response(status=204)

    async def add_device(self, request: web.Request) -> web.Response:
        """A token for a screen."""
        self._managers_only(request)
        body = await read_body(request, DeviceBody)
        made = await _stored(lambda: self._authority.devices.issue(body.name, body.stations))
        device = made.device
        shown = DeviceMade(
            device.id, device.name, device.stations, _time(device.made_at), made.token
        )
        return _json(shown, 201)

    async def devices(self, request: web.Request) -> web.Response:
        """All adopted screens."""
        self._managers_only(request)
        return _json([_device(device) for device in self._authority.devices.list()])

    async def remove_device(self, request: web.Request) -> web.Response:
        """End a screen's token."""
        self._managers_only(request)
        name = request.match_info["id"]
        if not await _stored(lambda: self._authority.devices.revoke(name)):
            raise ApiError(404, "NOT_FOUND", f"there is no device {name!r}")
        return web.Response(status=204)


async def _stored(change: Callable[[], Result]) -> Result:
    """What a change returns, when it is on disk. Raises ApiError 409, 503."""
    try:
        return await asyncio.shield(asyncio.to_thread(change))
    except (TooMany, TooManyDevices) as error:
        raise ApiError(409, "CONFLICT", str(error)) from error
    except OSError as error:
        message = f"nothing can be stored at present: {error.strerror}"
        raise ApiError(503, "SERVICE_UNAVAILABLE", message, headers={"Retry-After": "2"}) from error


def _json(value: object, status: int = 200) -> web.Response:
    return web.Response(status=status, body=encode(value), content_type=JSON)


def _pin(pin: Pin) -> PinShown:
    return PinShown(pin.name, pin.roles, pin.stations, _time(pin.set_at))


def _device(device: Device) -> DeviceShown:
    return DeviceShown(device.id, device.name, device.stations, _time(device.made_at))


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
