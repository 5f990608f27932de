"""The command `expeditor printer`: which printers there are, and what to write to have them."""

import argparse
import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Final

from appliance.cli_ending import FAILED, OK, WRONG_CONFIGURATION, complain
from appliance.terminal import say
from hardware.printers.away import in_words
from hardware.printers.discovery import NetworkPrinter, adapters, network_printers
from hardware.printers.models import UnknownModel, model_of
from hardware.printers.probe import Found, Setting, line_at, probe, settings
from hardware.printers.transport import transport_to

LISTEN_SECONDS: Final = 4.0
"""Printers answer a question within a second; some sleep, and want to be asked twice."""
LONGEST_TEXT: Final = 80
"""Characters that are shown of what somebody on the network calls himself."""

NONE_FOUND: Final = """\
No serial adapter is plugged in, and no printer on this network says that it is one. A printer on a
serial line of the machine's own is not found by itself: give its path, as in
`expeditor printer probe /dev/ttyAMA0`. One on the network may still be there: print its
configuration page, as its manual says, and write its address as transport = "tcp:ADDRESS:9100"."""

NO_ANSWER: Final = """\
{path}: nothing answers at any of {tried} settings. Is the printer switched on, with paper in it and
its cover closed? Is the cable one for printers (crossed: a "null modem")? Is another program using
it? A printer that cannot answer has its settings on the slip that it prints when it is switched on
with its feed button pressed."""

BETWEEN: Final = """\
Trying {path}: this takes up to {seconds:.0f} s. It prints nothing at the right setting. At a wrong
one the printer may take some bytes for letters; they are thrown away at the end."""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add it."""
    printer = commands.add_parser("printer", help="ticket printers")
    actions = printer.add_subparsers(title="actions", metavar="ACTION", required=True)
    find = actions.add_parser("find", help="list serial adapters, and printers on the network")
    find.set_defaults(run=_run_find)
    probe = actions.add_parser(
        "probe", help="find the settings of a printer on a serial line, as TOML"
    )
    probe.add_argument(
        "path", metavar="PATH", nargs="?", help="as /dev/ttyUSB0; without it, all adapters"
    )
    probe.set_defaults(run=_run_probe)


def _run_probe(options: argparse.Namespace) -> int:
    """Try one line, or all adapters; returns the exit code."""
    paths = [options.path] if options.path else [adapter.path for adapter in adapters()]
    if not paths:
        complain(NONE_FOUND)
        return FAILED
    try:
        for path in paths:
            transport_to(f"serial:{path}")
    except ValueError as error:
        complain(str(error))
        return WRONG_CONFIGURATION
    answered = [_probe(path, number) for number, path in enumerate(paths, 1)]
    return OK if any(answered) else FAILED


def _run_find(options: argparse.Namespace) -> int:
    """List what is there; returns the exit code."""
    del options
    say(f"Looking for printers on the network, for {LISTEN_SECONDS:.0f} s …")
    plugged = adapters()
    try:
        answered = asyncio.run(network_printers(LISTEN_SECONDS))
    except OSError as error:
        complain(f"the network cannot be asked: {error.strerror or error}")
        answered = []
    for adapter in plugged:
        print(f"serial:{harmless(adapter.path)}  {harmless(adapter.description)}")
    for printer in answered:
        print(f"{_address(printer)}  {harmless(printer.name)}  {harmless(printer.model)}")
    if not plugged and not answered:
        complain(NONE_FOUND)
        return FAILED
    say("Write one of these as transport of a [[printer]].")
    if plugged:
        say("Of a serial one, `expeditor printer probe` finds the settings.")
    return OK


def harmless(text: str) -> str:
    """What may be written to a terminal, whoever sent it: on one line, without control codes."""
    kept = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )
    return kept if len(kept) <= LONGEST_TEXT else f"{kept[: LONGEST_TEXT - 1]}…"


def as_toml(path: str, found: Found, number: int) -> str:
    """What to write into the configuration."""
    return "\n".join(_toml(path, found, number)) + "\n"


def _toml(path: str, found: Found, number: int) -> Iterator[str]:
    yield "[[printer]]"
    yield f'id = "printer-{number}"  # as you like; stations = ["…"] says whose chits it prints'
    yield f"transport = {json.dumps(f'serial:{path}')}"
    yield f"baud = {found.setting.baud}"
    yield f'parity = "{found.setting.parity}"'
    yield f'flow = "{found.flow}"'
    if found.model is None:
        yield '# model = "…"  # it does not say what it is: look at its type plate'
        return
    model = json.dumps(harmless(found.model))
    try:
        model_of(found.model)
    except UnknownModel:
        yield f"# It calls itself {model}, which is no model that is known here."
    else:
        yield f"model = {model}"


def _probe(path: str, number: int) -> bool:
    """Whether a printer answers; what to write for it is printed."""
    tried = len(list(settings()))
    say(BETWEEN.format(path=harmless(path), seconds=tried * 0.4))
    try:
        found = asyncio.run(probe(line_at(path), _progress(path)))
    except Exception as error:  # noqa: BLE001 - whatever a driver raises is told in words
        complain(in_words(error, f"serial:{path}"))
        return False
    if found is None:
        complain(NO_ANSWER.format(path=harmless(path), tried=tried))
        return False
    print(as_toml(path, found, number), end="", flush=True)
    return True


def _progress(path: str) -> Callable[[Setting], None]:
    def tell(setting: Setting) -> None:
        say(f"{harmless(path)}: {setting.baud} baud, parity {setting.parity} …")

    return tell


def _address(printer: NetworkPrinter) -> str:
    host = f"[{printer.host}]" if ":" in printer.host else printer.host
    with contextlib.suppress(ValueError):
        return transport_to(f"tcp:{host}:{printer.port}").address
    return "tcp:?"
