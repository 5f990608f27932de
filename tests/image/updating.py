"""Updates: one that is good, one that somebody has changed, one that does not start."""

import random
import subprocess
import time
from pathlib import Path
from typing import Final

from image.bundle import fingerprint, make_bundle, own_key
from image.card import BOOT, FIRST
from image.system import MEGABYTES
from tests.image.built import Built, Seen
from tests.image.client import (
    INSTALLED_SECONDS,
    KITCHEN,
    Manager,
    became,
    has_become,
    health,
    is_ready,
    restarted,
    send,
)
from tests.image.machine import MEGABYTE, Card

GOOD: Final = "98.0.0"
BROKEN: Final = "99.0.0"


def update(card: Card, built: Built) -> Seen:
    """Bundles on a stick, over HTTP and as a file: to the other system, and back to it."""
    assert fingerprint(own_key()) == built.facts["signed_by"], "it was built with another key"
    card.let_in()
    card.put("expeditor.toml", KITCHEN.encode())
    stick = _stick(_bundle_of_this(card))
    broken = _bundle_that_does_not_start(card.directory).read_bytes()
    card.start("-drive", f"if=none,id=stick,file={stick},format=raw", "-device", "qemu-xhci,id=usb")
    is_ready(card)
    assert send(card, "A-1")
    manager = Manager(card)
    at = len(broken) // 2
    manager.hand_in(broken[:at] + bytes([broken[at] ^ 1]) + broken[at + 1 :])
    became(card, "failed")
    rubbish = card.directory / "rubbish"
    rubbish.write_bytes(random.Random(1).randbytes(MEGABYTE))  # noqa: S311 - as good as any
    card.copy_there(rubbish, "/data/update.raucb")
    assert card.run("expeditor card update /data/update.raucb || echo refused") == "refused\n"
    seen = ["a bundle that was changed, or is none, is refused: handed in by HTTP, and as a file"]
    card.qmp("device_add", driver="usb-storage", drive="stick", id="plugged", bus="usb.0")
    waited: list[float] = []

    def is_installed() -> bool:
        began = time.monotonic()
        assert send(card, f"M-{len(waited)}"), "an order was not taken while it is installed"
        waited.append(time.monotonic() - began)
        return has_become(card, "ready")

    card.until(is_installed, "the update is installed", INSTALLED_SECONDS)
    orders = {"A-1", *(f"M-{number}" for number in range(len(waited)))}
    told = health(card)
    assert told is not None
    assert told["card"]["update"]["version"] == GOOD, told["card"]
    manager.picture(built.picture("update"))
    card.qmp("device_del", id="plugged")
    seen.append("a new one on a USB stick is installed as soon as it is plugged in")
    slowest = f"{max(waited):.1f} s at most"
    seen.append(f"{len(waited)} orders are taken meanwhile, each in {slowest} under emulation")
    assert "rauc.slot=A" in card.run("cat /proc/cmdline")
    restarted(card)
    assert "rauc.slot=B" in card.run("cat /proc/cmdline")
    became(card, "good")
    assert manager.tickets() == orders
    seen.append("it begins with the next start, and is found good; orders are as they were")
    manager.hand_in(broken)
    became(card, "ready")
    restarted(card)
    assert "rauc.slot=B" in card.run("cat /proc/cmdline")
    became(card, "came back")
    assert manager.tickets() == orders
    assert send(card, "A-2")
    seen.append("one that does not start: after three tries the one before is back, and says so")
    return seen


def _bundle_of_this(card: Card) -> Path:
    """The system that is on the card, as of a newer version."""
    system, bundle = card.directory / "system", card.directory / "good.raucb"
    command = ["dd", f"if={card.disk}", f"of={system}", "bs=1M", "conv=sparse", "status=none"]
    subprocess.run([*command, f"skip={FIRST + BOOT}", f"count={MEGABYTES}"], check=True)
    make_bundle(system, GOOD, own_key(), card.directory, bundle)
    system.unlink()
    return bundle


def _bundle_that_does_not_start(directory: Path) -> Path:
    """Signed as it should be, of a system without anything."""
    system, bundle = directory / "empty", directory / "broken.raucb"
    subprocess.run(["truncate", "-s", "16M", system], check=True)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", system], check=True)
    make_bundle(system, BROKEN, own_key(), directory, bundle)
    return bundle


def _stick(bundle: Path) -> Path:
    """A USB stick as shops sell it, with a bundle on it."""
    stick = bundle.with_name("stick")
    megabytes = bundle.stat().st_size // MEGABYTE + 64
    subprocess.run(["truncate", "-s", f"{megabytes}M", stick], check=True)
    subprocess.run(["mkfs.vfat", "-F32", stick], check=True, capture_output=True)
    subprocess.run(["mcopy", "-i", stick, bundle, "::/"], check=True)
    bundle.unlink()
    return stick
