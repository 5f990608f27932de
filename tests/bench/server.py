"""The order router of the product in a process of its own, with its log or without one.

python -m tests.bench.server with-log|without-log DIRECTORY; prints the port.
"""

import asyncio
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import uvloop

from appliance import config
from appliance.clock import Clock
from appliance.configured import make_kitchen
from appliance.expeditor import Answer, Expeditor
from appliance.history import History
from appliance.kitchen.command import Command
from appliance.listening import sockets_at
from appliance.log.sqlite import SqliteLog
from appliance.orders.peers import AllowList
from appliance.orders.server import OrderRouter
from appliance.reports import Reports


class Forgetful(Expeditor):
    """The baseline: decides and applies, and neither encodes nor stores anything."""

    def submit(self, command: Command, by: str | None = None) -> Answer:
        decision = self.kitchen.decide(command, self.now(), by)
        for event in decision.events:
            self.kitchen.apply(event, decision.guest[1] if decision.guest else None)
        done = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return Answer(decision.reply, done)


async def main(kind: str, directory: Path) -> None:
    settings = config.parse(config.embedded(), "built-in")
    log = SqliteLog(directory)
    make = {"with-log": Expeditor, "without-log": Forgetful}[kind]
    clock = Clock.resume(directory, None)
    expeditor = make(log, directory, lambda: make_kitchen(settings), clock.now)
    await expeditor.load()
    router = OrderRouter(expeditor.submit, AllowList(["local"]), ZoneInfo("UTC"), identifier="")
    sockets = await sockets_at("127.0.0.1", 0)
    await router.listen(sockets)
    print(sockets[0].getsockname()[1], flush=True)
    followers = (
        [
            History(log, expeditor.feed, directory).run(),
            Reports(log, expeditor.feed, directory, lambda: expeditor.kitchen, settings.zone).run(),
        ]
        if kind == "with-log"
        else []
    )
    await asyncio.gather(expeditor.run(), router.run(), *followers)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], Path(sys.argv[2])))
