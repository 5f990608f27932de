"""Hosts with cables between them, in network namespaces: what really goes over a wire.

Needs util-linux, iproute2 and, unless run by root, a kernel that lets users make namespaces.
"""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Final, Self

PROGRAM_SECONDS: Final = 60
"""After which a program in a host is ended, also when nobody is left to wait for it."""
_ROOT: Final = Path(__file__).parents[1]


class Program:
    """A Python program that runs in a host and prints lines."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, cwd=_ROOT
        )

    def line(self) -> str:
        """The next line that it prints."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the program ended, or printed nothing within its time"
        return line.removesuffix("\n")

    @property
    def memory(self) -> int:
        """Bytes that it has in memory."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text()
        pages = Path(f"/proc/{children.split()[0]}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def kill(self) -> None:
        """End it as `kill -9` does."""
        # What limits its time has made a group of the two.
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        self._process.terminate()
        code = self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code


class Host:
    """A machine with a loopback interface, and the cables that `Network` plugs in."""

    def __init__(
        self, making: list[str], entering: list[str], ending: contextlib.ExitStack
    ) -> None:
        """`making`: what makes its namespace; `entering`: what leads to where that may be."""
        # It lives as long as its standard input: not longer than the test, however that ends.
        alive = "ip link set lo up && echo alive && exec cat"
        holder = subprocess.Popen(
            [*making, "sh", "-c", alive],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        ending.callback(holder.communicate, timeout=10)
        assert holder.stdout is not None
        said = holder.stdout.readline()
        assert said == "alive\n", f"no network namespace can be made on this machine: {said}"
        self.pid = holder.pid
        self.entering = [*entering, "nsenter", f"--target={self.pid}", "--net"]
        """What to put before a command for it to run in this host."""
        self._ending = ending

    def run(self, *command: str) -> str:
        """What a command prints that is run in it, to its end."""
        ended = subprocess.run(
            [*self.entering, *command],
            capture_output=True,
            text=True,
            cwd=_ROOT,
            timeout=PROGRAM_SECONDS,
            check=False,
        )
        assert ended.returncode == 0, f"{' '.join(command)}: {ended.stderr}"
        return ended.stdout

    def ip(self, arguments: str) -> None:
        """Run `ip` with these words, as in `address add 10.0.0.1/24 dev eth0`."""
        self.run("ip", *arguments.split())

    def start(self, module: str, *arguments: str, seconds: int = PROGRAM_SECONDS) -> Program:
        """`python -m module` in it, until it is stopped or the network is, or for so long."""
        return self.start_command(sys.executable, "-m", module, *arguments, seconds=seconds)

    def start_command(self, *command: str, seconds: int = PROGRAM_SECONDS) -> Program:
        """A command in it that prints lines, for as long as of `start`."""
        limit = ["timeout", "--kill-after=1", str(seconds)]
        program = Program([*self.entering, *limit, *command])
        self._ending.callback(program.stop)
        return program


class Network:
    """Hosts and cables, all of which are gone in the end."""

    def __init__(self) -> None:
        self._ending = contextlib.ExitStack()
        self._entering: list[str] = []
        self._own_users = os.geteuid() != 0

    def host(self) -> Host:
        """One more machine. AssertionError, with the reason, where none can be made."""
        making = [*self._entering, "unshare", "--net"]
        if not self._own_users:
            return Host(making, [], self._ending)
        if self._entering:
            return Host(making, self._entering, self._ending)
        # Whoever is root only in namespaces of users makes one, and all hosts in it.
        users = ["unshare", "--user", "--map-root-user"]
        first = Host([*users, "--net"], [], self._ending)
        self._entering = ["nsenter", f"--target={first.pid}", "--user", "--preserve-credentials"]
        return self.host()

    def cable(self, one: Host, interface: str, other: Host, its_interface: str) -> None:
        """Connect two hosts; the interfaces are made for it, and are up."""
        peer = f"peer name {its_interface} netns {other.pid}"
        one.ip(f"link add {interface} type veth {peer}")
        one.ip(f"link set {interface} up")
        other.ip(f"link set {its_interface} up")

    def switch(self, *hosts: tuple[Host, str]) -> Host:
        """A box that connects hosts, each by an interface that is made for it, and is up.

        Its own end of the cable of the first is `port0`, and so on: set down, it is unplugged.
        """
        box = self.host()
        box.ip("link add lan type bridge")
        box.ip("link set lan up")
        for number, (host, interface) in enumerate(hosts):
            self.cable(box, f"port{number}", host, interface)
            box.ip(f"link set port{number} master lan")
        return box

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ending.close()
