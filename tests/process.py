"""The real service in a process of its own, started, frozen, stopped and killed."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from appliance import config
from tests.warm import WarmProcess

_MAIN: Final = "import sys; from appliance.cli import main; sys.exit(main(sys.argv[1:]))"
_ORDERS: Final = re.compile(r"orders +\S+:(\d+)")
_PAGES: Final = re.compile(r"pages +(http://\S+?)/\s")
_LINK: Final = re.compile(r"sign in (http://\S+)")
STOP_SECONDS: Final = 5.0
"""From SIGTERM to the end, whoever keeps a connection open.

Goodbyes take 2 s at most (`FAREWELL_SECONDS`, `GOODBYE_SECONDS`), the rest is for a machine where
everything else runs as well. A peer that is waited for takes longer: aiohttp waits for 60 s.
A unit kills after `TimeoutStopSec`: 10 s for a screen's agent, 90 where it says nothing.
"""


class Service:
    """`expeditor run` on a data directory. After `start`, its ports and its link are known."""

    def __init__(
        self,
        data: Path,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        usual_ports: bool = False,
        say_where: bool = True,
        prelude: str = "",
        warm: bool = False,
    ) -> None:
        """On the built-in kitchen and free ports, unless `--config` is among the arguments.

        `usual_ports`: as `expeditor run` does it by itself. Without `say_where`, the
        configuration has to lead to `data`. `prelude` is Python that runs first. `warm`: without
        the imports of a start, which cost ten times all the rest of it.
        """
        self.data = data
        if "--config" not in arguments and not usual_ports:
            arguments = (*arguments, "--config", str(_any_port(data)))
        if say_where:
            arguments = (*arguments, "--data", str(data))
        self._arguments = ["run", *arguments]
        self._prelude = prelude
        self._warm = warm
        self._environment = environment or {}
        self._process: subprocess.Popen[str] | WarmProcess | None = None
        self._log = data.parent / f"{data.name}.log"
        self.said = ""
        self.orders_port = 0
        self.url = ""
        self.sign_in_link = ""

    def start(self) -> Self:
        """Start it and wait until it says where it listens."""
        self._process = self._warmly() if self._warm else self._anew()
        self.said = ""
        assert self._process.stdout is not None
        while not (link := _LINK.search(self.said)):
            line = self._process.stdout.readline()
            assert line, f"it ended: {self.errors()}"
            self.said += line
        self.orders_port = int(_found(_ORDERS, self.said))
        self.url = _found(_PAGES, self.said)
        self.sign_in_link = link[1]
        return self

    def _anew(self) -> "subprocess.Popen[str]":
        with self._log.open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-c", f"{self._prelude}\n{_MAIN}", *self._arguments],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=os.environ | self._environment,
            )

    def _warmly(self) -> WarmProcess:
        return WarmProcess(self._arguments, self._log, self._environment, self._prelude)

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process is not None
        return self._process.pid

    def errors(self) -> str:
        """All that it ever wrote to its standard error."""
        return self._log.read_text()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to it."""
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self, seconds: float = 10) -> int:
        """Its exit code, when it has ended."""
        assert self._process is not None
        code = self._process.wait(seconds)
        assert self._process.stdout is not None
        self.said += self._process.stdout.read()
        self._process.stdout.close()
        self._process = None
        return code

    def kill(self) -> None:
        """Pull the plug."""
        self.send(signal.SIGKILL)
        self.wait()

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        self.send(signal.SIGTERM)
        return self.wait()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self.kill()


def _any_port(data: Path) -> Path:
    """The built-in kitchen, listening wherever there is room: tests run side by side."""
    any_port = 'listen = "127.0.0.1:0"'
    text = config.embedded().replace("[orders]", f"[orders]\n{any_port}")
    file = data.with_name(f"{data.name}.toml")
    file.write_text(f"{text}\n[http]\n{any_port}\n", encoding="utf-8")
    return file


def _found(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    assert found, text
    return found[1]
