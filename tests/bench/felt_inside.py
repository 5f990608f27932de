"""Within the service's process: fingers on its simulated buttons, and when each step was done.

`listen` is called before the service starts. Then a thread drives the pins, as lgpio's thread
brings the edges of real ones: whoever is at the other end of a socket says which button, and is
told the moments of that press. All of them are of the monotonic clock, which is the machine's.
"""

import json
import socket
import threading
from collections.abc import Iterable, Sequence
from time import monotonic, sleep
from typing import Any, Final

from aiohttp import web

from appliance.feed import Change, Feed
from appliance.kitchen.event import TicketChanged
from appliance.panel.hands import Hands
from appliance.panel.panel import Panel, Press
from hardware.buttons import Button
from hardware.simulated import SimulatedButtons, SimulatedPins

DOWN_SECONDS: Final = 0.04
WRITTEN_SECONDS: Final = 10.0


class Moments:
    """Of one press at a time."""

    def __init__(self) -> None:
        self._by = ""
        self._place = b""
        """That the stream says of its event; empty where it is not known yet, or was said."""
        self._seen: dict[str, Any] = {}
        self._written = threading.Event()

    def begin(self, button: str) -> None:
        """This one is pressed now."""
        self._by, self._place = f"button {button}", b""
        self._written.clear()
        self._seen = {"edge": monotonic()}

    def of_press(self) -> dict[str, Any]:
        """Once it is on its way to the board, with the place of its event, and its ticket."""
        if not self._written.wait(WRITTEN_SECONDS):
            raise AssertionError(f"{self._by} came to nothing: {self._seen}")
        return self._seen

    def now(self, step: str) -> None:
        self._seen[step] = monotonic()

    def durable(self, changes: Sequence[Change]) -> None:
        now = monotonic()
        for change in changes:
            event = change.event
            if isinstance(event, TicketChanged) and event.by == self._by:
                self._place = b":%d\n" % change.seq
                ticket = f"ticket-{event.ticket.number}-{event.ticket.station}"
                self._seen |= {"durable": now, "seq": change.seq, "ticket": ticket}

    def written(self, data: bytes) -> None:
        if self._place and self._place in data[:80]:
            self._place = b""
            self.now("written")
            self._written.set()


def listen(port: int) -> None:
    """Patch the parts that a press passes, and have a thread take orders from that port."""
    moments = Moments()
    press, publish, write, take = Panel.press, Feed.publish, web.StreamResponse.write, Hands.take

    def stamped_press(panel: Panel, made: Press) -> None:
        moments.now("gesture")
        press(panel, made)
        moments.now("decided")

    def stamped_publish(feed: Feed, changes: Sequence[Change]) -> None:
        moments.durable(changes)
        publish(feed, changes)

    async def stamped_write(response: web.StreamResponse, data: bytes) -> None:
        await write(response, data)
        moments.written(data)

    def stamped_take(hands: Hands, pins: SimulatedPins, buttons: Iterable[Button]) -> None:
        there = list(buttons)
        take(hands, pins, there)
        fingers = SimulatedButtons(pins, there)
        threading.Thread(target=_obey, args=(port, fingers, moments), daemon=True).start()

    for owner, name, stamped in (
        (Panel, "press", stamped_press),
        (Feed, "publish", stamped_publish),
        (web.StreamResponse, "write", stamped_write),
        (Hands, "take", stamped_take),
    ):
        setattr(owner, name, stamped)


def _obey(port: int, fingers: SimulatedButtons, moments: Moments) -> None:
    with socket.create_connection(("127.0.0.1", port)) as peer, peer.makefile("rw") as lines:
        for line in lines:
            button = line.strip()
            moments.begin(button)
            fingers.down(button)
            sleep(DOWN_SECONDS)
            fingers.up(button)
            print(json.dumps(moments.of_press()), file=lines, flush=True)
