"""A simulated printer in a process of its own, whose paper a test reads."""

import json
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Final, Self

PATIENCE_SECONDS: Final = 20


class PaperOut:
    """A simulated printer in a process of its own, as slow as a real one."""

    def __init__(self, link: Path) -> None:
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "hardware.simulated_printer", str(link)),
                *("--model", "TM-T88V", "--bytes-per-second", "8000", "--lines-per-second", "100"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._said: queue.Queue[Any] = queue.Queue()
        self._reading = threading.Thread(target=self._read)
        self._reading.start()
        assert self._said.get(timeout=PATIENCE_SECONDS) == {"ready": str(link)}

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = json.loads(line)
            if "done" not in said:
                self._said.put(said)

    def slip(self) -> str:
        """The next one that is cut."""
        slip: str = self._said.get(timeout=PATIENCE_SECONDS)["slip"]
        return slip

    def tell(self, command: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE_SECONDS)
        self._reading.join()
        assert self._process.stdout is not None
        self._process.stdout.close()
