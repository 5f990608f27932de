"""How long dishes are expected to take, and what the kitchen has learned of it."""

import asyncio
from statistics import median

from msgspec import Struct

from appliance.api.auth import ROLES
from appliance.api.errors import ApiError
from appliance.api.operation import Call, Operation
from appliance.expeditor import Expeditor
from appliance.kitchen.learning import Dish, configured
from appliance.kitchen.routing import Router


class HourJson(Struct):
    """What it took in an hour of the day: the median."""

    hour: int
    seconds: int
    samples: int


class PrepTimeJson(Struct):
    """A dish at a station: what rules and menu say, and what was learned."""

    station_id: str
    name: str
    menu_item_id: str | None
    configured_seconds: int | None
    """Of the plain dish, by the rules and the menu as they are now; null where they say nothing."""
    learned_seconds: int | None
    """For this hour of the day; null where there are too few samples."""
    samples: int
    hours: list[HourJson]


class PrepTimesQuery(Struct, forbid_unknown_fields=True):
    """At which station."""

    station_id: str | None = None


class PrepTimes:
    """The operation, for one appliance."""

    def __init__(self, expeditor: Expeditor) -> None:
        self._expeditor = expeditor

    def operations(self) -> list[Operation]:
        """List."""
        return [
            Operation(
                "GET",
                "/prep-times",
                self.list,
                ROLES,
                list[PrepTimeJson],
                query=PrepTimesQuery,
                errors=(404, 503),
            )
        ]

    async def list(self, call: Call) -> list[PrepTimeJson]:
        """How long dishes took at the stations that the caller may see, the last made first."""
        kitchen, at = self._expeditor.kitchen, self._expeditor.now().at
        asked = call.query.station_id
        if asked is not None:
            call.caller.require(ROLES, asked)
        dishes = [
            dish
            for dish in reversed(kitchen.learned.dishes)
            if asked in (None, dish.station) and call.caller.sees(dish.station)
        ]
        router, hour = kitchen.router, kitchen.learned.hour(at)
        if asked is not None and not dishes and asked not in router.stations:
            raise ApiError(404, "NOT_FOUND", f"there is no station {asked!r}")
        # What was learned is not told of before it is on disk.
        await asyncio.shield(self._expeditor.settled())
        # In a thread: each dish is held against every rule.
        return await asyncio.to_thread(
            lambda: [_json(dish, router, hour, at) for dish in dishes],
        )


def _json(dish: Dish, router: Router, hour: int, at: int) -> PrepTimeJson:
    return PrepTimeJson(
        dish.station,
        dish.name,
        dish.menu_item_id,
        configured(dish, router, at),
        dish.seconds(hour),
        len(dish.samples),
        [HourJson(each, round(median(took)), len(took)) for each, took in dish.hours()],
    )
