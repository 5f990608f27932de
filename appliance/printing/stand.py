"""A printer where it stands: how it is, since when, and how long it has been away."""

import asyncio
from collections.abc import Callable

from appliance.config.devices import PrinterSection
from appliance.devices import Mode
from appliance.printers import NOT_YET, PrinterState
from appliance.printing.plan import Standing
from appliance.printing.wiring import Wire
from hardware.printers.driver import NOT_OPENED, Condition, Printer, State


class Stand:
    """Of one printer of the configuration."""

    def __init__(
        self,
        section: PrinterSection,
        mode: Mode,
        wire: Wire,
        news: Callable[[], None],
        at: Callable[[], int],
    ) -> None:
        """`news` is called when it is other. `at`: the wall clock, in milliseconds."""
        self.section = section
        self.wired = wire(section, mode, self._changed)
        self._news = news
        self._at = at
        self._condition, self._since = Condition.OFFLINE, at()
        self._patience: asyncio.TimerHandle | None = None
        self._given_up = self.wired.drive is None
        self.driver: Printer | None = None
        """From `drive` on."""

    @property
    def standing(self) -> Standing:
        """For whoever has to choose where a chit comes out."""
        prints = self.driver is not None and self.driver.state.prints
        age_limit = int(self.section.age_limit) * 1000
        return Standing(prints, self._given_up, self.section.fallback, age_limit)

    @property
    def state(self) -> tuple[PrinterState, str, int]:
        """How it is, why in words where it is not ready, and since when."""
        if self.wired.drive is None:
            return "not wired", "no transport is given", self._since
        if self.driver is None or self.driver.state == NOT_OPENED:
            return "offline", NOT_YET, self._since
        condition, words = self.driver.state
        return condition.value, "" if condition is Condition.READY else words, self._since

    def begin(self) -> None:
        """Be patient from now on: at first it is away, until it was reached."""
        self._watch_patience()

    def drive(self, *, interrupted: bool) -> Printer | None:
        """Its driver, to be run; None where it is nowhere. `interrupted`: see `Wired`."""
        if self.wired.drive is not None:
            self.driver = self.wired.drive(interrupted)
        return self.driver

    def end(self) -> None:
        """Be patient no longer."""
        if self._patience is not None:
            self._patience.cancel()

    def _changed(self, state: State) -> None:
        if state.condition is not self._condition:  # Else there is only another word for it.
            self._condition, self._since = state.condition, self._at()
        self._watch_patience()
        self._news()

    def _watch_patience(self) -> None:
        if self.standing.prints:
            self.end()
            self._patience, self._given_up = None, False
        elif self._patience is None and self.wired.drive is not None:
            loop = asyncio.get_running_loop()
            self._patience = loop.call_later(int(self.section.patience), self._give_up)

    def _give_up(self) -> None:
        self._given_up = True
        self._news()
