"""The service in a process that has imported everything: half of what a start costs a processor.

Where the start itself is what a test is about, it is a new interpreter: see `tests.process`.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from appliance import cli

_FORKS: Final = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        "appliance.service",
        "appliance.panel.devices",  # This and the next are imported where they are needed.
        "appliance.printing.printers",
        __name__,
    ]
)

_STDOUT: Final = 1
_STDERR: Final = 2


def begin() -> None:
    """The first who wants such a process would begin it: it stays until the tests end."""
    forkserver.ensure_running()


class WarmProcess:
    """`expeditor` with these arguments; as much of a `subprocess.Popen` as `Service` needs."""

    def __init__(self, arguments: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        reader, writer = _FORKS.Pipe(duplex=False)
        # Daemonic: it ends with the tests.
        self._process = _FORKS.Process(
            target=_run, args=(arguments, writer, log, environment), daemon=True
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


def _run(
    arguments: Sequence[str], stdout: Connection, log: Path, environment: Mapping[str, str]
) -> None:
    with log.open("a") as stderr:
        os.dup2(stderr.fileno(), _STDERR)
    os.dup2(stdout.fileno(), _STDOUT)
    stdout.close()
    os.environ.update(environment)
    sys.exit(cli.main(arguments))
