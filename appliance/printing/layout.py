"""From a chit to lines for the columns of a model, by the template of the configuration.

chit ─ words of the language, template ▶ text with styles ─ wrapped ▶ lines ─▶ hardware.printers
"""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import tzinfo
from functools import cache
from importlib.resources import files
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from appliance.config.devices import PrintingSection
from appliance.config.template import (
    CHIT_FIELDS,
    DOUBLE_RULE,
    ITEM_FIELDS,
    ITEMS,
    MODIFIER_FIELDS,
    MODIFIERS,
    RULE,
    TemplateLine,
    filled,
    read,
)
from appliance.printing.chit import Chit, ChitLine, ChitModifier
from appliance.printing.content import without_allergens
from appliance.printing.fields import (
    LONGEST_NAME,
    chit_values,
    item_values,
    mark_of,
    modifier_values,
    others_of,
)
from appliance.printing.sheet import HEADING, Sheet
from appliance.printing.speech import Speech
from appliance.printing.test_page import test_page
from appliance.printing.wrapping import cut
from hardware.printers.models import Model
from hardware.printers.paper import Beep, Cut, Document, Element, Line, Qr, Rule, Style

_MARK: Final = Style(height=2, bold=True, inverse=True, red=True)
_SECONDS_PER_MINUTE: Final = 60
_COLUMNS_PER_LEVEL: Final = 2
"""By which a modifier of a modifier stands further in: as far as a bullet is wide."""
_DEEPEST: Final = 4
"""What is nested deeper stands no further in: narrow paper has room for its words, too."""


class Circumstances(Struct, frozen=True):
    """What is known of a chit only when it is printed."""

    reprint: bool = False
    """It may be on paper already."""
    away: str | None = None
    """The name of the printer that it was for, where that is away."""
    late_by: int = 0
    """Seconds since it was made, where that is worth telling."""


def lay_out(
    chit: Chit, model: Model, printing: PrintingSection, zone: tzinfo, now: Circumstances
) -> Document:
    """The lines, from the first to the cut.

    One of the kind `test` becomes the test page of the printer whose id is its `station`.
    """
    if chit.kind == "test":
        return test_page(chit.station, model, printing, zone, chit.at)
    layout = _Layout(model, printing)
    paper: list[Element] = [Beep()] if printing.beep and model.buzzer else []
    for heading in layout.headings(chit, now, zone):
        paper += layout.sheet.text(heading, HEADING, "center")
    paper += layout.body(chit, zone)
    if printing.qr and model.qr and chit.order_id:
        paper.append(Qr(chit.order_id))
    return (*paper, Cut())


class _Layout:
    """For one model, in one language, by one template."""

    def __init__(self, model: Model, printing: PrintingSection) -> None:
        self.sheet = Sheet(model)
        self._speech = Speech(printing.language)
        self._chit = _lines(printing.template, "template", CHIT_FIELDS)
        self._item = _lines(printing.item, "item", ITEM_FIELDS)
        self._modifier = _lines(printing.modifier, "modifier", MODIFIER_FIELDS)

    def headings(self, chit: Chit, now: Circumstances, zone: tzinfo) -> Iterator[str]:
        """What nobody may overlook, whatever the template is."""
        say = self._speech.say
        if now.away is not None:
            yield say("away", printer=cut(now.away, LONGEST_NAME))
        if now.reprint or chit.again:
            yield say("reprint")
        if now.late_by >= _SECONDS_PER_MINUTE:
            yield say("late", minutes=now.late_by // _SECONDS_PER_MINUTE)
        if chit.kind == "void":
            yield say("void")
        others = tuple(others_of(chit, self._speech, zone))
        if chit.kind == "change" and (chit.lines or (chit.was is not None and not others)):
            yield self._change(chit)
        yield from others
        if chit.priority != "normal" and chit.kind != "void":
            yield say(chit.priority)
        if chit.later:
            yield say("later")

    def _change(self, chit: Chit) -> str:
        """What a change is called: the course that is fired, where it is no more than that."""
        if not chit.lines or not _is_all_fired(chit):
            return self._speech.say("change")
        courses = {line.course for line in chit.lines}
        if len(courses) == 1 and (course := courses.pop()):
            return self._speech.say("fire_course", course=cut(course, LONGEST_NAME))
        return self._speech.say("fire")

    def body(self, chit: Chit, zone: tzinfo) -> Iterator[Element]:
        """All else, by the template."""
        values = self._clean(chit_values(chit, self._speech, zone))
        for line in self._chit:
            if line.alone == ITEMS:
                for each in _beyond_heading(chit):
                    yield from self._dish(each)
            else:
                yield from self._line(line, values)

    def _dish(self, line: ChitLine) -> Iterator[Element]:
        yield from self.sheet.text(mark_of(line, self._speech), _MARK)
        if line.mark == "void":
            line = without_allergens(line)
        for of_dish in item_values(line, self._speech):
            values = self._clean(of_dish.values)
            for each in self._item:
                if each.alone == MODIFIERS:
                    for mod in of_dish.mods:
                        yield from self._of_modifier(mod)
                else:
                    yield from self._line(each, values)

    def _of_modifier(self, mod: ChitModifier) -> Iterator[Element]:
        values = self._clean(modifier_values(mod, self._speech))
        deeper = _COLUMNS_PER_LEVEL * min(mod.level, _DEEPEST)
        for line in self._modifier:
            yield from self._line(line._replace(indent=line.indent + deeper), values)

    def _clean(self, values: Mapping[str, str]) -> dict[str, str]:
        """As the model prints them: what is nothing then is empty."""
        return {name: self.sheet.clean(value) for name, value in values.items()}

    def _line(self, line: TemplateLine, values: Mapping[str, str]) -> Iterator[Element]:
        if line.alone in (RULE, DOUBLE_RULE):
            yield Rule("=" if line.alone == DOUBLE_RULE else "-")
            return
        if not line.parts:
            yield Line()
            return
        texts = filled(line, values)
        if texts is not None:
            yield from self.sheet.between(*texts, line)


def _is_all_fired(chit: Chit) -> bool:
    return all(line.mark == "fired" for line in chit.lines)


def _beyond_heading(chit: Chit) -> Iterator[ChitLine]:
    """The dishes, without what the heading says of all of them.

    That they are void each says itself: nobody is to make what is below the edge of another slip.
    """
    is_all_fired = _is_all_fired(chit)
    for line in chit.lines:
        mark = None if is_all_fired else line.mark
        yield replace(line, mark=mark, held=line.held and not chit.later)


def _lines(
    own: tuple[str, ...] | None, name: str, fields: tuple[str, ...]
) -> tuple[TemplateLine, ...]:
    return _read(shipped_lines()[name] if own is None else own, fields)


@cache
def shipped_lines() -> Mapping[str, tuple[str, ...]]:
    """By name, the lines of each template that ships with the program."""
    text = (files("appliance.printing") / "template.toml").read_text(encoding="utf-8")
    return {name: tuple(lines) for name, lines in tomllib.loads(text).items()}


@cache
def _read(lines: tuple[str, ...], fields: tuple[str, ...]) -> tuple[TemplateLine, ...]:
    return tuple(read(text, fields) for text in lines)
