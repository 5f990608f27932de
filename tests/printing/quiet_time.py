"""An event loop that waits only for what is on its way outside of it, and else moves its time."""

import asyncio
import selectors
from selectors import SelectorKey
from typing import Final, Protocol

LONGEST_WAY_SECONDS: Final = 0.1
"""What has not come by then does not come."""


class Outside(Protocol):
    """What is not of the loop."""

    def is_on_its_way(self) -> bool:
        """Whether something that was sent may not have come yet."""

    def never_comes(self) -> None:
        """What was waited for is lost."""


class _Selector(selectors.DefaultSelector):
    """Waits for what is on its way, or not at all."""

    def __init__(self, moved: "QuietTime") -> None:
        super().__init__()
        self._moved = moved

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        if ready := super().select(0):
            return ready
        outside = self._moved.outside
        if outside.is_on_its_way():
            if ready := super().select(LONGEST_WAY_SECONDS):
                return ready
            outside.never_comes()
        self._moved.now += timeout
        return []


class QuietTime(asyncio.SelectorEventLoop):
    """Goes on to its next timer at once when nothing is to be done, here or outside."""

    def __init__(self, outside: Outside) -> None:
        self.now = 1000.0
        self.outside = outside
        super().__init__(_Selector(self))

    def time(self) -> float:
        return self.now

    async def shutdown_default_executor(self, *_timeout: float | None) -> None:
        """Without the time-out of newer Pythons, which here would be over at once."""
        await super().shutdown_default_executor()
