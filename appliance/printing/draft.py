"""What chits would look like by a look that is not in force, for whoever is changing it."""

from datetime import tzinfo

from appliance.config.devices import PrintingSection
from appliance.config.printers import wrong_look
from appliance.config.template import (
    ALIGNMENTS,
    CHIT_FIELDS,
    ITEM_FIELDS,
    MODIFIER_FIELDS,
    STYLES,
)
from appliance.printers import LookJson, LookWrong
from appliance.printing.drawing import pictured
from appliance.printing.layout import shipped_lines
from appliance.printing.sample import sample
from hardware.printers.models import UnknownModel, model_of


def look(
    printing: PrintingSection, model: str | None, station: str, zone: tzinfo, at: int
) -> LookJson:
    """A sample ticket for the station of that name, and what its lines can be made of.

    `at`: milliseconds since the epoch. Blocks for some milliseconds. Raises LookWrong.
    """
    for wrong in wrong_look(printing):
        raise LookWrong(*wrong.split(": ", 1))
    try:
        known = model_of(model)
    except UnknownModel as error:
        raise LookWrong("model", str(error)) from error
    own = {"template": printing.template, "item": printing.item, "modifier": printing.modifier}
    return LookJson(
        pictured(sample(station, at), known, printing, zone),
        dict(shipped_lines()) | {name: lines for name, lines in own.items() if lines is not None},
        {"template": CHIT_FIELDS, "item": ITEM_FIELDS, "modifier": MODIFIER_FIELDS},
        (*ALIGNMENTS, *STYLES),
    )
