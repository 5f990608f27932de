"""The command `expeditor`.

Exit codes: 0 done; 1 refused, or a part of the service died; 2 wrong configuration or
arguments; 3 the data directory cannot be used; 4 a port cannot be bound.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from appliance import __version__, cli_access, cli_route, cli_run, cli_rush, menu_file
from appliance.cli_ending import FAILED, OK, UNUSABLE_DATA, WRONG_CONFIGURATION, complain
from appliance.cli_place import place_of, settings_of
from appliance.config import Address, ConfigError
from appliance.config.channels import doubtful_channels
from appliance.config.printers import doubtful_printing
from appliance.config.wiring import doubtful_wiring
from appliance.configured import make_kitchen
from appliance.installing.place import menu_of
from appliance.kitchen.doubting import doubts
from appliance.lan import client


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = _parser().parse_args(arguments)
    os.umask(0o077)  # Guests' names and the secret are nobody else's.
    try:
        code: int = options.run(options)
    except ConfigError as error:
        complain(str(error))
        return WRONG_CONFIGURATION
    except KeyboardInterrupt:
        return FAILED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="expeditor",
        description="Kitchen orders: in from any point of sale, out to every station.",
        epilog="Exit codes: 0 done, 1 refused or failed, 2 wrong configuration or arguments, "
        "3 data directory cannot be used, 4 port cannot be bound.",
    )
    parser.set_defaults(config=None, data=None)
    parser.add_argument("--version", action="version", version=f"expeditor {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    run = commands.add_parser("run", help="run the appliance until it is told to stop")
    _add_place(run)
    run.add_argument(
        "--listen-lan",
        action="store_true",
        help="listen on all interfaces, not only for this machine",
    )
    run.set_defaults(run=cli_run.run)

    screen = commands.add_parser("screen", help="run the computer behind a kitchen screen")
    _add_place(screen, "the file's [kiosk], [screens] and [appliance]; default: none")
    screen.add_argument("--hub", metavar="URL", help="as http://192.168.1.10; default: mDNS")
    screen.add_argument("--name", help="default: the machine's host name")
    screen.set_defaults(run=_screen)

    check = commands.add_parser("check", help="say what is wrong with a configuration file")
    check.add_argument("file", metavar="FILE", type=Path)
    check.set_defaults(run=_check)

    route = commands.add_parser("route", help="say where an order would go, and why")
    route.add_argument("file", metavar="FILE", help="an order as JSON, or - for standard input")
    route.add_argument("--config", type=Path, metavar="FILE", help="default: the demo kitchen")
    route.add_argument("--at", metavar="TIME", help='as "19:40" or "fri 19:40"; default: now')
    route.add_argument("--json", action="store_true", help="for machines")
    route.set_defaults(run=_route)

    send = commands.add_parser(
        "send", help="send an order over the LAN protocol and print the reply"
    )
    send.add_argument("file", metavar="FILE", help="a JSON file, or - for standard input")
    send.add_argument("--to", type=_address, default=cli_rush.ORDERS, metavar="HOST:PORT")
    send.set_defaults(run=_send)

    cli_access.add_commands(commands, _add_place, _on_data)
    _add_device_commands(commands)

    cli_rush.add_command(commands, _add_place, _address)
    return parser


def _add_device_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    panel = commands.add_parser("panel", help="buttons, bump bars and lamps")
    actions = panel.add_subparsers(title="actions", metavar="ACTION", required=True)
    test = actions.add_parser("test", help="a walk through each button, key and lamp")
    test.add_argument("--config", type=Path, metavar="FILE", help="default: the demo kitchen")
    test.set_defaults(run=_panel_test)

    printer = commands.add_parser("printer", help="ticket printers")
    actions = printer.add_subparsers(title="actions", metavar="ACTION", required=True)
    find = actions.add_parser("find", help="list serial adapters, and printers on the network")
    find.set_defaults(run=_printer_find)
    probe = actions.add_parser(
        "probe", help="find the settings of a printer on a serial line, as TOML"
    )
    probe.add_argument(
        "path", metavar="PATH", nargs="?", help="as /dev/ttyUSB0; without it, all adapters"
    )
    probe.set_defaults(run=_printer_probe)

    learn = commands.add_parser("learn-keys", help="learn what the keys of a bump bar send")
    learn.add_argument(
        "bar",
        metavar="BAR",
        nargs="?",
        help="as transport in the configuration; without it, those that are plugged in are listed",
    )
    learn.add_argument(
        "--profile", metavar="NAME", help="one that ships; what differs from it is written"
    )
    learn.add_argument("--write", type=Path, metavar="FILE", help="write the map to a new file")
    learn.set_defaults(run=_learn_keys)


def _add_place(
    parser: argparse.ArgumentParser, file: str = "default: a demo kitchen that is built in"
) -> None:
    # Not set where it is not given: an action of a command would undo what stands before it.
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=argparse.SUPPRESS,
        help=file,
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="default: appliance.data_dir of the file",
    )


def _address(text: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _check(options: argparse.Namespace) -> int:
    settings = settings_of(options.file)
    menu = menu_of(settings)
    kitchen = make_kitchen(settings, menu.items)
    for warning in (
        *doubts(kitchen.router, kitchen.settings.late),
        *doubtful_wiring(settings),
        *doubtful_printing(settings),
        *doubtful_channels(settings.deliverect),
    ):
        complain(f"{options.file}: {warning}")
    if menu.content is not None:
        for warning in menu_file.doubts(menu.content, str(settings.menu.file)):
            complain(warning)
    stations = ", ".join(station.id for station in settings.station)
    items = f"; on the menu: {len(menu.items)}" if menu.content is not None else ""
    print(f"{options.file}: good. Stations: {stations}; rules: {len(settings.route)}{items}.")
    return OK


def _route(options: argparse.Namespace) -> int:
    settings = settings_of(options.config)
    kitchen = make_kitchen(settings, menu_of(settings).items)
    now = datetime.now(settings.zone)
    try:
        at = now if options.at is None else cli_route.moment(options.at, now)
        piped = options.file == "-"
        message = sys.stdin.buffer.read() if piped else Path(options.file).read_bytes()
        order = cli_route.order_of(message, settings.zone)
    except OSError as error:
        complain(f"{options.file}: {error.strerror}")
        return WRONG_CONFIGURATION
    except cli_route.NotAnOrder as error:
        complain(f"{options.file}: {error}")
        return WRONG_CONFIGURATION
    except ValueError as error:
        complain(f"--at: {error}")
        return WRONG_CONFIGURATION
    print((cli_route.as_json if options.json else cli_route.in_words)(kitchen, order, at))
    return OK


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


def _on_data(action: cli_access.Action) -> Callable[[argparse.Namespace], int]:
    """What runs an action on the data directory."""

    def run(options: argparse.Namespace) -> int:
        place = place_of(options)
        try:
            place.directory.mkdir(parents=True, exist_ok=True)
            print(action(options, place.config, place.directory))
        except cli_access.WrongArguments as error:
            complain(str(error))
            return WRONG_CONFIGURATION
        except OSError as error:
            complain(f"{place.directory}: {error.strerror}")
            return UNUSABLE_DATA
        return OK

    return run


def _screen(options: argparse.Namespace) -> int:
    from appliance import cli_screen  # noqa: PLC0415 - a hub needs none of it

    return cli_screen.run(options)


def _panel_test(options: argparse.Namespace) -> int:
    from appliance import cli_panel  # noqa: PLC0415 - who has no devices needs no library of theirs

    return cli_panel.run(options)


def _learn_keys(options: argparse.Namespace) -> int:
    from appliance import cli_learn  # noqa: PLC0415 - as above

    return cli_learn.run(options)


def _printer_find(options: argparse.Namespace) -> int:
    from appliance import cli_printer  # noqa: PLC0415 - as above

    return cli_printer.run_find(options)


def _printer_probe(options: argparse.Namespace) -> int:
    from appliance import cli_printer  # noqa: PLC0415 - as above

    return cli_printer.run_probe(options)
