"""From the configuration to drivers: which printer is where, real or simulated."""

from collections.abc import Callable
from typing import NamedTuple

from appliance.config.devices import PrinterSection
from appliance.devices import Mode
from hardware.printers.driver import Printer, State
from hardware.printers.models import Model, model_of
from hardware.printers.transport import Transport, transport_to
from hardware.simulated_printer import SimulatedPrinter


class Wired(NamedTuple):
    """A printer of the configuration, and what drives it."""

    model: Model
    drive: Callable[[bool], Printer] | None
    """Makes its driver, by whether a chit may be left half in it by an earlier process. None: the
    configuration does not say where it is."""
    simulated: SimulatedPrinter | None
    """At the other end, where printers are simulated."""


Wire = Callable[[PrinterSection, Mode, Callable[[State], None]], Wired]


def wire(section: PrinterSection, mode: Mode, changed: Callable[[State], None]) -> Wired:
    """What drives a printer, and tells `changed` of each new state. Opens nothing."""
    model = model_of(section.model)
    simulated = SimulatedPrinter(section.id, model) if mode == "simulated" else None
    if simulated is not None:
        transport: Transport = simulated
    elif section.transport is None:
        return Wired(model, None, None)
    else:
        transport = transport_to(
            section.transport, baud=section.baud, parity=section.parity, flow=section.flow
        )

    def drive(interrupted: bool) -> Printer:  # noqa: FBT001 - it is all that it is given
        return Printer(section.id, transport, model, changed, interrupted=interrupted)

    return Wired(model, drive, simulated)
