"""What no rule took, counted: an installer reads there which rule is missing."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

NAMES_KEPT: Final = 100
"""The newest: more missing rules than anybody writes at once."""


class Unrouted(Struct, frozen=True, gc=False):
    """How often an item of this name came, and no rule took it."""

    name: str
    count: int
    last_at: int
    """Milliseconds since the epoch."""


class Tally:
    """The counts of one kitchen, since its log begins."""

    def __init__(self, count: int = 0, names: Iterable[Unrouted] = ()) -> None:
        self.count = count
        """Of all names, also those that are not kept any more."""
        self._by_name = {each.name: each for each in names}

    @property
    def names(self) -> tuple[Unrouted, ...]:
        """The newest of them, the newest last."""
        return tuple(self._by_name.values())

    def add(self, names: Iterable[str], at: int) -> None:
        """Items of these names came at that time."""
        for name in names:
            self.count += 1
            known = self._by_name.pop(name, None)
            self._by_name[name] = Unrouted(name, known.count + 1 if known else 1, at)
        while len(self._by_name) > NAMES_KEPT:
            del self._by_name[next(iter(self._by_name))]
