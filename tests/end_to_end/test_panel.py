"""Buttons and lamps of the demo kitchen, in a process of its own."""

import time
from pathlib import Path
from typing import Any

from tests.pages.kitchen import BURGER, Kitchen

PATIENCE_SECONDS = 10


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
        while kitchen.call("POST", "/panel/buttons/grill-2/press", {})["outcome"] != "done":
            pass  # As long as it may have been meant for what was there before.
        kitchen.kill()
        kitchen.start()
        panel_shows(kitchen, "ready, on", "ready, off")
        assert kitchen.listed("grill") == [("A", "pending")]
        pressed = kitchen.call("POST", "/panel/buttons/grill-1/press?gesture=hold", {})
        assert pressed["action"] == "recall"
        panel_shows(kitchen, "ready, on", "ready, on")
