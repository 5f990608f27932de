"""The command `expeditor`.

Exit codes: 0 done; 1 refused, or a part of the service died; 2 wrong configuration or
arguments; 3 the data directory cannot be used; 4 a port cannot be bound.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from appliance import __version__
from appliance.cli_ending import FAILED, WRONG_CONFIGURATION, complain
from appliance.config import ConfigError

COMMANDS: Final = {
    "run": "cli_run",
    "screen": "cli_screen",
    "check": "cli_check",
    "route": "cli_route",
    "send": "cli_send",
    "token": "cli_access",
    "pin": "cli_access",
    "card": "cli_card",
    "panel": "cli_panel",
    "printer": "cli_printer",
    "learn-keys": "cli_learn",
    "rush": "cli_rush",
}
"""Where each of them is. Only what is asked for is loaded: at the start of a card four of them run
at once, and on a small computer what they do not need took longer than what they do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    options = _parser(given[0] if given else "").parse_args(given)
    os.umask(0o077)  # Guests' names and the secret are nobody else's.
    try:
        code: int = options.run(options)
    except ConfigError as error:
        complain(str(error))
        return WRONG_CONFIGURATION
    except KeyboardInterrupt:
        return FAILED
    return code


def _parser(asked: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="expeditor",
        description="Kitchen orders: in from any point of sale, out to every station.",
        epilog="Exit codes: 0 done, 1 refused or failed, 2 wrong configuration or arguments, "
        "3 data directory cannot be used, 4 port cannot be bound.",
    )
    parser.set_defaults(config=None, data=None)
    parser.add_argument("--version", action="version", version=f"expeditor {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    wanted = [COMMANDS[asked]] if asked in COMMANDS else dict.fromkeys(COMMANDS.values())
    for module in wanted:
        import_module(f"appliance.{module}").add_command(commands)
    return parser
