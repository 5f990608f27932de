"""What the lamps and boards of a station showed, now and a moment ago.

A finger takes its time: the ticket that somebody means is the one that was under the finger
when it went down, and not one that moved there just then.
"""

from collections import deque
from collections.abc import Sequence
from math import inf
from typing import Final, NamedTuple

SETTLING_SECONDS: Final = 0.3
"""So long after tickets have moved, a press still means what was there before."""
FACES_KEPT: Final = 512
"""So many changes may come until a press arrives: 25 seconds of 20 orders a second, and a hold may
take ten. Of a press that arrives later nobody knows what was meant, and it means nothing."""


class Face(NamedTuple):
    """What is shown from a moment on."""

    since: float
    """On the monotonic clock, seconds."""
    orders: tuple[str, ...]
    """The ids of the orders whose tickets are on the board, in their places."""
    selected: str | None = None
    """The one that the bump bar is at, on the page; None where there is nothing."""
    first: int = 0
    """How many tickets lie before the page that is shown."""
    is_chosen: bool = False
    """Somebody has selected a ticket or turned the page: the page goes where that ticket goes."""
    moved: str | None = None
    """The order whose ticket came, went or got another place; None: no ticket alone."""
    by: str | None = None
    """By whose press it came to be so: where a ticket moved, the button's or the key's; where
    something was selected, the device's."""

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

    def change(
        self, orders: Sequence[str], at: float, moved: str | None = None, by: str | None = None
    ) -> None:
        """The board is now so, where it is not already; `moved` and `by` as in `Face`.

        When the selected ticket goes, the one that came behind it is selected.
        """
        if self.face.orders != tuple(orders):
            now = self._with(self.face, tuple(orders))
            self._faces.append(now._replace(since=at, moved=moved, by=by))

    def under(self, slot: int | None, down_at: float, by: str, device: str) -> str | None:
        """The order that a press meant whose finger went down then.

        `by`: the button or key; `device`: the button, or the bar of that key. What this device has
        selected, and the tickets that this button or key had moved by then, it means as they were;
        whatever else has changed in the SETTLING_SECONDS before, as it was before.

        A device's presses are told in their order, and those of a bar at a board are stamped as
        late as the network is: what the same device selected is before this press in any case.
        """
        seen, newer = Face(-inf, ()), list[Face]()
        for face in reversed(self._faces):
            if face.since <= down_at - SETTLING_SECONDS:
                seen = face
                break
            newer.append(face)
        for face in reversed(newer):
            if face.moved is None and face.by == device:
                seen = seen._replace(selected=face.selected, first=face.first, is_chosen=True)
            elif face.moved is not None and face.by == by and face.since <= down_at:
                seen = self._with(seen, _moved(face.moved, seen.orders, face.orders))
        return seen.at(slot)

    def step(self, places: int, at: float, device: str) -> bool:
        """Select the ticket so many places on, after the last the first; whether there is one."""
        face = self.face
        if face.selected is None:
            return False
        place = face.orders.index(face.selected) + places
        return self.select(face.orders[place % len(face.orders)], at, device)

    def select(self, order: str, at: float, device: str) -> bool:
        """Select the ticket of an order, and turn to its page; whether it is there."""
        face = self.face
        if order not in face.orders:
            return False
        chosen = Face(at, face.orders, order, self._page(order, face.orders), is_chosen=True)
        self._faces.append(chosen._replace(by=device))
        return True

    def turn(self, pages: int, at: float, device: str) -> bool:
        """Turn so many pages on, and select the first ticket there; it goes round.

        Whether there is a page.
        """
        orders = self.face.orders
        if not orders:
            return False
        count = -(-len(orders) // self._per_page)
        page = (self.face.first // self._per_page + pages) % count
        return self.select(orders[page * self._per_page], at, device)

    def _with(self, face: Face, orders: tuple[str, ...]) -> Face:
        """The same with these tickets."""
        selected = _still_selected(face, orders)
        if selected is None:
            return Face(face.since, orders)
        first = self._page(selected, orders)
        if first and not face.is_chosen:
            # Nobody has turned the page, and perhaps nothing here could turn it back.
            selected, first = orders[0], 0
        return Face(face.since, orders, selected, first, face.is_chosen)

    def _page(self, order: str, orders: Sequence[str]) -> int:
        """How many tickets lie before the page of an order's."""
        return orders.index(order) // self._per_page * self._per_page


def _still_selected(face: Face, orders: Sequence[str]) -> str | None:
    if not orders:
        return None
    there = set(orders)
    if face.selected not in face.orders:
        return face.selected if face.selected in there else orders[0]
    place = face.orders.index(face.selected)
    behind = (order for order in face.orders[place:] if order in there)
    return next(behind, orders[-1])


def _moved(order: str, orders: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """These, but that order's ticket gone, or behind the one that it is behind in `after`."""
    rest = [each for each in orders if each != order]
    if order in after:
        before = set(after[: after.index(order)])
        rest.insert(max((n for n, each in enumerate(rest, 1) if each in before), default=0), order)
    return tuple(rest)
