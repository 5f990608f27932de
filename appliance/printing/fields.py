"""What stands in the fields of a template, of a chit and of each of its dishes.

All of it is cut to a length that can be read: what comes from outside may be of any.
"""

import itertools
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import Final, NamedTuple

from msgspec.structs import replace

from appliance.printing.chit import Chit, ChitLine, ChitModifier, Head
from appliance.printing.speech import Speech
from appliance.printing.wrapping import cut

LONGEST_NAME: Final = 120
"""Characters of a name: of an order, a dish, a server, a station."""
LONGEST_NOTE: Final = 600
"""Of instructions, and of a list of allergens or stations."""
LONGEST_SAID: Final = 8
"""Of an id that people say aloud."""
_FIRST: Final = -62_135_596_800_000
"""The year 1, in milliseconds since the epoch, and..."""
_LAST: Final = 253_402_214_400_000
"""...the last day of the year 9999, which is one wherever it is."""
_WHOLE: Final = 1_000
"""Thousandths of a dish are the most that is said of it."""


def chit_values(chit: Chit, speech: Speech, zone: tzinfo) -> dict[str, str]:
    """By field; empty where there is nothing to say."""
    part = chit.part
    name = chit.name or chit.order_id
    return {
        "name": cut(name, LONGEST_NAME),
        "number": _number(chit),
        "station": cut(chit.station, LONGEST_NAME),
        "also_at": _said(speech, "also_at", stations=_listed(chit.also_at)),
        "part": speech.say("part", n=part[0], m=part[1]) if part else "",
        "mode": cut(speech.mode(chit.mode), LONGEST_NAME) if chit.mode else "",
        "time": _time(chit.placed_at, chit.at, zone),
        "target": target_of(chit, chit.at, speech, zone),
        "check": cut(chit.check_number or "", LONGEST_NAME),
        "source": cut(chit.source or "", LONGEST_NAME),
        "delivery": cut(chit.delivery or "", LONGEST_NAME),
        "cutlery": _cutlery(chit.cutlery, speech),
        "server": cut(chit.server or "", LONGEST_NAME),
        "terminal": cut(chit.terminal or "", LONGEST_NAME),
        "covers": _guests(chit.covers, speech),
        "notes": cut(chit.notes or "", LONGEST_NOTE),
        "order": cut(chit.order_id, LONGEST_NAME),
    }


def _number(chit: Chit) -> str:
    """What people call it by, beside its name: as the point of sale has it, where that is short."""
    if 0 < len(chit.order_id) <= LONGEST_SAID:
        return chit.order_id if chit.name else ""  # Else it is the name already.
    return str(chit.number) if chit.number else ""


def target_of(head: Chit | Head, today: int, speech: Speech, zone: tzinfo) -> str:
    """When the guest comes; empty where nobody has said so."""
    sent = cut(head.target or "", LONGEST_NAME)
    return _said(speech, "target", time=_time(head.target_at, today, zone) or sent)


def others_of(chit: Chit, speech: Speech, zone: tzinfo) -> Iterator[str]:
    """What is no longer as it is on paper, of what is said of the order as a whole."""
    was = chit.was
    if was is None:
        return
    before, after = (
        (
            head.name or chit.order_id,
            speech.mode(head.mode or ""),
            target_of(head, chit.at, speech, zone),
        )
        for head in (was, chit)
    )
    for old, new in zip(before, after, strict=True):
        if old != new:
            key = "changed_from" if old else "changed"
            yield speech.say(key, was=cut(old, LONGEST_NAME))
    if was.notes != chit.notes:
        yield speech.say("other_notes" if chit.notes else "no_notes")


class DishValues(NamedTuple):
    """A dish, and the modifiers below it."""

    values: dict[str, str]
    mods: tuple[ChitModifier, ...]


def item_values(line: ChitLine, speech: Speech) -> list[DishValues]:
    """By field, of a dish; of one of which modifiers alone are made, each of these is a dish."""
    about = {
        "notes": cut(line.notes or "", LONGEST_NOTE),
        "seat": cut(line.seat or "", LONGEST_NAME),
        "course": cut(line.course or "", LONGEST_NAME),
        "station": cut(line.station or "", LONGEST_NAME),
        "waits": speech.say("waits") if line.held else "",
    }
    if not (line.only_modifiers and line.mods):
        dish = {
            "qty": count(line.qty),
            "name": cut(line.name, LONGEST_NAME),
            "allergens": _allergens(line.allergens, speech),
            **about,
        }
        return [DishValues(dish, line.mods)]
    made = [
        DishValues(
            {
                "qty": count(mod.qty * line.qty),
                "name": cut(mod.name, LONGEST_NAME),
                "allergens": _allergens(mod.allergens, speech),
            },
            tuple(_below(line.mods[place + 1 :])),
        )
        for place, mod in enumerate(line.mods)
        if not mod.level
    ]
    made[-1].values.update(of=speech.say("of", dish=cut(line.name, LONGEST_NAME)), **about)
    return made


def _below(mods: Iterable[ChitModifier]) -> Iterator[ChitModifier]:
    """Those up to the next that is made alone, as modifiers of the one before."""
    for mod in itertools.takewhile(lambda mod: mod.level, mods):
        yield replace(mod, level=mod.level - 1)


def modifier_values(mod: ChitModifier, speech: Speech) -> dict[str, str]:
    """By field; one of a modifier is not counted."""
    return {
        "qty": "" if mod.qty == 1 else count(mod.qty),
        "name": cut(mod.name, LONGEST_NAME),
        "allergens": _allergens(mod.allergens, speech),
    }


def mark_of(line: ChitLine, speech: Speech) -> str:
    """What became of a dish that is on paper already, or is to be."""
    match line.mark:
        case None:
            return ""
        case "fired":
            return speech.say("fire")
        case "changed" if line.was is not None:
            return speech.say("changed_from", was=count(line.was))
        case mark:
            return speech.say(mark)


def count(qty: float) -> str:
    """How many: `2`, `0.5`."""
    thousandths = round(qty * _WHOLE)
    whole, part = divmod(abs(thousandths), _WHOLE)
    sign = "-" if thousandths < 0 else ""
    return f"{sign}{whole}" + (f".{part:03}".rstrip("0") if part else "")


def _time(at: int | None, today: int, zone: tzinfo) -> str:
    """Of the clock, with the date where that is not the day of the chit."""
    if at is None:
        return ""
    there = moment(at, zone)
    return f"{there:%H:%M}" if there.date() == moment(today, zone).date() else clock(at, zone)


def clock(at: int, zone: tzinfo) -> str:
    """Date and time; `at` in milliseconds since the epoch."""
    there = moment(at, zone)
    return f"{there.date().isoformat()} {there:%H:%M}"


def moment(at: int, zone: tzinfo) -> datetime:
    """What is before the year 1 or after 9999 is its beginning, or end."""
    seconds = max(_FIRST, min(at, _LAST)) / 1000
    there = datetime.fromtimestamp(seconds, UTC)
    try:
        return there.astimezone(zone)
    except OverflowError:
        return there


def _guests(covers: int | None, speech: Speech) -> str:
    if covers is None:
        return ""
    return speech.say("one_guest") if covers == 1 else speech.say("covers", n=covers)


def _cutlery(is_wanted: bool | None, speech: Speech) -> str:  # noqa: FBT001
    if is_wanted is None:
        return ""
    return speech.say("cutlery" if is_wanted else "no_cutlery")


def _listed(names: Iterable[str]) -> str:
    return cut(", ".join(cut(name, LONGEST_NAME) for name in names), LONGEST_NOTE)


def _allergens(allergens: Iterable[str], speech: Speech) -> str:
    return _said(speech, "allergens", allergens=_listed(allergens))


def _said(speech: Speech, key: str, **facts: str) -> str:
    return speech.say(key, **facts) if any(facts.values()) else ""
