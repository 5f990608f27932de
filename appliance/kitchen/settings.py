"""How a kitchen wants to work: plain settings, whatever they were read from."""

from typing import Final

from msgspec import Struct

from appliance.kitchen.order import NO_COURSES, Courses


class Late(Struct, frozen=True):
    """When tickets of some modes, at some stations, are late. Times are in milliseconds."""

    late_after: int
    very_late_after: int
    mode: tuple[str, ...] = ()
    """Shell patterns as a rule's; empty: any."""
    station: tuple[str, ...] = ()
    """Ids; empty: any."""


class Settings(Struct, frozen=True):
    """Times are in milliseconds."""

    recall_window: int = 1_800_000
    """For so long a bumped ticket can be brought back."""
    finish_together: bool = True
    """Stations that need less time for an order begin later, so that its plates leave at once."""
    hold_future_orders: bool = True
    """An order for later is held until it has to be begun."""
    fire_next_course: bool = False
    """A course is fired by itself when the one before it has been bumped everywhere."""
    late_after: int = 300_000
    very_late_after: int = 480_000
    late: tuple[Late, ...] = ()
    """Exceptions from the two; the first that fits counts. See `promise.py`."""
    day_closes: int | None = None
    """Minutes after midnight, local time; None for never. See `closing.py`."""
    undo_window: int = 300_000
    """For so long what was done by hand can be taken back; 0 for never."""
    pass_waits_for_stations: bool = False
    """The pass bumps nothing that a station has still to do."""
    pass_clears_stations: bool = True
    """What the pass bumps leaves the boards of the stations, too."""
    learned_prep_times: bool = False
    """What the kitchen has learned counts before what rules and the menu say. See `learning.py`."""
    courses: Courses = NO_COURSES
    """Numbers of courses that have none in their texts."""


DEFAULT: Final = Settings()
