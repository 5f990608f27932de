"""Numbers for whoever watches over appliances: in the text format of Prometheus, for everybody.

GET /metrics   nothing of a guest is in it
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, get_args

from aiohttp import web

from appliance.api.raw import RawOperation
from appliance.channels_now import AccountNow, AccountState, ChannelsNow, Disagreement, Matter
from appliance.expeditor import Expeditor
from appliance.log import Health as LogHealth
from appliance.log import Log
from appliance.machine import Machine, MachineNow
from appliance.printers import PrinterJson, Printers, PrintersJson, PrinterState
from appliance.screens_now import ScreenJson, Screens, ScreensStatus, ScreenState

if TYPE_CHECKING:  # See `_render`.
    from prometheus_client import Metric

TEXT: Final = "text/plain"
_STATES: Final[tuple[PrinterState, ...]] = get_args(PrinterState)
_NOW: Final[tuple[tuple[str, str, Callable[[PrinterJson], int]], ...]] = (
    ("waiting", "Chits that are not on paper yet.", lambda each: each.waiting),
    (
        "asking",
        "Of those, the ones that somebody has to decide about.",
        lambda each: each.asking,
    ),
)
_SINCE_START: Final[tuple[tuple[str, str, Callable[[PrinterJson], int]], ...]] = (
    ("printed", "Chits that came out.", lambda each: each.printed),
    ("reprinted", "Of those, the ones marked REPRINT.", lambda each: each.reprinted),
    ("handed_over", "Chits that its fallback took.", lambda each: each.handed_over),
    ("dropped", "Chits that were thrown away.", lambda each: each.dropped),
)
_SCREEN_STATES: Final[tuple[ScreenState, ...]] = get_args(ScreenState)
_OF_SCREENS: Final[tuple[tuple[str, str, Callable[[ScreenJson], int]], ...]] = (
    (
        "covered",
        "1 while another screen shows what it should.",
        lambda each: each.covered_by is not None,
    ),
    (
        "conflict",
        "1 while two at different places say to be it.",
        lambda each: bool(each.conflict),
    ),
    ("waiting", "Orders that it is still to be told of.", lambda each: each.waiting),
    ("refused", "Orders that it did not take as they are now.", lambda each: each.refused),
)
_SCREENS_SINCE_START: Final[tuple[tuple[str, str, Callable[[ScreensStatus], int]], ...]] = (
    ("went_away", "Screens that went away.", lambda status: status.went_away),
    ("came_back", "Screens that came back.", lambda status: status.came_back),
    ("covers_begun", "Screens that others stood in for.", lambda status: status.covers_begun),
    ("messages", "Messages that LAN screens took.", lambda status: status.messages),
    (
        "messages_failed",
        "Messages that did not come to LAN screens.",
        lambda status: status.messages_failed,
    ),
    (
        "messages_refused",
        "Messages that LAN screens did not take.",
        lambda status: status.messages_refused,
    ),
)


_ACCOUNT_STATES: Final[tuple[AccountState, ...]] = get_args(AccountState)
_MATTERS: Final[tuple[Matter, ...]] = get_args(Matter)
_OF_ACCOUNTS: Final[tuple[tuple[str, str, Callable[[AccountNow], int]], ...]] = (
    ("queue", "Orders of which it is still to be told something.", lambda each: each.queue),
    (
        "refused",
        "Statuses that it refused for good, in the last 24 hours.",
        lambda each: each.refused,
    ),
    (
        "turned_away",
        "Its messages that were not taken here for good, in the last 24 hours.",
        lambda each: each.turned_away,
    ),
    (
        "paused",
        "1 while it was asked to send no new orders.",
        lambda each: each.paused_until is not None,
    ),
)
_TIMES: Final[tuple[tuple[str, str, Callable[[AccountNow], int | None]], ...]] = (
    ("last_order", "When the newest order came.", lambda each: each.last_order),
    ("last_status", "When it last took a status of an order.", lambda each: each.last_status),
    ("oldest", "Since when the first of its queue waits.", lambda each: each.oldest),
    ("token_until", "Until when our access to it is good.", lambda each: each.token_until),
)
"""Left out where there is none."""


class _Seen(NamedTuple):
    """All of it, at one moment."""

    is_stored: bool
    log: LogHealth
    machine: MachineNow
    printers: PrintersJson
    screens: Sequence[ScreenJson]
    of_screens: ScreensStatus
    accounts: Sequence[AccountNow]
    disagreements: Sequence[Disagreement]


class Metrics:
    """The handler, for one appliance."""

    def __init__(
        self,
        expeditor: Expeditor,
        log: Log,
        machine: Machine,
        printers: Printers,
        screens: Screens,
        *,
        channels: ChannelsNow,
    ) -> None:
        self._expeditor = expeditor
        self._log = log
        self._machine = machine
        self._printers = printers
        self._screens = screens
        self._channels = channels

    def operations(self) -> list[RawOperation]:
        """One, where monitors look for it."""
        return [RawOperation("GET", "/metrics", self.answer, TEXT)]

    async def answer(self, _request: web.Request) -> web.Response:
        """How the appliance, its machine, printers, screens and channels are, for Prometheus."""
        seen = _Seen(
            self._expeditor.fault is None,
            self._log.health(),
            self._machine.now,
            self._printers.shown(),
            self._screens.shown().screens,
            self._screens.status(),
            self._channels.accounts,
            self._channels.disagreements,
        )
        body, kind = await asyncio.to_thread(_render, seen)
        return web.Response(body=body, headers={"Content-Type": kind})


def _render(seen: _Seen) -> tuple[bytes, str]:
    """The text, and its type."""
    # For those who ask: it takes 40 ms and 3 MB.
    from prometheus_client import CollectorRegistry  # noqa: PLC0415
    from prometheus_client.exposition import (  # noqa: PLC0415
        CONTENT_TYPE_PLAIN_0_0_4,
        generate_latest,
    )

    class OnDemand:
        """All of it, as it is at this moment."""

        def collect(self) -> Iterator["Metric"]:
            yield from _families(seen)

    # One of our own: nothing of the process is in it.
    registry = CollectorRegistry(auto_describe=False)
    registry.register(OnDemand())
    return generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4


def _families(seen: _Seen) -> Iterator["Metric"]:
    from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415 - see `_render`

    yield GaugeMetricFamily(
        "expeditor_orders_can_be_stored", "1 while they can, else 0.", value=int(seen.is_stored)
    )
    for name, words, number in _of_machine(seen.log, seen.machine):
        if number is not None:
            yield GaugeMetricFamily(f"expeditor_{name}", words, value=number)
    if seen.printers.printers:
        yield from _of_printers(seen.printers)
    if seen.screens:
        yield from _of_screens(seen.screens, seen.of_screens)
    if seen.accounts:
        yield from _of_accounts(seen.accounts)
        yield _of_disagreements(seen.accounts, seen.disagreements)


def _of_machine(log: LogHealth, now: MachineNow) -> Iterator[tuple[str, str, float | None]]:
    """Name, words, and the number; None where it cannot be known."""
    yield "sync_seconds", "What the last commit took.", log.last_commit_ms / 1000
    yield "clock_synchronised", "1 while a time service keeps it.", int(now.clock == "synchronised")
    yield "temperature_celsius", "Of the processor.", now.temperature
    yield "throttled", "1 while it is slowed down, for heat or supply.", now.throttled
    yield "under_voltage", "1 while its supply gives too little.", now.under_voltage
    yield "disk_free_bytes", "For the data.", now.disk.free_bytes
    yield "disk_written_bytes", "By all programs since the machine's start.", now.disk.written_bytes
    yield "memory_free_bytes", "That programs could still have.", now.memory_free_bytes


def _of_printers(shown: PrintersJson) -> Iterator["Metric"]:
    from prometheus_client.core import (  # noqa: PLC0415 - see `_render`
        CounterMetricFamily,
        GaugeMetricFamily,
    )

    printers = shown.printers
    yield GaugeMetricFamily(
        "expeditor_chits_can_be_made",
        "1 while they can, and be stored, else 0: then none comes out.",
        value=int(shown.fault is None),
    )
    yield _gauge(
        "printer_state",
        "1 for the state that it is in.",
        ["printer", "state"],
        (([each.id, state], each.state == state) for each in printers for state in _STATES),
    )
    for kind, family in ((GaugeMetricFamily, _NOW), (CounterMetricFamily, _SINCE_START)):
        for name, words, count in family:
            metric = kind(f"expeditor_printer_{name}", words, labels=["printer"])
            for printer in printers:
                metric.add_metric([printer.id], count(printer))
            yield metric


def _of_screens(screens: Sequence[ScreenJson], status: ScreensStatus) -> Iterator["Metric"]:
    from prometheus_client.core import CounterMetricFamily  # noqa: PLC0415 - see `_render`

    yield _gauge(
        "screen_state",
        "1 for the state that it is in; without a station it is for all.",
        ["screen", "station", "proto", "state"],
        (
            ([each.id, each.station or "", each.proto, state], each.state == state)
            for each in screens
            for state in _SCREEN_STATES
        ),
    )
    for name, words, count in _OF_SCREENS:
        of_each = [([each.id], count(each)) for each in screens]
        yield _gauge(f"screen_{name}", words, ["screen"], of_each)
    for name, words, count_of in _SCREENS_SINCE_START:
        yield CounterMetricFamily(f"expeditor_screens_{name}", words, value=count_of(status))


def _of_accounts(accounts: Sequence[AccountNow]) -> Iterator["Metric"]:
    yield _gauge(
        "channel_state",
        "1 for the state that it is in.",
        ["account", "channel", "environment", "state"],
        (
            ([each.id, each.channel, each.environment, state], each.state == state)
            for each in accounts
            for state in _ACCOUNT_STATES
        ),
    )
    for name, words, count in _OF_ACCOUNTS:
        of_each = [([each.id], count(each)) for each in accounts]
        yield _gauge(f"channel_{name}", words, ["account"], of_each)
    for name, words, moment in _TIMES:
        moments = ((each.id, moment(each)) for each in accounts)
        known = [([its_id], at / 1000) for its_id, at in moments if at is not None]
        yield _gauge(f"channel_{name}_timestamp_seconds", words, ["account"], known)
    wrong = {each.channel: each.wrong_signatures for each in accounts}
    yield _gauge(
        "channel_wrong_signatures",
        "Messages whose signature was none of ours, in the last hour.",
        ["channel"],
        (([channel], count) for channel, count in wrong.items()),
    )


def _of_disagreements(
    accounts: Sequence[AccountNow], disagreements: Sequence[Disagreement]
) -> "Metric":
    matters = Counter((each.account, each.matter) for each in disagreements)
    return _gauge(
        "channel_disagreements",
        "Orders of which it and the kitchen do not think the same.",
        ["account", "matter"],
        (([each.id, matter], matters[each.id, matter]) for each in accounts for matter in _MATTERS),
    )


def _gauge(
    name: str,
    words: str,
    labels: Sequence[str],
    values: Iterable[tuple[Sequence[str], float]],
) -> "Metric":
    """One number for each of these labels."""
    from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415 - see `_render`

    metric = GaugeMetricFamily(f"expeditor_{name}", words, labels=labels)
    for of, value in values:
        metric.add_metric(of, value)
    return metric
