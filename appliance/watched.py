"""What others watch: whoever does is called each time that something of it is new."""

import contextlib
from collections.abc import Callable, Iterator


class Watched:
    """What can be watched."""

    def __init__(self) -> None:
        self._watching: set[Callable[[], None]] = set()

    @contextlib.contextmanager
    def watched(self, tell: Callable[[], None]) -> Iterator[None]:
        """Call `tell` whenever something is new; it does next to nothing."""
        self._watching.add(tell)
        try:
            yield
        finally:
            self._watching.discard(tell)

    def _tell(self) -> None:
        for tell in self._watching:
            tell()
