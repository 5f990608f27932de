"""An appliance that does nothing but send and hear beacons, on the interfaces of its host.

Run with `python -m tests.lan.present IDENTIFIER NAME ORDERS_HOST`. Prints a JSON line
whenever other neighbours are heard than before: their identifiers and addresses.
"""

import asyncio
import json
import sys

import uvloop

from appliance import interfaces, lan
from appliance.lan import presence
from appliance.lan.presence import Presence

presence.BEACON_EVERY_SECONDS = 0.1  # type: ignore[misc]  # Tests cannot wait.


async def be_present(identifier: str, name: str, orders_host: str) -> None:
    ours = Presence(
        identifier=identifier,
        name=name,
        orders_host=orders_host,
        orders_port=lan.PORT,
        interfaces=interfaces.broadcasting,
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(ours.run())
        before: list[list[str]] = []
        while True:
            await asyncio.sleep(0.01)
            heard = [[one.identifier, one.address] for one in ours.neighbours()]
            if heard != before:
                print(json.dumps(heard), flush=True)
                before = heard


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(be_present(*sys.argv[1:]))
