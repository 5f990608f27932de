"""The board never looks alive when it is not, and is right again when it is."""

import re
import signal

import pytest
from playwright.sync_api import Page, Route, expect

from tests.pages.board import Board
from tests.pages.hub import Hub, ticket
from tests.pages.kitchen import BURGER, FRIES, Kitchen

PROMISED = 5
"""Seconds within which a board owns up."""


def test_a_dead_appliance_shows_as_offline_within_five_seconds(
    board: Board, kitchen: Kitchen
) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    board.shows("grill", "Table 7")
    kitchen.kill()
    board.is_offline(within=PROMISED)
    board.shows("grill", "Table 7")  # Still there to cook from, and greyed.
    expect(board.page.locator("#stations")).to_have_css("filter", re.compile("grayscale"))


def test_who_has_scrolled_down_sees_that_it_is_offline(board: Board, kitchen: Kitchen) -> None:
    board.page.set_viewport_size({"width": 390, "height": 844})
    for number in range(6):
        kitchen.order(id=f"A-{number}", items=[BURGER, FRIES])
    last = board.card("pass", "A-5")
    last.scroll_into_view_if_needed()
    kitchen.kill()
    expect(board.page.locator("#offline")).to_be_in_viewport(ratio=1)
    expect(board.page.locator("#link")).to_be_in_viewport(ratio=1)
    expect(last).to_be_in_viewport()


def test_a_frozen_appliance_shows_as_offline_within_five_seconds(
    board: Board, kitchen: Kitchen
) -> None:
    """Frozen: its connections stay open, and nothing comes."""
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    board.shows("grill", "Table 7")
    kitchen.send(signal.SIGSTOP)
    board.is_offline(within=PROMISED)
    board.shows("grill", "Table 7")
    kitchen.send(signal.SIGCONT)
    board.is_live()
    kitchen.order(id="A-2", name="Table 8", items=[BURGER])
    board.shows("grill", "Table 7", "Table 8")


def test_a_press_while_offline_does_nothing_then_or_later(board: Board, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    board.shows("grill", "Table 7")
    kitchen.send(signal.SIGSTOP)
    board.is_offline(within=PROMISED)
    sent: list[str] = []
    board.page.on("request", lambda request: sent.append(request.method))
    button = board.card("grill", "Table 7").get_by_role("button", name="Bump", include_hidden=True)
    box = button.bounding_box()
    assert box is not None
    board.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    button.evaluate("button => button.click()")
    kitchen.send(signal.SIGCONT)
    board.is_live()
    assert "POST" not in sent
    assert kitchen.listed("grill") == [("A-1", "pending")]
    board.press("grill", "Table 7", "Bump")
    board.shows("grill")


def test_after_a_restart_it_shows_exactly_what_is_true(board: Board, kitchen: Kitchen) -> None:
    board.is_tall()
    for order_id in ("A-1", "A-2", "A-3"):
        kitchen.order(id=order_id, items=[BURGER, FRIES])
    board.shows("fry", "A-1", "A-2", "A-3")
    kitchen.kill()
    board.is_offline(within=PROMISED)
    kitchen.start()
    kitchen.act("grill", "A-1", "bump")
    kitchen.act("grill", "A-2", "start")
    kitchen.order("cancel-order", id="A-3")
    kitchen.order(id="A-4", items=[BURGER])
    board.is_live()
    board.shows("grill", "A-2", "A-3", "A-4")
    board.shows("fry", "A-1", "A-2", "A-3")
    board.shows("pass", "A-1", "A-2", "A-3", "A-4")
    expect(board.card("grill", "A-2").locator(".state")).to_have_text("cooking")
    expect(board.card("fry", "A-3").locator(".verdict")).to_have_text("CANCELLED")
    for order_id in ("A-2", "A-3", "A-4"):
        kitchen.act("grill", order_id, "bump")
    board.shows("grill")


@pytest.mark.parametrize("is_bumped_meanwhile", [False, True])
def test_the_keyboard_is_where_it_was_when_it_is_live_again(
    board: Board, kitchen: Kitchen, *, is_bumped_meanwhile: bool
) -> None:
    board.is_tall()
    for number in (7, 8):
        kitchen.order(id=f"A-{number}", name=f"Table {number}", items=[BURGER])
    board.shows("grill", "Table 7", "Table 8")
    bump = board.card("grill", "Table 7").get_by_role("button", name="Bump")
    bump.focus()
    kitchen.kill()
    board.is_offline(within=PROMISED)
    expect(bump).not_to_be_focused()
    kitchen.start()
    if is_bumped_meanwhile:
        kitchen.act("grill", "A-7", "bump")
    board.is_live()
    expect(board.card("grill", "Table 8") if is_bumped_meanwhile else bump).to_be_focused()


def test_changes_during_a_short_absence_come_once(board: Board, kitchen: Kitchen) -> None:
    """The appliance goes on, and the board resumes: it does not begin anew."""
    board.is_tall()
    kitchen.order(id="A-1", items=[BURGER])
    board.shows("grill", "A-1")
    board.page.evaluate("document.querySelector('.ticket').dataset.drawn = 'before'")
    board.page.route("**/session", lambda route: route.abort())
    kitchen.send(signal.SIGSTOP)
    board.is_offline(within=PROMISED)
    kitchen.send(signal.SIGCONT)
    kitchen.act("pass", "A-1", "start")
    kitchen.order(id="A-2", items=[BURGER])
    kitchen.order(id="A-3", items=[FRIES])
    kitchen.act("fry", "A-3", "bump")
    board.page.unroute("**/session")
    board.is_live()
    board.shows("grill", "A-1", "A-2")
    board.shows("fry")
    board.shows("pass", "A-1", "A-2", "A-3")
    expect(board.card("grill", "A-1")).to_have_attribute("data-drawn", "before")


ONLY_BEATS = """
window.WebSocket = class {
  constructor() {
    const at = new Date().toISOString();
    const told = { warnings: [], reminders: [], fault: null };
    const data = JSON.stringify({ type: "beat", seq: null, at, ...told });
    this.timer = setInterval(() => {
      this.onmessage({ data });
      document.body.dataset.beats = Number(document.body.dataset.beats ?? 0) + 1;
    }, 50);
  }
  close() { clearInterval(this.timer); }
};
"""


def test_it_is_not_live_before_it_knows_the_kitchen(page: Page, kitchen: Kitchen) -> None:
    """A beat of an appliance that can show nothing yet is no news of any ticket."""
    page.add_init_script(ONLY_BEATS)
    page.goto(kitchen.sign_in_link)
    expect(page.locator("body")).to_have_attribute("data-beats", re.compile(r"\d\d"))
    assert page.locator("#link").text_content() == "OFFLINE"


def test_a_connection_that_hangs_is_given_up_for_another(page: Page, kitchen: Kitchen) -> None:
    """As when the appliance lost its power in the middle of a handshake."""
    hanging: list[Route] = []

    def hang(route: Route) -> None:
        hanging.append(route)

    page.route("**/api/v1/kds/*", hang)
    page.goto(kitchen.sign_in_link)
    board = Board(page)
    board.is_offline(within=10)
    assert hanging
    page.unroute("**/api/v1/kds/*")
    board.is_live()


def test_a_disk_that_does_not_store_is_said_in_words(board: Board, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    board.shows("grill", "Table 7")
    fault = board.page.locator("#fault")
    with kitchen.no_room():
        assert kitchen.order(id="A-2", items=[BURGER]) == "Unable to parse data"
        expect(fault).to_be_visible()
        expect(fault).to_have_text(re.compile("^ORDERS CANNOT BE STORED *the disk "))
        board.shows("grill", "Table 7")
        board.press("grill", "Table 7", "Bump")
        expect(board.page.locator("#notice")).to_contain_text("nothing can be stored")
    expect(fault).to_be_hidden()
    assert kitchen.order(id="A-2", name="Table 8", items=[BURGER]) == "A-2"
    board.shows("grill", "Table 7", "Table 8")


def test_a_wrong_configuration_is_said_on_the_board(page: Page, kitchen: Kitchen) -> None:
    kitchen.stop()
    file = kitchen.data.parent / "kitchen.toml"
    file.write_text(f"{file.read_text()}\n[oven]\n")
    kitchen.start()
    page.goto(kitchen.sign_in_link)
    expect(page.locator("#warnings")).to_contain_text("oven: unknown key")
    expect(page.locator("#warnings")).to_contain_text("running on the last good configuration")
    Board(page).is_live()


def test_what_was_bumped_before_the_page_was_loaded_can_be_recalled(
    board: Board, kitchen: Kitchen
) -> None:
    for number in (7, 8, 9):
        kitchen.order(id=f"A-{number}", name=f"Table {number}", items=[BURGER])
        kitchen.act("grill", f"A-{number}", "bump" if number < 9 else "void")
    kitchen.act("grill", "A-9", "bump")
    board.shows("grill")
    board.page.reload()
    board.is_live()
    for number in (8, 7):
        board.station("grill").get_by_role("button", name=f"Recall Table {number}").click()
        expect(board.card("grill", f"Table {number}")).to_be_visible()
    expect(board.station("grill").locator(".recall")).to_be_hidden()


STEADY = """
window.steady = 1000;
performance.now = () => steady;
"""
"""The browser's steady clock is the test's."""


def test_a_new_connection_makes_what_was_heard_no_younger(page: Page, kitchen: Kitchen) -> None:
    """After a change of the menu it comes anew, and nobody may be there by then."""
    page.add_init_script(STEADY)
    hub = Hub(page, kitchen)
    hub.shows(ticket(1, "grill"))
    hub.it_is(1)
    hub.board.is_live()
    hub.falls_silent()
    page.evaluate("steady += 2000")
    opened = hub.opened
    hub.changes_the_menu()
    page.wait_for_function("before => opened > before", arg=opened)
    hub.board.is_live()
    page.evaluate("steady += 2100")
    hub.board.is_offline(within=PROMISED)


def test_a_computer_that_slept_shows_nothing_as_if_it_were_live(
    page: Page, kitchen: Kitchen
) -> None:
    """Its steady clock stood still, and what comes first was sent before."""
    hub = Hub(page, kitchen)
    hub.shows(ticket(1, "grill"))
    hub.it_is(1)
    hub.board.is_live()
    page.evaluate("""
      window.states = [];
      new MutationObserver(() => states.push(document.getElementById("link").textContent))
        .observe(document.getElementById("link"), { childList: true });
      const now = Date.now;
      Date.now = () => now() + 3600_000;
      stream.beat();
    """)
    assert page.evaluate("document.getElementById('link').textContent") == "OFFLINE"
    hub.board.is_live()
    assert page.evaluate("states") == ["OFFLINE", "LIVE"]


@pytest.mark.parametrize("event", ["visibilitychange", "pageshow"])
def test_a_page_that_is_seen_again_is_true_from_its_first_frame_on(
    page: Page, kitchen: Kitchen, event: str
) -> None:
    """In a hidden tab its timers run once in a minute, or not at all."""
    page.add_init_script(f"""
      {STEADY}
      const usual = window.setInterval;
      window.setInterval = (act, ms) => usual(act, ms === 250 ? 1e9 : ms);
    """)
    hub = Hub(page, kitchen)
    hub.shows(ticket(1, "grill"))
    hub.it_is(1)
    hub.board.is_live()
    hub.falls_silent()
    page.evaluate("steady += 60_000")
    seen_again = """event => {
      const link = document.getElementById("link");
      const before = link.textContent;
      (event === "pageshow" ? window : document).dispatchEvent(new Event(event));
      return [before, link.textContent];
    }"""
    assert page.evaluate(seen_again, event) == ["LIVE", "OFFLINE"]


def test_a_press_that_is_refused_without_words_is_said_not_to_be_done(
    board: Board, kitchen: Kitchen
) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    board.page.route("**/bump", lambda route: route.fulfill(status=502, body="<html>"))
    board.press("grill", "Table 7", "Bump")
    expect(board.page.locator("#notice")).to_have_text("Table 7: not done: 502")


OLD = """
delete AbortSignal.timeout;
delete Array.prototype.at;
delete HTMLElement.prototype.inert;
"""
"""What browsers of 2020 lack, as tablets and televisions have them."""


def test_an_old_browser_shows_all_pages_and_counts_no_press_offline(
    page: Page, kitchen: Kitchen
) -> None:
    page.add_init_script(OLD)
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    kitchen.act("grill", "A-1", "bump")
    page.goto(kitchen.sign_in_link)
    board = Board(page)
    board.is_live()
    board.station("grill").get_by_role("button", name="Recall Table 7").click()
    board.shows("grill", "Table 7")
    board.station("grill").get_by_role("button", name="All day").click()
    expect(board.station("grill").locator(".counts")).to_contain_text("Hamburger")
    for path in ("screens", "status"):
        page.goto(f"{kitchen.url}/{path}")
        expect(page.locator("#link")).to_have_text("LIVE")
    expect(page.locator("#devices .list")).to_contain_text("grill-1")
    page.goto(kitchen.url)
    board.is_live()
    kitchen.send(signal.SIGSTOP)
    board.is_offline(within=PROMISED)
    board.press("grill", "Table 7", "Bump")
    kitchen.send(signal.SIGCONT)
    board.is_live()
    assert kitchen.listed("grill") == [("A-1", "recalled")]
