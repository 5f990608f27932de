"""Routing rules: those of the configuration file, which are read-only, and those made over HTTP."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from appliance.api.auth import MANAGERS, ROLES
from appliance.api.errors import ApiError, invalid, refused
from appliance.api.location import LocationQuery, require_here
from appliance.api.operation import Call, Operation
from appliance.expeditor import Expeditor
from appliance.kitchen.command import AddRules, CreateOrder, Refused, RemoveRule, RulesNow
from appliance.kitchen.explaining import Explained, explain
from appliance.kitchen.order import Order
from appliance.kitchen.rule import CONDITIONS, Boost, Condition, Rule, Source, Window
from appliance.kitchen.ticket import Moment
from appliance.lan import messages
from appliance.lan.messages import MAX_ORDER_ID, NotUnderstood
from appliance.lan.schema import ItemMessage, OrderMessage

_A_DAY: Final = 86_400
MAX_BULK: Final = 500
"""Rules of one request; a menu has a few hundred dishes."""
MAX_TESTED: Final = 100
"""Items of one test: each is held against every rule."""
MAX_TESTING: Final = 8
"""Tests at once, one of which is answered: people try them, one by one."""

Pattern = Annotated[str, Meta(min_length=1, max_length=100)]
Patterns = Annotated[tuple[Pattern, ...], Meta(max_length=20)]
# Python's `$` lets a newline follow, that of JSON Schema does not: the length says so to both.
TimeOfDay = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", max_length=5)]


class WindowJson(Struct, forbid_unknown_fields=True, rename={"start": "from"}):
    """A part of every day, local time; one that ends before it starts passes midnight."""

    start: TimeOfDay
    until: TimeOfDay


class RuleBody(Struct, forbid_unknown_fields=True):
    """Which items a station makes. One condition is needed; all that are given must hold.

    `menu_item_id` is the item's id to the letter; the others are shell patterns, compared
    without case, any of which may fit.
    """

    station_id: str
    menu_item_id: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    name: Patterns = ()
    category: Patterns = ()
    modifier: Patterns = ()
    course: Patterns = ()
    mode: Patterns = ()
    origin: Patterns = ()
    terminal: Patterns = ()
    time_of_day: WindowJson | None = None
    prep_time_seconds: Annotated[int, Meta(ge=0, le=_A_DAY)] = 0
    priority_boost: Boost = 0
    location_id: str | None = None


class RulesBody(Struct, forbid_unknown_fields=True):
    """Several rules, all of which are made or none."""

    rules: Annotated[tuple[RuleBody, ...], Meta(min_length=1, max_length=MAX_BULK)]


class RuleJson(Struct):
    """A rule as it stands; of source `file` it cannot be removed here."""

    id: str
    location_id: str
    station_id: str
    menu_item_id: str | None
    name: tuple[str, ...]
    category: tuple[str, ...]
    modifier: tuple[str, ...]
    course: tuple[str, ...]
    mode: tuple[str, ...]
    origin: tuple[str, ...]
    terminal: tuple[str, ...]
    time_of_day: WindowJson | None
    prep_time_seconds: int
    priority_boost: Boost
    source: Source


class TestedOrder(OrderMessage, kw_only=True, rename="camel"):
    """An order to be tried out. Its lines are all it needs."""

    id: Annotated[str, Meta(min_length=1, max_length=MAX_ORDER_ID)] | None = None
    items: Annotated[tuple[ItemMessage, ...], Meta(max_length=MAX_TESTED)]


class CountJson(Struct):
    """How many rules were made."""

    count: int


class StopJson(Struct):
    """A station that the item would go to: by rules, by default, or as the pass sees it."""

    station_id: str
    prep_time_seconds: int
    priority_boost: Boost
    why: Literal["rule", "default", "expo"]
    rules: tuple[str, ...]


class NearMissJson(Struct):
    """A rule that one condition alone kept from taking the item."""

    rule: str
    station_id: str
    condition: Condition | Literal["station"]
    """`station`: the rule's is not active, not there, or an expo."""
    wanted: tuple[str, ...]
    has: tuple[str, ...]


class RoutedJson(Struct):
    """An item, where it would go, and which rules nearly took it."""

    line_id: str
    name: str
    stations: list[StopJson]
    nearly: list[NearMissJson]


class Routing:
    """The operations, for one appliance."""

    def __init__(
        self, expeditor: Expeditor, location: str, zone: tzinfo, now: Callable[[], Moment]
    ) -> None:
        """`zone` is for times of orders that come without one."""
        self._expeditor = expeditor
        self._location = location
        self._zone = zone
        self._now = now
        self._testing = 0
        self._one_at_a_time = asyncio.Lock()

    def operations(self) -> list[Operation]:
        """List, add, add many, remove, and try out."""
        return [
            Operation(
                "GET",
                "/routing",
                self.rules,
                ROLES,
                list[RuleJson],
                query=LocationQuery,
                errors=(404, 503),
            ),
            Operation(
                "POST",
                "/routing",
                self.add,
                MANAGERS,
                RuleJson,
                body=RuleBody,
                status=201,
                errors=(404, 409, 503),
                everywhere=True,
            ),
            Operation(
                "POST",
                "/routing/bulk",
                self.add_many,
                MANAGERS,
                CountJson,
                body=RulesBody,
                status=201,
                errors=(404, 409, 503),
                everywhere=True,
            ),
            Operation(
                "DELETE",
                "/routing/{rule_id}",
                self.remove,
                MANAGERS,
                None,
                status=204,
                errors=(404, 409, 503),
                everywhere=True,
            ),
            Operation(
                "POST",
                "/routing/test",
                self.test,
                ROLES,
                list[RoutedJson],
                body=TestedOrder,
                lenient=True,
                errors=(503,),
                changes_nothing=True,
            ),
        ]

    def rules(self, call: Call) -> list[RuleJson]:
        """Every rule, those of the file first."""
        require_here(call.query.location_id, self._location)
        return [self._json(rule) for rule in self._expeditor.kitchen.rules]

    def add(self, call: Call) -> RuleJson:
        """A new rule. It is for items that come from now on; tickets that stand stay."""
        (rule,) = self._add([call.body], "station_id")
        return self._json(rule)

    def add_many(self, call: Call) -> CountJson:
        """New rules, all of them or none."""
        return CountJson(len(self._add(call.body.rules, "rules[{}].station_id")))

    def remove(self, call: Call) -> None:
        """Remove a rule that was made here."""
        self._submit(RemoveRule(call.path("rule_id")), "rule_id")

    async def test(self, call: Call) -> list[RoutedJson]:
        """Where the items of an order would go now, and why; changes nothing."""
        sent: TestedOrder = call.body
        try:
            command = messages.command(
                "create-order", msgspec.structs.replace(sent, id=sent.id or "test"), self._zone
            )
        except NotUnderstood as error:
            raise invalid("items", str(error)) from error
        if not isinstance(command, CreateOrder):
            raise TypeError(command)
        return await self._explained(command.order)

    async def _explained(self, order: Order) -> list[RoutedJson]:
        """In a thread: thousands of rules take seconds, in which orders come. Raises ApiError 429.

        One at a time, so that they share the processor with orders as one thread does.
        """
        if self._testing >= MAX_TESTING:
            message = "too many orders are being tried out; try again in 2 s"
            raise ApiError(429, "TOO_MANY_REQUESTS", message, headers={"Retry-After": "2"})
        self._testing += 1
        try:
            async with self._one_at_a_time:
                router, at = self._expeditor.kitchen.router, self._now().at
                # A rule is not told of before it is on disk.
                await asyncio.shield(self._expeditor.settled())
                explained = await asyncio.to_thread(explain, router, order, at)
                return [_routed(each) for each in explained]
        finally:
            self._testing -= 1

    def _add(self, bodies: Sequence[RuleBody], field: str) -> tuple[Rule, ...]:
        for place, body in enumerate(bodies):
            named = field.format(place)
            require_here(body.location_id, self._location)
            if not any(getattr(body, condition) for condition in CONDITIONS):
                where = named.removesuffix("station_id").removesuffix(".") or "body"
                raise invalid(where, f"a condition is needed: {', '.join(CONDITIONS)}")
        return self._submit(AddRules(tuple(map(_rule, bodies))), field)

    def _submit(self, command: AddRules | RemoveRule, field: str) -> tuple[Rule, ...]:
        reply = self._expeditor.submit(command).reply
        match reply:
            case RulesNow(rules):
                return rules
            case Refused(reason="no_such_station" | "is_expo", message=message, place=place):
                raise invalid(field.format(place), message)
            case Refused():
                raise refused(reply)
        raise TypeError(reply)

    def _json(self, rule: Rule) -> RuleJson:
        window = rule.time_of_day
        return RuleJson(
            rule.id,
            self._location,
            rule.station,
            rule.menu_item_id,
            rule.name,
            rule.category,
            rule.modifier,
            rule.course,
            rule.mode,
            rule.origin,
            rule.terminal,
            None if window is None else WindowJson(_clock(window.start), _clock(window.until)),
            rule.prep_time,
            rule.priority_boost,
            rule.source,
        )


def _rule(body: RuleBody) -> Rule:
    window = body.time_of_day
    return Rule(
        f"rule-{secrets.token_hex(6)}",
        body.station_id,
        body.prep_time_seconds,
        body.priority_boost,
        body.menu_item_id,
        body.name,
        body.category,
        body.modifier,
        body.course,
        body.mode,
        body.origin,
        body.terminal,
        None if window is None else Window(_minutes(window.start), _minutes(window.until)),
    )


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _routed(explained: Explained) -> RoutedJson:
    return RoutedJson(
        explained.item.line_id,
        explained.item.name,
        [
            StopJson(stop.station, stop.prep, stop.boost, stop.why, stop.rules)
            for stop in explained.stops
        ],
        [
            NearMissJson(miss.rule, miss.station, miss.condition, miss.wanted, miss.has)
            for miss in explained.nearly
        ],
    )
