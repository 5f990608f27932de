"""A simulated printer in a process of its own, as other programs use it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

MODULE = "hardware.simulated_printer"
ROOT = Path(__file__).parents[3]


class Process:
    """The printer's process."""

    def __init__(self, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", MODULE, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()

    def tell(self, command: str) -> dict[str, Any]:
        """What comes next after this command."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        return self.said()

    def said(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        said: dict[str, Any] = json.loads(self._process.stdout.readline())
        return said

    def end(self) -> int:
        assert self._process.stdin is not None
        self._process.stdin.close()
        return self._process.wait(20)


@pytest.fixture
def link(tmp_path: Path) -> Path:
    return tmp_path / "usb-printer"


def test_it_prints_what_comes_and_does_what_it_is_told(link: Path) -> None:
    with Process(str(link), "--roll", "100") as printer:
        assert printer.said() == {"ready": str(link)}
        host = os.open(link, os.O_RDWR | os.O_NOCTTY)
        try:
            assert printer.tell("fail out of paper") == {"done": "fail out of paper"}
            os.write(host, b"\x1b@table 7\n\x1dV\x00")
            assert printer.tell("slips") == {"slips": []}
            assert printer.said() == {"done": "slips"}
            told = [printer.tell("mend out of paper"), printer.said()]
            assert {"slip": "table 7", "ended": "cut", "beeps": 0} in told
            assert {"done": "mend out of paper"} in told
        finally:
            os.close(host)
        assert printer.tell("slips") == {"slips": ["table 7"]}
        assert printer.said() == {"done": "slips"}
        assert printer.tell("fail vanished") == {"done": "fail vanished"}
        assert not link.is_symlink()
        assert printer.tell("mend vanished") == {"done": "mend vanished"}
        assert link.exists()
        assert printer.end() == 0
    assert not link.is_symlink()


@pytest.mark.parametrize("command", ["", "fail everything", "mend", "roll of paper", "jump"])
def test_what_it_cannot_do_is_said_and_harms_nothing(command: str, link: Path) -> None:
    with Process(str(link)) as printer:
        printer.said()
        assert set(printer.tell(command)) == {"error"}
        assert printer.tell("fail slow") == {"done": "fail slow"}


def test_where_no_link_can_be_it_ends(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", MODULE, str(tmp_path / "not there" / "printer")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        input="",
        timeout=30,
        check=False,
    )
    assert ended.returncode == 1
    assert "not there" in ended.stderr
    assert "Traceback" not in ended.stderr
