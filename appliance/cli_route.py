"""The command `expeditor route`: where an order would go by a configuration, and why."""

import argparse
import re
import sys
from codecs import BOM_UTF8
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final

import msgspec

from appliance.api.routed_json import order_to_try, routed_json
from appliance.cli_ending import OK, WRONG_CONFIGURATION, complain
from appliance.cli_place import settings_of
from appliance.configured import make_kitchen
from appliance.installing.place import menu_of
from appliance.kitchen.explaining import Explained, NearMiss, WhyThere
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import Order
from appliance.kitchen.rule import WEEKDAYS, Rule
from appliance.kitchen.rule import in_words as rule_in_words
from appliance.lan.messages import NotUnderstood
from appliance.lan.schema import Envelope, OrderMessage

_WHOLE_ORDERS: Final = (None, "create-order", "update-order")
_AT: Final = re.compile(r"(?:([a-z]{3}) +)?([01]?[0-9]|2[0-3]):([0-5][0-9])")


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add it."""
    route = commands.add_parser("route", help="say where an order would go, and why")
    route.add_argument("file", metavar="FILE", help="an order as JSON, or - for standard input")
    route.add_argument("--config", type=Path, metavar="FILE", help="default: the demo kitchen")
    route.add_argument("--at", metavar="TIME", help='as "19:40" or "fri 19:40"; default: now')
    route.add_argument("--json", action="store_true", help="for machines")
    route.set_defaults(run=_route)


def _route(options: argparse.Namespace) -> int:
    """Raises ConfigError."""
    settings = settings_of(options.config)
    kitchen = make_kitchen(settings, menu_of(settings).items)
    now = datetime.now(settings.zone)
    try:
        at = now if options.at is None else moment(options.at, now)
        piped = options.file == "-"
        message = sys.stdin.buffer.read() if piped else Path(options.file).read_bytes()
        order = order_of(message, settings.zone)
    except OSError as error:
        complain(f"{options.file}: {error.strerror}")
        return WRONG_CONFIGURATION
    except NotAnOrder as error:
        complain(f"{options.file}: {error}")
        return WRONG_CONFIGURATION
    except ValueError as error:
        complain(f"--at: {error}")
        return WRONG_CONFIGURATION
    print((as_json if options.json else in_words)(kitchen, order, at))
    return OK


class NotAnOrder(ValueError):
    """What was given is no whole order; the text says why."""


def moment(text: str, now: datetime) -> datetime:
    """The next `19:40`, or `fri 19:40`, from `now` on. Raises ValueError."""
    found = _AT.fullmatch(text.strip().lower())
    weekday, hour, minute = found.groups() if found else ("", "", "")
    if found is None or weekday not in (None, *WEEKDAYS):
        raise ValueError(f'{text!r} is no time; write it like "19:40" or "fri 19:40"')
    at = now.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    days = (WEEKDAYS.index(weekday) - now.weekday()) % 7 if weekday else 0
    at += timedelta(days=days)
    if at.date() == now.date() and at < now.replace(second=0, microsecond=0):
        at += timedelta(days=7 if weekday else 1)
    return at


def order_of(content: bytes, zone: tzinfo) -> Order:
    """The order of a message, as it is sent over TCP or HTTP. Raises NotAnOrder."""
    content = content.removeprefix(BOM_UTF8)
    try:
        envelope = msgspec.json.decode(content, type=Envelope, strict=False)
        if envelope.command not in _WHOLE_ORDERS:
            raise NotAnOrder(f"{envelope.command[:40]!r} brings no whole order")
        bare = bytes(envelope.order) in (b"", b"null")
        message = content if bare else bytes(envelope.order)
        sent = msgspec.json.decode(message, type=OrderMessage, strict=False)
        order = order_to_try(sent, zone)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, NotUnderstood) as error:
        raise NotAnOrder(str(error)) from error
    if not order.items:
        raise NotAnOrder("order.items is empty: nothing of it would go anywhere")
    return order


def in_words(kitchen: Kitchen, order: Order, at: datetime) -> str:
    """Where the items of an order would go, and why: for a person."""
    lines = [f"At {WEEKDAYS[at.weekday()]} {at:%H:%M}, {at.tzinfo}:"]
    for each in kitchen.explain(order, milliseconds(at)):
        mods = ", ".join(mod.name for mod in each.item.mods)
        lines.append("")
        lines.append(f"{each.item.qty} × {each.item.name}" + (f" ({mods})" if mods else ""))
        lines += [f"  {line}" for line in _item(kitchen, each)]
    return "\n".join(lines)


def as_json(kitchen: Kitchen, order: Order, at: datetime) -> str:
    """The same for machines: what `POST /routing/test` answers."""
    routed = [routed_json(each) for each in kitchen.explain(order, milliseconds(at))]
    return msgspec.json.format(msgspec.json.encode(routed)).decode()


def milliseconds(at: datetime) -> int:
    """Since the epoch."""
    return int(at.timestamp() * 1000)


def _item(kitchen: Kitchen, each: Explained) -> Iterator[str]:
    rules = {rule.id: rule for rule in kitchen.rules}
    for stop in each.stops:
        stations = kitchen.router.stations
        prep = f", {_duration(stop.prep)}" if stop.prep else ""
        station, sharing = stations[stop.station], [stations[each].name for each in stop.sharing]
        there = station.name if station.active else " or ".join(sharing)
        yield f"→ {there}{prep}: {_why(stop, rules)}"
        whichever = ", whichever has less to do" if sharing[1:] else ""
        if not station.active:
            yield f"  in place of {station.name}, which is not active{whichever}"
            if {*stop.sharing} & {other.station for other in each.stops}:
                yield "  made once, where the same station has it by another rule as well"
        elif sharing:
            yield f"  made at {' or '.join(sharing)}{whichever}"
        if stop.overflow is not None:
            yield f"  made at {stations[stop.overflow].name} while there is too much to do"
    for away in each.taken_away:
        yield f"× {away.station}: {away.rule} takes it away"
    if each.last is not None:
        yield f"{each.last} is the last rule that is read"
    for miss in each.nearly:
        yield f"nearly {miss.rule}{_aim(rules[miss.rule])}: {_miss(miss)}"


def _why(stop: WhyThere, rules: dict[str, Rule]) -> str:
    words = {"expo": "sees every item", "default": "no rule takes it (unrouted)"}
    named = [f"{rule_id} ({rule_in_words(rules[rule_id])})" for rule_id in stop.rules]
    why = words.get(stop.why) or ", ".join(named)
    if stop.modifiers:
        why = f"{', '.join(stop.modifiers)} alone, {why}"
    if stop.adjusted_by:
        why += f"; time adjusted by {', '.join(stop.adjusted_by)}"
    return why


def _aim(rule: Rule) -> str:
    """What it would have done."""
    if rule.extra_time:
        return ", which adjusts time" + (f" at {rule.station}" if rule.station else "")
    return f", which excludes {rule.station}" if rule.exclude else f" to {rule.station}"


def _miss(miss: NearMiss) -> str:
    has = " or ".join(miss.has) or "nothing"
    match miss.condition:
        case "last":
            return f"not read after {has}"
        case "station":
            return f"its station is {has}"
        case condition:
            return f"{condition} is {has}, not {' or '.join(miss.wanted)}"


def _duration(seconds: int) -> str:
    """As a configuration writes it."""
    minutes, rest = divmod(seconds, 60)
    return "".join([f"{minutes}m" if minutes else "", f"{rest}s" if rest else ""])
