"""What is wrong with printers and with what chits look like, each error with its key."""

from collections.abc import Iterator

from appliance.config.devices import PrinterSection, PrintingSection
from appliance.config.template import CHIT_FIELDS, ITEM_FIELDS, ITEMS, MODIFIER_FIELDS, faults
from appliance.config.whole import Config


def wrong_printing(config: Config) -> Iterator[str]:
    """What cannot be printed so, or means nothing."""
    yield from wrong_look(config.printing)
    seen: dict[str, str] = {}
    for place, printer in enumerate(config.printer):
        where = f"printer[{place}]"
        yield from _wrong_printer(printer, where)
        if printer.fallback == printer.id:
            yield f"{where}.fallback: {printer.id!r} is this printer itself"
        if printer.transport is None:
            continue
        if (first := seen.setdefault(printer.transport, where)) != where:
            yield f"{where}.transport: {printer.transport!r} is that of {first} already"


def wrong_look(printing: PrintingSection) -> Iterator[str]:
    """What is wrong with the lines of chits."""
    looks = (
        ("template", printing.template, CHIT_FIELDS),
        ("item", printing.item, ITEM_FIELDS),
        ("modifier", printing.modifier, MODIFIER_FIELDS),
    )
    for key, lines, fields in looks:
        yield from faults(f"printing.{key}", lines or (), fields)


def _wrong_printer(printer: PrinterSection, where: str) -> Iterator[str]:
    from hardware.printers.models import model_of  # noqa: PLC0415 - and what its letters need
    from hardware.printers.transport import transport_to  # noqa: PLC0415 - only who has a printer needs pyserial

    try:
        model_of(printer.model)
    except ValueError as error:
        yield f"{where}.model: {error}"
    if printer.transport is None:
        return
    try:
        transport_to(printer.transport, baud=printer.baud, parity=printer.parity, flow=printer.flow)
    except ValueError as error:
        yield f"{where}.transport: {error}"


def doubtful_printing(config: Config) -> Iterator[str]:
    """What may be so, but hardly is meant, or is to be known."""
    if config.devices.mode == "simulated" and any(each.transport for each in config.printer):
        yield 'devices.mode: "simulated": no printer prints on paper before it is "real"'
    template = config.printing.template
    if template is not None and not any(f"{{{ITEMS}}}" in line for line in template):
        yield f"printing.template: it has no {{{ITEMS}}}: chits do not say what is to be made"
    yield from _in_vain(config)
    expos = {station.id for station in config.station if station.type == "expo"}
    fallbacks = {printer.fallback for printer in config.printer}
    for place, printer in enumerate(config.printer):
        where = f"printer[{place}]"
        if printer.transport is None and config.devices.mode == "real":
            yield f"{where}: it has no transport, and cannot be found"
        if not printer.stations and printer.id not in fallbacks:
            yield f"{where}.stations: it has none, and is nobody's fallback: it prints nothing"
        own = set(printer.stations)
        if own & expos and own - expos and printer.ticket != "order":
            yield (
                f"{where}.stations: with a pass among others, whole orders are printed, as with"
                ' ticket = "order": a dish would be on paper twice'
            )


def _in_vain(config: Config) -> Iterator[str]:
    """What chits are to have, and no printer can."""
    from hardware.printers.models import model_of  # noqa: PLC0415 - and what its letters need

    if not config.printer:
        return
    models = [model_of(printer.model) for printer in config.printer]
    if config.printing.beep and not any(model.buzzer for model in models):
        yield "printing.beep: none of the printers has a buzzer, by its model"
    if config.printing.qr and not any(model.qr for model in models):
        yield "printing.qr: none of the printers has QR codes, by its model"
