"""The adopted screens: by the configuration's file, or by a manager, which is kept on disk."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from appliance.config.devices import ScreenSection
from appliance.config.values import Address
from appliance.screens_now import Proto, Wanted

NAME: Final = "screens"
"""Of its file in the data directory."""
MOST: Final = 64
"""More than any kitchen has."""


class Adopted(Struct, frozen=True):
    """A screen of this kitchen."""

    id: str
    proto: Proto
    wanted: Wanted
    adopted_at: float
    """Unix seconds."""
    address: Address | None = None
    """Of a LAN screen, where it was last found."""
    device: str | None = None
    """Of a board, the id of the device whose token it has."""
    of_file: bool = False


class Registry:
    """Of one data directory. What blocks says so."""

    def __init__(self, directory: Path, sections: Sequence[ScreenSection]) -> None:
        """Blocks; raises OSError. A screen of the file keeps the device that it had."""
        raise NotImplementedError
