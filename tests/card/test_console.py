"""What the display shows: from what is known to lines on a console."""

import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any, get_args

import pytest

from appliance import interfaces
from appliance.api.health import ProblemCode
from appliance.card import console
from appliance.card.console import Seen
from appliance.card.run_files import Boot
from appliance.card_now import Update, UpdateState

HUB = Boot("hub", "expeditor")
WELL: dict[str, Any] = {
    "name": "Corner",
    "version": "1.2",
    "host": "expeditor.local",
    "fault": None,
    "problems": [],
}
HERE = ("192.168.1.10", "fd00::10")


def shown(
    boot: Boot = HUB,
    update: Update | None = None,
    health: Mapping[str, Any] | None = WELL,
    addresses: tuple[str, ...] = HERE,
    link: str = "",
) -> str:
    return "\n".join(console.lines(Seen(boot, update, health, addresses, link), console.COLUMNS))


def problem(code: str, **facts: object) -> dict[str, Any]:
    return WELL | {"problems": [{"code": code, "facts": facts}]}


def test_where_it_is_and_that_it_is_well() -> None:
    text = shown()
    assert "EXPEDITOR\x1b[0m 1.2  Corner" in text
    assert "http://expeditor.local/  http://192.168.1.10/  http://[fd00::10]/" in text
    assert "192.168.1.10:9104  [fd00::10]:9104" in text
    assert "It takes orders." in text
    assert "!" not in text


def test_without_a_network_it_says_what_to_do() -> None:
    text = shown(addresses=())
    assert "No network yet." in text
    assert "[card.wifi]" in text


@pytest.mark.parametrize(
    ("own", "shown"),
    [
        (["127.0.0.1", "169.254.7.7", "fe80::1"], ["169.254.7.7"]),  # Two machines at a switch.
        (["127.0.0.1", "169.254.7.7", "10.0.0.7", "10.0.0.12"], ["10.0.0.7", "10.0.0.12"]),
        (["127.0.0.1", "fe80::1"], []),
    ],
)
def test_it_shows_the_addresses_that_others_can_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: list[str], shown: list[str]
) -> None:
    monkeypatch.setattr(interfaces, "addresses", lambda: [*map(ip_address, own)])
    monkeypatch.setattr(console, "told_by", lambda _port, _path: None)
    places = console.Places(tmp_path, tmp_path, tmp_path / "link", tmp_path / "used")
    assert console.look(places, "").addresses == shown


def test_before_the_service_answers() -> None:
    assert "does not answer yet" in shown(health=None)


def test_where_orders_cannot_be_stored() -> None:
    assert "ORDERS CANNOT BE STORED" in shown(health=WELL | {"fault": {"message": "disk full"}})


def test_what_is_wrong_with_the_boot_partition_is_said_in_lines_that_fit() -> None:
    fault = "expeditor.toml: card.role: 'hob' is not allowed; allowed: hub, screen; " * 3
    text = shown(Boot("hub", "expeditor", (fault,)))
    assert "! expeditor.toml: card.role" in text
    assert max(map(len, text.splitlines())) <= console.COLUMNS


@pytest.mark.parametrize("code", get_args(ProblemCode))
def test_each_problem_is_said_in_words(code: str) -> None:
    text = shown(health=problem(code))
    assert f"! {code}" not in text
    assert "! " in text


def test_problems_are_said_with_whom_they_are_about() -> None:
    text = shown(health=problem("printer-out-of-paper", printer="fry\x1b[2J"))
    assert "! Printer fry?[2J is out of paper" in text
    one = shown(health=problem("configuration-wrong", count=1))
    assert "! A file of the configuration is wrong" in one


def test_of_many_problems_the_worst_are_shown() -> None:
    many = WELL | {"problems": [{"code": "other", "facts": {"text": "x"}}] * 20}
    assert shown(health=many).count("! x") == console.MOST_PROBLEMS
    assert "and 12 more" in shown(health=many)


@pytest.mark.parametrize("state", get_args(UpdateState))
def test_what_becomes_of_an_update(state: UpdateState) -> None:
    text = shown(update=Update(state, "1.3", "1.2", "A", 0, "no signature"))
    if state == "good":
        assert "pdate" not in text
    else:
        assert "pdate" in text
        assert ("no signature" in text) == (state == "failed")


def test_who_cannot_sign_in_yet_is_shown_a_link_for_a_phone() -> None:
    text = shown(link="/sign-in?code=abc")
    assert "http://192.168.1.10/sign-in?code=abc" in text
    code = text[text.index("abc") + 4 :].splitlines()
    assert len({len(line) for line in code}) == 1  # A square of blocks.
    assert len(code) * 2 >= len(code[0])
    assert set("".join(code)) == {" ", "▀", "▄", "█"}
    assert "sign-in" not in shown(link="/sign-in?code=abc", addresses=())


@dataclass
class Answering:
    """Whoever answers for the service."""

    port: int
    status: int = 200
    body: bytes = b"{}"


@pytest.fixture
def service() -> Any:
    told = Answering(0)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(told.status)
            self.end_headers()
            self.wfile.write(told.body)

        def log_message(self, *_arguments: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        told.port = server.server_port
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield told
        server.shutdown()
        thread.join()


def test_what_the_service_says(service: Answering) -> None:
    service.body = json.dumps(WELL).encode()
    assert console.told_by(service.port, console.HEALTH) == WELL
    service.status, service.body = 503, json.dumps({"details": WELL}).encode()
    assert console.told_by(service.port, console.HEALTH) == WELL
    service.status, service.body = 200, b"no JSON"
    assert console.told_by(service.port, console.HEALTH) is None
    assert console.told_by(1, console.HEALTH) is None


@pytest.fixture
def places(tmp_path: Path) -> console.Places:
    return console.Places(tmp_path, tmp_path, tmp_path / "sign-in", tmp_path / "link-used")


def test_the_link_is_shown_until_somebody_used_it(places: console.Places) -> None:
    links = console.Links(places)
    assert links.now() == ""
    places.link.write_text("/sign-in?code=abc")
    assert links.now() == "/sign-in?code=abc"
    assert console.look(places, links.now()).link == "/sign-in?code=abc"
    places.used.touch()
    assert links.now() == ""


def test_the_link_is_shown_for_an_hour_whatever_the_clock_is_set_to(
    places: console.Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = 0.0
    monkeypatch.setattr("appliance.card.console.time.monotonic", lambda: ran)
    places.link.write_text("/sign-in?code=abc")
    os.utime(places.link, (0, 0))  # It was written before a time server was reached.
    links = console.Links(places)
    assert links.now() == "/sign-in?code=abc"
    ran = 3_599.0
    assert links.now() == "/sign-in?code=abc"
    ran = 3_601.0
    assert links.now() == ""
    places.link.write_text("/sign-in?code=def")
    assert links.now() == "/sign-in?code=def"


def test_it_is_written_anew_where_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0

    def wait(_seconds: float) -> None:
        nonlocal looks
        looks += 1
        if looks == 2:
            (tmp_path / "boot.json").write_text(
                '{"role": "hub", "hostname": "x", "faults": ["a fault"]}'
            )
        if looks == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr("appliance.card.console.time.sleep", wait)
    places = console.Places(tmp_path, tmp_path, tmp_path / "none", tmp_path / "none")
    display = io.StringIO()
    with pytest.raises(KeyboardInterrupt):
        console.show(places, display)
    assert display.getvalue().count("EXPEDITOR") == 2
    assert display.getvalue().endswith("! a fault\n")
