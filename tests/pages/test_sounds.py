"""What is heard of the board: what is new or becomes late, once, after somebody touched it."""

import pytest
from playwright.sync_api import Page, expect

from tests.pages.hub import STATIONS, Hub, iso, ticket
from tests.pages.kitchen import Kitchen

EARS = """
window.heard = [];
window.AudioContext = class {
  constructor() { this.state = "suspended"; this.currentTime = 0; this.destination = {}; }
  resume() { this.state = "running"; this.onstatechange?.(); }
  createGain() {
    const gain = new Proxy({}, { get: () => () => {} });
    return { gain, connect: (next) => next };
  }
  createOscillator() {
    const frequency = {};
    const start = () => heard.push(frequency.value);
    return { frequency, connect: (next) => next, start, stop() {} };
  }
};
"""
ORDER, LATE = [660, 880], [740, 587, 740]
LOUD = [{**STATIONS[0], "sound_alerts": True}, {**STATIONS[1], "sound_alerts": False}]


@pytest.fixture
def hub(page: Page, standing: Kitchen) -> Hub:
    page.add_init_script(EARS)
    page.clock.install()
    hub = Hub(page, standing)
    hub.it_is(10)
    hub.shows(ticket(1, "grill"), stations=LOUD)
    page.clock.run_for(1_100)
    hub.board.is_live()
    return hub


def heard(page: Page) -> list[float]:
    """Since this was last asked."""
    page.clock.run_for(2_000)
    notes: list[float] = page.evaluate("heard.splice(0)")
    return notes


def test_it_is_silent_until_somebody_has_touched_it_and_says_so(hub: Hub, page: Page) -> None:
    sound = page.locator("#sound")
    expect(sound).to_be_visible()
    hub.tells("created", ticket(2, "grill"))
    assert heard(page) == []
    sound.click()
    expect(sound).to_be_hidden()
    assert heard(page) == []
    hub.tells("created", ticket(3, "grill"))
    assert heard(page) == ORDER


def test_what_is_new_or_becomes_late_is_heard_once_and_nothing_again(hub: Hub, page: Page) -> None:
    page.locator("#sound").click()
    soon = {"lateAt": iso(11), "veryLateAt": iso(600)}
    late = ticket(2, "grill", metadata=soon)
    hub.tells("created", late)
    assert heard(page) == ORDER
    hub.tells("updated", late)  # It is told of again,
    hub.tells("created", ticket(3, "fry"))  # and this station wants to be quiet.
    assert heard(page) == []
    page.clock.run_for(60_000)
    assert heard(page) == LATE
    hub.shows(ticket(1, "grill"), late, ticket(4, "grill"), stations=LOUD)  # As after an absence.
    assert heard(page) == []
    # While nobody was heard another became late: who comes back has the glass to see it.
    hub.tells("created", ticket(5, "grill", metadata={"lateAt": iso(12.5), "veryLateAt": iso(600)}))
    assert heard(page) == ORDER
    hub.falls_silent()
    page.clock.run_for(120_000)
    hub.board.is_offline(within=5)
    hub.it_is(14)
    page.clock.run_for(2_000)
    hub.board.is_live()
    assert heard(page) == []


def test_who_has_switched_sounds_off_hears_nothing(hub: Hub, page: Page) -> None:
    page.get_by_role("button", name="Display").click()
    page.locator("[data-choice='sounds false']").click()
    expect(page.locator("#sound")).to_be_hidden()
    hub.tells("created", ticket(2, "grill"))
    assert heard(page) == []
