"""The status page: for everybody, true, and honest when nobody answers it."""

import contextlib
import hashlib
import re
import signal
import ssl
from typing import Any, Final

import msgspec
import pytest
from msgspec.structs import replace
from playwright.sync_api import Locator, Page, Route, ViewportSize, expect

from tests.end_to_end.test_https import get, over_http, secure
from tests.machines import WELL
from tests.pages.hub import iso
from tests.pages.kitchen import BURGER, Kitchen
from tests.presenting import trusting

CANARY = "Canary"
PHONE = "8675309"
PROMISED_MS = 5_000
"""Within which a page owns up."""
SIZES = [(1920, 1080), (1280, 720), (800, 480), (390, 844)]
SINCE: Final = "12:31"
"""Where the browsers are."""
EVIL: Final = "<img src=x onerror=hacked=1>\N{RIGHT-TO-LEFT OVERRIDE}gnp"


def is_live(page: Page) -> None:
    expect(page.locator("#link")).to_have_text("LIVE")
    expect(page.locator("#offline")).to_be_hidden()


def fact(page: Page, section: str, label: str) -> Locator:
    """What stands beside a label."""
    return page.locator(f"#{section} dt", has_text=re.compile(f"^{label}$")).locator("+ dd")


class Told:
    """An appliance's health, where a test says what it is."""

    def __init__(self, page: Page, kitchen: Kitchen) -> None:
        usual = {"problems": [], "machine": msgspec.to_builtins(WELL)}
        self.now: dict[str, Any] = kitchen.call("GET", "/health") | usual
        page.clock.set_system_time(iso(32))  # The day of the times is today, by the browser.
        page.route("**/api/v1/kds/health", self._health)

    def _health(self, route: Route) -> None:
        route.fulfill(json=self.now)

    def is_wrong(self, *problems: dict[str, Any]) -> None:
        self.now["problems"] = problems

    def has_machine(self, **facts: Any) -> None:
        self.now["machine"] = msgspec.to_builtins(replace(WELL, **facts))


def problem(code: str, severity: str, **facts: Any) -> dict[str, Any]:
    return {"code": code, "severity": severity, "since": iso(31), "facts": facts}


@pytest.fixture
def told(page: Page, standing: Kitchen) -> Told:
    told = Told(page, standing)
    page.goto(f"{standing.url}/status")
    is_live(page)
    return told


# ── at a glance ──────────────────────────────────────────────────────────────────────


def test_one_line_says_how_it_is_and_each_problem_what_to_do(page: Page, told: Told) -> None:
    word, verdict = page.locator("#word .words"), page.locator("#verdict")
    expect(word).to_have_text("All is well")
    expect(verdict).to_have_class("well")
    expect(page.locator("#problems li")).to_have_count(0)
    out = problem("printer-out-of-paper", "alarm", printer="hot", stations=["grill"], waiting=4)
    chatter = {"devices": ["grill-1", "grill-2"], "count": 2, "why": "90 presses in a second"}
    told.is_wrong(
        out,
        problem("device-chattering", "warning", **chatter),
        problem("disk-nearly-full", "warning", free_bytes=512_000_000),
        problem("other", "warning", text="kitchen.toml: oven: unknown key"),
        problem("dishes-unrouted", "notice", count=1),
    )
    expect(word).to_have_text("1 thing needs somebody now")
    expect(verdict).to_have_class("alarm")
    lines = page.locator("#problems li")
    presses = "It presses by itself, and is not listened to for a while"
    expect(lines.locator(".head")).to_have_text(
        [
            f"✕NowPrinter hot is out of papersince {SINCE}",
            f"!Look after it{presses}: grill-1 and grill-2since {SINCE}",
            f"!Look after itThe disk is nearly full: 512 MB freesince {SINCE}",
            f"!Look after itkitchen.toml: oven: unknown keysince {SINCE}",
            f"iTo know1 dish is in no rule: it goes to the default stationsince {SINCE}",
        ]
    )
    expect(lines.nth(0).locator(".do")).to_have_text("What to do: Put in a new roll.")
    expect(lines.nth(1).locator(".why")).to_have_text("In detail: 90 presses in a second")
    expect(lines.nth(3).locator(".do")).to_have_count(0)
    told.is_wrong(problem("clock-not-set", "warning"), problem("hot", "warning", temperature=81.4))
    expect(word).to_have_text("2 things to look after")
    expect(verdict).to_have_class("warning")
    expect(lines.nth(1)).to_contain_text("81°C")
    told.is_wrong(problem("throttled-before", "notice"))
    expect(word).to_have_text("All is well, and 1 thing to know")
    expect(verdict).to_have_class("well")


def test_what_others_wrote_does_no_harm(page: Page, told: Told) -> None:
    long = EVIL + "W" * 10_000
    told.has_machine(model=long)
    told.is_wrong(
        problem("screen-covered", "warning", screen=EVIL, covered_by=EVIL, station="", why=EVIL),
        problem("device-away", "warning", devices=[EVIL], count=1, why=""),
        problem("other", "warning", text=long),
    )
    expect(page.locator("#problems li")).to_have_count(3)
    # It turns no text around it.
    for place, texts in ((0, [EVIL] * 3), (1, [EVIL]), (2, [long])):
        expect(page.locator("#problems li").nth(place).locator("bdi")).to_have_text(texts)
    expect(page.locator("main img")).to_have_count(0)
    assert page.evaluate("typeof hacked") == "undefined"
    for width, height in SIZES:
        page.set_viewport_size(ViewportSize(width=width, height=height))
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_heat_supply_clock_and_wear_are_said_or_owned_to_be_unknown(page: Page, told: Told) -> None:
    expect(fact(page, "machine", "Temperature")).to_have_text("50°C")
    expect(fact(page, "machine", "Speed")).to_have_text("full")
    expect(fact(page, "machine", "Power supply")).to_have_text("good")
    expect(fact(page, "machine", "Clock")).to_have_text("synchronised")
    expect(fact(page, "storage", "Wear")).to_have_text("an SD card does not tell it")
    told.has_machine(
        temperature=81.6,
        throttled=True,
        under_voltage=True,
        under_voltage_before=True,
        clock="waiting",
        disk=replace(WELL.disk, kind="emmc", life_used=90, spare="low", free_bytes=900_000_000),
    )
    for label, words, concern in (
        ("Temperature", "82°C", "warning"),
        ("Speed", "slowed down", "warning"),
        ("Power supply", "gives too little", "alarm"),
        ("Clock", "not set: no time server was reached yet", "warning"),
    ):
        expect(fact(page, "machine", label)).to_have_text(words)
        expect(fact(page, "machine", label)).to_have_class(concern)
    expect(fact(page, "storage", "Wear")).to_have_text("up to 90% of its life used")
    expect(fact(page, "storage", "Room")).to_have_text("900 MB free of 30 GB")
    expect(fact(page, "storage", "Room")).to_have_class("warning")
    told.has_machine(temperature=None, throttled=None, under_voltage=None, memory_bytes=None)
    for label in ("Temperature", "Speed", "Power supply", "Memory"):
        expect(fact(page, "machine", label)).to_have_text("not told by this machine")


def test_how_it_is_reached(page: Page, told: Told, standing: Kitchen) -> None:
    http = standing.url.rpartition(":")[2]
    here = fact(page, "network", "Pages")
    expect(here).to_have_text(f"http://127.0.0.1:{http}/ from this machine alone")
    interfaces = [{"name": "eth0", "addresses": ["192.168.1.20", "fd00::2"]}]
    told.now["machine"] |= {"interfaces": interfaces}
    told.now["listening"] = {"orders": "0.0.0.0:9104", "http": "[::]:80", "https": None}
    told.now["host"] = "expeditor.local"
    expect(here).to_have_text("http://192.168.1.20:80/")
    expect(here.get_by_role("link")).to_have_attribute("href", "http://192.168.1.20:80/")
    expect(fact(page, "network", r"Orders \(TCP\)")).to_have_text("192.168.1.20:9104")
    expect(fact(page, "network", "Pages over https")).to_have_text("not at all")
    expect(fact(page, "network", "Found as")).to_have_text("expeditor.local")
    expect(fact(page, "network", "Addresses").locator("div")).to_have_text(
        ["192.168.1.20 eth0", "fd00::2 eth0"]
    )
    told.has_machine(interfaces=())
    expect(fact(page, "network", "Addresses")).to_have_text("none: check the network cable")


def test_stations_are_counted(page: Page, told: Told) -> None:
    grill: dict[str, Any] = {"id": "grill", "name": "Grill", "active": True, "open": 7, "held": 2}
    grill |= {"late": 3, "very_late": 1, "oldest_at": iso(10)}
    calm = grill | {"id": "bar", "name": "Bar", "open": 0, "held": 0, "late": 0, "very_late": 0}
    calm |= {"oldest_at": None}
    off = calm | {"id": "wok", "name": "Wok", "active": False}
    told.now |= {"stations": [grill, calm, off], "at": iso(32)}
    expect(page.locator("#stations li")).to_have_text(
        ["Grill7 open3 late2 held22 min oldest", "Bar0 open", "Wokswitched off"]
    )
    expect(page.locator("#stations .late")).to_have_class("count late very")


def test_orders_are_counted(page: Page, told: Told) -> None:
    expect(fact(page, "orders", "The last one came")).to_have_text("none has come yet")
    orders = {"today": 1204, "lately": 61, "lately_since": iso(-59), "last_at": iso(31)}
    told.now["orders"] = orders | {"last_by": "http", "connections": 3}
    expect(fact(page, "orders", "Today")).to_have_text("1,204")
    expect(fact(page, "orders", "Since 11:01")).to_have_text("61")
    expect(fact(page, "orders", "The last one came")).to_have_text(f"{SINCE}, over HTTP")
    expect(fact(page, "orders", "Points of sale connected")).to_have_text("3")


@pytest.mark.parametrize("colours", ["night", "day"])
def test_it_fits_every_screen_and_every_finger(page: Page, told: Told, colours: str) -> None:
    page.add_init_script(f"localStorage.setItem('look', '{{\"colours\": \"{colours}\"}}')")
    told.is_wrong(problem("device-away", "warning", devices=["fry-bar"] * 9, count=9, why="no"))
    page.reload()
    expect(page.locator("#problems li")).to_have_count(1)
    for width, height in SIZES:
        page.set_viewport_size(ViewportSize(width=width, height=height))
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for each in page.locator("main a:visible, main button:visible").all():
            if each.locator("xpath=ancestor::dd").count():
                continue  # An address within a text.
            box = each.bounding_box()
            assert box is not None
            assert box["height"] >= 48


# ── the real appliance ───────────────────────────────────────────────────────────────


def with_https(kitchen: Kitchen) -> None:
    kitchen.stop()
    file = kitchen.data.parent / "kitchen.toml"
    file.write_text(f'{file.read_text()}\n[https]\nlisten = "127.0.0.1:0"\n')
    kitchen.start()


def sha256(certificate: bytes) -> str:
    """As somebody reads it out."""
    return hashlib.sha256(certificate).digest().hex(" ").upper()


def test_it_shows_the_fingerprints_of_what_is_served(page: Page, kitchen: Kitchen) -> None:
    with_https(kitchen)
    authority = over_http(kitchen, "/ca.pem")[2]
    with contextlib.closing(secure(kitchen, trusting(authority))) as connection:
        assert get(connection, "/status").status == 200
        served = connection.sock.getpeercert(binary_form=True) or b""
    page.goto(f"{kitchen.url}/status")
    der = ssl.PEM_cert_to_DER_cert(authority.decode())
    expect(page.locator("#authority")).to_have_text(sha256(der))
    expect(page.locator("#certificate")).to_have_text(sha256(served))
    expect(fact(page, "network", "Pages over https")).to_contain_text(
        re.compile(r"^https://127\.0\.0\.1:\d+/")
    )
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the authority").click()
    assert download.value.path().read_bytes() == authority


def test_without_https_there_is_nothing_to_trust(page: Page, kitchen: Kitchen) -> None:
    page.goto(f"{kitchen.url}/status")
    is_live(page)
    expect(fact(page, "network", "Pages over https")).to_have_text("not at all")
    expect(page.locator("#https")).to_be_hidden()
    orders = fact(page, "network", r"Orders \(TCP\)")
    expect(orders).to_contain_text(f"127.0.0.1:{kitchen.orders_port}")
    expect(fact(page, "orders", "New orders")).to_have_text("are stored")
    expect(page.locator("#kitchen")).to_have_text("Demo kitchen")


def test_nothing_of_a_guest_is_on_it(page: Page, kitchen: Kitchen) -> None:
    item = BURGER | {"name": CANARY, "specialInstructions": CANARY}
    kitchen.order(id=CANARY, name=CANARY, phoneNumber=PHONE, items=[item])
    kitchen.order("update-order", id=f"{CANARY}-2", name=CANARY, phoneNumber=PHONE)
    bodies: list[str] = []
    page.on("response", lambda answer: bodies.append(answer.text()))
    page.goto(f"{kitchen.url}/status")
    expect(fact(page, "orders", "Finished tickets")).to_have_text("can all be found")
    expect(fact(page, "orders", "Today")).to_have_text("1")
    expect(page.locator("#stations li").first).to_have_text(re.compile("^Grill1 open"))
    seen = page.content() + "".join(bodies)
    assert "Demo kitchen" in seen
    assert CANARY not in seen
    assert PHONE not in seen


def test_a_disk_that_does_not_store_is_said_in_words(page: Page, kitchen: Kitchen) -> None:
    page.goto(f"{kitchen.url}/status")
    is_live(page)
    wrong = page.locator("#problems .alarm")
    stored = fact(page, "orders", "New orders")
    with kitchen.no_room():
        assert kitchen.order(id="A-1", items=[BURGER]) == "Unable to parse data"
        expect(wrong.locator(".what")).to_have_text("ORDERS CANNOT BE STORED")
        expect(wrong.locator(".when")).to_have_text(re.compile(r"^since \d\d:\d\d$"))
        expect(wrong.locator(".do")).to_contain_text("Take orders on paper.")
        expect(wrong.locator(".why")).to_contain_text("the disk ")
        expect(stored).to_have_text("cannot be stored")
        is_live(page)
    expect(wrong).to_have_count(0)
    expect(stored).to_have_text("are stored")


def test_a_dead_and_a_frozen_appliance_show_as_offline(page: Page, kitchen: Kitchen) -> None:
    page.goto(f"{kitchen.url}/status")
    is_live(page)
    offline = page.locator("#offline")
    kitchen.send(signal.SIGSTOP)
    expect(offline).to_have_text(
        re.compile(r"^OFFLINE since \d+:\d\d:\d\d"), timeout=PROMISED_MS + 1_000
    )
    kitchen.send(signal.SIGCONT)
    is_live(page)
    kitchen.kill()
    expect(offline).to_be_visible(timeout=PROMISED_MS)
    expect(page.locator("#link")).to_have_text("OFFLINE")
    expect(page.locator("#word .words")).to_have_text("Nobody answers")
    expect(page.locator("#verdict")).to_have_class("silent")
    expect(page.locator("body.stale")).to_be_attached()
    kitchen.start()
    is_live(page)


def test_what_somebody_ought_to_do_is_said(page: Page, kitchen: Kitchen) -> None:
    kitchen.stop()
    file = kitchen.data.parent / "kitchen.toml"
    file.write_text(f"{file.read_text()}\n[oven]\n")
    kitchen.start()
    page.goto(f"{kitchen.url}/status")
    expect(page.locator("#problems")).to_contain_text("oven: unknown key")


def test_no_group_of_a_fingerprint_is_torn(page: Page, kitchen: Kitchen) -> None:
    with_https(kitchen)
    for width, height in SIZES:
        page.set_viewport_size(ViewportSize(width=width, height=height))
        page.goto(f"{kitchen.url}/status")
        expect(page.locator("#certificate")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        groups = page.locator(".sha256 span").evaluate_all("all => all.map(e => e.scrollHeight)")
        assert len(set(groups)) == 1, "a group is torn"


def test_devices_are_for_who_is_signed_in(page: Page, kitchen: Kitchen) -> None:
    page.goto(f"{kitchen.url}/status")
    is_live(page)
    expect(page.locator("#devices .how")).to_have_text(
        "2 buttons · 1 bump bar · 1 light · Simulated: sign in, and press them here."
    )
    expect(page.locator("#devices button, #devices li")).to_have_count(0)


def test_simulated_devices_are_pressed_and_their_lamps_seen(page: Page, kitchen: Kitchen) -> None:
    page.goto(kitchen.sign_in_link)
    page.wait_for_url(f"{kitchen.url}/")
    page.goto(f"{kitchen.url}/status")
    lamp = page.locator('[data-of="grill-1"]')
    expect(lamp).to_have_text("lamp off")
    kitchen.order(id="A-1", items=[BURGER])
    expect(lamp).to_have_text("lamp on")
    expect(lamp).to_have_class("lamp lamp on")
    pressed = page.locator("#devices .said")
    while pressed.text_content() != "grill-1, press: done":  # It may have been too quick.
        page.get_by_role("button", name="bump 1").first.click()
        expect(pressed).not_to_have_text("grill-1, press …")
    expect(lamp).to_have_text("lamp off")
    assert kitchen.listed("grill") == []
    page.locator('[data-device="grill-1"]').get_by_role("button", name="hold recall").click()
    expect(lamp).to_have_text("lamp on")
    page.locator('[data-device="fry-bar"]').get_by_role("button", name="bump bump").click()
    expect(pressed).to_have_text("fry-bar, bump: nothing there")
    expect(page.locator('[data-of="kitchen-light"].green')).to_have_text("green on")
    for width, height in SIZES:
        page.set_viewport_size(ViewportSize(width=width, height=height))
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.locator('[data-of="grill-1"]').scroll_into_view_if_needed()
        expect(pressed).to_be_in_viewport(ratio=1)  # However far down the list goes.
