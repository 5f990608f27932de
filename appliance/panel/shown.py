"""What the lamps and boards of a station showed, now and a moment ago.

A finger takes its time: the ticket that somebody means is the one that was under the finger
when it went down, and not one that moved there just then.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple

SETTLING_SECONDS: Final = 0.3
"""So long after tickets have moved, a press still means what was there before."""
FACES_KEPT: Final = 64
"""What a burst of orders can bring within the time that a press takes to arrive."""


class Face(NamedTuple):
    """What is shown from a moment on."""

    since: float
    """On the monotonic clock, seconds."""
    orders: tuple[str, ...]
    """The ids of the orders whose tickets are on the board, in their places."""
    selected: str | None = None
    """The one that the bump bar is at; None where there is nothing."""
    moved_by: str | None = None
    """The button or key by whose press the tickets came to be so."""
    first: int = 0
    """How many tickets lie before the page that is shown."""
    is_chosen: bool = False
    """Somebody selected it: no ticket has moved."""

    def at(self, slot: int | None) -> str | None:
        """The order in a slot of the page (1 is the first), or, without one, the selected."""
        if slot is None:
            return self.selected
        place = self.first + slot - 1
        return self.orders[place] if place < len(self.orders) else None


class Shown:
    """One station's."""

    def __init__(self, since: float, per_page: int) -> None:
        """`per_page`: how many tickets there are slots for."""
        self._per_page = per_page
        self._faces = deque([Face(since, ())], maxlen=FACES_KEPT)

    @property
    def face(self) -> Face:
        """What is shown now."""
        return self._faces[-1]

    def change(self, orders: Sequence[str], at: float, by: str | None) -> bool:
        """The board is now so, by the press of a button or otherwise; whether that is new.

        When the selected ticket goes, the one that came behind it is selected.
        """
        face = self.face
        if face.orders == tuple(orders):
            return False
        selected = _still_selected(face, orders)
        self._faces.append(Face(at, tuple(orders), selected, by, self._page_of(len(orders))))
        return True

    def _page_of(self, count: int) -> int:
        """Where the page now begins, or else the last one, if there are so many tickets."""
        last = max(count - 1, 0) // self._per_page * self._per_page
        return min(self.face.first, last)

    def under(self, slot: int | None, down_at: float, by: str) -> str | None:
        """The order that a press of a button or key meant whose finger went down then."""
        meant: Face | None = None
        for face in reversed(self._faces):
            if meant is None or _is_too_new(meant, down_at, by):
                meant = face
        return meant.at(slot) if meant is not None else None

    def step(self, places: int, at: float) -> None:
        """Select the ticket so many places on; after the last comes the first."""
        face = self.face
        if face.selected is not None:
            place = face.orders.index(face.selected) + places
            self.select(face.orders[place % len(face.orders)], at)

    def select(self, order: str, at: float) -> None:
        """Select the ticket of an order that is there, and turn to its page."""
        first = self.face.orders.index(order) // self._per_page * self._per_page
        chosen = self.face._replace(since=at, selected=order, first=first, is_chosen=True)
        self._faces.append(chosen)

    def turn(self, pages: int, at: float) -> None:
        """Turn so many pages on, and select the first ticket there; it goes round."""
        orders = self.face.orders
        if orders:
            count = -(-len(orders) // self._per_page)
            page = (self.face.first // self._per_page + pages) % count
            self.select(orders[page * self._per_page], at)


def _is_too_new(face: Face, down_at: float, by: str) -> bool:
    """Whether a finger that went down then cannot have meant this."""
    is_meant_to_be = face.is_chosen or face.moved_by == by
    return face.since > (down_at if is_meant_to_be else down_at - SETTLING_SECONDS)


def _still_selected(face: Face, orders: Sequence[str]) -> str | None:
    if not orders:
        return None
    there = set(orders)
    if face.selected is None:
        return orders[0]
    place = face.orders.index(face.selected)
    behind = (order for order in face.orders[place:] if order in there)
    return next(behind, orders[-1])
