"""make pictures: the pictures of the guides, taken from the real thing with sample orders."""

import json
import shutil
import socket
import tempfile
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import sync_playwright

from appliance.api import auth
from tests.process import Service

GUIDE: Final = Path(__file__).parents[1] / "appliance" / "pages" / "guide"
CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")
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
ACTIONS: Final = (("grill", "101", "start"), ("cold", "101", "start"), ("cold", "101", "ready"))


def main() -> None:
    GUIDE.mkdir(exist_ok=True)
    browser_path = next(path for name in CHROMIUM if (path := shutil.which(name)))
    directory = Path(tempfile.mkdtemp(prefix="expeditor-pictures-"))
    try:
        with Service(directory / "data") as service, sync_playwright() as playwright:
            cook(service)
            browser = playwright.chromium.launch(executable_path=browser_path, args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.goto(service.sign_in_link)
            page.wait_for_selector(".ticket")
            page.screenshot(path=GUIDE / "board.png")
            page.locator("[data-station=pass] .ticket").first.screenshot(path=GUIDE / "pass.png")
            service.kill()
            page.wait_for_selector("#offline:not([hidden])")
            page.screenshot(path=GUIDE / "offline.png")
            browser.close()
    finally:
        shutil.rmtree(directory)


def cook(service: Service) -> None:
    """Send the orders, and work some of the tickets."""
    for command, order in ORDERS:
        with socket.create_connection(("127.0.0.1", service.orders_port)) as peer:
            peer.sendall(json.dumps({"command": f"{command}-order", "order": order}).encode())
            print(peer.recv(100).decode())
    secret = (service.data / "secret").read_bytes()
    token = auth.issue(secret, roles=["chef"], tenant="default", subject="guide", seconds=60)
    for station, order_id, action in ACTIONS:
        urllib.request.urlopen(  # noqa: S310 - our own server
            urllib.request.Request(  # noqa: S310
                f"{service.url}/api/v1/kds/stations/{station}/orders/{order_id}/ticket/{action}",
                method="POST",
                headers={"Authorization": f"Bearer {token}"},
            )
        ).close()


if __name__ == "__main__":
    main()
