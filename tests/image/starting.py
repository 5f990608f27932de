"""From power on to the first order: as it should be, with a wrong file, with nothing around it."""

import time
from typing import Final

from tests.image.built import Built, Seen
from tests.image.client import KITCHEN, Manager, health, is_ready, is_secure, restarted, send
from tests.image.machine import DISPLAY, Card

LISTENING: Final = (
    "ss -Htuln | awk '{print $1, $5}' | grep -v ' 127[.]' | sed 's/ .*:/ /' | sort -u"
)
NAMED: Final = {
    *("tcp 80", "tcp 443", "tcp 9104"),
    "tcp 22",  # There is a key.
    *("udp 5353", "udp 28000"),
    "udp 68",  # DHCP.
}
WORST: Final = 3.0
"""Of `systemd-analyze security`: what the design asks of the service."""
_COLUMNS: Final = "stty -F /dev/tty1 size | cut -d' ' -f2"


def first_start(card: Card, built: Built) -> Seen:
    """Flashed, plugged in: it takes orders, and nothing of it is written but its data."""
    card.let_in()
    card.put("expeditor.toml", KITCHEN.encode())
    before = card.system()
    began = time.monotonic()
    card.start(*DISPLAY)
    card.until(lambda: health(card), "GET /health answers")
    seen = [f"power on to `GET /health` under emulation: {time.monotonic() - began:.0f} s"]
    shown = is_ready(card)
    assert shown["name"] == "Card", shown["name"]
    assert shown["version"] == built.facts["version"]
    assert send(card, "A-1")
    manager = Manager(card)
    assert manager.tickets() == {"A-1"}
    seen.append("an order over 9104 is a ticket over HTTP; the boot partition's file was taken")
    size = int(card.run("findmnt -bno SIZE /data"))
    assert size > 900 * 1024**2, size
    seen.append(f"the disk of the data has grown to {size // 1024**2} MB")
    for path in ("/usr/x", "/opt/x", "/boot/x", "/boot/firmware/x"):
        assert "Read-only" in card.run(f"touch {path} 2>&1 || true"), path
    listening = set(card.run(LISTENING).split("\n")) - {""}
    assert listening == NAMED, listening
    seen.append(f"listening, but for itself: {', '.join(sorted(listening))}")
    told = card.run("systemd-analyze security --no-pager expeditor.service | tail -1")
    score = float(told.partition(": ")[2].split()[0])
    assert score < WORST, told
    seen.append(f"systemd-analyze security: {score}")
    failed = card.run("systemctl --failed --no-legend --plain | cut -d' ' -f1").split()
    assert failed == [], failed
    _shown(card, "Card")
    card.picture(built.picture("console"))
    identity = card.run("cat /etc/machine-id")
    restarted(card)
    assert card.run("cat /etc/machine-id") == identity
    assert manager.tickets() == {"A-1"}
    assert card.system() == before
    seen.append("after a restart: the same machine id and tickets, and the system to the last bit")
    assert is_secure(card)
    seen.append("https answers, by an authority of its own")
    return seen


def _shown(card: Card, text: str) -> list[str]:
    """The lines of the display, once it says that it takes orders, and a text."""
    columns = int(card.run(_COLUMNS))

    def lines() -> list[str]:
        all_of_it = card.run("cat /dev/vcs1")
        is_there = text in all_of_it and "It takes orders" in all_of_it
        cells = range(0, len(all_of_it), columns)
        return [all_of_it[at : at + columns].rstrip() for at in cells] if is_there else []

    return card.until(lines, f"the display says that it takes orders, and: {text}")


def wrong_file(card: Card, built: Built) -> Seen:
    """A mistake on the boot partition: it starts with defaults, and says so twice."""
    card.let_in()
    card.put("expeditor.toml", b'[card]\nrole = "hob"\n[[station]]\nid = 1\n')
    card.start(*DISPLAY)
    told = is_ready(card)
    (problem,) = [each for each in told["problems"] if each["code"] == "configuration-wrong"]
    assert "card.role: 'hob' is not allowed" in problem["facts"]["why"], problem
    shown = _shown(card, "'hob'")
    card.picture(built.picture("wrong-file"))
    assert send(card, "A-1")
    (line,) = [each for each in shown if "'hob'" in each]
    return [f"status page: {problem['facts']['why']}", f"display: {line}"]


def alone(card: Card, _built: Built) -> Seen:
    """No cable, and a clock that is years wrong: it is there before the network is."""
    card.let_in()
    card.put("expeditor.toml", KITCHEN.encode())
    card.start("-rtc", "base=2001-02-03T04:05:06")
    card.qmp("set_link", name="cable", up=False)
    card.until(lambda: "Started expeditor.service" in card.console, "the service is there")
    assert health(card) is None
    plugged = time.monotonic()
    card.qmp("set_link", name="cable", up=True)
    card.until(lambda: health(card), "GET /health answers")
    seen = [f"started without a network; answers {time.monotonic() - plugged:.0f} s after there is"]
    is_ready(card)
    assert send(card, "A-1")
    assert Manager(card).tickets() == {"A-1"}
    assert is_secure(card)
    seen.append(f"orders and https, at what it takes for {card.run('date -u +%F').strip()}")
    return seen
