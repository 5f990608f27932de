"""What a gesture or a key does, as the configuration says it: `bump`, `bump 3`, `next`."""

import re
from typing import Final, Literal, NamedTuple, get_args

TicketVerb = Literal["bump", "start", "ready", "fire", "item", "print"]
"""Done to a ticket: the one in a slot, or else the selected one. `item` ticks its first open
line, `fire` fires what it holds of the lowest course that waits, `print` has it come out at the
station's printers, once more as a rule."""
BoardVerb = Literal["select", "next", "previous", "page", "page-back", "all-day"]
"""Changes what the boards of the station show, and nothing in the kitchen."""
StationVerb = Literal["recall", "undo", "summon"]
"""Done at the station: bring back the newest that was bumped there, take back the newest that
was done there, call somebody; again, call nobody any more."""
Verb = TicketVerb | BoardVerb | StationVerb

TICKET_VERBS: Final[tuple[TicketVerb, ...]] = get_args(TicketVerb)
BOARD_VERBS: Final[tuple[BoardVerb, ...]] = get_args(BoardVerb)
STATION_VERBS: Final[tuple[StationVerb, ...]] = get_args(StationVerb)
MOST_SLOTS: Final = 20
"""More than any bar has keys for, or any board has places that a finger finds."""

_TEXT: Final = re.compile(r"([a-z-]+)(?: +([0-9]+))?")
_WITH_A_SLOT: Final = (*TICKET_VERBS, "select")


class Action(NamedTuple):
    """What is to be done."""

    verb: Verb
    slot: int | None = None
    """The place on the board that it is for, 1 is the first; None: the selected ticket."""

    def __str__(self) -> str:
        return self.verb if self.slot is None else f"{self.verb} {self.slot}"


def parse(text: str, slot: int | None = None) -> Action:
    """The action of a text; `slot` is that of the button, where it has one. Raises ValueError."""
    found = _TEXT.fullmatch(text.strip().casefold())
    verb = next((known for known in _verbs() if found and known == found[1]), None)
    if found is None or verb is None:
        raise ValueError(f"{text!r} is no action; there are {', '.join(_verbs())}")
    if found[2] is not None:
        if verb not in _WITH_A_SLOT:
            raise ValueError(f"{text!r}: {verb} is for no slot")
        slot = int(found[2])
    elif verb not in _WITH_A_SLOT:
        slot = None
    if verb == "select" and slot is None:
        raise ValueError(f"{text!r} needs a slot, as in 'select 3'")
    if slot is not None and not 1 <= slot <= MOST_SLOTS:
        raise ValueError(f"{text!r}: slots are 1 to {MOST_SLOTS}")
    return Action(verb, slot)


def _verbs() -> tuple[Verb, ...]:
    return (*TICKET_VERBS, *BOARD_VERBS, *STATION_VERBS)
