"""The service on a card: from what the boot partition says to the appliance's own configuration.

Once for each text: what people change on its pages later stays until somebody writes another one.
Each file is replaced whole, and the mark is made last: after a power cut it is done again.
"""

import hashlib
from pathlib import Path
from typing import Final

from appliance.api.auth.pins import Pins
from appliance.card.run_files import BESIDE, PIN, SETTINGS, boot_of
from appliance.config import on_card
from appliance.files import replace_file
from appliance.installing.place import OWN, Place

BEFORE: Final = "kitchen.before.toml"
"""In the data directory: what the configuration was before it was taken."""
TAKEN: Final = "card-taken"
"""There, too: the digest of what was taken last."""
MANAGER: Final = "Manager"
"""Whose the PIN of the boot partition is."""


def take(run: Path, data: Path) -> None:
    """Take what there is, unless it was taken before. Blocks. Raises OSError."""
    try:
        text = (run / SETTINGS).read_bytes()
    except FileNotFoundError:
        return
    files = {file.name: file.read_bytes() for file in sorted(run.glob(f"{BESIDE}/*"))}
    digest = _digest(text, files)
    mark = data / TAKEN
    if mark.exists() and mark.read_bytes() == digest:
        return
    data.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        replace_file(data / name, content)
    kitchen = data / OWN
    if kitchen.exists() and (before := kitchen.read_bytes()) != text:
        replace_file(data / BEFORE, before)
    replace_file(kitchen, text)
    replace_file(mark, digest)


def take_pin(run: Path, data: Path) -> None:
    """Let in by the PIN of the boot partition, where nobody has one. Blocks. Raises OSError."""
    try:
        digits = (run / PIN).read_text().strip()
    except FileNotFoundError:
        return
    data.mkdir(parents=True, exist_ok=True)
    pins = Pins(data)
    if not pins.list():
        pins.set(MANAGER, digits, ("manager",))


def of_card(place: Place, run: Path) -> Place:
    """The same as it is on a card, with what is wrong on its boot partition."""
    boot = boot_of(run)
    place.warnings.extend(boot.faults)
    place.errors.extend(boot.faults)
    return place._replace(config=on_card(place.config, boot.hostname), card=run)


def _digest(text: bytes, files: dict[str, bytes]) -> bytes:
    whole = hashlib.sha256(text)
    for name, content in files.items():
        whole.update(f"\0{name}\0".encode() + content)
    return whole.hexdigest().encode()
