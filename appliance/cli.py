"""The command `expeditor`.

Exit codes: 0 done; 1 refused, or a part of the service died; 2 wrong configuration or
arguments; 3 the data directory cannot be used; 4 a port cannot be bound.
"""

import argparse
import asyncio
import logging
import math
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import uvloop
from msgspec.structs import replace

from appliance import __version__, cli_access, cli_route, config, logs, menu_file, rush, tls
from appliance.api.auth import Authority
from appliance.certificates import Unfit
from appliance.config import (
    ALL_INTERFACES,
    Address,
    Config,
    ConfigError,
    MenuSection,
    on_all_interfaces,
)
from appliance.configured import make_kitchen
from appliance.files import replace_file
from appliance.kitchen.doubting import doubts
from appliance.kitchen.menu import MenuItem
from appliance.lan import client
from appliance.log import LogError
from appliance.log.sqlite import SqliteLog
from appliance.service import CannotListen, Running, serve

logger = logging.getLogger(__name__)

OK: Final = 0
FAILED: Final = 1
WRONG_CONFIGURATION: Final = 2
UNUSABLE_DATA: Final = 3
CANNOT_LISTEN: Final = 4

LAST_GOOD: Final = "last-good.toml"
"""In the data directory: the configuration that the service last started with."""
LAST_GOOD_MENU: Final = "last-good-menu.csv"
"""There, too: the menu's file that it last started with."""
FIRST_SHOWN: Final = 120
"""Characters of an error on the pages, which are there for the cards."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = _parser().parse_args(arguments)
    os.umask(0o077)  # Guests' names and the secret are nobody else's.
    try:
        code: int = options.run(options)
    except ConfigError as error:
        _complain(str(error))
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
    run.set_defaults(run=_run)

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
    _add_to(send)
    send.set_defaults(run=_send)

    cli_access.add_commands(commands, _add_place, _on_data)

    dinner = commands.add_parser("rush", help="send a believable dinner service over the network")
    dinner.add_argument("--orders-per-minute", type=_positive, default=20.0, metavar="N")
    dinner.add_argument("--minutes", type=_positive, default=3.0, metavar="M")
    dinner.add_argument("--seed", type=int, default=1, metavar="S", help="same seed, same orders")
    _add_to(dinner)
    dinner.set_defaults(run=_rush)
    return parser


def _add_place(parser: argparse.ArgumentParser) -> None:
    # Not set where it is not given: an action of a command would undo what stands before it.
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="default: a demo kitchen that is built in",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="default: appliance.data_dir of the file",
    )


def _add_to(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to", type=_address, default=Address("127.0.0.1:9104"), metavar="HOST:PORT"
    )


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is no positive number")
    return number


def _address(text: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


class _Menu(NamedTuple):
    items: tuple[MenuItem, ...] = ()
    content: bytes | None = None
    """Of its file, if the configuration names one."""


class _Place(NamedTuple):
    config: Config
    text: str
    directory: Path
    warnings: list[str]
    """For the pages: a sentence for each file that is wrong."""
    errors: list[str]
    """All that is wrong with these files, line by line."""
    menu: _Menu = _Menu()

    def say_wrong(self, file: Path, error: ConfigError, instead: str) -> None:
        """Add what is wrong with a file; `instead` is what the service runs on, and its path."""
        lines = str(error).splitlines()
        first = lines[0].removeprefix(str(file)).lstrip(": ")
        first = first if len(first) <= FIRST_SHOWN else f"{first[:FIRST_SHOWN]}…"
        # No more are looked for than so many, in a menu.
        more = "+" if len(lines) == menu_file.ERRORS_SHOWN else ""
        many = f" in {len(lines)}{more} places" if len(lines) > 1 else ""
        line = "line " if first[:1].isdigit() else ""
        what = instead.partition(",")[0]
        self.warnings.append(f"{file.name} is wrong{many} ({line}{first}): running on {what}")
        self.errors.extend([*lines, f"{file} is wrong: running on {instead}"])


def _place(options: argparse.Namespace) -> _Place:
    """The configuration to use, and the data directory. Raises ConfigError.

    When the file is wrong and the data directory has the one that the service last started
    with, that one is used; the warnings say so, and the errors why.
    """
    file: Path | None = options.config
    if file is None:
        text = config.embedded()
        settings = config.parse(text, "built-in configuration")
        return _Place(settings, text, options.data or Path(settings.appliance.data_dir), [], [])
    try:
        settings = _load(file)
    except ConfigError as error:
        directory = options.data or file.parent / _data_dir_of_wrong(file)
        try:
            last_good = _load(directory / LAST_GOOD, file.parent)
        except ConfigError:
            raise error from None
        text = (directory / LAST_GOOD).read_text("utf-8")
        place = _Place(last_good, text, directory, [], [])
        place.say_wrong(file, error, f"the last good configuration, {directory / LAST_GOOD}")
    else:
        directory = options.data or file.parent / settings.appliance.data_dir
        place = _Place(settings, file.read_text("utf-8"), directory, [], [])
    return place._replace(menu=_menu_or_last_good(place))


def _menu(settings: Config) -> _Menu:
    """What is on the menu's file, if there is one. Raises ConfigError."""
    if settings.menu.file is None:
        return _Menu()
    path = Path(settings.menu.file)
    content = menu_file.content_of(path)
    return _Menu(menu_file.parse(content, str(path)), content)


def _menu_or_last_good(place: _Place) -> _Menu:
    """The menu, or the one that the service last started with, and then why. Raises ConfigError."""
    settings = place.config
    try:
        return _menu(settings)
    except ConfigError as error:
        path = place.directory / LAST_GOOD_MENU
        try:
            menu = _menu(replace(settings, menu=MenuSection(str(path))))
        except ConfigError:
            raise error from None
        place.say_wrong(Path(settings.menu.file or ""), error, f"the last good menu, {path}")
        return menu


def _load(file: Path, directory: Path | None = None) -> Config:
    """As `config.load`, and what is in the files that it names; warns of what has ended.

    Raises ConfigError.
    """
    settings = config.load(file, directory=directory)
    if settings.https and settings.https.files:
        try:
            https = tls.Https(tls.GivenFiles(*settings.https.files))
        except Unfit as error:
            raise ConfigError(f"{file}: {tls.reason(error)}") from error
        for warning in https.status().warnings:
            _complain(f"{file}: {warning}")
    return settings


_DATA_DIR: Final = re.compile(r"""^[ \t]*data_dir[ \t]*=[ \t]*(["'])(.+?)\1""", re.MULTILINE)


def _data_dir_of_wrong(file: Path) -> str:
    """Where the data would be according to a file that is otherwise wrong.

    It may be no TOML at all, for want of a quotation mark: so only this line is looked at.
    """
    try:
        found = _DATA_DIR.search(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        found = None
    return found[2] if found else config.Appliance().data_dir


def _run(options: argparse.Namespace) -> int:
    logs.configure()
    place = _place(options)
    for error in place.errors:
        _complain(error)
    settings = on_all_interfaces(place.config) if options.listen_lan else place.config

    def announce(parts: Running) -> None:
        if options.config is not None:
            _keep_last_good(place)
        _say_what_runs(settings, place.directory, parts, log.torn)

    try:
        log = SqliteLog(place.directory)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(
                serve(
                    settings,
                    log,
                    place.directory,
                    menu=place.menu.items,
                    warnings=place.warnings,
                    errors=place.errors,
                    free_ports=options.config is None,
                    announce=announce,
                )
            )
    except CannotListen as error:
        _complain(str(error))
        return CANNOT_LISTEN
    except Unfit as error:
        _complain(tls.reason(error))
        return WRONG_CONFIGURATION
    except (LogError, OSError) as error:
        _complain(str(error))
        return UNUSABLE_DATA
    except ExceptionGroup:
        logger.critical("a part of the service died", exc_info=True)
        return FAILED
    return OK


def _keep_last_good(place: _Place) -> None:
    """The service runs on this configuration: remember it for the day of a wrong one."""
    try:
        replace_file(place.directory / LAST_GOOD, place.text.encode())
        if place.menu.content is not None:
            replace_file(place.directory / LAST_GOOD_MENU, place.menu.content)
    except OSError as error:
        logger.warning("the last good configuration could not be written: %s", error)


def _say_what_runs(settings: Config, directory: Path, parts: Running, torn_bytes: int) -> None:
    listening = parts.listening
    pages = f"http://{_reachable(listening.http)}"
    lines = [
        f'Expeditor {__version__}, "{settings.appliance.name}", data in {directory.absolute()}',
        *_notes(settings, parts, torn_bytes),
        f"  orders  {listening.orders}   (JSON over TCP)",
        f"  pages   {pages}/",
        *_secure(parts),
        *_how_to_sign_in(parts.authority, pages),
    ]
    print("\n".join(lines), flush=True)


def _how_to_sign_in(authority: Authority, pages: str) -> Iterator[str]:
    """By the link where it is needed, or a person looks on; a journal would keep it."""
    if authority.needs_link or sys.stdout.isatty():
        yield f"  sign in {pages}/sign-in?code={authority.link_code}"
        yield "          (works once, within an hour; later: a PIN, or paste what"
    else:
        yield f"  sign in {pages}/"
        yield "          (with a PIN, or paste what"
    yield "          `expeditor token --role manager` prints)"


def _secure(parts: Running) -> Iterator[str]:
    """How to reach the pages over https, and whom to trust."""
    if parts.https is None or parts.listening.https is None:
        return
    yield f"          https://{_reachable(parts.listening.https)}/"
    authority = parts.https.status().authority_sha256
    if authority is not None:
        yield "          (by an authority of its own: trust what /ca.pem gives if its SHA-256 is"
        yield f"          {authority})"


def _notes(settings: Config, parts: Running, torn_bytes: int) -> Iterator[str]:
    """What is not as the installer may expect."""
    for what, wanted, got in (
        ("orders", settings.orders.listen, parts.listening.orders),
        ("http", settings.http.listen, parts.listening.http),
        *((("https", settings.https.listen, parts.listening.https),) if settings.https else ()),
    ):
        if got and wanted.port not in (0, got.port):
            yield f"  Port {wanted.port} was in use: {what} took {got.port} instead."
    if torn_bytes:
        yield (
            f"  The last run ended in the middle of a write: {torn_bytes} bytes that"
            " nobody was promised were discarded."
        )
    not_yet = {
        "printer": settings.printer,
        "button": settings.button,
        "bump_bar": settings.bump_bar,
        "screen": settings.screen,
    }
    configured = [f"{len(section)} {name}" for name, section in not_yet.items() if section]
    if configured:
        yield f"  Checked, but not driven by this version yet: {', '.join(configured)}."


def _reachable(address: Address) -> Address:
    """An address that a browser on this machine can open."""
    return address.on("127.0.0.1") if address.host in (ALL_INTERFACES, "::") else address


def _check(options: argparse.Namespace) -> int:
    settings = _load(options.file)
    menu = _menu(settings)
    for warning in doubts(make_kitchen(settings, menu.items).router):
        _complain(f"{options.file}: {warning}")
    stations = ", ".join(station.id for station in settings.station)
    print(f"{options.file}: good. Stations: {stations}; rules: {len(settings.route)}.")
    return OK


def _route(options: argparse.Namespace) -> int:
    if options.config is None:
        settings = config.parse(config.embedded(), "built-in configuration")
    else:
        settings = _load(options.config)
    kitchen = make_kitchen(settings, _menu(settings).items)
    now = datetime.now(settings.zone)
    try:
        at = now if options.at is None else cli_route.moment(options.at, now)
        piped = options.file == "-"
        message = sys.stdin.buffer.read() if piped else Path(options.file).read_bytes()
        order = cli_route.order_of(message, settings.zone)
    except OSError as error:
        _complain(f"{options.file}: {error.strerror}")
        return WRONG_CONFIGURATION
    except cli_route.NotAnOrder as error:
        _complain(f"{options.file}: {error}")
        return WRONG_CONFIGURATION
    except ValueError as error:
        _complain(f"--at: {error}")
        return WRONG_CONFIGURATION
    print((cli_route.as_json if options.json else cli_route.in_words)(kitchen, order, at))
    return OK


def _send(options: argparse.Namespace) -> int:
    try:
        piped = options.file == "-"
        message = sys.stdin.buffer.read() if piped else Path(options.file).read_bytes()
    except OSError as error:
        _complain(f"{options.file}: {error.strerror}")
        return WRONG_CONFIGURATION
    try:
        reply = asyncio.run(client.send(options.to.host, options.to.port, message))
    except (OSError, EOFError) as error:
        _complain(f"{options.to}: {str(error) or 'no reply'}")
        return FAILED
    print(reply.text.decode(errors="replace"))
    return OK if reply.accepted else FAILED


def _on_data(action: cli_access.Action) -> Callable[[argparse.Namespace], int]:
    """What runs an action on the data directory."""

    def run(options: argparse.Namespace) -> int:
        place = _place(options)
        try:
            place.directory.mkdir(parents=True, exist_ok=True)
            print(action(options, place.config, place.directory))
        except cli_access.WrongArguments as error:
            _complain(str(error))
            return WRONG_CONFIGURATION
        except OSError as error:
            _complain(f"{place.directory}: {error.strerror}")
            return UNUSABLE_DATA
        return OK

    return run


def _rush(options: argparse.Namespace) -> int:
    outcome = asyncio.run(
        rush.run(
            options.to.host,
            options.to.port,
            rush.Plan(options.orders_per_minute, options.minutes, options.seed),
            show=lambda line: print(line, flush=True),
        )
    )
    print(outcome.report())
    return OK if outcome.failed == 0 else FAILED


def _complain(text: str) -> None:
    print(f"expeditor: {text}", file=sys.stderr, flush=True)
