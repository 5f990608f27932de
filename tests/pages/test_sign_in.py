"""Who sees the board: by the link of the first start, or by a token; nobody else."""

import pytest
from playwright.sync_api import Page, expect

from tests.pages.board import Board
from tests.pages.kitchen import BURGER, Kitchen


def test_the_link_opens_the_board_and_works_once(page: Page, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    page.goto(kitchen.sign_in_link)
    board = Board(page)
    board.is_live()
    board.shows("grill", "Table 7")
    page.context.clear_cookies()
    page.goto(kitchen.sign_in_link)
    expect(page.locator("body")).to_contain_text("This link has been used")
    page.get_by_role("link").click()
    expect(page.get_by_label("Token")).to_be_visible()


def test_nobody_sees_a_ticket_without_signing_in(page: Page, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    page.goto(kitchen.url)
    expect(page.get_by_label("Token")).to_be_visible()
    expect(page.locator("#link")).to_have_text("NOT SIGNED IN")
    assert "Table 7" not in page.content()
    assert page.locator(".station").count() == 0


def test_a_pasted_token_opens_the_board(page: Page, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    page.goto(kitchen.url)
    page.get_by_label("Token").fill(f" {kitchen.token('chef')} ")
    page.get_by_role("button", name="Sign in").click()
    board = Board(page)
    board.is_live()
    board.shows("grill", "Table 7")
    expect(page.get_by_label("Token")).to_be_hidden()
    board.press("grill", "Table 7", "Bump")
    board.shows("grill")
    page.reload()
    board.is_live()


def test_a_pin_opens_the_board_and_does_not_stay_in_the_form(page: Page, kitchen: Kitchen) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    pin = {"name": "Maria", "pin": "4711", "roles": ["chef"]}
    kitchen.call("POST", "/pins", pin)
    page.goto(kitchen.url)
    page.get_by_label("PIN", exact=True).fill("4712")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#refused")).to_contain_text("Not signed in: this is nobody's PIN")
    expect(page.get_by_label("PIN", exact=True)).to_have_value("")
    page.get_by_label("PIN", exact=True).fill("4711")
    page.get_by_label("PIN", exact=True).press("Enter")
    board = Board(page)
    board.is_live()
    board.shows("grill", "Table 7")
    expect(page.get_by_label("PIN", exact=True)).to_have_value("")
    board.press("grill", "Table 7", "Bump")
    board.shows("grill")
    (cookie,) = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")


def test_who_guesses_is_told_to_wait(page: Page, kitchen: Kitchen) -> None:
    page.goto(kitchen.url)
    for tried in range(6):
        page.get_by_label("PIN", exact=True).fill(f"000{tried}")
        with page.expect_response("**/sign-in"):
            page.get_by_label("PIN", exact=True).press("Enter")
        expect(page.get_by_label("PIN", exact=True)).to_have_value("")
    expect(page.locator("#refused")).to_contain_text("too many wrong PINs; try again in ")


def test_the_links_code_stays_nowhere(page: Page, kitchen: Kitchen) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.headers.get("referer", "")))
    page.goto(kitchen.sign_in_link)
    Board(page).is_live()
    code = kitchen.sign_in_link.partition("code=")[2]
    assert page.url == f"{kitchen.url}/"
    assert code not in page.evaluate("document.referrer")
    assert len(sent) > 3
    assert not [referer for referer in sent if code in referer]
    assert page.evaluate("history.length") == 2  # The empty page of the start, and the board.


def test_a_wrong_token_is_refused_in_words_and_can_be_corrected(
    page: Page, kitchen: Kitchen
) -> None:
    page.goto(kitchen.url)
    page.get_by_label("Token").fill("garbage")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#refused")).to_contain_text("Not signed in: ")
    page.get_by_label("Token").fill(kitchen.token("chef"))
    page.get_by_label("Token").press("Enter")
    Board(page).is_live()
    expect(page.locator("#refused")).to_be_hidden()


def test_a_session_that_ends_takes_the_tickets_off_the_screen(
    board: Board, kitchen: Kitchen
) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    board.shows("grill", "Table 7")
    board.page.context.clear_cookies()
    kitchen.stop()
    kitchen.start()
    expect(board.page.get_by_label("Token")).to_be_visible()
    expect(board.page.locator("#link")).to_have_text("NOT SIGNED IN")
    assert "Table 7" not in board.page.content()
    board.page.get_by_label("Token").fill(kitchen.token("chef"))
    board.page.get_by_role("button", name="Sign in").click()
    board.is_live()
    board.shows("grill", "Table 7")


def test_no_other_site_may_frame_the_board_or_run_in_it(page: Page, kitchen: Kitchen) -> None:
    answer = page.goto(kitchen.url)
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=hacked=1>')")
    page.evaluate("new Promise(done => setTimeout(done, 100))")
    assert page.evaluate("typeof hacked") == "undefined"


def test_who_is_kept_to_one_station_is_told_of_no_other_to_move_to(
    page: Page, kitchen: Kitchen
) -> None:
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    page.goto(kitchen.url)
    page.get_by_label("Token").fill(kitchen.token("chef", stations=["grill"]))
    page.get_by_role("button", name="Sign in").click()
    card = Board(page).card("grill", "Table 7")
    card.get_by_role("button", name="Table 7").click()
    expect(card.locator(".move")).to_have_text(
        "This sign-in sees no other station that could make it"
    )


@pytest.mark.parametrize("has_touch", [True])
def test_a_finger_types_a_pin_on_keys_of_the_page(page: Page, kitchen: Kitchen) -> None:
    kitchen.call("POST", "/pins", {"name": "Maria", "pin": "4711", "roles": ["chef"]})
    page.goto(kitchen.url)
    pad = page.locator("#sign-in .pad")
    for key in ("4", "8", "Take the last digit away", "7", "1", "1"):
        button = pad.get_by_role("button", name=key, exact=True)
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 48
        button.tap()
    expect(page.get_by_label("PIN", exact=True)).to_have_value("4711")
    pad.get_by_role("button", name="OK").tap()
    Board(page).is_live()
    expect(page.locator("#session summary")).to_have_text("Maria")


def test_who_is_signed_in_is_said_and_signs_out_by_two_presses(
    page: Page, kitchen: Kitchen
) -> None:
    name = "<img src=x onerror=hacked=1>"
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    kitchen.call("POST", "/pins", {"name": name, "pin": "4711", "roles": ["chef", "expeditor"]})
    page.goto(kitchen.url)
    page.get_by_label("PIN", exact=True).fill("4711")
    page.get_by_label("PIN", exact=True).press("Enter")
    board = Board(page)
    board.shows("grill", "Table 7")
    session = page.locator("#session")
    expect(session.get_by_role("button", name="Sign out")).to_be_hidden()
    session.locator("summary").click()
    expect(session).to_contain_text("chef, expeditor")
    expect(session).to_contain_text(name)
    session.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("PIN", exact=True)).to_be_visible()
    assert "Table 7" not in page.content()
    page.reload()
    expect(page.get_by_label("PIN", exact=True)).to_be_visible()
    assert not page.context.cookies()
