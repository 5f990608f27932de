"""Set-up of printers, buttons, bump bars and lights: what is changed, pressed, learned and seen."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from appliance import config
from tests.pages.installer import Installer
from tests.pages.kitchen import Kitchen
from tests.process import Service


@pytest.fixture
def installer(page: Page, standing: Kitchen) -> Installer:
    standing.let_in(page.context)
    return Installer(page)


def opened(page: Page, standing: Kitchen, section: str, device: str) -> None:
    page.goto(f"{standing.url}/setup#{section}")
    page.locator(f'[data-device="{device}"] .opener').click()


def test_a_printer_that_was_found_is_added_and_put_in_force(
    page: Page, standing: Kitchen, installer: Installer
) -> None:
    found = {"transport": "tcp:192.168.1.50:9100", "name": "EPSON TM-T20III <b>"}
    installer.choices |= {"printers": [found]}
    page.goto(f"{standing.url}/setup#printers")
    page.get_by_role("button", name="Add EPSON TM-T20III <b>").click()
    row = page.locator(".devices .entry").last
    row.get_by_label("Name").fill("grill-printer")
    row.get_by_label("It prints").select_option("when a ticket is bumped")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#told")).to_contain_text("Done")
    assert installer.applied["printer"][-1] == {
        "id": "grill-printer",
        "stations": ["grill"],
        "transport": "tcp:192.168.1.50:9100",
        "model": "TM-T20III",
        "print_on": "bump",
    }


def test_a_ticket_is_drawn_as_its_lines_are_typed(
    page: Page, standing: Kitchen, installer: Installer
) -> None:
    page.goto(f"{standing.url}/setup#printers")
    paper = page.locator(".look svg")
    expect(paper).to_contain_text("Double")
    page.get_by_text("Choose the lines of a chit").click()
    page.get_by_label("Each dish").fill("{qty} portions of {name}")
    expect(paper).to_contain_text("portions")
    page.get_by_label("Each dish").fill("{nam}")
    expect(page.locator(".look .chit")).to_have_class("chit old")
    expect(page.locator(".look > .more > .wrong")).to_contain_text("no field {nam}")
    installer.wrong = [{"key": "printing.item[0]", "message": "there is no field {nam}"}]
    page.get_by_label("Each dish").fill("{nam} again")
    expect(page.locator(".look small.wrong", has_text="no field")).to_have_text(
        "Line 1: there is no field {nam}"
    )


def test_a_pin_is_chosen_in_the_picture_where_others_are_taken(
    page: Page, standing: Kitchen, installer: Installer
) -> None:
    opened(page, standing, "buttons", "grill-1")
    page.locator(".pin-choice summary").first.click()
    expect(page.locator(".pin", has_text="grill-2").first).to_be_disabled()
    page.locator("button.pin", has_text="GPIO 5").first.click()
    expect(page.locator(".pin-choice summary").first).to_have_text("GPIO 5, pin 29 of the header")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#told")).to_contain_text("Done")
    assert installer.applied["button"][0]["pin"] == 5


def test_a_press_lights_its_button_up_and_says_what_it_did(
    page: Page, standing: Kitchen, installer: Installer
) -> None:
    page.goto(f"{standing.url}/setup#buttons")
    row = page.locator('[data-device="grill-1"]')
    expect(row).to_be_visible()
    installer.presses("grill-1", action="bump 1", outcome="done")
    expect(row).to_have_class("entry pressed")
    expect(page.locator(".presses li")).to_have_text(["grill-1, press: Bump, place 1. Done."])


def test_the_keys_of_a_bar_are_learned_one_after_the_other(
    page: Page, standing: Kitchen, installer: Installer
) -> None:
    opened(page, standing, "bars", "fry-bar")
    page.get_by_role("button", name="All keys, one after the other").click()
    asked = page.locator(".asked")
    expect(asked).to_have_text("Press the key for: Bump, place 1.")
    installer.presses("fry-bar", kind="bar", key="KEY_KP1", action="bump 1", outcome="done")
    expect(asked).to_contain_text("Press the key for: Bump, place 2.")
    installer.presses("fry-bar", kind="bar", key="KEY_KP1", action="bump 1", outcome="done")
    expect(asked).to_contain_text("already: press another one")
    installer.presses("fry-bar", kind="bar", key="KEY_F9")
    expect(asked).to_contain_text("Press the key for: Bump, place 3.")
    page.get_by_role("button", name="Stop").click()
    expect(asked).to_contain_text("1 key is learned")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#told")).to_contain_text("Done")
    assert installer.applied["bump_bar"][0]["keys"] == {"KEY_F9": "bump 2"}


class Own(Kitchen):
    """On the demo kitchen as its own configuration, which can be changed here."""

    def __init__(self, directory: Path) -> None:
        data = directory / "data"
        data.mkdir()
        text = config.embedded().replace("[orders]", '[orders]\nlisten = "127.0.0.1:0"')
        (data / "kitchen.toml").write_text(f'{text}\n[http]\nlisten = "127.0.0.1:0"\n')
        Service.__init__(self, data, usual_ports=True)


def test_a_key_that_was_learned_works_when_it_is_applied(page: Page, tmp_path: Path) -> None:
    with Own(tmp_path) as kitchen:
        kitchen.let_in(page.context)
        page.goto(f"{kitchen.url}/setup#bars")
        page.locator('[data-device="fry-bar"] .opener').click()
        page.get_by_role("button", name="A single key").click()
        expect(page.locator(".press-view .hint")).to_have_text(re.compile("^Press a key"))
        kitchen.call("POST", "/panel/bars/fry-bar/press", {"key": "KEY_F9"})
        expect(page.locator(".asked")).to_have_text("KEY_F9 does nothing yet.")
        page.locator(".learning").get_by_label("It is to do").first.select_option("all-day")
        # The stream of presses ends with the configuration before, and is heard again by itself.
        with page.expect_response("**/setup/presses"):
            page.get_by_role("button", name="Apply").click()
        expect(page.locator("#told")).to_have_text("Done: the kitchen works with it.")
        (bar,) = kitchen.call("GET", "/setup")["document"]["bump_bar"]
        assert bar["keys"]["KEY_F9"] == "all-day"
        kitchen.call("POST", "/panel/bars/fry-bar/press", {"key": "KEY_F9"})
        expect(page.locator(".presses li").first).to_contain_text("All-day")


def test_lights_have_a_pin_for_each_colour(
    page: Page, standing: Kitchen, installer: Installer
) -> None:
    del installer
    opened(page, standing, "lights", "kitchen-light")
    expect(page.locator(".pin-choice summary")).to_have_count(4)
    expect(page.locator(".now")).to_contain_text("Green:")


def test_a_simulated_button_is_pressed_and_seen_by_the_real_appliance(
    page: Page, standing: Kitchen
) -> None:
    standing.let_in(page.context)
    page.goto(f"{standing.url}/setup#buttons")
    shown = page.locator(".presses li")
    row = page.locator('[data-device="grill-1"]')
    expect(row.locator(".state")).to_have_text("Ready.")
    row.get_by_role("button", name="Press: Bump, place 1").click()
    expect(row.locator(".said")).to_have_text("There was no ticket.")
    expect(shown).to_have_text(["grill-1, press: Bump, place 1. There was no ticket."])
    page.goto(f"{standing.url}/setup#printers")
    page.locator('[data-device="fry-printer"] .opener').click()
    page.get_by_role("button", name="Print a test page").click()
    expect(page.locator('[data-device="fry-printer"] .said')).to_have_text("It is on paper.")
