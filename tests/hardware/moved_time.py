"""An event loop whose time the test moves: sleeping takes none, and comes out exact."""

import asyncio
import selectors
from selectors import SelectorKey


class _Selector(selectors.DefaultSelector):
    """Waits for nothing as long as there is a time to go on to."""

    def __init__(self, moved: "MovedTime") -> None:
        super().__init__()
        self._moved = moved

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        if timeout is not None and timeout > 0:
            self._moved.now += timeout
            timeout = 0
        return super().select(timeout)


class MovedTime(asyncio.SelectorEventLoop):
    """Goes on to its next timer at once when there is nothing else to do."""

    def __init__(self) -> None:
        self.now = 1000.0
        super().__init__(_Selector(self))

    def time(self) -> float:
        return self.now

    async def shutdown_default_executor(self, *_timeout: float | None) -> None:
        """Without the time-out of newer Pythons, which here would be over at once."""
        await super().shutdown_default_executor()


def clock() -> float:
    """The running loop's time."""
    return asyncio.get_running_loop().time()
