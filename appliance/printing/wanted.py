"""What is to be on paper after something happened, and what is there: the difference is printed.

Pure: the same events and the same paper make the same chits.
"""

from typing import Literal

from msgspec import Struct

from appliance.kitchen.event import Event
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import Placed
from appliance.printing.chit import Chit, ChitLine


class Wants(Struct, frozen=True):
    """What a printer is there for, as the configuration says it."""

    stations: tuple[str, ...]
    print_on: Literal["arrival", "fire", "bump", "never"]
    ticket: Literal["station", "item", "order"]


class OnPaper(Struct, frozen=True):
    """What a printer has printed, or been given to print, of a ticket."""

    lines: tuple[ChitLine, ...]
    """Without marks; what was voided is gone."""


class Slips(Struct, frozen=True):
    """What follows from an event, for one printer."""

    chits: tuple[Chit, ...] = ()
    key: tuple[int, str] | None = None
    """Whose paper it is: the order's number, and the station, "" for the whole order."""
    paper: OnPaper | None = None
    """What is on it once they are out; None: nothing that anybody has to remember."""


def key_of(wants: Wants, event: Event) -> tuple[int, str] | None:
    """Whose paper has to be looked up before `slips`; None where nothing is to be printed."""
    del wants, event
    return None


def slips(
    wants: Wants, event: Event, placed: Placed | None, paper: OnPaper | None, kitchen: Kitchen
) -> Slips:
    """What is to be printed after an event.

    `placed`: the order that it is about, as it then was. `kitchen`: for names of stations, the
    menu's allergens, and the numbers of courses; of it nothing else is asked.
    """
    del wants, event, placed, paper, kitchen
    return Slips()
