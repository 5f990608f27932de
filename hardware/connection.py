"""Keeps hold of a bar that comes and goes, and tells each stroke of its keys.

Whether a bar is there is found out by trying to open it, every LOOK_SECONDS. Watching the
folder with inotify would be told sooner, but by-id and by-path are made with the first device
and removed with the last, and a node that has just appeared cannot be opened until udev has set
its rights: one would have to try again all the same. Trying costs next to nothing, and a bar
that was plugged in works within a second.
"""

import asyncio
import contextlib
import errno
import logging
import time
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from hardware.keys import Stroke

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0
"""Between two tries to open a bar."""

MOST_STROKES: Final = 50
"""In FLOOD_SECONDS: twice what a keyboard repeats at most, and more than two hands can press."""
FLOOD_SECONDS: Final = 1.0
REST_SECONDS: Final = 30.0
"""For so long a bar that floods is not listened to."""


class Condition(StrEnum):
    """What a bar does at the moment."""

    AWAY = "away"
    REFUSED = "refused"
    WORKING = "working"
    FLOODING = "flooding"
    CLOSED = "closed"


class State(NamedTuple):
    """The condition of a bar, and for people why."""

    condition: Condition
    words: str


CLOSED: Final = State(Condition.CLOSED, "not listened to")
"""Before and after."""


class CannotOpen(Exception):
    """A bar cannot be used for a reason that its message gives in words."""


class OpenBar(Protocol):
    """A bar as long as it is plugged in. All times are of the monotonic clock, in seconds."""

    @property
    def deadline(self) -> float | None:
        """When to call `passed`; None for never."""

    def fileno(self) -> int:
        """The descriptor to wait on; it never blocks."""

    def read(self, now: float) -> list[Stroke]:
        """The strokes in what has come, or in as much as is read at a time.

        Raises BlockingIOError where nothing has, OSError when the bar is gone.
        """

    def passed(self, now: float) -> list[Stroke]:
        """The strokes that are complete because nothing followed."""

    def forget(self) -> None:
        """Throw away what has come and was not read, and all half presses. Raises OSError."""

    def close(self) -> None:
        """Let go of the bar."""


class Transport(Protocol):
    """A way to a bar. Nothing is opened before `open`."""

    address: str
    """Where the bar is, for people and logs."""

    async def open(self) -> OpenBar:
        """Open it and take it for this program alone.

        Raises OSError where it is away or refuses, CannotOpen.
        """


class Connection:
    """One bar, from when it is run until that is cancelled, however often it is unplugged."""

    def __init__(
        self,
        name: str,
        transport: Transport,
        heard: Callable[[Stroke], None],
        *,
        changed: Callable[[State], None] = lambda _state: None,
        look_seconds: float = LOOK_SECONDS,
        rest_seconds: float = REST_SECONDS,
    ) -> None:
        """`heard` gets each stroke, on the event loop, in the order in which they came.

        `changed` gets each new state. What either raises is logged, and changes nothing else.
        """
        self.name = name
        self.state = CLOSED
        self._transport = transport
        self._heard = heard
        self._changed = changed
        self._look_seconds = look_seconds
        self._rest_seconds = rest_seconds
        self._recent: deque[float] = deque(maxlen=MOST_STROKES)

    async def run(self) -> None:
        """Listen to the bar until cancelled. That a bar is away, or fails, ends nothing."""
        try:
            while True:
                await self._listen()
                await asyncio.sleep(self._look_seconds)
        finally:
            self._become(*CLOSED)

    async def _listen(self) -> None:
        """Open the bar, and return when it is gone or could not be opened."""
        try:
            bar = await self._transport.open()
        except Exception as error:  # noqa: BLE001 - whatever a driver raises is a state
            self._become(*_state_of(error, self._transport.address))
            return
        listening = _Listening(bar, self._tell)
        try:
            while True:
                self._become(Condition.WORKING, f"connected to {self._transport.address}")
                await listening.until_flooded()
                self._become(
                    Condition.FLOODING,
                    f"more than {MOST_STROKES} keys in a second; not listened to "
                    f"for {self._rest_seconds:.0f} s",
                )
                await asyncio.sleep(self._rest_seconds)
                bar.forget()
        except OSError as error:
            self._become(Condition.AWAY, f"unplugged ({error.strerror or error})")
        except Exception as error:
            logger.exception("bar %r: its driver has failed", self.name)
            self._become(Condition.REFUSED, f"its driver has failed: {error!r}")
        finally:
            with contextlib.suppress(OSError):
                bar.close()

    def _tell(self, strokes: list[Stroke]) -> bool:
        """Pass the strokes on; False as soon as there are too many of them."""
        now = time.monotonic()
        for stroke in strokes:
            if len(self._recent) == MOST_STROKES and now - self._recent[0] < FLOOD_SECONDS:
                return False
            self._recent.append(now)
            try:
                self._heard(stroke)
            except Exception:
                logger.exception("bar %r: what %s does has failed", self.name, stroke.sent)
        return True

    def _become(self, condition: Condition, words: str) -> None:
        state = State(condition, words)
        if state == self.state:
            return
        good = condition in {Condition.WORKING, Condition.CLOSED}
        log = logger.info if good else logger.warning
        log("bar %r: %s: %s", self.name, condition, words)
        self.state = state
        try:
            self._changed(state)
        except Exception:
            logger.exception("bar %r: what is told its state has failed", self.name)


class _Listening:
    """Reads one open bar whenever it has something."""

    def __init__(self, bar: OpenBar, tell: Callable[[list[Stroke]], bool]) -> None:
        self._bar = bar
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._ended = self._loop.create_future()

    async def until_flooded(self) -> None:
        """Return when too many strokes have come. Raises OSError when the bar is gone."""
        self._ended = self._loop.create_future()
        self._loop.add_reader(self._bar.fileno(), self._step, self._bar.read)
        try:
            await self._ended
        finally:
            self._loop.remove_reader(self._bar.fileno())
            if self._timer is not None:
                self._timer.cancel()

    def _step(self, strokes_at: Callable[[float], list[Stroke]]) -> None:
        if self._ended.done():
            return
        try:
            in_time = self._tell(strokes_at(time.monotonic()))
        except (BlockingIOError, InterruptedError):
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, the bar is opened anew
            self._ended.set_exception(error)
            return
        if not in_time:
            self._ended.set_result(None)
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._bar.deadline is not None:
            wait = self._bar.deadline - time.monotonic()
            self._timer = self._loop.call_later(max(0.0, wait), self._step, self._bar.passed)


_NO_RIGHTS: Final = (
    "no permission for {}; add the user to its group (input, dialout) and sign in anew: "
    "`sudo usermod -aG input,dialout USER`"
)
_AWAY: Final = frozenset({errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.ENOTDIR, errno.EIO})
_IN_WORDS: Final = {
    errno.EACCES: _NO_RIGHTS,
    errno.EPERM: _NO_RIGHTS,
    errno.EBUSY: "another program holds {}",
    errno.EAGAIN: "another program holds {}",
    errno.ENOTTY: "{} is no device of this kind",
    errno.EINVAL: "{} is no device of this kind",
}


def _state_of(error: Exception, address: str) -> tuple[Condition, str]:
    if isinstance(error, CannotOpen):
        return Condition.REFUSED, str(error)
    if not isinstance(error, OSError):
        return Condition.REFUSED, f"{address} cannot be opened: {error!r}"
    if error.errno in _AWAY:
        return Condition.AWAY, f"{address} is not plugged in"
    if error.errno in _IN_WORDS:
        return Condition.REFUSED, _IN_WORDS[error.errno].format(address)
    return Condition.REFUSED, f"{address} cannot be opened: {error.strerror or error}"
