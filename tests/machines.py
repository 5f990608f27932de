"""Machines as tests need them."""

from typing import Final

from appliance.machine import Disk, MachineNow

WELL: Final = MachineNow(
    model="Raspberry Pi 4",
    kernel="6.12",
    up_seconds=100,
    clock="synchronised",
    temperature=50.0,
    throttled=False,
    throttled_before=False,
    under_voltage=False,
    under_voltage_before=False,
    memory_bytes=2_000_000_000,
    memory_free_bytes=1_000_000_000,
    load=0.5,
    processors=4,
    disk=Disk(
        size_bytes=30_000_000_000,
        free_bytes=20_000_000_000,
        data_bytes=1,
        log_bytes=1,
        kind="sd",
        life_used=None,
        spare=None,
        written_bytes=1,
    ),
    interfaces=(),
)
"""A Raspberry Pi that nothing is wrong with."""
