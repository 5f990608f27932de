"""What a program tells of itself, in files: what it shows now, and what happened to it.

Both outlive `kill -9`; times are of the machine's monotonic clock, the same for all.
"""

import json
import time
from pathlib import Path
from typing import Any


class Telling:
    """Of one program, in a directory."""

    def __init__(self, directory: Path) -> None:
        self._now = directory / "now.json"
        self._past = directory / "past.jsonl"

    def show(self, state: Any) -> None:
        """It is like this from now on: all of it, or as before."""
        new = self._now.with_suffix(".new")
        new.write_text(json.dumps(state))
        new.replace(self._now)

    def note(self, what: str, value: Any = None) -> None:
        """This happened."""
        with self._past.open("a") as past:
            past.write(json.dumps([time.monotonic(), what, value]) + "\n")

    def shown(self) -> Any:
        """What it showed last; None before anything."""
        return json.loads(self._now.read_text()) if self._now.exists() else None

    def noted(self, what: str, since: float = 0) -> list[tuple[float, Any]]:
        """When it happened, and with what, from some time on."""
        if not self._past.exists():
            return []
        lines = self._past.read_text().splitlines(keepends=True)
        # Of one that is being killed the last line may not be whole.
        past = [json.loads(line) for line in lines if line.endswith("\n")]
        return [(at, value) for at, name, value in past if name == what and at >= since]
