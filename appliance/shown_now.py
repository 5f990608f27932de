"""What boards show besides their tickets, as buttons and bump bars have left it: of this moment.

panel ─ what a board shows now ▶ ShownNow ─▶ screens

It is in no log. Whoever comes is told all of it, and whoever is there each time that it changes.
"""

from collections.abc import Mapping
from typing import NamedTuple

from appliance.watched import Watched


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


class ShownNow(Watched):
    """Of all stations that have buttons or bump bars."""

    def __init__(self) -> None:
        super().__init__()
        self._views: dict[str, BoardView] = {}

    @property
    def views(self) -> Mapping[str, BoardView]:
        """By station."""
        return self._views

    def show(self, station: str, view: BoardView) -> None:
        """A board shows this from now on; where that is new, tell who watches."""
        if self._views.get(station) == view:
            return
        self._views[station] = view
        self._tell()
