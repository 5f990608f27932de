"""What the computer behind a screen keeps: who it is, whom it belongs to, and its tokens.

Two files of the data directory, readable by their owner alone and replaced whole. One that is
damaged is kept aside for whoever looks for the reason, and made anew; one that cannot be written is
good for this run: a screen that has to be adopted again is less of a harm than one that stays dark.
"""

import logging
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from appliance.config import Site
from appliance.files import replace_file

logger = logging.getLogger(__name__)

ID_NAME: Final = "screen-id"
HUBS_NAME: Final = "screen-hubs.json"
Token = Annotated[str, Meta(pattern=r"^[\x21-\x7e]{1,512}\Z")]
"""Of a device, as a hub gives it: what can stand in a header."""
API_PATH: Final = r"^(/[A-Za-z0-9_-]+)+\Z"
MOST_HUBS: Final = 16
"""Whose tokens are kept; those of hubs that were not met for the longest are forgotten first."""

_Content = TypeVar("_Content")


class KnownHub(Struct, frozen=True):
    """A hub that gave this screen a token."""

    id: str
    """Empty where it is known by its address alone."""
    site: Site
    """Where it gave it, or was last."""
    name: str
    token: Token
    api: Annotated[str, Meta(pattern=API_PATH)]
    """The path of its HTTP API."""
    ours: bool = False
    """It has adopted this screen."""


class Kept:
    """Both files. `__init__` and `save` block."""

    def __init__(self, directory: Path) -> None:
        """Raises OSError where there can be no such directory."""
        directory.mkdir(parents=True, exist_ok=True)
        self._hubs_file = directory / HUBS_NAME
        self.id = _identity(directory / ID_NAME)
        """A UUID, for life."""
        self.hubs: Sequence[KnownHub] = _read(self._hubs_file, _hubs) or ()
        """Those met last at the end."""

    def remember(self, hub: KnownHub) -> None:
        """In place of what is known of it there; its own old place is forgotten. Needs `save`.

        Of too many hubs the first are forgotten, but for the one that adopted this screen.
        """
        others = [each for each in self.hubs if not _replaces(hub, each)]
        if hub.ours:
            others = [replace(each, ours=False) for each in others]
        surplus = len(others) + 1 - MOST_HUBS
        forgotten = [each for each in others if not each.ours][: max(0, surplus)]
        self.hubs = (*(each for each in others if each not in forgotten), hub)

    def forget(self, hub: KnownHub) -> None:
        """Nothing is known of it there. Needs `save`."""
        self.hubs = tuple(each for each in self.hubs if not _replaces(hub, each))

    def save(self) -> None:
        """Write the hubs down, as they are now."""
        try:
            replace_file(self._hubs_file, msgspec.json.encode(self.hubs, enc_hook=str))
        except OSError as error:
            logger.warning("%s cannot be written: %s", self._hubs_file, error.strerror)


def _replaces(hub: KnownHub, known: KnownHub) -> bool:
    if known.id != hub.id:
        return False
    return known.site == hub.site or (hub.ours and known.ours)


def _identity(path: Path) -> str:
    kept = _read(path, lambda content: str(uuid.UUID(content.decode("ascii").strip())))
    if kept is not None:
        return kept
    made = str(uuid.uuid4())
    try:
        replace_file(path, made.encode())
    except OSError as error:
        logger.warning("%s cannot be written, it is for this run: %s", path, error.strerror)
    return made


def _hubs(content: bytes) -> tuple[KnownHub, ...]:
    """Raises ValueError."""

    def convert(wanted: type, value: object) -> object:
        if wanted is Site:
            return Site.parse(value)
        raise NotImplementedError(wanted)

    return msgspec.json.decode(content, type=tuple[KnownHub, ...], dec_hook=convert)


def _read(path: Path, understand: Callable[[bytes], _Content]) -> _Content | None:
    """What a file has; None for none, or for one that is damaged, which is put aside."""
    try:
        return understand(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        logger.warning("%s cannot be read: %s", path, error.strerror)
        return None
    except ValueError:
        aside = path.with_name(f"{path.name}.damaged")
        logger.warning("%s is damaged: kept as %s, made anew", path, aside.name)
    try:
        path.replace(aside)
    except OSError as error:
        logger.warning("%s cannot be put aside: %s", path, error.strerror)
    return None
