"""How the kitchen works together: `[timing]`, `[pass]`, and what `[tickets]` say."""

from typing import Annotated, Literal

from msgspec import Meta, field

from appliance.config.values import DayEnd, Duration, Id, Patterns, Section, Text


class LateSection(Section, frozen=True):
    """When tickets of these modes at these stations are late; either may be left out."""

    late_after: Duration
    very_late_after: Duration
    mode: Patterns = ()
    station: tuple[str, ...] = ()


class Timing(Section, frozen=True):
    """When a ticket begins, when it is late, how long it can be recalled, when the day ends."""

    late_after: Duration = Duration(300)
    very_late_after: Duration = Duration(480)
    recall_window: Duration = Duration(1800)
    auto_hold_future_orders: bool = True
    """Orders for later wait until they have to be begun."""
    finish_together: bool = True
    """Stations that need less time for an order begin later."""
    fire_next_course: bool = False
    """A course is fired by itself when the one before it has been bumped everywhere."""
    day_closes: DayEnd = DayEnd("04:00")
    """Local time; what is left on the boards then is closed as forgotten."""
    late: tuple[LateSection, ...] = ()
    """The first that fits counts."""
    undo_window: Duration = Duration(300)
    """For so long what was done by hand can be taken back; `0s`: never."""
    learned_prep_times: bool = False
    """What the kitchen has learned counts before the rules' and the menu's times."""


class Pass(Section, frozen=True):
    """What a bump at a station of type `expo` means for the stations that cook."""

    waits_for_stations: bool = False
    """It is refused while a station has still to do something of it."""
    clears_stations: bool = True
    """It takes the order off their boards."""


class Ready(Section, frozen=True):
    """What guests read of their orders at `/ready`."""

    show: Literal["number", "name"] = "number"
    """What stands for an order: the number that its guest has, or the guest's first name."""
    channels: tuple[Text, ...] = ("takeout", "pickup")
    """The orders whose guests look there, by `order_channel`."""
    by: Literal["stations", "pass"] = "stations"
    """Who makes an order ready: its stations, and it goes when the pass hands it over; or the
    pass, which bumps what stands on the counter. Without a pass it is the stations."""
    keep: Duration = Duration(15 * 60)
    """How long at most it is shown as ready: not every guest is seen to take it."""


CourseNumber = Annotated[int, Meta(ge=1, le=999_999)]


class Tickets(Section, frozen=True):
    """What tickets say of an order in words of the API's own. Cases of letters do not matter."""

    channels: dict[str, Id] = field(default_factory=dict)
    """The `order_channel` of a `mode`, besides those that are known, or in place of them."""
    courses: dict[str, CourseNumber] = field(default_factory=dict)
    """Numbers of courses that have none in their names."""


def course_key(course: str) -> str:
    """A course as it is looked up: see `kitchen.order.Courses`."""
    return course.strip().casefold()
