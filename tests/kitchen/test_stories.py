"""The guide's stories, run as they stand there: what happens, and what boards show then."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from appliance import menu_file
from tests.kitchen.telling import SENTENCES, Story

GUIDE: Final = Path(__file__).parents[2] / "appliance" / "kitchen" / "STORIES.md"
_PART: Final = re.compile(r"^### ([^\n]+)$|^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Told(NamedTuple):
    title: str
    configuration: str
    menu: str
    lines: list[str]


def stories() -> Iterator[Told]:
    """What stands before the first title is the kitchen of them all."""
    kitchen = settings = menu = title = ""
    for heading, kind, text in _PART.findall(GUIDE.read_text("utf-8")):
        if heading:
            title, settings = heading, ""
        elif kind == "csv":
            menu = text
        elif kind == "story":
            yield Told(title, kitchen + settings, menu, text.splitlines())
        elif title:
            settings = text
        else:
            kitchen = text


def tell(told: Told) -> set[str]:
    menu = menu_file.parse(told.menu.encode(), "menu.csv")
    return Story(told.configuration, menu).tell(told.lines)


@pytest.mark.parametrize("told", list(stories()), ids=lambda told: told.title)
def test_a_story_goes_as_the_guide_tells_it(told: Told) -> None:
    assert any(" shows " in line for line in told.lines)
    tell(told)


def test_the_guide_has_a_story_for_every_sentence_that_is_understood() -> None:
    every = list(stories())
    assert len({told.title for told in every}) == len(every) > 20
    assert set().union(*map(tell, every)) == SENTENCES.keys()


@pytest.mark.parametrize(
    ("line", "because"),
    [
        ("19:40  grill shows Table 7: Fries", "in fact it is nothing"),
        ("       grill dances", "nobody understands"),
        ("\n", "no line of a story"),
        ("       grill bumps Table 7", "no_such_ticket"),
        ("19:40  1 order comes through Web\n       fry bumps Web 0, in vain", "TicketsNow"),
    ],
)
def test_a_story_that_is_not_so_is_noticed(line: str, because: str) -> None:
    (first, *_others) = stories()
    with pytest.raises(AssertionError, match=because):
        tell(first._replace(lines=line.splitlines()))
