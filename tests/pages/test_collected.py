"""What was handed off waits at the pass until somebody says that it was collected."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.pages.hub import Hub, iso, ticket
from tests.pages.kitchen import BURGER, FRIES, Kitchen

COLLECTED = "**/expo/orders/*/collected"


@pytest.fixture
def hub(page: Page, standing: Kitchen) -> Hub:
    return Hub(page, standing, path="/pass")


def sent(number: int, **metadata: Any) -> dict[str, Any]:
    """An order that has left the pass."""
    until = {"recallUntil": iso(30)} | metadata
    return ticket(number, "pass", status="bumped", completed_at=iso(number), metadata=until)


def line(page: Page, name: str) -> Locator:
    return page.locator(".sent").filter(has=page.locator(".reference", has_text=name))


def lines(page: Page, *wanted: str) -> None:
    """What stands there, in its order."""
    expect(page.locator(".sent .facts")).to_have_count(len(wanted))
    expect(page.locator(".sent")).to_contain_text(list(wanted))


def press(of: Locator, button: str) -> None:
    of.get_by_role("button", name=button, exact=True).click()


def handed_off(hub: Hub, page: Page, *tickets: dict[str, Any]) -> None:
    hub.it_is(5)
    hub.shows()
    hub.board.is_live()
    hub.tells("bumped", *tickets)
    page.locator("#filters").get_by_role("button", name="Handed off").click()


def collects(hub: Hub, number: int) -> None:
    """Somebody did, at this page or at another."""
    payload = {"order_id": f"{number}", "number": number}
    event = {"type": "kds.order.collected", "seq": 2, "at": iso(4), "by": "Tom"}
    hub.says(event | {"payload": payload})


def test_what_somebody_says_is_shown_at_once_and_stays_last_in_the_list(
    hub: Hub, page: Page
) -> None:
    asked: list[Route] = []

    def answer_later(route: Route) -> None:
        asked.append(route)

    page.route(COLLECTED, answer_later)
    handed_off(hub, page, sent(1), sent(2), sent(3))
    lines(page, "Table 3 handed off 12:03", "Table 2 handed off 12:02", "Table 1 handed off 12:01")
    press(line(page, "Table 3"), "Collected")
    lines(page, "Table 2 handed", "Table 1 handed", "Table 3 Collected …")
    expect(line(page, "Table 3")).to_have_class(re.compile("busy"))
    expect(line(page, "Table 3").get_by_role("button")).to_have_text(["Recall"])
    asked.pop().fulfill(status=204)
    lines(page, "Table 2 handed", "Table 1 handed", "Table 3 collected 12:05")
    expect(line(page, "Table 3")).not_to_have_class(re.compile("busy"))
    collects(hub, 3)
    lines(page, "Table 2 handed", "Table 1 handed", "Table 3 collected 12:04")


def test_what_is_refused_is_taken_back_and_says_why(hub: Hub, page: Page) -> None:
    message = "order '1' is still being made"
    details = {"reason": "wrong_state", "from": None, "to": None}
    conflict = {"code": "CONFLICT", "message": message, "details": details}
    page.route(COLLECTED, lambda route: route.fulfill(status=409, json=conflict))
    handed_off(hub, page, sent(1), sent(2))
    press(line(page, "Table 2"), "Collected")
    expect(page.locator("#notice")).to_have_text(f"Table 2: {message}")
    lines(page, "Table 2 handed off", "Table 1 handed off")
    expect(line(page, "Table 2")).not_to_have_class(re.compile("busy|collected"))


def test_where_nobody_answers_it_is_taken_back_too(hub: Hub, page: Page) -> None:
    page.route(COLLECTED, lambda _route: None)
    handed_off(hub, page, sent(1))
    press(line(page, "Table 1"), "Collected")
    lines(page, "Table 1 Collected …")
    hub.falls_silent()
    expect(page.locator("#notice")).to_have_text(re.compile("Table 1: no answer"))
    lines(page, "Table 1 handed off")


def test_somebody_else_says_so_and_what_is_called_back_waits_again(hub: Hub, page: Page) -> None:
    handed_off(hub, page, sent(1), sent(2), sent(4, collectedAt=iso(4.5)))
    lines(page, "Table 2 handed off", "Table 1 handed off", "Table 4 collected 12:04")
    collects(hub, 2)
    lines(page, "Table 1 handed off", "Table 4 collected", "Table 2 collected 12:04")
    # A cook calls his part back: the pass has sent it all the same.
    hub.tells("recalled", ticket(2, "grill", status="recalled"))
    lines(page, "Table 2 handed off", "Table 1 handed off", "Table 4 collected")
    hub.tells("recalled", ticket(4, "pass", status="recalled"))
    lines(page, "Table 2 handed off", "Table 1 handed off")
    hub.tells("bumped", sent(4))
    lines(page, "Table 4 handed off", "Table 2 handed off", "Table 1 handed off")


def test_of_more_than_are_shown_what_waits_for_nobody_goes_first(hub: Hub, page: Page) -> None:
    handed_off(hub, page, *(sent(n) for n in range(1, 31)))
    collects(hub, 20)
    hub.tells("bumped", sent(31))
    expect(page.locator(".sent")).to_have_count(30)
    expect(line(page, "Table 20")).to_have_count(0)
    expect(page.locator(".sent .reference").last).to_have_text("Table 1")
    hub.tells("bumped", sent(32))
    expect(page.locator(".sent .reference").last).to_have_text("Table 2")


@pytest.mark.parametrize("has_touch", [True])
def test_the_driver_takes_it(page: Page, kitchen: Kitchen) -> None:
    value = kitchen.token("expeditor", stations=["pass"])
    page.context.add_cookies([{"name": "expeditor_session", "value": value, "url": kitchen.url}])
    for number, name in enumerate(("Jane", "Tom")):
        kitchen.order(id=f"A-{number}", name=name, items=[BURGER, FRIES])
        kitchen.act("pass", f"A-{number}", "bump")
    page.goto(f"{kitchen.url}/pass")
    page.locator("#filters").get_by_role("button", name="Handed off").tap()
    line(page, "Jane").get_by_role("button", name="Collected").tap()
    lines(page, "Tom handed off", "Jane collected")
    expect(line(page, "Jane")).not_to_have_class(re.compile("busy"))
    page.reload()
    page.locator("#filters").get_by_role("button", name="Handed off").tap()
    lines(page, "Tom handed off", "Jane collected")
    kitchen.act("grill", "A-0", "recall")
    expect(line(page, "Jane")).to_contain_text("handed off")
