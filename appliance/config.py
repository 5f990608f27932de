"""The configuration file as typed structs; every error names the file, the key, what is allowed.

Every key has a default but the few that are required. Keys of parts that this version does
not drive yet (printers, buttons, bump bars, screens) are checked all the same.
"""

import ipaddress
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from appliance.kitchen.balancing import link_fault
from appliance.kitchen.deed import LONGEST_WINDOW_MS
from appliance.kitchen.order import first_number, mode_key
from appliance.kitchen.routing import Station, StationType
from appliance.kitchen.rule import (
    CONDITIONS,
    Boost,
    Rule,
    Takes,
    Weekday,
    Window,
    fault,
    folded_patterns,
)
from appliance.listening import DUAL_STACK

HIGHEST_PORT: Final = 65_535
LONGEST_FRAME_TIMEOUT: Final = 600
LONGEST_IDLE_TIMEOUT: Final = 86_400
LONGEST_UNDO_WINDOW: Final = LONGEST_WINDOW_MS // 1000
LONGEST_RECALL_WINDOW: Final = 7 * 86_400
LONGEST_WORK: Final = 86_400
"""Of whatever is cooked or waited for, as over HTTP."""
ALL_INTERFACES: Final = "0.0.0.0"  # noqa: S104 - what --listen-lan asks for


class ConfigError(ValueError):
    """The configuration cannot be used; the text has one line per error."""


class Duration(int):
    """Seconds; written as `90s`, `8m`, `1h30m`. At most LONGEST."""

    LONGEST: Final = 9_999 * 3_600
    """More than a year. A time so far ahead can still be written as a date."""
    _PATTERN: Final = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")

    @classmethod
    def is_one(cls, text: object) -> bool:
        """Whether it is written as a duration, however long."""
        return isinstance(text, str) and text != "" and bool(cls._PATTERN.fullmatch(text))

    @classmethod
    def parse(cls, text: object) -> "Duration":
        """From the text of the configuration. Raises ValueError."""
        found = cls._PATTERN.fullmatch(text) if isinstance(text, str) and text else None
        if found is None:
            raise ValueError(f'{text!r} is no duration; write it like "90s", "8m", "1h30m"')
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        duration = cls(hours * 3600 + minutes * 60 + seconds)
        if duration > cls.LONGEST:
            raise ValueError(f"{text!r} is too long; at most {cls.LONGEST // 3_600}h")
        return duration


class ExtraTime(int):
    """Seconds to be added, negative for less; written as `3m`, `+3m`, `-1m30s`."""

    @classmethod
    def parse(cls, text: object) -> "ExtraTime":
        """From the text of the configuration. Raises ValueError."""
        unsigned = text[1:] if isinstance(text, str) and text[:1] in ("+", "-") else text
        if not Duration.is_one(unsigned):
            raise ValueError(f'{text!r} is no time; write it like "+3m", "-1m30s"')
        seconds = Duration.parse(unsigned)
        return cls(-seconds if isinstance(text, str) and text[0] == "-" else seconds)


class Address(str):
    """Where to listen or to connect: `HOST:PORT`, an IPv6 host in brackets."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: object) -> "Address":
        """From the text of the configuration. Raises ValueError."""
        host, colon, port = text.rpartition(":") if isinstance(text, str) else ("", "", "")
        if not (host and colon and port.isdecimal() and int(port) <= HIGHEST_PORT):
            raise ValueError(f'{text!r} is no address; write it like "127.0.0.1:9104"')
        return cls(text)

    @property
    def host(self) -> str:
        """Name or IP address."""
        return self.rpartition(":")[0].removeprefix("[").removesuffix("]")

    @property
    def port(self) -> int:
        """TCP port; 0 for any that is free."""
        return int(self.rpartition(":")[2])

    def on(self, host: str) -> "Address":
        """The same port of another host."""
        return Address(f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}")


class Color(str):
    """Of a station's column: `#rrggbb`."""

    __slots__ = ()
    _PATTERN: Final = re.compile(r"#[0-9a-fA-F]{6}")

    @classmethod
    def parse(cls, text: object) -> "Color":
        """From the text of the configuration. Raises ValueError."""
        if not isinstance(text, str) or not cls._PATTERN.fullmatch(text):
            raise ValueError(f'{text!r} is no color; write it like "#d9480f"')
        return cls(text)


class HostName(str):
    """What a browser may call the appliance; kept in lower case."""

    __slots__ = ()
    _LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
    _LONGEST: Final = 253

    @classmethod
    def parse(cls, text: object) -> "HostName":
        """From the text of the configuration. Raises ValueError."""
        name = text.lower() if isinstance(text, str) else ""
        if len(name) > cls._LONGEST or not all(map(cls._LABEL.fullmatch, name.split("."))):
            raise ValueError(f'{text!r} is no host name; write it like "kds.example.com"')
        return cls(name)


class TimeOfDay(int):
    """Minutes after midnight; written as `17:30`."""

    _PATTERN: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")

    @classmethod
    def parse(cls, text: object) -> "TimeOfDay":
        """From the text of the configuration. Raises ValueError."""
        found = cls._PATTERN.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise ValueError(f'{text!r} is no time of day; write it like "17:30"')
        return cls(int(found[1]) * 60 + int(found[2]))


class DayEnd(str):
    """When the business day ends: `04:00`, or `never`."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: object) -> "DayEnd":
        """From the text of the configuration. Raises ValueError."""
        if text == "never":
            return cls(text)
        try:
            TimeOfDay.parse(text)
        except ValueError as error:
            raise ValueError(f'{error}, or "never"') from None
        return cls(text)

    @property
    def minutes(self) -> int | None:
        """After midnight; None for never."""
        return None if self == "never" else int(TimeOfDay.parse(self))


class Network(str):
    """`local`, `private`, `any`, or a network such as `192.168.1.0/24`."""

    __slots__ = ()
    WORDS: Final = ("local", "private", "any")

    @classmethod
    def parse(cls, text: object) -> "Network":
        """From the text of the configuration. Raises ValueError."""
        if isinstance(text, str):
            if text in cls.WORDS:
                return cls(text)
            try:
                return cls(ipaddress.ip_network(text))
            except ValueError:
                pass
        raise ValueError(
            f"{text!r} is no network; allowed: local, private, any, or one like 192.168.1.0/24"
        )


_ID: Final = r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}\Z"
_NOT_BLANK: Final = r"\S"
Id = Annotated[str, Meta(pattern=_ID)]
Text = Annotated[str, Meta(pattern=_NOT_BLANK)]
Patterns = tuple[Text, ...]
Port = Annotated[str, Meta(min_length=1)]


class _Section(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Appliance(_Section, frozen=True):
    """Who and where this appliance is."""

    name: str = "Kitchen"
    tenant_id: str = "default"
    location_id: str = "default"
    data_dir: str = "data"
    time_zone: str = "UTC"


class OrderLimits(_Section, frozen=True):
    """What one peer of the order router, and all together, may take up."""

    frame_bytes: Annotated[int, Meta(ge=4_096, le=1_048_576)] = 262_144
    """Of one object; the largest order seen has a tenth of it."""
    nesting: Annotated[int, Meta(ge=8, le=64)] = 32
    """Levels of objects and arrays; the protocol has eight."""
    frame_timeout: Duration = Duration(10)
    """From the first byte of an object to its last."""
    connections: Annotated[int, Meta(ge=1, le=512)] = 64
    """Peers at once; a kitchen has a handful of terminals, most of which connect per order.
    HTTP leaves as many descriptors free as are set here."""
    connections_per_address: Annotated[int, Meta(ge=1, le=512)] = 8
    """Of one address, this machine's own excepted: one broken client locks nobody out."""
    idle_timeout: Duration = Duration(300)
    """A peer that says nothing for so long has gone without a word."""


class Orders(_Section, frozen=True):
    """The TCP order router."""

    listen: Address = Address("127.0.0.1:9104")
    allow: tuple[Network, ...] = (Network("local"),)
    beacon: bool = True
    default_station: str | None = None
    limits: OrderLimits = OrderLimits()


PerSecond = Annotated[int, Meta(ge=0, le=1_000_000)]
Burst = Annotated[int, Meta(ge=1, le=10_000_000)]


class HttpLimits(_Section, frozen=True):
    """Connections; and requests of one token and of one address: so many a second, a burst apart.

    A cook does a few a second at most, a terminal that catches up some dozens. 0 a second is
    no limit.
    """

    token_per_second: PerSecond = 200
    token_burst: Burst = 2_000
    address_per_second: PerSecond = 500
    """Higher: several screens and terminals may come from behind one address."""
    address_burst: Burst = 5_000
    connections: Annotated[int, Meta(ge=8, le=10_000)] = 700
    """At once, listeners among them. Of 1,024 descriptors, which a process may have at least,
    this leaves over 300 to orders and files; where there are fewer, HTTP has fewer."""
    connections_per_address: Annotated[int, Meta(ge=1, le=10_000)] = 600
    """Of one address: all of a proxy's clients are one."""
    request_timeout: Duration = Duration(10)
    """From connecting, or from the first byte of a request, to its last."""


class Http(_Section, frozen=True):
    """The API and the pages; the limits are for those over https, too."""

    listen: Address = Address("127.0.0.1:8080")
    names: tuple[HostName, ...] = ()
    """What browsers call the appliance, besides its addresses, its `.local` name and what its
    certificate is for: behind a reverse proxy, or where the network's DNS has a name for it."""
    limits: HttpLimits = HttpLimits()


class Https(_Section, frozen=True):
    """The API and the pages over TLS."""

    listen: Address
    certificate: str | None = None
    """PEM file of the installer's; without it, the appliance certifies itself."""
    key: str | None = None

    @property
    def files(self) -> tuple[Path, Path] | None:
        """The installer's certificate and its key, if given."""
        if self.certificate is None or self.key is None:
            return None
        return Path(self.certificate), Path(self.key)


class Cloud(_Section, frozen=True):
    """An issuer of tokens elsewhere."""

    issuer: str
    jwks_url: str
    audience: str
    refresh: Duration = Duration(3600)


class Auth(_Section, frozen=True):
    """Whose tokens open the API."""

    keep_old_secret: Duration = Duration(86_400)
    cloud: Cloud | None = None


class Devices(_Section, frozen=True):
    """Whether devices are real."""

    mode: Literal["simulated", "real"] = "simulated"


class LateSection(_Section, frozen=True):
    """When tickets of these modes at these stations are late; either may be left out."""

    late_after: Duration
    very_late_after: Duration
    mode: Patterns = ()
    station: tuple[str, ...] = ()


class Timing(_Section, frozen=True):
    """When a ticket begins, when it is late, how long it can be recalled, when the day ends."""

    late_after: Duration = Duration(300)
    very_late_after: Duration = Duration(480)
    recall_window: Duration = Duration(1800)
    auto_hold_future_orders: bool = True
    """Orders for later wait until they have to be begun."""
    finish_together: bool = True
    """Stations that need less time for an order begin later."""
    fire_next_course: bool = False
    """A course is fired by itself when the one before it has been bumped everywhere."""
    day_closes: DayEnd = DayEnd("04:00")
    """Local time; what is left on the boards then is closed as forgotten."""
    late: tuple[LateSection, ...] = ()
    """The first that fits counts."""
    undo_window: Duration = Duration(300)
    """For so long what was done by hand can be taken back; `0s`: never."""
    learned_prep_times: bool = False
    """What the kitchen has learned counts before the rules' and the menu's times."""


class Pass(_Section, frozen=True):
    """What a bump at a station of type `expo` means for the stations that cook."""

    waits_for_stations: bool = False
    """It is refused while a station has still to do something of it."""
    clears_stations: bool = True
    """It takes the order off their boards."""


CourseNumber = Annotated[int, Meta(ge=1, le=999_999)]


class Tickets(_Section, frozen=True):
    """What tickets say of an order in words of the API's own. Cases of letters do not matter."""

    channels: dict[str, Id] = {}
    """The `order_channel` of a `mode`, besides those that are known, or in place of them."""
    courses: dict[str, CourseNumber] = {}
    """Numbers of courses that have none in their names."""


class StationSection(_Section, frozen=True):
    """A place where tickets appear."""

    id: Id
    name: Text
    type: StationType = "generic"
    backup: str | None = None
    """It takes the work of this one while that is behind, or not active."""
    display_order: int = 0
    color: Color | None = None
    sound_alerts: bool = False
    alert_threshold: Duration | None = None
    active: bool = True
    twin_of: str | None = None
    """It shares the work of that station."""
    overflow_after: Duration | None = None
    """So much work is the most; what comes then goes to the backup."""


class RouteSection(_Section, frozen=True):
    """A rule; every condition that is given must hold. See `kitchen.rule.Rule`."""

    station: str | None = None
    menu_item_id: Text | None = None
    name: Patterns = ()
    category: Patterns = ()
    modifier: Patterns = ()
    component: Patterns = ()
    course: Patterns = ()
    seat: Patterns = ()
    group: Patterns = ()
    mode: Patterns = ()
    origin: Patterns = ()
    terminal: Patterns = ()
    weekday: tuple[Weekday, ...] = ()
    time_of_day: tuple[TimeOfDay, TimeOfDay] | None = None
    """From, until; it may pass midnight."""
    prep_time: Duration = Duration(0)
    priority_boost: Boost = 0
    exclude: bool = False
    last: bool = False
    takes: Takes = "item"
    extra_time: ExtraTime = ExtraTime(0)


class MenuSection(_Section, frozen=True):
    """What is on the menu."""

    file: Text | None = None
    """CSV; see `menu_file.py`."""


class PrinterSection(_Section, frozen=True):
    """A ticket printer."""

    id: Id
    stations: tuple[str, ...] = ()
    transport: Port | None = None
    baud: int = 19200
    model: str | None = None
    print_on: Literal["arrival", "fire", "bump", "never"] = "arrival"
    fallback: str | None = None


class ButtonSection(_Section, frozen=True):
    """A physical button, and the lamp in it."""

    id: Id
    station: str | None = None
    slot: Annotated[int, Meta(ge=1)] | None = None
    pin: Annotated[int, Meta(ge=0, le=27)] | None = None
    lamp: Annotated[int, Meta(ge=0, le=27)] | None = None
    press: str = "bump"
    hold: str | None = None


class BumpBarSection(_Section, frozen=True):
    """A bump bar."""

    id: Id
    station: str | None = None
    transport: Port | None = None
    profile: str | None = None


class ScreenSection(_Section, frozen=True):
    """A screen that needs no discovery."""

    id: Id
    name: str | None = None
    proto: Literal["board", "lan"] = "lan"
    address: Address | None = None
    station: str | None = None


class Config(_Section, frozen=True, rename={"pass_": "pass"}):
    """The whole file."""

    appliance: Appliance = Appliance()
    orders: Orders = Orders()
    http: Http = Http()
    https: Https | None = None
    auth: Auth = Auth()
    devices: Devices = Devices()
    timing: Timing = Timing()
    pass_: Pass = Pass()
    tickets: Tickets = Tickets()
    menu: MenuSection = MenuSection()
    station: tuple[StationSection, ...] = ()
    route: tuple[RouteSection, ...] = ()
    printer: tuple[PrinterSection, ...] = ()
    button: tuple[ButtonSection, ...] = ()
    bump_bar: tuple[BumpBarSection, ...] = ()
    screen: tuple[ScreenSection, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone for people, and for times that come without one."""
        return ZoneInfo(self.appliance.time_zone)

    @property
    def default_station(self) -> str:
        """The station for items that no rule takes."""
        return self.orders.default_station or next(_active_cooking(self))


def _active_cooking(config: Config) -> Iterator[str]:
    return (s.id for s in config.station if s.active and s.type != "expo")


def on_all_interfaces(config: Config) -> Config:
    """The same configuration, listening for the whole network."""
    return replace(
        config,
        orders=replace(config.orders, listen=_on_all(config.orders.listen)),
        http=replace(config.http, listen=_on_all(config.http.listen)),
        https=config.https and replace(config.https, listen=_on_all(config.https.listen)),
    )


def _on_all(listen: Address) -> Address:
    return listen if listen.host == DUAL_STACK else listen.on(ALL_INTERFACES)


def load(path: Path, *, directory: Path | None = None) -> Config:
    """The configuration in a file. Raises ConfigError, whose lines begin with its name.

    What it says of files is relative to `directory`, its own by default.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ConfigError(f"{path}: {reason}") from error
    config = parse(text, str(path))
    beside = path.parent if directory is None else directory
    if config.menu.file is not None:
        config = replace(config, menu=MenuSection(str(beside / config.menu.file)))
    if config.https is None or config.https.files is None:
        return config
    certificate, key = (str(beside / file) for file in config.https.files)
    return replace(config, https=replace(config.https, certificate=certificate, key=key))


def id_of_rule(place: int) -> str:
    """What a rule of the file is called, the first of which is the first."""
    return f"file-{place}"


def rule_of(section: RouteSection, place: int) -> Rule:
    """The kitchen's rule for one of the file, the first of which is `file-1`."""
    given = {name: getattr(section, name) for name in CONDITIONS if name != "time_of_day"}
    window = section.time_of_day
    return Rule(
        id_of_rule(place),
        section.station,
        int(section.prep_time),
        section.priority_boost,
        **given,
        time_of_day=None if window is None else Window(*map(int, window)),
        exclude=section.exclude,
        last=section.last,
        takes=section.takes,
        extra_time=int(section.extra_time),
        source="file",
    )


def station_of(section: StationSection) -> Station:
    """The kitchen's station for one of the file."""
    threshold, overflow_after = section.alert_threshold, section.overflow_after
    return Station(
        section.id,
        section.name,
        section.type,
        section.display_order,
        section.color,
        section.sound_alerts,
        None if threshold is None else int(threshold),
        section.active,
        source="file",
        twin_of=section.twin_of,
        backup=section.backup,
        overflow_after=None if overflow_after is None else int(overflow_after),
    )


def embedded() -> str:
    """The text of the configuration that ships with the program."""
    return (files("appliance") / "kitchen.toml").read_text(encoding="utf-8")


def parse(text: str, source: str) -> Config:
    """The configuration of a text; `source` is what errors call it. Raises ConfigError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source}: {error}") from error
    errors = list(_unknown_keys(document, Config, ""))
    if not errors:
        try:
            config = msgspec.convert(document, Config, dec_hook=_convert)
        except msgspec.ValidationError as error:
            errors = [_in_words(error, document)]
        else:
            errors = list(_inconsistencies(config))
            if not errors:
                return config
    raise ConfigError("\n".join(f"{source}: {_with_rule(error)}" for error in errors))


def _with_rule(error: str) -> str:
    """An error of a rule, with what the rule is called elsewhere."""
    found = re.match(r"route\[(\d+)\][^: ]*", error)
    if found is None:
        return error
    return f"{found[0]} ({id_of_rule(int(found[1]) + 1)}){error[found.end() :]}"


def _convert(wanted: type, value: object) -> object:
    if issubclass(
        wanted, Duration | ExtraTime | Address | Network | Color | TimeOfDay | DayEnd | HostName
    ):
        return wanted.parse(value)
    raise NotImplementedError(wanted)


_AT: Final = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<where>.*)`)?$", re.DOTALL)
_PATTERN_MISSED: Final = "Expected `str` matching regex "
_MISSED: Final = {
    _ID: "letters, digits and _ . : - only, at most 64, beginning with a letter or digit",
    _NOT_BLANK: "must not be empty",
}


def _in_words(error: msgspec.ValidationError, document: dict[str, Any]) -> str:
    """`key: what is wrong; what is allowed`, from msgspec's message."""
    found = _AT.match(str(error))
    what, where = (found["what"], found["where"] or "") if found else (str(error), "")
    missing = re.search(r"missing required field `(\w+)`", what)
    if missing:
        return f"{where}.{missing[1]}: this key is required".lstrip(".")
    if what.startswith(_PATTERN_MISSED):
        what = next(words for missed, words in _MISSED.items() if what.endswith(repr(missed)))
    if what == "Expected `array`, got `str`":
        what = 'a list is needed; write it like ["one", "two"]'
    if what == "Expected `array`, got `object`":
        what = f"there can be several; write [[{where}]], in two brackets"
    if what.startswith("Invalid enum value"):
        allowed = ", ".join(map(str, get_args(_type_at(where))))
        what = f"{what.removeprefix('Invalid enum value ')} is not allowed; allowed: {allowed}"
    return f"{_named(where, document)}: {what}"


def _named(where: str, document: dict[str, Any]) -> str:
    """The path with the key itself where it is one of a table with keys of all kinds."""
    path, of_any_key, _ = where.partition("[...]")
    if not of_any_key:
        return where
    table: Any = document
    for name in path.split("."):
        table = table[name]
    _, of_value = get_args(_type_at(path))
    for key, value in table.items():
        try:
            msgspec.convert(value, of_value)
        except msgspec.ValidationError:
            return f'{path}."{key}"'
    return path


def _type_at(where: str) -> Any:
    """The type of the key at a path such as `station[0].type`."""
    kind: Any = Config
    for name in re.sub(r"\[[^\]]*\]", "", where).split("."):
        kind = _struct_in(_types(kind)[name]) or _types(kind)[name]
    return get_args(kind)[0] if get_origin(kind) is tuple else kind


def _types(section: type[Struct]) -> dict[str, Any]:
    """The type of each key, under the name that it has in the file."""
    hints = get_type_hints(section, include_extras=True)
    return {field.encode_name: hints[field.name] for field in msgspec.structs.fields(section)}


def _struct_in(hint: Any) -> type[Struct] | None:
    """The section that a key holds, if any, alone or in a list."""
    for candidate in get_args(hint) or (hint,):
        if isinstance(candidate, type) and issubclass(candidate, Struct):
            return candidate
    return None


def _unknown_keys(table: dict[str, Any], section: type[Struct], path: str) -> Iterator[str]:
    hints = _types(section)
    for key, value in table.items():
        if key not in hints:
            near = get_close_matches(key, hints, 1)
            meant = f"did you mean {near[0]!r}? " if near else ""
            yield f"{path}{key}: unknown key; {meant}allowed: {', '.join(hints)}"
            continue
        inner = _struct_in(hints[key])
        if inner is None:
            continue
        if isinstance(value, dict):
            yield from _unknown_keys(value, inner, f"{path}{key}.")
        for place, entry in enumerate(value if isinstance(value, list) else ()):
            if isinstance(entry, dict):
                yield from _unknown_keys(entry, inner, f"{path}{key}[{place}].")


def _inconsistencies(config: Config) -> Iterator[str]:
    """What is wrong between keys that are each right by themselves."""
    try:
        ZoneInfo(config.appliance.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = config.appliance.time_zone
        yield f'appliance.time_zone: {zone!r} is no time zone; write it like "Europe/Madrid"'
    cooking = [station.id for station in config.station if station.type != "expo"]
    open_to_items = list(_active_cooking(config))
    if not open_to_items:
        yield "station: at least one station that cooks is required (active, type other than expo)"
    stations = [station.id for station in config.station]
    unknown = list(_references(config, stations, cooking, open_to_items))
    yield from unknown
    for name in ("station", "printer", "button", "bump_bar", "screen"):
        seen: set[str] = set()
        for place, entry in enumerate(getattr(config, name)):
            if entry.id in seen:
                yield f"{name}[{place}].id: {entry.id!r} is used twice"
            seen.add(entry.id)
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


def course_key(course: str) -> str:
    """A course as it is looked up: see `kitchen.order.Courses`."""
    return course.strip().casefold()


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


LOCAL_ISSUER: Final = "expeditor"
"""The `iss` of the appliance's own tokens."""


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
        safe = url.scheme == "https" or (url.scheme == "http" and _is_loopback(url.hostname))
        good = safe and bool(url.hostname) and url.username is None and url.port != 0
    except ValueError:
        good = False
    if not good:
        # Not repeated: what somebody took for its place may be a password.
        yield 'auth.cloud.jwks_url: write it like "https://HOST/PATH", without a name or password'


def _is_loopback(host: str | None) -> bool:
    return host == "localhost" or ipaddress.ip_address(host or "").is_loopback


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
        *((f"screen[{n}].station", s.station, stations) for n, s in enumerate(config.screen)),
    ]
    for key, value, allowed in references:
        if value is not None and value not in allowed:
            why = f"there is no {value!r} here"
            if allowed is not printers and value in stations:
                why = f"{value!r} is " + ("not active" if value in cooking else "an expo")
            yield f"{key}: {why}; allowed: {', '.join(allowed)}"
