"""The socket for `::`, which asyncio would open for IPv6 alone."""

import errno
import os
import socket
from typing import Final

DUAL_STACK: Final = "::"
"""The host that stands for all interfaces, by IPv6 and by IPv4."""


def dual_stack(port: int) -> socket.socket:
    """Listens on DUAL_STACK; IPv4 peers have addresses like `::ffff:192.0.2.1`. Raises OSError."""
    if not socket.has_dualstack_ipv6():
        raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))
    return socket.create_server((DUAL_STACK, port), family=socket.AF_INET6, dualstack_ipv6=True)
