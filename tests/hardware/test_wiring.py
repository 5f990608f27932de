"""The wiring guide: its drawings, its pins and its figures."""

import re
from math import log, pi
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from gpiozero.pins.mock import MockFactory

from hardware.pins import BUS_PINS, CONSOLE_PINS, IDENTITY_PINS, PinTaken, PinUse, check
from hardware.simulated import BOARD_REVISION
from tests import drawings

README = Path(__file__).parents[2] / "hardware" / "README.md"
WIRING = README.read_text(encoding="utf-8").split("## From Python")[0]
HEADER = {
    number: pin.name
    for number, pin in MockFactory(revision=BOARD_REVISION).board_info.headers["J8"].pins.items()
}
"""What gpiozero calls each pin of the header."""
PAIR = re.compile(r"\b(GPIO ?\d+|GND)\s+pin (\d+)")


def words_of(file: Path) -> str:
    """All that is written in a drawing."""
    return "\n".join(
        " ".join("".join(line.itertext()) for line in text)
        for text in ET.parse(file).iter("{http://www.w3.org/2000/svg}text")  # noqa: S314 - ours
    )


def test_the_drawings_are_what_the_script_makes(tmp_path: Path) -> None:
    drawings.main(tmp_path)
    made = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert made == {file.name: file.read_text() for file in drawings.GUIDE.iterdir()}


def test_the_guide_shows_every_drawing() -> None:
    shown = re.findall(r"!\[[^\]]{20,}\]\(guide/(\w+\.svg)\)", WIRING)
    assert sorted(shown) == sorted(file.name for file in drawings.GUIDE.iterdir())


@pytest.mark.parametrize("file", sorted(drawings.GUIDE.iterdir()), ids=lambda file: file.stem)
def test_a_drawing_names_pins_as_they_are_on_the_header(file: Path) -> None:
    pairs = PAIR.findall(words_of(file))
    assert len(pairs) >= 2, words_of(file)
    assert len(pairs) == words_of(file).count("pin ")
    for name, number in pairs:
        assert HEADER[int(number)] == name.replace(" ", ""), (name, number)


def test_drawings_use_free_pins_and_the_configuration_has_the_same() -> None:
    pins = {
        file.stem: [int(number) for number in re.findall(r"GPIO (\d+)", words_of(file))]
        for file in drawings.GUIDE.iterdir()
    }
    assert pins["button"] == pins["far_button"]  # It says that R1 and C1 stay as they are.
    del pins["far_button"]
    uses = [PinUse(pin, name) for name, these in pins.items() for pin in these]
    assert check(uses) == []
    with pytest.raises(PinTaken):
        check([*uses, uses[0]])
    for lamps in (pins["lamp"], pins["driver"], pins["stack_light"]):
        assert min(lamps) >= 9  # Below, they are pulled up while the board starts.
    configured = re.findall(r"^(?:green|amber|red|buzzer) = (\d+)$", WIRING, re.MULTILINE)
    assert [int(pin) for pin in configured] == pins["stack_light"]
    assert re.findall(r"\[\[button\]\] pin = (\d+)", WIRING) == [str(pins["button"][0])]


@pytest.mark.parametrize("file", ["README.md", "appliance/kitchen.toml"])
def test_examples_light_nothing_that_glows_while_the_board_starts(file: str) -> None:
    text = (README.parents[1] / file).read_text(encoding="utf-8")
    pins = re.findall(r"^(?:lamp|green|amber|red|buzzer) = (\d+)\b", text, re.MULTILINE)
    assert len(pins) >= 5
    assert min(map(int, pins)) >= 9


def test_the_table_of_the_header_is_that_of_the_board() -> None:
    rows = re.findall(r"^\| (.+?) \| (\d+) \| (\d+) \| (.+?) \|$", WIRING, re.MULTILINE)
    cells = {int(number): text for row in rows for text, number in (row[1::-1][::-1], row[3:1:-1])}
    assert sorted(cells) == list(range(1, 41))
    for number, name in HEADER.items():
        assert expected(name) == cells[number], number


def expected(name: str) -> str:
    """What the table has to say of a pin, by what gpiozero calls it."""
    if not name.startswith("GPIO"):
        return {"3V3": "3.3 V", "5V": "5 V, for no pin", "GND": "ground"}[name]
    pin = int(name.removeprefix("GPIO"))
    up = " ↑" if pin <= 8 else ""
    if pin in IDENTITY_PINS:
        return f"GPIO {pin}{up} HAT"
    if pin in CONSOLE_PINS:
        return f"GPIO {pin}{up} serial console"
    if pin in BUS_PINS:
        return f"*GPIO {pin}*{up} {BUS_PINS[pin].partition(';')[0]}"
    return f"**GPIO {pin}**{up}"


# Volts, ohms, farads. Raspberry Pi's documentation ("GPIO and the 40-pin header", and its
# table of voltages), and the makers' data sheets of BC337, PC817 and ULN2803A.
SUPPLY, PULL_LOWEST, PULL_HIGHEST, HIGH_FROM, LOW_TO = 3.3, 33e3, 73e3, 2.0, 0.8
PULL_OF_I2C = 1.8e3
BASE, DIODE, DIODE_BEGINS, RED, WHITE = 0.7, 1.2, 1.0, 2.0, 3.0


@pytest.mark.parametrize(
    ("part", "figure", "written"),
    [
        ("R1", SUPPLY * 1e3 / (1e3 + PULL_LOWEST), "{:.2f} V at most"),
        ("R1", SUPPLY / 1e3 * 1e3, "{:.1f} mA, not"),
        ("C1", -log(1 - HIGH_FROM / SUPPLY) * (PULL_HIGHEST + 1e3) * 100e-9 * 1e3, "{:.0f} ms"),
        ("C1", SUPPLY / (50e3 + 1e3) * 1e3, "{:.2f} mA of the pull-up"),
        ("R2", (SUPPLY - RED) / 470 * 1e3, "{:.1f} mA"),
        ("100 Ω", (SUPPLY - WHITE) / 100 * 1e3, "{:.1f} mA"),
        ("R3", (SUPPLY - BASE) / 1e3 * 1e3, "{:.1f} mA from the pin"),
        ("R3", ((SUPPLY - BASE) / 1e3 - BASE / 4.7e3) * 1e3, "{:.1f} mA reach the base"),
        ("R4", SUPPLY * 4.7e3 / (4.7e3 + 1e3 + PULL_LOWEST), "{:.2f} V at the base"),
        ("U1", (SUPPLY - 2 * BASE) / 2.7e3 * 1e3, "{:.1f} mA from a pin"),
        ("U2", SUPPLY / PULL_LOWEST * 1e3, "needs {:.1f} mA"),
        ("U2", ((24 - DIODE) / 2.2e3 - DIODE / 470) * 1e3, "half of its {:.1f} mA"),
        ("R6", DIODE / 470 * 1e3, "takes {:.1f} mA"),
        ("R5", (24 - DIODE) / 2.2e3 * 1e3, "{:.1f} mA"),
        ("R5", (24 - DIODE) ** 2 / 2.2e3, "{:.2f} W while"),
        ("1 kΩ, ¼ W, for 12 V", (12 - DIODE) / 1e3 * 1e3, "{:.1f} mA"),
        ("1 kΩ, ¼ W, for 12 V", (12 - DIODE) ** 2 / 1e3, "{:.2f} W"),
        ("lamps behind a driver", 0.1 * 0.0175 * 40 / 0.5, "{:.2f} V"),
        ("button with an opto", 0.0175 * 200 / 0.25, "{:.0f} Ω"),
    ],
    ids=lambda given: None if isinstance(given, str) else "",
)
def test_the_figures_are_computed_right(part: str, figure: float, written: str) -> None:
    (row,) = re.findall(rf"^\|(?: \|)? {part}.*", WIRING, re.MULTILINE)
    assert written.format(figure) in row, figure


def test_no_value_asks_too_much_of_a_pin_or_a_part() -> None:
    assert SUPPLY * 1e3 / (1e3 + PULL_LOWEST) < LOW_TO
    assert SUPPLY * 4.7e3 / (4.7e3 + 1e3 + PULL_LOWEST) < 0.6
    # The supply of 3.3 V was made for some 3 mA a pin.
    assert max((SUPPLY - RED) / 470, (SUPPLY - BASE) / 1e3, SUPPLY / 1e3) <= 3.3e-3
    assert (24 - DIODE) ** 2 / 2.2e3 < 0.5 / 2
    assert (12 - DIODE) ** 2 / 1e3 < 0.25 / 2


def test_a_long_cable_makes_no_press_of_what_it_picks_up() -> None:
    least = DIODE_BEGINS / 470
    assert f"less than {least * 1e3:.1f} mA" in WIRING
    # 100 m beside a mains cable, some 10 pF of coupling for each metre.
    assert 2 * pi * 50 * 10e-12 * 100 * 325 < least / 10
    # What is left for U2 pulls the pin low though it passes on half, also with 12 V.
    for supply, resistor in ((24, 2.2e3), (12, 1e3)):
        through = (supply - DIODE) / resistor - DIODE / 470
        assert 0.5 * through > 10 * SUPPLY / PULL_LOWEST


def test_the_guide_warns_of_pins_where_a_press_is_neither_high_nor_low() -> None:
    pressed = SUPPLY * 1e3 / (1e3 + PULL_OF_I2C)
    assert LOW_TO < pressed < HIGH_FROM
    assert f"leaves {pressed:.1f} V" in WIRING
    assert all("button" in BUS_PINS[pin] for pin in (2, 3))


def test_values_in_the_drawings_are_those_of_the_guide() -> None:
    written = {part: value for file in drawings.GUIDE.iterdir() for part, value in parts_of(file)}
    assert written.keys() >= {
        "R1",
        "R2",
        "R3",
        "R4",
        "R5",
        "R6",
        "C1",
        "D1",
        "D2",
        "Q1",
        "U1",
        "U2",
    }
    for part, value in written.items():
        assert re.search(rf"^\| {part} \| {re.escape(value)}", WIRING, re.MULTILINE), (part, value)


def parts_of(file: Path) -> list[tuple[str, str]]:
    return re.findall(
        r"^([RCDQU]\d)\s+(\S+(?: [kΩn]\S*)?(?:, ½ W)?)$", words_of(file), re.MULTILINE
    )
