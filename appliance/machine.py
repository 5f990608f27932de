"""What the machine knows of itself: heat, power, disk, memory, network, read from the kernel.

    /sys/class/thermal                   temperature, and whether it holds its processor back
    soc:firmware/get_throttled           the same and the supply, by a Raspberry Pi's own kernel
    hwmon `rpi_volt`                     its supply, by Debian's kernel, which lacks that file
    /sys/dev/block                       what the data directory is on: kind, wear, bytes written

Whatever cannot be known is None. Nothing here raises, and nothing names a serial number: everybody
may ask how the appliance is.
"""

import asyncio
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct

from appliance import clock, interfaces
from appliance.clock import ClockState
from appliance.log.sqlite import NAME as LOG_NAME

LOOK_SECONDS: Final = 5.0
"""Between two looks: some twenty small files of the kernel's."""
_SECTOR: Final = 512
"""Bytes, in the kernel's counts, whatever the disk has. Source: Documentation/block/stat."""

# Of `get_throttled`: as it is now; shifted by 16, as it has been since the start.
_UNDER_VOLTAGE: Final = 0x1
_THROTTLED: Final = 0xE
"""Slowed down by its firmware: a lower clock, or the limit that is soft, for whatever reason."""
_BEFORE: Final = 16

DiskKind = Literal["sd", "emmc", "nvme", "other"]
Spare = Literal["normal", "low", "nearly used up"]
"""Blocks that an eMMC has left for those that wear out: below 20 % is low, below 10 % the last."""
_SPARE: Final[dict[int, Spare]] = {1: "normal", 2: "low", 3: "nearly used up"}


class Disk(Struct, frozen=True):
    """What the data directory is on."""

    size_bytes: int | None
    free_bytes: int | None
    data_bytes: int | None
    """Of the files in the data directory."""
    log_bytes: int | None
    """Of those, what the log has."""
    kind: DiskKind | None
    life_used: int | None
    """Percent of what an eMMC is made for, rounded up to tens; 110 is more than all. An SD card
    does not tell."""
    spare: Spare | None
    written_bytes: int | None
    """By everything that runs here, since the machine was started."""


class Interface(Struct, frozen=True):
    """A network interface that leads somewhere."""

    name: str
    addresses: tuple[str, ...]


class MachineNow(Struct, frozen=True):
    """All of it, at one moment."""

    model: str | None
    kernel: str
    up_seconds: int | None
    clock: ClockState
    temperature: float | None
    """Degrees Celsius."""
    throttled: bool | None
    """It is slowed down now, for its heat or its supply."""
    throttled_before: bool | None
    """It was, since it was started."""
    under_voltage: bool | None
    """Its supply gives too little now."""
    under_voltage_before: bool | None
    memory_bytes: int | None
    memory_free_bytes: int | None
    """That programs could still have."""
    load: float | None
    """Of the last minute: programs that wanted a processor."""
    processors: int
    disk: Disk
    interfaces: tuple[Interface, ...]


class Machine:
    """This machine, looked at again and again."""

    def __init__(
        self,
        directory: Path,
        root: Path = Path("/"),
    ) -> None:
        """Looks for the first time, so it blocks. `directory` has the data, `root` proc and sys."""
        self._directory = directory
        self._root = root
        self._throttled_before = False
        self._under_voltage_before = False
        self.look()

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await asyncio.to_thread(self.look)

    def look(self) -> None:
        """See how it is now. Blocks."""
        flags = _throttling(self._root)
        throttled = _is_cooled(self._root) if flags is None else bool(flags & _THROTTLED)
        under = _is_low(self._root) if flags is None else bool(flags & _UNDER_VOLTAGE)
        # A kernel that asks its firmware for itself may have the past forgotten there.
        past = 0 if flags is None else flags >> _BEFORE
        self._throttled_before |= bool(throttled or past & _THROTTLED)
        self._under_voltage_before |= bool(under or past & _UNDER_VOLTAGE)
        memory, up = _memory(self._root), _first(self._root / "proc/uptime")
        self.now = MachineNow(
            model=_model(self._root),
            kernel=os.uname().release,
            up_seconds=None if up is None else int(up),
            clock=clock.state(),
            temperature=_temperature(self._root),
            throttled=throttled,
            throttled_before=None if throttled is None else self._throttled_before,
            under_voltage=under,
            under_voltage_before=None if under is None else self._under_voltage_before,
            memory_bytes=memory.get("MemTotal"),
            memory_free_bytes=memory.get("MemAvailable"),
            load=_first(self._root / "proc/loadavg"),
            processors=os.cpu_count() or 1,
            disk=_disk(self._root, self._directory),
            interfaces=_interfaces(),
        )


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip(" \n\0") or None
    except OSError:
        return None


def _number(path: Path, base: int = 10) -> int | None:
    try:
        return int(_text(path) or "", base)
    except ValueError:
        return None


def _first(path: Path) -> float | None:
    """The first number of a line of them."""
    try:
        return float((_text(path) or "").split()[0])
    except (ValueError, IndexError):
        return None


def _sorted(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []


def _model(root: Path) -> str | None:
    """A board says what it is in its device tree, a PC in its firmware."""
    device_tree = _text(root / "proc/device-tree/model")
    return device_tree or _text(root / "sys/class/dmi/id/product_name")


def _memory(root: Path) -> dict[str, int]:
    """Of `/proc/meminfo`, in bytes."""
    found = {}
    for line in (_text(root / "proc/meminfo") or "").splitlines():
        name, _, rest = line.partition(":")
        amount = rest.split()
        if len(amount) == 2 and amount[0].isdigit() and amount[1] == "kB":  # noqa: PLR2004
            found[name] = int(amount[0]) * 1024
    return found


# ── heat and power ───────────────────────────────────────────────────────────────────


def _temperature(root: Path) -> float | None:
    """Of the processor: its zone is called so on a Pi and on a PC; else the first that tells."""
    zones = _sorted(root / "sys/class/thermal", "thermal_zone*")
    told = {_text(zone / "type"): _number(zone / "temp") for zone in reversed(zones)}
    thousandths = next(
        filter(None, (told.get(name) for name in ("cpu-thermal", "x86_pkg_temp", *reversed(told)))),
        None,
    )
    return None if thousandths is None else round(thousandths / 1000, 1)


def _throttling(root: Path) -> int | None:
    """The flags of a Raspberry Pi's firmware; its place has another name on each model."""
    for path in _sorted(root / "sys/devices/platform", "soc*/*firmware/get_throttled"):
        flags = _number(path, 16)
        if flags is not None:
            return flags
    return None


def _is_cooled(root: Path) -> bool | None:
    """Whether the kernel holds a processor back for its heat; None where it could not."""
    devices = _sorted(root / "sys/class/thermal", "cooling_device*")
    states = [
        _number(device / "cur_state")
        for device in devices
        if "cpufreq" in (_text(device / "type") or "")
    ]
    known = [state for state in states if state is not None]
    return any(known) if known else None


def _is_low(root: Path) -> bool | None:
    """Whether a Raspberry Pi's supply gives too little, by a kernel without `get_throttled`."""
    for sensor in _sorted(root / "sys/class/hwmon", "hwmon*"):
        if _text(sensor / "name") == "rpi_volt":
            alarm = _number(sensor / "in0_lcrit_alarm")
            return None if alarm is None else bool(alarm)
    return None


# ── disk ─────────────────────────────────────────────────────────────────────────────


def _disk(root: Path, directory: Path) -> Disk:
    size, free = _room(directory)
    files = _sizes(directory)
    block = _block_device(root, directory)
    return Disk(
        size_bytes=size,
        free_bytes=free,
        data_bytes=None if files is None else sum(files.values()),
        log_bytes=None if files is None else sum(_of_log(files)),
        kind=None if block is None else _kind(block),
        life_used=None if block is None else _life_used(block),
        spare=None
        if block is None
        else _SPARE.get(_number(block / "device/pre_eol_info", 16) or 0),
        written_bytes=None if block is None else _written(block),
    )


def _room(directory: Path) -> tuple[int, int] | tuple[None, None]:
    """Bytes in all, and free."""
    try:
        usage = shutil.disk_usage(directory)
    except OSError:
        return None, None
    return usage.total, usage.free


def _sizes(directory: Path) -> dict[str, int] | None:
    """Bytes of each file; one that goes meanwhile is none."""
    try:
        with os.scandir(directory) as entries:
            return dict(_each_size(entries))
    except OSError:
        return None


def _each_size(entries: Iterator[os.DirEntry[str]]) -> Iterator[tuple[str, int]]:
    for entry in entries:
        try:
            if entry.is_file(follow_symlinks=False):
                yield entry.name, entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue


def _of_log(files: dict[str, int]) -> Iterator[int]:
    return (size for name, size in files.items() if name.startswith(LOG_NAME))


def _block_device(root: Path, directory: Path) -> Path | None:
    """Where the kernel tells of the disk that a directory is on: not of its partition.

    An encrypted one, or one of several parts, is told of by the first disk below.
    """
    try:
        device = directory.stat().st_dev
        path = (root / f"sys/dev/block/{os.major(device)}:{os.minor(device)}").resolve(strict=True)
        below = _sorted(path, "slaves/*")
        if below:
            path = below[0].resolve()
        return path.parent if (path / "partition").exists() else path
    except (OSError, RuntimeError):  # RuntimeError: links that lead to themselves.
        return None


def _kind(block: Path) -> DiskKind:
    if block.name.startswith("nvme"):
        return "nvme"
    kind = _text(block / "device/type")
    return "sd" if kind == "SD" else "emmc" if kind == "MMC" else "other"


def _life_used(block: Path) -> int | None:
    """The greater of an eMMC's two estimates; 1 is up to 10 %. Source: JEDEC 84-B51, EXT_CSD."""
    told = (_text(block / "device/life_time") or "").split()
    try:
        used = max((int(each, 16) for each in told), default=0)
    except ValueError:
        return None
    return used * 10 or None


def _written(block: Path) -> int | None:
    fields = (_text(block / "stat") or "").split()
    try:
        return int(fields[6]) * _SECTOR
    except (ValueError, IndexError):
        return None


def _interfaces() -> tuple[Interface, ...]:
    try:
        return tuple(
            Interface(name, tuple(map(str, addresses)))
            for name, addresses in interfaces.reachable().items()
        )
    except OSError:
        return ()
