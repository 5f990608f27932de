"""How the appliance is, for everybody: asked without signing in, so nothing of a guest is in it.

GET /health    200 while orders can be stored, 503 while they cannot; `pages` shows it at /status
"""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from time import monotonic, time
from typing import Final

import msgspec
from aiohttp import web
from msgspec import Struct

from appliance import __version__
from appliance.api.errors import ApiError
from appliance.api.printer_json import PrinterTold, printer_told
from appliance.api.raw import RawOperation
from appliance.api.result import JSON, Result
from appliance.api.screen_json import ScreenTold, screen_told
from appliance.api.ticket_json import encode
from appliance.api.times import Time, iso
from appliance.expeditor import Expeditor, Fault
from appliance.history import History
from appliance.log import NotStored
from appliance.printers import PrintersNow
from appliance.screens_now import ScreensNow
from appliance.tls import Https, HttpsStatus

STORE_SECONDS: Final = 2.0
"""A commit that takes longer counts as none: a card that is well needs some milliseconds."""


class Places(Struct):
    """Where it listens, as `host:port`; null where it does not."""

    orders: str | None = None
    http: str | None = None
    https: str | None = None


class FaultSince(Struct):
    """Why no order can be stored at present."""

    message: str
    since: Time


class HistoryHealth(Struct):
    """How far the index of finished tickets is. `GET /status` tells managers more."""

    indexed: int
    """Events that are in it, of so many in the log."""
    of: int
    faulty: bool
    """It does not go on."""


class HealthJson(Struct):
    """How the appliance is. Where orders cannot be stored, this is the error's `details`."""

    name: str
    version: str
    at: Time
    """Now, by the appliance's clock."""
    running_since: Time
    fault: FaultSince | None
    """Null while orders can be stored."""
    warnings: list[str]
    """What somebody ought to do something about."""
    listening: Places
    https: HttpsStatus | None
    """What it presents; null where there is no https."""
    history: HistoryHealth
    printers: list[PrinterTold]
    screens: list[ScreenTold]
    neighbours: int | None
    """Screens and appliances that are heard on the network; null where none could be."""
    disk_free_bytes: int | None
    """For the data directory; null where that cannot be told."""


class Health:
    """The handler, for one appliance."""

    def __init__(
        self,
        name: str,
        directory: Path,
        expeditor: Expeditor,
        history: History,
        *,
        https: Https | None,
        printers_now: PrintersNow,
        screens_now: ScreensNow,
        warnings: Callable[[], list[str]],
    ) -> None:
        """`directory` has the data. It counts as running from now on."""
        self.places = Places()
        """Filled in as it begins to listen."""
        self.neighbours: Callable[[], int | None] = lambda: None
        """Counts who is heard; filled in when anybody may be."""
        self._name = name
        self._directory = directory
        self._expeditor = expeditor
        self._history = history
        self._https = https
        self._printers_now = printers_now
        self._screens_now = screens_now
        self._warnings = warnings
        self._began = monotonic()
        self._stuck_since: float | None = None

    def operations(self, prefix: str) -> list[RawOperation]:
        """One, for whoever watches over appliances."""
        return [
            RawOperation(
                "GET",
                f"{prefix}/health",
                self.answer,
                JSON,
                answers=HealthJson,
                errors=(503,),
            )
        ]

    async def answer(self, _request: web.Request) -> web.Response:
        """How the appliance is, and whether orders can be stored.

        Where they cannot it is 503, with the same facts as `details`.
        """
        health = await self._health()
        if health.fault is not None:
            raise ApiError(
                503,
                "SERVICE_UNAVAILABLE",
                f"orders cannot be stored: {health.fault.message}",
                msgspec.to_builtins(health),
                {"Retry-After": "2"},
            )
        return Result(200, encode(health)).response()

    async def _health(self) -> HealthJson:
        fault = await self._fault()
        history = self._history.status()
        return HealthJson(
            name=self._name,
            version=__version__,
            at=_iso(monotonic()),
            running_since=_iso(self._began),
            fault=fault and FaultSince(fault.message, _iso(fault.since)),
            warnings=self._warnings(),
            listening=self.places,
            https=self._https.status() if self._https else None,
            history=HistoryHealth(history.indexed, history.of, history.fault is not None),
            printers=[printer_told(each) for each in self._printers_now.printers.values()],
            screens=[screen_told(each) for each in self._screens_now.screens.values()],
            neighbours=self.neighbours(),
            disk_free_bytes=await asyncio.to_thread(_free, self._directory),
        )

    async def _fault(self) -> Fault | None:
        """Why no order can be stored: it failed, or what is being stored does not get there."""
        began = monotonic()
        try:
            async with asyncio.timeout(STORE_SECONDS):
                await asyncio.shield(self._expeditor.settled())
        except TimeoutError:
            self._stuck_since = began if self._stuck_since is None else self._stuck_since
            message = f"the disk has taken more than {STORE_SECONDS:g} s and is not done"
            return Fault(message, self._stuck_since)
        except NotStored as error:
            # The log may know it a turn of the loop before the expeditor does.
            return self._expeditor.fault or Fault(str(error), began)
        self._stuck_since = None
        return self._expeditor.fault


def _iso(moment: float) -> str:
    """The wall clock's time of a monotonic moment: one that was set since is right about it."""
    return iso(round((time() - monotonic() + moment) * 1000))


def _free(directory: Path) -> int | None:
    try:
        return shutil.disk_usage(directory).free
    except OSError:
        return None
