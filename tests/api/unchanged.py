"""That nothing has changed: no event in the log, no token, PIN or device, no secret."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.running import RunningAppliance


@asynccontextmanager
async def nothing_changes(appliance: RunningAppliance) -> AsyncIterator[None]:
    """Fail when the body has changed anything that lasts."""
    before = await _all_that_lasts(appliance)
    yield
    assert await _all_that_lasts(appliance) == before


async def _all_that_lasts(appliance: RunningAppliance) -> tuple[object, ...]:
    await asyncio.shield(appliance.expeditor.settled())
    authority = appliance.authority
    status = authority.status()
    return (
        appliance.log.head,
        authority.pins(),
        authority.devices.list(),
        status.revoked,
        status.secrets,
        authority.link_code,
    )
