"""What is wired: pins through the real driver, a printer on a serial line, a display."""

import json
import time
from typing import Final

from tests.image.built import Built, Seen
from tests.image.client import KITCHEN, Manager, health, health_at, is_ready, screen_health, send
from tests.image.machine import DISPLAY, HOST, Card, free_ports
from tests.pages.kitchen import BURGER, Kitchen
from tests.paper_out import PaperOut

WIRED: Final = """
[devices]
mode = "real"

[[button]]
id = "grill-1"
station = "grill"
slot = 1
pin = 17
lamp = 27

[[printer]]
id = "grill"
stations = ["grill"]
transport = "serial:/dev/ttyUSB0"
baud = 38400
flow = "none"
model = "TM-T88V"
"""
PINS: Final = """
set -e
modprobe gpio-sim
mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
mkdir -p /sys/kernel/config/gpio-sim/header/bank
cd /sys/kernel/config/gpio-sim/header
echo 54 > bank/num_lines
echo pinctrl-bcm2711 > bank/label
echo 1 > live
udevadm settle
ln -s /sys/devices/platform/$(cat dev_name)/$(cat bank/chip_name) /run/header
echo pull-up > /run/header/sim_gpio17/pull
"""
"""Simulated by the kernel, and found by the name that they have on a Raspberry Pi 4."""
PRESS: Final = """
for pull in pull-down pull-up; do echo $pull > /run/header/sim_gpio17/pull; sleep 0.3; done
"""


SCREEN: Final = f"""
[card]
role = "screen"

[kiosk]
name = "Grill TV"
hub = "http://{HOST}"
"""
FAR: Final = "8.8.4"
"""A network that is in the internet."""
HEADER: Final = 60
"""Rows of its picture; a board that has not heard of an order yet has nothing below."""
ASK: Final = """
import urllib.request
print(urllib.request.urlopen("http://127.0.0.1:9105/state").read().decode())
"""
"""What is on the display is told to nobody else than the screen itself."""


def devices(card: Card, _built: Built) -> Seen:
    """A press through lgpio under systemd, a chit over a serial line, a cable to the internet."""
    card.let_in()
    card.put("expeditor.toml", (KITCHEN + WIRED).encode())
    link = card.directory / "printer"
    (from_afar,) = free_ports(1)
    leads_to = f"hostfwd=tcp:127.0.0.1:{from_afar}-:80"
    with PaperOut(link) as printer:
        card.start(
            *("-device", "qemu-xhci", "-chardev", f"serial,id=printer,path={link}"),
            *("-device", "usb-serial,chardev=printer"),
            *("-netdev", f"user,id=far,net={FAR}.0/24,restrict=on,{leads_to}"),
            *("-device", "virtio-net-pci,netdev=far,romfile="),
        )
        is_ready(card)
        card.run(PINS)
        card.run("systemctl restart expeditor")
        is_ready(card)
        manager = Manager(card)
        assert send(card, "A-1")
        while "Hamburger" not in printer.slip():
            pass
        seen = ["a chit comes out of a printer at a USB serial line"]
        card.until(lambda: card.run("cat /run/header/sim_gpio27/value").strip() == "1", "the lamp")
        began = time.monotonic()
        card.run(PRESS)

        def bumped() -> bool:
            body, _answer = manager.call("GET", "/stations/grill/tickets")
            return not body

        card.until(bumped, "the press is in the log", 60)
        seen.append(
            f"a press bumps its ticket, {time.monotonic() - began:.0f} s after it was asked for"
        )
        card.until(lambda: card.run("cat /run/header/sim_gpio27/value").strip() == "0", "the lamp")
        seen.append("its lamp was on while there was a ticket, and is off")
        card.until(lambda: FAR in card.run("ip -4 address"), "an address of the internet")
        assert health_at(from_afar) is None
        assert health(card) is not None
        card.run("nft flush ruleset")
        card.until(lambda: health_at(from_afar), "it would answer without the firewall")
        seen.append("who has an address of the internet is turned away, by the firewall alone")
    return seen


def screen(card: Card, built: Built) -> Seen:
    """The other role: a display shows a code, is let in by a manager, and shows the board."""
    with Kitchen(card.directory) as kitchen:
        card.let_in()
        card.put("expeditor.toml", SCREEN.encode())
        began = time.monotonic()
        leads_to = int(kitchen.url.rpartition(":")[2])
        card.start(*DISPLAY, memory=2048, leads_to=leads_to)

        def shows(state: str) -> bool:
            told = screen_health(card) or {}
            return told.get("state") == state and told.get("browser") == "running"

        card.until(lambda: shows("to adopt"), "a browser shows a code")
        seen = [f"power on to a code on the display: {time.monotonic() - began:.0f} s"]
        card.until(card.is_up, "SSH lets somebody in")
        (found,) = json.loads(card.run(f"python3 -c '{ASK}'"))["kitchens"]
        card.picture(built.picture("screen-code"))
        kitchen.order(id="A-1", name="Jane", items=[BURGER])
        wanted = {"code": found["code"], "name": "Grill TV", "station_id": "grill"}
        kitchen.call("POST", "/screens", wanted)

        def is_live() -> bool:
            screens = kitchen.call("GET", "/screens")["screens"]
            return any(each["name"] == "Grill TV" and each["state"] == "live" for each in screens)

        card.until(is_live, "the kitchen hears that its board is shown", 300)
        assert shows("adopted")
        card.picture(built.picture("screen-board"), top=HEADER)
        return [*seen, "the kitchen hears that its board is shown, with all that is new"]
