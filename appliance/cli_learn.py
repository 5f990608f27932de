"""The command `expeditor learn-keys`: what the keys of a bump bar send, written as TOML."""

import argparse
import asyncio
import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from appliance.cli_ending import FAILED, OK, WRONG_CONFIGURATION, complain
from appliance.config.actions import MOST_SLOTS
from appliance.config.keys import ACTIONS, action_of, usual_profile
from appliance.terminal import Terminal, say
from hardware import keyboards, serial_bars
from hardware.bump_bars import EVDEV, SERIAL
from hardware.connection import Transport
from hardware.learning_keys import Learning, listening_to
from hardware.profiles import Profile, load

NONE_FOUND: Final = f"""\
No bump bar is plugged in: no keyboard in {keyboards.FOLDERS[0]} and no serial adapter in
{serial_bars.FOLDER}. Plug it in, and give this command again. A bar on a serial line of the
machine's own is not found by itself: give its address, as serial:/dev/ttyAMA0."""

HOW: Final = """\
Press a key of the bar, then type its name here, on another keyboard, and Enter. Enter alone
keeps the name that the profile has, or leaves the key without one. Ctrl-C ends it, and the map
is written. A service that runs holds the bar: stop it first."""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add it."""
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
    learn.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    """List the bars, or learn the keys of one; returns the exit code."""
    if options.bar is None:
        return _list()
    try:
        name = options.profile or usual_profile(options.bar)
        profile = load(name)
        transport = listening_to(options.bar, profile)
    except ValueError as error:
        complain(str(error))
        return WRONG_CONFIGURATION
    if options.write is not None and options.write.exists():
        complain(f"{options.write}: is there already; give the name of a new file")
        return WRONG_CONFIGURATION
    # The states of the bar are told by words here, not in a log.
    logging.getLogger("hardware").addHandler(logging.NullHandler())
    say(f"With the profile {name} ({profile.title}): what differs from it is written.")
    keys = learn(transport, profile)
    if not keys:
        say("Nothing to write: no key has a name that is not in the profile.")
        return OK
    section = f"transport = {options.bar!r} and profile = {name!r}"
    return _write(f"# Below the [[bump_bar]] with {section}:\n{keys}", options.write)


def learn(transport: Transport, profile: Profile) -> str:
    """Learn with the person at the terminal until it is ended; the map, empty if it has no key."""
    say(HOW)
    say("\n".join(_names()))
    terminal = Terminal()

    async def ask(question: str) -> str | None:
        terminal.forget()
        say(question, end="")
        return await terminal.line()

    learning = Learning(transport, profile, _check, say, ask)

    async def until_ended() -> None:
        with terminal:
            await learning.run()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(until_ended())
    say()
    return learning.toml() if learning.keys else ""


def _names() -> Iterator[str]:
    """What a key may be called."""
    names = [name for name in ACTIONS if not name.isdigit()]
    yield f"Its name says what it does: {', '.join(names)};"
    yield f"1 to {MOST_SLOTS} bump the ticket in that place; start 3 starts it, and so on."


def _check(name: str) -> None:
    # How many places a page has is not known here: the configuration says it, when it is checked.
    action_of(name, MOST_SLOTS)


def _list() -> int:
    bars = [f"{EVDEV}:{path}" for path in keyboards.found()]
    bars += [f"{SERIAL}:{path}" for path in serial_bars.found()]
    if not bars:
        complain(NONE_FOUND)
        return FAILED
    say("Plugged in, and perhaps a bump bar; learn one by `expeditor learn-keys` and its name:")
    for bar in bars:
        print(bar)
    return OK


def _write(text: str, file: Path | None) -> int:
    if file is None:
        print(text, end="", flush=True)
        return OK
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except OSError as error:
        complain(f"{file}: {error.strerror}; so here it is:")
        print(text, end="", flush=True)
        return FAILED
    say(f"Written to {file}.")
    return OK
