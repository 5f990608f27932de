"""The status page: for everybody, true, and honest when nobody answers it."""

import contextlib
import hashlib
import re
import signal
import ssl

from playwright.sync_api import Page, ViewportSize, expect

from tests.end_to_end.test_https import get, over_http, secure
from tests.pages.kitchen import BURGER, Kitchen
from tests.presenting import trusting

CANARY = "Canary"
PHONE = "8675309"
PROMISED_MS = 5_000
"""Within which a page owns up."""
SIZES = (ViewportSize(width=1280, height=720), ViewportSize(width=390, height=844))


def is_live(page: Page) -> None:
    expect(page.locator("#link")).to_have_text("LIVE")
    expect(page.locator("#offline")).to_be_hidden()


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
    expect(page.locator("#place-https")).to_have_text(re.compile(r"^127\.0\.0\.1:\d+$"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the authority").click()
    assert download.value.path().read_bytes() == authority


def test_without_https_there_is_nothing_to_trust(page: Page, kitchen: Kitchen) -> None:
    page.goto(f"{kitchen.url}/status")
    is_live(page)
    expect(page.locator("#place-https")).to_have_text("not at all")
    expect(page.locator("#https")).to_be_hidden()
    expect(page.locator("#place-orders")).to_have_text(f"127.0.0.1:{kitchen.orders_port}")
    expect(page.locator("#orders")).to_have_text("are stored")
    expect(page.locator("#kitchen")).to_have_text("Demo kitchen")


def test_nothing_of_a_guest_is_on_it(page: Page, kitchen: Kitchen) -> None:
    item = BURGER | {"name": CANARY, "specialInstructions": CANARY}
    kitchen.order(id=CANARY, name=CANARY, phoneNumber=PHONE, items=[item])
    kitchen.order("update-order", id=f"{CANARY}-2", name=CANARY, phoneNumber=PHONE)
    bodies: list[str] = []
    page.on("response", lambda answer: bodies.append(answer.text()))
    page.goto(f"{kitchen.url}/status")
    expect(page.locator("#history")).to_have_text("can all be found")
    seen = page.content() + "".join(bodies)
    assert "Demo kitchen" in seen
    assert CANARY not in seen
    assert PHONE not in seen


def test_a_disk_that_does_not_store_is_said_in_words(page: Page, kitchen: Kitchen) -> None:
    page.goto(f"{kitchen.url}/status")
    is_live(page)
    fault = page.locator("#fault")
    with kitchen.no_room():
        assert kitchen.order(id="A-1", items=[BURGER]) == "Unable to parse data"
        expect(fault).to_have_text(
            re.compile(r"^ORDERS CANNOT BE STORED since \d+:\d\d:\d\d *the disk ")
        )
        expect(page.locator("#orders")).to_have_text("cannot be stored")
        is_live(page)
    expect(fault).to_be_hidden()
    expect(page.locator("#orders")).to_have_text("are stored")


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
    kitchen.start()
    is_live(page)


def test_what_somebody_ought_to_do_is_said(page: Page, kitchen: Kitchen) -> None:
    kitchen.stop()
    file = kitchen.data.parent / "kitchen.toml"
    file.write_text(f"{file.read_text()}\n[oven]\n")
    kitchen.start()
    page.goto(f"{kitchen.url}/status")
    expect(page.locator("#warnings")).to_contain_text("oven: unknown key")


def test_it_is_found_from_the_board_and_from_signing_in(page: Page, kitchen: Kitchen) -> None:
    page.goto(kitchen.url)
    expect(page.get_by_label("PIN")).to_be_visible()
    page.get_by_role("link", name="Status").click()
    page.wait_for_url(f"{kitchen.url}/status")
    is_live(page)
    page.get_by_role("link", name="Board").click()
    page.wait_for_url(f"{kitchen.url}/")


def test_it_fits_a_screen_and_a_phone(page: Page, kitchen: Kitchen) -> None:
    with_https(kitchen)
    for size in SIZES:
        page.set_viewport_size(size)
        page.goto(f"{kitchen.url}/status")
        expect(page.locator("#certificate")).to_be_visible()
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"]
        groups = page.locator(".sha256 span").evaluate_all("all => all.map(e => e.scrollHeight)")
        assert len(set(groups)) == 1, "a group is torn"


def test_devices_are_for_who_is_signed_in(page: Page, kitchen: Kitchen) -> None:
    page.goto(f"{kitchen.url}/status")
    is_live(page)
    expect(page.locator("#devices")).to_be_hidden()


def test_simulated_devices_are_pressed_and_their_lamps_seen(page: Page, kitchen: Kitchen) -> None:
    page.goto(kitchen.sign_in_link)
    page.wait_for_url(f"{kitchen.url}/")
    page.goto(f"{kitchen.url}/status")
    lamp = page.locator('[data-of="grill-1"]')
    expect(lamp).to_have_text("lamp off")
    kitchen.order(id="A-1", items=[BURGER])
    expect(lamp).to_have_text("lamp on")
    expect(lamp).to_have_class("lamp lamp on")
    pressed = page.locator("#pressed")
    while pressed.text_content() != "grill-1, bump 1: done":  # It may have been too quick.
        page.get_by_role("button", name="bump 1").click()
        expect(pressed).not_to_have_text("grill-1, bump 1 …")
    expect(lamp).to_have_text("lamp off")
    assert kitchen.listed("grill") == []
    page.locator('[data-device="grill-1"]').get_by_role("button", name="hold: recall").click()
    expect(lamp).to_have_text("lamp on")
    page.locator('[data-device="fry-bar"]').get_by_role("button", name="bump", exact=True).click()
    expect(pressed).to_have_text("fry-bar, bump: nothing there")
    expect(page.locator('[data-of="kitchen-light"].green')).to_have_text("green on")
    for size in SIZES:
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        page.locator('[data-of="grill-1"]').scroll_into_view_if_needed()
        expect(pressed).to_be_in_viewport(ratio=1)  # However far down the list goes.
