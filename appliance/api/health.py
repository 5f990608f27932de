"""How the appliance is, for everybody: asked without signing in, so nothing of a guest is in it.

GET /health    200 while orders can be stored, 503 while they cannot; `pages` shows it at /status
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Annotated, Final, Literal, get_args

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from appliance import __version__
from appliance.api.card import CardJson, update_json
from appliance.api.channel_json import AccountTold, account_told
from appliance.api.errors import ApiError
from appliance.api.kitchen_now import KitchenNow, OrdersNow, StationNow
from appliance.api.printer_json import PrinterTold, printer_told
from appliance.api.raw import RawOperation
from appliance.api.result import JSON, Result
from appliance.api.screen_json import ScreenTold, screen_told
from appliance.api.ticket_json import encode
from appliance.api.times import Time, of_monotonic
from appliance.card_now import Card
from appliance.channels_now import ChannelsNow
from appliance.devices import Devices
from appliance.expeditor import Expeditor, Fault
from appliance.history import History
from appliance.log import Log, NotStored
from appliance.machine import Machine, MachineNow
from appliance.printers import PrintersNow
from appliance.screens_now import ScreensNow
from appliance.tls import Https, HttpsStatus

logger = logging.getLogger(__name__)

STORE_SECONDS: Final = 2.0
"""A commit that takes longer counts as none: a card that is well needs some milliseconds."""
LOOK_SECONDS: Final = 5.0
"""Between two looks when nobody asks."""

ProblemCode = Literal[
    "orders-not-stored",
    "configuration-wrong",
    "sender-silent",
    "nameless-sender-silent",
    "station-gone",
    "orders-forgotten",
    "dishes-unrouted",
    "printer-paper-low",
    "printer-out-of-paper",
    "printer-cover-open",
    "printer-offline",
    "printer-overheated",
    "printer-failed",
    "printer-not-wired",
    "chits-to-decide",
    "chits-not-made",
    "screen-away",
    "screen-covered",
    "screen-behind",
    "screen-complains",
    "screen-twice",
    "channel-away",
    "channel-refused",
    "channel-secret",
    "channel-signatures",
    "channel-turned-away",
    "channel-statuses-refused",
    "channel-disagrees",
    "channel-not-closed",
    "channel-staging",
    "device-not-wired",
    "device-away",
    "device-refused",
    "device-unavailable",
    "device-failed",
    "device-chattering",
    "devices-simulated",
    "under-voltage",
    "under-voltage-before",
    "hot",
    "throttled",
    "throttled-before",
    "clock-not-set",
    "memory-low",
    "disk-nearly-full",
    "disk-worn",
    "disk-slow",
    "index-faulty",
    "index-behind",
    "reports-faulty",
    "certificate-ends",
    "update-ready",
    "update-failed",
    "update-came-back",
    "log-put-aside",
    "events-not-understood",
    "other",
]
Severity = Literal["alarm", "warning", "notice"]
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
Fact = str | int | float | list[str]


class Problem(Struct, frozen=True):
    """Something that is wrong. The guide to the pages says what each code means."""

    code: ProblemCode
    severity: Annotated[
        Severity,
        Meta(
            description="alarm: the kitchen suffers, somebody has to come now; warning: somebody"
            " should look after it; notice: it is as well to know"
        ),
    ]
    since: Time
    facts: Annotated[
        dict[str, Fact],
        Meta(description="whom it is about, and how much; of `other` all of it, as `text`"),
    ]


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


class LogHealthJson(Struct):
    """How the disk takes what is stored. Times are from a write to its sync, in milliseconds."""

    events: int
    bytes: Annotated[int | None, Meta(description="null where that cannot be told")]
    last_sync_ms: Annotated[float, Meta(description="0 before the first one")]
    median_sync_ms: Annotated[
        float | None, Meta(description="of the last five minutes; null for none")
    ]
    worst_sync_ms: Annotated[float | None, Meta(description="the same")]


class DevicesHealth(Struct):
    """How many buttons, bump bars and lights there are. Those that fail are among the problems."""

    mode: Literal["simulated", "real"]
    buttons: int
    bars: int
    lights: int


class HealthJson(Struct):
    """How the appliance is. Where orders cannot be stored, this is the error's `details`."""

    name: str
    version: str
    at: Time
    """Now, by the appliance's clock."""
    running_since: Time
    fault: FaultSince | None
    """Null while orders can be stored."""
    problems: list[Problem]
    """All that is wrong, the worst first, and of what is as bad the oldest."""
    warnings: list[str]
    """What boards say of it, in English."""
    orders: OrdersNow
    stations: list[StationNow]
    log: LogHealthJson
    machine: MachineNow
    devices: DevicesHealth
    host: str
    """By which it is found on the network, `expeditor.local`; empty while it announces none."""
    listening: Places
    https: HttpsStatus | None
    """What it presents; null where there is no https."""
    history: HistoryHealth
    printers: list[PrinterTold]
    screens: list[ScreenTold]
    channels: list[AccountTold]
    """Accounts of delivery channels."""
    card: CardJson | None
    """The card that it runs from; null where it runs from none."""
    neighbours: int | None
    """Screens and appliances that are heard on the network; null where none could be."""
    disk_free_bytes: int | None
    """For the data directory; null where that cannot be told."""


class Health:
    """The handler, for one appliance."""

    def __init__(
        self,
        name: str,
        expeditor: Expeditor,
        log: Log,
        history: History,
        *,
        https: Https | None,
        kitchen_now: KitchenNow,
        machine: Machine,
        devices: Devices,
        printers_now: PrintersNow,
        screens_now: ScreensNow,
        channels_now: ChannelsNow,
        card: Card,
        problems: Callable[[Fault | None], Sequence[Problem]],
        warnings: Callable[[], list[str]],
        host: Callable[[], str],
    ) -> None:
        """It counts as running from now on."""
        self.log = log
        self.machine = machine
        self.kitchen_now = kitchen_now
        self.warnings = warnings
        """What boards say, in English."""
        self.places = Places()
        """Filled in as it begins to listen."""
        self.neighbours: Callable[[], int | None] = lambda: None
        """Counts who is heard; filled in when anybody may be."""
        self._name = name
        self._expeditor = expeditor
        self._history = history
        self._https = https
        self._devices = devices
        self._printers_now = printers_now
        self._screens_now = screens_now
        self._channels_now = channels_now
        self._card = card
        self._problems = problems
        self._host = host
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

    async def run(self) -> None:
        """Look at what is wrong, asked or not: it is there since then, not since somebody asked."""
        while True:
            try:
                self._problems(await self._fault())
            except Exception:  # What tells how the kitchen is does not end it.
                logger.exception("what is wrong cannot be told")
            await asyncio.sleep(LOOK_SECONDS)

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
        history, kitchen = self._history.status(), self.kitchen_now.told()
        return HealthJson(
            name=self._name,
            version=__version__,
            at=of_monotonic(monotonic()),
            running_since=of_monotonic(self._began),
            fault=fault and FaultSince(fault.message, of_monotonic(fault.since)),
            problems=list(self._problems(fault)),
            warnings=self.warnings(),
            orders=kitchen.orders,
            stations=kitchen.stations,
            log=self._log_health(),
            machine=self.machine.now,
            devices=self._devices_health(),
            host=self._host(),
            listening=self.places,
            https=self._https.status() if self._https else None,
            history=HistoryHealth(history.indexed, history.of, history.fault is not None),
            printers=[printer_told(each) for each in self._printers_now.printers.values()],
            screens=[screen_told(each) for each in self._screens_now.screens.values()],
            channels=[account_told(each) for each in self._channels_now.accounts],
            card=CardJson(update_json(self._card.update)) if self._card.is_there else None,
            neighbours=self.neighbours(),
            disk_free_bytes=self.machine.now.disk.free_bytes,
        )

    def _log_health(self) -> LogHealthJson:
        health = self.log.health()
        return LogHealthJson(
            events=self.log.head,
            bytes=self.machine.now.disk.log_bytes,
            last_sync_ms=round(health.last_commit_ms, 1),
            median_sync_ms=health.recent and round(health.recent.median_ms, 1),
            worst_sync_ms=health.recent and round(health.recent.worst_ms, 1),
        )

    def _devices_health(self) -> DevicesHealth:
        panel = self._devices.shown()
        return DevicesHealth(panel.mode, len(panel.buttons), len(panel.bars), len(panel.lights))

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
