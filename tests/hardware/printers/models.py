"""Models for the tests of what reads bytes: they need no table of real ones."""

from typing import Final

import msgspec

from hardware.printers.models import Model

JOB_ID: Final = Model(
    "TM-T88V", 42, 512, {"cp437": 0, "cp858": 19, "cp1252": 16, "cp862": 36}, "job id", buzzer=True
)
IN_ORDER: Final = msgspec.structs.replace(JOB_ID, name="TM-T20II", answers="in order")
IMPACT: Final = Model(
    "TM-U220B", 33, 0, {"cp437": 0}, "in order", red=True, inverse=False, qr=False
)
NO_KNIFE: Final = msgspec.structs.replace(IMPACT, name="TM-U220D", cutter=False)
SILENT: Final = Model("plain", 42, 0, {"cp437": 0}, "never", qr=False)
