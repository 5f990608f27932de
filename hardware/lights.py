"""Lamps, stack lights and buzzers on pins; what they show is data.

show(name, pattern) ─▶ Lights ─ at each step of a pattern ─▶ pin
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from itertools import accumulate
from math import inf
from typing import Any, Final, NamedTuple, Self

from gpiozero import OutputDevice
from gpiozero.pins import Factory
from msgspec import Struct

from hardware.pins import READY, RETRY_SECONDS, PinState, PinUse, reason

logger = logging.getLogger(__name__)

LEAST_SECONDS: Final = 0.001
"""Of a step and of a timer: the event loop's own clock counts milliseconds."""

MICRO: Final = 1_000_000


class Step(NamedTuple):
    """Lit or dark, for so many seconds."""

    lit: bool
    seconds: float


class Pattern(Struct, frozen=True):
    """What a lamp or a buzzer does. Raises ValueError for a step that takes no time."""

    name: str
    steps: tuple[Step, ...]
    repeats: bool = True
    """Else it ends after its last step, and the lamp is off."""

    def __post_init__(self) -> None:
        if not self.steps or min(step.seconds for step in self.steps) < LEAST_SECONDS:
            raise ValueError(f"pattern {self.name}: each step takes a millisecond or more")

    def at(self, seconds: float) -> tuple[bool, float]:
        """Whether it is lit so long after its begin, and for how much longer."""
        # Whole microseconds: a sum of fractions would meet no end of a step exactly.
        micros = round(seconds * MICRO)
        ends = list(accumulate(_micros(step.seconds) for step in self.steps))
        if self.repeats and ends[-1] != inf:
            micros %= round(ends[-1])
        for step, end in zip(self.steps, ends, strict=True):
            if micros < end:
                return step.lit, (end - micros) / MICRO
        return False, inf


def _micros(seconds: float) -> float:
    return inf if seconds == inf else round(seconds * MICRO)


OFF: Final = Pattern("off", (Step(lit=False, seconds=inf),))
ON: Final = Pattern("on", (Step(lit=True, seconds=inf),))
SLOW_BLINK: Final = Pattern(
    "slow blink", (Step(lit=True, seconds=0.5), Step(lit=False, seconds=0.5))
)
"""1 Hz."""
FAST_BLINK: Final = Pattern(
    "fast blink", (Step(lit=True, seconds=0.125), Step(lit=False, seconds=0.125))
)
"""4 Hz."""
SHORT_FLASH: Final = Pattern(
    "short flash", (Step(lit=True, seconds=0.1), Step(lit=False, seconds=1.9))
)
"""Every two seconds."""
SHORT_BEEP: Final = Pattern("short", (Step(lit=True, seconds=0.15),), repeats=False)
DOUBLE_BEEP: Final = Pattern(
    "double",
    (Step(lit=True, seconds=0.12), Step(lit=False, seconds=0.1), Step(lit=True, seconds=0.12)),
    repeats=False,
)
TRIPLE_BEEP: Final = Pattern(
    "triple",
    (
        Step(lit=True, seconds=0.12),
        Step(lit=False, seconds=0.1),
        Step(lit=True, seconds=0.12),
        Step(lit=False, seconds=0.1),
        Step(lit=True, seconds=0.12),
    ),
    repeats=False,
)
LONG_BEEP: Final = Pattern("long", (Step(lit=True, seconds=0.8),), repeats=False)
ALARM: Final = Pattern(
    "alarm", (Step(lit=True, seconds=0.4), Step(lit=False, seconds=0.2)) * 5, repeats=False
)
"""Three seconds; who wants it longer shows it again."""


class Lamp(Struct, frozen=True, kw_only=True):
    """Whatever is switched by a pin: a lamp, one colour of a stack light, a buzzer."""

    name: str
    pin: int
    """BCM number."""
    active_high: bool = True
    """Whether the pin is high while it is lit."""

    @property
    def use(self) -> PinUse:
        """For `hardware.pins.check`."""
        return PinUse(self.pin, f'lamp "{self.name}"')


class Lights:
    """Shows patterns as long as it is entered; everything is off before and after.

    All that repeats is in one phase, whenever it was shown: two lamps that blink alike blink
    together. A pattern that ends begins when it is shown.

    A pin that fails is a state of that lamp. It is tried again after RETRY_SECONDS, and then
    shows what it should.
    """

    def __init__(
        self,
        pins: Factory,
        lamps: Iterable[Lamp],
        *,
        on_state: Callable[[str, PinState], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Opens nothing yet. `pins`: from `hardware.pins.open_pins`; they outlive this.

        Raises ValueError where two lamps have one name.
        """
        given = tuple(lamps)
        self._outputs = {lamp.name: _Output(pins, lamp) for lamp in given}
        if len(self._outputs) < len(given):
            raise ValueError("two lamps have the same name")
        self._told = {name: output.state for name, output in self._outputs.items()}
        self._on_state = on_state
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._began = 0.0

    @property
    def states(self) -> dict[str, PinState]:
        """By the lamp's name."""
        return {name: output.state for name, output in self._outputs.items()}

    @property
    def shown(self) -> dict[str, Pattern]:
        """By the lamp's name; OFF when a pattern that ends has ended."""
        return {name: output.pattern for name, output in self._outputs.items()}

    @property
    def lit(self) -> dict[str, bool]:
        """Whether it is lit at this moment, by the lamp's name."""
        return {name: output.is_lit for name, output in self._outputs.items()}

    def show(self, name: str, pattern: Pattern) -> None:
        """Show this from now on. One that is being shown already goes on undisturbed.

        Raises KeyError for a lamp that is not there.
        """
        output = self._outputs[name]
        if output.pattern != pattern:
            output.pattern, output.since = pattern, self._clock()
            self._turn()

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._began = self._clock()
        self._turn()
        return self

    async def __aexit__(self, *_exception: object) -> None:
        self._loop = None
        if self._timer is not None:
            self._timer.cancel()
        for output in self._outputs.values():
            output.close()

    def _turn(self) -> None:
        """Light what is to be lit now, and come again when that changes."""
        if self._loop is None:
            return
        if self._timer is not None:
            self._timer.cancel()
        now = self._clock()
        seconds = min(
            (output.turn(now, self._began) for output in self._outputs.values()), default=inf
        )
        self._tell_states()
        if seconds < inf:
            self._timer = self._loop.call_later(max(seconds, LEAST_SECONDS), self._turn)

    def _tell_states(self) -> None:
        for name, output in self._outputs.items():
            if (state := output.state) == self._told[name]:
                continue
            self._told[name] = state
            if state == READY:
                logger.info("%s is ready", output.lamp.use.by)
            else:
                logger.warning("%s %s: %s", output.lamp.use.by, state.kind, state.reason)
            if self._on_state is not None:
                try:
                    self._on_state(name, state)
                except Exception:
                    logger.exception("what was to follow on %r of %s failed", state, name)


class _Output:
    """One lamp's pin."""

    def __init__(self, pins: Factory, lamp: Lamp) -> None:
        self.lamp = lamp
        self.state = PinState("failed", "not opened yet")
        self.pattern = OFF
        self.since = 0.0
        """When the pattern was shown."""
        self.is_lit = False
        self._pins = pins
        self._device: Any = None
        self._retry_at = -inf

    def turn(self, now: float, began: float) -> float:
        """Light it as it is to be; for how many seconds it stays so.

        `began`: when everything that repeats has begun.
        """
        lit, seconds = self.pattern.at(now - (began if self.pattern.repeats else self.since))
        if seconds == inf and not lit:
            self.pattern = OFF
        try:
            if self._device is None:
                if now < self._retry_at:
                    return self._retry_at - now
                self._device = OutputDevice(
                    self.lamp.pin, active_high=self.lamp.active_high, pin_factory=self._pins
                )
            if lit != self.is_lit:
                self._device.value = self.is_lit = lit
        except Exception as error:  # noqa: BLE001 - each factory has errors of its own
            self.close()
            self.state = PinState("failed", reason(error))
            self._retry_at = now + RETRY_SECONDS
            return RETRY_SECONDS
        self.state = READY
        return seconds

    def close(self) -> None:
        """Switch it off and give the pin back."""
        device, self._device = self._device, None
        self.is_lit = False
        if device is None:
            return
        try:
            device.off()
        except Exception as error:  # noqa: BLE001 - each factory has errors of its own
            logger.debug("closing %s: %s", self.lamp.use.by, error)
        device.close()
