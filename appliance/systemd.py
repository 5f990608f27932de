"""Tells systemd that the service is ready, alive, stopping; nothing where systemd is not.

Our own: the protocol is one datagram, and no package for it has been kept up.
Source: sd_notify(3).
"""

import asyncio
import os
import socket
import time
from collections.abc import Mapping


def notify(state: str, environment: Mapping[str, str] = os.environ) -> None:
    """Send a state such as `READY=1`. A systemd that does not listen is no fault of ours."""
    address = environment.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.settimeout(0)
        try:
            channel.sendto(state.encode(), address)
        except OSError:
            return


def reloading() -> str:
    """The state of a service that begins anew, until it is ready again."""
    return f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1_000}"


async def feed_watchdog(environment: Mapping[str, str] = os.environ) -> None:
    """Say at half of the time that systemd allows that the loop still turns."""
    microseconds = environment.get("WATCHDOG_USEC", "")
    if not microseconds.isdecimal() or int(microseconds) == 0:
        await asyncio.Event().wait()
    while True:
        notify("WATCHDOG=1", environment)
        await asyncio.sleep(int(microseconds) / 2_000_000)
