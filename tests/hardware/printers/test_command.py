"""The command `expeditor printer`, as somebody at a terminal uses it."""

import contextlib
import os
import pty
import select
import termios
import threading
import tomllib
from collections.abc import Iterator

import pytest

from appliance import cli, cli_printer
from hardware.printers import discovery, probe
from hardware.printers.discovery import Adapter, NetworkPrinter
from hardware.printers.models import UnknownModel
from tests.hardware.printers.small_printer import SmallPrinter


@contextlib.contextmanager
def printer_at(speed: int, name: bytes = b"TM-T88V") -> Iterator[str]:
    """The path of a line at whose end a printer of that speed answers, on a thread."""
    master, slave = pty.openpty()
    ended, end = os.pipe()
    printer = SmallPrinter()

    def say(answer: bytes) -> None:
        os.write(master, answer)

    printer.send = say

    def serve() -> None:
        while ended not in (ready := select.select([master, ended], [], [])[0]):
            assert ready
            sent = os.read(master, 4096)
            if termios.tcgetattr(master)[4] == speed:
                if b"\x1dI\x43" in sent:
                    os.write(master, b"_" + name + b"\0")
                printer.feed(sent.replace(b"\x1dI\x43", b""))

    serving = threading.Thread(target=serve)
    serving.start()
    try:
        yield os.ttyname(slave)
    finally:
        os.write(end, b"x")
        serving.join()
        for descriptor in (master, slave, ended, end):
            os.close(descriptor)


@pytest.fixture(autouse=True)
def few_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(probe, "QUIET_SECONDS", 0.05)
    monkeypatch.setattr(probe, "PARITIES", ("none",))
    monkeypatch.setattr(cli_printer, "LISTEN_SECONDS", 0.0)


def there(
    monkeypatch: pytest.MonkeyPatch,
    adapters: list[Adapter],
    network: list[NetworkPrinter] | OSError,
) -> None:
    async def network_printers(_seconds: float) -> list[NetworkPrinter]:
        if isinstance(network, OSError):
            raise network
        return network

    for module in (discovery, cli_printer):
        monkeypatch.setattr(module, "adapters", lambda: adapters)
        monkeypatch.setattr(module, "network_printers", network_printers)


def test_probe_prints_what_to_write(capfd: pytest.CaptureFixture[str]) -> None:
    with printer_at(termios.B38400) as path:
        assert cli.main(["printer", "probe", path]) == 0
    said = capfd.readouterr()
    (section,) = tomllib.loads(said.out)["printer"]
    assert section == {
        "id": "printer-1",
        "transport": f"serial:{path}",
        "baud": 38400,
        "parity": "none",
        "flow": "xon/xoff",
        "model": "TM-T88V",
    }
    assert "38400 baud" in said.err


def test_probe_says_of_a_model_that_is_not_known_only_what_it_calls_itself(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(name: str | None) -> None:
        raise UnknownModel(str(name))

    monkeypatch.setattr(cli_printer, "model_of", unknown)
    with printer_at(termios.B19200, b'X"]\n1') as path:
        assert cli.main(["printer", "probe", path]) == 0
    said = capfd.readouterr()
    assert "model" not in tomllib.loads(said.out)["printer"][0]


def test_probe_without_a_path_tries_all_adapters(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with printer_at(termios.B19200) as first, printer_at(termios.B9600, b"TM-T20") as second:
        there(monkeypatch, [Adapter(first, "one"), Adapter(second, "other")], [])
        assert cli.main(["printer", "probe"]) == 0
    sections = tomllib.loads(capfd.readouterr().out)["printer"]
    assert [each["baud"] for each in sections] == [19200, 9600]
    assert [each["id"] for each in sections] == ["printer-1", "printer-2"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["/dev/ttyNOBODY"], 1, "unplugged: /dev/ttyNOBODY is not there"),
        (["ttyUSB0"], 2, "write it like"),
        ([], 1, "No serial adapter is plugged in"),
    ],
)
def test_probe_says_what_is_wrong(
    arguments: list[str],
    code: int,
    words: str,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there(monkeypatch, [], [])
    assert cli.main(["printer", "probe", *arguments]) == code
    said = capfd.readouterr()
    assert words in said.err
    assert said.out == ""


def test_probe_says_what_to_look_at_when_nobody_answers(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with printer_at(termios.B300) as path:
        assert cli.main(["printer", "probe", path]) == 1
    said = capfd.readouterr()
    assert f"{path}: nothing answers at any of 8 settings" in said.err
    assert said.out == ""


def test_find_lists_what_is_there(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    there(
        monkeypatch,
        [Adapter("/dev/serial/by-id/usb-1", "FT232R")],
        [
            NetworkPrinter("Kitchen", "192.168.1.50", 9100, "TM-T88VI"),
            NetworkPrinter("Six", "fe80::1", 9100, ""),
        ],
    )
    assert cli.main(["printer", "find"]) == 0
    said = capfd.readouterr()
    assert said.out.splitlines() == [
        "serial:/dev/serial/by-id/usb-1  FT232R",
        "tcp:192.168.1.50:9100  Kitchen  TM-T88VI",
        "tcp:[fe80::1]:9100  Six  ",
    ]
    assert "printer probe" in said.err


def test_find_writes_nothing_to_the_terminal_that_somebody_sent_as_a_command(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "\x1b]0;owned\x07\n\u202eevil" + "x" * 500
    there(monkeypatch, [], [NetworkPrinter(name, "a host\x1b[2J", 70_000, name)])
    assert cli.main(["printer", "find"]) == 0
    out = capfd.readouterr().out
    assert len(out.splitlines()) == 1
    assert out.startswith("tcp:?  ")
    assert all(letter.isprintable() for letter in out.rstrip("\n"))
    assert len(out) < 200


def test_find_goes_on_without_a_network(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    there(monkeypatch, [Adapter("/dev/ttyUSB0", "")], OSError(101, "Network is unreachable"))
    assert cli.main(["printer", "find"]) == 0
    said = capfd.readouterr()
    assert "serial:/dev/ttyUSB0" in said.out
    assert "Network is unreachable" in said.err


def test_find_says_what_to_do_when_there_is_nothing(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    there(monkeypatch, [], [])
    assert cli.main(["printer", "find"]) == 1
    assert "configuration" in capfd.readouterr().err
