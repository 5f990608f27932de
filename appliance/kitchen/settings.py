"""How a kitchen wants to work: plain settings, whatever they were read from."""

from typing import Final

from msgspec import Struct


class Settings(Struct, frozen=True):
    """Times are in milliseconds."""

    recall_window: int = 1_800_000
    """For so long a bumped ticket can be brought back."""


DEFAULT: Final = Settings()
