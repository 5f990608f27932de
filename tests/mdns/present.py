"""A machine that announces itself as an appliance does, and shows what it finds.

Run with `python -m tests.mdns.present ID HOST NAME`. Prints a JSON line whenever something of it
is other than before.
"""

import asyncio
import json
import sys

import msgspec
import uvloop

from appliance import interfaces
from appliance.mdns import ORDERS, PAGES, SCREEN, network, session
from appliance.mdns.network import Announcement, Network
from tests.mdns.presence import Shown

network.LOOK_SECONDS = 0.2  # type: ignore[misc]  # Tests cannot wait.
session.TOGETHER_SECONDS = 0.02  # type: ignore[misc]


def shown(present: Network) -> Shown:
    found = [
        [one.type, one.instance, one.host, [str(each) for each in one.addresses], one.port]
        for one in present.found
    ]
    ids = [one.id for one in present.found]
    return Shown(present.host, present.renamed_because, present.not_because, found, ids)


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
    changed = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(present.run())
        asyncio.get_running_loop().add_signal_handler(15, running.cancel)
        with present.watched(changed.set):
            while not running.done():
                print(msgspec.json.encode(shown(present)).decode(), flush=True)
                waiting = group.create_task(changed.wait())
                await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                changed.clear()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(be_present(*sys.argv[1:]))
