"""Printers as they are told of: from `printing`, which has them, to the API and the panel.

None imports the other: `service.py` gives the API what fulfils `Printers`, and `PrintersNow` is
what all of them watch.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, Protocol

from msgspec import Struct

from appliance.devices import Mode
from appliance.watched import Watched

logger = logging.getLogger(__name__)

SPOOL: Final = "spool.sqlite"
"""In the data directory: the chits of the printers. What begins so is of them as well."""

PrinterState = Literal[
    "ready",
    "silent",
    "paper low",
    "out of paper",
    "cover open",
    "offline",
    "overheated",
    "failed",
    "not wired",
]
"""`silent`: it prints, and is of a kind that tells nothing of itself. `offline`: unplugged, or it
gives no answer. `not wired`: the configuration does not say where it is."""
Concern = Literal["none", "warning", "alarm"]
"""`warning`: somebody should look after it, and chits come out all the same, here or elsewhere.
`alarm`: chits for it come out nowhere."""
JobState = Literal["queued", "asks", "sent", "confirmed", "doubtful", "dropped"]
"""`asks`: it is older than its age limit, or was doubtful too often, and waits for somebody to say
whether to print it.
`sent`: given to a printer that cannot tell more. `doubtful`: it may be on paper or not, and will
be printed again, marked. `dropped`: thrown away by hand, or because there were too many."""
JobKind = Literal["ticket", "change", "void", "test"]


NOT_YET: Final = "not opened yet"
"""Why a printer is offline of which nothing is known, at a start."""


class PrinterNow(Struct, frozen=True):
    """How a printer is, for whoever needs no more than that."""

    id: str
    stations: tuple[str, ...]
    state: PrinterState
    why: str
    """In words; empty when ready."""
    since: int
    """Wall clock, milliseconds since the epoch."""
    waiting: int
    """Chits that are not on paper yet."""
    asking: int
    """Of those, the ones that somebody has to decide about."""
    covered_by: str | None
    """The id of the printer that its chits come out at meanwhile."""
    steps_in_for: tuple[str, ...] = ()
    """Stations that no screen shows, for which it prints what arrives, contrary to `print_on`."""

    @property
    def prints(self) -> bool:
        """Whether what is for it comes out of it now."""
        return self.state in ("ready", "silent", "paper low")

    @property
    def concern(self) -> Concern:
        """How much somebody has to look after it."""
        if self.why == NOT_YET:
            return "none"  # A start is no fault: in a few seconds it is known.
        # One without stations stands in for others alone: chits are for these.
        if not self.prints and self.covered_by is None and self.stations:
            return "alarm"
        return "warning" if self.state not in ("ready", "silent") or self.asking else "none"


class PrintersNow(Watched):
    """Of all printers, as they are now. In no log; see `ShownNow`, which is of the same kind."""

    def __init__(self) -> None:
        super().__init__()
        self._printers: dict[str, PrinterNow] = {}

    @property
    def printers(self) -> Mapping[str, PrinterNow]:
        """By id, in the order of the configuration."""
        return self._printers

    def at(self, station: str) -> list[PrinterNow]:
        """Those that print for a station."""
        return [each for each in self._printers.values() if station in each.stations]

    def show(self, printer: PrinterNow) -> None:
        """It is like this from now on; where that is new, tell who watches."""
        if self._printers.get(printer.id) == printer:
            return
        self._printers[printer.id] = printer
        self._tell()


class AbilitiesJson(Struct):
    """What the model of a printer can do."""

    columns: int
    red: bool
    cutter: bool
    qr: bool
    graphics: bool
    buzzer: bool
    confirms: bool
    """It says when a chit is on paper; without that, one is known to be sent, and no more."""


class PrinterJson(Struct):
    """A printer, in full."""

    id: str
    stations: tuple[str, ...]
    model: str
    transport: str | None
    print_on: Literal["arrival", "fire", "bump", "never"]
    ticket: Literal["station", "item", "order"]
    fallback: str | None
    abilities: AbilitiesJson
    state: PrinterState
    why: str
    since: int
    """Wall clock, milliseconds since the epoch."""
    waiting: int
    asking: int
    covered_by: str | None
    printed: int
    """Chits since the start of the service, as the next three."""
    reprinted: int
    """Those of them that carried REPRINT."""
    handed_over: int
    """Chits that its fallback took."""
    dropped: int
    faults: Sequence[str]
    """What a simulated one has of `FAULTS`; always empty of a real one."""
    steps_in_for: tuple[str, ...] = ()
    """As of `PrinterNow`."""


class PrintersJson(Struct):
    """All printers, in the order of the configuration."""

    mode: Mode
    """Simulated ones show what they printed, and can be told to fail."""
    printers: Sequence[PrinterJson] = ()
    fault: str | None = None
    """As of `PrintingStatus`: whatever they are like, no chit comes out."""


class PrintingStatus(Struct):
    """How chits come to the printers, for the status page."""

    followed: int
    """Events that chits were made of, of so many in the log."""
    of: int
    fault: str | None
    """Why chits cannot be stored, or no new ones made; None while they can."""


class JobJson(Struct):
    """A chit on its way to paper, or there."""

    id: int
    printer_id: str
    """Where it is for."""
    at_printer: str | None
    """Where it came out, or is being printed; null while it waits."""
    kind: JobKind
    state: JobState
    order_id: str | None
    name: str | None
    """What the order is called."""
    station_id: str | None
    made_at: int
    """Wall clock, milliseconds since the epoch, as the next."""
    ended_at: int | None
    reprint: bool
    """It carries REPRINT, or will."""


class LookJson(Struct):
    """What a ticket looks like, and what its lines can be made of."""

    picture: str
    """SVG: shapes and letters, nothing that could run or be fetched."""
    lines: Mapping[str, tuple[str, ...]]
    """Of `template`, `item` and `modifier`, those that it was drawn by."""
    fields: Mapping[str, tuple[str, ...]]
    """What can stand in braces in the lines of each of these."""
    styles: tuple[str, ...]
    """What can stand in brackets."""


class LookWrong(ValueError):
    """A ticket cannot look like that."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"{key}: {message}")
        self.key = key
        self.message = message


class CannotPrint(Exception):
    """Nothing came of what was asked; the text says why."""


class Printers(Protocol):
    """Whoever has the printers. Names are ids; KeyError: there is none of that name."""

    def shown(self) -> PrintersJson:
        """All of them, as they are now."""

    async def jobs(self, printer: str) -> Sequence[JobJson]:
        """The newest jobs for a printer, the newest first, a few hundred at most."""

    async def test(self, printer: str) -> JobJson:
        """Print its test page, durably as any job. Raises CannotPrint."""

    async def decide(self, printer: str, job: int | None, *, wanted: bool) -> int:
        """Print jobs that ask, or drop them, or one that is queued; None: all that ask.

        Returns how many. Raises CannotPrint where that one does neither, and KeyError where
        there is no such job.
        """

    async def preview(self, printer: str) -> str:
        """A sample ticket as this printer would print it: an SVG picture of its real bytes."""

    def picture(self, printer: str) -> str:
        """What a simulated printer printed last, as an SVG picture. Raises CannotPrint."""

    def fault(self, printer: str, fault: str, *, on: bool) -> None:
        """Have a simulated printer fail, or mend it. Raises CannotPrint."""


def forget_chits(directory: Path) -> None:
    """Delete what is kept for printers that are there no longer; blocks.

    Guests are named in it. And were there printers again, they would go on in the middle of what
    happened long ago.
    """
    for file in directory.glob(f"{SPOOL}*"):
        try:
            file.unlink()
        except OSError as error:
            logger.warning("chits of printers that are no more cannot be deleted: %s", error)


class NoPrinters:
    """Where the configuration has none."""

    def __init__(self, mode: Mode) -> None:
        self._mode: Mode = mode

    def shown(self) -> PrintersJson:
        """None."""
        return PrintersJson(self._mode)

    async def jobs(self, printer: str) -> Sequence[JobJson]:
        """Raises KeyError."""
        raise KeyError(printer)

    async def test(self, printer: str) -> JobJson:
        """Raises KeyError."""
        raise KeyError(printer)

    async def decide(self, printer: str, job: int | None, *, wanted: bool) -> int:
        """Raises KeyError."""
        del job, wanted
        raise KeyError(printer)

    async def preview(self, printer: str) -> str:
        """Raises KeyError."""
        raise KeyError(printer)

    def picture(self, printer: str) -> str:
        """Raises KeyError."""
        raise KeyError(printer)

    def fault(self, printer: str, fault: str, *, on: bool) -> None:
        """Raises KeyError."""
        del fault, on
        raise KeyError(printer)
