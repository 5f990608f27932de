"""Managers say who may: they revoke tokens, give people PINs and let screens in.

Only a manager who is not kept to some stations may: nobody lets in more than they are.
"""

import asyncio
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, TypeVar

from msgspec import Meta, Struct

from appliance.api.auth import MANAGERS, ROLES, Authority
from appliance.api.auth.devices import Device, MadeBefore, TooManyDevices
from appliance.api.auth.pins import DIGITS, MAX_NAME, Pin, PinError
from appliance.api.auth.revoked import TooMany
from appliance.api.auth.tokens import InvalidToken
from appliance.api.errors import ApiError, invalid
from appliance.api.notes import Note
from appliance.api.operation import Call, Operation
from appliance.api.times import Time

Result = TypeVar("Result")
Text = Annotated[str, Meta(min_length=1, max_length=64)]
Stations = Annotated[tuple[Text, ...], Meta(max_length=100)]


Role = Annotated[str, Meta(extra_json_schema={"enum": sorted(ROLES)})]


class RevokeBody(Struct, forbid_unknown_fields=True):
    """What is to end: exactly one of these.

    A screen goes by its `token`, by its id as `jti`, or as the `subject` device:NAME.
    """

    token: str | None = None
    jti: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    subject: Annotated[str, Meta(min_length=1, max_length=200)] | None = None


class PinBody(Struct, forbid_unknown_fields=True):
    """A person's PIN. `stations`: the only ones; none for all."""

    name: Annotated[
        str,
        Meta(
            description="printable, without white space around it",
            extra_json_schema={"minLength": 1, "maxLength": MAX_NAME},
        ),
    ]
    pin: Annotated[str, Meta(extra_json_schema={"pattern": DIGITS})]
    roles: Annotated[tuple[Role, ...], Meta(min_length=1, max_length=20)]
    stations: Stations = ()


class PinShown(Struct):
    """Who has a PIN, which nobody is ever shown again."""

    name: str
    roles: tuple[str, ...]
    stations: tuple[str, ...] | None
    set_at: Time


class DeviceBody(Struct, forbid_unknown_fields=True):
    """An adopted screen. `stations`: the only ones; none for all."""

    name: Text
    stations: Stations = ()


class DeviceShown(Struct):
    """An adopted screen."""

    id: str
    name: str
    stations: tuple[str, ...] | None
    made_at: Time


class DeviceMade(DeviceShown):
    """With its token, which nobody is ever shown again."""

    token: str


class Access:
    """The operations, for one appliance."""

    def __init__(
        self, authority: Authority, stations: Callable[[], Collection[str]], note: Note
    ) -> None:
        """`stations`: the ids of all that there are."""
        self._authority = authority
        self._note = note
        self._known_stations = stations

    def operations(self) -> list[Operation]:
        """Tokens, PINs and devices."""
        manage = partial(Operation, roles=MANAGERS, everywhere=True)
        return [
            manage(
                "POST",
                "/tokens/revoke",
                self.revoke,
                answers=None,
                body=RevokeBody,
                status=204,
                errors=(409, 503),
            ),
            manage(
                "POST",
                "/pins",
                self.set_pin,
                answers=PinShown,
                body=PinBody,
                status=201,
                errors=(409, 503),
            ),
            manage("GET", "/pins", self.pins, answers=list[PinShown]),
            manage(
                "DELETE",
                "/pins/{name}",
                self.remove_pin,
                answers=None,
                status=204,
                errors=(404, 503),
            ),
            manage(
                "POST",
                "/devices",
                self.add_device,
                answers=DeviceMade,
                body=DeviceBody,
                status=201,
                errors=(409, 503),
            ),
            manage("GET", "/devices", self.devices, answers=list[DeviceShown]),
            manage(
                "DELETE",
                "/devices/{id}",
                self.remove_device,
                answers=None,
                status=204,
                errors=(404, 503),
            ),
        ]

    async def revoke(self, call: Call) -> None:
        """Revoke a token, or all that a subject has until now."""
        body: RevokeBody = call.body
        if sum(value is not None for value in (body.token, body.jti, body.subject)) != 1:
            raise invalid("token", "give one of token, jti and subject")
        if body.token is not None:
            token = body.token
            try:
                await stored(lambda: self._authority.revoke(token))
            except InvalidToken as error:
                raise invalid("token", str(error)) from error
        elif body.jti is not None:
            jti = body.jti
            await stored(lambda: self._authority.revoke_id(jti))
        elif body.subject is not None:
            subject = body.subject
            await stored(lambda: self._authority.revoke_subject(subject))
        # Of a token itself nothing is written down: it may still be good elsewhere.
        await self._note("token_revoked", body.jti or body.subject or "", call.caller.subject)

    async def set_pin(self, call: Call) -> PinShown:
        """Give somebody a PIN, a new one if need be."""
        body: PinBody = call.body
        unknown = sorted(set(body.roles) - ROLES)
        if unknown:
            raise invalid("roles", f"{unknown[0]!r} is none", allowed=sorted(ROLES))
        self._require_stations(body.stations)
        authority = self._authority
        try:
            pin = await stored(
                lambda: authority.set_pin(body.name, body.pin, body.roles, body.stations)
            )
        except PinError as error:
            if error.field is None:
                raise ApiError(409, "CONFLICT", str(error)) from error
            raise invalid(error.field, str(error)) from error
        await self._note("pin_set", pin.name, call.caller.subject)
        return _pin(pin)

    async def pins(self, _call: Call) -> list[PinShown]:
        """Who has a PIN."""
        return [_pin(pin) for pin in self._authority.pins()]

    async def remove_pin(self, call: Call) -> None:
        """Take somebody's PIN away, and sign them out."""
        name = call.path("name")
        if not await stored(lambda: self._authority.remove_pin(name)):
            raise ApiError(404, "NOT_FOUND", f"{name!r} has no PIN")
        await self._note("pin_removed", name, call.caller.subject)

    async def add_device(self, call: Call) -> DeviceMade:
        """A token for a screen.

        With a key that made a device before the service was last started, 409 as long as
        that device is there: its token is kept nowhere, and cannot be shown again.
        """
        body: DeviceBody = call.body
        self._require_stations(body.stations)
        # The answer is in memory alone: after a restart at least no second one is made.
        made_with = None if call.key is None else call.key.name.hex()
        issue = partial(self._authority.devices.issue, body.name, body.stations, made_with)
        made = await stored(issue)
        device = made.device
        await self._note("screen_added", device.name, call.caller.subject)
        return DeviceMade(
            device.id, device.name, device.stations, _time(device.made_at), made.token
        )

    async def devices(self, _call: Call) -> list[DeviceShown]:
        """All adopted screens."""
        return [_device(device) for device in self._authority.devices.list()]

    async def remove_device(self, call: Call) -> None:
        """End a screen's token."""
        name = call.path("id")
        if not await stored(lambda: self._authority.devices.revoke(name)):
            raise ApiError(404, "NOT_FOUND", f"there is no device {name!r}")
        await self._note("screen_removed", name, call.caller.subject)

    def _require_stations(self, wanted: Collection[str]) -> None:
        known = self._known_stations()
        unknown = sorted(set(wanted) - set(known))
        if unknown:
            raise invalid("stations", f"there is no {unknown[0]!r}", allowed=sorted(known))


async def stored(change: Callable[[], Result]) -> Result:
    """What a change of who may returns, when it is on disk. Raises ApiError 409, 503."""
    try:
        return await asyncio.shield(asyncio.to_thread(change))
    except (TooMany, TooManyDevices, MadeBefore) as error:
        raise ApiError(409, "CONFLICT", str(error)) from error
    except OSError as error:
        raise not_stored(error) from error


def not_stored(error: OSError) -> ApiError:
    """The error for a change that does not get to the disk."""
    message = f"nothing can be stored at present: {error.strerror}"
    return ApiError(503, "SERVICE_UNAVAILABLE", message, headers={"Retry-After": "2"})


def _pin(pin: Pin) -> PinShown:
    return PinShown(pin.name, pin.roles, pin.stations, _time(pin.set_at))


def _device(device: Device) -> DeviceShown:
    return DeviceShown(device.id, device.name, device.stations, _time(device.made_at))


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
