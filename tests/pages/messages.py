"""What pages say, read from their files: the messages, and where each of them is said."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from appliance.pages import STATIC
from tests.pages.literals import literals

WORDS: Final = STATIC / "words"
LANGUAGES: Final = ("en", "es", "de", "fr")
PARTS: Final = tuple(sorted(file.stem for file in (WORDS / "en").glob("*.json")))
ELEMENT: Final = re.compile(r'data-t(?:-[a-z-]+)?="([^"]*)"')
IS_NAME: Final = re.compile(rf"(?:{'|'.join(PARTS)})\.[\w${{}}.-]+")
Message = str | dict[str, str]


def messages(language: str) -> dict[str, Message]:
    """All of a language, by their whole names."""
    found: dict[str, Message] = {}
    for file in sorted((WORDS / language).glob("*.json")):
        part: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        found |= {f"{file.stem}.{name}": message for name, message in part.items()}
    return found


def forms(message: Message) -> dict[str, str]:
    """A message by the plurals that it has."""
    return {"other": message} if isinstance(message, str) else message


def facts(text: str) -> set[str]:
    """What is put into it."""
    return set(re.findall(r"\{(\w+)\}", text))


def scripts() -> Iterator[tuple[Path, str]]:
    """Each script, and each text in quotes that it has."""
    for file in sorted(STATIC.rglob("*.js")):
        for literal in literals(file.read_text(encoding="utf-8")):
            yield file, literal


def said() -> dict[str, set[str]]:
    """Every name of a message that a page or a script has, and in which files.

    `status.${}` stands for any that begins so, and so does `live.in-`.
    """
    found: dict[str, set[str]] = {}
    for file, literal in scripts():
        if IS_NAME.fullmatch(literal) and not literal.endswith((".js", ".css")):
            found.setdefault(literal, set()).add(file.name)
    for file in sorted(STATIC.rglob("*.html")):
        for literal in ELEMENT.findall(file.read_text(encoding="utf-8")):
            found.setdefault(literal, set()).add(file.name)
    return found


def meant(literal: str, names: Iterable[str]) -> set[str]:
    """The messages that what is written stands for."""
    if "${}" not in literal and not literal.endswith("-"):
        return {literal} & set(names)
    whole = f"{literal}${{}}" if literal.endswith("-") else literal
    pattern = re.compile(r"[\w.-]+".join(map(re.escape, whole.split("${}"))))
    return {name for name in names if pattern.fullmatch(name)}
