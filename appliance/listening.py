"""Sockets that listen, opened before anybody takes what comes in by them."""

import asyncio
import contextlib
import errno
import os
import socket
from typing import Final

DUAL_STACK: Final = "::"
"""The host that stands for all interfaces, by IPv6 and by IPv4, where asyncio would take IPv6
alone. IPv4 peers have addresses like `::ffff:192.0.2.1` then."""


async def sockets_at(host: str, port: int) -> list[socket.socket]:
    """Listening at every address that the host has. Raises OSError."""
    if host == DUAL_STACK:
        return [dual_stack(port)]
    found = await asyncio.get_running_loop().getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    with contextlib.ExitStack() as unless_all_are:
        sockets = [
            unless_all_are.enter_context(socket.create_server(address[:2], family=family))
            for family, address in dict.fromkeys((each[0], each[4]) for each in found)
        ]
        unless_all_are.pop_all()
    return sockets


def dual_stack(port: int) -> socket.socket:
    """Listens on DUAL_STACK. Raises OSError."""
    if not socket.has_dualstack_ipv6():
        raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))
    return socket.create_server((DUAL_STACK, port), family=socket.AF_INET6, dualstack_ipv6=True)
