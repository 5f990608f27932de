"""The newest changes, in memory: whoever listens reads on from a place of their own.

Only durable changes get here. There is no queue per listener: a slow one falls behind by
itself, and when it falls behind what is kept it is told to start from a snapshot.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from appliance.kitchen.event import Event
from appliance.kitchen.order import Placed
from appliance.kitchen.routing import Station
from appliance.watched import Watched

KEPT: Final = 4_096
"""Changes that a listener can resume from: minutes of the busiest hour, some MB."""


class Change:
    """An event, and what it left behind; encoded at most once for all.

    `placed` is the order that it is about, None where it is about no order; `stations` are
    all that there then were.
    """

    __slots__ = ("_encoded", "event", "placed", "seq", "stations")

    def __init__(
        self, seq: int, event: Event, placed: Placed | None, stations: tuple[Station, ...]
    ) -> None:
        self.seq = seq
        self.event = event
        self.placed = placed
        self.stations = stations
        self._encoded: bytes | None = None

    def encoded(self, encode: Callable[[], bytes]) -> bytes:
        """What `encode` makes of it, the first time; everybody brings the same `encode`."""
        if self._encoded is None:
            self._encoded = encode()
        return self._encoded


class BehindTail(LookupError):
    """What comes next after that place is not kept any more, or not there yet."""


class Feed(Watched):
    """Changes in the order of the log, up to the newest durable one."""

    def __init__(self) -> None:
        super().__init__()
        self.head = 0
        """Sequence number of the newest change."""
        self._changes: deque[Change] = deque(maxlen=KEPT)

    def publish(self, changes: Sequence[Change]) -> None:
        """Add the next changes, and tell who watches."""
        if not changes:
            return
        self.head = changes[-1].seq
        self._changes.extend(changes)
        self._tell()

    def start_at(self, seq: int) -> None:
        """The first change to come will be the one after `seq`; what was before is gone."""
        self._changes.clear()
        self.head = seq

    def after(self, seq: int, limit: int = KEPT) -> list[Change]:
        """Up to `limit` changes after a place. Raises BehindTail where they are not to be had."""
        first = len(self._changes) - (self.head - seq)
        if not 0 <= first <= len(self._changes):
            raise BehindTail(seq)
        # By their places: at the new end, where nearly everybody is, a deque has them at hand.
        last = min(first + limit, len(self._changes))
        return [self._changes[place] for place in range(first, last)]

    async def wait(self, seq: int, seconds: float) -> bool:
        """Wait for a change after `seq`; False when none came in that time."""
        news = asyncio.Event()
        with self.watched(news.set):
            if self.head > seq:
                return True
            try:
                async with asyncio.timeout(seconds):
                    await news.wait()
            except TimeoutError:
                return False
        return True
