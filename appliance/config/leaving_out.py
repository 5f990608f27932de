"""A document that a newer version wrote, without what is wrong with it here: key by key."""

import re
from typing import Any, Final

from appliance.config.reading import ConfigError, Fault, of_document

_WHOLE: Final = ("route",)
"""Entries that are left out whole: a rule without one of its conditions takes too much."""
_PART: Final = re.compile(r'"([^"]*)"|\[(\d+)\]|([^.\["]+)')


def leave_out_wrong(document: dict[str, Any], source: str) -> list[Fault]:
    """Take out of a document all that keeps it from being a configuration; what that was.

    Raises ConfigError where there is nothing to be taken out for an error.
    """
    left_out: list[Fault] = []
    while True:
        try:
            of_document(document, source)
        except ConfigError as error:
            fault = error.faults[0]
            if not _leave_out(document, fault.key):
                raise
            left_out.append(fault)
        else:
            return left_out


def _leave_out(document: dict[str, Any], key: str) -> bool:
    """Take a key out, or where there is none, the entry or section that lacks it.

    False for nothing.
    """
    inside: Any = None
    part: str | int = ""
    value: Any = document
    for quoted, place, name in _PART.findall(key):
        wanted = int(place) if place else quoted or name
        is_there = wanted in value if isinstance(value, dict) else isinstance(wanted, int)
        if not is_there or (isinstance(part, int) and key.startswith(_WHOLE)):
            break
        inside, part, value = value, wanted, value[wanted]
    if inside is None:
        return False
    del inside[part]
    return True
