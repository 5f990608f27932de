"""A LAN screen as a program: takes orders on 9104, keeps what it is told, sends its beacon.

python -m tests.end_to_end.screens.lan IDENTIFIER DIRECTORY. Like a real one it has what it had
when it is started again, and knows orders by their ids alone.
Source: LAN protocol design page, "Commands".
"""

import asyncio
import contextlib
import json
import socket
import sys
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, Final

from appliance.lan import PORT, beacon
from tests.end_to_end.screens.telling import Telling

BEACON_SECONDS: Final = 2.0
MESSAGE_SECONDS: Final = 5.0
BROADCAST: Final = "10.1.0.255"
UNPARSABLE: Final = "Unable to parse data"
UNKNOWN: Final = "ORDER_DOES_NOT_EXIST"


class LanScreen:
    """What it has."""

    def __init__(self, orders: dict[str, Any] | None = None) -> None:
        self.orders: dict[str, Any] = orders or {}
        """By id; None for one that is off it."""
        self.wrong: list[str] = []

    def take(self, data: bytes) -> str:
        """The reply to a message."""
        try:
            message = json.loads(data)
            order = message["order"]
            wire_id = order["id"]
        except (ValueError, TypeError, KeyError):
            return UNPARSABLE
        known = wire_id in self.orders
        match message["command"]:
            case "create-order":
                if known:  # A retry of what is there, or late, of what is not any more.
                    self.wrong.append(f"{wire_id} was made twice")
                    return str(wire_id)
                self.orders[wire_id] = order
            case "update-order" if known and self.orders[wire_id] is None:
                return str(wire_id)  # It was bumped.
            case "update-order" if known:
                self.orders[wire_id] = order
            case "cancel-order" if known:
                self.orders[wire_id] = None
            case "update-order" | "cancel-order":
                return UNKNOWN
            case _:
                return UNPARSABLE
        return str(wire_id)

    def shown(self) -> dict[str, list[tuple[str, int]]]:
        """Names and quantities of the dishes, by order; one that came back has another id."""
        shown: dict[str, list[tuple[str, int]]] = {}
        for wire_id, order in self.orders.items():
            if order is None:
                continue
            order_id = wire_id.partition("~")[0]
            dishes = [(item["name"], item["qty"]) for item in order["items"]]
            # Were it there twice, its dishes would be.
            shown[order_id] = sorted([*shown.get(order_id, []), *dishes])
        return shown


async def take_orders(screen: LanScreen, telling: Telling) -> None:
    """Until it is killed."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError), contextlib.closing(writer):
            async with asyncio.timeout(MESSAGE_SECONDS):
                data = await reader.read()  # Clients half-close.
            if not data:
                return  # Somebody looked whether it is there.
            reply = screen.take(data)
            telling.show(screen.orders)  # Before it says so.
            for wrong in screen.wrong:
                telling.note("wrong", wrong)
            screen.wrong.clear()
            writer.write(reply.encode())
            await writer.drain()

    server = await asyncio.start_server(serve, "0.0.0.0", PORT)  # noqa: S104 - its own host
    telling.note("begun")
    await server.serve_forever()


async def send_beacons(identifier: str) -> None:
    """Every two seconds; the address in it is a claim, which nobody goes by."""
    datagram = beacon.encode(beacon.Beacon(IPv4Address(0), identifier, identifier))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        while True:
            with contextlib.suppress(OSError):  # The cable is out, say.
                sender.sendto(datagram, (BROADCAST, beacon.PORT))
            await asyncio.sleep(BEACON_SECONDS)


async def main(identifier: str, directory: Path) -> None:
    """Both."""
    telling = Telling(directory)
    screen = LanScreen(telling.shown())
    async with asyncio.TaskGroup() as group:
        group.create_task(take_orders(screen, telling))
        group.create_task(send_beacons(identifier))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
