"""make pictures: the pictures of the guides, taken from the real thing with sample orders."""

import asyncio
import io
import json
import re
import shutil
import socket
import tempfile
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, ViewportSize, sync_playwright

from appliance import config
from appliance.api import auth
from tests import evening
from tests.pages.every_page import SHOWN
from tests.process import Service

APPLIANCE: Final = Path(__file__).parents[1] / "appliance"
GUIDE: Final = APPLIANCE / "pages" / "guide"
PAPER: Final = APPLIANCE / "printing" / "guide"
CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")
SIZED: Final = GUIDE / "sizes"
SIZE: Final = ViewportSize(width=1280, height=720)
SIZES: Final = ((1920, 1080), (1280, 720), (800, 480), (390, 844))
SETTLED_MS: Final = 700
"""A page that was given another size has laid itself out anew, and asked once more, by then."""
YESTERDAY: Final = (datetime.now(UTC) - timedelta(hours=4)).date() - timedelta(days=1)
"""Of the kitchen, whose day ends at four."""
EVENINGS: Final = {YESTERDAY - timedelta(days=back): 0.4 + back % 4 * 0.1 for back in range(1, 13)}
"""How many orders a minute came on the days before. Yesterday there were many."""
VIEWS: Final = {
    "board": "/",
    "station": "/?station=grill",
    "strip": "/?station=cold&layout=strip",
    "pass": "/pass",
    "ready": "/ready",
    "status": "/status",
    "setup": "/setup",
    "screens": "/screens",
    "reports": f"/reports?date={YESTERDAY}",
}
ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


def item(line: int, name: str, qty: int = 1, *mods: str, **more: Any) -> dict[str, Any]:
    return {"lineId": f"{line}", "name": name, "qty": qty, "mods": list(mods), **more}


BURGERS: Final = item(1, "Hamburger", 2, "Cheddar", "Side Fries", seat="Seat 1", course="Course 2")
STEAK: Final = item(2, "Ribeye Steak", 1, "Medium", specialInstructions="Allergy: sesame")
SALAD: Final = item(3, "House Salad", 1, "Dressing On Side")
RINGS: Final = item(4, "Onion Rings", 2, "BBQ Sauce")
TART: Final = item(5, "Lemon Tart", 2, course="Course 3", courseStatus="hold")
COMBO: Final = item(
    6,
    "Cheeseburger",
    1,
    components=[{"name": "patty", "count": 2}, {"name": "bun", "count": 1}],
    itemGroup={"name": "Lunch combo", "note": "Cut in half"},
)
DELIVERY: Final[dict[str, Any]] = {
    "mode": "Delivery",
    "deliveryHandoff": True,
    "pickupTime": (datetime.now(UTC) + timedelta(minutes=25)).isoformat(),
    "originSource": "Web",
    "checkNumber": "88",
    "phoneNumber": "+1 615 555 1234",
    "deliveryAddress": "12 Main St, Apt 4, Nashville",
    "deliveryService": {"name": "Dash", "orderId": "D-9041", "driverPhone": "+1 615 555 0000"},
    "specialInstructions": "Cutlery for two",
    "costs": {"total": "$ 42.50"},
}
CURBSIDE: Final[dict[str, Any]] = {
    "mode": "Curbside",
    "vehicleColor": "blue",
    "vehicleModel": "Honda Civic",
    "phoneNumber": "+1 615 555 9876",
    "customerArrivedUrl": "https://shop.example/arrived/102",
    "accessibility": {"wheelChairAccess": True},
    "loyaltyMember": True,
    "covers": 2,
}
ORDERS: Final[list[tuple[str, dict[str, Any]]]] = [
    (
        "create",
        {"id": "101", "name": "Table 7", "server": "Sarah", "items": [BURGERS, SALAD, TART]},
    ),
    ("create", {"id": "102", "name": "Omar", **CURBSIDE, "items": [RINGS, STEAK]}),
    ("create", {"id": "103", "name": "Table 12", "server": "Luis", "items": [STEAK, RINGS]}),
    ("create", {"id": "104", "name": "Mei", "priority": True, **DELIVERY, "items": [SALAD, COMBO]}),
    ("create", {"id": "105", "name": "Table 3", "server": "Sarah", "items": [BURGERS, RINGS]}),
    ("update", {"id": "103", "name": "Table 12", "server": "Luis", "items": [STEAK, SALAD]}),
    ("cancel", {"id": "105"}),
]
TO_GO: Final = (
    ("Jane", "cold", SALAD),
    ("Noah", "fry", RINGS),
    ("Priya", "cold", SALAD),
    ("Anton", "grill", COMBO),
    ("Ida", "fry", RINGS),
    ("Carlos", "grill", COMBO),
    ("Aiko", "cold", SALAD),
)
"""Guests who wait at the counter."""
READY: Final = 4
"""So many of them can take what they ordered."""
ACTIONS: Final = (("grill", "101", "start"), ("cold", "101", "start"), ("cold", "101", "ready"))


FRIES: Final = item(7, "Sweet Potato Fries", 2, "Extra crispy")
NUGGETS: Final = item(8, "Chicken Nuggets", 1, "Sauce: honey mustard", "No salt")
WINGS: Final = item(9, "Wings", 1, specialInstructions="Allergy: sesame")
TABLE: Final[dict[str, Any]] = {"id": "106", "name": "Table 9", "server": "Sarah", "covers": 3}
ON_PAPER: Final[list[tuple[str, dict[str, Any]]]] = [
    ("create", {**TABLE, "items": [FRIES, NUGGETS]}),
    ("update", {**TABLE, "items": [{**FRIES, "qty": 3}, WINGS]}),
]


def main() -> None:
    for guide in (GUIDE, PAPER, SIZED):
        guide.mkdir(exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="expeditor-pictures-"))
    try:
        with Service(directory / "pages") as service:
            look_at_pages(service)
        with Service(set_up(directory / "sizes"), usual_ports=True) as service:
            look_at_sizes(service)
        with Service(directory / "new", usual_ports=True) as service:
            look_at_first_start(service)
        with Service(directory / "screens") as service:
            look_at_screens(service)
        with Service(directory / "paper") as service:
            look_at_paper(service)
    finally:
        shutil.rmtree(directory)


def set_up(data: Path) -> Path:
    """An appliance that its manager has set up, with evenings behind it."""
    text = f'{config.embedded()}\n[ready]\nshow = "name"\n'
    data.mkdir(mode=0o700)
    (data / "kitchen.toml").write_text(text, encoding="utf-8")
    at_once = text.replace("finish_together = true", "finish_together = false")
    evenings = EVENINGS | {YESTERDAY: 1.2}
    asyncio.run(evening.fill(data, config.parse(at_once, "the kitchen"), evenings))
    return data


def look_at_pages(service: Service) -> None:
    """The boards, and what is left of them when the appliance is gone."""
    with sync_playwright() as playwright:
        cook(service)
        browser = launch(playwright)
        page = browser.new_page(viewport=SIZE)
        page.goto(service.sign_in_link)
        page.wait_for_selector(".ticket")
        page.screenshot(path=GUIDE / "board.png")
        page.locator("[data-station=pass] .ticket").first.screenshot(path=GUIDE / "pass.png")
        service.kill()
        page.wait_for_selector("#offline:not([hidden])")
        page.screenshot(path=GUIDE / "offline.png")
        browser.close()


def look_at_sizes(service: Service) -> None:
    """Every page on a television, a laptop, a small screen and a telephone; and by day."""
    with sync_playwright() as playwright:
        cook(service)
        wait_at_the_counter(service)
        browser = launch(playwright)
        page = browser.new_page()
        page.goto(service.sign_in_link)
        page.wait_for_selector(".ticket")
        for name, path in VIEWS.items():
            shown = SHOWN[path.partition("?")[0]]
            page.goto(f"{service.url}{path}")
            page.locator(shown).first.wait_for()
            for size in SIZES:
                keep(page, name, size)
            page.goto(f"{service.url}{path}{'&' if '?' in path else '?'}colours=day")
            page.locator(shown).first.wait_for()
            keep(page, f"{name}-day")
        browser.close()


def look_at_first_start(service: Service) -> None:
    """What whoever has bought it sees."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        page.goto(service.sign_in_link)
        page.locator("main h2, main h3").first.wait_for()
        for size in SIZES:
            keep(page, "first-start", size)
        browser.close()


def keep(page: Page, name: str, size: tuple[int, int] | None = None) -> None:
    """With as many colours as such a page has: a third of the bytes."""
    width, height = size or (SIZE["width"], SIZE["height"])
    page.set_viewport_size(ViewportSize(width=width, height=height))
    page.wait_for_timeout(SETTLED_MS)
    file = SIZED / (f"{name}-{width}x{height}.png" if size else f"{name}.png")
    with Image.open(io.BytesIO(page.screenshot())) as image:
        image.convert("RGB").quantize(64).save(file, optimize=True)


def launch(playwright: Playwright) -> Browser:
    path = next(path for name in CHROMIUM if (path := shutil.which(name)))
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)


def look_at_screens(service: Service) -> None:
    """A browser that asks to be let in, the page that lets it in, and a board that covers."""
    with sync_playwright() as playwright:
        cook(service)
        browser = launch(playwright)
        desk = browser.new_page(viewport=SIZE)
        desk.goto(service.sign_in_link)
        desk.wait_for_selector(".ticket")
        desk.goto(f"{service.url}/screens")
        grill, fry, new = (browser.new_page(viewport=SIZE) for _ in range(3))
        let_in(desk, grill, f"{service.url}/?screen=Grill screen", "Grill")
        let_in(desk, fry, f"{service.url}/?screen=Fry screen", "Fry", "Grill screen")
        new.goto(f"{service.url}/?screen=Cold screen")
        code_of(new)
        new.screenshot(path=GUIDE / "code.png")
        desk.wait_for_selector("#found-list li:has-text('Cold screen')")
        desk.reload()
        desk.wait_for_selector("#found-list li:has-text('Cold screen')")
        desk.screenshot(path=GUIDE / "screens.png")
        fry.close()
        grill.wait_for_selector(".covering .screens p")
        grill.screenshot(path=GUIDE / "covering.png")
        browser.close()


def let_in(desk: Page, screen: Page, page: str, station: str, backup: str | None = None) -> None:
    """Have a browser be the screen of a station, as a manager does."""
    screen.goto(page)
    name = page.rpartition("=")[2]
    desk.get_by_label("Code").fill(code_of(screen))
    form = desk.locator("#by-code")
    form.get_by_label("Name").fill(name)
    form.get_by_label("Station").select_option(station)
    if backup:
        desk.locator("#by-code option", has_text=backup).wait_for(state="attached")
        form.get_by_label("Backup").select_option(backup)
    form.get_by_role("button").click()
    screen.wait_for_selector("#link.live")


def code_of(screen: Page) -> str:
    code = screen.locator("#code .code", has_text=re.compile(r"\d"))
    code.wait_for()
    return code.inner_text()


def look_at_paper(service: Service) -> None:
    """What comes out of the simulated printers of the demo kitchen."""
    for command, order in ON_PAPER:
        send(service, command, order)
        printed(service, "fry-printer")
    ask(service, "POST", "stations/pass/orders/106/ticket/bump")
    printed(service, "pass-printer")
    for name, path in (
        ("fry", "printers/fry-printer/paper.svg"),
        ("pass", "printers/pass-printer/paper.svg"),
        ("sample", "printers/fry-printer/preview.svg"),
    ):
        (PAPER / f"{name}.svg").write_bytes(ask(service, "GET", path))


def printed(service: Service, printer: str) -> None:
    """Wait until all that there is for a printer is on its paper."""
    while True:
        jobs = json.loads(ask(service, "GET", f"printers/{printer}/jobs"))
        if jobs and all(job["state"] == "confirmed" for job in jobs):
            return
        time.sleep(0.1)


def send(service: Service, command: str, order: dict[str, Any]) -> None:
    with socket.create_connection(("127.0.0.1", service.orders_port)) as peer:
        peer.sendall(json.dumps({"command": f"{command}-order", "order": order}).encode())
        print(peer.recv(100).decode())


def ask(service: Service, method: str, path: str) -> bytes:
    secret = (service.data / "secret").read_bytes()
    token = auth.issue(secret, roles=["chef"], tenant="default", subject="guide", seconds=60)
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{service.url}/api/v1/kds/{path}",
        method=method,
        headers={"Authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        body: bytes = answer.read()
    return body


def cook(service: Service) -> None:
    """Send the orders, and work some of the tickets."""
    for command, order in ORDERS:
        send(service, command, order)
    for station, order_id, action in ACTIONS:
        ask(service, "POST", f"stations/{station}/orders/{order_id}/ticket/{action}")


def wait_at_the_counter(service: Service) -> None:
    """Guests who take something with them."""
    for place, (guest, station, dish) in enumerate(TO_GO):
        order_id = f"{201 + place}"
        more = {"mode": "ToGo", "checkNumber": order_id}
        send(service, "create", {"id": order_id, "name": guest, **more, "items": [dish]})
        if place < READY:
            ask(service, "POST", f"stations/{station}/orders/{order_id}/ticket/bump")


if __name__ == "__main__":
    main()
