"""The examples of the guide to routing, run as they stand there."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from appliance import config, menu_file
from appliance.cli_route import moment
from appliance.configured import make_kitchen
from appliance.kitchen.explaining import Explained
from appliance.kitchen.order import Item, ItemGroup, Modifier, Order

GUIDE: Final = Path(__file__).parents[2] / "appliance" / "kitchen" / "README.md"
KITCHEN: Final = '[orders]\ndefault_station = "grill"\n' + "".join(
    f'[[station]]\nid = "{station}"\nname = "{station}"\n'
    for station in ("grill", "fry", "cold", "bar")
)
_BLOCK: Final = re.compile(r"```(toml|csv|routing)\n(.*?)```", re.DOTALL)
_LINE: Final = re.compile(r"(?P<item>[^\[→]+?)(?: \[(?P<more>.*)\])? → (?P<where>.*)")


class Example(NamedTuple):
    rules: str
    menu: str
    line: str


def examples() -> Iterator[Example]:
    rules = menu = ""
    for kind, text in _BLOCK.findall(GUIDE.read_text("utf-8")):
        match kind:
            case "csv":
                menu = text
            case "toml":
                rules = text
            case _:
                yield from (Example(rules, menu, line) for line in text.splitlines())
                menu = ""


def ordered(found: re.Match[str]) -> tuple[Order, datetime]:
    """The item alone, and when."""
    name, *mods = found["item"].split(" + ")
    known: dict[str, Any] = {}
    for part in filter(None, (found["more"] or "").split(", ")):
        key, _, value = part.partition(" ")
        known[key] = value
    at = moment(known.pop("at", "mon 12:00"), datetime(2026, 3, 2, tzinfo=UTC))
    mode = known.pop("mode", None)
    if group := known.pop("group", None):
        known["item_group"] = ItemGroup(name=group)
    item = Item("1", name, mods=tuple(map(Modifier, mods)), **known)
    return Order("7", (item,), mode=mode), at


def in_words(item: Explained) -> str:
    words = []
    for stop in item.stops:
        minutes, seconds = divmod(stop.prep, 60)
        prep = (f"{minutes}m" if minutes else "") + (f"{seconds}s" if seconds else "")
        sides = f": {', '.join(stop.modifiers)}" if stop.modifiers else ""
        words.append(" ".join(filter(None, (stop.station, prep))) + sides)
    untaken = any(stop.why == "default" for stop in item.stops)
    return ", ".join([*words, *(["no rule takes it"] if untaken else [])])


@pytest.mark.parametrize("example", list(examples()), ids=lambda example: example.line)
def test_an_example_goes_where_the_guide_says(example: Example) -> None:
    menu = menu_file.parse(example.menu.encode(), "menu.csv") if example.menu else ()
    kitchen = make_kitchen(config.parse(KITCHEN + example.rules, "guide"), menu)
    found = _LINE.fullmatch(example.line)
    assert found, example.line
    order, at = ordered(found)
    (item,) = kitchen.explain(order, int(at.timestamp() * 1000))
    assert in_words(item) == found["where"]


def test_the_guide_has_examples_and_the_sentence_that_the_code_has() -> None:
    assert len(list(examples())) > 15
    text = GUIDE.read_text("utf-8")
    quoted = " ".join(line[2:] for line in text.splitlines() if line.startswith("> "))
    code = (GUIDE.parent / "routing.py").read_text("utf-8")
    assert quoted in " ".join(code.split())
