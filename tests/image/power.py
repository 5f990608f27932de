"""What hangs is started again; what loses its power comes up, and keeps its promises."""

import random
import time
from typing import Final

from tests.image.built import Built, Seen
from tests.image.client import KITCHEN, Manager, health, is_ready, send
from tests.image.machine import Card

BEGINS: Final = "systems: A on"
"""Said by the boot loader's script at each start."""
CUTS: Final = 4
"""Amid orders."""
FLASHED: Final = 2
"""Times that each of two cards is flashed, to be cut while it starts for the first time."""
CUTS_OF_STARTS: Final = 4
"""In a row."""
STARTED: Final = 45.0
"""Seconds that a start takes from there, under emulation, beside another one."""
RUSH: Final = 10.0
"""Seconds."""


def hangs(card: Card, _built: Built) -> Seen:
    """A service that hangs is started again by systemd, a machine that hangs by its watchdog."""
    card.let_in()
    card.start()
    is_ready(card)
    pid = card.run("systemctl show -P MainPID expeditor").strip()
    card.run(f"kill -STOP {pid}")

    def other() -> str | None:
        now = card.run("systemctl show -P MainPID expeditor").strip()
        return now if now not in (pid, "0") else None

    began = time.monotonic()
    card.until(other, "systemd starts it again", 120)
    seen = [f"a loop that hangs is started again after {time.monotonic() - began:.0f} s"]
    card.until(lambda: health(card), "GET /health answers")
    assert send(card, "A-1")
    # A kernel that has failed, and does not start again by itself as it is told to here.
    identity = card.run("cat /proc/sys/kernel/random/boot_id")
    card.run("echo 0 > /proc/sys/kernel/panic")
    card.run("nohup sh -c 'sleep 1; echo c > /proc/sysrq-trigger' > /dev/null 2>&1 &")
    card.until(lambda: "Kernel panic" in card.console, "the machine hangs")
    began = time.monotonic()
    card.hung_up()
    card.until(lambda: BEGINS in card.console.partition("Kernel panic")[2], "it is reset", 120)
    seen.append(f"a machine that hangs is reset after {time.monotonic() - began:.0f} s")
    is_ready(card)
    assert card.run("cat /proc/sys/kernel/random/boot_id") != identity
    assert Manager(card).tickets("pass") == {"A-1"}
    return seen


def cut_while_it_starts(card: Card, _built: Built) -> Seen:
    """The plug is pulled in the middle of a card's first start, and of those after it."""
    return _cut_while_it_starts(card, seed=1)


def cut_while_another_starts(card: Card, _built: Built) -> Seen:
    """The same, at other moments."""
    return _cut_while_it_starts(card, seed=2)


def _cut_while_it_starts(card: Card, seed: int) -> Seen:
    chance = random.Random(seed)  # noqa: S311 - moments
    seen = []
    for _ in range(FLASHED):
        card.flash()
        card.put("expeditor.toml", KITCHEN.encode())
        lost = []
        for _ in range(CUTS_OF_STARTS):
            card.start(forgets=True)
            card.until(lambda: BEGINS in card.console, "a system is started")
            time.sleep(chance.uniform(0, STARTED))
            lost.append(card.cut_at_any_moment(chance).lost)
        card.let_in()
        card.start()
        is_ready(card)
        assert send(card, "A-1")
        assert Manager(card).tickets() == {"A-1"}
        seen.append(f"{_cuts(lost)}: it comes up, and takes orders")
        card.cut()
    return seen


def cut_under_load(card: Card, _built: Built) -> Seen:
    """The plug is pulled in the middle of a rush: nothing that was promised is lost."""
    chance = random.Random(3)  # noqa: S311 - moments
    card.put("expeditor.toml", KITCHEN.encode())
    promised: set[str] = set()
    lost = []
    for number in range(CUTS):
        card.start(forgets=True)
        card.until(lambda: health(card), "GET /health answers")
        since = card.moment()
        when: dict[str, int] = {}
        ends = time.monotonic() + RUSH
        while time.monotonic() < ends:
            order_id = f"C-{number}-{len(when)}"
            if send(card, order_id):
                when[order_id] = card.moment()
        cut = card.cut_at_any_moment(chance, since)
        # Later ones were not yet sent, at that moment.
        promised |= {order_id for order_id, moment in when.items() if moment <= cut.at}
        lost.append(cut.lost)
    card.let_in()
    card.start()
    is_ready(card)
    missing = promised - Manager(card).tickets()
    assert not missing, sorted(missing)[:10]
    assert len(promised) >= CUTS, "hardly an order was taken"
    assert sum(lost), "no cut was the end of anything"
    return [f"{_cuts(lost)}: {len(promised)} orders were promised, none is lost"]


def _cuts(lost: list[int]) -> str:
    return f"{len(lost)} cuts, with {sum(lost)} writes that the card did not keep"
