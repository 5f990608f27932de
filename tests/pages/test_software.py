"""Updates on the status page: what became of the last one, and a bundle that a manager hands in."""

import os
import re
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.pages.kitchen import Kitchen
from tests.pages.test_status import EVIL, Told

BUNDLE = os.urandom(2_500_000)


class Card:
    """A card, as its appliance tells of it and takes from a page."""

    def __init__(self, page: Page, told: Told) -> None:
        self.told = told
        self.taken = b""
        self.asked: list[str] = []
        self.lost = 0
        """Answers that do not arrive."""
        self.may = True
        self.is_now(None)
        page.route(re.compile(r"/api/v1/kds/card(/|\?|$)"), self._answer)

    def is_now(self, update: dict[str, Any] | None) -> None:
        self.told.now["card"] = {"update": update}

    def _answer(self, route: Route) -> None:
        path = route.request.url.partition("/api/v1/kds/card")[2]
        if not self.may:
            route.fulfill(status=401, json={"message": "sign in"})
        elif path.startswith("/bundle?offset="):
            self._take(route, int(path.rpartition("=")[2]))
        elif path:
            self.asked.append(path)
            route.fulfill(status=202, json=self.told.now["card"])
        else:
            route.fulfill(json=self.told.now["card"])

    def _take(self, route: Route, offset: int) -> None:
        if offset == 0:
            self.taken = b""
        if offset != len(self.taken):
            details = {"size": len(self.taken)}
            return route.fulfill(status=409, json={"message": "elsewhere", "details": details})
        self.taken += route.request.post_data_buffer or b""
        if self.lost:
            self.lost -= 1
            return route.abort()
        return route.fulfill(json={"size": len(self.taken)})


@pytest.fixture
def card(page: Page, standing: Kitchen) -> Card:
    found = Card(page, Told(page, standing))
    page.goto(f"{standing.url}/status")
    return found


def update(state: str, why: str = "") -> dict[str, Any]:
    at = "2026-10-14T19:40:00Z"
    return {"state": state, "version": "2.0", "before": "1.0", "at": at, "why": why}


def hand_in(page: Page, bundle: bytes = BUNDLE) -> None:
    file = FilePayload(name="expeditor-2.0.raucb", mimeType="", buffer=bundle)
    page.get_by_label("Update:").set_input_files(file)
    page.get_by_role("button", name="Install").click()


def test_elsewhere_there_is_no_such_thing(page: Page, standing: Kitchen) -> None:
    page.goto(f"{standing.url}/status")
    expect(page.locator("#machine dl")).to_be_visible()
    expect(page.locator("#software")).to_be_hidden()


def test_what_became_of_the_last_one(card: Card, page: Page) -> None:
    for state, says in (
        ("installing", "2.0 is being installed. The kitchen goes on meanwhile."),
        ("ready", "2.0 is installed: it begins with the next start."),
        ("trying", "2.0 is being tried."),
        ("good", "The update to 2.0 went well."),
        ("failed", "An update was not installed; nothing was changed."),
        ("came back", "2.0 did not come up: 1.0 runs again."),
    ):
        card.is_now(update(state))
        page.reload()
        expect(page.locator("#software .became")).to_have_text(says)


def test_a_reason_is_a_text(card: Card, page: Page) -> None:
    card.is_now(update("failed", EVIL))
    expect(page.locator("#software .became")).to_contain_text("<img src=x")
    assert page.evaluate("typeof hacked") == "undefined"


def test_a_bundle_is_handed_in_by_pieces_and_installed(card: Card, page: Page) -> None:
    hand_in(page)
    expect(page.locator("#software .said")).to_contain_text("It is looked at")
    assert card.taken == BUNDLE
    assert card.asked == ["/update"]
    card.is_now(update("ready"))
    expect(page.locator("#software .became")).to_contain_text("begins with the next start")


def test_a_piece_whose_answer_is_lost_is_not_sent_twice(card: Card, page: Page) -> None:
    card.lost = 2
    hand_in(page)
    expect(page.locator("#software .said")).to_contain_text("It is looked at")
    assert card.taken == BUNDLE


def test_where_nobody_answers_it_ends_and_can_be_tried_again(card: Card, page: Page) -> None:
    card.lost = 100
    hand_in(page, b"short")
    expect(page.locator("#software .said")).to_contain_text("Nobody answers")
    assert card.asked == []
    card.lost = 0
    page.get_by_role("button", name="Install").click()
    expect(page.locator("#software .said")).to_contain_text("It is looked at")


def test_who_is_no_manager_sees_it_and_changes_nothing(
    page: Page, standing: Kitchen, card: Card
) -> None:
    card.may = False
    page.goto(f"{standing.url}/status")
    card.is_now(update("ready"))
    expect(page.locator("#software .became")).to_contain_text("begins with the next start")
    expect(page.get_by_role("button", name="Install")).to_be_hidden()
    expect(page.get_by_role("button", name="Start the machine again")).to_be_hidden()


def test_a_restart_is_asked_for_twice(card: Card, page: Page) -> None:
    button = page.get_by_role("button", name="Start the machine again")
    page.once("dialog", lambda dialog: dialog.dismiss())
    button.click()
    assert card.asked == []
    page.once("dialog", lambda dialog: dialog.accept())
    button.click()
    expect(page.locator("#software .said")).to_contain_text("It starts again")
    assert card.asked == ["/restart"]
