"""Buttons on pins: from the level of a pin to a gesture, told on the event loop.

pin ─ edge, on the factory's thread ─▶ queue ─▶ Contact ─ Gesture, on the loop ─▶ on_gesture
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from math import inf
from typing import Any, Final, Literal, Self

from gpiozero import InputDevice
from gpiozero.pins import Factory
from msgspec import Struct

from hardware.debouncing import MOST_CHANGES
from hardware.gestures import DOUBLE_SECONDS, HOLD_SECONDS, Contact, Gesture, Gestures, Kind
from hardware.pins import READY, RETRY_SECONDS, PinState, PinUse, reason

logger = logging.getLogger(__name__)

MOST_EDGES: Final = 512
"""Of one pin waiting for the loop; further ones are dropped, and the input is taken for
chattering. A loop that was held up for a quarter of a second finds some dozens of edges of the
worst honest button; a signal of 10 kHz makes so many in 50 ms."""

TRIAL_SECONDS: Final = 5.0
TRIAL_CHANGES: Final = 10
"""An input that chattered is listened to for so long before it counts again, and is switched
off again at more changes than these: somebody may press it to see whether it works."""

LEAST_SECONDS: Final = 0.001
"""Of a timer: the event loop's own clock counts milliseconds."""

_PULLS: Final = {"up": True, "down": False, "none": None}


class Button(Struct, frozen=True, kw_only=True):
    """A button and how it is wired. Raises ValueError for times that cannot be told apart."""

    name: str
    pin: int
    """BCM number."""
    pull: Literal["up", "down", "none"] = "up"
    """The chip's own resistor (about 50 kΩ); none: there is one outside."""
    active_low: bool | None = None
    """Whether the pin is low while the button is pressed. None: it is, unless pulled down."""
    wants: frozenset[Kind] = frozenset({"press"})
    """The gestures to tell. What hold and double cost a press: see `hardware.gestures`."""
    hold_seconds: float = HOLD_SECONDS
    double_seconds: float = DOUBLE_SECONDS

    def __post_init__(self) -> None:
        if min(self.hold_seconds, self.double_seconds) <= 0:
            raise ValueError(f"{self.use.by}: hold and double press take more than no time")
        if {"hold", "double"} <= self.wants and self.hold_seconds <= self.double_seconds:
            raise ValueError(f"{self.use.by}: hold must take longer than a double press")

    @property
    def use(self) -> PinUse:
        """For `hardware.pins.check`."""
        return PinUse(self.pin, f'button "{self.name}"')

    @property
    def pressed_level(self) -> bool:
        """Of the pin while the button is pressed."""
        low = self.pull != "down" if self.active_low is None else self.active_low
        return not low


class Buttons:
    """Listens to buttons as long as it is entered.

    A gesture is told on the event loop, those of one moment in the order in which they were
    decided. A finger that is down at the start counts as nothing until it was lifted.

    A pin that cannot be opened is a state of that button (`failed`), and so is an input that
    chatters (`hardware.debouncing`): its edges are switched off, so that they cost nothing.
    Both are tried again after RETRY_SECONDS; one that chattered counts again when it has been
    quiet for TRIAL_SECONDS. A press at the begin of chatter may have been told.

    What `on_gesture` or `on_state` raises is logged with the button's name and ends nothing.
    """

    def __init__(
        self,
        pins: Factory,
        buttons: Iterable[Button],
        on_gesture: Callable[[str, Gesture], None],
        *,
        on_state: Callable[[str, PinState], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Opens nothing yet.

        `pins`: from `hardware.pins.open_pins`; they outlive this. `on_gesture` is given the
        button's name and a gesture whose times are `clock`'s, in seconds.

        Raises ValueError where two buttons have one name.
        """
        self._on_gesture = on_gesture
        self._on_state = on_state
        self._clock = clock
        self._inputs = [_Input(pins, button, clock, self._wake) for button in buttons]
        if len({each.button.name for each in self._inputs}) < len(self._inputs):
            raise ValueError("two buttons have the same name")
        self._told = {each.button.name: each.state for each in self._inputs}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: deque[_Input] = deque()
        """Those of which edges have come."""
        self._waking = False
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = inf

    @property
    def states(self) -> dict[str, PinState]:
        """By the button's name."""
        return {each.button.name: each.state for each in self._inputs}

    @property
    def down(self) -> frozenset[str]:
        """The names of those whose contact is closed at this moment."""
        return frozenset(each.button.name for each in self._inputs if each.down)

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._waking = False  # A loop that has ended may have taken it along.
        self._on_time()
        return self

    async def __aexit__(self, *_exception: object) -> None:
        self._loop = None
        if self._timer is not None:
            self._timer.cancel()
        for each in self._inputs:
            each.close()

    def _wake(self, each: "_Input") -> None:
        """Have its edges taken. On any thread."""
        self._waiting.append(each)
        loop = self._loop
        if self._waking or loop is None:
            return
        self._waking = True
        loop.call_soon_threadsafe(self._on_edges)  # Where it has been closed, pins are guarded.

    def _on_edges(self) -> None:
        self._waking = False  # First: what comes from here on wakes again.
        waiting = [self._waiting.popleft() for _ in range(len(self._waiting))]
        self._turn(waiting)

    def _on_time(self) -> None:
        self._timer, self._timer_at = None, inf
        self._turn(self._inputs)

    def _turn(self, inputs: list["_Input"]) -> None:
        """Take what has come at these, and see what is over."""
        if self._loop is None:
            return
        now = self._clock()
        told = [(gesture, each.button.name) for each in inputs for gesture in each.turn(now)]
        self._tell_states(inputs)
        for gesture, name in sorted(told, key=lambda each: each[0].at):
            self._call(name, self._on_gesture, gesture)
        self._arm(min((each.deadline for each in inputs), default=inf))

    def _tell_states(self, inputs: list["_Input"]) -> None:
        changed = [each for each in inputs if each.state != self._told[each.button.name]]
        for each in changed:
            name, state = each.button.name, each.state
            self._told[name] = state
            if state == READY:
                logger.info("%s is ready", each.button.use.by)
            else:
                logger.warning("%s %s: %s", each.button.use.by, state.kind, state.reason)
            if self._on_state is not None:
                self._call(name, self._on_state, state)
        if changed:
            # lgpio's thread may leave out an edge of another pin while the list that it goes
            # through becomes shorter.
            for each in self._inputs:
                each.look()

    def _call(self, name: str, told: Callable[[str, Any], None], what: object) -> None:
        try:
            told(name, what)
        except Exception:
            logger.exception('what was to follow on %r of button "%s" failed', what, name)

    def _arm(self, deadline: float) -> None:
        """Come again then, at the latest."""
        if self._loop is None or deadline >= self._timer_at:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = deadline
        seconds = max(deadline - self._clock(), LEAST_SECONDS)
        self._timer = self._loop.call_later(seconds, self._on_time)


class _Input:
    """One button's pin."""

    def __init__(
        self,
        pins: Factory,
        button: Button,
        clock: Callable[[], float],
        wake: Callable[["_Input"], None],
    ) -> None:
        self.button = button
        self.state = PinState("failed", "not opened yet")
        self._pins = pins
        self._clock = clock
        self._wake = wake
        self._device: Any = None
        self._contact: Contact | None = None
        self._edges: deque[tuple[bool, float]] = deque()
        self._is_waiting = False
        """For a turn, because of its edges."""
        self._dropped = False
        self._look_again = False
        self._retry_at = -inf
        """Of a pin that is not listened to."""
        self._on_trial_until = inf
        """`inf` when it is not on trial."""

    def _changed(self, _ticks: object, level: int) -> None:
        """An edge, on the factory's thread: nothing else is done here.

        The time is taken here: what a factory says of its own has no origin that is known.
        """
        if len(self._edges) < MOST_EDGES:
            self._edges.append((bool(level) == self.button.pressed_level, self._clock()))
        else:
            self._dropped = True
        self._have_turn()

    def _have_turn(self) -> None:
        if not self._is_waiting:
            self._is_waiting = True
            self._wake(self)

    @property
    def deadline(self) -> float:
        """When `turn` is to be called, if nothing comes before; `inf` when not at all."""
        if self._contact is None:
            return self._retry_at
        due = self._contact.deadline
        return self._on_trial_until if due is None else min(due, self._on_trial_until)

    @property
    def down(self) -> bool:
        """Whether the contact is closed; not when nobody listens to it."""
        return self._contact is not None and self._contact.level

    def turn(self, now: float) -> list[Gesture]:
        """Take the edges that have come; the gestures that were decided until now."""
        self._is_waiting = False  # First: what comes from here on has a turn again.
        if self._contact is None and self._retry_at <= now:
            self._open(now)
        contact = self._contact
        if contact is None:
            return []
        try:
            told = self._take(contact, now)
            if self._dropped or contact.chattering:
                many = f"more than {MOST_EDGES} edges at once"
                self._switch_off(contact.chattering or many, now)
                return []
            if self._on_trial_until == inf:
                return told
            if self._on_trial_until <= now:
                self._contact = self._look_at_contact(now)
                self._on_trial_until = inf
                self.state = READY
        except Exception as error:  # noqa: BLE001 - each factory has errors of its own
            self._fail(error, now)
        return []

    def look(self) -> None:
        """See at the next turn whether the pin's level is what its edges have said."""
        self._look_again = True
        self._have_turn()

    def close(self) -> None:
        """Give the pin back."""
        device, self._device, self._contact = self._device, None, None
        if device is None:
            return
        try:
            device.pin.when_changed = None  # Closing an lgpio pin leaves it listening.
        except Exception as error:  # noqa: BLE001 - each factory has errors of its own
            logger.debug("closing %s: %s", self.button.use.by, error)
        device.close()

    def _take(self, contact: Contact, now: float) -> list[Gesture]:
        told: list[Gesture] = []
        while self._edges:
            pressed, at = self._edges.popleft()
            told += contact.edge(pressed=pressed, at=at)
        due = contact.deadline is not None and contact.deadline < now
        if due or self._look_again:
            # Before time decides: an edge may have been lost, or still be on its way.
            self._look_again = False
            told += contact.look(pressed=self._is_pressed(), at=now)
        return told + contact.passed(now)

    def _is_pressed(self) -> bool:
        return bool(self._device.pin.state) == self.button.pressed_level

    def _open(self, now: float) -> None:
        button = self.button
        try:
            if self._device is None:
                pull = _PULLS[button.pull]
                floating = True if pull is None else None
                self._device = InputDevice(
                    button.pin, pull_up=pull, active_state=floating, pin_factory=self._pins
                )
            pin = self._device.pin
            pin.when_changed = None  # Left over from a failure, it would not be switched on anew.
            pin.bounce = None  # Factories differ in what they make of it; see debouncing.
            pin.when_changed = self._changed
            self._dropped = False
            if self.state.kind == "chattering":
                self._on_trial_until = now + TRIAL_SECONDS
                self._contact = self._look_at_contact(now, TRIAL_CHANGES)
            else:
                self._contact = self._look_at_contact(now)
                self.state = READY
        except Exception as error:  # noqa: BLE001 - each factory has errors of its own
            self._fail(error, now)

    def _look_at_contact(self, now: float, most_changes: int = MOST_CHANGES) -> Contact:
        button = self.button
        gestures = Gestures(
            button.wants, hold_seconds=button.hold_seconds, double_seconds=button.double_seconds
        )
        return Contact(
            pressed=self._is_pressed(), at=now, gestures=gestures, most_changes=most_changes
        )

    def _switch_off(self, why: str, now: float) -> None:
        self._device.pin.when_changed = None
        if self.state.kind != "chattering":
            self.state = PinState("chattering", why)
        self._contact = None
        self._on_trial_until = inf
        self._retry_at = now + RETRY_SECONDS

    def _fail(self, error: Exception, now: float) -> None:
        self.close()
        self.state = PinState("failed", reason(error))
        self._on_trial_until = inf
        self._retry_at = now + RETRY_SECONDS
