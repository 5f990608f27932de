"""From a chit to lines for the columns of a model, by the template of the configuration."""

from datetime import tzinfo

from msgspec import Struct

from appliance.config.devices import PrintingSection
from appliance.printing.chit import Chit
from hardware.printers.models import Model
from hardware.printers.paper import Document


class Circumstances(Struct, frozen=True):
    """What is known of a chit only when it is printed."""

    reprint: bool = False
    """It may be on paper already."""
    away: str | None = None
    """The name of the printer that it was for, where that is away."""
    late_by: int = 0
    """Seconds since it was made, where that is worth telling."""


def lay_out(
    chit: Chit, model: Model, printing: PrintingSection, zone: tzinfo, now: Circumstances
) -> Document:
    """The lines, from the first to the cut."""
    del chit, model, printing, zone, now
    return ()
