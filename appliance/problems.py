"""All that is wrong, from every part, in one list: what `GET /health` and the status page tell.

A problem is a code, what it is about, and since when. What it is called, and what to do about it,
is said by `pages/static/words/LANGUAGE/status.json`, in the reader's language.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Final, NamedTuple

from appliance.api.attention import AttentionJson
from appliance.api.health import SEVERITIES, Fact, Problem, ProblemCode, Severity
from appliance.api.kitchen_now import KitchenTold
from appliance.api.times import iso, of_monotonic
from appliance.card_now import Card, Update, UpdateState
from appliance.channels_now import AccountNow, AccountState, ChannelsNow, Disagreement
from appliance.devices import NOT_YET, PanelJson, State
from appliance.expeditor import Fault
from appliance.indexing import IndexStatus
from appliance.log import Health as LogHealth
from appliance.machine import Machine, MachineNow
from appliance.printers import PrinterNow, PrinterState, PrintingStatus
from appliance.screens_now import ScreenNow, ScreensNow
from appliance.tls import Https, HttpsStatus

HOT: Final = 80.0
"""Degrees Celsius at which a Raspberry Pi begins to slow itself down; it stops at 85."""
LITTLE_ROOM: Final = 1_000_000_000
NO_ROOM: Final = 200_000_000
"""Bytes: some weeks of orders, and some days."""
LITTLE_MEMORY: Final = 0.05
"""Of all memory: below that the kernel begins to end programs."""
SLOW_MS: Final = 300.0
"""For a usual commit: a card that is well needs some tens of milliseconds at the most."""
ENOUGH_COMMITS: Final = 5
WORN: Final = 90
"""Percent of what an eMMC is made for."""
BEHIND: Final = 20_000
"""Events that the index of finished tickets is behind: about an hour of a rush."""
ENDS_SOON: Final = timedelta(days=14)
KEPT_SECONDS: Final = 1.0
"""However many ask: to find all of it out takes milliseconds when boards are full."""

_PRINTER_CODES: Final[dict[PrinterState, ProblemCode]] = {
    "paper low": "printer-paper-low",
    "out of paper": "printer-out-of-paper",
    "cover open": "printer-cover-open",
    "offline": "printer-offline",
    "overheated": "printer-overheated",
    "failed": "printer-failed",
    "not wired": "printer-not-wired",
}
_ACCOUNT_CODES: Final[dict[AccountState, tuple[ProblemCode, Severity]]] = {
    "away": ("channel-away", "warning"),
    "refused": ("channel-refused", "alarm"),
    "secret": ("channel-secret", "alarm"),
}
_UPDATE_CODES: Final[dict[UpdateState, tuple[ProblemCode, Severity]]] = {
    "ready": ("update-ready", "notice"),
    "failed": ("update-failed", "warning"),
    "came back": ("update-came-back", "warning"),
}
_DEVICE_CODES: Final[dict[State, ProblemCode]] = {
    "not wired": "device-not-wired",
    "away": "device-away",
    "refused": "device-refused",
    "unavailable": "device-unavailable",
    "failed": "device-failed",
    "chattering": "device-chattering",
}


class Found(NamedTuple):
    """A problem, as a part tells it."""

    code: ProblemCode
    severity: Severity
    facts: dict[str, Fact]
    about: str = ""
    """Whom it is about, where there may be several with this code."""
    since: str | None = None
    """None: since it was first seen."""


class Seen(NamedTuple):
    """Whoever tells how a part is."""

    wrong_files: Sequence[str]
    """A sentence for each file of the configuration that is not used as it is now."""
    kitchen: Callable[[], KitchenTold]
    attention: Callable[[], AttentionJson]
    printers: Callable[[], Iterable[PrinterNow]]
    printing: Callable[[], PrintingStatus] | None
    made_up: Callable[[], Sequence[str]]
    """Printers and screens that are there, and are not used: those that are simulated are."""
    screens: ScreensNow
    channels: ChannelsNow
    card: Card
    devices: Callable[[], PanelJson]
    machine: Machine
    log: Callable[[], LogHealth]
    of_newer: Callable[[], int]
    """Events of a newer version that are not wholly understood."""
    history: Callable[[], IndexStatus]
    reports: Callable[[], IndexStatus]
    https: Https | None
    others: Callable[[], list[str]]
    """Sentences about whatever has no code."""


class Problems:
    """Of one appliance: remembers since when each is there."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._first_seen: dict[tuple[str, str], float] = {}
        """By code and whom it is about, on the monotonic clock."""
        self._told: list[Problem] = []
        self._told_of: Fault | None = None
        self._told_at = -math.inf

    def now(self, fault: Fault | None) -> list[Problem]:
        """The worst first, and of those that are as bad the oldest; as it was a moment ago.

        `fault`: why no order can be stored.
        """
        now = monotonic()
        if fault != self._told_of or now - self._told_at >= KEPT_SECONDS:
            self._told, self._told_of, self._told_at = self._look(fault, now), fault, now
        return self._told

    def _look(self, fault: Fault | None, now: float) -> list[Problem]:
        found = list(self._found(fault))
        self._first_seen = {
            each[:2]: self._first_seen.get(each[:2], now)
            for each in ((one.code, one.about) for one in found)
        }
        told = [
            Problem(
                each.code,
                each.severity,
                each.since or of_monotonic(self._first_seen[each.code, each.about]),
                each.facts,
            )
            for each in found
        ]
        return sorted(told, key=lambda each: (SEVERITIES.index(each.severity), each.since))

    def _found(self, fault: Fault | None) -> Iterator[Found]:
        seen = self._seen
        yield from of_storing(fault, seen.wrong_files)
        yield from of_kitchen(seen.kitchen(), seen.attention())
        if seen.printing is not None:
            yield from of_printing(seen.printing())
        for printer in seen.printers():
            yield from of_printer(printer)
        if made_up := list(seen.made_up()):
            yield Found("devices-simulated", "warning", {"devices": made_up, "count": len(made_up)})
        for screen in seen.screens.screens.values():
            yield from of_screen(screen, seen.screens)
        yield from of_channels(seen.channels.accounts, seen.channels.disagreements)
        yield from of_update(seen.card.update)
        yield from of_devices(seen.devices())
        yield from of_power(seen.machine.now)
        yield from of_machine(seen.machine.now)
        yield from of_log(seen.log())
        if not_understood := seen.of_newer():
            yield Found("events-not-understood", "warning", {"count": not_understood})
        yield from of_indexes(seen.history(), seen.reports())
        if seen.https is not None:
            yield from of_https(seen.https.status(), datetime.now(UTC))
        for sentence in seen.others():
            yield Found("other", "warning", {"text": sentence}, sentence)


def of_storing(fault: Fault | None, wrong_files: Sequence[str]) -> Iterator[Found]:
    """What keeps orders out, and what was kept out of the configuration."""
    if fault is not None:
        since = of_monotonic(fault.since)
        yield Found("orders-not-stored", "alarm", {"why": fault.message}, since=since)
    if wrong_files:
        facts: dict[str, Fact] = {"count": len(wrong_files), "why": "; ".join(wrong_files)}
        yield Found("configuration-wrong", "warning", facts)


def of_kitchen(told: KitchenTold, attention: AttentionJson) -> Iterator[Found]:
    """Who is silent, and what was left, moved or found no station."""
    for silent in attention.silent:
        code: ProblemCode = "sender-silent" if silent.name else "nameless-sender-silent"
        yield Found(code, "warning", {"name": silent.name}, silent.name, silent.since)
    for station, others in told.taken_in.items():
        facts: dict[str, Fact] = {"station": station, "others": others}
        yield Found("station-gone", "warning", facts, station)
    if attention.forgotten:
        since = min(each.closed_at for each in attention.forgotten)
        count = len({each.order_id for each in attention.forgotten})
        yield Found("orders-forgotten", "notice", {"count": count}, since=since)
    if told.unrouted_since is not None:
        since = iso(told.unrouted_since)
        yield Found("dishes-unrouted", "notice", {"count": told.unrouted}, since=since)


def of_printing(printing: PrintingStatus) -> Iterator[Found]:
    """What keeps all chits from coming out."""
    if printing.fault is not None:
        yield Found("chits-not-made", "alarm", {"why": printing.fault})


def of_printer(printer: PrinterNow) -> Iterator[Found]:
    """Its state, and the chits that somebody has to decide about."""
    if printer.concern == "none":
        return
    since = iso(printer.since)
    code = _PRINTER_CODES.get(printer.state)
    if code is not None:
        facts: dict[str, Fact] = {"printer": printer.id, "stations": list(printer.stations)}
        facts |= {"waiting": printer.waiting - printer.asking}
        if printer.why not in ("", printer.state):
            facts["why"] = printer.why
        if printer.covered_by is not None:
            facts["covered_by"] = printer.covered_by
        yield Found(code, printer.concern, facts, printer.id, since)
    if printer.asking:
        facts = {"printer": printer.id, "count": printer.asking}
        yield Found("chits-to-decide", "warning", facts, printer.id, since)


def of_screen(screen: ScreenNow, screens: ScreensNow) -> Iterator[Found]:
    """One that is away, behind, or there twice, of all of them."""
    facts: dict[str, Fact] = {"screen": screen.name, "station": screen.station or ""}
    facts |= {"why": screen.why}
    since = iso(screen.since)
    if screen.state == "away" and screen.covered_by is not None:
        other = screens.screens.get(screen.covered_by)
        facts["covered_by"] = screen.covered_by if other is None else other.name
        yield Found("screen-covered", "warning", facts, screen.id, since)
    elif screen.state == "away":
        severity: Severity = "alarm" if screen.missed else "warning"
        yield Found("screen-away", severity, facts, screen.id, since)
    elif screen.state == "behind":
        own = screens.unseen if screen.station is None else screens.unseen & {screen.station}
        is_unseen = screen.missed and screen.covered_by is None and bool(own)
        yield Found("screen-behind", "alarm" if is_unseen else "warning", facts, screen.id, since)
    elif screen.state == "live" and screen.why:
        yield Found("screen-complains", "warning", facts, screen.id, since)
    if screen.conflict:
        yield Found("screen-twice", "warning", facts | {"why": screen.conflict}, screen.id)


def of_channels(
    accounts: Sequence[AccountNow], disagreements: Sequence[Disagreement]
) -> Iterator[Found]:
    """Channels that cannot be told, do not want to be, or do not agree with the kitchen."""
    names = Counter(each.name for each in accounts)
    for account in accounts:
        name = account.name if names[account.name] == 1 else f"{account.name} ({account.id})"
        yield from _of_account(account, name)
        of_it = [each for each in disagreements if each.account == account.id]
        not_closed = [each.since for each in of_it if each.matter == "not closed"]
        others = [each.since for each in of_it if each.matter != "not closed"]
        if others:
            facts: dict[str, Fact] = {"account": name, "count": len(others)}
            yield Found("channel-disagrees", "warning", facts, account.id, iso(min(others)))
        if not_closed:
            facts = {"account": name, "count": len(not_closed)}
            yield Found("channel-not-closed", "notice", facts, account.id, iso(min(not_closed)))
    for channel, count in {each.channel: each.wrong_signatures for each in accounts}.items():
        if count:
            facts = {"channel": channel, "count": count}
            yield Found("channel-signatures", "warning", facts, channel)


def _of_account(account: AccountNow, name: str) -> Iterator[Found]:
    named: dict[str, Fact] = {"account": name}
    if account.state in _ACCOUNT_CODES:
        facts = named | {"count": account.queue, "why": account.why}
        yield Found(*_ACCOUNT_CODES[account.state], facts, account.id, iso(account.since))
    if account.turned_away:
        facts = named | {"count": account.turned_away, "why": account.turned_away_why}
        yield Found("channel-turned-away", "warning", facts, account.id)
    if account.refused:
        facts = named | {"count": account.refused, "why": account.refused_why}
        yield Found("channel-statuses-refused", "notice", facts, account.id)
    if account.environment == "staging":
        yield Found("channel-staging", "notice", named, account.id)


def of_update(update: Update | None) -> Iterator[Found]:
    """What became of the last update, where somebody should know."""
    if update is not None and update.state in _UPDATE_CODES:
        facts: dict[str, Fact] = {
            "version": update.version,
            "before": update.before,
            "why": update.why,
        }
        yield Found(*_UPDATE_CODES[update.state], facts, since=iso(update.at))


def of_devices(panel: PanelJson) -> Iterator[Found]:
    """Buttons, bars and lamps that do not work; those of one reason are one problem."""
    alike: defaultdict[tuple[State, str], list[str]] = defaultdict(list)
    for bar in panel.bars:
        alike[bar.state, bar.why].append(bar.id)
    for button in panel.buttons:
        alike[button.state, button.why].append(button.id)
        if button.lamp is not None:
            alike[button.lamp.state, button.lamp.why].append(button.id)
    for light in panel.lights:
        for lamp in light.lamps.values():
            alike[lamp.state, lamp.why].append(light.id)
    for (state, why), ids in alike.items():
        code = _DEVICE_CODES.get(state)
        if code is None or why == NOT_YET:
            continue
        devices = list(dict.fromkeys(ids))
        facts: dict[str, Fact] = {"devices": devices, "count": len(devices), "why": why}
        severity: Severity = "notice" if state == "not wired" else "warning"
        yield Found(code, severity, facts, why)


def of_power(now: MachineNow) -> Iterator[Found]:
    """Its supply, and its heat."""
    if now.under_voltage:
        yield Found("under-voltage", "alarm", {})
    elif now.under_voltage_before:
        yield Found("under-voltage-before", "warning", {})
    if now.temperature is not None and now.temperature >= HOT:
        yield Found("hot", "warning", {"temperature": now.temperature})
    elif now.throttled and not now.under_voltage:
        yield Found("throttled", "warning", {})
    elif now.throttled_before and not now.under_voltage_before:
        yield Found("throttled-before", "notice", {})


def of_machine(now: MachineNow) -> Iterator[Found]:
    """Clock, memory and disk."""
    if now.clock == "waiting":
        yield Found("clock-not-set", "warning", {})
    if now.memory_bytes and now.memory_free_bytes is not None:
        free = now.memory_free_bytes
        if free < LITTLE_MEMORY * now.memory_bytes:
            yield Found("memory-low", "warning", {"free_bytes": free})
    free_bytes = now.disk.free_bytes
    if free_bytes is not None and free_bytes < LITTLE_ROOM:
        severity: Severity = "alarm" if free_bytes < NO_ROOM else "warning"
        yield Found("disk-nearly-full", severity, {"free_bytes": free_bytes})
    used = now.disk.life_used
    if (used is not None and used >= WORN) or now.disk.spare in ("low", "nearly used up"):
        yield Found("disk-worn", "warning", {})


def of_log(log: LogHealth) -> Iterator[Found]:
    """What it cannot read, and a disk that takes its time."""
    if log.aside is not None:
        yield Found("log-put-aside", "alarm", {"file": log.aside})
    recent = log.recent
    if recent is not None and recent.commits >= ENOUGH_COMMITS and recent.median_ms > SLOW_MS:
        facts: dict[str, Fact] = {"median_ms": recent.median_ms, "worst_ms": recent.worst_ms}
        yield Found("disk-slow", "warning", facts)


def of_indexes(history: IndexStatus, reports: IndexStatus) -> Iterator[Found]:
    """Finished tickets, or reports, that do not come along with the log."""
    if reports.fault is not None:
        yield Found("reports-faulty", "warning", {})
    if history.fault is not None:
        yield Found("index-faulty", "warning", {})
    elif history.of - history.indexed > BEHIND:
        yield Found("index-behind", "notice", {"count": history.of - history.indexed})


def of_https(https: HttpsStatus, now: datetime) -> Iterator[Found]:
    """A certificate of the installer's that ends soon. That one has ended, https itself says."""
    is_own = https.authority_sha256 is not None  # It is made anew in time.
    if not is_own and now < https.valid_until < now + ENDS_SOON:
        until = iso(round(https.valid_until.timestamp() * 1000))
        yield Found("certificate-ends", "warning", {"until": until})
