"""The simulated printer under the contract of all printers, driven by the real driver."""

from collections.abc import Awaitable, Callable

import pytest

from hardware.printers.models import Model
from hardware.printers.printed import text_of
from hardware.printers.transport import Transport
from hardware.simulated_printer import Fault, SimulatedPrinter
from tests.hardware.printers.contract import CHECKS
from tests.hardware.printers.models import IN_ORDER, JOB_ID
from tests.hardware.printers.small_printer import Rig


class SimulatedRig:
    """What the contract takes of a printer."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.printer = SimulatedPrinter("fry", model)
        self.transport: Transport = self.printer
        self.fail: Callable[[Fault], None] = self.printer.fail
        self.mend: Callable[[Fault], None] = self.printer.mend
        self.close = self.printer.close

    @property
    def paper(self) -> str:
        return "\f".join(map(text_of, self.printer.slips))

    def run_out_after(self, characters: int) -> None:
        self.printer.put_in(max(characters // 10, 1))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("model", [JOB_ID, IN_ORDER], ids=lambda model: model.answers)
async def test_contract(model: Model, check: Callable[[Rig], Awaitable[None]]) -> None:
    rig = SimulatedRig(model)
    try:
        await check(rig)
    finally:
        rig.close()
