"""A machine that announces itself as an appliance does, and shows what it finds.

Run with `python -m tests.mdns.present ID HOST NAME`. Prints a JSON line at first, and whenever
something of it is other than before. Ended by SIGTERM, it says goodbye.
"""

import asyncio
import signal
import sys

import msgspec
import uvloop

from appliance import interfaces
from appliance.mdns import ORDERS, PAGES, SCREEN, heard, network, session
from appliance.mdns.network import Announcement, Network
from tests.mdns.presence import Found, Shown

network.LOOK_SECONDS = 0.2  # type: ignore[misc]  # Tests cannot wait.
session.ASK_SECONDS = 1.0  # type: ignore[misc]
session.TOGETHER_SECONDS = 0.02  # type: ignore[misc]
session.SETTLE_SECONDS = 1.2  # type: ignore[misc]
heard.MOST_TIMES = 3  # type: ignore[misc]


def shown(present: Network) -> Shown:
    found = (
        Found(
            one.type,
            one.instance,
            one.host,
            tuple(str(each) for each in one.addresses),
            one.port,
            dict(one.text),
        )
        for one in present.found
    )
    return Shown(present.host, present.renamed_because, present.not_because, tuple(found))


async def be_present(identifier: str, host: str, name: str) -> None:
    present = Network(
        identifier=identifier,
        host=host,
        announcements=[
            Announcement(ORDERS, name, 9104, {"id": identifier, "name": name, "api": "/api/v1"}),
            Announcement(PAGES, name, 80, {"id": identifier, "path": "/"}),
        ],
        browse=[SCREEN, ORDERS],
        addresses=interfaces.addresses,
    )

    def tell() -> None:
        print(msgspec.json.encode(shown(present)).decode(), flush=True)

    running = asyncio.ensure_future(present.run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    with present.watched(tell):
        tell()
        await asyncio.wait([running])
    if not running.cancelled():
        running.result()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(be_present(*sys.argv[1:]))
