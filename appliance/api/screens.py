"""Screens: how they are, and what was found; adopted, changed and forgotten by managers.

A board is adopted by the code that it shows (see `knocks`): from then on the token that it has is
good, for what the screen is for.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from ipaddress import ip_address
from typing import Final, TypeVar

from msgspec import UNSET
from msgspec.structs import asdict, replace

from appliance.api.access import not_stored, stored
from appliance.api.auth import KITCHEN, MANAGERS, Authority
from appliance.api.errors import ApiError, invalid
from appliance.api.notes import Note
from appliance.api.operation import Call, Operation
from appliance.api.screen_json import (
    AdoptBody,
    ScreenBody,
    ScreenShown,
    ScreensShown,
    is_of,
    screen_shown,
)
from appliance.config.values import Address
from appliance.lan import PORT
from appliance.screens_now import UNCHANGED, CannotAdopt, ScreenJson, Screens, Wanted

logger = logging.getLogger(__name__)

Done = TypeVar("Done")

_ONE: Final = "/screens/{screen_id}"
_MAX_NAME: Final = 64
_HOST: Final = re.compile(r"[0-9A-Za-z._:%-]{1,253}")
_FIELDS: Final = {"station_id": "station", "backup_id": "backup"}
"""What is called otherwise here."""
_WHERE: Final = frozenset({"station", "backup", "shows"})
"""What has to fit together."""


class ScreenResource:
    """The operations, for one appliance."""

    def __init__(
        self,
        screens: Screens,
        authority: Authority,
        stations: Callable[[], Collection[str]],
        passes: Callable[[], Collection[str]],
        note: Note,
    ) -> None:
        """`stations`: the ids of all that there are; `passes`: of those that are passes."""
        self._note = note
        self._screens = screens
        self._authority = authority
        self._known_stations = stations
        self._passes = passes
        # A screen and its device are changed together: one change after another.
        self._changing = asyncio.Lock()

    def operations(self) -> list[Operation]:
        """List, adopt, change, forget."""
        manage = partial(Operation, roles=MANAGERS, everywhere=True)
        return [
            Operation("GET", "/screens", self.every, KITCHEN, ScreensShown),
            manage(
                "POST",
                "/screens",
                self.adopt,
                answers=ScreenShown,
                body=AdoptBody,
                status=201,
                errors=(404, 409, 503),
            ),
            manage(
                "PATCH",
                _ONE,
                self.change,
                answers=ScreenShown,
                body=ScreenBody,
                errors=(404, 409, 503),
            ),
            manage("DELETE", _ONE, self.forget, answers=None, status=204, errors=(404, 409, 503)),
        ]

    async def every(self, call: Call) -> ScreensShown:
        """The screens of the stations that the caller may see; what was found, for who sees all.

        Whoever sees a pass sees all that are adopted.
        """
        known, stations = self._screens.shown(), call.caller.stations
        sees_all = stations is None
        of = None if any(map(call.caller.sees, self._passes())) else stations
        return ScreensShown(
            screens=[self._shown(each) for each in known.screens if is_of(each, of)],
            found=list(known.found) if sees_all else [],
            hubs=list(known.hubs) if sees_all else [],
            announced=known.announced,
        )

    async def adopt(self, call: Call) -> ScreenShown:
        """A board is let in that shows this code, or a LAN screen is fed from now on."""
        adopted = await self._adopt(call.body)
        await self._note("screen_added", adopted.name, call.caller.subject)
        return adopted

    async def _adopt(self, body: AdoptBody) -> ScreenShown:
        async with self._changing:
            wanted = Wanted(
                body.name,
                body.station_id,
                body.backup_id,
                body.patience,
                body.shows,
                body.look,
            )
            self._require_fit(wanted, body.found_id)
            _require_shown(wanted, self._passes(), is_board=body.code is not None)
            if body.code is not None:
                if body.address is not None or body.found_id:
                    raise invalid("code", "a board is adopted by its code alone")
                return await self._adopt_board(body.code, wanted)
            if body.address is None and not body.found_id:
                raise invalid("code", "give a board's code, or a LAN screen's address or found_id")
            if body.look != UNCHANGED:
                raise _draws_itself()
            address = "" if body.address is None else _address(body.address)
            adopted = await _done(self._screens.adopt_lan(body.found_id, address, wanted))
            return self._shown(adopted)

    async def _adopt_board(self, code: str, wanted: Wanted) -> ScreenShown:
        knocking = self._screens.knocking(code)
        if knocking is None:
            raise ApiError(404, "NOT_FOUND", "no board shows this code now")
        known = self._find(knocking.knock.id)
        if known is not None and known.source == "file":  # It is what the file says.
            wanted = _wanted_of(known)
        else:
            self._require_fit(wanted, knocking.knock.id)
        name, devices = knocking.knock.id, self._authority.devices
        before = self._screens.device_of(name)
        issue = partial(
            devices.issue, wanted.name, _only(wanted), token=knocking.token, screen=name
        )
        device = (await stored(issue)).device
        try:
            screen = await _done(self._screens.adopt_board(knocking, wanted, device.id))
        except BaseException:
            await stored(lambda: devices.revoke(device.id))
            raise
        if before is not None:
            try:
                await stored(lambda: devices.revoke(before))
            except ApiError as error:  # Its screen has another: it opens nothing all the same.
                logger.warning("the old token of screen %s is not forgotten: %s", name, error)
        return self._shown(screen)

    async def change(self, call: Call) -> ScreenShown:
        """A screen has another name, station, backup, patience or look, or shows something else."""
        body: ScreenBody = call.body
        async with self._changing:
            screen = self._changeable(call)
            before = _wanted_of(screen)
            changes = {
                _FIELDS.get(name, name): value
                for name, value in asdict(body).items()
                if value is not UNSET
            }
            # What stays may be of stations that are gone.
            self._require_fit(Wanted(**{"name": screen.name} | changes), screen.id)
            wanted = replace(before, **changes)
            if screen.proto != "board" and wanted.look != UNCHANGED:
                raise _draws_itself()
            if changes.keys() & _WHERE:
                _require_shown(wanted, self._passes(), is_board=screen.proto == "board")
            # The token first: whoever is told of the screen then finds what it is good for.
            await self._keep_device(screen.id, wanted)
            try:
                changed = await _done(self._screens.change(screen.id, wanted))
            except BaseException:
                await self._keep_device(screen.id, before)
                raise
            await self._note("screen_changed", changed.name, call.caller.subject)
            return self._shown(changed)

    async def _keep_device(self, screen: str, wanted: Wanted) -> None:
        device = self._screens.device_of(screen)
        if device is not None:
            change = partial(self._authority.devices.change, device, wanted.name, _only(wanted))
            await stored(change)

    async def forget(self, call: Call) -> None:
        """A screen is none of ours any more; a board's token ends at once."""
        async with self._changing:
            screen = self._changeable(call)
            device = self._screens.device_of(screen.id)
            # The token first: at no moment is it good for a screen that is in no list.
            if device is not None:
                await stored(lambda: self._authority.devices.revoke(device))
            await _done(self._screens.forget(screen.id))
            await self._note("screen_removed", screen.name, call.caller.subject)

    # ── what is known ────────────────────────────────────────────────────────────────

    def _shown(self, screen: ScreenJson) -> ScreenShown:
        return shown(screen, self._screens, self._authority)

    def _find(self, screen: str) -> ScreenJson | None:
        return next((each for each in self._screens.shown().screens if each.id == screen), None)

    def _changeable(self, call: Call) -> ScreenJson:
        """The screen that the path names. Raises ApiError 404, 409."""
        name = call.path("screen_id")
        screen = self._find(name)
        if screen is None:
            raise _no_screen(name)
        if screen.source == "file":
            message = f"screen {name!r} is as the configuration's file says: change it there"
            raise ApiError(409, "CONFLICT", message)
        return screen

    def _require_fit(self, wanted: Wanted, screen: str) -> None:
        """Raise ApiError 400 where a screen cannot be so."""
        name = wanted.name
        if not (0 < len(name) <= _MAX_NAME and name.isprintable() and name == name.strip()):
            raise invalid("name", f"must be a text of up to {_MAX_NAME} characters")
        stations = self._known_stations()
        if wanted.station is not None and wanted.station not in stations:
            message = f"there is no {wanted.station!r}"
            raise invalid("station_id", message, allowed=sorted(stations))
        others = [
            each.id
            for each in self._screens.shown().screens
            if each.id != screen and each.shows != "ready"
        ]
        if wanted.backup is not None and wanted.backup not in others:
            raise invalid("backup_id", "it is no other adopted kitchen screen", allowed=others)


def _require_shown(wanted: Wanted, passes: Collection[str], *, is_board: bool) -> None:
    """Raise ApiError 400 where a screen cannot show that."""
    if wanted.shows == "board":
        return
    if not is_board:
        raise invalid("shows", "a LAN screen is a board", allowed=["board"])
    if wanted.shows == "pass" and wanted.station not in passes:
        raise invalid("station_id", "whole orders are shown at a pass", allowed=sorted(passes))
    if wanted.shows == "ready" and wanted.station is not None:
        raise invalid("station_id", "guests see no station: leave it null")
    if wanted.shows == "ready" and wanted.backup is not None:
        raise invalid("backup_id", "nobody stands in for a screen of guests: leave it null")


def _wanted_of(screen: ScreenJson) -> Wanted:
    return Wanted(
        screen.name, screen.station, screen.backup, screen.patience, screen.shows, screen.look
    )


def shown(screen: ScreenJson, screens: Screens, authority: Authority) -> ScreenShown:
    """A screen as it is sent."""
    device = screens.device_of(screen.id)
    has_token = device is not None and authority.devices.get(device) is not None
    return screen_shown(screen, has_token=has_token)


def _only(wanted: Wanted) -> tuple[str, ...]:
    """The stations of its token; none for all."""
    return () if wanted.station is None else (wanted.station,)


async def _done(doing: Awaitable[Done]) -> Done:
    """What comes of a change, when it is on disk. Raises ApiError 404, 409, 503."""
    try:
        return await asyncio.shield(asyncio.ensure_future(doing))
    except KeyError as error:
        raise _no_screen(str(error.args[0])) from error
    except CannotAdopt as error:
        raise ApiError(409, "CONFLICT", str(error)) from error
    except OSError as error:
        raise not_stored(error) from error


def _no_screen(name: str) -> ApiError:
    return ApiError(404, "NOT_FOUND", f"there is no screen {name!r}")


def _draws_itself() -> ApiError:
    return invalid("look", "a LAN screen draws itself: only a board has a look")


def _address(text: str) -> str:
    """`HOST:PORT`, with the protocol's port where there is none. Raises ApiError 400."""
    try:
        return str(Address(f":{PORT}").on(str(ip_address(text))))
    except ValueError:
        address = text if ":" in text else f"{text}:{PORT}"
    try:
        found = Address.parse(address)
    except ValueError as error:
        raise invalid("address", str(error)) from error
    if not _HOST.fullmatch(found.host) or found.port == 0:
        raise invalid("address", f"{text!r} is no address")
    return str(found)
