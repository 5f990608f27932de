"""The card's directory in memory: what was found at boot, for the programs that run later."""

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec
from msgspec import Struct

from appliance import config

logger = logging.getLogger(__name__)

BOOT: Final = "boot.json"
"""What came of the boot partition: a `Boot`."""
SETTINGS: Final = "settings.toml"
"""What the boot partition says, but for what it says of the card."""
PIN: Final = "pin"
"""What the manager signs in with, where nobody has a PIN."""
BESIDE: Final = "beside"
"""The directory of the files that these settings name."""


class Boot(Struct, frozen=True):
    """What came of it."""

    role: str
    hostname: str
    faults: Sequence[str] = ()
    """What is wrong with the files of the boot partition, line by line."""
    kept: str = ""
    """The card's own directory, on the disk of the data: there is what became of updates."""


def boot_of(run: Path) -> Boot:
    """What came of it, as it was written. Where nothing was, it is as of an empty partition."""
    try:
        return msgspec.json.decode((run / BOOT).read_bytes(), type=Boot)
    except (OSError, msgspec.DecodeError) as error:
        logger.warning("what the boot partition says is not known: %s", error)
        return Boot("hub", config.Config().screens.host)


class RunDirectory(NamedTuple):
    """One such directory."""

    path: Path
    group: int | None = None
    """Who may read what is for the service, secrets among it; None: whoever this is."""

    def make(self, role: Literal["hub", "screen"]) -> None:
        """It is there. A file has the name of the role: units of the other one look for theirs."""
        self.path.mkdir(parents=True, exist_ok=True)
        # Others find there what is theirs, whatever is the custom of this program.
        self.path.chmod(0o755)
        (self.path / role).touch()

    def write(self, name: str, content: str) -> None:
        """Put a file there, whole."""
        _write(self.path / name, content.encode(), self.group if name in _FOR_ALL else None)

    def write_beside(self, name: str, content: bytes) -> None:
        """Put a file there that the settings name."""
        (self.path / BESIDE).mkdir(exist_ok=True)
        (self.path / BESIDE).chmod(0o755)
        _write(self.path / BESIDE / name, content, self.group)


_FOR_ALL: Final = frozenset({BOOT, SETTINGS, PIN})


def _write(path: Path, content: bytes, group: int | None) -> None:
    partial = path.with_name(f"{path.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        if group is not None:
            os.fchown(descriptor, -1, group)
            os.fchmod(descriptor, 0o640)
        file.write(content)
    partial.replace(path)
