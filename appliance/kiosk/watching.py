"""Whether the browser hangs: told by the page that it ought to show.

Our own page asks the agent how things are; a board tells its hub what it has painted, which answers
each knock with how long ago that was. A hub that does not answer is no fault of the browser's: the
board itself says so, and goes on when the hub is back.
"""

from time import monotonic
from typing import Final

from appliance.config import Site
from appliance.kiosk.browser import Browser
from appliance.kiosk.home import Home

GRACE_SECONDS: Final = 60.0
"""After its start, and after it was sent on: on an old computer with a slow card Chromium takes
half of that until it shows a page."""
POLL_SECONDS: Final = 20.0
"""Without a question of our own page, which asks each second."""
PAINT_SECONDS: Final = 15.0
"""Without anything painted at the hub, where that is told every two seconds: time for the board to
come back by itself after an interruption."""


class Watch:
    """Over one browser."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._polled: float | None = None
        self._sent: tuple[Site, float] | None = None

    def asked(self) -> None:
        """Our own page is there, and asks."""
        self._polled, self._sent = monotonic(), None
        self._browser.is_there()

    def sent(self, site: Site) -> None:
        """It was told to go on to the board there."""
        self._sent = (site, monotonic())

    def look(self, home: Home | None) -> None:
        """Have it begin anew where it hangs, or shows what is not to be shown any more."""
        started = self._browser.started
        if started is None:
            return
        why = self._wrong(started, home)
        if why:
            self._browser.restart(why)

    def _wrong(self, started: float, home: Home | None) -> str:
        """In words; empty where nothing is."""
        now = monotonic()
        if self._sent is None or self._sent[1] < started:
            last = max(started + GRACE_SECONDS - POLL_SECONDS, self._polled or 0.0)
            silent = now - last > POLL_SECONDS
            return f"its page asked nothing for {POLL_SECONDS:.0f} s" if silent else ""
        site, at = self._sent
        if home is None:
            return f"{site} does not know this screen any more"
        if home.hub.site != site:
            return f"the kitchen is at {home.hub.site} now"
        if home.answering_since is None or now - home.answering_since < PAINT_SECONDS:
            return ""
        unpainted = home.unpainted_for
        painted = unpainted is not None and unpainted <= PAINT_SECONDS
        if painted or now - at < GRACE_SECONDS:
            return ""
        return f"nothing was painted for {PAINT_SECONDS:.0f} s at a kitchen that answers"
