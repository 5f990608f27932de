"""The building machine: its tools, and programs that are run on it."""

import logging
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

logger = logging.getLogger(__name__)

TOOLS: Final[Mapping[str, str]] = {
    "apt-get": "apt",
    "dpkg": "dpkg",
    "e2fsck": "e2fsprogs",
    "depmod": "kmod",
    "dtc": "device-tree-compiler",
    "mcopy": "mtools",
    "mke2fs": "e2fsprogs",
    "mkfs.vfat": "dosfstools",
    "mkimage": "u-boot-tools",
    "mksquashfs": "squashfs-tools",
    "openssl": "openssl",
    "qemu-aarch64-static": "qemu-user-static",
    "rauc": "rauc",
    "sfdisk": "fdisk",
    "cpio": "cpio",
    "unshare": "util-linux",
    "xz": "xz-utils",
    "zstd": "zstd",
}
"""Each program that a build runs, and the Debian package that has it."""
BINFMT: Final = Path("/proc/sys/fs/binfmt_misc")
KEYRING: Final = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
EPOCH: Final = 1_767_225_600
"""The time of every file on a card: 2026-01-01. A card's clock is never before it."""


class CannotBuild(Exception):
    """The text says what is missing, or went wrong."""


def run(
    *command: str | Path,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    data: bytes | None = None,
) -> str:
    """Run a program; what it prints. Raises CannotBuild with the end of what it complains of."""
    words = [str(each) for each in command]
    done = subprocess.run(  # noqa: S603 - the build's own commands
        words,
        cwd=cwd,
        env=_environment(environment),
        input=data,
        stdin=subprocess.DEVNULL if data is None else None,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).decode(errors="replace").strip()
        raise CannotBuild(f"{' '.join(words[:6])}: {done.returncode}: {said[-2_000:]}")
    return done.stdout.decode()


def _environment(more: Mapping[str, str] | None) -> dict[str, str]:
    """The same on every machine: neither its language nor its time is in what is built.

    Where it fetches from is the machine's own affair.
    """
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    ways = {key: value for key, value in os.environ.items() if _says_where(key)}
    return {
        **ways,
        "PATH": path,
        "HOME": os.environ.get("HOME", "/root"),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "SOURCE_DATE_EPOCH": str(EPOCH),
        **(more or {}),
    }


def _says_where(key: str) -> bool:
    return key.startswith("PIP_") or key.lower().endswith("_proxy")


def prepare() -> None:
    """Have all tools, installing those that are missing. Raises CannotBuild."""
    if os.geteuid():
        raise CannotBuild("root is needed, to unpack a system with its owners: sudo make image")
    missing = sorted({package for tool, package in TOOLS.items() if not _found(tool)})
    if not KEYRING.exists():
        missing.append("debian-archive-keyring")
    if missing:
        _install(missing)
    _emulate()


def _found(tool: str) -> bool:
    return shutil.which(tool, path=_environment(None)["PATH"]) is not None


def _install(packages: Sequence[str]) -> None:
    logger.info("installing on this machine: %s", " ".join(packages))
    try:
        run("apt-get", "update")
        run("apt-get", "install", "-y", "--no-install-recommends", *packages)
    except (CannotBuild, FileNotFoundError) as error:
        wanted = " ".join(packages)
        why = f"a Debian-like machine with these packages is needed: {wanted}"
        raise CannotBuild(f"{why}\n{error}") from error


def _emulate() -> None:
    """Programs for arm64 run here, by QEMU."""
    if not (BINFMT / "register").exists():
        run("mount", "-t", "binfmt_misc", "binfmt_misc", BINFMT)
    if not (BINFMT / "qemu-aarch64").exists():
        # As qemu-user-static's own configuration has it: ELF, 64 bit, little endian, AArch64.
        magic = r"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
        mask = r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
        program = shutil.which("qemu-aarch64-static", path=_environment(None)["PATH"])
        # F: opened now, so that it is there in a root of its own, too.
        (BINFMT / "register").write_text(f":qemu-aarch64:M::{magic}:{mask}:{program}:OCF")
