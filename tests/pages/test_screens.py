"""The page of screens: who is adopted and how they are, who is new, and what a manager does."""

import re
from typing import Any, Final

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.pages.desk import ANNOUNCED, Desk, adopted, heard
from tests.pages.hub import LEFT_TO_IT, iso
from tests.pages.kitchen import Kitchen

SINCE: Final = "12:15"
"""Where the browsers are."""
AWAY: Final[dict[str, Any]] = {"state": "away", "why": "nothing heard", "since": iso(15)}
MISSED: Final = AWAY | {"missed": True}
HEALTH: Final = {
    "version": "0.1.0",
    "uptime": 7500,
    "browser": "running",
    "restarts": 2,
    "why": "it did not paint",
}
EVIL: Final = "<img src=x onerror=hacked=1>\N{RIGHT-TO-LEFT OVERRIDE}gnp"
SIZES: Final = [(1920, 1080), (1280, 720), (800, 480), (390, 844)]


@pytest.fixture
def kitchen(standing: Kitchen) -> Kitchen:
    """Who ends it starts it again."""
    return standing


@pytest.fixture
def desk(page: Page, kitchen: Kitchen) -> Desk:
    """Whoever looks is signed in as a manager."""
    page.clock.set_system_time(iso(32))  # The day of the times is today, by the browser.
    kitchen.let_in(page.context)
    return Desk(page)


def row(page: Page, name: str) -> Locator:
    return page.locator(f'[data-screen="id-of-{name}"]')


def states(page: Page, name: str) -> Locator:
    return row(page, name).locator(".state:not(:empty)")


def test_how_adopted_screens_are_is_said_in_words(page: Page, kitchen: Kitchen, desk: Desk) -> None:
    cold = {"proto": "lan", "address": "192.168.1.33:9104", "station_id": "gone-by-now"}
    conflict = "192.168.1.33 and 192.168.1.39 both say to be this screen"
    grill = {"covers": ["fry"], "backup_id": "id-of-Fry TV", "health": HEALTH}
    desk.shows(
        screens=[
            adopted("Grill TV", **grill),
            adopted("Fry TV", station_id="fry", covered_by="id-of-Grill TV", **AWAY),
            adopted("Cold", waiting=3, refused=1, conflict=conflict, **cold, **MISSED),
            adopted("Wall", station_id=None, source="file", adopted=False, state="not seen yet"),
        ]
    )
    page.goto(f"{kitchen.url}/screens")
    expect(row(page, "Grill TV").locator(".where")).to_have_text("at Grill")
    expect(states(page, "Grill TV")).to_have_text(
        ["Live since 12:00; shows Fry besides, for who is away."]
    )
    expect(row(page, "Grill TV").locator(".facts")).to_have_text(
        "board · 192.168.1.30 · after 8 s shown on Fry TV · agent 0.1.0 for 2 hr, browser running"
        " · restarted 2 × (it did not paint)"
    )
    expect(states(page, "Fry TV")).to_have_text(
        [f"Away since {SINCE}: nothing heard; shown on Grill TV."]
    )
    expect(states(page, "Fry TV")).to_have_class("state warning")
    cold_words = (
        f"Away since {SINCE}: nothing heard; 3 orders still to be told; 1 order refused by it."
    )
    expect(states(page, "Cold")).to_have_text([cold_words, conflict])
    expect(states(page, "Cold").first).to_have_class("state alarm")
    expect(row(page, "Cold").locator(".where")).to_have_text("at gone-by-now")
    expect(row(page, "Cold").locator(".facts")).to_have_text("LAN screen · 192.168.1.33:9104")
    expect(states(page, "Wall")).to_have_text(["Not let in: type the code that it shows."])
    # What the file says is changed there.
    expect(row(page, "Wall").get_by_role("button")).to_have_count(0)
    # One that is gone goes, and what is known of the others stays where it is.
    desk.shows(screens=[adopted("Grill TV", **AWAY)])
    expect(states(page, "Grill TV")).to_have_text([f"Away since {SINCE}: nothing heard."])
    expect(states(page, "Grill TV")).to_have_class("state warning")
    expect(page.locator("[data-screen]")).to_have_count(1)


def test_a_board_is_adopted_by_its_code(page: Page, kitchen: Kitchen, desk: Desk) -> None:
    desk.shows(screens=[adopted("Grill TV")])
    page.goto(f"{kitchen.url}/screens")
    form = page.locator("#by-code")
    expect(form.locator("#page")).to_have_text(f"{kitchen.url}/?screen")
    form.get_by_label("Code").fill("48291")
    form.get_by_label("Name").fill(" Fry TV ")
    form.get_by_role("button", name="Adopt").click()
    assert desk.asked == []  # It has six digits.
    form.get_by_label("Code").fill("482 915")
    form.get_by_label("Station").select_option("Fry")
    form.get_by_label("Backup").select_option("Grill TV")
    form.get_by_label("Seconds").fill("4")
    form.get_by_role("button", name="Adopt").click()
    assert desk.asked == []  # Less is not known to be away.
    form.get_by_label("Seconds").fill("20")
    desk.refuses = (404, "no board shows this code")
    form.get_by_role("button", name="Adopt").click()
    said = page.locator("#said")
    expect(said).to_have_text("Not done: no board shows this code")
    expect(form.get_by_label("Name")).to_have_value(" Fry TV ")
    desk.refuses = None
    form.get_by_role("button", name="Adopt").click()
    expect(said).to_have_text("Fry TV is adopted")
    wanted = {"name": "Fry TV", "station_id": "fry", "backup_id": "id-of-Grill TV", "patience": 20}
    wanted |= {"shows": "board", "look": LEFT_TO_IT}
    assert desk.asked == [("POST", "", {"code": "482915"} | wanted)] * 2
    expect(form.get_by_label("Code")).to_have_value("")


def test_lan_screens_are_adopted_as_found_or_by_a_typed_address(
    page: Page, kitchen: Kitchen, desk: Desk
) -> None:
    desk.shows(found=[heard("emulator", station="fry"), heard("Bar", known_as="Bar TV")])
    page.goto(f"{kitchen.url}/screens")
    new = page.locator("#found-list li")
    expect(new.first).to_contain_text("emulator new · LAN screen · 192.168.1.40:9104")
    expect(new.nth(1)).to_contain_text("It says to be Bar TV, which is adopted.")
    page.get_by_role("button", name="Adopt emulator").click()
    form = page.locator("#by-address")
    expect(form.get_by_label("Name")).to_be_focused()
    expect(form.get_by_label("Name")).to_have_value("emulator")
    expect(form.get_by_label("Station")).to_have_value("fry")
    page.keyboard.press("Enter")
    said = page.locator("#said")
    expect(said).to_have_text("emulator is adopted")
    form.get_by_label("Address").fill("192.168.1.50")
    form.get_by_label("Name").fill("Old screen")
    page.keyboard.press("Enter")
    expect(said).to_have_text("Old screen is adopted")
    (_, _, found), (_, _, typed) = desk.asked
    assert found == {
        "found_id": "id-of-emulator",
        "address": "192.168.1.40:9104",
        "name": "emulator",
        "station_id": "fry",
        "backup_id": None,
        "patience": 8,
        "shows": "board",
    }
    usual = {"station_id": None, "backup_id": None, "patience": 8, "shows": "board"}
    assert typed == {"address": "192.168.1.50", "name": "Old screen"} | usual


def test_a_found_board_is_adopted_by_the_code_that_it_shows(
    page: Page, kitchen: Kitchen, desk: Desk
) -> None:
    desk.shows(found=[heard("Fry TV", proto="board", by=["mdns", "knock"], address="192.168.1.7")])
    page.goto(f"{kitchen.url}/screens")
    page.get_by_role("button", name="Adopt Fry TV").press("Enter")
    form = page.locator("#by-code")
    expect(form.get_by_label("Code")).to_be_focused()
    expect(form.get_by_label("Name")).to_have_value("Fry TV")
    page.keyboard.type("482915")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("Fry TV is adopted")
    assert desk.asked[0][2]["code"] == "482915"


def test_a_screen_for_guests_has_neither_station_nor_backup(
    page: Page, kitchen: Kitchen, desk: Desk
) -> None:
    desk.shows(screens=[adopted("Grill TV")])
    page.goto(f"{kitchen.url}/screens")
    form = page.locator("#by-code")
    form.get_by_label("Code").fill("482915")
    form.get_by_label("Name").fill("Lobby TV")
    form.get_by_label("Station").select_option("Grill")
    form.get_by_label("Backup").select_option("Grill TV")
    form.locator("[name=shows]").select_option("what is ready, for guests")
    form.get_by_role("button", name="Adopt").click()
    expect(page.locator("#said")).to_have_text("Lobby TV is adopted")
    wanted: dict[str, Any] = {"name": "Lobby TV", "station_id": None, "backup_id": None}
    wanted |= {"code": "482915", "patience": 8, "shows": "ready", "look": LEFT_TO_IT}
    assert desk.asked == [("POST", "", wanted)]


def test_a_manager_chooses_how_a_board_looks(page: Page, kitchen: Kitchen, desk: Desk) -> None:
    look = {"layout": "strip", "scale": 120, "colours": "day", "language": "es", "sounds": False}
    lan = adopted("Bar", proto="lan")
    desk.shows(screens=[adopted("Fry TV", look=look | {"scale": 115}), lan])
    page.goto(f"{kitchen.url}/screens")
    here = row(page, "Fry TV")
    here.get_by_role("button", name="Change").click()
    # As it is, also where that is no step of the list.
    here.get_by_text("How it looks and sounds").click()
    expect(here.locator("[name=layout] :checked")).to_have_text("one row")
    expect(here.locator("[name=scale] :checked")).to_have_text("115 %")
    expect(here.locator("[name=colours] :checked")).to_have_text("day")
    expect(here.locator("[name=language] :checked")).to_have_text("Español")
    expect(here.locator("[name=sounds] :checked")).to_have_text("off")
    here.locator("[name=scale]").select_option("200 %")
    here.locator("[name=language]").select_option("Deutsch")
    here.locator("[name=sounds]").select_option("left to the screen")
    here.get_by_role("button", name="Save").click()
    expect(page.locator("#said")).to_have_text("Fry TV is changed")
    [(_, _, wanted)] = desk.asked
    assert wanted["look"] == look | {"scale": 200, "language": "de", "sounds": None}
    # A new one is as its manager says from the beginning.
    form = page.locator("#by-code")
    form.get_by_label("Code").fill("482915")
    form.get_by_label("Name").fill("Grill TV")
    form.get_by_text("How it looks and sounds").click()
    form.locator("[name=colours]").select_option("day")
    form.get_by_role("button", name="Adopt").click()
    expect(page.locator("#said")).to_have_text("Grill TV is adopted")
    assert desk.asked[1][2]["look"] == LEFT_TO_IT | {"colours": "day"}
    # A LAN screen draws itself, and is always a board.
    row(page, "Bar").get_by_role("button", name="Change").click()
    for form in (row(page, "Bar"), page.locator("#by-address")):
        expect(form.locator(".of-browser:visible")).to_have_count(0)
    row(page, "Bar").get_by_role("button", name="Save").click()
    expect(page.locator("#said")).to_have_text("Bar is changed")
    assert "look" not in desk.asked[2][2]


def test_a_screen_is_changed_while_it_is_looked_at(
    page: Page, kitchen: Kitchen, desk: Desk
) -> None:
    fry = adopted("Fry TV", station_id="gone-by-now", backup_id="id-of-Grill TV", patience=20)
    desk.shows(screens=[adopted("Grill TV"), fry])
    page.goto(f"{kitchen.url}/screens")
    here = row(page, "Fry TV")
    here.get_by_role("button", name="Change").click()
    expect(here.get_by_label("Name")).to_be_focused()
    # It cannot stand in for itself.
    backups = here.get_by_label("Backup").locator("option")
    expect(backups).to_have_text(["no other screen", "Grill TV"])
    expect(here.get_by_label("Station")).to_have_value("gone-by-now")
    here.get_by_label("Name").fill("Fryers")
    desk.shows(screens=[adopted("Grill TV"), fry | AWAY, adopted("Bar TV")])
    expect(states(page, "Fry TV")).to_have_text([f"Away since {SINCE}: nothing heard."])
    expect(backups).to_have_text(["no other screen", "Grill TV", "Bar TV"])
    expect(here.get_by_label("Name")).to_have_value("Fryers")
    here.get_by_label("Name").press("Enter")
    expect(page.locator("#said")).to_have_text("Fryers is changed")
    expect(here.locator("form")).to_be_hidden()
    wanted: dict[str, Any] = {"name": "Fryers", "station_id": "gone-by-now", "patience": 20}
    wanted |= {"backup_id": "id-of-Grill TV", "shows": "board", "look": LEFT_TO_IT}
    assert desk.asked == [("PATCH", "id-of-Fry TV", wanted)]


def test_forgetting_is_asked_for_once_more(page: Page, kitchen: Kitchen, desk: Desk) -> None:
    desk.shows(screens=[adopted("Fry TV")])
    page.goto(f"{kitchen.url}/screens")
    here = row(page, "Fry TV")
    forget = here.get_by_role("button", name="Forget", exact=True)
    forget.press("Enter")
    expect(here.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(here.locator(".sure")).to_be_hidden()
    expect(forget).to_be_focused()
    assert desk.asked == []
    forget.click()
    here.get_by_role("button", name="Forget it").click()
    expect(page.locator("#said")).to_have_text("Fry TV is forgotten")
    assert desk.asked == [("DELETE", "id-of-Fry TV", None)]


def test_what_strangers_say_is_text(page: Page, kitchen: Kitchen, desk: Desk) -> None:
    stranger = heard(EVIL, id=EVIL, station=EVIL, version=EVIL, known_as=EVIL)
    hub = {"id": EVIL, "name": EVIL, "address": "192.168.1.10", "same_id": True}
    screen = adopted(EVIL, id="1", why=EVIL, conflict=EVIL, health=HEALTH | {"why": EVIL})
    announced = ANNOUNCED | {"host": "expeditor-2.local", "renamed_because": EVIL}
    desk.shows(screens=[screen], found=[stranger], hubs=[hub], announced=announced)
    page.goto(f"{kitchen.url}/screens")
    expect(page.locator("#found-list li")).to_contain_text(EVIL[:9])
    expect(page.locator("#hub-list")).to_contain_text("was its card copied?")
    expect(page.locator("#announced")).to_contain_text(
        f"http://expeditor-2.local:{kitchen.url.rpartition(':')[2]}; <img"
    )
    page.locator("[data-screen]").get_by_role("button", name="Forget", exact=True).click()
    assert page.locator("main img").count() == 0
    # It turns no text around it.
    for place in ("#adopted-list bdi", "#found-list bdi", "#hub-list bdi", ".sure bdi"):
        expect(page.locator(place).first).to_be_visible()
    desk.shows(announced=ANNOUNCED | {"host": "", "not_because": "no network"})
    expect(page.locator("#announced")).to_have_text("It is not announced by mDNS: no network.")
    page.goto(f"{kitchen.url}/status")
    expect(page.locator("#screens li")).to_contain_text(EVIL[:9])
    assert page.locator("#screens img").count() == 0
    assert page.evaluate("typeof hacked") == "undefined"


def test_it_fits_every_screen_and_all_fields_have_labels(
    page: Page, kitchen: Kitchen, desk: Desk
) -> None:
    long = "The large television above the fryers, " * 3
    desk.shows(
        screens=[adopted(long, health=HEALTH, **AWAY), adopted("Fry TV")],
        found=[heard("x" * 64, id="y" * 64)],
        hubs=[{"id": "z" * 64, "name": long, "address": "192.168.1.10", "same_id": False}],
    )
    page.goto(f"{kitchen.url}/screens")
    row(page, "Fry TV").get_by_role("button", name="Change").click()
    row(page, long).get_by_role("button", name="Forget", exact=True).click()
    for width, height in SIZES:
        page.set_viewport_size(ViewportSize(width=width, height=height))
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for button in page.get_by_role("button").all():
            box = button.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 40
    for field in page.locator("input:visible, select:visible").all():
        assert field.evaluate("field => field.labels.length") == 1


def test_who_is_not_signed_in_sees_no_screen(page: Page, kitchen: Kitchen) -> None:
    page.route(
        "**/api/v1/kds/screens",
        lambda route: route.fulfill(status=401, json={"error": "UNAUTHORIZED", "message": "no"}),
    )
    page.goto(f"{kitchen.url}/screens")
    expect(page.locator("#link")).to_have_text("NOT SIGNED IN")
    expect(page.locator("#sign-in")).to_be_visible()
    expect(page.locator("#facts")).to_be_hidden()


@pytest.mark.usefixtures("desk")
def test_it_owns_up_when_nobody_answers(page: Page, kitchen: Kitchen) -> None:
    page.goto(f"{kitchen.url}/screens")
    expect(page.locator("#link")).to_have_text("LIVE")
    page.unroute_all()
    kitchen.kill()
    expect(page.locator("#offline")).to_have_text(
        re.compile(r"^OFFLINE since \d+:\d\d:\d\d"), timeout=5_000
    )
    kitchen.start()
    Desk(page)
    expect(page.locator("#link")).to_have_text("LIVE")
    expect(page.locator("#offline")).to_be_hidden()


def test_the_status_page_has_them_in_brief_for_everybody(
    page: Page, kitchen: Kitchen, desk: Desk
) -> None:
    fry = adopted("Fry TV", station_id="fry", covered_by="id-of-Grill TV", **AWAY)
    desk.shows(screens=[adopted("Grill TV"), fry], found=[heard("emulator")])
    page.goto(f"{kitchen.url}/status")
    lines = page.locator("#screens li")
    expect(lines).to_have_text(
        [
            "Grill TV at grillLive since 12:00.",
            f"Fry TV at fryAway since {SINCE}: nothing heard; shown on Grill TV.",
        ]
    )
    expect(page.locator("#screens .found")).to_have_text("1 new")
    page.get_by_role("link", name="All screens, and new ones").click()
    page.wait_for_url(f"{kitchen.url}/screens")
    # Whoever is not signed in sees them, and nobody new.
    desk.shows(found=None)
    page.goto(f"{kitchen.url}/status")
    expect(lines).to_have_count(2)
    expect(page.locator("#screens .found")).to_have_text("")
