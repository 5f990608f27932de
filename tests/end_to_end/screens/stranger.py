"""A host that nobody adopted: announced by mDNS and beacon, and knocking; it counts what it gets.

python -m tests.end_to_end.screens.stranger HUB_URL ADDRESS DIRECTORY
"""

import asyncio
import contextlib
import sys
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

import aiohttp
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from appliance.lan import PORT
from appliance.mdns import SCREEN
from tests.end_to_end.screens.board import AGAIN_SECONDS, API
from tests.end_to_end.screens.lan import send_beacons
from tests.end_to_end.screens.telling import Telling

BEACON_ID: Final = "F00DF00DF00D"
MDNS_ID: Final = "5f8f0d4e-7a2c-4d0b-9a57-3d5b8a1f0001"
KNOCK_ID: Final = "5f8f0d4e-7a2c-4d0b-9a57-3d5b8a1f0002"
"""Under which it is found, in three ways."""


async def count(telling: Telling) -> None:
    """Note each connection, and what comes over it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        telling.note("connection", writer.get_extra_info("peername")[0])
        with contextlib.suppress(OSError), contextlib.closing(writer):
            while data := await reader.read(65536):
                telling.note("received", data.decode(errors="replace"))

    server = await asyncio.start_server(serve, "0.0.0.0", PORT)  # noqa: S104 - its own host
    await server.serve_forever()


async def announce(address: str) -> None:
    """By mDNS."""
    text = {"id": MDNS_ID, "name": "Stranger", "proto": "lan", "station": "", "version": "1"}
    kind = f"{SCREEN}.local."
    packed = IPv4Address(address).packed
    info = AsyncServiceInfo(
        kind,
        f"Stranger.{kind}",
        PORT,
        addresses=[packed],
        properties=text,
        server="stranger.local.",
    )
    announcer = AsyncZeroconf(interfaces=[address])
    await (await announcer.async_register_service(info))
    await asyncio.Event().wait()


async def knock(url: str, telling: Telling) -> None:
    """Knock, and try with what it got: to listen, and to list."""
    token = ""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as http:
        while True:
            with contextlib.suppress(aiohttp.ClientError, OSError):
                headers = {"Authorization": f"Bearer {token}"} if token else {}
                body = {"screen_id": KNOCK_ID, "name": "Stranger"}
                knocked = http.post(f"{url}{API}/screens/knock", json=body, headers=headers)
                async with knocked as answer:
                    answer.raise_for_status()
                    told = await answer.json()
                telling.note("state", told["state"])
                token = told["token"] or token
                headers = {"Authorization": f"Bearer {token}"}
                for path in ("/events", "/stations/grill/tickets", "/screens"):
                    async with http.get(f"{url}{API}{path}", headers=headers) as answer:
                        telling.note("answer", answer.status)
            await asyncio.sleep(AGAIN_SECONDS)


async def main(url: str, address: str, directory: Path) -> None:
    """All three ways, until it is killed."""
    telling = Telling(directory)
    async with asyncio.TaskGroup() as group:
        group.create_task(count(telling))
        group.create_task(send_beacons(BEACON_ID))
        group.create_task(announce(address))
        group.create_task(knock(url, telling))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
