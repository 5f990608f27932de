"""Printers as the API tells of them, and what somebody should do about one, in words."""

from typing import Annotated, Final, Literal, get_args

from msgspec import Meta, Struct
from msgspec.structs import asdict

from appliance.api.times import Time, iso
from appliance.devices import Mode
from appliance.printers import (
    AbilitiesJson,
    Concern,
    JobJson,
    JobKind,
    JobState,
    PrinterJson,
    PrinterNow,
    PrintersJson,
    PrinterState,
)

Fault = Literal[
    "paper low",
    "out of paper",
    "cover open",
    "stalled",
    "slow",
    "wrong answers",
    "vanished",
    "power",
]
"""What a simulated printer can be told to have. Those of `hardware.simulated_printer`, which is
not imported for that: most appliances have none."""
FAULTS: Final[tuple[Fault, ...]] = get_args(Fault)

_TO_DO: Final[dict[PrinterState, str]] = {
    "ready": "",
    "silent": "",
    "paper low": "Have a new roll at hand.",
    "out of paper": "Put in a new roll.",
    "cover open": "Close its cover.",
    "offline": "Check its power and its cable.",
    "overheated": "Let it cool down: it goes on by itself.",
    "failed": "Open its cover, clear the paper, and switch it off and on; else have it repaired.",
    "not wired": "Say in the configuration where it is.",
}


class PrinterTold(Struct):
    """How a printer is. Nothing of a guest is in it."""

    id: str
    stations: tuple[str, ...]
    state: PrinterState
    why: Annotated[str, Meta(description="in words; empty where there is nothing to say")]
    to_do: Annotated[str, Meta(description="what somebody should do; empty for nothing")]
    since: Annotated[Time, Meta(description="when it came to be so")]
    concern: Annotated[
        Concern,
        Meta(
            description="warning: somebody should look after it, and chits come out all the same,"
            " here or elsewhere; alarm: what is for it comes out nowhere"
        ),
    ]
    waiting: Annotated[
        int | None,
        Meta(
            description="chits that are not on paper yet; null on `/events` while it prints, where"
            " each chit would change it"
        ),
    ]
    asking: Annotated[
        int,
        Meta(description="of those, the ones that somebody has to decide about"),
    ]
    covered_by: Annotated[
        str | None, Meta(description="the printer that its chits come out at meanwhile")
    ]
    steps_in_for: Annotated[
        tuple[str, ...],
        Meta(
            description="stations that no screen shows at present: for them it prints what arrives,"
            " whatever its `print_on`"
        ),
    ]


class PrinterShown(Struct):
    """A printer, in full. Counts are chits since the start of the service."""

    id: str
    stations: tuple[str, ...]
    model: str
    transport: str | None
    print_on: Literal["arrival", "fire", "bump", "never"]
    ticket: Annotated[
        Literal["station", "item", "order"],
        Meta(description="what a chit is of: the station's ticket, each item, the whole order"),
    ]
    fallback: str | None
    abilities: AbilitiesJson
    state: PrinterState
    why: str
    since: Time
    waiting: int
    asking: int
    covered_by: str | None
    printed: int
    reprinted: Annotated[int, Meta(description="those of them that carried REPRINT")]
    handed_over: Annotated[int, Meta(description="those that its fallback took")]
    dropped: int
    faults: Annotated[
        tuple[str, ...], Meta(description="what a simulated one has of `PrintersShown.faults`")
    ]
    steps_in_for: Annotated[
        tuple[str, ...], Meta(description="stations that no screen shows at present")
    ]


class PrintersShown(Struct):
    """Printers, in the order of the configuration."""

    mode: Annotated[
        Mode,
        Meta(description="simulated ones show what they printed, and can be told to fail"),
    ]
    faults: Annotated[
        tuple[str, ...], Meta(description="what simulated ones can be told to have; else empty")
    ]
    printers: list[PrinterShown]


class JobShown(Struct):
    """A chit on its way to paper, or there."""

    id: int
    printer_id: Annotated[str, Meta(description="what it is for")]
    at_printer: Annotated[
        str | None, Meta(description="where it came out, or is being printed; null while it waits")
    ]
    kind: JobKind
    state: Annotated[
        JobState,
        Meta(
            description="asks: too old, or printed in part too often, to be printed before"
            " somebody says so; sent: the printer"
            " took it, and cannot tell more; confirmed: it is on paper; doubtful: it may be, and"
            " is printed again with REPRINT on it; dropped: thrown away"
        ),
    ]
    order_id: str | None
    name: Annotated[str | None, Meta(description="what the order is called")]
    station_id: Annotated[str | None, Meta(description="null for one of the whole order, or none")]
    made_at: Time
    ended_at: Time | None
    reprint: Annotated[bool, Meta(description="it carries REPRINT, or will")]


def printer_told(printer: PrinterNow) -> PrinterTold:
    """How a printer is, for everybody."""
    return PrinterTold(
        printer.id,
        printer.stations,
        printer.state,
        printer.why,
        _TO_DO[printer.state],
        iso(printer.since),
        printer.concern,
        printer.waiting,
        printer.asking,
        printer.covered_by,
        printer.steps_in_for,
    )


def printer_shown(printer: PrinterJson) -> PrinterShown:
    """A printer as it is sent."""
    facts = asdict(printer)
    return PrinterShown(**facts | {"since": iso(printer.since), "faults": tuple(printer.faults)})


def printers_shown(printers: PrintersJson) -> PrintersShown:
    """All of these as they are sent."""
    faults = FAULTS if printers.mode == "simulated" else ()
    return PrintersShown(printers.mode, faults, [printer_shown(each) for each in printers.printers])


def job_shown(job: JobJson) -> JobShown:
    """A job as it is sent."""
    times = {"made_at": iso(job.made_at), "ended_at": iso(job.ended_at)}
    return JobShown(**asdict(job) | times)
