from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.deliverect.channel import Channel, serving


@pytest.fixture
async def channel(tmp_path: Path) -> AsyncIterator[Channel]:
    async with serving(tmp_path) as channel:
        yield channel
