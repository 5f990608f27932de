"""When things start, are late, and are forgotten: by the appliance's clock, in plain words."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.pages.board import Board
from tests.pages.hub import Hub, iso, item, ticket
from tests.pages.kitchen import BURGER, FRIES, Kitchen

HELD_UNTIL_4 = {"status": "held", "metadata": {"firesAt": iso(4)}}


@pytest.fixture
def hub(page: Page, kitchen: Kitchen) -> Hub:
    hub = Hub(page, kitchen)
    hub.it_is(0)
    return hub


def says(card: Locator, age: str, state: str) -> None:
    expect(card.locator(".age")).to_have_text(age)
    expect(card.locator(".state")).to_have_text(state)


def test_a_card_that_waits_for_another_station_starts_by_a_press(
    board: Board, kitchen: Kitchen
) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER, FRIES])
    card = board.card("fry", "Table 7")
    expect(card).to_have_class(re.compile(r"\bheld\b"))
    expect(card.locator(".age")).to_have_text("in 4 min")
    expect(card.locator(".state")).to_have_text(re.compile(r"^starts \d\d:\d\d$"))
    expect(card.locator(".mark")).to_have_count(0)
    expect(card.locator("footer button")).to_have_text(["Start now"])
    board.press("fry", "Table 7", "Start now")
    expect(card.locator(".state")).to_have_text("cooking")
    expect(card).not_to_have_class(re.compile(r"\bheld\b"))
    assert kitchen.listed("fry") == [("A-1", "in_progress")]


def test_it_counts_down_and_is_fresh_when_it_was_fired(hub: Hub) -> None:
    hub.shows(ticket(1, "fry", **HELD_UNTIL_4))
    card = hub.board.card("fry", "Table 1")
    hub.it_is(0.5)
    says(card, "in 4 min", "starts 12:04")
    hub.it_is(2.5)
    says(card, "in 2 min", "starts 12:04")
    hub.it_is(3.5)
    expect(card.locator(".age")).to_have_text(re.compile(r"^in (30|2\d) s$"))
    hub.it_is(4.01)
    says(card, "now", "starts 12:04")
    hub.tells("fired", ticket(1, "fry", metadata={"firedAt": iso(4), "queued": 1}))
    expect(card.locator(".age")).to_have_text(re.compile(r"^0:0\d$"))
    expect(card.locator(".state")).to_have_text("")
    hub.it_is(14)
    expect(card.locator(".age")).to_have_text(re.compile(r"^10:0\d$"))


def test_its_age_is_what_somebody_has_waited_where_the_clock_was_set_since(hub: Hub) -> None:
    hub.shows(ticket(1, "fry", metadata={"firedAt": iso(4), "waitsSince": iso(64)}))
    hub.it_is(66)
    expect(hub.board.card("fry", "Table 1").locator(".age")).to_have_text(re.compile(r"^2:0\d$"))


def test_one_that_starts_on_another_day_says_which(hub: Hub) -> None:
    tomorrow = {"firesAt": iso(24 * 60 + 30)}
    hub.shows(ticket(1, "fry", status="held", metadata=tomorrow))
    says(hub.board.card("fry", "Table 1"), "", "starts Mar 3, 12:30")


def test_a_line_that_starts_later_on_a_card_that_is_cooking_says_when(hub: Hub) -> None:
    lines = item("Salad"), item("Cake", "2", held=True), item("Pie", "3", held=True, course=3)
    later = {"items": {"2": {"firesAt": iso(4)}}}
    hub.shows(ticket(1, "fry", *lines, metadata=later))
    card = hub.board.card("fry", "Table 1")
    expect(card.locator("li").filter(has_text="Cake").locator(".mark")).to_have_text("AT 12:04")
    expect(card.locator("li").filter(has_text="Pie").locator(".mark")).to_have_text("HOLD")
    expect(card.locator("footer button")).to_have_text(["Fire", "Start", "Bump"])
    fired: list[Any] = []
    hub.board.page.on("request", lambda request: fired.append(request.post_data_json))
    hub.board.press("fry", "Table 1", "Fire")
    expect(hub.board.page.locator("#notice")).to_be_visible()  # There is no such order.
    assert fired == [{"order_id": "1", "course_number": 3, "station_id": "fry"}]


@pytest.mark.parametrize("status", ["in_progress", "ready"])
def test_what_starts_later_on_a_card_that_was_begun_can_be_started_now(
    hub: Hub, status: str
) -> None:
    lines = item("Salad", done=status == "ready"), item("Cake", "2", held=True)
    later = {"items": {"2": {"firesAt": iso(4)}}}
    hub.shows(ticket(1, "fry", *lines, status=status, metadata=later))
    buttons = hub.board.card("fry", "Table 1").locator("footer button")
    expect(buttons.filter(has_text="Start now")).to_be_visible()
    asked: list[str] = []
    hub.board.page.on("request", lambda request: asked.append(request.url))
    hub.board.press("fry", "Table 1", "Start now")
    expect(hub.board.page.locator("#notice")).to_be_visible()  # There is no such order.
    assert asked[0].endswith("/stations/fry/orders/1/ticket/start"), asked


def test_a_card_that_waits_for_its_course_says_which(hub: Hub) -> None:
    waiting = item("Cake", held=True, course=2)
    hub.shows(
        ticket(1, "fry", waiting, status="held", course_number=2),
        ticket(2, "fry", item("Pie", held=True), status="held"),
    )
    for table, state in (("Table 1", "held · course 2"), ("Table 2", "held")):
        card = hub.board.card("fry", table)
        expect(card.locator(".state")).to_have_text(state)
        expect(card.locator("footer button")).to_have_text(["Fire"])


def test_a_card_that_waits_can_be_recalled_until_it_is_too_late(hub: Hub) -> None:
    waiting = item("Cake", held=True, course=2)
    hub.shows(ticket(1, "fry", waiting, status="held", metadata={"recallUntil": iso(30)}))
    buttons = hub.board.card("fry", "Table 1").locator("footer button:visible")
    hub.it_is(29.9)
    expect(buttons).to_have_text(["Recall", "Fire"])
    hub.it_is(30.1)
    expect(buttons).to_have_text(["Fire"])


def test_late_and_very_late_are_when_the_appliance_says(hub: Hub) -> None:
    hub.board.page.set_viewport_size({"width": 1400, "height": 1400})  # All cards are on one page.
    late = {"lateAt": iso(5), "veryLateAt": iso(8)}
    hub.shows(
        ticket(1, "grill", metadata=late),
        ticket(2, "grill", status="in_progress", metadata=late),
        ticket(3, "grill"),
    )
    cooking = hub.board.card("grill", "Table 2")
    for minutes, kind, words in (
        (4.9, "", ""),
        (5.1, "late", "late"),
        (8.1, "very-late", "very late"),
    ):
        hub.it_is(minutes)
        expect(hub.board.card("grill", "Table 1").locator(".state")).to_have_text(words)
        state = " · ".join(filter(None, (words, "cooking")))
        expect(cooking.locator(".state")).to_have_text(state)
        classes = set((cooking.get_attribute("class") or "").split())
        assert classes & {"late", "very-late"} == ({kind} if kind else set())
    expect(hub.board.card("grill", "Table 3").locator(".state")).to_have_text("")


def test_cards_stand_in_the_order_of_the_kitchen(hub: Hub) -> None:
    hub.board.page.set_viewport_size({"width": 1400, "height": 1400})  # All cards are on one page.

    def queued(number: int, tick: int, **more: Any) -> dict[str, Any]:
        return ticket(number, "grill", **more | {"metadata": {"queued": tick}})

    held_and_urgent = {"status": "held", "priority": "urgent"}
    hub.shows(
        queued(1, 500),
        queued(2, 300, **held_and_urgent),
        queued(3, 400),
        queued(4, 600, priority="high"),
    )
    hub.board.shows("grill", "Table 4", "Table 2", "Table 3", "Table 1")
    hub.tells("fired", queued(2, 300, priority="urgent"))
    hub.board.shows("grill", "Table 2", "Table 4", "Table 3", "Table 1")
    hub.tells("fired", queued(3, 700))
    hub.board.shows("grill", "Table 2", "Table 4", "Table 1", "Table 3")


def test_the_pass_sees_how_far_each_station_is(hub: Hub) -> None:
    lines = item("Burger", is_done=True), item("Steak", "2"), item("Bun", "3", change="deleted")
    hub.shows(
        ticket(1, "pass"),
        ticket(1, "grill", *lines, status="in_progress", metadata={"lateAt": iso(3)}),
        ticket(1, "fry", **HELD_UNTIL_4),
        ticket(2, "grill"),
        ticket(2, "pass"),
    )
    progress = hub.board.card("pass", "Table 1").locator(".progress")
    expect(progress).to_have_text("Grill cooking 1/2 · Fry starts in 4 min")
    expect(hub.board.card("pass", "Table 2").locator(".progress")).to_have_text("Grill to do")
    hub.it_is(3.1)
    expect(progress).to_have_text(re.compile(r"^Grill cooking 1/2 late · Fry starts in 5\d s$"))
    hub.tells("ready", ticket(1, "grill", status="ready"))
    hub.tells("bumped", ticket(1, "fry", status="bumped"))
    expect(progress).to_have_text("Grill ready")
    hub.tells("voided", ticket(1, "grill", status="voided"))
    expect(progress).to_be_hidden()
    expect(hub.board.card("grill", "Table 2").locator(".progress")).to_be_hidden()


@pytest.mark.parametrize("status", ["bumped", "voided"])
def test_what_was_forgotten_leaves_the_board(hub: Hub, status: str) -> None:
    live = ticket(1, "grill", status="voided" if status == "voided" else "pending")
    hub.shows(live, ticket(2, "grill"))
    hub.board.shows("grill", "Table 1", "Table 2")
    hub.tells("forgotten", live | {"status": status})
    hub.board.shows("grill", "Table 2")


def test_a_reminder_stays_until_somebody_has_seen_it_or_it_is_over(hub: Hub) -> None:
    hub.shows()
    reminders = hub.board.page.locator("#reminders")
    expect(reminders).to_be_hidden()
    hub.reminds("No order from Web since 18:00", "2 orders were left")
    expect(reminders.locator("span")).to_have_text(
        "No order from Web since 18:00\n2 orders were left"
    )
    expect(reminders).to_be_visible()
    hub.reminds()
    expect(reminders).to_be_hidden()
    hub.reminds("2 orders were left")
    reminders.get_by_role("button", name="Seen").click()
    expect(reminders).to_be_hidden()
    hub.board.page.evaluate("stream.beat()")
    expect(reminders).to_be_hidden()
    hub.reminds("3 orders were left")
    expect(reminders).to_be_visible()
    reminders.get_by_role("button", name="Seen").click()
    for again in ([], ["3 orders were left"]):
        hub.reminds(*again)
        hub.board.page.evaluate("stream.beat()")
    expect(reminders).to_be_visible()


def test_all_day_counts_are_a_tap_away_and_stay_true(board: Board, kitchen: Kitchen) -> None:
    burgers = BURGER | {
        "qty": 5,
        "mods": ["No Onion"],
        "components": [{"name": "patty", "count": 2}],
    }
    kitchen.order(id="A-1", name="Table 7", items=[burgers])
    counts = board.station("grill").locator(".counts")
    expect(counts).to_be_hidden()
    button = board.station("grill").get_by_role("button", name="All day")
    button.click()
    lines = counts.locator("li")
    expect(lines).to_have_text(
        ["5 × Hamburger5 × No Onion", "Modifiers", "5 × No Onion", "Components", "10 × patty"]
    )
    later = BURGER | {"qty": 2, "course": "2", "courseStatus": "hold"}
    kitchen.order(id="A-2", name="Table 8", items=[later])
    expect(lines.first).to_have_text("5 + 2 held × Hamburger5 × No Onion2 held × plain")
    kitchen.act("grill", "A-1", "bump")
    expect(lines).to_have_text(["2 held × Hamburger"])
    kitchen.act("grill", "A-2", "void")
    expect(lines).to_have_text(["Nothing to make"])
    expect(board.station("fry").locator(".counts")).to_be_hidden()
    button.click()
    expect(counts).to_be_hidden()


def test_counts_that_cannot_be_had_are_not_shown_as_if_they_were_true(
    board: Board, kitchen: Kitchen
) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    board.shows("grill", "Table 7")
    board.station("grill").get_by_role("button", name="All day").click()
    lines = board.station("grill").locator(".counts li")
    expect(lines).to_have_text(["1 × Hamburger"])
    board.page.route("**/all-day", lambda route: route.abort())
    kitchen.order(id="A-2", name="Table 8", items=[BURGER])
    expect(lines).to_have_text(["The counts cannot be had"])
    board.is_live()
    board.page.unroute("**/all-day")
    expect(lines).to_have_text(["2 × Hamburger"])


def test_what_changes_while_they_are_counted_is_counted(board: Board, kitchen: Kitchen) -> None:
    asked: list[Route] = []

    def keep_the_first(route: Route) -> None:
        asked.append(route)
        if len(asked) > 1:
            route.continue_()

    board.page.route("**/grill/all-day", keep_the_first)
    with board.page.expect_request("**/grill/all-day"):
        board.station("grill").get_by_role("button", name="All day").click()
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    board.shows("grill", "Table 7")
    asked[0].fulfill(json={"dishes": [], "modifiers": [], "components": []})
    expect(board.station("grill").locator(".counts li")).to_have_text(["1 × Hamburger"])
    assert len(asked) == 2


def test_what_can_no_longer_be_recalled_is_not_offered(hub: Hub) -> None:
    hub.shows(ticket(1, "fry"), ticket(2, "fry"))
    for number, until in ((1, 40), (2, 30)):
        gone = {"status": "bumped", "completed_at": iso(0), "metadata": {"recallUntil": iso(until)}}
        hub.tells("bumped", ticket(number, "fry", **gone))
    recall = hub.board.station("fry").locator(".recall")
    expect(recall).to_have_text("Recall Table 2")
    hub.it_is(31)
    expect(recall).to_have_text("Recall Table 1")
    hub.it_is(41)
    expect(recall).to_be_hidden()
