"""The command `expeditor screen`: the computer behind a screen, and what it says when it runs."""

import argparse
import asyncio
import logging
from collections.abc import Iterable
from pathlib import Path

import uvloop
from msgspec.structs import replace

from appliance import __version__, config, logs
from appliance.card.told import of_card
from appliance.cli_arguments import add_place
from appliance.cli_ending import CANNOT_LISTEN, FAILED, OK, UNUSABLE_DATA, complain
from appliance.config import ConfigError, ScreenConfig, Site
from appliance.kiosk.agent import CannotOpen, Running, serve

logger = logging.getLogger(__name__)


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add it."""
    screen = commands.add_parser("screen", help="run the computer behind a kitchen screen")
    add_place(screen, "the file's [kiosk], [screens] and [appliance]; default: none")
    screen.add_argument("--hub", metavar="URL", help="as http://192.168.1.10; default: mDNS")
    screen.add_argument("--name", help="default: the machine's host name")
    screen.add_argument(
        "--card", type=Path, metavar="DIR", help="as on a card: what its boot has found is there"
    )
    screen.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    """Run until it is told to stop; returns the exit code. Raises ConfigError."""
    logs.configure()
    settings = _settings(options)
    beside = options.config.parent if options.config else Path()
    directory: Path = options.data or beside / settings.appliance.data_dir

    def notices() -> Iterable[str]:
        return () if options.card is None else of_card(options.card)

    def announce(parts: Running) -> None:
        hub = settings.kiosk.hub or "found by mDNS"
        print(
            f'Expeditor {__version__}, screen "{parts.name}", data in {directory.absolute()}\n'
            f"  page    http://127.0.0.1:{parts.port}/   (for the browser of this computer)\n"
            f"  kitchen {hub}",
            flush=True,
        )

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(settings, directory, announce, notices))
    except CannotOpen as error:
        complain(str(error))
        return CANNOT_LISTEN
    except OSError as error:
        complain(f"{directory}: {error.strerror}")
        return UNUSABLE_DATA
    except ExceptionGroup:
        logger.critical("a part of the agent died", exc_info=True)
        return FAILED
    return OK


def _settings(options: argparse.Namespace) -> ScreenConfig:
    """Those of the file, if there is one, and what the command says besides."""
    settings = config.load_screen(options.config) if options.config else ScreenConfig()
    kiosk = settings.kiosk
    if options.name is not None:
        kiosk = replace(kiosk, name=options.name)
    if options.hub is not None:
        try:
            kiosk = replace(kiosk, hub=Site.parse(options.hub))
        except ValueError as error:
            raise ConfigError(f"--hub: {error}") from error
    return replace(settings, kiosk=kiosk)
