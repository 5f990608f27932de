"""One of the card's two systems: a tree of files, and a file system that is never written.

An update brings one; `card.py` puts the first one on a card.
"""

import hashlib
import logging
import os
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from image.host import EPOCH, CannotBuild, run
from image.kernel import Kernel

logger = logging.getLogger(__name__)

MEGABYTES: Final = 1_280
"""Of each system: the first has to have room for what the next will need."""
_UUID: Final = "65787064-0000-4000-8000-000000000002"
_SEED: Final = "65787064-0000-4000-8000-000000000003"
_TIME: Final = {"E2FSPROGS_FAKE_TIME": str(EPOCH)}


def finish(root: Path, kernel: Kernel, ours: Path, keyring: Path) -> None:
    """Add the kernel, and what makes of Debian this appliance. Raises CannotBuild.

    `ours`: the directory of `files/` and `units.toml`.
    """
    files = ours / "files"
    run("cp", "-a", "--no-preserve=ownership", f"{files}/.", root)
    for mark in root.rglob(".gitkeep"):
        mark.unlink()
    run("cp", "-a", f"{kernel.modules}/.", root)
    boot = root / "boot"
    shutil.copyfile(kernel.image, boot / "vmlinuz.gz")
    shutil.copyfile(kernel.initrd, boot / "initrd.img")
    shutil.copyfile(keyring, root / "etc/rauc/keyring.pem")
    # Users with the same numbers on every card, whose data is on the same disk.
    run("chroot", root, "systemd-sysusers")
    for each in _ours(root, files):
        os.chown(each, 0, 0, follow_symlinks=False)
    for name, target in links(ours / "units.toml"):
        link = root / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(target)
    # What is older than these marks would be made anew at each start.
    for name in ("etc/.updated", "var/.updated"):
        (root / name).touch()


def links(units: Path) -> Iterator[tuple[str, str]]:
    """Of /etc: each by its path below the root, and where it leads. `units`: see there."""
    told = tomllib.loads(units.read_text(encoding="utf-8"))
    there = "etc/systemd/system"
    for target, names in told["starts"].items():
        for name in names:
            yield f"{there}/{target}.wants/{name}", f"/usr/lib/systemd/system/{name}"
    for names in told["never"].values():
        for name in names:
            yield f"{there}/{name}", "/dev/null"
    yield "etc/resolv.conf", "/run/systemd/resolve/stub-resolv.conf"


def _ours(root: Path, files: Path) -> Iterator[Path]:
    for each in files.rglob("*"):
        path = root / each.relative_to(files)
        if path.exists() or path.is_symlink():
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(each, os.X_OK) else 0o644)
            yield path


def make_file_system(root: Path, to: Path) -> None:
    """ext4 without a journal: nothing writes to it. The same tree makes the same bytes.

    Raises CannotBuild, also where it is too large.
    """
    try:
        make_ext4(
            root,
            to,
            MEGABYTES,
            _UUID,
            *(
                "-m",
                "0",
                "-N",
                "60000",
                "-L",
                "expeditor",
                "-O",
                "^has_journal,^metadata_csum_seed",
            ),
        )
    except CannotBuild as error:
        raise CannotBuild(f"a system of {MEGABYTES} MB cannot be made: {error}") from error


def make_ext4(
    root: Path, to: Path, megabytes: int, uuid: str, *options: str, grows_to: int = 0
) -> None:
    """A file system with this tree: the same bytes for the same one. Raises CannotBuild.

    `grows_to`: how many blocks of 4 KiB it may have one day, while it is in use.
    """
    run("find", root, "-newermt", f"@{EPOCH}", "-exec", "touch", "-hd", f"@{EPOCH}", "{}", "+")
    to.unlink(missing_ok=True)
    run("truncate", "-s", f"{megabytes}M", to)
    how = f"hash_seed={_SEED},lazy_itable_init=0,root_owner=0:0"
    if grows_to:
        how += f",resize={grows_to}"
    make = ("mke2fs", "-q", "-t", "ext4", "-b", "4096", "-U", uuid, "-E", how, *options)
    run(*make, "-d", root, to, environment=_TIME)
    # mke2fs copies what nobody can set: when a file was read, and when it was made.
    told = dict(
        line.split(":", 1) for line in run("dumpe2fs", "-h", to).splitlines() if ":" in line
    )
    files = int(told["Inode count"]) - int(told["Free inodes"])
    times = (f"sif <{n}> {of} @{EPOCH}\n" for n in range(1, files + 1) for of in ("atime", "ctime"))
    run("debugfs", "-w", "-f", "-", to, environment=_TIME, data="".join(times).encode())


def content_hash(*trees: Path) -> str:
    """Of all names, owners, modes and contents of trees: what two builds are compared by."""
    whole = hashlib.sha256()
    for tree in trees:
        for path in sorted(tree.rglob("*"), key=lambda each: str(each).encode()):
            found = path.lstat()
            name = path.relative_to(tree)
            whole.update(f"{name}\0{found.st_mode:o}\0{found.st_uid}:{found.st_gid}\0".encode())
            if path.is_symlink():
                whole.update(str(path.readlink()).encode())
            elif path.is_file():
                with path.open("rb") as file:
                    whole.update(hashlib.file_digest(file, "sha256").digest())
            whole.update(b"\n")
    return whole.hexdigest()
