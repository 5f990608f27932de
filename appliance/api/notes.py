"""Writes down in the log who changed who may, and which screens there are: for the reports.

The change itself is on disk elsewhere, and is done: what cannot be written down takes nothing back.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from appliance.expeditor import Expeditor
from appliance.kitchen.command import NoteConfiguration
from appliance.kitchen.event import Change
from appliance.log import NotStored

logger = logging.getLogger(__name__)

Note = Callable[[Change, str, str], Awaitable[None]]
"""What was changed, about whom or what, and by whom."""


def notes(expeditor: Expeditor) -> Note:
    """Into the log of this appliance."""

    async def note(what: Change, about: str, by: str) -> None:
        try:
            noted = expeditor.submit(NoteConfiguration(what, (about,)), by)
            await asyncio.shield(noted.durable)
        except NotStored as error:
            logger.warning("%s by %s is not written down: %s", what, by, error)

    return note
