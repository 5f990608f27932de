"""What boards show besides their tickets, as buttons and bump bars have left it: of this moment.

panel ─ what a board shows now ▶ ShownNow ─▶ screens

It is in no log. Whoever comes is told all of it, and whoever is there each time that it changes.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple


class BoardView(NamedTuple):
    """Of one station."""

    selected: str | None
    """The id of the order whose ticket a bump bar is at; None where no device selects any."""
    first: int
    """How many tickets lie before the page."""
    per_page: int
    """Tickets of a page."""
    slots: bool
    """Whether buttons or keys stand for the places of a page."""
    all_day: bool
    """Whether the all-day counts are shown."""


class ShownNow:
    """Of all stations that have devices."""

    def __init__(self) -> None:
        self._views: dict[str, BoardView] = {}
        self._watching: set[Callable[[], None]] = set()

    @property
    def views(self) -> Mapping[str, BoardView]:
        """By station."""
        return self._views

    def show(self, station: str, view: BoardView) -> None:
        """A board shows this from now on; where that is new, tell who watches."""
        if self._views.get(station) == view:
            return
        self._views[station] = view
        for tell in self._watching:
            tell()

    @contextlib.contextmanager
    def watched(self, tell: Callable[[], None]) -> Iterator[None]:
        """Call `tell` whenever something is new; it does next to nothing."""
        self._watching.add(tell)
        try:
            yield
        finally:
            self._watching.discard(tell)
