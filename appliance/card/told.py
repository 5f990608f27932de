"""What people are told of a card, in English: on a hub's console, on a screen's own page."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from appliance.card.run_files import boot_of
from appliance.card.update import update_of
from appliance.card_now import Update

_UPDATES: Final = {
    "installing": "Update to {version}: it is being installed. The kitchen goes on meanwhile.",
    "ready": "Update to {version}: it begins when this machine is started again.",
    "trying": "Update to {version}: it is being tried.",
    "failed": "The update was not installed: {why}",
    "came back": "Update to {version}: it did not come up. {before} is back.",
}


def of_update(update: Update | None) -> str:
    """What has become of it; empty where nobody needs to know."""
    if update is None or update.state not in _UPDATES:
        return ""
    return _UPDATES[update.state].format(
        version=update.version, why=update.why, before=update.before
    )


def of_card(run: Path) -> Iterator[str]:
    """What has become of an update, and what is wrong with the boot partition. Blocks.

    `run`: see `run_files`.
    """
    boot = boot_of(run)
    if text := of_update(update_of(Path(boot.kept))):
        yield text
    yield from boot.faults
