"""The spellings in which times come over the LAN protocol."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

YEAR_10000: Final = 253_402_300_800_000
"""Milliseconds since the epoch at which ISO 8601 runs out of digits."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_WHOLE_NUMBER: Final = re.compile(r"\d{1,18}", re.ASCII)


def milliseconds(time: int | str | None, zone: tzinfo) -> int | None:
    """A time of this protocol in milliseconds since the epoch.

    It comes as an integer, a numeric string, or ISO 8601 text with or without a zone.
    None for what cannot be understood: a kitchen does not refuse an order for that.
    """
    understood = _milliseconds(time, zone) if isinstance(time, str) else time
    return understood if understood is not None and 0 <= understood < YEAR_10000 else None


def _milliseconds(time: str, zone: tzinfo) -> int | None:
    text = time.strip()
    if _WHOLE_NUMBER.fullmatch(text):
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return (moment - _EPOCH) // _MILLISECOND
