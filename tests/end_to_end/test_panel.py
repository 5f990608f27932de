"""Buttons and lamps of the demo kitchen, in a process of its own."""

import contextlib
import http.client
import random
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import apsw
import pytest

from appliance.kitchen.event import Event, OrderPlaced, TicketChanged, decode
from tests.pages.kitchen import BURGER, Kitchen
from tests.proof import count

PATIENCE_SECONDS = 10
KILLS = count(6, proof=200)
ON_THE_BOARD = 10
"""Tickets, more than a finger bumps until the kill."""


def panel_shows(kitchen: Kitchen, *wanted: str) -> None:
    """Until the lamps of the buttons show this."""
    until = time.monotonic() + PATIENCE_SECONDS
    while (seen := [_lamp(each) for each in kitchen.call("GET", "/panel")["buttons"]]) != [*wanted]:
        assert time.monotonic() < until, seen
        time.sleep(0.05)


def _lamp(button: Any) -> str:
    return f"{button['state']}, {button['lamp']['shows']}"


def test_lamps_are_right_again_after_the_plug_was_pulled(tmp_path: Path) -> None:
    with Kitchen(tmp_path) as kitchen:
        panel_shows(kitchen, "ready, off", "ready, off")
        for order in ("A", "B"):
            assert kitchen.order(id=order, items=[BURGER]) == order
        panel_shows(kitchen, "ready, on", "ready, on")
        while press(kitchen, "grill-2") != "done":
            pass  # As long as it may have been meant for what was there before.
        kitchen.kill()
        kitchen.start()
        panel_shows(kitchen, "ready, on", "ready, off")
        assert kitchen.listed("grill") == [("A", "pending")]
        pressed = kitchen.call("POST", "/panel/buttons/grill-1/press?gesture=hold", {})
        assert pressed["action"] == "recall"
        panel_shows(kitchen, "ready, on", "ready, on")


def test_each_press_is_in_the_log_once_through_each_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)  # Killed, it tells nothing.
    chance = random.Random(6)  # noqa: S311
    sent, there = list[str](), list[str]()
    bumped = Counter[str]()
    with Kitchen(tmp_path) as kitchen, ThreadPoolExecutor(1) as hand:
        for _ in range(KILLS):
            for _ in range(ON_THE_BOARD - len(there)):
                sent.append(kitchen.order(id=f"A-{len(sent)}", items=[BURGER]))
            panel_shows(kitchen, "ready, on", "ready, on")
            pressing = hand.submit(press_until_killed, kitchen)
            time.sleep(chance.uniform(0.05, 0.8))  # The moment of the kill: random on purpose.
            kitchen.kill()
            done = pressing.result()
            kitchen.start()
            before = bumped.total()
            bumped = Counter(bumped_by(kitchen, "button grill-1"))
            assert set(bumped.values()) <= {1}
            # The one that the plug was pulled on may be there, or not.
            assert bumped.total() - before - done in (0, 1)
            there = [order for order in sent if order not in bumped]
            assert kitchen.listed("grill") == [(order, "pending") for order in there]
            panel_shows(kitchen, "ready, on", "ready, on")
        for left in range(len(there), 0, -1):
            while press(kitchen) != "done":
                pass  # As long as it may have been meant for what was there before.
            panel_shows(kitchen, *(f"ready, {'on' if slot < left else 'off'}" for slot in (1, 2)))
        assert press(kitchen) == "nothing there"
        assert Counter(bumped_by(kitchen, "button grill-1")) == Counter(sent)
    assert len(sent) > ON_THE_BOARD, "no press was before a kill"


def press(kitchen: Kitchen, button: str = "grill-1") -> Any:
    return kitchen.call("POST", f"/panel/buttons/{button}/press", {})["outcome"]


def press_until_killed(kitchen: Kitchen) -> int:
    """How many presses were answered to have been done."""
    done = 0
    with contextlib.suppress(OSError, http.client.HTTPException):  # The plug is out.
        while True:
            outcome = press(kitchen)
            # At first they may be meant for what was there before the tickets.
            assert outcome == "done" or not done
            done += outcome == "done"
    return done


def bumped_by(kitchen: Kitchen, name: str) -> Iterator[str]:
    """The orders whose tickets somebody has bumped at the grill, as often as the log has it."""
    ids = {}
    for event in events(kitchen):
        if isinstance(event, OrderPlaced):
            ids[event.number] = event.order.id
        elif isinstance(event, TicketChanged) and event.kind == "bumped" and event.by == name:
            assert event.ticket.station == "grill"
            yield ids[event.ticket.number]


def events(kitchen: Kitchen) -> Iterator[Event]:
    """All that is in the log."""
    with contextlib.closing(apsw.Connection(str(kitchen.data / "log.sqlite"))) as database:
        batches: list[Any] = database.execute("SELECT events FROM batches ORDER BY first_seq").get
    for batch in batches:
        yield from map(decode, zlib.decompress(batch).split(b"\n"))
