"""Now, for the kitchen: the wall clock for people, and a clock of its own for deadlines.

The kitchen's own clock (`tick`, milliseconds) never jumps. It runs on the monotonic clock
and goes on where the log ended: within one boot of the machine exactly; across boots by
the wall clock's difference where that is to be believed; otherwise as if no time had gone.
"""

import logging
import time
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from appliance.files import replace_file
from appliance.kitchen.ticket import Moment

logger = logging.getLogger(__name__)

BELIEVABLE_GAP_MS: Final = 24 * 3_600_000
"""A longer absence than this says more about the wall clock than about the kitchen."""

LOOK_MS: Final = 1_000
"""Between two looks whether the wall clock has been set: an order is quicker than a look."""

NAME: Final = "clock"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
_TIMESYNC_RUNS = Path("/run/systemd/timesync")


class Anchor(Struct, frozen=True):
    """Ties the kitchen's clock to this boot: tick = time since boot + offset."""

    boot: str
    offset: int


def _since_boot() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def _wall() -> int:
    return time.time_ns() // 1_000_000


def synchronised() -> bool:
    """Whether a time service runs here, and has reached its servers."""
    return _SYNCHRONISED.exists()


def _wall_clock_is_set() -> bool:
    """False only where a time service runs here and has not reached its servers yet."""
    return synchronised() or not _TIMESYNC_RUNS.exists()


class Clock:
    """The moment, from the machine's clocks."""

    def __init__(self, offset: int) -> None:
        """`offset`: milliseconds from the time since boot to the kitchen's own clock."""
        self._offset = offset
        self._wall_is_set = False
        self._look_at = 0

    @classmethod
    def resume(cls, directory: Path, last: Moment | None) -> "Clock":
        """The clock that goes on from the newest event of the log, if there is one.

        What ties it to this boot is kept in `directory`.
        """
        boot = _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else ""
        path = directory / NAME
        anchor = _read(path)
        if anchor is None or anchor.boot != boot or not boot:
            anchor = Anchor(boot, _tick_after(last) - _since_boot())
            try:
                replace_file(path, msgspec.json.encode(anchor))
            except OSError as error:
                # Only the next start within this boot would have been more exact.
                logger.warning("the clock's anchor could not be written: %s", error)
        return cls(anchor.offset)

    def now(self) -> Moment:
        """The moment that an event of now is stamped with."""
        since_boot = _since_boot()
        if since_boot >= self._look_at:
            self._wall_is_set = _wall_clock_is_set()
            self._look_at = since_boot + LOOK_MS
        return Moment(_wall(), since_boot + self._offset, self._wall_is_set)


def _read(path: Path) -> Anchor | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Anchor)
    except (OSError, msgspec.DecodeError):
        return None


def _tick_after(last: Moment | None) -> int:
    """What the kitchen's clock shows now, by the wall clock where that is believable."""
    if last is None:
        return 0
    gap = _wall() - last.at
    believable = _wall_clock_is_set() and 0 <= gap < BELIEVABLE_GAP_MS
    return last.tick + (gap if believable else 0)
