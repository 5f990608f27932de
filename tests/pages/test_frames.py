"""What a board says of itself: what is painted, and nothing of what nobody can see."""

import json
from typing import Any

from playwright.sync_api import Page, Route, WebSocket, expect

from tests.pages.board import Board
from tests.pages.hub import Hub, iso, ticket
from tests.pages.kitchen import BURGER, Kitchen

FRAMES = """
window.frames = [];
window.requestAnimationFrame = (draw) => frames.push(draw);
window.paints = () => { while (frames.length) frames.shift()(performance.now()); };
"""
"""Nothing is painted until the test has it painted."""
BEATS = "async () => { for (let n = 0; n < 4; n += 1) await new Promise(d => setTimeout(d, 60)); }"


def texts(socket: WebSocket, direction: str) -> list[dict[str, Any]]:
    """Keeps what goes over a socket from now on."""
    kept: list[dict[str, Any]] = []
    socket.on(direction, lambda text: kept.append(json.loads(text)))  # type: ignore[call-overload]
    return kept


def test_a_board_says_what_it_shows_and_resumes_where_it_was(page: Page, kitchen: Kitchen) -> None:
    """On the real stream; an appliance that does not know `painted` refuses it, and is heard."""
    sockets: list[tuple[list[dict[str, Any]], list[dict[str, Any]]]] = []
    page.on(
        "websocket",
        lambda one: sockets.append((texts(one, "framesent"), texts(one, "framereceived"))),
    )
    page.add_init_script("""
      window.WebSocket = class extends window.WebSocket {
        constructor(...all) { super(...all); window.stream = this; }
      };
    """)
    page.goto(kitchen.sign_in_link)
    page.wait_for_url(f"{kitchen.url}/")
    board = Board(page)
    board.is_live()
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    board.shows("grill", "Table 7")
    sent, received = sockets[-1]
    newest = next(each["seq"] for each in received if each["type"] == "kds.ticket.created")
    while {"type": "painted", "seq": newest + 1} not in sent:  # Another ticket is at the pass.
        page.wait_for_timeout(50)
    assert sent[0] == {"type": "subscribe", "channel": "kds"}
    board.is_live()
    epoch = next(each["epoch"] for each in received if each["type"] == "subscribed")
    page.evaluate("{ stream.onclose({ code: 1006 }); stream.close(); }")
    expect(page.locator("#link")).to_have_text("OFFLINE")
    kitchen.order(id="A-2", name="Table 8", items=[BURGER])
    board.is_live()
    board.shows("grill", "Table 7", "Table 8")
    sent, received = sockets[-1]
    assert sent[0] == {"type": "subscribe", "channel": "kds", "since": f"{epoch}:{newest + 1}"}
    assert "kds.snapshot" not in [each["type"] for each in received]


def test_it_says_so_when_a_frame_is_painted_and_never_before(page: Page, kitchen: Kitchen) -> None:
    page.add_init_script(FRAMES)
    hub = Hub(page, kitchen)
    hub.shows(ticket(1, "grill"))
    hub.it_is(1)
    hub.board.is_live()
    page.evaluate(BEATS)
    assert hub.said("painted") == []
    page.evaluate("told.seq = 5")
    page.evaluate(BEATS)
    page.evaluate("paints()")
    page.wait_for_function("() => sent.length > 1")
    assert [each["seq"] for each in hub.said("painted")] == [5]
    # Nobody sees a page that is hidden, whatever it paints.
    page.evaluate("""
      Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true })
    """)
    page.evaluate("told.seq = 6")
    page.evaluate(BEATS)
    page.evaluate("paints()")
    page.evaluate(BEATS)
    assert [each["seq"] for each in hub.said("painted")] == [5]
    page.evaluate("delete document.visibilityState")
    page.evaluate("paints()")
    page.wait_for_function("() => sent.at(-1).seq === 6")


def test_what_a_finger_holds_up_is_not_said_to_be_shown(page: Page, kitchen: Kitchen) -> None:
    hub = Hub(page, kitchen)
    hub.shows(ticket(1, "grill"))
    hub.it_is(1)
    hub.board.is_live()
    page.wait_for_function("() => sent.at(-1).type === 'painted'")
    hub.board.station("fry").hover()
    page.mouse.down()
    hub.tells("created", ticket(2, "grill"))
    page.evaluate("told.seq = 2")
    page.wait_for_function(
        "() => sent.at(-1).seq === 2"
    )  # A second later it is drawn all the same.
    page.mouse.up()
    assert {each["cards"] for each in hub.said("painted") if each["seq"] == 2} == {2}


def test_a_ping_is_answered(page: Page, kitchen: Kitchen) -> None:
    hub = Hub(page, kitchen)
    hub.says({"type": "ping", "timestamp": iso(0)})
    assert len(hub.said("pong")) == 1


def test_whoever_is_sent_away_signs_in_again(page: Page, kitchen: Kitchen) -> None:
    """The real stream ends with the token that opened it."""
    made = kitchen.call("POST", "/devices", {"name": "Fry TV", "stations": ["fry"]})
    kitchen.order(id="A-1", name="Table 7", items=[BURGER])
    page.goto(kitchen.url)
    page.get_by_label("Token").fill(made["token"])
    page.get_by_role("button", name="Sign in").click()
    Board(page).is_live()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    kitchen.call("DELETE", f"/devices/{made['id']}")
    expect(page.locator("#link")).to_have_text("NOT SIGNED IN")
    expect(page.get_by_label("Token")).to_be_visible()
    assert page.locator(".station").count() == 0
    # The stream said it; who is in is asked once, to say why somebody has to sign in.
    assert len([url for url in asked if url.endswith("/session")]) <= 1


def test_an_adopted_screen_has_its_cookie_renewed_once(page: Page, kitchen: Kitchen) -> None:
    knocked: list[Any] = []

    def renew(route: Route) -> None:
        knocked.append(route.request.post_data_json)
        route.fulfill(json={"state": "adopted"})

    page.route("**/screens/knock", renew)
    hub = Hub(page, kitchen, own="id-of-Grill screen")
    hub.shows(ticket(1, "grill"))
    hub.it_is(1)
    hub.board.is_live()
    opened = hub.opened
    page.evaluate("stream.onclose({ code: 1006 })")
    page.wait_for_function("before => opened > before", arg=opened)
    page.wait_for_function("() => sent.at(-1).type === 'painted'")
    assert knocked == [{"screen_id": "id-of-Grill screen"}]


def test_a_position_is_of_the_stations_that_the_board_last_had(
    page: Page, kitchen: Kitchen
) -> None:
    """What it may see has another epoch: of positions of the one before it gets a snapshot."""
    hub = Hub(page, kitchen)
    hub.says({"type": "subscribed", "epoch": "night-and-fry", "screen_id": None})
    hub.shows(ticket(1, "grill"))
    opened = hub.opened
    page.evaluate("stream.onclose({ code: 1006 })")
    page.wait_for_function("before => opened > before", arg=opened)
    page.wait_for_function("() => sent.at(-1).type === 'subscribe'")
    assert [each.get("since") for each in hub.said("subscribe")] == [None, "night-and-fry:1"]
