"""The card as it is told of: from what keeps it, to the API and whoever looks on.

Neither imports the other: `service.py` gives the API what fulfils `Card`.
"""

from typing import Final, Literal, Protocol

from msgspec import Struct

UpdateState = Literal["installing", "ready", "trying", "good", "failed", "came back"]
"""`ready`: it begins with the next start. `failed`: nothing was changed. `came back`: it did not
come up, and the one before runs again."""


class Update(Struct, frozen=True):
    """What became of the last update. Times: wall clock, milliseconds since the epoch."""

    state: UpdateState
    version: str
    before: str
    """The version that ran when it was installed."""
    system: str
    """The name of the system that ran then: `A` or `B`."""
    at: int
    why: str = ""


class CannotUpdate(Exception):
    """Nothing was taken; the text says why."""


class WrongPlace(Exception):
    """A piece does not go on where the one before has ended; `size` is what is there."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the next piece has to begin at {size}")
        self.size = size


LARGEST: Final = 2 * 1024**3
"""Bytes of a bundle: a system is no larger, and the disk has to hold a kitchen's data."""
LARGEST_PIECE: Final = 1_048_576
"""Bytes of a bundle that come at once: within the time of a request, by a slow network too."""


class Card(Protocol):
    """The card that the appliance runs from, as far as people see to it."""

    @property
    def is_there(self) -> bool:
        """Whether there is one."""

    @property
    def update(self) -> Update | None:
        """What became of the last one; None for none."""

    async def take(self, offset: int, piece: bytes) -> int:
        """A piece of a bundle; how much of it is there. Raises CannotUpdate, WrongPlace."""

    async def install(self, size: int) -> None:
        """All of it is there, so many bytes: begin with it. Raises CannotUpdate, WrongPlace."""

    async def restart(self) -> None:
        """Start the machine again. Raises CannotUpdate."""


class NoCard:
    """An appliance that runs from somewhere else, and is updated as it was installed."""

    is_there = False
    update = None
    _WHY: Final = "this appliance runs from no card: it is updated as it was installed"

    async def take(self, offset: int, piece: bytes) -> int:
        """Raises CannotUpdate."""
        del offset, piece
        raise CannotUpdate(self._WHY)

    async def install(self, size: int) -> None:
        """Raises CannotUpdate."""
        del size
        raise CannotUpdate(self._WHY)

    async def restart(self) -> None:
        """Raises CannotUpdate."""
        raise CannotUpdate(self._WHY)
