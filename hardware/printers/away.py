"""Why a printer cannot be opened, or is gone, in words for a cook."""

import errno
import socket
from typing import Final

from hardware.printers.links import Gone


class CannotOpen(Exception):
    """A printer cannot be used for a reason that its message gives in words."""


_WORDS: Final = {
    errno.ENOENT: "unplugged: {} is not there",
    errno.ENODEV: "unplugged: {} is not there",
    errno.ENXIO: "unplugged: {} is not there",
    errno.ENOTDIR: "unplugged: {} is not there",
    errno.EACCES: (
        "no permission for {}; add the user to its group and sign in anew: "
        "`sudo usermod -aG dialout,lp USER`"
    ),
    errno.EBUSY: "another program holds {}",
    errno.EAGAIN: "another program holds {}",
    errno.ECONNREFUSED: "{} refuses: another computer is printing, or the port is wrong",
    errno.EHOSTUNREACH: "nobody is at {}: is it switched on, and in this network?",
    errno.ENETUNREACH: "no way to {}: is this machine in the network?",
    errno.ETIMEDOUT: "{} does not answer: is it switched on, and in this network?",
    errno.ECONNRESET: "{} has ended the connection: switched off, or another computer is printing",
    errno.EPIPE: "{} has ended the connection: switched off, or another computer is printing",
    errno.EIO: "unplugged: {} is gone",
}


def in_words(error: Exception, address: str) -> str:
    """Why a printer cannot be opened, or is gone, for a cook."""
    where = address.partition(":")[2] or address
    if isinstance(error, CannotOpen | Gone):
        return str(error)
    if isinstance(error, socket.gaierror):
        return f"no printer is known by the name in {address}"
    if isinstance(error, TimeoutError):
        return _WORDS[errno.ETIMEDOUT].format(where)
    if isinstance(error, OSError):
        known = _WORDS.get(error.errno or 0)
        return known.format(where) if known else f"{where}: {error.strerror or error}"
    return f"{where}: its driver has failed: {error!r}"
