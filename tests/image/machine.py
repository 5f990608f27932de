"""A card in an emulated machine: what is on it, power on, power off, and ways to look in.

QEMU's `virt`, which is no Raspberry Pi: the same boot loader script, kernel and system, on other
devices. It says of itself to be one, as the firmware of a Raspberry Pi does, for the sake of pins.
"""

import contextlib
import hashlib
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, Self, TypeVar

from PIL import Image

from image.card import BOOT, FIRST, never_waits
from image.system import MEGABYTES
from tests.image.cuts import SECTOR, Cut, lose_power

MEGABYTE: Final = 1024**2
SIZE: Final = "4G"
"""Of the card that it was flashed to."""
START_SECONDS: Final = 400.0
"""From power on until it answers, under emulation on a machine that is busy."""
REVISION: Final = "a02082"
"""Of a Raspberry Pi 3B, by its documentation of revision codes."""
LETTERS: Final = 0.001
"""How much of a display is light, or dark, where something is written on it."""
DISPLAY: Final = ("-device", "virtio-gpu-pci")
HOST: Final = "10.0.2.100"
"""How a card calls a program on this machine."""
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_Found = TypeVar("_Found")


class Ports(NamedTuple):
    """On this machine, which lead to those of the card."""

    ssh: int
    http: int
    https: int
    orders: int
    screen: int


class Card:
    """One card, and the machine that it is in."""

    def __init__(self, directory: Path, image: Path, loader: Path) -> None:
        """Flashes it. `loader`: U-Boot for this machine."""
        self.directory = directory
        self.disk = directory / "card.img"
        self.ports = Ports(*free_ports(len(Ports._fields)))
        self._loader = loader
        self._process: subprocess.Popen[bytes] | None = None
        self._console = directory / "console.log"
        self._writes = directory / "writes.log"
        self._qmp = directory / "qmp"
        self._key = directory / "key"
        directory.mkdir(parents=True, exist_ok=True)
        self._image = image
        self.flash()
        ways = {
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": "/dev/null",
            # To say who one is takes seconds there, so it is said once.
            "KexAlgorithms": "curve25519-sha256",
            "ControlMaster": "auto",
            "ControlPath": directory / "ssh",
            "ControlPersist": "yes",
            "ConnectTimeout": 10,
            "ServerAliveInterval": 5,
        }
        self._ways = [word for key, value in ways.items() for word in ("-o", f"{key}={value}")]
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self._key)]
        subprocess.run(command, check=True)

    # ── the boot partition ───────────────────────────────────────────────────────────

    def flash(self) -> None:
        """As from the factory."""
        subprocess.run(["cp", "--sparse=always", self._image, self.disk], check=True)
        subprocess.run(["truncate", "-s", SIZE, self.disk], check=True)

    def put(self, name: str, content: bytes) -> None:
        """Write a file there, as a person does in a computer."""
        file = self.directory / "put"
        file.write_bytes(content)
        command = ["mcopy", "-o", "-i", f"{self.disk}@@{FIRST * MEGABYTE}", str(file), f"::/{name}"]
        subprocess.run(command, check=True)

    def let_in(self) -> None:
        """Put a key there, so that `run` gets in."""
        self.put("authorized_keys", self._key.with_suffix(".pub").read_bytes())

    def system(self) -> str:
        """The SHA-256 of the partition of system A."""
        digest = hashlib.sha256()
        with self.disk.open("rb") as card:
            card.seek((FIRST + BOOT) * MEGABYTE)
            for _ in range(MEGABYTES):
                digest.update(card.read(MEGABYTE))
        return digest.hexdigest()

    # ── power ────────────────────────────────────────────────────────────────────────

    def start(
        self, *more: str, memory: int = 1024, leads_to: int | None = None, forgets: bool = False
    ) -> Self:
        """Power on. `more`: arguments for QEMU. `memory`: in MB.

        `leads_to`: the port of this machine that is port 80 of HOST. `forgets`: a cut at
        any moment loses what the card was not told to keep by then.
        """
        forwards = ",".join(
            f"hostfwd=tcp:127.0.0.1:{ours}-:{theirs}"
            for ours, theirs in zip(self.ports, (22, 80, 443, 9104, 9105), strict=True)
        )
        if leads_to is not None:
            forwards += f",guestfwd=tcp:{HOST}:80-cmd:nc 127.0.0.1 {leads_to}"
        # With a boot loader of its own it has other devices.
        loader = ("-bios", str(self._loader))
        machine = ["-cpu", "max,pauth=off,sve=off,sme=off", "-smp", "1", "-m", str(memory), *loader]
        command = [
            *("qemu-system-aarch64", "-M", "virt", "-accel", "tcg,thread=single", *machine),
            *("-dtb", str(self._tree(machine)), "-display", "none"),
            *(self._forgetful() if forgets else self._lasting()),
            *("-device", "virtio-blk-pci,drive=card"),
            *("-netdev", f"user,id=net,restrict=on,{forwards}"),
            *("-device", "virtio-net-pci,netdev=net,id=cable,romfile="),
            *("-device", "i6300esb", "-device", "virtio-rng-pci"),
            *("-qmp", f"unix:{self._qmp},server=on,wait=off", "-monitor", "none"),
            *("-serial", f"file:{self._console}", *more),
        ]
        self._console.write_bytes(b"")
        self._qmp.unlink(missing_ok=True)
        with (self.directory / "qemu.log").open("ab") as said:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said
            )
        self.until(self._qmp.exists, "QEMU can be told something", 30)
        return self

    def _tree(self, machine: list[str]) -> Path:
        """The machine's devices, and whose they are said to be."""
        tree = self.directory / "machine.dtb"
        dump = f"virt,dtb-randomness=off,dumpdtb={tree}"
        command = ["qemu-system-aarch64", "-M", dump, "-nic", "none", *machine]
        subprocess.run(command, check=True, capture_output=True)
        never_waits(tree)
        words = ["fdtput", "-p", "-t", "x", str(tree), "/system", "linux,revision", REVISION]
        subprocess.run(words, check=True)
        return tree

    def _lasting(self) -> list[str]:
        return ["-drive", f"if=none,id=card,file={self.disk},format=raw,cache=writeback"]

    def _forgetful(self) -> list[str]:
        """What is written goes elsewhere, and is written down; `cut` makes a card of it."""
        over = self.directory / "over.qcow2"
        make = [
            "qemu-img",
            "create",
            "-q",
            "-f",
            "qcow2",
            "-F",
            "raw",
            "-b",
            str(self.disk),
            str(over),
        ]
        subprocess.run(make, check=True)
        self._writes.write_bytes(b"")
        nodes = (
            f"driver=file,filename={over},node-name=file",
            "driver=qcow2,file=file,node-name=over",
            f"driver=file,filename={self._writes},node-name=log",
            f"driver=blklogwrites,file=over,log=log,log-sector-size={SECTOR},node-name=card",
        )
        return [word for node in nodes for word in ("-blockdev", node)]

    def cut(self) -> None:
        """Pull the plug. What it has written is there: see `cut_at_any_moment`."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None
        self.hung_up()

    def cut_at_any_moment(self, chance: random.Random, since: int = 0) -> Cut:
        """Pull the plug at any of the moments since, of a card that forgets."""
        self.cut()
        return lose_power(self.disk, self._writes, chance, since)

    def moment(self) -> int:
        """What is done by now is before it, of a card that forgets."""
        return self._writes.stat().st_size

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.cut()

    # ── what can be seen, and done ───────────────────────────────────────────────────

    @property
    def console(self) -> str:
        """What it said on its serial line since it was started, without colours."""
        return _COLOURS.sub("", self._console.read_bytes().decode(errors="replace"))

    def until(
        self, look: Callable[[], _Found | None], what: str, seconds: float = START_SECONDS
    ) -> _Found:
        """Look again until there is something. Raises AssertionError."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            assert self._process is None or self._process.poll() is None, "QEMU has ended"
            found = look()
            if found:
                return found
            time.sleep(0.5)
        raise AssertionError(f"not within {seconds:g} s: {what}\n{self.console[-3_000:]}")

    def run(self, command: str, *, check: bool = True, seconds: float = 120) -> str:
        """What a command says there, as root by SSH. Raises AssertionError."""
        done = self._ssh(command, seconds=seconds)
        assert not check or done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def copy_there(self, file: Path, to: str) -> None:
        """Copy a file to the card while it runs, by `scp`."""
        command = ["scp", "-q", "-i", str(self._key), "-P", str(self.ports.ssh), *self._ways]
        subprocess.run([*command, str(file), f"root@127.0.0.1:{to}"], check=True, timeout=120)

    def is_up(self) -> bool:
        """Whether somebody can be let in by SSH."""
        try:
            return self.run("true", seconds=30) == ""
        except (AssertionError, subprocess.TimeoutExpired):
            return False

    def restart(self) -> None:
        """Have it start again."""
        self.run("systemctl reboot", check=False)
        self.hung_up()

    def _ssh(self, *command: str, seconds: float) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                *("ssh", "-q", "-i", str(self._key), "-p", str(self.ports.ssh), *self._ways),
                *("root@127.0.0.1", *command),
            ],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def hung_up(self) -> None:
        """It will not answer where it has answered until now."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._ssh("-O", "exit", seconds=10)

    def qmp(self, command: str, **arguments: Any) -> None:
        """Tell QEMU something, by its Machine Protocol. Raises AssertionError."""
        with socket.socket(socket.AF_UNIX) as peer, peer.makefile("rb") as answers:
            peer.connect(str(self._qmp))
            answers.readline()
            for each in ({"execute": "qmp_capabilities"}, {"execute": command}):
                said = each | ({"arguments": arguments} if each["execute"] == command else {})
                peer.sendall(json.dumps(said).encode())
                told = next(line for line in map(json.loads, answers) if "event" not in line)
                assert "return" in told, told

    def picture(self, to: Path, *, top: int = 0) -> None:
        """What its display shows, as PNG, once there are letters on it below so many rows."""

        def shows() -> bool:
            self.qmp("screendump", filename=str(to), format="png")
            with Image.open(to) as picture:
                rows = picture.convert("L").crop((0, top, picture.width, picture.height))
            shades = rows.histogram()
            light = sum(shades[128:]) / sum(shades)
            return LETTERS < light < 1 - LETTERS

        self.until(shows, "the display shows something")


def free_ports(count: int) -> list[int]:
    """Of this machine."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def have_tools(tools: Mapping[str, str]) -> None:
    """Install what is missing, by program and package."""
    missing = sorted({package for tool, package in tools.items() if shutil.which(tool) is None})
    if missing:
        as_root = [] if os.geteuid() == 0 else ["sudo"]
        subprocess.run([*as_root, "apt-get", "update"], check=True)
        install = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
        subprocess.run([*as_root, *install], check=True)
