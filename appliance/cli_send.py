"""The command `expeditor send`: one message over the LAN protocol."""

import argparse
import asyncio
import sys
from pathlib import Path

from appliance.cli_arguments import ORDERS, address
from appliance.cli_ending import FAILED, OK, WRONG_CONFIGURATION, complain
from appliance.lan import client


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add it."""
    send = commands.add_parser(
        "send", help="send an order over the LAN protocol and print the reply"
    )
    send.add_argument("file", metavar="FILE", help="a JSON file, or - for standard input")
    send.add_argument("--to", type=address, default=ORDERS, metavar="HOST:PORT")
    send.set_defaults(run=_send)


def _send(options: argparse.Namespace) -> int:
    try:
        piped = options.file == "-"
        message = sys.stdin.buffer.read() if piped else Path(options.file).read_bytes()
    except OSError as error:
        complain(f"{options.file}: {error.strerror}")
        return WRONG_CONFIGURATION
    try:
        reply = asyncio.run(client.send(options.to.host, options.to.port, message))
    except (OSError, EOFError) as error:
        complain(f"{options.to}: {str(error) or 'no reply'}")
        return FAILED
    print(reply.text.decode(errors="replace"))
    return OK if reply.accepted else FAILED
