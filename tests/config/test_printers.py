"""Printers and chits in the configuration: what is wrong is named by its key."""

from pathlib import Path

import pytest

from appliance import config
from appliance.cli import main
from appliance.config import ConfigError

STATIONS = """
[[station]]
id = "grill"
name = "Grill"
[[station]]
id = "pass"
name = "Pass"
type = "expo"
"""
PRINTER = '[[printer]]\nid = "one"\nstations = ["grill"]\n'
TWO = PRINTER + "transport = 'usb:/dev/usb/lp0'\n" + PRINTER.replace("one", "two")
LINE = "'x', "
REAL = '[devices]\nmode = "real"\n'


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (f"{PRINTER}model = 'TM-X'", "printer[0].model: no model 'TM-X' is known; there are plain"),
        (f"{PRINTER}transport = 'lpt1'", "printer[0].transport: 'lpt1' is no way to a printer; w"),
        (f"{PRINTER}transport = 'tcp:'", "printer[0].transport: "),
        (f"{PRINTER}stations = ['fry']".replace('stations = ["grill"]\n', ""), "printer[0].stati"),
        (f"{PRINTER}fallback = 'two'", "printer[0].fallback: there is no 'two' here; allowed: one"),
        (f"{PRINTER}fallback = 'one'", "printer[0].fallback: 'one' is this printer itself"),
        (f"{PRINTER}print_on = 'order'", "printer[0].print_on: 'order' is not allowed; allowed: a"),
        (f"{PRINTER}ticket = 'all'", "printer[0].ticket: 'all' is not allowed; allowed: station, "),
        (f"{PRINTER}parity = 'mark'", "printer[0].parity: 'mark' is not allowed; allowed: none, e"),
        (f"{PRINTER}baud = 1", "printer[0].baud: Expected `int` >= 300"),
        (
            f"{TWO}transport = 'usb:/dev/usb/lp0'",
            "printer[1].transport: 'usb:/dev/usb/lp0' is that of printer[0] already",
        ),
        (
            "[printing]\nlanguage = 'nl'",
            "printing.language: 'nl' is not allowed; allowed: en, es, de, fr",
        ),
        (
            "[printing]\ntemplate = ['{name}', '{nmae}']",
            "printing.template[1]: there is no field {nmae}; there are name, number, station",
        ),
        (
            "[printing]\ntemplate = ['[center hug] {name}']",
            "printing.template[0]: 'hug' is no style; there are left, center, right, bold, inver",
        ),
        (
            "[printing]\nitem = ['{qty} {name']",
            "printing.item[0]: a brace without its other one; write {{ or }} for a brace",
        ),
        (
            "[printing]\nitem = ['{target}']",
            "printing.item[0]: there is no field {target}; there are qty, name, of, notes",
        ),
        (
            "[printing]\nmodifier = ['{name:>20}']",
            "printing.modifier[0]: there is no field {name:>20}; there are qty, name, allergens",
        ),
        (
            "[printing]\ntemplate = ['# {items}']",
            "printing.template[0]: {items} is a line of its own: nothing stands beside it",
        ),
        (
            "[printing]\ntemplate = ['{name}{fill}{fill}']",
            "printing.template[0]: {fill} can be there once",
        ),
        (
            f"[printing]\ntemplate = ['{'x' * 201}']",
            "printing.template[0]: longer than 200 characters",
        ),
        (
            f"[printing]\ntemplate = [{LINE * 101}]",
            "printing.template: more than 100 lines",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_key(text: str, error: str) -> None:
    with pytest.raises(ConfigError) as raised:
        config.parse(STATIONS + text, "k")
    assert str(raised.value).removeprefix("k: ").startswith(error)


def test_fallbacks_may_go_round() -> None:
    other = '[[printer]]\nid = "two"\nfallback = "one"'
    settings = config.parse(f'{STATIONS}{PRINTER}fallback = "two"\n{other}', "k")
    assert [printer.fallback for printer in settings.printer] == ["two", "one"]


def doubts(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    file = tmp_path / "kitchen.toml"
    file.write_text(STATIONS + text)
    assert main(["check", str(file)]) == 0
    return capsys.readouterr().err.replace(f"expeditor: {file}: ", "")


BOTH = (
    "printer[0].stations: with a pass among others, whole orders are printed, as with"
    ' ticket = "order": a dish would be on paper twice\n'
)
AT_LPT = 'transport = "usb:/dev/usb/lp0"\n'


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        (
            f"{PRINTER}{AT_LPT}",
            'devices.mode: "simulated": no printer prints on paper before it is "real"\n',
        ),
        (f"{REAL}{PRINTER}", "printer[0]: it has no transport, and cannot be found\n"),
        (
            f'{REAL}[[printer]]\nid = "one"\n{AT_LPT}',
            "printer[0].stations: it has none, and is nobody's fallback: it prints nothing\n",
        ),
        (
            f'{REAL}[[printer]]\nid = "one"\nstations = ["grill", "pass"]\n{AT_LPT}',
            BOTH,
        ),
        (
            '[printing]\ntemplate = ["{name}"]',
            "printing.template: it has no {items}: chits do not say what is to be made\n",
        ),
        (
            f"[printing]\nbeep = true\nqr = true\n{PRINTER}",
            (
                "printing.beep: none of the printers has a buzzer, by its model\n"
                "printing.qr: none of the printers has QR codes, by its model\n"
            ),
        ),
        (
            (
                f'[printing]\nbeep = true\nqr = true\n{PRINTER}model = "TM-U230"\n'
                '[[printer]]\nid = "two"\nstations = ["grill"]\nmodel = "TM-T20III"'
            ),
            "",
        ),
        ("[printing]\nbeep = true", ""),
        (f"{REAL}{PRINTER}{AT_LPT}", ""),
        (PRINTER, ""),
        (f'{PRINTER}fallback = "two"\n[[printer]]\nid = "two"', ""),
        (f'{PRINTER}ticket = "order"\n'.replace('"grill"]', '"grill", "pass"]'), ""),
    ],
)
def test_check_says_what_is_doubtful(
    text: str, doubt: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doubts(text, tmp_path, capsys) == doubt
