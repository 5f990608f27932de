"""The ports that the doors listen on, opened as the configuration says."""

import errno
import os
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple

from appliance import tls
from appliance.api.connections import Ports
from appliance.api.health import Places
from appliance.config import Address, Config
from appliance.orders.server import OrderRouter


class CannotListen(Exception):
    """A port could not be bound; the text says which, and why."""


class Listening(NamedTuple):
    """What is where, once everything runs."""

    orders: Address
    http: Address
    https: Address | None

    @property
    def places(self) -> Places:
        """The same, in words."""
        return Places(str(self.orders), str(self.http), self.https and str(self.https))


async def listen(
    config: Config, router: OrderRouter, ports: Ports, https: tls.Https | None, *, free_ports: bool
) -> Listening:
    """Open all of them. Raises CannotListen; with `free_ports`, one in use is replaced."""
    orders = await _listen(router.listen, config.orders.listen, "orders", free_ports=free_ports)
    http = await _listen(ports.listen, config.http.listen, "http", free_ports=free_ports)
    secure = None
    if https is not None and config.https is not None:
        with_tls = partial(ports.listen, context=https.context)
        secure = await _listen(with_tls, config.https.listen, "https", free_ports=free_ports)
    return Listening(orders, http, secure)


async def _listen(
    listen: Callable[[str, int], Awaitable[int]], wanted: Address, what: str, *, free_ports: bool
) -> Address:
    """Where it listens now."""
    try:
        port = await listen(wanted.host, wanted.port)
    except OSError as error:
        if not (free_ports and error.errno == errno.EADDRINUSE):
            known = error.errno is not None and error.errno > 0
            reason = os.strerror(error.errno or 0) if known else error.strerror or str(error)
            raise CannotListen(f"{what}.listen: cannot listen on {wanted}: {reason}") from error
        port = await listen(wanted.host, 0)
    return Address(f"{wanted.rpartition(':')[0]}:{port}")
