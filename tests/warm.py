"""The program in a process that has imported everything: a tenth of what a start costs a processor.

Where the start itself is what a test is about, it is a new interpreter: see `tests.process`.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from appliance import cli

_FORKS: Final = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        # Commands are imported when they are asked for, devices where they are needed.
        "appliance.cli_access",
        "appliance.cli_check",
        "appliance.cli_route",
        "appliance.cli_run",
        "appliance.panel.devices",
        "appliance.printing.printers",
        __name__,
        "tests.warmed",
    ]
)

_STDIN: Final = 0
_STDOUT: Final = 1
_STDERR: Final = 2


def begin() -> None:
    """The first who wants such a process would begin it: it stays until the tests end."""
    forkserver.ensure_running()


class WarmProcess:
    """`expeditor` with these arguments; as much of a `subprocess.Popen` as `Service` needs."""

    def __init__(
        self, arguments: Sequence[str], log: Path, environment: Mapping[str, str], prelude: str
    ) -> None:
        """`prelude` is Python that runs before, when all is imported."""
        reader, writer = _FORKS.Pipe(duplex=False)
        # Daemonic: it ends with the tests.
        self._process = _FORKS.Process(
            target=_run, args=(arguments, writer, log, environment, prelude), daemon=True
        )
        self._process.start()
        writer.close()
        with reader:
            self.stdout = os.fdopen(os.dup(reader.fileno()), encoding="utf-8")
        assert self._process.pid is not None
        self.pid = self._process.pid

    def send_signal(self, number: signal.Signals) -> None:
        """To one that has not ended: afterwards its number may be another's."""
        if self._process.exitcode is None:
            os.kill(self.pid, number)

    def wait(self, seconds: float) -> int:
        """Its exit code, or the negative number of the signal that ended it."""
        self._process.join(seconds)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired("expeditor", seconds)
        return code


def command(
    *arguments: str | Path, said: str = "", seconds: float = 20
) -> "subprocess.CompletedProcess[str]":
    """`expeditor` with these arguments, told this, to its end; what it said.

    Raises TimeoutExpired.
    """
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "in").write_text(said, encoding="utf-8")
        words = [*map(str, arguments)]
        process = _FORKS.Process(target=_command, args=(words, directory), daemon=True)
        process.start()
        process.join(seconds)
        code = process.exitcode
        if code is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(words, seconds)
        stdout, stderr = ((directory / each).read_text(encoding="utf-8") for each in ("out", "err"))
        process.close()
    return subprocess.CompletedProcess(words, code, stdout, stderr)


def _run(
    arguments: Sequence[str],
    stdout: Connection,
    log: Path,
    environment: Mapping[str, str],
    prelude: str,
) -> None:
    with log.open("a") as stderr:
        os.dup2(stderr.fileno(), _STDERR)
    os.dup2(stdout.fileno(), _STDOUT)
    stdout.close()
    os.environ.update(environment)
    exec(prelude, {"__name__": "prelude"})  # noqa: S102 - a test's own
    sys.exit(cli.main(arguments))


def _command(arguments: Sequence[str], directory: Path) -> None:
    for name, mode, number in (("in", "r", _STDIN), ("out", "w", _STDOUT), ("err", "w", _STDERR)):
        with (directory / name).open(mode) as file:
            os.dup2(file.fileno(), number)
    sys.stdin = open(_STDIN, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.exit(cli.main(arguments))
