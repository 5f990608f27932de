"""The reports: true, for managers alone, and honest about what is not known."""

import csv
import io
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.pages.kitchen import BURGER, FRIES, Kitchen

HOSTILE = "<img src=x onerror=alert(1)>\u202e=1+1" + "x" * 3_000
REPORTS = "**/api/v1/kds/reports/"
PROMISED_MS = 5_000
"""Within which a page owns up."""


@pytest.fixture(scope="module")
def evening(standing: Kitchen) -> Kitchen:
    """Three orders that left, one with a hostile name; one recalled, one voided, one open."""
    for number, name in enumerate(("Maria", "Tom", HOSTILE, "Ann"), 1):
        standing.order(id=f"A-{number}", name=name, items=[BURGER, FRIES])
    for number in (1, 2, 3):
        standing.act("pass", f"A-{number}", "bump")
    standing.act("grill", "A-2", "recall")
    standing.act("grill", "A-4", "void")
    return standing


@pytest.fixture
def office(page: Page, evening: Kitchen) -> Page:
    """The page, looked at by a manager."""
    evening.let_in(page.context)
    page.goto(f"{evening.url}/reports")
    expect(page.locator("#link")).to_have_text("LIVE")
    expect(page.locator("#which")).not_to_be_empty()
    return page


def figure(page: Page, name: str) -> Any:
    return page.locator("#glance li").filter(has_text=re.compile(f"^{name}")).locator("b")


def rows(page: Page, table: str) -> Any:
    return page.locator(f"#{table} tbody tr")


def test_the_day_is_told_at_a_glance_hour_by_hour_and_ticket_by_ticket(
    office: Page, evening: Kitchen
) -> None:
    told = evening.call("GET", "/reports/day")["total"]
    assert (told["voided"], told["recalls"]) == (1, 1)
    for name, value in (("Orders", 4), ("Voided", 1), ("Recalls", 1), ("Tickets", told["tickets"])):
        expect(figure(office, name)).to_have_text(str(value))
    expect(office.locator("#legend .legend")).to_have_text(["Fry", "Grill"])
    expect(office.locator("#tickets-chart svg title")).to_have_text(re.compile("^Tickets"))
    grill = evening.call("GET", "/reports/day")["stations"][1]["figures"]
    expect(office.locator("#hours-by-station thead th")).to_have_text(["Hour", "Fry", "Grill"])
    told_of_grill = f"{grill['tickets']} · {grill['items']}"
    expect(rows(office, "hours-by-station").locator("td").last).to_have_text(told_of_grill)
    expect(rows(office, "stations")).to_have_count(3)
    expect(rows(office, "deeds").filter(has_text="recalled")).to_contain_text("Tom")
    expect(office.locator("#slow")).to_be_hidden()
    office.locator("#hours button").first.click()
    expect(office.locator("#slow tbody tr").filter(has_text="Maria").first).to_be_visible()
    expect(office.locator("#hours button").first).to_have_attribute("aria-pressed", "true")
    office.locator("#tickets-chart .hour").first.click()
    expect(office.locator("#slow")).to_be_hidden()


def test_charts_have_room_for_their_words(office: Page, evening: Kitchen) -> None:
    assert evening.call("GET", "/reports/day")["total"]["tickets"]
    words = office.locator("#tickets-chart svg text, #times-chart svg text")
    expect(words.first).to_be_visible()
    expect(office.locator("#tickets-chart svg .value").first).to_be_visible()
    outside = """texts => texts.filter((text) => {
      const [its, chart] = [text, text.ownerSVGElement].map((each) => each.getBoundingClientRect());
      return its.top < chart.top || its.bottom > chart.bottom
        || its.left < chart.left || its.right > chart.right;
    }).map((text) => text.textContent)"""
    assert words.evaluate_all(outside) == []


def test_what_was_done_is_found_by_what_and_by_order(office: Page) -> None:
    everything = rows(office, "deeds")
    expect(everything).to_have_count(5)
    office.locator("#action").select_option(label="voided")
    expect(everything).to_have_count(1)
    expect(everything).to_contain_text("Ann")
    office.locator("#action").select_option(label="any")
    office.locator("#order").fill("A-2")
    office.get_by_role("button", name="Find").click()
    expect(everything).to_have_count(2)


def test_a_table_comes_as_a_file(office: Page) -> None:
    with office.expect_download() as download:
        office.locator("#csv").get_by_role("link", name="Tickets", exact=True).click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    found = list(csv.DictReader(io.StringIO(text)))
    assert {row["order_id"] for row in found} >= {"A-1", "A-2", "A-3"}
    assert "Maria" not in text


def test_hostile_names_do_nothing_and_the_page_stays_usable(office: Page) -> None:
    expect(office.locator("#longest").get_by_text(HOSTILE).first).to_be_visible()
    assert office.evaluate("document.querySelector('img')") is None
    for width in (390, 1280):
        office.set_viewport_size({"width": width, "height": 720})
        assert office.evaluate("document.documentElement.scrollWidth") <= width


def test_other_days_are_a_press_away(office: Page, evening: Kitchen) -> None:
    title = office.locator("#which")
    today = title.inner_text()
    office.get_by_role("button", name="Yesterday").click()
    expect(office.locator("#nothing")).to_be_visible()
    expect(title).not_to_have_text(today)
    assert "date=" in office.url
    office.locator("#compared").select_option("1")
    office.get_by_role("button", name="Today").click()
    expect(title).to_have_text(today)
    expect(office.locator("#glance .then").first).to_have_text(re.compile(": 0$"))
    office.go_back()
    expect(title).not_to_have_text(today)
    day = evening.call("GET", "/reports/day")["date"]
    office.goto(f"{evening.url}/reports?date={day}")
    expect(title).to_have_text(today)


def test_days_that_are_over_are_not_counted_again_with_today(page: Page, evening: Kitchen) -> None:
    asked: list[str] = []
    page.on("request", lambda each: asked.append(each.url.rpartition("/reports/")[2]))
    page.clock.install()
    evening.let_in(page.context)
    page.goto(f"{evening.url}/reports")
    expect(rows(page, "days")).to_have_count(14)
    before = figure(page, "Orders").inner_text()
    evening.order(id="A-9", items=[BURGER])
    asked.clear()
    page.clock.run_for(10_000)
    expect(figure(page, "Orders")).to_have_text(str(int(before) + 1))
    expect(rows(page, "days").first.locator("td").first).to_have_text(str(int(before) + 1))
    assert {each.partition("?")[0] for each in asked if "api" not in each} <= {"day", "audit"}
    assert not [each for each in asked if each.startswith(("days?", "day?"))]


def test_it_is_for_managers(page: Page, evening: Kitchen) -> None:
    page.goto(f"{evening.url}/reports")
    expect(page.get_by_label("PIN", exact=True)).to_be_visible()
    expect(page.locator("#report")).to_be_hidden()
    value = evening.token("chef")
    cookie: Any = {"name": "expeditor_session", "value": value, "url": evening.url}
    page.context.add_cookies([cookie])
    page.goto(f"{evening.url}/reports")
    expect(page.get_by_label("PIN", exact=True)).to_be_visible()
    expect(page.locator("#report")).to_be_hidden()


def test_it_owns_up_when_nobody_answers_and_goes_on_afterwards(office: Page) -> None:
    everything = "**/api/**"
    office.route(everything, lambda route: route.abort())
    offline = office.locator("#offline")
    expect(offline).to_have_text(re.compile("^OFFLINE since"), timeout=PROMISED_MS)
    expect(office.locator("body")).to_have_class(re.compile("stale"))
    office.unroute(everything)
    expect(office.locator("#link")).to_have_text("LIVE")
    expect(office.locator("#offline")).to_be_hidden()


def test_a_past_that_is_being_indexed_is_waited_for(page: Page, evening: Kitchen) -> None:
    evening.let_in(page.context)
    body = {"error": "x", "message": "behind", "details": {"indexed": 25, "of": 100}}
    behind = [True]

    def answer(route: Route) -> None:
        if behind[0]:
            route.fulfill(status=503, json=body)
        else:
            route.continue_()

    page.route(f"{REPORTS}day*", answer)
    page.goto(f"{evening.url}/reports")
    expect(page.locator("#indexing")).to_contain_text("25%")
    behind[0] = False
    expect(page.locator("#glance")).to_be_visible()
    expect(page.locator("#indexing")).to_be_hidden()
