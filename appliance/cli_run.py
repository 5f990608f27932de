"""The command `expeditor run`: the service, and what it says when it runs."""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import uvloop

from appliance import __version__, logs, tls
from appliance.api.auth import Authority
from appliance.certificates import Unfit
from appliance.cli_arguments import add_place
from appliance.cli_ending import (
    CANNOT_LISTEN,
    FAILED,
    OK,
    UNUSABLE_DATA,
    WRONG_CONFIGURATION,
    complain,
)
from appliance.cli_place import place_of
from appliance.config import ALL_INTERFACES, Address, Appliance, Config
from appliance.files import replace_file
from appliance.installing.current import Current, take_in_import
from appliance.installing.on_card import take, take_pin
from appliance.installing.place import Place
from appliance.log import LogError
from appliance.log.sqlite import SqliteLog
from appliance.ports import CannotListen
from appliance.service import Running, serve

logger = logging.getLogger(__name__)


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add it."""
    run = commands.add_parser("run", help="run the appliance until it is told to stop")
    add_place(run)
    run.add_argument(
        "--listen-lan",
        action="store_true",
        help="listen on all interfaces, not only for this machine",
    )
    run.add_argument(
        "--card", type=Path, metavar="DIR", help="as on a card: what its boot has found is there"
    )
    run.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    """Run the appliance until it is told to stop; returns the exit code."""
    logs.configure()
    find = partial(_found, options)
    current = Current(find(), find)

    def announce(parts: Running) -> None:
        _say_what_runs(current.place, parts, log.torn)
        _leave_link(parts.authority)

    try:
        log = SqliteLog(current.place.directory)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(current, log, announce=announce))
    except CannotListen as error:
        complain(str(error))
        return CANNOT_LISTEN
    except Unfit as error:
        complain(tls.reason(error))
        return WRONG_CONFIGURATION
    except (LogError, OSError) as error:
        complain(str(error))
        return UNUSABLE_DATA
    except ExceptionGroup:
        logger.critical("a part of the service died", exc_info=True)
        return FAILED
    return OK


def _found(options: argparse.Namespace) -> Place:
    """What is wanted by now. Raises ConfigError, OSError."""
    if options.config is None:
        directory = options.data or Path(Appliance().data_dir)
        if options.card is not None:
            take(options.card, directory)
            take_pin(options.card, directory)
        take_in_import(directory)
    place = place_of(options)
    for error in place.errors:
        complain(error)
    return place


def _say_what_runs(place: Place, parts: Running, torn_bytes: int) -> None:
    settings, directory = place.config, place.directory
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


def _leave_link(authority: Authority) -> None:
    """Where systemd gave a directory: for what shows it to people there, on a card's display."""
    directory = os.environ.get("RUNTIME_DIRECTORY")
    if directory and authority.needs_link:
        replace_file(Path(directory) / "sign-in", f"/sign-in?code={authority.link_code}".encode())


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


def _reachable(address: Address) -> Address:
    """An address that a browser on this machine can open."""
    return address.on("127.0.0.1") if address.host in (ALL_INTERFACES, "::") else address
