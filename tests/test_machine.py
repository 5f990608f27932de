"""What the machine knows of itself, from trees of the kernel's files as machines have them."""

import os
from pathlib import Path

import pytest

from appliance import clock
from appliance.machine import Machine

PI = {
    "proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.4\0",
    "proc/uptime": "4321.09 15872.11\n",
    "proc/loadavg": "0.52 0.40 0.33 1/210 4711\n",
    "proc/meminfo": "MemTotal:        1917448 kB\nMemFree: 1 kB\nMemAvailable:    1204080 kB\n",
    "sys/class/thermal/thermal_zone0/type": "cpu-thermal\n",
    "sys/class/thermal/thermal_zone0/temp": "48312\n",
}
FIRMWARE = "sys/devices/platform/soc/soc:firmware/get_throttled"
FIRMWARE_OF_5 = "sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    directory = tmp_path / "data"
    directory.mkdir()
    return directory


def machine(data: Path, files: dict[str, str]) -> Machine:
    """One whose kernel has these files."""
    root = data.parent / "root"
    write(root, files)
    return Machine(data, root)


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def on_disk(data: Path, disk: str, files: dict[str, str], part: str | None = None) -> None:
    """The data directory is on this disk, or on a part of it."""
    root = data.parent / "root"
    home = f"sys/devices/platform/disk/block/{disk}"
    write(root, {f"{home}/{name}": text for name, text in files.items()})
    place = home
    if part is not None:
        place = f"{home}/{part}"
        write(root, {f"{place}/partition": "2\n"})
    device = data.stat().st_dev
    link = root / f"sys/dev/block/{os.major(device)}:{os.minor(device)}"
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(root / place)


def test_a_machine_that_tells_nothing_is_a_machine_all_the_same(data: Path) -> None:
    now = machine(data, {}).now
    assert now.model is None
    assert now.temperature is None
    assert now.throttled is None
    assert now.throttled_before is None
    assert now.under_voltage is None
    assert now.memory_bytes is None
    assert now.up_seconds is None
    assert now.load is None
    assert now.disk.kind is None
    assert now.disk.life_used is None
    assert now.disk.written_bytes is None
    assert now.disk.free_bytes is not None


def test_files_that_make_no_sense_tell_nothing(data: Path) -> None:
    files = dict.fromkeys([*PI, FIRMWARE], "\xff nonsense\n")
    on_disk(data, "mmcblk0", {"stat": "1 2", "device/type": "MMC", "device/life_time": "x y"})
    now = machine(data, files).now
    assert (now.temperature, now.throttled, now.memory_bytes) == (None, None, None)
    assert (now.up_seconds, now.load) == (None, None)
    assert (now.disk.kind, now.disk.life_used, now.disk.written_bytes) == ("emmc", None, None)


def test_a_directory_that_is_gone_is_no_error(tmp_path: Path) -> None:
    disk = Machine(tmp_path / "gone", tmp_path).now.disk
    assert (disk.free_bytes, disk.data_bytes, disk.log_bytes) == (None, None, None)


def test_what_a_raspberry_pi_is(data: Path) -> None:
    now = machine(data, PI).now
    assert now.model == "Raspberry Pi 4 Model B Rev 1.4"
    assert now.temperature == 48.3
    assert now.up_seconds == 4321
    assert now.load == 0.52
    assert now.memory_bytes == 1917448 * 1024
    assert now.memory_free_bytes == 1204080 * 1024


def test_the_zone_of_the_processor_counts_before_others(data: Path) -> None:
    zones = {
        "thermal_zone0": ("acpitz", "27800"),
        "thermal_zone1": ("x86_pkg_temp", "61000"),
        "thermal_zone2": ("iwlwifi_1", "44000"),
    }
    files = {
        f"sys/class/thermal/{zone}/{name}": text
        for zone, texts in zones.items()
        for name, text in zip(("type", "temp"), texts, strict=True)
    }
    assert machine(data, files).now.temperature == 61.0


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        # throttled, before, under-voltage, before
        ("0", (False, False, False, False)),
        ("50005", (True, True, True, True)),
        ("50000", (False, True, False, True)),
        ("20002", (True, True, False, False)),
        ("80008", (True, True, False, False)),
        ("10000", (False, False, False, True)),
    ],
)
@pytest.mark.parametrize("path", [FIRMWARE, FIRMWARE_OF_5])
def test_the_firmware_tells_of_heat_and_supply(
    data: Path, path: str, flags: str, told: tuple[bool, ...]
) -> None:
    now = machine(data, {path: f"{flags}\n"}).now
    assert told == (
        now.throttled,
        now.throttled_before,
        now.under_voltage,
        now.under_voltage_before,
    )


def test_a_kernel_without_it_has_a_sensor_whose_past_is_remembered(data: Path) -> None:
    sensor = "sys/class/hwmon/hwmon1"
    files = {f"{sensor}/name": "rpi_volt\n", f"{sensor}/in0_lcrit_alarm": "1\n"}
    cooling = "sys/class/thermal/cooling_device0"
    files |= {f"{cooling}/type": "cpufreq-cpu0\n", f"{cooling}/cur_state": "3\n"}
    looked_at = machine(data, files)
    assert (looked_at.now.under_voltage, looked_at.now.throttled) == (True, True)
    write(data.parent / "root", {f"{sensor}/in0_lcrit_alarm": "0\n", f"{cooling}/cur_state": "0\n"})
    looked_at.look()
    assert (looked_at.now.under_voltage, looked_at.now.under_voltage_before) == (False, True)
    assert (looked_at.now.throttled, looked_at.now.throttled_before) == (False, True)


@pytest.mark.parametrize(
    ("life", "spare", "told"),
    [
        ("0x01 0x01", "0x01", (10, "normal")),
        ("0x02 0x0a", "0x02", (100, "low")),
        ("0x0b 0x01", "0x03", (110, "nearly used up")),
        ("0x00 0x00", "0x00", (None, None)),
    ],
)
def test_an_emmc_tells_how_worn_it_is(
    data: Path, life: str, spare: str, told: tuple[int | None, str | None]
) -> None:
    stat = "    100   0  2048  5   90  0  4096  7   0   12   12\n"
    device = {"device/type": "MMC\n", "device/life_time": life, "device/pre_eol_info": spare}
    on_disk(data, "mmcblk0", {"stat": stat} | device, part="mmcblk0p2")
    disk = machine(data, {}).now.disk
    assert (disk.life_used, disk.spare) == told
    assert disk.kind == "emmc"
    assert disk.written_bytes == 4096 * 512


def test_an_sd_card_does_not(data: Path) -> None:
    on_disk(data, "mmcblk0", {"device/type": "SD\n", "stat": "0 0 0 0 0 0 8 0 0 0 0"})
    disk = machine(data, {}).now.disk
    assert (disk.kind, disk.life_used, disk.spare) == ("sd", None, None)
    assert disk.written_bytes == 8 * 512


def test_an_encrypted_disk_is_told_of_by_the_one_below(data: Path) -> None:
    root = data.parent / "root"
    on_disk(data, "dm-0", {"stat": "0"})
    below = root / "sys/devices/pci/nvme/nvme0n1"
    write(root, {"sys/devices/pci/nvme/nvme0n1/nvme0n1p3/partition": "3\n"})
    slave = root / "sys/devices/platform/disk/block/dm-0/slaves/nvme0n1p3"
    slave.parent.mkdir()
    slave.symlink_to(below / "nvme0n1p3")
    assert machine(data, {}).now.disk.kind == "nvme"


def test_what_the_data_take(data: Path) -> None:
    (data / "log.sqlite").write_bytes(b"x" * 1000)
    (data / "log.sqlite-wal").write_bytes(b"x" * 500)
    (data / "spool.sqlite").write_bytes(b"x" * 30)
    disk = machine(data, {}).now.disk
    assert (disk.log_bytes, disk.data_bytes) == (1500, 1530)


def test_the_clock_is_that_of_the_kitchen(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs, reached = tmp_path / "timesync", tmp_path / "timesync/synchronized"
    monkeypatch.setattr(clock, "_TIMESYNC_RUNS", runs)
    monkeypatch.setattr(clock, "_SYNCHRONISED", reached)
    looked_at = machine(data, {})
    told: list[str] = [looked_at.now.clock]
    for happens in (runs.mkdir, reached.touch):
        happens()
        looked_at.look()
        told.append(looked_at.now.clock)
    assert told == ["unknown", "waiting", "synchronised"]
