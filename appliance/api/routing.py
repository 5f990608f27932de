"""Routing rules: those of the configuration file, which are read-only, and those made over HTTP."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import tzinfo
from typing import Annotated, Final

from msgspec import Meta, Struct

from appliance.api.auth import MANAGERS, ROLES
from appliance.api.errors import ApiError, invalid, refused
from appliance.api.location import LocationQuery, require_here
from appliance.api.operation import Call, Operation
from appliance.api.routed_json import RoutedJson, order_to_try, routed_json
from appliance.api.rule_json import FIELDS, RuleBody, RuleJson, RulesBody, rule_json, rule_of
from appliance.api.times import Time, iso
from appliance.expeditor import Expeditor
from appliance.kitchen.command import AddRules, Refused, RemoveRule, RulesNow
from appliance.kitchen.explaining import explain
from appliance.kitchen.learning import Learned
from appliance.kitchen.order import Order
from appliance.kitchen.routing import Router
from appliance.kitchen.rule import Rule, fault, folded_patterns
from appliance.kitchen.ticket import Moment
from appliance.lan.messages import MAX_ORDER_ID, NotUnderstood
from appliance.lan.schema import ItemMessage, OrderMessage

MAX_TESTED: Final = 100
"""Items of one test: each is held against every rule."""
MAX_TESTING: Final = 8
"""Tests at once, one of which is answered: people try them, one by one."""


class TestedOrder(OrderMessage, kw_only=True, rename="camel"):
    """An order to be tried out. Its lines are all it needs."""

    id: Annotated[str, Meta(min_length=1, max_length=MAX_ORDER_ID)] | None = None
    items: Annotated[tuple[ItemMessage, ...], Meta(max_length=MAX_TESTED)]


class CountJson(Struct):
    """How many rules were made."""

    count: int


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
        return [rule_json(rule, self._location) for rule in self._expeditor.kitchen.rules]

    def add(self, call: Call) -> RuleJson:
        """A new rule. It is for items that come from now on; tickets that stand stay."""
        (rule,) = self._add(call, [call.body], "{field}")
        return rule_json(rule, self._location)

    def add_many(self, call: Call) -> CountJson:
        """New rules, all of them or none."""
        return CountJson(len(self._add(call, call.body.rules, "rules[{place}].{field}")))

    def remove(self, call: Call) -> None:
        """Remove a rule that was made here."""
        self._submit(call, RemoveRule(call.path("rule_id")), "{field}")

    async def test(self, call: Call) -> list[RoutedJson]:
        """Where the items of an order would go now, and why; changes nothing."""
        order = self.tried(call.body)
        async with self.turn():
            kitchen = self._expeditor.kitchen
            router, learned = kitchen.router, kitchen.learned_in_use
            # A rule is not told of before it is on disk.
            await asyncio.shield(self._expeditor.settled())
            return await self.explained(router, learned, order)

    def tried(self, sent: TestedOrder) -> Order:
        """The order that is to be tried out. Raises ApiError 400."""
        try:
            return order_to_try(sent, self._zone)
        except NotUnderstood as error:
            raise invalid("items", str(error)) from error

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One test at a time, so that they share the processor with orders as one thread does.

        Raises ApiError 429.
        """
        if self._testing >= MAX_TESTING:
            message = "too many orders are being tried out; try again in 2 s"
            raise ApiError(429, "TOO_MANY_REQUESTS", message, headers={"Retry-After": "2"})
        self._testing += 1
        try:
            async with self._one_at_a_time:
                yield
        finally:
            self._testing -= 1

    async def explained(
        self, router: Router, learned: Learned | None, order: Order
    ) -> list[RoutedJson]:
        """Why items go where they go, by this router.

        In a thread: thousands of rules take seconds, in which orders come.
        """
        explained = await asyncio.to_thread(explain, router, order, self._now().at, learned)
        return [routed_json(each) for each in explained]

    def _add(self, call: Call, bodies: Sequence[RuleBody], where: str) -> tuple[Rule, ...]:
        rules = tuple(map(rule_of, bodies))
        for place, (body, rule) in enumerate(zip(bodies, rules, strict=True)):
            require_here(body.location_id, self._location)
            wrong = fault(rule)
            if wrong is not None:
                field = FIELDS.get(wrong.field, wrong.field)
                named = where.format(place=place, field=field).rstrip(".")
                raise invalid(named or "body", wrong.message)
            for which, folded in enumerate(folded_patterns("mode", rule.mode)):
                if not folded:
                    message = f"{rule.mode[which]!r} has no letter and no digit"
                    raise invalid(where.format(place=place, field=f"mode[{which}]"), message)
        return self._submit(call, AddRules(rules), where)

    def _submit(self, call: Call, command: AddRules | RemoveRule, where: str) -> tuple[Rule, ...]:
        reply = self._expeditor.submit(command, call.caller.subject).reply
        match reply:
            case RulesNow(rules):
                return rules
            case Refused(reason="no_such_station" | "is_expo", message=message, place=place):
                raise invalid(where.format(place=place, field="station_id"), message)
            case Refused():
                raise refused(reply)
        raise TypeError(reply)


class UnroutedJson(Struct):
    """An item of this name came, and no rule took it."""

    name: str
    count: int
    last_at: Time


class OverflowJson(Struct):
    """New tickets of a station go to its backup."""

    station_id: str
    backup: str


class RoutingStatus(Struct):
    """What went to the default station because no rule took it, since the log begins.

    And which stations have more to do than their limit allows, so that their backup takes over.
    """

    unrouted: int
    names: list[UnroutedJson]
    """The newest of them, the newest first."""
    overflows: list[OverflowJson]
    """Now."""


def status(expeditor: Expeditor) -> RoutingStatus:
    """How routing is, for `GET /status`."""
    tally = expeditor.kitchen.unrouted
    names = [UnroutedJson(each.name, each.count, iso(each.last_at)) for each in tally.names]
    overflows = expeditor.kitchen.overflows(expeditor.now())
    return RoutingStatus(tally.count, names[::-1], [OverflowJson(*each) for each in overflows])
