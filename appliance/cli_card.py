"""The command `expeditor card`: what the units of an SD card run; nobody else needs it."""

import argparse
import contextlib
import logging
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from appliance import __version__, logs
from appliance.card.run_files import RunDirectory
from appliance.card.update import Refused, Running, Updates, numbers, take_over
from appliance.cli_ending import FAILED, OK, UNUSABLE_DATA, complain

BOOT: Final = Path("/boot/firmware")
RUN: Final = Path("/run/expeditor-card")
KEPT: Final = Path("/data/card")
"""On the disk of the data, and root's."""
LINK: Final = Path("/run/expeditor/sign-in")
"""Where the service says by what link somebody can sign in."""
LINK_USED: Final = Path("/var/lib/expeditor/link-used")
"""There from when somebody did."""
_OF_STICKS: Final = "vfat,exfat,ext4"
_PROGRAMS: Final[Mapping[str, tuple[int, str, Callable[[Mapping[str, Any]], bool]]]] = {
    "hub": (80, "/api/v1/kds/health", lambda told: not told.get("fault")),
    # A screen is what its browser shows.
    "screen": (9105, "/health", lambda told: told.get("browser") == "running"),
}
"""By role: where a program says how it is, and whether that is well."""

logger = logging.getLogger(__name__)


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add it."""
    card = commands.add_parser("card", help="what the units of an SD card run")
    card.add_argument("--run", dest="run_directory", type=Path, default=RUN, metavar="DIR")
    card.add_argument("--kept", type=Path, default=KEPT, metavar="DIR")
    actions = card.add_subparsers(title="actions", metavar="ACTION", required=True)

    booting = actions.add_parser("boot", help="take what the boot partition says")
    booting.add_argument("--from", dest="boot", type=Path, default=BOOT, metavar="DIR")
    booting.add_argument(
        "--networks", type=Path, default=Path("/run/systemd/network"), metavar="DIR"
    )
    booting.add_argument(
        "--disk",
        dest="disks",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="where one has to be mounted; said where none is",
    )
    booting.add_argument("--group", type=int, metavar="GID", help="of the service")
    booting.add_argument("--set-hostname", action="store_true")
    booting.set_defaults(run=_boot)

    showing = actions.add_parser("console", help="show on this terminal where it is, and how")
    showing.set_defaults(run=_console)

    updating = actions.add_parser("update", help="install a signed bundle; remove it")
    updating.add_argument("bundle", type=Path, metavar="FILE")
    updating.set_defaults(run=_on_updates(_update))

    looking = actions.add_parser("stick", help="install what is new on a stick")
    looking.add_argument("device", type=Path, metavar="DEVICE")
    looking.set_defaults(run=_on_updates(_stick))

    settling = actions.add_parser("settle", help="see what has become of an update, at a start")
    settling.add_argument("--role", choices=tuple(_PROGRAMS), default="hub")
    settling.set_defaults(run=_on_updates(_settle))


def _boot(options: argparse.Namespace) -> int:
    # What writes TOML takes memory, and what draws codes: the service needs neither.
    from appliance.card.boot import Places, boot  # noqa: PLC0415

    logs.configure()
    run = RunDirectory(options.run_directory, options.group)
    try:
        places = Places(options.boot, run, options.networks, options.kept, options.disks)
        done = boot(places, _number())
        if options.set_hostname:
            socket.sethostname(done.hostname)
    except OSError as error:
        complain(f"{error.filename or options.run_directory}: {error.strerror}")
        return FAILED
    return OK


def _number() -> str:
    """Four letters and digits of this machine's own: what it is called by on its first screen."""
    for path in ("/proc/device-tree/serial-number", "/etc/machine-id"):
        try:
            text = Path(path).read_text().strip(" \n\0")
        except OSError:
            continue
        if len(text) >= 4 and text.isalnum():  # noqa: PLR2004 - as above
            return text[-4:].lower()
    return "0000"


def _console(options: argparse.Namespace) -> int:
    from appliance.card import console  # noqa: PLC0415 - see `_boot`

    console.show(console.Places(options.run_directory, options.kept, LINK, LINK_USED))
    return OK


def _on_updates(
    act: Callable[[argparse.Namespace, Updates], bool],
) -> Callable[[argparse.Namespace], int]:
    def run(options: argparse.Namespace) -> int:
        logs.configure()
        with contextlib.suppress(OSError):  # Whether a system is to stay is decided without it.
            options.kept.mkdir(parents=True, exist_ok=True)
        try:
            good = act(options, Updates(options.kept, Running(__version__, _system())))
        except OSError as error:
            complain(f"{options.kept}: {error.strerror}")
            return UNUSABLE_DATA
        return OK if good else FAILED

    return run


def _system() -> str:
    """Which of the two systems runs: the boot loader says it to the kernel."""
    for word in Path("/proc/cmdline").read_text().split():
        key, _, value = word.partition("=")
        if key == "rauc.slot":
            return value
    return ""


def _update(options: argparse.Namespace, updates: Updates) -> bool:
    own = options.kept / "update.raucb"
    try:
        take_over(options.bundle, own)
    except OSError as error:
        updates.refuse(f"{options.bundle.name} cannot be taken: {error.strerror}")
        return False
    else:
        return updates.install(own)
    finally:
        own.unlink(missing_ok=True)
        options.bundle.unlink(missing_ok=True)


def _stick(options: argparse.Namespace, updates: Updates) -> bool:
    """The newest by name of those that are new, and good; none will do."""
    there = options.run_directory / "stick" / options.device.name
    there.mkdir(parents=True, exist_ok=True)
    how = "ro,nosuid,nodev,noexec"
    mounting = subprocess.run(  # noqa: S603 - the unit's own device
        ["mount", "-t", _OF_STICKS, "-o", how, options.device, there],  # noqa: S607 - wherever it is
        check=False,
    )
    if mounting.returncode:
        return False
    try:
        # Computers leave files of their own, whose names begin with a dot.
        bundles = (each for each in there.glob("*.raucb") if not each.name.startswith("."))
        newest_first = sorted(bundles, key=lambda each: numbers(each.name), reverse=True)
        return _from_stick(newest_first, updates)
    finally:
        subprocess.run(["umount", there], check=False)  # noqa: S603, S607 - as above


def _from_stick(bundles: Sequence[Path], updates: Updates) -> bool:
    if updates.is_pending:  # A stick is looked at with each start.
        return True
    refused, is_any_good = "", False
    for bundle in bundles:
        try:
            if updates.is_new(bundle):
                return updates.install(bundle)
            is_any_good = True
        except Refused as error:
            logger.warning("%s: %s", bundle.name, error)
            refused = refused or f"{bundle.name}: {error}"
    if refused and not is_any_good:
        updates.refuse(refused)
    return not refused


def _settle(options: argparse.Namespace, updates: Updates) -> bool:
    from appliance.card.console import told_by  # noqa: PLC0415 - see `_boot`

    port, path, well = _PROGRAMS[options.role]

    def is_well() -> bool:
        told = told_by(port, path)
        return told is not None and well(told)

    return updates.settle(is_well)
