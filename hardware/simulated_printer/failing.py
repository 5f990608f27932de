"""A printer that never works, whatever is done."""

import errno
import os

from hardware.printers.links import Link


class FailingPrinter:
    """A way to a printer that is there and can never be opened."""

    def __init__(self, error: Exception | None = None, address: str = "failing") -> None:
        """`error` is what opening it raises; by default, that there is no permission."""
        self.address = address
        self._error = error or PermissionError(errno.EACCES, os.strerror(errno.EACCES), address)

    async def open(self) -> Link:
        """Fails."""
        raise self._error
