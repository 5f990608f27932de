"""A simulated printer: a pseudo-terminal at whose other end the real driver works.

driver ─ serial:PATH ▶ pseudo-terminal ▶ SimulatedPrinter ▶ interpreter ▶ slips of paper
"""

from typing import Literal, get_args

from hardware.printers.models import Model
from hardware.printers.transport import Link

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
"""`stalled`: it takes nothing and says nothing. `slow`: a thirtieth of its speed. `wrong answers`:
noise where an answer was asked for. `vanished`: its cable is out. `power`: switched off at this
moment, with all that was in its memory; mended, it is on again."""
FAULTS: tuple[Fault, ...] = get_args(Fault)


class SimulatedPrinter:
    """One printer. It is a Transport as well: the way to itself."""

    def __init__(self, name: str, model: Model) -> None:
        """Nothing is opened yet."""
        self.name = name
        self.model = model
        self.address = f"simulated {name}"
        self.faults: set[Fault] = set()

    async def open(self) -> Link:
        """As of any Transport: the pseudo-terminal, by the real transport for serial lines."""
        raise NotImplementedError

    def fail(self, fault: Fault) -> None:
        """Have a fault from now on."""

    def mend(self, fault: Fault) -> None:
        """Have it no longer."""

    def picture(self) -> str:
        """The newest slips, as an SVG picture."""
        return ""

    def close(self) -> None:
        """Unplug it for good."""
