"""From the configuration to drivers: which printer is where, real or simulated."""

from collections.abc import Callable
from typing import NamedTuple

from appliance.config.devices import PrinterSection
from appliance.devices import Mode
from hardware.printers.driver import Printer, State
from hardware.printers.models import Model, model_of
from hardware.printers.transport import transport_to
from hardware.simulated_printer import SimulatedPrinter


class Wired(NamedTuple):
    """A printer of the configuration, and what drives it."""

    model: Model
    driver: Printer | None
    """None: the configuration does not say where it is."""
    simulated: SimulatedPrinter | None
    """At the other end, where printers are simulated."""


Wire = Callable[[PrinterSection, Mode, Callable[[State], None]], Wired]


def wire(section: PrinterSection, mode: Mode, changed: Callable[[State], None]) -> Wired:
    """The driver of a printer, which tells `changed` of each new state. Opens nothing."""
    model = model_of(section.model)
    if mode == "simulated":
        simulated = SimulatedPrinter(section.id, model)
        return Wired(model, Printer(section.id, simulated, model, changed), simulated)
    if section.transport is None:
        return Wired(model, None, None)
    transport = transport_to(
        section.transport, baud=section.baud, parity=section.parity, flow=section.flow
    )
    return Wired(model, Printer(section.id, transport, model, changed), None)
