"""make pictures: the drawings of the wiring guide, hardware/guide/*.svg."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import schemdraw
import schemdraw.elements as elm

GUIDE: Final = Path(__file__).parents[1] / "hardware" / "guide"

Drawing = Any  # schemdraw's, which takes elements by +=

_FRACTION: Final = re.compile(r"-?\d+\.\d+")


def main(folder: Path = GUIDE) -> None:
    """Write all drawings into a folder."""
    schemdraw.use("svg")
    schemdraw.svgconfig.text = "text"  # Paths would need the fonts of this machine.
    folder.mkdir(exist_ok=True)
    for draw in DRAWINGS:
        drawing = schemdraw.Drawing(show=False, fontsize=13, unit=2.6, lw=1.6)
        drawing.config(bgcolor="white", margin=0.4)
        draw(drawing)
        # The last digits of a sine are not the same on every machine.
        text = _FRACTION.sub(_rounded, drawing.get_imagedata("svg").decode())
        (folder / f"{draw.__name__}.svg").write_text(f"{text}\n", encoding="utf-8")


def _rounded(number: re.Match[str]) -> str:
    return f"{round(float(number[0]), 1) + 0:g}"


def button(d: Drawing) -> None:
    """A button between a pin and ground, with what keeps spikes away from the pin."""
    d += (pin := _terminal("GPIO 17\npin 11"))
    d += elm.Resistor().right().label("R1  1 kΩ")
    d += (corner := elm.Dot())
    d += elm.Line().right().length(2.4)
    d += elm.Button().down().label("button", loc="bottom")
    d += elm.Line().left().length(2.4)
    d += (low := elm.Dot())
    d += elm.Line().left().tox(pin.center)
    d += _terminal("GND\npin 9")
    d += elm.Capacitor().at(corner.center).toy(low.center).label("C1  100 nF", loc="bottom")


def lamp(d: Drawing) -> None:
    """A light-emitting diode on a pin."""
    d += (pin := _terminal("GPIO 27\npin 13"))
    d += elm.Resistor().right().label("R2  470 Ω")
    d += elm.LED().down().label("lamp", loc="bottom")
    d += elm.Line().left().tox(pin.center)
    d += _terminal("GND\npin 14")


def driver(d: Drawing) -> None:
    """A transistor that switches what a pin cannot."""
    d += (pin := _terminal("GPIO 22\npin 15"))
    d += elm.Resistor().right().label("R3  1 kΩ")
    d += (base := elm.Dot())
    d += elm.Line().right().length(0.8)
    d += (transistor := elm.BjtNpn(circle=True).anchor("base").label("Q1  BC337-40", loc="right"))
    d += elm.Line().at(transistor.collector).up().length(0.6)
    d += (under := elm.Dot())
    d += elm.Lamp().up().length(1.8)
    d += (over := elm.Dot())
    d += elm.Line().left().tox(pin.center)
    d += _terminal("+12 or\n+24 V")
    d += elm.Line().at(under.center).right().length(1.5)
    d += elm.Diode().up().toy(over.center).label("D1  1N4007", loc="bottom")
    d += elm.Line().left().tox(over.center)
    d += (
        elm.Label()
        .at((over.center.x - 0.5, over.center.y - 0.9))
        .label("lamp, relay\nor buzzer", halign="right")
    )
    d += elm.Line().at(transistor.emitter).down().length(1.4)
    d += (ground := elm.Dot())
    d += elm.Resistor().at(base.center).down().toy(ground.center).label("R4  4.7 kΩ", loc="top")
    d += elm.Dot()
    d += elm.Line().at(ground.center).left().tox(pin.center)
    d += _terminal("GND pin 20\nand 0 V")


def stack_light(d: Drawing) -> None:
    """A stack light of three colours and a buzzer, on one chip of eight drivers."""
    channels = (
        ("GPIO 16  pin 36", "1", "18", "green"),
        ("GPIO 20  pin 38", "2", "17", "amber"),
        ("GPIO 21  pin 40", "3", "16", "red"),
        ("GPIO 12  pin 32", "4", "15", "buzzer"),
    )
    left = [
        elm.IcPin(side="left", pin=number, anchorname=f"in{number}", slot=f"{5 - place}/5")
        for place, (_, number, _, _) in enumerate(channels)
    ]
    right = [
        elm.IcPin(side="right", pin=number, anchorname=f"out{number}", slot=f"{5 - place}/5")
        for place, (_, _, number, _) in enumerate(channels)
    ]
    ground = elm.IcPin(side="left", pin="9", anchorname="ground", slot="1/5")
    plus = elm.IcPin(side="right", pin="10", anchorname="plus", slot="1/5")
    d += (chip := elm.Ic(pins=[*left, ground, *right, plus], size=(3, 7.5)))
    d += elm.Label().at((chip.center.x, chip.center.y)).label("U1\nULN2803A")
    for label, number, _, _ in channels:
        d += elm.Line().at(getattr(chip, f"in{number}")).left().length(0.7)
        d += _terminal(label)
    d += elm.Line().at(chip.ground).left().length(0.7)
    d += _terminal("GND pin 34\nand 0 V")
    ends = []
    for _, _, number, colour in channels:
        d += elm.Lamp().at(getattr(chip, f"out{number}")).right().length(3).label(colour)
        d += (end := elm.Dot())
        ends.append(end.center)
    d += elm.Line().at(ends[0]).down().toy(chip.plus)
    d += (corner := elm.Dot())
    d += elm.Line().at(chip.plus).right().tox(corner.center)
    d += elm.Line().right().length(0.7)
    d += _terminal("+24 V", "right")


def far_button(d: Drawing) -> None:
    """A button at the end of a long cable, with a loop of its own."""
    d += (plus := _terminal("+24 V"))
    d += elm.Resistor().right().length(3.2).label("R5  2.2 kΩ, ½ W")
    d += elm.Button().right().length(3.2).label("button, far away")
    d += elm.Line().right().length(0.4)
    d += (above := elm.Dot())
    d += elm.Line().right().length(2.3)
    d += (beside := elm.Dot())
    d += elm.Line().right().length(0.9)
    d += (opto := elm.Optocoupler().anchor("anode").label("U2  PC817", loc="top"))
    _opto_pins(d, opto)
    d += elm.Line().at(opto.cathode).left().tox(beside.center)
    d += (under := elm.Dot())
    d += elm.Line().left().tox(above.center)
    d += (below := elm.Dot())
    d += elm.Line().left().tox(plus.center)
    d += _terminal("0 V of 24 V")
    d += elm.Resistor().at(under.center).toy(beside.center).label("R6\n470 Ω", loc="top", ofst=0.2)
    d += elm.Diode().at(below.center).toy(above.center).label("D2\n1N4148", loc="top", ofst=0.2)
    d += elm.Line().at(opto.collector).right().length(1.2)
    d += (corner := elm.Dot())
    d += elm.Resistor().right().length(2.8).label("R1  1 kΩ")
    d += (pin := _terminal("GPIO 17\npin 11", "right"))
    d += elm.Line().at(opto.emitter).right().tox(corner.center)
    d += (low := elm.Dot())
    d += elm.Capacitor().at(corner.center).toy(low.center).label("C1  100 nF", loc="bottom")
    d += elm.Line().at(low.center).right().tox(pin.center)
    d += _terminal("GND\npin 9", "right")


def _opto_pins(d: Drawing, opto: Drawing) -> None:
    for number, place, side in (
        ("1", opto.anode, -0.2),
        ("2", opto.cathode, -0.2),
        ("3", opto.emitter, 0.2),
        ("4", opto.collector, 0.2),
    ):
        d += elm.Label().at((place.x + side, place.y + 0.25)).label(number, fontsize=10)


def _terminal(label: str, loc: str = "left") -> Drawing:
    return elm.Dot(open=True).label(label, loc=loc)


DRAWINGS: Final[tuple[Callable[[Drawing], None], ...]] = (
    button,
    lamp,
    driver,
    stack_light,
    far_button,
)

if __name__ == "__main__":
    main()
