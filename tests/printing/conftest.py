"""A night with printers, on a clock that goes as fast as nothing happens."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.hardware.moved_time import MovedTime
from tests.printing.night import KITCHEN, Night, few_words

Tell = Callable[[Night], Awaitable[None]]


@pytest.fixture
def tell(tmp_path: Path) -> Callable[..., None]:
    """Runs a night that is told by a function, from its start to an orderly end."""

    def run(story: Tell, text: str = KITCHEN) -> None:
        async def whole() -> None:
            night = Night(tmp_path, text)
            await night.start()
            await story(night)
            await night.stop()

        with few_words(), asyncio.Runner(loop_factory=MovedTime) as runner:
            runner.run(whole())

    return run
