"""How busy the kitchen is, in numbers: orders that came, and what stands at each station.

Everybody may know it, so it names no order, and nothing of one.
"""

import math
import time
from collections.abc import Callable
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from appliance.api.times import Time, iso
from appliance.expeditor import Expeditor
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.routing import Station
from appliance.kitchen.ticket import Moment
from appliance.log import NotStored

KEPT_SECONDS: Final = 1.0
"""However many ask: to find it out takes milliseconds when boards are full."""

_DAY: Final = 24 * 3_600_000


Door = Literal["tcp", "http", "channel"]


class OrdersNow(Struct):
    """Orders that came."""

    today: Annotated[int, Meta(description="since the last business day closed")]
    lately: Annotated[int, Meta(description="since `lately_since`")]
    lately_since: Annotated[Time, Meta(description="an hour to an hour and a half ago")]
    last_at: Annotated[Time | None, Meta(description="when the newest came; null for none")]
    last_by: Annotated[
        Door | None,
        Meta(
            description="the door by which an order, or a change of one, was taken last; null for"
            " none since the start"
        ),
    ]
    connections: Annotated[int, Meta(description="points of sale that are connected over TCP")]


class StationNow(Struct):
    """What stands at a station, in numbers."""

    id: str
    name: str
    active: bool
    open: Annotated[int, Meta(description="tickets to be made, or to be handed out")]
    held: Annotated[int, Meta(description="tickets that wait for their time or course")]
    late: Annotated[int, Meta(description="of the open ones, those that are late or very late")]
    very_late: int
    oldest_at: Annotated[
        Time | None, Meta(description="since when the oldest open one waits; null for none")
    ]


class KitchenTold(Struct):
    """All of it, at one moment, with what the list of problems needs besides."""

    orders: OrdersNow
    stations: list[StationNow]
    taken_in: dict[str, list[str]]
    """By station that makes nothing any more, the names of those that have its cards."""
    unrouted_since: int | None
    """Since when items come that no rule takes, of the last day; None where none does."""
    unrouted: int
    """How many names these have."""


class KitchenNow:
    """For one appliance. What it tells is on disk; until it is, it tells what it told before."""

    def __init__(
        self,
        expeditor: Expeditor,
        *,
        over_tcp: Callable[[], float | None],
        by_channel: Callable[[], float | None],
        connections: Callable[[], int],
    ) -> None:
        """What the kitchen holds now is on disk.

        `over_tcp`, `by_channel`: when an order came by that door last, on the monotonic clock.
        `connections`: how many points of sale have one now.
        """
        self._expeditor = expeditor
        self._over_tcp = over_tcp
        self._by_channel = by_channel
        self._over_http: float | None = None
        self._connections = connections
        self._told = self._look()
        self._told_at = -math.inf

    def took_over_http(self) -> None:
        """An order was taken just now, by that door."""
        self._over_http = time.monotonic()

    def told(self) -> KitchenTold:
        """As it was a moment ago."""
        now = time.monotonic()
        if now - self._told_at >= KEPT_SECONDS and self._is_stored():
            self._told, self._told_at = self._look(), now
        return self._told

    def _is_stored(self) -> bool:
        """Whether all that the kitchen knows is."""
        try:
            settled = self._expeditor.settled()
        except NotStored:
            return False
        return settled.done() and settled.exception() is None

    def _look(self) -> KitchenTold:
        kitchen, now = self._expeditor.kitchen, self._expeditor.now()
        came = kitchen.arrivals(now)
        orders = OrdersNow(
            today=came.today,
            lately=came.lately,
            lately_since=iso(came.lately_since),
            last_at=iso(came.last_at),
            last_by=self._last_by(),
            connections=self._connections(),
        )
        unrouted = [each.last_at for each in kitchen.unrouted.names if now.at - each.last_at < _DAY]
        return KitchenTold(
            orders=orders,
            stations=[_station(kitchen, each, now) for each in kitchen.stations],
            taken_in={
                station: [kitchen.router.stations[other].name for other in others]
                for station, others in kitchen.taken_in().items()
            },
            unrouted_since=min(unrouted, default=None),
            unrouted=len(unrouted),
        )

    def _last_by(self) -> Door | None:
        doors: dict[Door, float | None] = {
            "tcp": self._over_tcp(),
            "http": self._over_http,
            "channel": self._by_channel(),
        }
        used = {door: at for door, at in doors.items() if at is not None}
        return max(used, key=used.__getitem__, default=None)


def _station(kitchen: Kitchen, station: Station, now: Moment) -> StationNow:
    tickets = kitchen.live_tickets(station.id)
    working = [each for each in tickets if each.workable]
    fired = [each for each in working if each.status != "held"]
    promises = [kitchen.promise(each, kitchen.placed(each.number), now) for each in fired]
    late = [each for each in promises if each is not None and now.at >= each.late_at]
    oldest = min((each.waits_since(now) for each in fired), default=None)
    return StationNow(
        id=station.id,
        name=station.name,
        active=station.active,
        open=len(fired),
        held=len(working) - len(fired),
        late=len(late),
        very_late=sum(now.at >= each.very_late_at for each in late),
        oldest_at=iso(oldest),
    )
