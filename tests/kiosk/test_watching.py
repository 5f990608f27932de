"""When a browser is said to hang, second by second, on a clock that the test moves."""

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from appliance.config import Site
from appliance.kiosk import watching
from appliance.kiosk.browser import Browser
from appliance.kiosk.home import Home
from appliance.kiosk.kept import KnownHub
from appliance.kiosk.watching import GRACE_SECONDS, PAINT_SECONDS, POLL_SECONDS, Watch

SITE = Site("http://192.0.2.1")
HUB = KnownHub("AAAAAAAA0001", SITE, "Kitchen", "device_1", "/api", ours=True)
STARTED = 1000.0


class Time:
    """A browser that started at STARTED, and who watches over it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
        self._monkeypatch = monkeypatch
        self.browser = Browser(("true",), "http://127.0.0.1:1/", directory, f"an-id-{os.getpid()}")
        self.browser.started = STARTED
        self.restarted_for = ""
        monkeypatch.setattr(self.browser, "restart", self._restart)
        self.watch = Watch(self.browser)
        self.at(0)

    def _restart(self, why: str) -> None:
        self.restarted_for = why

    def at(self, seconds: float) -> None:
        """It is so long after the start."""
        self._monkeypatch.setattr(watching, "monotonic", lambda: STARTED + seconds)

    def looks(self, home: Home | None = None) -> str:
        """What it is restarted for; empty for nothing."""
        self.restarted_for = ""
        self.watch.look(home)
        return self.restarted_for


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Time:
    return Time(monkeypatch, tmp_path)


def home(*, answers_since: float | None = 0.0, unpainted: float | None = None) -> Home:
    """As at `Time.at`."""
    since = None if answers_since is None else STARTED + answers_since
    return Home(HUB, answering_since=since, unpainted_for=unpainted)


def test_on_our_page_it_has_a_minute_and_then_twenty_seconds_from_question_to_question(
    time: Time,
) -> None:
    time.at(GRACE_SECONDS)
    assert not time.looks()
    time.at(GRACE_SECONDS + 1)
    assert "asked nothing" in time.looks()
    time.watch.asked()
    time.at(GRACE_SECONDS + 1 + POLL_SECONDS)
    assert not time.looks()
    time.at(GRACE_SECONDS + 2 + POLL_SECONDS)
    assert "asked nothing" in time.looks()


def test_at_the_hub_it_has_a_minute_from_when_it_was_sent_there(time: Time) -> None:
    time.at(500)
    time.watch.asked()
    time.watch.sent(SITE)
    for unpainted in (None, 500.0):
        time.at(500 + GRACE_SECONDS - 1)
        assert not time.looks(home(unpainted=unpainted))
        time.at(500 + GRACE_SECONDS)
        assert "nothing was painted" in time.looks(home(unpainted=unpainted))
    assert not time.looks(home(unpainted=PAINT_SECONDS))
    assert time.looks(home(unpainted=PAINT_SECONDS + 1))


def test_it_is_blamed_for_nothing_while_its_hub_is_away_and_for_a_while_after(time: Time) -> None:
    time.watch.sent(SITE)
    time.at(1000)
    assert not time.looks(home(answers_since=None))
    assert not time.looks(home(answers_since=1000 - PAINT_SECONDS + 1))
    assert "nothing was painted" in time.looks(home(answers_since=1000 - PAINT_SECONDS))


def test_it_begins_anew_at_once_where_it_shows_what_is_not_to_be_shown(time: Time) -> None:
    time.watch.sent(SITE)
    time.at(1)
    assert not time.looks(home())
    assert "does not know this screen" in time.looks(None)
    moved = home()
    moved.hub = replace(HUB, site=Site("http://192.0.2.2"))
    assert time.looks(moved) == "the kitchen is at http://192.0.2.2 now"


def test_what_an_earlier_browser_was_told_counts_no_more(time: Time) -> None:
    time.watch.sent(SITE)
    time.browser.started = None
    time.at(5)
    assert not time.looks(None)
    time.browser.started = STARTED + 6
    time.at(6 + GRACE_SECONDS)
    assert not time.looks(None)
