"""The way of a test into the network: sockets in the file system that lead to a host's ports.

python -m tests.end_to_end.screens.till HOST DIRECTORY PORT...; `DIRECTORY/PORT` leads to HOST:PORT.
Paths are in no network namespace.
"""

import asyncio
import contextlib
import sys
from pathlib import Path


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """All that comes, and then that nothing comes any more."""
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()


async def lead(host: str, port: int, directory: Path) -> None:
    """To one port."""
    leading = set[asyncio.Task[None] | None]()  # Nobody else keeps them.

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        leading.add(task := asyncio.current_task())
        with contextlib.closing(writer):
            await go_between(reader, writer)
        leading.discard(task)

    async def go_between(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(3):
                there, back = await asyncio.open_connection(host, port)
        except OSError:
            return
        with contextlib.closing(back):
            await asyncio.gather(pump(reader, back), pump(there, writer))

    server = await asyncio.start_unix_server(serve, directory / str(port))
    async with server:
        await server.serve_forever()


async def main(host: str, directory: Path, ports: list[int]) -> None:
    """To all of them."""
    async with asyncio.TaskGroup() as group:
        for port in ports:
            group.create_task(lead(host, port, directory))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), [int(port) for port in sys.argv[3:]]))
