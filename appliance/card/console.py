"""What the display shows where no board is on it: where the appliance is, and how it is.

    GET /health, the network's interfaces, the card's files ──▶ lines ──▶ the console

In English, and in letters that every console has.
"""

import functools
import http.client
import json
import os
import shutil
import sys
import textwrap
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from ipaddress import IPv4Address
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import qrcode

from appliance import interfaces
from appliance.card.run_files import Boot, boot_of
from appliance.card.told import of_update
from appliance.card.update import update_of
from appliance.card_now import Update
from appliance.mdns.host import usable

LOOK_SECONDS: Final = 3.0
ANSWER_SECONDS: Final = 5.0
HEALTH: Final = "/api/v1/kds/health"
COLUMNS: Final = 79
MOST_PROBLEMS: Final = 8
LINK_SECONDS: Final = 3_600.0
"""A link is good for so long: see `api.auth.link`."""
_CLEAR: Final = "\x1b[H\x1b[2J\x1b[3J"
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


class Seen(NamedTuple):
    """What there is to be shown."""

    boot: Boot
    update: Update | None
    health: Mapping[str, Any] | None
    """What `GET /health` says; None where nobody answers."""
    addresses: Sequence[str]
    """At which others reach this machine."""
    link: str
    """What signs the first manager in, without the host; empty where it is not needed."""


def lines(seen: Seen, width: int) -> Iterator[str]:
    """All of it, in lines of at most so many columns."""
    health = seen.health or {}
    yield f"{_BOLD}EXPEDITOR{_PLAIN} {health.get('version', '')}  {health.get('name', '')}".rstrip()
    yield ""
    yield from _where(seen, health)
    yield ""
    yield from _state(seen, width)
    if seen.link and seen.addresses and seen.health is not None:
        url = f"http://{_in_url(seen.addresses[0])}{seen.link}"
        yield ""
        yield "Nobody can sign in yet. Open this once, within an hour of the start:"
        yield url
        yield from _code(url)


def _where(seen: Seen, health: Mapping[str, Any]) -> Iterator[str]:
    if not seen.addresses:
        yield "No network yet. Plug in a cable; for Wi-Fi, put [card.wifi] in expeditor.toml"
        yield "on the card, in any computer."
        return
    host = health.get("host") or ""
    pages = [*([f"http://{host}/"] if host else []), *_pages(seen.addresses)]
    yield f"Pages   {'  '.join(pages)}"
    yield f"Orders  {'  '.join(f'{_in_url(each)}:9104' for each in seen.addresses)}"


def _pages(addresses: Sequence[str]) -> Iterator[str]:
    return (f"http://{_in_url(each)}/" for each in addresses)


def _in_url(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _state(seen: Seen, width: int) -> Iterator[str]:
    if seen.health is None:
        yield "The appliance does not answer yet. If it stays so for minutes, switch it off and on."
    elif seen.health.get("fault"):
        yield f"{_BOLD}ORDERS CANNOT BE STORED: take them on paper.{_PLAIN}"
    else:
        yield "It takes orders."
    yield from _wrapped(of_update(seen.update), width)
    for fault in seen.boot.faults:
        yield from _wrapped(f"! {fault}", width)
    problems = seen.health.get("problems", ()) if seen.health else ()
    for problem in problems[:MOST_PROBLEMS]:
        yield from _wrapped(f"! {_in_words(problem)}", width)
    if len(problems) > MOST_PROBLEMS:
        yield f"  and {len(problems) - MOST_PROBLEMS} more: see the status page"


def _wrapped(text: str, width: int) -> list[str]:
    # What names of somebody's make of a terminal is no business of this one.
    printable = "".join(each if each.isprintable() else "?" for each in text)
    return textwrap.wrap(printable, width, subsequent_indent="  ")


def _in_words(problem: Mapping[str, Any]) -> str:
    """As the status page says it."""
    facts = {
        key: ", ".join(map(str, value)) if isinstance(value, list) else value
        for key, value in problem.get("facts", {}).items()
    }
    what = _words().get(f"problem.{problem['code']}.what", problem["code"])
    if isinstance(what, dict):
        what = what["one" if facts.get("count") == 1 else "other"]
    try:
        return str(what.format(**facts))
    except (KeyError, IndexError, ValueError):
        return str(what)


@functools.cache
def _words() -> dict[str, Any]:
    text = (files("appliance.pages") / "static/words/en/status.json").read_text(encoding="utf-8")
    words: dict[str, Any] = json.loads(text)
    return words


# Drawn once, and not at every look.
@functools.lru_cache(maxsize=2)
def _code(url: str) -> tuple[str, ...]:
    """A QR code, two of its rows in a line."""
    drawing = qrcode.QRCode(border=2, error_correction=qrcode.constants.ERROR_CORRECT_L)
    drawing.add_data(url)
    drawing.make(fit=True)
    rows = drawing.get_matrix()
    rows.append([False] * len(rows[0]))
    # Light on dark, as a console is: a camera wants the code dark.
    return tuple(
        "".join(
            " " if up and low else "▄" if up else "▀" if low else "█"
            for up, low in zip(upper, lower, strict=True)
        )
        for upper, lower in zip(rows[::2], rows[1::2], strict=False)
    )


# ── where it comes from, and where it goes ───────────────────────────────────────────


class Places(NamedTuple):
    """Where all of it is found."""

    run: Path
    kept: Path
    """The card's own directory, on disk."""
    link: Path
    """What signs somebody in, as the service has written it."""
    used: Path
    """There from when that was used."""


class Links:
    """What signs somebody in, for as long as it is good.

    It is counted from when it was first seen: a clock may be set by years meanwhile.
    """

    def __init__(self, places: Places) -> None:
        """See `Places`."""
        self._places = places
        self._link = ""
        self._since = 0.0

    def now(self) -> str:
        """Empty where it is not needed, or good no more."""
        try:
            link = self._places.link.read_text().strip()
        except OSError:
            return ""
        if link != self._link:
            self._link, self._since = link, time.monotonic()
        is_good = time.monotonic() - self._since < LINK_SECONDS
        return link if is_good and not self._places.used.exists() else ""


def look(places: Places, link: str) -> Seen:
    """All that is to be shown now, with what signs in. Blocks for ANSWER_SECONDS at most."""
    try:
        found = usable(interfaces.addresses())
    except OSError:
        found = []
    # The card's doors are there by IPv4, unless its configuration says more.
    addresses = [str(each) for each in found if isinstance(each, IPv4Address)]
    health = told_by(80, HEALTH)
    return Seen(boot_of(places.run), update_of(places.kept), health, addresses, link)


def told_by(port: int, path: str) -> dict[str, Any] | None:
    """What a program on this machine says of itself; None where it does not answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        told = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    if isinstance(told, dict) and answer.status == http.HTTPStatus.SERVICE_UNAVAILABLE:
        told = told.get("details")
    return told if isinstance(told, dict) else None


def show(places: Places, to: IO[str] = sys.stdout) -> None:
    """Show it until somebody ends it; written anew where it has changed, or the display has."""
    links = Links(places)
    shown: tuple[str, os.terminal_size] | None = None
    while True:
        text = "\n".join(lines(look(places, links.now()), COLUMNS))
        # One that is plugged in later has more lines.
        now = text, shutil.get_terminal_size()
        if now != shown:
            to.write(f"{_CLEAR}{text}\n")
            to.flush()
            shown = now
        time.sleep(LOOK_SECONDS)
