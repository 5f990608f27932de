"""Ways to a printer: bytes out, bytes in, no meaning.

`serial:/dev/ttyUSB0`, `tcp:192.168.1.50:9100`, `usb:/dev/usb/lp0`, `file:/tmp/chits.bin`
"""

from typing import Literal, Protocol


class Link(Protocol):
    """An open way to a printer. Nothing of it ever blocks the loop."""

    async def write(self, data: bytes) -> None:
        """Give the printer all of it, however slowly it takes it.

        When this is cancelled or fails, `written` says how much was taken. Raises OSError when
        the printer is gone.
        """

    written: int
    """Bytes that were taken since it was opened: by the kernel or the network, at least."""

    async def read(self) -> bytes:
        """What the printer says next. Raises OSError when it is gone."""

    def close(self) -> None:
        """Let go of it; what was not taken is dropped."""


class Transport(Protocol):
    """A way to a printer. Nothing is opened before `open`."""

    address: str
    """For people and logs."""

    async def open(self) -> Link:
        """Open it for this program alone. Raises OSError, or CannotOpen with words."""


def transport_to(
    address: str,
    *,
    baud: int,
    parity: Literal["none", "even", "odd"],
    flow: Literal["none", "dsr/dtr", "rts/cts", "xon/xoff"],
) -> Transport:
    """The way to an address; opens nothing. Raises ValueError with words."""
    raise NotImplementedError(address, baud, parity, flow)
