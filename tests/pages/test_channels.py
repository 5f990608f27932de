"""Delivery channels at the pass and on the status page."""

import re
from typing import Any, Final

import pytest
from playwright.sync_api import Locator, Page, Route, ViewportSize, expect

from tests.pages.hub import Hub, account, disagreement, iso, ticket
from tests.pages.kitchen import Kitchen

EVIL: Final = "<img src=x onerror=hacked=1>\N{RIGHT-TO-LEFT OVERRIDE}gnp"
CITY: Final = account("city", name="Uber Eats")
SINCE: Final = "since 12:00"
"""Where the browsers are."""


@pytest.fixture
def hub(page: Page, standing: Kitchen) -> Hub:
    hub = Hub(page, standing, path="/pass")
    hub.it_is(5)
    hub.shows(order(1), order(2))
    hub.board.is_live()
    return hub


def order(number: int, account: str = "city") -> dict[str, Any]:
    return ticket(number, "pass", metadata={"channelAccount": account})


def lines(page: Page) -> Locator:
    return page.locator("#channels .trouble")


def card(page: Page, number: int) -> Locator:
    return page.locator(".order").filter(has_text=f"Table {number}")


def test_each_says_what_it_means_and_what_to_do_the_worst_first(hub: Hub, page: Page) -> None:
    expect(page.locator("#channels")).to_be_hidden()
    failed = disagreement("1", "failed", reason=EVIL)
    elsewhere = disagreement("2", "failed", account="town", called=EVIL)
    # A card of another account that has the same id is another order.
    hub.has_channels(
        [CITY], disagreement("5", "not closed"), disagreement("3", "voided"),
        disagreement("4", "left"), failed, elsewhere,
    )  # fmt: skip
    says_failed = "says that it failed, and it is being made here. Ask before you go on."
    left = "says that it has left, and it is not done here. See who has it."
    expect(lines(page)).to_have_text(
        [
            f"U-1 · {SINCE} · Uber Eats {says_failed} It says: {EVIL}Seen to",
            f"{EVIL} · {SINCE} · town {says_failed}Seen to",
            f"U-4 · {SINCE} · Uber Eats {left}Seen to",
        ]
    )
    expect(lines(page).locator("bdi", has_text=EVIL)).to_have_count(2)
    assert page.evaluate("typeof hacked") == "undefined"
    mark = card(page, 1).locator(".channel")
    expect(mark).to_have_text("The platform says failed: ask before you go on")
    expect(card(page, 2).locator(".channel")).to_be_hidden()
    page.get_by_role("button", name="and 2 more").click()
    expect(lines(page)).to_have_count(5)
    expect(lines(page).last).to_contain_text("never closed it")
    page.get_by_role("button", name="Only the first").click()
    expect(lines(page)).to_have_count(3)
    # A small screen has its tools in sight, and its cards.
    page.set_viewport_size(ViewportSize(width=800, height=480))
    expect(lines(page)).to_have_count(1)
    for place in ("#tools button:visible", "#channels button", "#cards .order"):
        for each in page.locator(place).all()[:2]:
            expect(each).to_be_in_viewport()
    hub.has_channels([CITY])
    expect(page.locator("#channels")).to_be_hidden()
    expect(mark).to_be_hidden()


def test_what_was_seen_to_is_shown_at_once_and_taken_back_when_refused(
    hub: Hub, page: Page
) -> None:
    asked: list[Route] = []

    def answer_later(route: Route) -> None:
        asked.append(route)

    page.route("**/settled", answer_later)
    hub.has_channels([CITY], disagreement("9/1", "failed"), disagreement("2", "left"))
    first = lines(page).filter(has_text="U-9/1")
    seen_to = first.get_by_role("button", name="Seen to")
    seen_to.click()
    expect(first).to_have_class(re.compile("busy"))
    seen_to.press("Enter")  # It is under way.
    (route,) = asked
    assert route.request.url.endswith("/api/v1/kds/channels/city/orders/9%2F1/settled")
    route.fulfill(status=503, json={"code": "X", "message": "nothing can be stored at present"})
    expect(page.locator("#notice")).to_have_text("U-9/1: nothing can be stored at present")
    expect(first).not_to_have_class(re.compile("busy"))
    page.unroute("**/settled")
    page.route("**/settled", lambda route: route.fulfill(status=204))
    seen_to.click()
    expect(first).to_have_class(re.compile("busy"))
    hub.has_channels([CITY], disagreement("2", "left"))
    expect(lines(page)).to_have_count(1)
    expect(lines(page).get_by_role("button")).to_be_focused()


def test_a_manager_pauses_new_orders_and_resumes_them(hub: Hub, page: Page) -> None:
    asked: list[Any] = []

    def pause(route: Route) -> None:
        asked.append((route.request.url.rpartition("/api/v1/kds")[2], route.request.post_data_json))
        route.fulfill(status=204)

    page.route("**/pause", pause)
    tools = page.locator("#pause")
    hub.has_channels([CITY])
    expect(tools).to_be_hidden()  # It cannot be done.
    city = CITY | {"can_pause": True}
    hub.has_channels([city])
    tools.click()
    line = page.locator("#channels .pause")
    expect(line).to_have_text("New orders by Uber Eats: none for15 min30 min60 min")
    line.get_by_role("button", name="30 min").click()
    hub.has_channels([city | {"paused_until": iso(35)}])
    tools.click()
    expect(line).to_have_text("Uber Eats was asked to send no new orders until 12:35.Resume")
    line.get_by_role("button", name="Resume").click()
    hub.has_channels([city])
    expect(page.locator("#channels")).to_be_hidden()
    path = "/channels/city/pause"
    assert asked == [(path, {"seconds": 1800}), (path, {"seconds": 0})]
    page.unroute("**/pause")
    refusal = {"code": "CONFLICT", "message": "the channel did not do it"}
    page.route("**/pause", lambda route: route.fulfill(status=409, json=refusal))
    tools.click()
    line.get_by_role("button", name="15 min").click()
    expect(page.locator("#notice")).to_have_text("Uber Eats: the channel did not do it")
    expect(line).not_to_have_class(re.compile("busy"))


@pytest.mark.parametrize(("role", "buttons"), [("server", 0), ("expeditor", 1)])
def test_only_who_may_settles_and_only_managers_pause(
    page: Page, standing: Kitchen, role: str, buttons: int
) -> None:
    session = {"by": "token", "name": None, "roles": [role], "stations": None}
    page.route("**/kds/session", lambda route: route.fulfill(json=session))
    hub = Hub(page, standing, path="/pass?lang=de")
    hub.it_is(5)
    hub.shows(order(1))
    hub.board.is_live()
    town = account("town", name="Just Eat", can_pause=True, paused_until=iso(20))
    hub.has_channels([CITY, town], disagreement("1", "cancelled late"))
    expect(lines(page)).to_contain_text("seit 12:00 · Uber Eats hat sie zurückgenommen")
    expect(page.locator("#channels .pause")).to_have_text(
        "Just Eat soll bis 12:20 keine neuen Bestellungen schicken."
    )
    expect(page.locator("#channels button:visible")).to_have_count(buttons)
    expect(page.locator("#pause")).to_be_hidden()


def test_the_status_page_says_of_each_account_how_it_is(page: Page, standing: Kitchen) -> None:
    health = standing.call("GET", "/health") | {"at": iso(32)}
    page.clock.set_system_time(iso(32))  # The day of the times is today, by the browser.
    page.route("**/api/v1/kds/health", lambda route: route.fulfill(json=health))
    page.goto(f"{standing.url}/status")
    expect(page.locator("#link")).to_have_text("LIVE")
    section = page.locator("#channels")
    expect(section).to_be_hidden()
    well = CITY | {"last_order_at": iso(30), "last_status_at": iso(31), "token_until": iso(99)}
    away: dict[str, Any] = {"state": "away", "why": EVIL, "queue": 4, "oldest_at": iso(2)}
    away |= {"refused": 2, "refused_why": EVIL, "wrong_signatures": 3, "token_until": iso(31)}
    away |= {"turned_away": 1, "turned_away_why": EVIL}
    town = account("town", name=EVIL, environment="staging", paused_until=iso(60), **away)
    refused = account("village", name="Uber Eats", state="refused", why="401")
    health["channels"] = [well, town, refused]
    states = section.locator(".state")
    expect(states).to_have_text(
        [
            "It takes what it is told since 12:00.",
            f"Not reached since 12:00: {EVIL}.",
            "It does not take our credentials since 12:00: 401.",
        ]
    )
    for place, how in enumerate(("none", "warning", "alarm")):
        expect(states.nth(place)).to_have_class(f"state {how}")
    rows = section.locator("li")
    expect(rows.locator("div")).to_have_text(
        [
            "Uber Eats Deliverect · city",
            f"{EVIL} Deliverect STAGING",
            "Uber Eats Deliverect · village",
        ]
    )
    expect(rows.nth(0).locator("dd")).to_have_text(
        ["12:30", "12:31", "nothing", re.compile("^Mar 2, 2026, 13:39$")]
    )
    expect(rows.nth(1).locator("dd.warning")).to_have_text(
        [
            "4 orders, since 12:02",
            f"1 message: {EVIL}",
            f"2 reports, the last: {EVIL}",
            "3",
            re.compile("^ended Mar 2"),
            "13:00",
        ]
    )
    assert page.evaluate("typeof hacked") == "undefined"
    for width, height in ((800, 480), (390, 844)):
        page.set_viewport_size(ViewportSize(width=width, height=height))
        assert page.evaluate("document.documentElement.scrollWidth") <= width
