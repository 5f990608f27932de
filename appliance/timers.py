"""Tells the kitchen that time has passed, when there is something for time to do.

kitchen.next_due ─▶ wait, on the monotonic clock ─▶ Due ─▶ events
"""

import asyncio
import logging
from typing import Final

from appliance.expeditor import Expeditor
from appliance.kitchen.command import Due, Reply, TimePassed
from appliance.log import NotStored

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 30.0
"""Between two looks at the most: the kitchen's clock may go forward once after a start."""
RETRY_SECONDS: Final = 1.0
"""Until it is tried again where nothing can be stored."""


class Timers:
    """For one kitchen."""

    def __init__(self, expeditor: Expeditor) -> None:
        self._expeditor = expeditor

    async def run(self) -> None:
        """Submit `Due` in time, until cancelled."""
        expeditor = self._expeditor
        while True:
            seconds = self._seconds()
            if seconds > 0:
                # What changes the kitchen may bring another time.
                await expeditor.feed.wait(expeditor.feed.head, seconds)
                continue
            try:
                answer = expeditor.submit(Due())
                await asyncio.shield(answer.durable)
                _warn(answer.reply)
            except NotStored:
                await asyncio.sleep(RETRY_SECONDS)

    def _seconds(self) -> float:
        due = self._expeditor.kitchen.next_due
        if due is None:
            return LOOK_SECONDS
        return min((due - self._expeditor.now().tick) / 1000, LOOK_SECONDS)


def _warn(reply: Reply) -> None:
    if isinstance(reply, TimePassed) and reply.stations_left:
        left = ", ".join(reply.stations_left)
        logger.warning("cards of stations that are not there any more were moved: %s", left)
