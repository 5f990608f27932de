"""What gpiozero uses of lgpio 0.2, without a chip: as lgpio.py and its guide describe it.

Its edges come by one list of callbacks, and the first exception ends them for all.
"""

import types
from collections.abc import Callable

IS_OUT, IS_UP, IS_DOWN, IS_NONE, IS_ALERT = 2, 32, 64, 128, 1024

Callback = Callable[[int, int, int, int], None]


class Error(Exception):
    """lgpio's own: below Exception alone."""


class Line:
    def __init__(self) -> None:
        self.flags = 0
        self.level = 0
        self.driven: int | None = None


class Chip:
    """The lines, and who listens."""

    def __init__(self) -> None:
        self.lines = {number: Line() for number in range(28)}
        self.callbacks: list[tuple[int, Callback]] = []
        self.is_open = False
        self.ended = False
        """The thread of the callbacks has died."""
        self.failing: dict[int, str] = {}

    def drive(self, gpio: int, level: int) -> None:
        line = self.lines[gpio]
        line.driven = level
        if line.level == level or line.flags & IS_OUT:
            return
        line.level = level
        if not line.flags & IS_ALERT or self.ended:
            return
        try:
            for number, callback in self.callbacks:
                if number == gpio:
                    callback(0, gpio, level, 0)
        except Exception:
            self.ended = True
            raise

    def claim(self, gpio: int, flags: int, level: int | None = None) -> None:
        if gpio in self.failing:
            raise Error(self.failing[gpio])
        line = self.lines[gpio]
        line.flags = flags
        if level is not None:
            line.level = level
        elif line.driven is not None:
            line.level = line.driven
        elif flags & (IS_UP | IS_DOWN):
            line.level = int(bool(flags & IS_UP))


class _Listening:
    def __init__(self, chip: Chip, gpio: int, callback: Callback) -> None:
        self._all, self._mine = chip.callbacks, (gpio, callback)
        self._all.append(self._mine)

    def cancel(self) -> None:
        self._all.remove(self._mine)


class FakeLgpio(types.ModuleType):
    """The module. `chip` is what a test holds."""

    SET_PULL_UP, SET_PULL_DOWN, SET_PULL_NONE = IS_UP, IS_DOWN, IS_NONE
    RISING_EDGE, FALLING_EDGE, BOTH_EDGES = 1, 2, 3

    def __init__(self) -> None:
        super().__init__("lgpio")
        self.chip = Chip()
        self.error = Error
        self.labels: dict[int, str] = {0: "pinctrl-bcm2835"}
        """Of the chips that can be opened, by their numbers."""

    def gpiochip_open(self, chip: int) -> int:
        if chip not in self.labels:
            raise Error(f"can not open gpiochip {chip}")
        self.chip.is_open = True
        return chip

    def gpio_get_chip_info(self, handle: int) -> list[object]:
        return [0, len(self.chip.lines), f"gpiochip{handle}", self.labels[handle]]

    def gpiochip_close(self, _handle: int) -> None:
        self.chip.is_open = False

    def gpio_claim_input(self, _handle: int, gpio: int, flags: int = 0) -> None:
        self.chip.claim(gpio, flags & ~(IS_OUT | IS_ALERT))

    def gpio_claim_output(self, _handle: int, gpio: int, level: int = 0) -> None:
        self.chip.claim(gpio, IS_OUT, level)

    def gpio_claim_alert(self, _handle: int, gpio: int, _edges: int, flags: int = 0) -> None:
        self.chip.claim(gpio, flags | IS_ALERT)

    def gpio_free(self, _handle: int, gpio: int) -> None:
        self.chip.lines[gpio].flags = 0

    def gpio_get_mode(self, _handle: int, gpio: int) -> int:
        return self.chip.lines[gpio].flags

    def gpio_read(self, _handle: int, gpio: int) -> int:
        if gpio in self.chip.failing:
            raise Error(self.chip.failing[gpio])
        return self.chip.lines[gpio].level

    def gpio_write(self, _handle: int, gpio: int, level: int) -> None:
        if gpio in self.chip.failing:
            raise Error(self.chip.failing[gpio])
        self.chip.lines[gpio].level = int(level)

    def gpio_set_debounce_micros(self, _handle: int, _gpio: int, micros: int) -> None:
        assert micros == 0

    def callback(self, _handle: int, gpio: int, _edges: int, func: Callback) -> _Listening:
        return _Listening(self.chip, gpio, func)
