"""From a job to the bytes of a printer, on a thread of its own: it takes some milliseconds.

One thread, since the encoder keeps what it knows of a model for whoever comes next.
"""

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import tzinfo
from typing import Final

from appliance.config import Config
from appliance.config.devices import PrintingSection
from appliance.kitchen.ticket import Moment
from appliance.printing.chit import Chit
from appliance.printing.jobs import Job
from appliance.printing.layout import Circumstances, lay_out
from appliance.printing.sample import sample
from hardware.printers.encoding import encode
from hardware.printers.interpreter import slips_of
from hardware.printers.models import Model
from hardware.printers.picture import picture

WORTH_TELLING_MS: Final = 60_000
"""A chit that is later than that says so: a cook reads its time as that of the order."""


class Drawing:
    """Of one configuration."""

    def __init__(self, config: Config) -> None:
        self._printing = config.printing
        self._zone = config.zone
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="chits")

    def warm_up(self, models: Iterable[Model]) -> None:
        """Have it ready what the first chit of each model would have to wait for."""
        for model in {model.name: model for model in models}.values():
            self._thread.submit(self._encoded, sample("", 0), model, Circumstances())

    async def draw(self, job: Job, at: str, model: Model, now: Moment) -> bytes:
        """What a printer of a model is sent for a job, by the printer's id."""
        late = now.since(job.made_tick)
        circumstances = Circumstances(
            reprint=job.reprint,
            away=None if job.printer == at else job.printer,
            late_by=late // 1000 if late >= WORTH_TELLING_MS else 0,
        )
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._thread, self._encoded, job.chit, model, circumstances
        )

    async def preview(self, chit: Chit, model: Model) -> str:
        """A chit as a model would print it: an SVG picture of its real bytes."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._pictured, chit, model)

    def close(self) -> None:
        """End its thread, when nothing is drawn any more; blocks."""
        self._thread.shutdown()

    def _encoded(self, chit: Chit, model: Model, circumstances: Circumstances) -> bytes:
        return encode(lay_out(chit, model, self._printing, self._zone, circumstances), model)

    def _pictured(self, chit: Chit, model: Model) -> str:
        return pictured(chit, model, self._printing, self._zone)


def pictured(chit: Chit, model: Model, printing: PrintingSection, zone: tzinfo) -> str:
    """A chit as a model would print it by that look: an SVG picture of its real bytes. Blocks."""
    document = lay_out(chit, model, printing, zone, Circumstances())
    return picture(slips_of(encode(document, model), model), model)
