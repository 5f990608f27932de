"""The page of the pass: whole orders, how far stations are, and what is done with them there."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.pages.hub import COLD, STATIONS, Hub, iso, item, printer, ticket
from tests.pages.kitchen import BURGER, FRIES, Kitchen

SALAD = {"lineId": "3", "name": "House Salad", "qty": 1, "mods": []}
HTML = "<img src=x onerror='window.pwned = 1'>\u202egnirts"
TART = {"lineId": "4", "name": "Tart", "qty": 1, "course": "Course 2", "courseStatus": "hold"}


@pytest.fixture
def hub(page: Page, standing: Kitchen) -> Hub:
    return Hub(page, standing, path="/pass")


@pytest.fixture
def at_pass(page: Page, kitchen: Kitchen) -> Page:
    """The page, signed in as a manager, and live."""
    kitchen.let_in(page.context)
    page.goto(f"{kitchen.url}/pass")
    expect(page.locator("#link")).to_have_text("LIVE")
    return page


def card(page: Page, name: str) -> Locator:
    return page.locator(".order").filter(has=page.locator(".reference", has_text=name))


def names(page: Page, *wanted: str) -> None:
    expect(page.locator("#cards .reference")).to_have_text(list(wanted))


def press(order: Locator, button: str) -> None:
    order.get_by_role("button", name=button, exact=True).click()


def whole(number: int, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An order at the pass that was promised for ten minutes after the doors opened."""
    return ticket(number, "pass", *items, **{"target_time": iso(10)} | more)


def stages(order: Locator, *wanted: str | re.Pattern[str]) -> None:
    """What each station is said to be at, in their order."""
    expect(order.locator(".part h3")).to_have_text(list(wanted))


def test_an_order_says_how_far_each_station_is_and_what_handing_it_over_takes(
    hub: Hub, page: Page
) -> None:
    hub.it_is(4)
    burgers = [item("Burger", "1", is_done=True), item("Steak", "2")]
    hub.shows(
        ticket(1, "grill", *burgers, status="in_progress"),
        ticket(1, "fry", item("Fries", "3", held=True), status="held",
               metadata={"firesAt": iso(8)}),
        whole(
            1, *burgers, item("Fries", "3"), item("Soup", "4"),
            server_name="Sarah", order_channel="delivery",
            metadata={"lateAt": iso(5), "phoneNumber": "+16155551234",
                      "deliveryService": {"name": "Dash", "driverPhone": "+16155550000"}},
        ),
    )  # fmt: skip
    order = card(page, "Table 1")
    expect(order.locator(".facts")).to_have_text("delivery · Sarah")
    stages(order, "Grill cooking 1/2", "Fry starts in 4 min", re.compile("^Done, or not on"))
    expect(order.locator(".part[data-station=grill] progress")).to_have_js_property("value", 1)
    expect(order.locator(".part").last.locator(".dish")).to_have_text("Soup")
    expect(order.locator(".handoff dd")).to_have_text(["+16155551234", "Dash", "+16155550000"])
    expect(order.locator(".promise")).to_have_text("promised 12:10 · in 6 min")
    expect(order.locator(".state")).to_have_text("")
    hub.it_is(12)
    expect(order.locator(".promise")).to_have_text("promised 12:10 · 2 min over")
    expect(order.locator(".state")).to_have_text("late")
    expect(order.locator(".age")).to_have_text(re.compile("^12:0"))
    # A station that is done leaves its own board, and stays on the card.
    hub.tells("bumped", ticket(1, "grill", *burgers, status="bumped"))
    stages(order, "Grill done", re.compile("^Fry starts"), re.compile("^Done, or not on"))
    hub.tells("ready", ticket(1, "fry", item("Fries", "3", is_done=True), status="ready"))
    expect(order.locator(".state")).to_have_text("late · ready to go")
    hub.tells("bumped", whole(1, status="bumped"))
    names(page)


def test_one_line_says_how_it_goes_and_filters_show_what_matters(hub: Hub, page: Page) -> None:
    hub.it_is(7)
    hub.shows(
        ticket(1, "grill"), whole(1, metadata={"lateAt": iso(5)}),
        ticket(2, "grill", status="ready"), whole(2, target_time=iso(9)),
        ticket(3, "grill"), whole(3, item("Tart", held=True, course=2), status="held"),
        whole(4, priority="urgent"), ticket(4, "grill"),
        # Of this one the next course waits, and what was fired is done.
        ticket(5, "grill", item("Tart", held=True, course=2), status="held"),
        whole(5, item("Soup"), item("Tart", "2", held=True, course=2)),
    )  # fmt: skip
    expect(page.locator("#summary")).to_have_text(
        re.compile(r"^5 open · 1 late · oldest 7:0\d · next promised 12:09$")
    )
    expect(page.locator("#filters button")).to_have_text(
        ["All 5", "Late 1", "Ready to go 2", "Held 2", "Handed off"]
    )
    # As the kitchen orders them.
    names(page, "Table 4", "Table 1", "Table 2", "Table 3", "Table 5")
    for name, shown in (
        ("Late", ["Table 1"]),
        ("Ready", ["Table 2", "Table 5"]),
        ("Held", ["Table 3", "Table 5"]),
    ):
        page.locator("#filters").get_by_role("button", name=name).click()
        names(page, *shown)
    hub.tells("bumped", whole(3, status="bumped"), whole(5, status="bumped"))
    expect(page.locator("#none")).to_have_text("No order is held")


def test_five_hundred_orders_are_paged_and_reached_by_keyboard(hub: Hub, page: Page) -> None:
    hub.it_is(1)
    hub.shows(*(each for n in range(1, 501) for each in (ticket(n, "grill"), whole(n))))
    expect(page.locator("#summary")).to_have_text(re.compile("^500 open"))
    pager = page.locator("#pager span")
    expect(pager).to_have_text("Page 1/84 · orders 1–6 of 500")
    assert page.locator(".order").count() == 6
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(card(page, "Table 2")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(card(page, "Table 5")).to_be_focused()
    page.keyboard.press("PageDown")
    expect(pager).to_have_text("Page 2/84 · orders 7–12 of 500")
    expect(page.locator(".order").first).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".order").last).to_be_focused()
    expect(pager).to_have_text("Page 1/84 · orders 1–6 of 500")
    # What is drawn anew keeps the keyboard, and what has gone hands it on.
    hub.tells("updated", whole(6, server_name="Tom"))
    expect(page.locator(".order").last.locator(".facts")).to_contain_text("Tom")
    expect(page.locator(".order").last).to_be_focused()
    hub.tells("bumped", whole(6, status="bumped"))
    expect(page.locator(".order").last).to_be_focused()


def test_what_was_asked_for_is_shown_at_once_and_taken_back_when_refused(
    hub: Hub, page: Page
) -> None:
    asked: list[Route] = []

    def answer_later(route: Route) -> None:
        asked.append(route)

    page.route("**/ticket/bump", answer_later)
    hub.it_is(1)
    hub.shows(ticket(1, "grill"), whole(1), ticket(2, "grill", status="ready"), whole(2))
    order = card(page, "Table 1")
    press(order, "Hand off")
    expect(order.locator(".sending")).to_have_text("Hand off …")
    expect(order).to_have_class(re.compile("busy"))
    order.focus()
    page.keyboard.press("Enter")  # It is under way.
    assert len(asked) == 1
    message = "the pass waits for grill"
    asked.pop().fulfill(status=409, json={"code": "CONFLICT", "message": message})
    expect(page.locator("#notice")).to_have_text(f"Table 1: {message}")
    expect(order).not_to_have_class(re.compile("busy"))
    press(card(page, "Table 2"), "Hand off")
    expect(card(page, "Table 2").locator(".sending")).to_have_text("Hand off …")
    hub.falls_silent()
    expect(page.locator("#notice")).to_have_text(re.compile("Table 2: no answer"))
    expect(card(page, "Table 2")).not_to_have_class(re.compile("busy"))


def test_it_owns_up_when_nobody_answers_and_nothing_can_be_pressed(hub: Hub, page: Page) -> None:
    hub.it_is(1)
    hub.shows(whole(1))
    hub.board.is_live()
    hub.falls_silent()
    hub.board.is_offline(within=5)
    expect(page.locator("body")).to_have_class(re.compile("stale"))
    for place in ("#orders", "#tools", "#channels"):
        expect(page.locator(f"{place}[inert]")).to_be_attached()
    hub.it_is(2)
    hub.board.is_live()
    expect(page.locator("#orders:not([inert])")).to_be_attached()


def test_names_that_others_wrote_are_text_and_leave_room(hub: Hub, page: Page) -> None:
    endless = "Ä" * 10_000
    hub.it_is(1)
    hub.shows(
        ticket(1, "grill", item(HTML)), whole(1, order_reference=HTML, server_name=endless),
        whole(2, order_reference=endless, metadata={"deliveryAddress": endless}), whole(3),
        stations=[{**STATIONS[0], "name": HTML}, *STATIONS[1:]],
    )  # fmt: skip
    expect(page.locator(".order").first.locator(".reference")).to_have_text(HTML)
    assert page.evaluate("window.pwned") is None
    expect(page.locator(".part h3 .name").first).to_have_text(HTML)
    for order in page.locator(".order").all():
        box = order.bounding_box()
        assert box is not None
        assert box["height"] < 900
    press(card(page, "Table 3"), "Rush")  # The page can be used all the same.


def test_a_kitchen_without_a_pass_sees_its_orders_and_fires_their_courses(
    hub: Hub, page: Page
) -> None:
    fired: list[Any] = []

    def fire(route: Route) -> None:
        fired.append(route.request.post_data_json)
        route.fulfill(json=[])

    page.route("**/courses/fire", fire)
    hub.it_is(1)
    hub.shows(
        ticket(1, "grill"),
        ticket(1, "cold", item("Tart", held=True, course=2), status="held", course_number=2),
        stations=[STATIONS[0], COLD],
    )
    expect(page.locator("#no-pass")).to_be_visible()
    order = card(page, "Table 1")
    stages(order, "Grill to do", "Cold held · course 2")
    expect(order.get_by_role("button")).to_have_text(["Fire course 2"])
    expect(page.locator("#undo")).to_be_hidden()
    press(order, "Fire course 2")
    expect(order).not_to_have_class(re.compile("busy"))
    assert fired == [{"order_id": "1", "course_number": 2, "station_id": "cold"}]


def test_there_are_several_passes_and_the_address_says_which(page: Page, standing: Kitchen) -> None:
    hub = Hub(page, standing, path="/pass?station=bar-pass")
    bar = {"id": "bar-pass", "name": "Bar pass", "station_type": "expo", "active": True}
    hub.it_is(1)
    hub.has_printers(printer("slip", "bar-pass", state="offline", why="offline", concern="alarm"))
    hub.shows(whole(1), ticket(2, "bar-pass"), stations=[*STATIONS, bar])
    names(page, "Table 2")
    expect(page.locator("#passes a")).to_have_text(["Pass", "Bar pass"])
    expect(page.locator("#passes a[aria-current]")).to_have_text("Bar pass")
    expect(page.locator("#printers")).to_contain_text("slip")


def test_a_bump_bar_at_the_pass_is_seen_there(hub: Hub, page: Page) -> None:
    hub.it_is(1)
    hub.shows(*(whole(n) for n in range(1, 8)))
    hub.turns("pass", selected_order_id="2", per_page=4, slots=True)
    expect(page.locator(".order .slot")).to_have_text(["1", "2", "3", "4"])
    expect(card(page, "Table 2")).to_have_class(re.compile("selected"))
    hub.turns("pass", selected_order_id="6", first=4, per_page=4, slots=True)
    names(page, "Table 5", "Table 6", "Table 7")
    expect(card(page, "Table 6")).to_have_class(re.compile("selected"))


def test_who_goes_on_to_another_order_with_a_bump_bar_sees_it(hub: Hub, page: Page) -> None:
    """Whatever was filtered, and however much stands above: nobody hands off what he cannot see."""
    page.set_viewport_size({"width": 800, "height": 720})
    hub.it_is(1)
    hub.shows(*(whole(n) for n in range(1, 8)))
    hub.turns("pass", selected_order_id="1")
    page.locator("#filters").get_by_role("button", name="Late", exact=False).first.click()
    for number in ("7", "1", "4"):
        hub.turns("pass", selected_order_id=number)
        expect(card(page, f"Table {number}")).to_have_class(re.compile("selected"))
        expect(card(page, f"Table {number}")).to_be_in_viewport(ratio=0.99)


def test_a_night_at_the_pass(at_pass: Page, kitchen: Kitchen) -> None:
    page = at_pass
    kitchen.order(id="A-1", name="Table 7", items=[BURGER, FRIES, TART])
    kitchen.order(id="A-2", name="Jane", mode="Pickup", items=[SALAD])
    seven, jane = card(page, "Table 7"), card(page, "Jane")
    press(jane, "Rush")
    names(page, "Jane", "Table 7")
    press(seven, "Fire course 2")
    expect(seven.get_by_role("button", name="Fire course 2")).to_have_count(0)
    expect(seven.locator(".mark")).to_have_count(0)
    kitchen.act("cold", "A-2", "bump")
    expect(jane.locator(".state")).to_have_text("ready to go")
    jane.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_have_text("Jane is handed off")
    names(page, "Table 7")
    page.locator("#filters").get_by_role("button", name="Handed off").click()
    press(card(page, "Jane"), "Recall")
    expect(page.locator("#notice")).to_have_text("Jane is back")
    page.reload()
    names(page, "Jane", "Table 7")
    press(seven, "Hand off")
    expect(page.locator("#notice")).to_have_text(
        re.compile(r"^Table 7 is handed off; not done: Grill, Fry, Cold$")
    )
    names(page, "Jane")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#notice")).to_have_text("Taken back: bump of Table 7")
    names(page, "Jane", "Table 7")
    press(seven, "Void")
    press(seven, "Keep it")
    expect(seven.get_by_role("button", name="Void", exact=True)).to_be_focused()
    press(seven, "Void")
    press(seven, "Void it")
    expect(seven.locator(".verdict")).to_have_text("VOID")
    press(seven, "Clear")
    names(page, "Jane")
    assert kitchen.listed("pass") == [("A-2", "recalled")]


@pytest.mark.parametrize("has_touch", [True])
def test_a_finger_hands_off_and_only_managers_void(page: Page, kitchen: Kitchen) -> None:
    value = kitchen.token("expeditor")
    page.context.add_cookies([{"name": "expeditor_session", "value": value, "url": kitchen.url}])
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    page.goto(f"{kitchen.url}/pass")
    order = card(page, "Table 7")
    expect(order.get_by_role("button")).to_have_text(["Hand off", "Rush", "Print"])
    order.get_by_role("button", name="Hand off").tap()
    names(page)
    assert kitchen.listed("pass") == []


def test_a_screen_of_the_pass_opens_it_and_sees_the_stations(page: Page, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER, FRIES])
    page.goto(f"{kitchen.url}/?screen=Pass TV")
    expect(page.locator("#code .code")).to_have_text(re.compile(r"^\d{3} \d{3}$"))
    code = page.locator("#code .code").inner_text().replace(" ", "")
    wanted = {"code": code, "name": "Pass TV", "station_id": "pass", "shows": "pass"}
    kitchen.call("POST", "/screens", wanted)
    page.wait_for_url(f"{kitchen.url}/pass?station=pass&screen=Pass+TV")
    expect(page.locator("#link")).to_have_text("LIVE")
    order = card(page, "Table 7")
    kitchen.act("grill", "A-1", "start")
    expect(order.locator(".part h3").first).to_have_text("Grill cooking 0/1")
    expect(order.get_by_role("button", name="Void", exact=True)).to_have_count(0)
    press(order, "Hand off")
    names(page)
    page.goto(kitchen.url)  # It stays what it is.
    page.wait_for_url(f"{kitchen.url}/pass?station=pass")
    expect(page.locator("#link")).to_have_text("LIVE")
