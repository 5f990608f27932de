"""Debian's kernel with the modules that a card needs, its device trees, and an initrd of our own.

The initrd is busybox and one script: it mounts the system that the boot loader has chosen, which
nothing ever writes to, and the disk of the data.
"""

import gzip
import logging
import lzma
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from image.archive import wanted
from image.host import CannotBuild, run
from image.root import extract

logger = logging.getLogger(__name__)

FIRST_MODULES: Final = [
    "virtio_blk",
    "ext4",
    "vfat",
    "nls_cp437",
    "nls_ascii",
    "overlay",
    "sdhci-iproc",
    "bcm2835",
    "sdhci-brcmstb",
    "irq-bcm2712-mip",
    "gpio-brcmstb",
    "pinctrl-brcmstb-bcm2712",
    "fixed",
    "gpio-regulator",
    "i6300esb",
    "bcm2835_wdt",
    "virtio_rng",
]
"""What a system is found by, on each board and in QEMU; and what resets one that hangs."""
DEVICE_TREES: Final = ["bcm27*-rpi-*.dtb", "bcm2837-rpi-*.dtb"]


class Kernel(NamedTuple):
    """What was made of it."""

    release: str
    image: Path
    """Packed by gzip, as U-Boot unpacks it."""
    initrd: Path
    modules: Path
    """A tree with `usr/lib/modules`."""
    device_trees: Path


def make_kernel(packages: Iterable[Path], busybox: Path, here: Path, to: Path) -> Kernel:
    """From the files of the kernel's packages. `here`: of this folder. Raises CannotBuild."""
    whole = to / "whole"
    whole.mkdir(parents=True)
    for each in packages:
        extract(each, whole)
    (release,) = (each.name for each in (whole / "usr/lib/modules").iterdir())
    source = whole / "usr/lib/modules" / release
    # depmod and modprobe look below lib.
    (whole / "lib").symlink_to("usr/lib")
    run("depmod", "-b", whole, release)
    image = next(iter([*whole.glob("boot/vmlinuz-*"), source / "vmlinuz"]))
    packed = to / "vmlinuz.gz"
    packed.write_bytes(gzip.compress(image.read_bytes(), 9, mtime=0))
    trees = to / "device-trees"
    trees.mkdir()
    for pattern in DEVICE_TREES:
        for each in sorted(source.glob(f"dtb/broadcom/{pattern}")):
            shutil.copy(each, trees)
    kept = to / "modules"
    _keep(whole, release, [*wanted(here / "packages/modules.txt")], kept)
    initrd = _initrd(whole, release, busybox, here, to)
    return Kernel(release, packed, initrd, kept, trees)


def _needed(tree: Path, release: str, names: Iterable[str]) -> Iterator[Path]:
    """Files of modules, each after those that it needs. Raises CannotBuild for one unknown."""
    seen: set[Path] = set()
    for name in names:
        said = run("modprobe", "-d", tree, "-S", release, "--show-depends", name)
        for line in said.splitlines():
            kind, _, path = line.partition(" ")
            file = Path(path.split()[0]) if kind == "insmod" else None
            if file is not None and file not in seen:
                seen.add(file)
                yield file


def _keep(tree: Path, release: str, names: list[str], to: Path) -> None:
    there = to / "usr/lib/modules" / release
    there.mkdir(parents=True)
    source = tree / "lib/modules" / release
    for file in _needed(tree, release, names):
        copy = there / str(file.relative_to(source)).removesuffix(".xz")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(_content(file))
    for name in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
        shutil.copyfile(source / name, there / name)
    (to / "lib").symlink_to("usr/lib")
    run("depmod", "-b", to, release)
    (to / "lib").unlink()


def _initrd(tree: Path, release: str, busybox: Path, here: Path, to: Path) -> Path:
    root, unpacked = to / "initrd", to / "busybox"
    for each in ("bin", "proc", "sys", "dev", "newroot", "modules"):
        (root / each).mkdir(parents=True)
    unpacked.mkdir()
    extract(busybox, unpacked)
    shutil.copy(unpacked / "usr/bin/busybox", root / "bin/busybox")
    shutil.copy(here / "initrd/init", root / "init")
    (root / "init").chmod(0o755)
    names = []
    for file in _needed(tree, release, FIRST_MODULES):
        name = file.name.removesuffix(".xz")
        (root / "modules" / name).write_bytes(_content(file))
        names.append(name)
    (root / "modules/order").write_text("".join(f"{name}\n" for name in names))
    made = to / "initrd.img"
    _archive(root, made)
    return made


def _content(module: Path) -> bytes:
    """As it is loaded: to unpack it costs less here than at each start of a small computer."""
    content = module.read_bytes()
    return lzma.decompress(content) if module.suffix == ".xz" else content


def _archive(root: Path, to: Path) -> None:
    """The same files make the same bytes."""
    run("find", root, "-exec", "touch", "-hd", "@0", "{}", "+")
    names = sorted(str(each.relative_to(root)) for each in root.rglob("*"))
    listed = "\n".join([".", *names, ""]).encode()
    cpio = to.with_suffix(".cpio")
    command = 'cpio -o -H newc --quiet --reproducible -R 0:0 > "$0"'
    run("sh", "-c", command, cpio, cwd=root, data=listed)
    run("zstd", "-q", "-f", "-19", cpio, "-o", to)
    if not to.stat().st_size:
        raise CannotBuild("the initrd is empty")
