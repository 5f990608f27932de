"""The first start: from nothing to a kitchen that works, by somebody without a manual."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.pages.conftest import BROWSER_ZONE
from tests.pages.kitchen import Kitchen
from tests.pages.office import CHOICES, Office
from tests.process import Service

PLUGGED_IN: Final = {"transport": "usb:/dev/usb/lp0", "name": "EPSON TM-T88V"}


@pytest.fixture
def kitchen(standing: Kitchen) -> Kitchen:
    return standing


@pytest.fixture
def office(page: Page, kitchen: Kitchen) -> Office:
    """Of an appliance that nobody has set up."""
    kitchen.let_in(page.context)
    office = Office(page, first_start=True, source="built-in")
    office.choices = CHOICES | {"printers": [PLUGGED_IN], "time_zones": [BROWSER_ZONE, "UTC"]}
    return office


def heading(page: Page) -> Locator:
    return page.locator("#walk h2")


def onward(page: Page, to: str) -> None:
    page.get_by_role("button", name="Next").click()
    expect(heading(page)).to_have_text(to)


def test_a_pizzeria_is_set_up_from_nothing(page: Page, kitchen: Kitchen, office: Office) -> None:
    page.goto(f"{kitchen.url}/setup")
    expect(heading(page)).to_have_text("Your kitchen")
    expect(page.get_by_label("Time zone")).to_have_value(BROWSER_ZONE)
    page.get_by_role("button", name="Next").click()
    expect(heading(page)).to_have_text("Your kitchen")  # It has no name yet.
    page.get_by_label("Name of the kitchen").fill("Da Carlo")
    onward(page, "What do you begin with?")
    page.get_by_role("button", name="Pizza").click()
    expect(page.locator(".now")).to_have_text("Your stations now: Oven, Cold, Pass")
    onward(page, "The stations")
    page.get_by_label("Name of a new station").fill("Bar")
    page.keyboard.press("Enter")
    onward(page, "What goes where")
    bar = page.get_by_label("Bar makes what has in its name")
    bar.fill("wine, beer")
    onward(page, "Printers")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("Station").select_option("Bar")
    page.get_by_label("Model").select_option("Epson TM-T88V")
    # Somebody is called away, and goes on where they were.
    page.goto("about:blank")
    page.goto(f"{kitchen.url}/setup")
    expect(heading(page)).to_have_text("Printers")
    expect(page.get_by_label("Model")).to_have_value("TM-T88V")
    onward(page, "Is it right?")
    expect(page.locator(".summary")).to_contain_text("Oven, Cold, Pass, Bar")
    assert office.put == []
    page.get_by_role("button", name="Have the kitchen work like that").click()
    expect(heading(page)).to_have_text("It works")
    now = office.applied
    assert now["appliance"] == {"name": "Da Carlo", "language": "en", "time_zone": BROWSER_ZONE}
    assert [each["id"] for each in now["station"]] == ["oven", "cold", "pass", "bar"]
    assert {"station": "bar", "name": ["*wine*", "*beer*"]} in now["route"]
    assert now["orders"]["default_station"] == "oven"
    (printer,) = now["printer"]
    assert (printer["transport"], printer["stations"]) == (PLUGGED_IN["transport"], ["bar"])
    assert now["devices"]["mode"] == "real"
    # Nothing of the demo kitchen hangs on it.
    assert not {"button", "bump_bar", "light"} & set(now)


class New(Kitchen):
    """As it comes out of its box."""

    def __init__(self, directory: Path) -> None:
        Service.__init__(self, directory / "data", usual_ports=True)


def test_the_appliance_begins_anew_with_what_was_chosen(page: Page, tmp_path: Path) -> None:
    with New(tmp_path) as kitchen:
        page.goto(kitchen.sign_in_link)
        page.wait_for_url(f"{kitchen.url}/setup")
        page.get_by_label("Name of the kitchen").fill("Bar Sol")
        onward(page, "What do you begin with?")
        page.get_by_role("button", name="Café or bar").click()
        for step in ("The stations", "What goes where", "Printers", "Is it right?"):
            onward(page, step)
        page.get_by_role("button", name="Have the kitchen work like that").click()
        expect(heading(page)).to_have_text("It works")
        stations = kitchen.call("GET", "/stations")
        assert [each["name"] for each in stations] == ["Kitchen", "Bar"]
        page.get_by_role("button", name="Leave it for now").click()
        page.goto(f"{kitchen.url}/setup#rules")
        rules = page.locator("#section-rules")
        rules.get_by_label("Name of the dish").fill("Iced tea")
        page.keyboard.press("Enter")
        expect(rules.locator(".answer")).to_contain_text("→ Bar · 2 min")
        page.get_by_role("link", name="General").click()
        name = page.get_by_label("Name of the kitchen")
        name.fill("Bar Luna")
        name.press("Tab")
        page.get_by_role("button", name="Apply").click()
        expect(page.locator("#told")).to_have_text("Done: the kitchen works with it.")
        now = kitchen.call("GET", "/setup")
        assert (now["source"], now["document"]["appliance"]["name"]) == ("own", "Bar Luna")
        # As it is now it can be brought back, whatever becomes of it.
        page.get_by_role("link", name="Export and import").click()
        with page.expect_download() as download:
            page.get_by_role("link", name="Download everything").click()
        page.get_by_role("link", name="General").click()
        name.fill("Bar Marte")
        name.press("Tab")
        page.get_by_role("button", name="Apply").click()
        expect(page.locator("#told")).to_have_text("Done: the kitchen works with it.")
        page.get_by_role("link", name="Export and import").click()
        page.get_by_label("File of an export").set_input_files(download.value.path())
        expect(page.get_by_text("2 stations")).to_be_visible()
        page.get_by_role("button", name="Replace everything with it").click()
        expect(page.locator("#section-transfer")).to_contain_text("Done")
        page.get_by_role("link", name="General").click()
        expect(name).to_have_value("Bar Luna")


def test_nobody_is_sent_to_an_address_that_only_this_computer_can_open(
    page: Page, kitchen: Kitchen, office: Office
) -> None:
    office.now |= {"first_start": False}
    page.goto(f"{kitchen.url}/look/elements.js")
    page.evaluate("""localStorage.setItem("setup-walk", '{"step": "screens"}')""")
    page.goto(f"{kitchen.url}/setup")
    expect(page.get_by_text("No other device can open this address")).to_be_visible()


def test_what_is_wrong_keeps_it_from_coming_into_force(
    page: Page, kitchen: Kitchen, office: Office
) -> None:
    page.goto(f"{kitchen.url}/setup")
    page.get_by_label("Name of the kitchen").fill("Da Carlo")
    for step in ("What do you begin with?", "The stations", "What goes where", "Printers"):
        onward(page, step)
    onward(page, "Is it right?")
    office.wrong = [{"key": "station", "message": "at least one station that cooks is required"}]
    page.get_by_role("button", name="Have the kitchen work like that").click()
    expect(page.locator("#walk [role=alert]")).to_have_text(
        "station: at least one station that cooks is required"
    )
    expect(heading(page)).to_have_text("Is it right?")
    assert office.put == []
    office.wrong = []
    page.get_by_role("button", name="Have the kitchen work like that").click()
    expect(heading(page)).to_have_text("It works")


def test_afterwards_printers_are_tried_screens_let_in_and_people_given_pins(
    page: Page, kitchen: Kitchen, office: Office
) -> None:
    asked: list[Any] = []
    office.now |= {"first_start": False}

    def keep(what: str, status: int) -> Callable[[Any], None]:
        def take(route: Any) -> None:
            if route.request.method == "GET":
                route.fulfill(
                    json={
                        "screens": [],
                        "found": [],
                        "hubs": [],
                        "announced": {"host": "kitchen.local"},
                    }
                )
                return
            asked.append((what, route.request.post_data_json))
            route.fulfill(status=status, json={})

        return take

    page.route("**/printers/*/test", keep("test", 202))
    page.route("**/api/v1/kds/screens", keep("screen", 201))
    page.goto(f"{kitchen.url}/look/elements.js")
    page.evaluate("""localStorage.setItem("setup-walk", '{"step": "test"}')""")
    page.goto(f"{kitchen.url}/setup")
    expect(heading(page)).to_have_text("It works")
    page.get_by_role("button", name="Print a test page on fry-printer").click()
    expect(page.get_by_text("fry-printer was asked for a test page.")).to_be_visible()
    onward(page, "Screens")
    port = kitchen.url.rpartition(":")[2]
    expect(page.locator(".address")).to_have_text(f"http://kitchen.local:{port}/?screen")
    expect(page.get_by_text("No other device can open this address")).to_be_hidden()
    page.get_by_label("Code that it shows").fill("482 915")
    page.get_by_label("Name of the screen").fill("Grill TV")
    page.get_by_label("Station").select_option("Grill")
    page.get_by_role("button", name="Adopt the screen").click()
    expect(page.get_by_text("Grill TV is adopted. The next one?")).to_be_visible()
    onward(page, "Who may")
    page.get_by_label("Name").fill("Carla")
    page.get_by_label("PIN", exact=True).fill("4711")
    page.get_by_role("button", name="Set the PIN").click()
    expect(page.get_by_text("Now for the cooks, one each or one for all:")).to_be_visible()
    (carla,) = kitchen.call("GET", "/pins")
    assert (carla["name"], carla["roles"]) == ("Carla", ["manager"])
    kitchen.call("DELETE", "/pins/Carla")
    onward(page, "Ready")
    screen = {"code": "482915", "name": "Grill TV", "station_id": "grill"}
    assert asked == [("test", None), ("screen", screen)]
    page.get_by_role("link", name="To the board").click()
    page.wait_for_url(f"{kitchen.url}/")
    # It is over.
    page.goto(f"{kitchen.url}/setup")
    expect(page.locator("#section-general")).to_be_visible()


def test_whoever_wants_no_walk_leaves_it_and_may_come_back(
    page: Page, kitchen: Kitchen, office: Office
) -> None:
    page.set_viewport_size(ViewportSize(width=390, height=844))
    page.goto(f"{kitchen.url}/setup")
    page.get_by_role("button", name="Leave it for now").click()
    expect(page.locator("#section-general")).to_be_visible()
    page.locator("#open-sections").click()
    page.get_by_role("button", name="Walk through the first start").click()
    expect(heading(page)).to_have_text("Your kitchen")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert office.put == []
