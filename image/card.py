"""The whole card: the boot partition, two systems, the disk of the data.

gap      the boot loader's record, one sector
1  FAT   firmware, U-Boot, its script; expeditor.toml, for whoever has flashed the card
2  ext4  system A
3  ext4  system B: empty until the first update
4  ext4  data: 64 MB here, as large as the card after the first start
"""

import shutil
from pathlib import Path
from typing import Final, NamedTuple

from image.host import EPOCH, run
from image.kernel import Kernel
from image.system import MEGABYTES, make_ext4

LABEL: Final = "65787064"
"""Of the partition table; /etc/fstab and RAUC know the partitions by it."""
FIRST: Final = 4
"""Megabytes before the first partition."""
BOOT: Final = 128
DATA: Final = 64
_DATA_UUID: Final = "65787064-0000-4000-8000-000000000004"
_LARGEST: Final = 1024**4 // 4096
"""Blocks of the data's disk, on a card of 1 TB."""
OWNERS: Final = {"expeditor": 900, "screen": 902}
"""By directory of the data, whose it is: see usr/lib/sysusers.d/expeditor.conf."""
FIRMWARE: Final = ("bootcode.bin", "start.elf", "fixup.dat", "start4.elf", "fixup4.dat")
"""A Raspberry Pi 5 has its own in a chip."""


class Loaders(NamedTuple):
    """What starts a system."""

    firmware: Path
    """The package of it, unpacked; and so of U-Boot."""
    u_boot: Path
    own: Path
    """Our own files beside them."""


def make_card(system: Path, kernel: Kernel, loaders: Loaders, work: Path, to: Path) -> Path:
    """Where the files of its boot partition are. Raises CannotBuild."""
    boot, data = work / "boot.vfat", work / "data.ext4"
    files = work / "boot"
    _boot_partition(boot, kernel, loaders, files)
    _data_partition(data, work)
    starts = [FIRST, FIRST + BOOT, FIRST + BOOT + MEGABYTES, FIRST + BOOT + 2 * MEGABYTES]
    to.unlink(missing_ok=True)
    run("truncate", "-s", f"{starts[-1] + DATA}M", to)
    sizes = [BOOT, MEGABYTES, MEGABYTES, DATA]
    table = f"label: dos\nlabel-id: 0x{LABEL}\n" + "".join(
        f"start={start}MiB,size={size}MiB,type={'c,bootable' if not number else '83'}\n"
        for number, (start, size) in enumerate(zip(starts, sizes, strict=True))
    )
    run("sfdisk", "-q", to, data=table.encode())
    for file, start in zip((boot, system, None, data), starts, strict=True):
        if file is not None:
            command = ("dd", f"if={file}", f"of={to}", "bs=1M", f"seek={start}")
            run(*command, "conv=notrunc,sparse", "status=none")
    return files


def _boot_partition(to: Path, kernel: Kernel, loaders: Loaders, there: Path) -> None:
    shutil.rmtree(there, ignore_errors=True)
    there.mkdir()
    for name in FIRMWARE:
        shutil.copy(loaders.firmware / "usr/lib/raspi-firmware" / name, there)
    shutil.copy(loaders.u_boot / "usr/lib/u-boot/rpi_arm64/u-boot.bin", there)
    for tree in kernel.device_trees.iterdir():
        shutil.copy(tree, there)
        never_waits(there / tree.name)
    for name in ("config.txt", "expeditor.toml"):
        shutil.copy(loaders.own / name, there)
    script = (*("-A", "arm64", "-T", "script", "-C", "none", "-n", "Expeditor"),)
    run("mkimage", *script, "-d", loaders.own / "boot.cmd", there / "boot.scr")
    files = sorted(there.iterdir())
    for file in files:
        run("touch", "-d", f"@{EPOCH}", file)
    to.unlink(missing_ok=True)
    run("truncate", "-s", f"{BOOT}M", to)
    run("mkfs.vfat", "-F32", "-i", LABEL, "-n", "EXPEDITOR", "--invariant", to)
    run("mcopy", "-m", "-i", to, *files, "::/")


def never_waits(tree: Path) -> None:
    """Tell U-Boot by a device tree not to listen to keys: a bump bar is a keyboard."""
    # Its "bootdelay", of doc/device-tree-bindings/config.txt: -2 is neither to wait nor to look.
    run("fdtput", "-p", "-t", "x", tree, "/config", "bootdelay", "fffffffe")


def _data_partition(to: Path, work: Path) -> None:
    there = work / "data"
    shutil.rmtree(there, ignore_errors=True)
    for name, owner in OWNERS.items():
        (there / name).mkdir(parents=True, mode=0o700)
        run("chown", f"{owner}:{owner}", there / name)
    (there / "card").mkdir(mode=0o755)
    make_ext4(there, to, DATA, _DATA_UUID, "-L", "data", grows_to=_LARGEST)
