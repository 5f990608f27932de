"""The page of the set-up: what is changed, what is wrong with it, and what is in force."""

import copy
import re
import tomllib
from typing import Any, Final

import pytest
from playwright.sync_api import Dialog, FilePayload, Locator, Page, ViewportSize, expect

from appliance import config
from tests.pages.desk import Desk
from tests.pages.kitchen import Kitchen
from tests.pages.office import SETUP, Office, routed, stop

EVIL: Final = "<img src=x onerror=hacked=1>\N{RIGHT-TO-LEFT OVERRIDE}gnp" + "x" * 10_000
SIZES: Final = [(1920, 1080), (1280, 720), (800, 480), (390, 844)]
SMALL: Final = """() => [...document.querySelectorAll("#place button, #section-list a")]
    .filter((key) => key.offsetWidth && Math.min(key.offsetWidth, key.offsetHeight) < 47)
    .map((key) => key.innerText.slice(0, 40))"""
"""What a finger misses."""
UNLABELLED: Final = """(place) => [...place.querySelectorAll("input, select, textarea")]
    .filter((field) => field.labels.length !== 1).length"""
SECTIONS: Final = ["general", "stations", "rules", "screens", "access", "transfer"]


@pytest.fixture
def kitchen(standing: Kitchen) -> Kitchen:
    """Who ends it starts it again."""
    return standing


@pytest.fixture
def office(page: Page, kitchen: Kitchen) -> Office:
    """Whoever looks is signed in as a manager."""
    kitchen.let_in(page.context)
    return Office(page)


def look(page: Page, kitchen: Kitchen, section: str = "general") -> Locator:
    """A section of the page."""
    page.goto(f"{kitchen.url}/setup#{section}")
    place = page.locator(f"#section-{section}")
    expect(place.locator("h2").first).to_be_visible()
    return place


def file_of(content: bytes) -> FilePayload:
    """What a browser is given to send."""
    return {"name": "kitchen.json", "mimeType": "application/json", "buffer": content}


def change(field: Locator, text: str) -> None:
    field.fill(text)
    field.press("Tab")


def bar(page: Page) -> Locator:
    return page.locator("#told")


def test_changes_are_counted_and_come_into_force_together(
    page: Page, kitchen: Kitchen, office: Office
) -> None:
    general = look(page, kitchen)
    expect(page.locator("#bar")).to_be_hidden()
    change(general.get_by_label("Name of the kitchen"), "Casa Lola")
    expect(bar(page)).to_have_text("1 change not yet in force")
    change(general.get_by_label("Late after, in minutes", exact=True), "7.5")
    general.get_by_label("All stations finish an order together").uncheck()
    expect(bar(page)).to_have_text("3 changes not yet in force")
    page.get_by_role("button", name="Discard").click()
    expect(general.get_by_label("Name of the kitchen")).to_have_value("Demo kitchen")
    assert office.put == []
    change(general.get_by_label("Name of the kitchen"), "Casa Lola")
    change(general.get_by_label("Late after, in minutes", exact=True), "7.5")
    # It is kept while nobody looks.
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(bar(page)).to_have_text("2 changes not yet in force")
    page.get_by_role("button", name="Apply").click()
    expect(bar(page)).to_have_text("Done: the kitchen works with it.")
    assert office.applied["appliance"]["name"] == "Casa Lola"
    assert office.applied["timing"]["late_after"] == "7m30s"
    # What is as it is usually is not written, and what nobody touched stays as it was.
    assert set(office.applied) == set(tomllib.loads(config.embedded()))
    assert "very_late_after" not in office.applied["timing"]
    assert office.applied["route"] == office.now["document"]["route"]


def test_some_tickets_are_late_otherwise(page: Page, kitchen: Kitchen, office: Office) -> None:
    general = look(page, kitchen)
    general.get_by_role("button", name="Add an exception").click()
    entry = general.locator(".entry")
    change(entry.get_by_label("Kind of order"), "delivery, pickup")
    change(entry.get_by_label("Late after, in minutes", exact=True), "12")
    entry.get_by_label("Grill").check()
    expect(entry.locator(".opener")).to_have_text(
        "orders for delivery or pickup and tickets of Grill: late after 12 min, "
        "very late after 8 min"
    )
    office.wrong = [{"key": "timing.late[0].very_late_after", "message": "before it is late"}]
    change(entry.get_by_label("Very late after, in minutes"), "10")
    expect(entry.locator("[aria-invalid]")).to_have_value("10")
    office.wrong = []
    change(entry.get_by_label("Very late after, in minutes"), "20")
    page.get_by_role("button", name="Apply").click()
    expect(bar(page)).to_have_text("Done: the kitchen works with it.")
    late: dict[str, Any] = {"late_after": "12m", "very_late_after": "20m"}
    late |= {"mode": ["delivery", "pickup"], "station": ["grill"]}
    assert office.applied["timing"]["late"] == [late]


def test_leaving_with_changes_asks(page: Page, kitchen: Kitchen, office: Office) -> None:
    asked: list[str] = []

    def agree(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", agree)
    general = look(page, kitchen)
    page.goto(f"{kitchen.url}/status")
    assert asked == []
    general = look(page, kitchen)
    general.get_by_label("Name of the kitchen").press_sequentially("!")
    page.get_by_role("link", name="Stations").click()
    expect(bar(page)).to_have_text("1 change not yet in force")
    page.goto(f"{kitchen.url}/status")
    assert asked == ["beforeunload"]
    assert office.put == []


def test_errors_stand_beside_their_fields_and_are_counted(
    page: Page, kitchen: Kitchen, office: Office
) -> None:
    general = look(page, kitchen)
    office.wrong = [
        {"key": "station[1].name", "message": "too long"},
        {"key": "appliance.time_zone", "message": "'Mars' is no time zone"},
    ]
    zone = general.get_by_label("Time zone")
    change(zone, "Mars")
    expect(zone).to_have_attribute("aria-invalid", "true")
    expect(zone).to_have_accessible_description(re.compile("'Mars' is no time zone"))
    sections = page.locator("#section-list")
    expect(sections.get_by_role("link", name="General")).to_contain_text("1 wrong")
    expect(sections.get_by_role("link", name="Stations")).to_contain_text("1 wrong")
    # Whoever applies is taken to what is wrong, closed as it may be.
    office.wrong = office.wrong[:1]
    page.get_by_role("button", name="Apply").click()
    expect(bar(page)).to_have_text("Not applied: 1 thing is wrong.")
    stations = page.locator("#section-stations")
    expect(stations.get_by_label("Name", exact=True)).to_be_focused()
    expect(stations.get_by_label("Name", exact=True)).to_have_accessible_description(
        re.compile("too long")
    )
    assert office.put == []
    office.wrong = []
    change(stations.get_by_label("Name", exact=True), "Fryers")
    expect(stations.locator("[aria-invalid]")).to_have_count(0)


def test_what_cannot_begin_is_said_and_can_be_mended(
    page: Page, kitchen: Kitchen, office: Office
) -> None:
    general = look(page, kitchen)
    office.cannot_begin = [{"key": "screens.host", "message": "somebody else has this name"}]
    change(general.get_by_label("Name of the kitchen"), "Casa Lola")
    page.get_by_role("button", name="Apply").click()
    expect(bar(page)).to_contain_text("Not applied: 1 thing is wrong.")
    expect(page.locator("#not-in-force")).to_be_visible()
    expect(general.get_by_label("Name of the kitchen")).to_have_value("Casa Lola")
    office.cannot_begin = []
    change(general.get_by_label("Name of the kitchen"), "Casa Rosa")
    page.get_by_role("button", name="Apply").click()
    expect(bar(page)).to_have_text("Done: the kitchen works with it.")
    expect(page.locator("#not-in-force")).to_be_hidden()


def test_what_a_part_dies_of_afterwards_is_not_said_to_be_done(
    page: Page, kitchen: Kitchen, office: Office
) -> None:
    general = look(page, kitchen)
    named = general.get_by_label("Name of the kitchen")
    change(named, "Casa Lola")
    page.get_by_role("button", name="Apply").click()
    expect(bar(page)).to_have_text("Done: the kitchen works with it.")
    office.now |= {"errors": [{"key": "", "message": "a part died of it"}]}
    expect(page.locator("#not-in-force")).to_contain_text("a part died of it")
    expect(bar(page)).to_be_hidden()
    # Whoever has begun to mend it goes on.
    change(named, "Casa Rosa")
    office.now |= {"errors": []}
    expect(page.locator("#not-in-force")).to_be_hidden()
    expect(named).to_have_value("Casa Rosa")


def test_of_two_managers_the_slower_is_told(page: Page, kitchen: Kitchen, office: Office) -> None:
    general = look(page, kitchen)
    change(general.get_by_label("Name of the kitchen"), "Mine")
    theirs = copy.deepcopy(office.now["document"])
    theirs["appliance"]["name"] = "Theirs"
    office.somebody_applies(theirs)
    page.get_by_role("button", name="Apply").click()
    expect(bar(page)).to_have_text("Not applied: somebody else was faster.")
    expect(page.locator("#overtaken")).to_be_visible()
    # As often as it is pressed, before somebody has decided.
    page.get_by_role("button", name="Apply").click()
    expect(bar(page)).to_have_text("Not applied: somebody else was faster.")
    assert office.put == []
    page.get_by_role("button", name="Show the newer one").click()
    expect(general.get_by_label("Name of the kitchen")).to_have_value("Theirs")
    expect(page.locator("#overtaken")).to_be_hidden()
    # Who has changed nothing just sees what is in force.
    office.somebody_applies(theirs | {"appliance": {"name": "Newest"}})
    expect(general.get_by_label("Name of the kitchen")).to_have_value("Newest")
    change(general.get_by_label("Name of the kitchen"), "Mine")
    office.somebody_applies(theirs)
    page.get_by_role("button", name="Keep mine").click()
    page.get_by_role("button", name="Apply").click()
    expect(bar(page)).to_have_text("Done: the kitchen works with it.")
    assert office.applied["appliance"]["name"] == "Mine"


def test_a_kitchen_of_a_file_is_shown_and_changed_there(
    page: Page, kitchen: Kitchen, office: Office
) -> None:
    office.now |= {"source": "file", "file": "/etc/kitchen.toml", "changeable": False}
    general = look(page, kitchen)
    expect(page.locator("#read-only")).to_contain_text("/etc/kitchen.toml")
    expect(general.get_by_label("Name of the kitchen")).to_be_disabled()
    stations = look(page, kitchen, "stations")
    stations.get_by_role("button", name="Grill").click()
    expect(stations.get_by_label("Name", exact=True)).to_be_disabled()
    expect(stations.get_by_role("button", name="Remove")).to_have_count(0)
    expect(stations.get_by_role("button", name="Add the station")).to_have_count(0)


@pytest.mark.parametrize("status", [401, 403])
def test_who_may_not_is_told_who_may(page: Page, kitchen: Kitchen, status: int) -> None:
    refusal = {"error": "UNAUTHORIZED", "message": "no"}
    page.route(SETUP, lambda route: route.fulfill(status=status, json=refusal))
    page.goto(f"{kitchen.url}/setup")
    expect(page.locator("#who")).to_contain_text("Only managers")
    expect(page.locator("#sign-in")).to_be_visible()
    expect(page.locator("#place")).to_be_hidden()


def test_stations_are_added_moved_and_removed(page: Page, kitchen: Kitchen, office: Office) -> None:
    stations = look(page, kitchen, "stations")
    entries = stations.locator(".entries > .entry .opener")
    expect(entries).to_have_text(["GrillGrill", "FryFry", "ColdCold kitchen", "PassThe pass"])
    stations.get_by_label("Name of a new station").fill("Café Bar")
    stations.get_by_label("What it is").last.select_option("Bar")
    page.get_by_role("button", name="Add the station").press("Enter")
    expect(entries).to_have_text(
        ["GrillGrill", "FryFry", "ColdCold kitchen", "PassThe pass", "Café BarBar"]
    )
    up = stations.get_by_role("button", name="Move Café Bar up")
    up.press("Enter")
    expect(up).to_be_focused()
    up.press("Enter")
    expect(entries.nth(2)).to_have_text("Café BarBar")
    entries.nth(1).click()
    stations.get_by_role("button", name="Remove Fry").click()
    expect(stations.get_by_role("button", name="No, keep")).to_be_focused()
    stations.get_by_role("button", name="Yes, remove").click()
    expect(entries).to_have_text(["GrillGrill", "Café BarBar", "ColdCold kitchen", "PassThe pass"])
    page.get_by_role("button", name="Apply").click()
    expect(bar(page)).to_have_text("Done: the kitchen works with it.")
    now = office.applied["station"]
    assert [each["id"] for each in now] == ["grill", "cafe-bar", "cold", "pass"]
    assert sorted(now, key=lambda each: each["display_order"]) == now
    # Its rules are gone with it.
    assert {rule["station"] for rule in office.applied["route"]} == {"grill", "cold"}


def test_stations_made_over_http_are_changed_at_once(
    page: Page, kitchen: Kitchen, office: Office
) -> None:
    kitchen.call("POST", "/stations", {"name": "Window", "station_type": "bar"})
    stations = look(page, kitchen, "stations")
    made = stations.locator("li", has_text="Window")
    made.locator("summary").click()
    change(made.get_by_label("Name"), "Hatch")
    made.get_by_role("button", name="Save").click()
    expect(stations.get_by_text("Hatch is changed.")).to_be_visible()
    assert kitchen.call("GET", "/stations/window")["name"] == "Hatch"
    made = stations.locator("li", has_text="Hatch")
    made.locator("summary").click()
    made.get_by_role("button", name="Remove Hatch").click()
    made.get_by_role("button", name="Yes, remove").click()
    expect(made).to_have_count(0)
    assert "window" not in [each["id"] for each in kitchen.call("GET", "/stations")]
    assert office.put == []


def test_rules_are_sentences_and_made_of_words(
    page: Page, kitchen: Kitchen, office: Office
) -> None:
    rules = look(page, kitchen, "rules")
    entries = rules.locator(".numbered > .entry")
    expect(entries.first.locator(".opener")).to_have_text(
        "Names with burger, steak, chicken, or salmon → Grill · 8 min"
    )
    expect(entries.nth(1).locator(".opener")).to_have_text(
        "Names with wings, nugget, fries, or salad: not to Grill"
    )
    rules.get_by_role("button", name="Add a rule").click()
    new = entries.last
    names = new.get_by_label("Names with")
    expect(names).to_be_focused()
    change(names, 'pie, *tart, "Coke"')
    new.get_by_label("Station").select_option("Cold")
    change(new.get_by_label("Takes, in minutes"), "1.5")
    new.get_by_text("More conditions").click()
    change(new.get_by_label("Kind of order"), "delivery")
    new.get_by_label("Sat", exact=True).check()
    new.get_by_label("Sun", exact=True).check()
    expect(new.locator(".opener")).to_have_text(
        'Names with pie, *tart, or "Coke", orders for delivery, and on Sat or Sun → Cold · 1.5 min'
    )
    page.get_by_role("button", name="Apply").click()
    expect(bar(page)).to_have_text("Done: the kitchen works with it.")
    assert office.applied["route"][-1] == {
        "station": "cold",
        "name": ["*pie*", "*tart", "Coke"],
        "prep_time": "1m30s",
        "mode": ["delivery"],
        "weekday": ["sat", "sun"],
    }


def test_what_a_rule_does_is_one_choice(page: Page, kitchen: Kitchen, office: Office) -> None:
    rules = look(page, kitchen, "rules")
    first = rules.locator(".numbered > .entry").first
    first.locator(".opener").click()
    first.get_by_label("What becomes of them").select_option("it takes more or less time there")
    change(first.get_by_label("More time, in minutes"), "-2")
    expect(first.locator(".opener")).to_contain_text("-2 min more at Grill")
    page.get_by_role("button", name="Apply").click()
    expect(bar(page)).to_have_text("Done: the kitchen works with it.")
    rule = office.applied["route"][0]
    names = ["*burger*", "*steak*", "*chicken*", "*salmon*"]
    assert rule == {"station": "grill", "name": names, "extra_time": "-2m"}


def test_a_dish_is_tried_by_the_rules_of_the_draft(
    page: Page, kitchen: Kitchen, office: Office
) -> None:
    office.routed = {
        "Fish": routed(
            stations=[stop("fry", rules=["file-3"], prep_time_seconds=240)],
            taken_away=[{"station_id": "grill", "rule": "file-2"}],
            nearly=[
                {
                    "rule": "file-6",
                    "station_id": "cold",
                    "condition": "name",
                    "wanted": ["*salad*"],
                    "has": ["fish"],
                }
            ],
        )
    }
    rules = look(page, kitchen, "rules")
    rules.get_by_label("Name of the dish").fill("Fish")
    rules.get_by_label("Modifiers").last.fill("no salt, side fries")
    rules.get_by_role("button", name="Where does it go?").click()
    answer = rules.locator(".answer")
    expect(answer).to_contain_text("→ Fry · 4 min")
    expect(answer).to_contain_text("Rule 3: Names with fries")
    expect(answer).to_contain_text("Not to Grill, because of")
    expect(answer).to_contain_text("Nearly fitted, but for this: Names with is fish")
    (tried,) = office.tried
    assert tried["items"] == [
        {"name": "Fish", "mods": [{"name": "no salt"}, {"name": "side fries"}]}
    ]
    assert tried["document"] == office.now["document"]
    # No rule takes another, so one is made.
    rules.get_by_label("Name of the dish").fill("Gazpacho")
    page.keyboard.press("Enter")
    expect(answer).to_contain_text("No rule takes it.")
    answer.get_by_role("button", name="Make a rule").click()
    new = rules.locator(".numbered > .entry").last
    expect(new.get_by_label("Names with")).to_have_value("gazpacho")
    new.get_by_label("Station").select_option("Cold")
    with page.expect_response("**/setup/route"):
        rules.get_by_role("button", name="Where does it go?").click()
    assert office.tried[-1]["document"]["route"][-1] == {"station": "cold", "name": ["*gazpacho*"]}


def test_dishes_that_no_rule_takes_are_found(page: Page, kitchen: Kitchen, office: Office) -> None:
    kitchen.call("PUT", "/menu/7", {"name": "Gazpacho"})
    kitchen.call("PUT", "/menu/8", {"name": "Fries"})
    office.routed = {"Fries": routed(stations=[stop("fry", rules=["file-3"])])}
    rules = look(page, kitchen, "rules")
    rules.get_by_role("button", name="Look for them").click()
    expect(rules.get_by_text("No rule takes 1 of 2 dishes:")).to_be_visible()
    rules.get_by_role("button", name="Make a rule for Gazpacho").click()
    last = rules.locator(".numbered > .entry").last
    expect(last.get_by_label("Names with")).to_have_value("gazpacho")


def test_pins_are_set_changed_and_taken_away(page: Page, kitchen: Kitchen, office: Office) -> None:
    access = look(page, kitchen, "access")
    access.get_by_label("Name", exact=True).fill("Ana")
    access.get_by_label("PIN", exact=True).fill("12")
    access.get_by_role("button", name="Set the PIN").click()
    assert kitchen.call("GET", "/pins") == []  # It is too short.
    access.get_by_label("PIN", exact=True).fill("4711")
    access.get_by_label("May").select_option("expeditor: work the boards and the pass")
    access.get_by_label("Pass").first.check()
    access.get_by_role("button", name="Set the PIN").click()
    expect(access.get_by_text("Ana has a PIN now.")).to_be_visible()
    (ana,) = kitchen.call("GET", "/pins")
    assert (ana["roles"], ana["stations"]) == (["expeditor"], ["pass"])
    expect(access.locator("li", has_text="Ana")).to_contain_text("only Pass")
    expect(access.get_by_label("PIN", exact=True)).to_have_value("")
    access.get_by_role("button", name="Remove Ana").click()
    access.get_by_role("button", name="Yes, remove").click()
    expect(access.get_by_text("Ana has no PIN any more.")).to_be_visible()
    assert kitchen.call("GET", "/pins") == []
    assert office.put == []


def test_a_token_for_a_program_is_made_shown_once_and_ended(
    page: Page, kitchen: Kitchen, office: Office
) -> None:
    del office
    access = look(page, kitchen, "access")
    access.get_by_label("What it is for").fill("Label <b>printer</b>")
    form = access.locator("form", has=page.get_by_role("button", name="Make a token"))
    form.get_by_label("Fry").check()
    form.get_by_role("button", name="Make a token").click()
    shown = form.locator("code.token")
    expect(shown).to_be_visible()
    token = shown.text_content()
    for station, status in (("fry", 200), ("grill", 403)):
        answer = page.request.get(
            f"{kitchen.url}/api/v1/kds/stations/{station}/tickets",
            headers={"Authorization": f"Bearer {token}", "Cookie": ""},
        )
        assert answer.status == status
    row = access.locator("li", has_text="Label <b>printer</b>")
    expect(row).to_contain_text("only Fry")
    row.get_by_role("button", name="Remove Label <b>printer</b>").click()
    row.get_by_role("button", name="Yes, remove").click()
    expect(row).to_have_count(0)
    assert kitchen.call("GET", "/devices") == []


def test_an_import_is_looked_at_first(page: Page, kitchen: Kitchen, office: Office) -> None:
    asked: list[str] = []
    wrong: list[dict[str, str]] = [{"key": "station[0].name", "message": "too long"}]

    def take(route: Any) -> None:
        asked.append(route.request.url.rpartition("?")[2])
        if asked[-1] == "check=false":
            office.brings(office.now["document"] | {"appliance": {"name": "Brought"}})
        holds = {"name": "Da Carlo", "stations": 4, "rules": 9, "menu": 0, "screens": 2, "pins": 1}
        left = ["https.key"]
        route.fulfill(json={"holds": holds, "errors": wrong, "left_out": left})

    page.route("**/setup/import?*", take)
    transfer = look(page, kitchen, "transfer")
    chosen = transfer.get_by_label("File of an export")
    download = transfer.get_by_role("link", name="Download everything")
    expect(download).to_have_attribute("href", "/api/v1/kds/setup/export")
    chosen.set_input_files(file_of(b"{ broken"))
    expect(transfer.get_by_text("kitchen.json is no file of an export.")).to_be_visible()
    chosen.set_input_files(file_of(b"{}"))
    expect(transfer.get_by_text("station[0].name: too long")).to_be_visible()
    replace = transfer.get_by_role("button", name="Replace everything")
    expect(replace).to_have_count(0)
    wrong.clear()
    chosen.set_input_files([])
    chosen.set_input_files(file_of(b"{}"))
    expect(transfer.get_by_text("It is of Da Carlo, and holds:")).to_be_visible()
    expect(transfer.locator("li")).to_have_text(
        ["4 stations", "9 rules", "0 dishes of the menu", "2 adopted screens", "1 PIN"]
    )
    expect(transfer.get_by_text("https.key")).to_be_visible()
    replace.click()
    expect(transfer.get_by_text("Done: the kitchen works with it.")).to_be_visible()
    assert asked == ["check=true", "check=true", "check=false"]
    page.get_by_role("link", name="General").click()
    expect(page.get_by_label("Name of the kitchen")).to_have_value("Brought")


def test_it_owns_up_when_nobody_answers(page: Page, kitchen: Kitchen, office: Office) -> None:
    general = look(page, kitchen)
    expect(page.locator("#link")).to_have_text("LIVE")
    page.unroute_all()
    page.route("**/api/**", lambda route: route.abort())
    expect(page.locator("#offline")).to_have_text(re.compile("^OFFLINE since"), timeout=5_000)
    change(general.get_by_label("Name of the kitchen"), "Casa Lola")
    page.get_by_role("button", name="Apply").click()
    expect(bar(page)).to_contain_text("does not answer")
    page.unroute_all()
    Office(page)
    expect(page.locator("#link")).to_have_text("LIVE")
    expect(page.locator("#offline")).to_be_hidden()
    assert office.put == []


def test_hostile_names_are_text_and_every_size_fits(
    page: Page, kitchen: Kitchen, office: Office
) -> None:
    Desk(page)
    document = office.now["document"]
    document["appliance"]["name"] = EVIL
    document["station"][0]["name"] = EVIL
    document["route"][0]["name"] = [f"*{EVIL}*"]
    office.now["file"] = EVIL
    for section in SECTIONS:
        place = look(page, kitchen, section)
        if section in ("stations", "rules"):
            place.locator(".opener").first.click()
        for width, height in SIZES:
            page.set_viewport_size(ViewportSize(width=width, height=height))
            assert page.evaluate("document.documentElement.scrollWidth") <= width, section
            assert page.evaluate(SMALL) == [], section
        assert place.evaluate(UNLABELLED) == 0
    assert page.locator("main img").count() == 0
    assert page.evaluate("typeof hacked") == "undefined"


@pytest.mark.usefixtures("office")
def test_a_phone_has_the_sections_in_a_list_that_opens(page: Page, kitchen: Kitchen) -> None:
    page.set_viewport_size(ViewportSize(width=390, height=844))
    look(page, kitchen)
    opener = page.locator("#open-sections")
    expect(opener).to_have_text("General")
    expect(page.locator("#section-list")).to_be_hidden()
    opener.press("Enter")
    page.get_by_role("link", name="Rules").press("Enter")
    expect(page.locator("#section-rules")).to_be_visible()
    expect(page.locator("#section-list")).to_be_hidden()
    expect(opener).to_have_text("Rules")
