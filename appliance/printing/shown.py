"""What is told of printers and of their chits: to the API, the status page, and in warnings."""

from collections.abc import Iterator

from appliance.printers import AbilitiesJson, PrinterJson, PrinterNow
from appliance.printing.follower import Follower
from appliance.printing.spool import Spool
from appliance.printing.stand import Stand
from appliance.printing.tally import Tally


def printer_json(stand: Stand, now: PrinterNow, tally: Tally) -> PrinterJson:
    """A printer in full, as the API has it."""
    section, (model, _drive, simulated) = stand.section, stand.wired
    name = section.id
    return PrinterJson(
        id=name,
        stations=section.stations,
        model=model.name,
        transport=section.transport,
        print_on=section.print_on,
        ticket=section.ticket,
        fallback=section.fallback,
        abilities=AbilitiesJson(
            columns=model.columns,
            red=model.red,
            cutter=model.cutter,
            qr=model.qr,
            graphics=model.dots > 0,
            buzzer=model.buzzer,
            confirms=model.answers != "never",
        ),
        state=now.state,
        why=now.why,
        since=now.since,
        waiting=now.waiting,
        asking=now.asking,
        covered_by=now.covered_by,
        printed=tally.printed[name],
        reprinted=tally.reprinted[name],
        handed_over=tally.handed_over[name],
        dropped=tally.dropped[name],
        faults=sorted(simulated.faults) if simulated is not None else (),
        steps_in_for=now.steps_in_for,
    )


def warnings(spool: Spool, follower: Follower, tally: Tally) -> Iterator[str]:
    """A sentence for each thing that somebody should look after, but for the printers."""
    if spool.fault is not None:
        yield f"No chit is printed: {spool.fault}"
    if follower.fault is not None:
        yield f"No new chit is made: {follower.fault}"
    yield from lost_chits(spool, follower, tally)


def lost_chits(spool: Spool, follower: Follower, tally: Tally) -> Iterator[str]:
    """The same, but for what `PrintingStatus` has as its fault: chits that may not come out."""
    if spool.begun_anew is not None:
        yield (
            "The store of chits was damaged and was begun anew at the start: chits that were"
            " waiting in it will not come out. Look at the boards, and print what is missing."
        )
    if follower.begun_at_head is not None:
        yield f"Chits from before the start ask before they are printed: {follower.begun_at_head}"
    if follower.unmade:
        yield f"Events that no chit could be made of: {follower.unmade}. Look at the boards."
    for name, lost in tally.lost.items():
        yield f"Printer {name}: chits given up since the start: {lost}. Look at the boards."
