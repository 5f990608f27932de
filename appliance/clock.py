"""Now, for the kitchen: the wall clock for people, and a clock of its own for deadlines.

The kitchen's own clock (`tick`, milliseconds) never jumps. It runs on the monotonic clock
and goes on where the log ended: within one boot of the machine exactly; across boots by
the wall clock's difference where that is to be believed; otherwise as if no time had gone.
A machine whose battery keeps no time starts with a wall clock that is not set: then the
difference is added once that is set, and until then it is as if no time had gone.
"""

import asyncio
import logging
import time
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

from appliance.files import replace_file
from appliance.kitchen.ticket import Leap, Moment

logger = logging.getLogger(__name__)

BELIEVABLE_GAP_MS: Final = 24 * 3_600_000
"""A longer absence than this says more about the wall clock than about the kitchen."""

LOOK_SECONDS: Final = 1.0
"""Between two looks whether the wall clock has been set: too slow for each order."""

ClockState = Literal["synchronised", "waiting", "unknown"]
"""Of the wall clock. `waiting`: a time service runs here, and has not reached its servers yet.
`unknown`: none runs here that is known of, and the clock is taken as it is."""

NAME: Final = "clock"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
_TIMESYNC_RUNS = Path("/run/systemd/timesync")


class Anchor(Struct, frozen=True):
    """Ties the kitchen's clock to this boot: tick = time since boot + offset."""

    boot: str
    offset: int
    gone_on_from: Moment | None = None
    """The newest event before this boot, as long as it is not known how long ago that was."""
    leap: Leap | None = None
    """What was added when that was known."""


def _since_boot() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def _wall() -> int:
    return time.time_ns() // 1_000_000


def synchronised() -> bool:
    """Whether a time service runs here, and has reached its servers."""
    return _SYNCHRONISED.exists()


def state() -> ClockState:
    """How far the wall clock is to be believed."""
    if synchronised():
        return "synchronised"
    return "waiting" if _TIMESYNC_RUNS.exists() else "unknown"


def _wall_clock_is_set() -> bool:
    """False only where a time service runs here and has not reached its servers yet."""
    return state() != "waiting"


class Clock:
    """The moment, from the machine's clocks."""

    def __init__(self, anchor: Anchor, path: Path) -> None:
        """`path`: where the anchor is kept."""
        self._anchor = anchor
        self._path = path
        self._wall_is_set = False
        """As of the last look."""

    @classmethod
    def resume(cls, directory: Path, last: Moment | None) -> "Clock":
        """The clock that goes on from the newest event of the log, if there is one.

        What ties it to this boot is kept in `directory`.
        """
        boot = _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else ""
        path = directory / NAME
        anchor = _read(path)
        if anchor is not None and anchor.boot == boot and boot:
            clock = cls(anchor, path)
        else:
            tick = 0 if last is None else last.tick
            clock = cls(Anchor(boot, tick - _since_boot(), last), path)
            clock._keep()
        clock.look()
        return clock

    def now(self) -> Moment:
        """The moment that an event of now is stamped with."""
        anchor = self._anchor
        return Moment(_wall(), _since_boot() + anchor.offset, self._wall_is_set, anchor.leap)

    def look(self) -> None:
        """See whether the wall clock has been set. Blocks.

        The first time that it is, the kitchen's clock goes forward by the time for which the
        machine was off.
        """
        self._wall_is_set = _wall_clock_is_set()
        if self._wall_is_set and self._anchor.gone_on_from is not None:
            last, now = self._anchor.gone_on_from, self.now()
            gap = _gap(last, now)
            leap = Leap(last.tick, now.tick, gap) if gap else None
            self._anchor = Anchor(self._anchor.boot, self._anchor.offset + gap, leap=leap)
            self._keep()

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await asyncio.to_thread(self.look)

    def _keep(self) -> None:
        try:
            replace_file(self._path, msgspec.json.encode(self._anchor))
        except OSError as error:
            # Only the next start within this boot would have been more exact.
            logger.warning("the clock's anchor could not be written: %s", error)


def _read(path: Path) -> Anchor | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Anchor)
    except (OSError, msgspec.DecodeError):
        return None


def _gap(last: Moment, now: Moment) -> int:
    """For how long the kitchen's clock has stood still after `last`; 0 where not believable."""
    gap = (now.at - last.at) - (now.tick - last.tick)
    return gap if 0 <= gap < BELIEVABLE_GAP_MS else 0
