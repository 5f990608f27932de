"""The texts in quotes of a script."""

import re
from collections.abc import Iterator
from typing import Final

_SKIPPED: Final = re.compile(
    r"""
    //[^\n]*
    | /\*.*?\*/
    | (?<=[(,=:\[!&|?;\s])/(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*   # an expression
    """,
    re.VERBOSE | re.DOTALL,
)
_QUOTED: Final = re.compile(r"'((?:[^'\\\n]|\\.)*)'|\"((?:[^\"\\\n]|\\.)*)\"")


def literals(script: str) -> Iterator[str]:
    """Each of them, `${}` for what is put into it; those that stand in there first."""
    found: list[str] = []
    _read(script, 0, found)
    yield from found


def _read(script: str, at: int, found: list[str]) -> int:
    """Up to the brace that ends what is put into a text, or to the end of it all."""
    depth = 0
    while at < len(script):
        char = script[at]
        skipped = _SKIPPED.match(script, at) if char == "/" else None
        if skipped:
            at = skipped.end()
        elif char in "'\"" and (quoted := _QUOTED.match(script, at)):
            found.append(quoted[1] or quoted[2] or "")
            at = quoted.end()
        elif char == "`":
            at = _template(script, at + 1, found)
        elif char == "}" and depth == 0:
            return at
        else:
            depth += {"{": 1, "}": -1}.get(char, 0)
            at += 1
    return at


def _template(script: str, at: int, found: list[str]) -> int:
    text = ""
    while script[at] != "`":
        if script.startswith("${", at):
            text += "${}"
            at = _read(script, at + 2, found) + 1
        else:
            size = 2 if script[at] == "\\" else 1
            text += script[at : at + size]
            at += size
    found.append(text)
    return at + 1
