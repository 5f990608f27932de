"""What a printer prints of itself, for whoever has just connected it."""

from collections.abc import Iterable
from datetime import tzinfo
from typing import Final

from appliance.config.devices import PrintingSection
from appliance.config.template import STYLES
from appliance.printing.fields import LONGEST_NAME, clock
from appliance.printing.sheet import HEADING, Sheet
from appliance.printing.speech import Speech
from appliance.printing.wrapping import cut
from hardware.printers.models import Model
from hardware.printers.paper import PLAIN, Beep, Cut, Document, Element, Line, Qr, Rule, Span

SAMPLES: Final = (
    "ÄÖÜäöüß ÀÂÇÈÊàâçèêîôû ÁÉÍÓÚáéíóúñÑ¿¡ € ½ ŁłŐő",
    "Ελληνικά Кириллица",
    "中文 日本語 한국어 עברית العربية",
)
"""Of the scripts that a menu may be in; what a model has not is drawn, or else spelled."""


def test_page(
    name: str, model: Model, printing: PrintingSection, zone: tzinfo, at: int
) -> Document:
    """What a printer can do; `name` is its id, `at` now, in milliseconds since the epoch."""
    speech, sheet = Speech(printing.language), Sheet(model)
    can = {
        "red": model.red,
        "inverse": model.inverse,
        "cutter": model.cutter,
        "qr": model.qr,
        "graphics": model.dots > 0,
        "buzzer": model.buzzer,
        "confirms": model.answers != "never",
    }
    name = cut(name, LONGEST_NAME)
    paper: list[Element] = [
        *sheet.text(speech.say("test"), HEADING, "center"),
        *sheet.text(name, STYLES["big"], "center"),
        *sheet.text(f"{model.name}, {speech.say('columns', n=model.columns)}", align="center"),
        *sheet.text(clock(at, zone), align="center"),
        Rule(),
        Line((Span(_ruler(model.columns)),)),
        *sheet.text(_listed(speech, "can", (each for each, has in can.items() if has))),
        *sheet.text(_listed(speech, "cannot", (each for each, has in can.items() if not has))),
        Rule(),
    ]
    for each, style in {"plain": PLAIN, **STYLES}.items():
        paper += sheet.text(speech.style(each), style)
    paper.append(Rule())
    for sample in (", ".join(model.code_pages), *SAMPLES):
        paper += sheet.text(sample)
    if model.qr and name:
        paper.append(Qr(name))
    if model.buzzer:
        paper.append(Beep())
    return (*paper, Cut())


def _ruler(columns: int) -> str:
    """A digit for each column: `1234567890123`."""
    return "".join(str(place % 10) for place in range(1, columns + 1))


def _listed(speech: Speech, key: str, abilities: Iterable[str]) -> str:
    said = ", ".join(speech.say(each) for each in abilities)
    return speech.say(key, abilities=said) if said else ""
