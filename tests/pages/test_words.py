"""What a person reads comes from the message files, which say the same in each language."""

import functools
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest

from appliance.pages import STATIC
from tests.pages.messages import (
    IS_NAME,
    LANGUAGES,
    facts,
    forms,
    meant,
    messages,
    said,
    scripts,
)

NO_TEXT: Final = {
    "Expeditor",
    "OK",
    "UTC",
    # How letters are told from their accents.
    "NFD",
    # What is typed on the appliance.
    "expeditor run",
    "expeditor token --role manager",
    "expeditor pin set NAME --role chef",
    # Each language is called what it calls itself.
    *("English", "Español", "Deutsch", "Français"),
    # What a page is called: its kitchen, or what it is.
    "${} · Expeditor",
    # What the appliance calls things, and is asked.
    *("bump ${}", "tick ${}", "signed out", "paper low", "not seen yet", "Kitchen"),
    *("cancelled late", "not closed"),
    *("UTC", "NFD", "GPIO ${}", "_ms", "_bytes"),
    # What a style says, and asks the screen.
    *(
        "span ${}",
        "#${} dl",
        "legend layer-${}",
        "input, select",
        "input, select, summary",
        "input, textarea",
    ),
    "(prefers-color-scheme: light)",
    "(pointer: coarse)",
    "(max-height: 600px), (max-width: 640px)",
}
"""What is the same in every language."""
CODE: Final = re.compile(
    r"""
    GET|POST|PUT|PATCH|DELETE
    | [A-Z][A-Za-z]*(-[A-Z][A-Za-z]+)+            # the name of a header
    | Enter|Escape|Tab|Delete|Backspace|Space|Home|End|Page(Up|Down)
    | (Arrow|Key|Digit|Numpad|Control|Shift|Alt|Meta)\w*
    | [A-Z]+_[A-Z0-9_]*                           # a key, as the system calls it
    | T\d\d:.*                                    # a piece of a time
    | [a-z$/.#-][^\s]*                            # a name, a path, a file
    | \d-digit                                   # how `Intl` is told
    | [^\s]*[\[(${=*:;/&?.#][^\s]*                # a selector, a piece of an address
    """,
    re.VERBOSE,
)
"""What no person reads, of what has no space in it."""
STYLE: Final = re.compile(r".*(^|[\s>(,])([\w-]*[.#\[:][a-z]|--|>|\d+px|repeat\().*")
WORDS: Final = re.compile(
    r"\b(a|an|and|are|as|at|back|be|by|cannot|for|from|has|have|in|is|it|its|may|no|not|of|off|on|"
    r"or|since|so|than|that|the|this|to|until|was|what|who|with|you)\b"
)
"""Without one of these hardly anything is said in English."""


def is_said(literal: str) -> bool:
    """Whether a text in a script looks as if a person were to read it."""
    words = literal.replace("${}", " ").split()
    if not any(re.search(r"[A-Za-z]{2}", word) for word in words):
        return False
    if len(literal.split()) == 1:
        return not CODE.fullmatch(literal)
    if set(words) <= classes():
        return False
    return any(map(WORDS.fullmatch, words)) or not STYLE.fullmatch(literal)


@functools.cache
def classes() -> frozenset[str]:
    """The names that styles have for elements."""
    styles = "".join(file.read_text(encoding="utf-8") for file in STATIC.rglob("*.css"))
    return frozenset(re.findall(r"[.#]([a-z][\w-]*)", styles))


def test_every_message_that_is_said_is_there() -> None:
    names = messages("en")
    missing = {literal: files for literal, files in said().items() if not meant(literal, names)}
    assert not missing


def test_no_message_is_there_that_is_never_said() -> None:
    names = messages("en")
    assert not set(names).difference(*(meant(literal, names) for literal in said()))


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_each_language_says_all_there_is_with_the_same_facts(language: str) -> None:
    english, theirs = messages("en"), messages(language)
    assert set(theirs) == set(english)
    for name, message in english.items():
        wanted, given = forms(message), forms(theirs[name])
        assert type(message) is type(theirs[name]), name
        assert {"other"} <= set(given) <= {"one", "many", "other"}, name
        assert facts(given["other"]) == facts(wanted["other"]), name
        assert bool(given["other"]) == bool(wanted["other"]), name
        for form in given.values():
            assert facts(form) <= facts(wanted["other"]), name
            assert form.strip() == form, name


def test_a_message_is_plain_text() -> None:
    for language in LANGUAGES:
        for name, message in messages(language).items():
            for form in forms(message).values():
                assert not re.search(r"</?\w|&\w+;|\$\{", form), (language, name)


UNTOLD: Final = ("script", "style", "code", "kbd")
"""What a machine reads, and keys as they are written on a keyboard."""


class Texts(HTMLParser):
    """What a page has in its own language."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside: list[bool] = []
        """Whether what is open is a message."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        for attribute in ("title", "placeholder", "aria-label", "alt"):
            text = has.get(attribute) or ""
            if re.search(r"[^\W\d_]", text) and f"data-t-{attribute}" not in has:
                self.found.append(text)
        if tag not in ("meta", "link", "input", "br", "hr", "img"):
            self._inside.append("data-t" in has or tag in UNTOLD)

    def handle_endtag(self, _tag: str) -> None:
        self._inside.pop()

    def handle_data(self, data: str) -> None:
        if re.search(r"[^\W\d_]", data) and not any(self._inside):
            self.found.append(data.strip())


@pytest.mark.parametrize("page", sorted(STATIC.rglob("*.html")), ids=lambda file: file.stem)
def test_no_page_has_words_of_its_own(page: Path) -> None:
    texts = Texts()
    texts.feed(page.read_text(encoding="utf-8"))
    assert [text for text in texts.found if text not in NO_TEXT] == []


def test_no_script_has_words_of_its_own() -> None:
    found = [
        (file.name, literal)
        for file, literal in scripts()
        if literal not in NO_TEXT and not IS_NAME.fullmatch(literal) and is_said(literal)
    ]
    assert found == []
