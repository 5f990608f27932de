"""What is wrong between keys that are each right by themselves."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from appliance.config.card import wrong_card
from appliance.config.channels import SECTIONS as CHANNELS
from appliance.config.channels import wrong_channels
from appliance.config.doors import LOCAL_ISSUER, Cloud, HttpLimits, OrderLimits
from appliance.config.printers import wrong_printing
from appliance.config.screens import wrong_screens
from appliance.config.stations import rule_of, station_of
from appliance.config.timing import Tickets, Timing, course_key
from appliance.config.values import is_loopback
from appliance.config.whole import Config, active_cooking
from appliance.config.wiring import wrong_wiring
from appliance.kitchen.balancing import link_fault
from appliance.kitchen.deed import LONGEST_WINDOW_MS
from appliance.kitchen.order import first_number, mode_key
from appliance.kitchen.routing import Station
from appliance.kitchen.rule import LONGEST_WORK, fault, folded_patterns

LONGEST_FRAME_TIMEOUT: Final = 600
LONGEST_IDLE_TIMEOUT: Final = 86_400
LONGEST_UNDO_WINDOW: Final = LONGEST_WINDOW_MS // 1000
LONGEST_RECALL_WINDOW: Final = 7 * 86_400


def inconsistencies(config: Config) -> Iterator[str]:
    """What is wrong between keys that are each right by themselves."""
    try:
        ZoneInfo(config.appliance.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = config.appliance.time_zone
        yield f'appliance.time_zone: {zone!r} is no time zone; write it like "Europe/Madrid"'
    cooking = [station.id for station in config.station if station.type != "expo"]
    open_to_items = list(active_cooking(config))
    if not open_to_items:
        yield "station: at least one station that cooks is required (active, type other than expo)"
    stations = [station.id for station in config.station]
    unknown = list(_references(config, stations, cooking, open_to_items))
    yield from unknown
    yield from _used_twice(config, "station")
    yield from _used_twice(config, "printer", "button", "bump_bar", "light", "screen")
    yield from _used_twice(config, *CHANNELS)
    if not unknown:
        yield from _impossible_sharing(list(map(station_of, config.station)))
    for place, route in enumerate(config.route):
        wrong = fault(rule_of(route, place + 1))
        if wrong is not None:
            yield f"route[{place}]{'.' if wrong.field else ''}{wrong.field}: {wrong.message}"
        yield from _impossible_modes(f"route[{place}]", route.mode)
    if config.https and (config.https.certificate is None) != (config.https.key is None):
        missing = "key" if config.https.key is None else "certificate"
        yield f"https.{missing}: certificate and key are given together, or neither of them"
    yield from _cloud_errors(config.auth.cloud)
    yield from _too_long(config)
    yield from _impossible_timing(config.timing)
    yield from _impossible_limits(config.orders.limits, config.http.limits)
    yield from _impossible_tickets(config.tickets)
    yield from wrong_wiring(config)
    yield from wrong_printing(config)
    yield from wrong_screens(config)
    yield from wrong_channels(config.deliverect)
    yield from wrong_card(config.card)


def _used_twice(config: Config, *sections: str) -> Iterator[str]:
    """Ids that are not the only ones in these sections together."""
    seen: set[str] = set()
    for name in sections:
        for place, entry in enumerate(getattr(config, name)):
            if entry.id in seen:
                yield f"{name}[{place}].id: {entry.id!r} is used twice"
            seen.add(entry.id)


def _references(
    config: Config, stations: list[str], cooking: list[str], open_to_items: list[str]
) -> Iterator[str]:
    printers = [printer.id for printer in config.printer]
    references: list[tuple[str, str | None, Iterable[str]]] = [
        ("orders.default_station", config.orders.default_station, open_to_items),
        *((f"station[{n}].backup", s.backup, cooking) for n, s in enumerate(config.station)),
        *((f"station[{n}].twin_of", s.twin_of, cooking) for n, s in enumerate(config.station)),
        *((f"route[{n}].station", r.station, cooking) for n, r in enumerate(config.route)),
        *((f"printer[{n}].fallback", p.fallback, printers) for n, p in enumerate(config.printer)),
        *(
            (f"printer[{n}].stations", station, stations)
            for n, printer in enumerate(config.printer)
            for station in printer.stations
        ),
        *(
            (f"timing.late[{n}].station", station, stations)
            for n, late in enumerate(config.timing.late)
            for station in late.station
        ),
        *((f"button[{n}].station", b.station, stations) for n, b in enumerate(config.button)),
        *((f"bump_bar[{n}].station", b.station, stations) for n, b in enumerate(config.bump_bar)),
        *((f"light[{n}].station", light.station, stations) for n, light in enumerate(config.light)),
        *((f"screen[{n}].station", s.station, stations) for n, s in enumerate(config.screen)),
    ]
    for key, value, allowed in references:
        if value is not None and value not in allowed:
            why = f"there is no {value!r} here"
            if allowed is not printers and value in stations:
                why = f"{value!r} is " + ("not active" if value in cooking else "an expo")
            yield f"{key}: {why}; allowed: {', '.join(allowed)}"


def _impossible_sharing(stations: list[Station]) -> Iterator[str]:
    for place, station in enumerate(stations):
        if station.overflow_after == 0:
            yield f"station[{place}].overflow_after: must not be 0s: it would always be behind"
    for place, station in enumerate(stations):
        wrong = link_fault(station, stations)
        if wrong is not None:
            yield f"station[{place}].{wrong.field}: {wrong.message}"


def _impossible_modes(where: str, patterns: tuple[str, ...]) -> Iterator[str]:
    for place, pattern in enumerate(folded_patterns("mode", patterns)):
        if not pattern:
            yield f"{where}.mode[{place}]: {patterns[place]!r} has no letter and no digit"


def _too_long(config: Config) -> Iterator[str]:
    timing = config.timing
    sections: list[tuple[str, Struct, Iterable[str], int]] = [
        ("timing", timing, ("late_after", "very_late_after"), LONGEST_WORK),
        ("timing", timing, ("recall_window",), LONGEST_RECALL_WINDOW),
        ("timing", timing, ("undo_window",), LONGEST_UNDO_WINDOW),
        *(
            (f"timing.late[{place}]", late, ("late_after", "very_late_after"), LONGEST_WORK)
            for place, late in enumerate(timing.late)
        ),
        *(
            (f"station[{place}]", station, ("alert_threshold", "overflow_after"), LONGEST_WORK)
            for place, station in enumerate(config.station)
        ),
        *(
            (f"route[{place}]", route, ("prep_time", "extra_time"), LONGEST_WORK)
            for place, route in enumerate(config.route)
        ),
    ]
    for where, section, keys, longest in sections:
        for key in keys:
            if abs(getattr(section, key) or 0) > longest:
                yield f"{where}.{key}: must be at most {longest // 3_600}h"


def _impossible_timing(timing: Timing) -> Iterator[str]:
    if timing.very_late_after < timing.late_after:
        yield "timing.very_late_after: must not be shorter than late_after"
    for place, late in enumerate(timing.late):
        yield from _impossible_modes(f"timing.late[{place}]", late.mode)
        if not (late.mode or late.station):
            yield f"timing.late[{place}]: a condition is required; allowed: mode, station"
        if late.very_late_after < late.late_after:
            yield f"timing.late[{place}].very_late_after: must not be shorter than late_after"


def _impossible_tickets(tickets: Tickets) -> Iterator[str]:
    for mode in tickets.channels:
        if not mode_key(mode):
            yield f"tickets.channels: {mode!r} has no letter and no digit"
    for course in tickets.courses:
        if first_number(course) is not None:
            yield f"tickets.courses: {course!r} has its number already"
        if not course_key(course):
            yield f"tickets.courses: {course!r} is no name"
    yield from _named_twice("tickets.channels", tickets.channels, mode_key)
    yield from _named_twice("tickets.courses", tickets.courses, course_key)


def _named_twice(where: str, names: Iterable[str], key: Callable[[str], str]) -> Iterator[str]:
    first: dict[str, str] = {}
    for name in names:
        if (before := first.setdefault(key(name), name)) != name:
            yield f"{where}: {name!r} is {before!r} again"


def _impossible_limits(limits: OrderLimits, http: HttpLimits) -> Iterator[str]:
    if not 1 <= http.request_timeout <= LONGEST_FRAME_TIMEOUT:
        yield "http.limits.request_timeout: must be from 1s to 10m"
    if not 1 <= limits.frame_timeout <= LONGEST_FRAME_TIMEOUT:
        yield "orders.limits.frame_timeout: must be from 1s to 10m"
    if not limits.frame_timeout <= limits.idle_timeout <= LONGEST_IDLE_TIMEOUT:
        yield "orders.limits.idle_timeout: must be from frame_timeout to 24h"


def _cloud_errors(cloud: Cloud | None) -> Iterator[str]:
    if cloud is None:
        return
    if cloud.issuer in ("", LOCAL_ISSUER):
        yield f"auth.cloud.issuer: {cloud.issuer!r} cannot be another issuer's name"
    if not cloud.audience:
        yield "auth.cloud.audience: must not be empty"
    if not cloud.refresh:
        yield "auth.cloud.refresh: must not be 0s"
    try:
        url = urlsplit(cloud.jwks_url)
        # Whoever could change the keys on their way could let anybody in.
        safe = url.scheme == "https" or (url.scheme == "http" and is_loopback(url.hostname or ""))
        good = safe and bool(url.hostname) and url.username is None and url.port != 0
    except ValueError:
        good = False
    if not good:
        # Not repeated: what somebody took for its place may be a password.
        yield 'auth.cloud.jwks_url: write it like "https://HOST/PATH", without a name or password'
