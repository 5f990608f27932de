"""How a kitchen wants to work: plain settings, whatever they were read from."""

from typing import Final

from msgspec import Struct


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


DEFAULT: Final = Settings()
