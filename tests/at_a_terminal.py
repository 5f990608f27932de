"""A command of the program on a pseudo-terminal, and the person before it."""

import os
import select
import subprocess
import sys
import termios
from types import TracebackType
from typing import Final, Self

_MAIN: Final = """
import fcntl, signal, sys, termios
signal.signal(signal.SIGINT, signal.default_int_handler)  # Whoever runs the tests may ignore it.
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # So that Ctrl-C reaches it.
from appliance.cli import main
sys.exit(main(sys.argv[1:]))
"""
PATIENCE: Final = 20.0
"""Seconds until a test gives up on what should come."""
CONTROL_C: Final = "\x03"
CONTROL_D: Final = "\x04"


class AtATerminal:
    """`expeditor` with these arguments, from when it is entered until it has ended."""

    def __init__(self, *arguments: str, prelude: str = "", output_aside: bool = False) -> None:
        """`prelude` is Python that runs first. `output_aside`: standard output is no terminal."""
        self._command = [sys.executable, "-c", f"{prelude}\n{_MAIN}", *arguments]
        self._output_aside = output_aside
        self._shown = ""
        self._read_to = 0

    def __enter__(self) -> Self:
        self._terminal, program = os.openpty()
        settings = termios.tcgetattr(program)
        settings[3] &= ~termios.ECHO
        termios.tcsetattr(program, termios.TCSANOW, settings)
        self._process = subprocess.Popen(
            self._command,
            stdin=program,
            stdout=subprocess.PIPE if self._output_aside else program,
            stderr=program,
            start_new_session=True,
        )
        os.close(program)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        os.close(self._terminal)

    def until(self, text: str) -> str:
        """What is shown from here up to and including this."""
        while (end := self._shown.find(text, self._read_to)) < 0:
            assert self._more(), f"{text!r} is not in {self._shown!r}"
        begin, self._read_to = self._read_to, end + len(text)
        return self._shown[begin : self._read_to]

    def type(self, *lines: str) -> None:
        for line in lines:
            self.send(f"{line}\n")

    def send(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def end(self) -> int:
        """Its exit code, when it has ended."""
        while self._more():
            pass
        return self._process.wait(PATIENCE)

    @property
    def rest(self) -> str:
        """What was shown and not waited for."""
        return self._shown[self._read_to :]

    @property
    def output(self) -> str:
        """Its standard output, aside, when it has ended."""
        assert self._process.stdout is not None
        return self._process.stdout.read().decode()

    def _more(self) -> bool:
        """Whether it goes on; takes what it shows."""
        assert select.select([self._terminal], [], [], PATIENCE)[0], f"stuck: {self._shown!r}"
        try:
            shown = os.read(self._terminal, 4096)
        except OSError:  # Nobody has the terminal any more.
            return False
        self._shown += shown.decode(errors="replace").replace("\r\n", "\n")
        return bool(shown)
