"""Routing rules: those of the configuration file, which are read-only, and those made over HTTP."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Final

from msgspec import Struct

from appliance.api.auth import KITCHEN, MANAGERS
from appliance.api.errors import ApiError, invalid, refused
from appliance.api.operation import Call, Operation
from appliance.api.routed_json import RoutedJson, order_to_try, routed_json
from appliance.api.rule_json import FIELDS, RuleBody, RuleJson, RulesBody, rule_json, rule_of
from appliance.api.ticket_json import iso
from appliance.expeditor import Expeditor
from appliance.kitchen.command import AddRules, Refused, RemoveRule, RulesNow
from appliance.kitchen.rule import Rule, fault
from appliance.kitchen.ticket import Moment
from appliance.lan.messages import NotUnderstood
from appliance.lan.schema import OrderMessage

MAX_TESTED: Final = 100
"""Items of one test: each is held against every rule."""


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

    def operations(self) -> list[Operation]:
        """List, add, add many, remove, and try out."""
        return [
            Operation("GET", "/routing", self.rules, KITCHEN, list[RuleJson], errors=(503,)),
            Operation(
                "POST",
                "/routing",
                self.add,
                MANAGERS,
                RuleJson,
                body=RuleBody,
                status=201,
                errors=(404, 409, 503),
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
            ),
            Operation(
                "DELETE",
                "/routing/{rule_id}",
                self.remove,
                MANAGERS,
                None,
                status=204,
                errors=(404, 409, 503),
            ),
            Operation(
                "POST",
                "/routing/test",
                self.test,
                KITCHEN,
                list[RoutedJson],
                body=OrderMessage,
                lenient=True,
                errors=(503,),
            ),
        ]

    async def rules(self, _call: Call) -> list[RuleJson]:
        """Every rule, those of the file first."""
        rules = [rule_json(rule, self._location) for rule in self._expeditor.kitchen.rules]
        await asyncio.shield(self._expeditor.settled())
        return rules

    async def add(self, call: Call) -> RuleJson:
        """A new rule. It is for items that come from now on; tickets that stand stay."""
        (rule,) = await self._add([call.body], "{field}")
        return rule_json(rule, self._location)

    async def add_many(self, call: Call) -> CountJson:
        """New rules, all of them or none."""
        return CountJson(len(await self._add(call.body.rules, "rules[{place}].{field}")))

    async def remove(self, call: Call) -> None:
        """Remove a rule that was made here."""
        await self._submit(RemoveRule(call.path("rule_id")), "{field}")

    async def test(self, call: Call) -> list[RoutedJson]:
        """Where the items of an order would go now, and why; changes nothing."""
        sent: OrderMessage = call.body
        items = sent.items or ()
        if len(items) > MAX_TESTED:
            raise invalid("items", f"at most {MAX_TESTED} are tried at once")
        try:
            order = order_to_try(sent, self._zone)
        except NotUnderstood as error:
            raise invalid("items", str(error)) from error
        explained = self._expeditor.kitchen.explain(order, self._now().at)
        await asyncio.shield(self._expeditor.settled())
        return [routed_json(each) for each in explained]

    async def _add(self, bodies: Sequence[RuleBody], where: str) -> tuple[Rule, ...]:
        rules = tuple(map(rule_of, bodies))
        for place, (body, rule) in enumerate(zip(bodies, rules, strict=True)):
            if body.location_id not in (None, self._location):
                raise ApiError(404, "NOT_FOUND", f"location {body.location_id!r} is not here")
            wrong = fault(rule)
            if wrong is not None:
                field = FIELDS.get(wrong.field, wrong.field)
                named = where.format(place=place, field=field).rstrip(".")
                raise invalid(named or "body", wrong.message)
        return await self._submit(AddRules(rules), where)

    async def _submit(self, command: AddRules | RemoveRule, where: str) -> tuple[Rule, ...]:
        answer = self._expeditor.submit(command)
        await asyncio.shield(answer.durable)
        match answer.reply:
            case RulesNow(rules):
                return rules
            case Refused(reason="no_such_station" | "is_expo", message=message, place=place):
                raise invalid(where.format(place=place, field="station_id"), message)
            case Refused():
                raise refused(answer.reply)
        raise TypeError(answer.reply)


class UnroutedJson(Struct):
    """An item of this name came, and no rule took it."""

    name: str
    count: int
    last_at: str


class RoutingStatus(Struct):
    """What went to the default station because no rule took it, since the log begins."""

    unrouted: int
    names: list[UnroutedJson]
    """The newest of them, the newest first."""


def status(expeditor: Expeditor) -> RoutingStatus:
    """How routing is, for `GET /status`."""
    tally = expeditor.kitchen.unrouted
    names = [UnroutedJson(each.name, each.count, iso(each.last_at) or "") for each in tally.names]
    return RoutingStatus(tally.count, names[::-1])
