"""Every language has the same words."""

import re
from datetime import UTC
from typing import Any

import pytest

from appliance.config.devices import PrintingSection
from appliance.config.template import STYLES
from appliance.kitchen.order import mode_key
from appliance.printing import test_page as page
from appliance.printing.speech import LANGUAGES, Language, Speech, words
from hardware.printers.models import MODELS, Model, model_of
from hardware.printers.paper import Beep, Document, Line, Qr
from tests.printing.reading import read, texts


def flat(table: dict[str, Any], path: str = "") -> dict[str, str]:
    """By path, every text."""
    found: dict[str, str] = {}
    for key, value in table.items():
        at = f"{path}.{key}"
        found |= flat(value, at) if isinstance(value, dict) else {at: value}
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_there_in_every_language_with_the_same_places(language: Language) -> None:
    english, ours = flat(dict(words("en"))), flat(dict(words(language)))
    assert ours.keys() == english.keys()
    for key, text in ours.items():
        assert text.strip() == text != "", key
        assert set(re.findall(r"{\w*}", text)) == set(re.findall(r"{\w*}", english[key])), key


def test_the_configuration_allows_the_languages_that_there_are() -> None:
    for language in LANGUAGES:
        assert PrintingSection(language=language).language == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_modes_are_told_in_the_language_and_others_as_they_came(language: Language) -> None:
    speech = Speech(language)
    for mode in ("For Here", "ToGo", "Pickup", "Drive-Thru", "Delivery", "curbside"):
        assert speech.mode(mode) == words(language)["modes"][mode_key(mode)]
    assert speech.mode("Room Service") == "Room Service"


def test_what_stands_in_words_is_never_read_as_words() -> None:
    assert Speech("en").say("of", dish="{was} {") == "for {was} {"


def page_of(model: Model, language: Language = "en") -> Document:
    return page.test_page("grill", model, PrintingSection(language=language), UTC, 0)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_a_test_page_shows_what_the_printer_can_do(model: Model) -> None:
    paper = page_of(model)
    said = texts(paper)
    assert said[:4] == [
        "TEST PAGE",
        "grill",
        f"{model.name}, {model.columns} columns",
        "1970-01-01 00:00",
    ]
    (ruler,) = (line for line in said if line.isdigit())
    assert len(ruler) == model.columns
    found = re.search(r" has: (.*) lacks: (.*) plain bold ", " ".join(said))
    assert found is not None
    abilities = {"red": model.red, "inverse": model.inverse, "cutter": model.cutter}
    abilities |= {"QR": model.qr, "graphics": model.dots > 0, "buzzer": model.buzzer}
    abilities |= {"confirmation of print": model.answers != "never"}
    assert found[1].split(", ") == [each for each, has in abilities.items() if has]
    assert found[2].split(", ") == [each for each, has in abilities.items() if not has]
    assert any(isinstance(each, Qr) for each in paper) == model.qr
    assert any(isinstance(each, Beep) for each in paper) == model.buzzer
    read(paper, model)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_test_page_names_every_style_in_its_language_as_it_looks(language: Language) -> None:
    looks = {
        span.text: span.style
        for each in page_of(model_of("TM-T20III"), language)
        if isinstance(each, Line)
        for span in each.spans
    }
    for name, style in STYLES.items():
        assert looks[Speech(language).style(name)] == style
