"""Updates: a signed bundle into the system that does not run; then that one is tried.

    bundle ─ rauc ─▶ the other system ─ restart ─▶ on trial ─┬─ well: it stays
                                                             └─ not: restart, the one before is back

RAUC checks signatures, writes the system and tells the boot loader. What became of an update is
kept in a file on the disk of the data, before anything is done, so that after a power cut it is
known what went on. Whoever may read that file tells people of it. Data is never touched.
"""

import contextlib
import errno
import logging
import os
import re
import shutil
import stat
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from msgspec.structs import replace

from appliance.card_now import Update, UpdateState
from appliance.files import replace_file

logger = logging.getLogger(__name__)

FILE: Final = "update.json"
SETTLED: Final = "settled.json"
"""What was found good last: a `Running`."""
INSTALLED: Final = "installed.json"
"""The versions that were installed, or begun to be: a stick that stays in brings none again."""
_MOST_KNOWN: Final = 100
TRIAL_SECONDS: Final = 300.0
"""For so long a system may take to be well; one on an old card takes two minutes to start."""
WELL_SECONDS: Final = 20.0
"""For so long it has to be well without a break."""
LOOK_SECONDS: Final = 1.0
_INSTALL_SECONDS: Final = 3_600
"""A slow card writes 2 MB/s."""
_READ_SECONDS: Final = 600
"""A slow stick reads 2 MB/s, and all of a bundle is signed."""


class Running(NamedTuple):
    """What runs now."""

    version: str
    system: str


def update_of(directory: Path) -> Update | None:
    """What became of the last update; None for none that is known."""
    try:
        return msgspec.json.decode((directory / FILE).read_bytes(), type=Update)
    except (OSError, msgspec.DecodeError):
        return None


class Updates:
    """On one card."""

    def __init__(self, directory: Path, running: Running) -> None:
        """`directory`: the card's own, on the disk of the data."""
        self._directory = directory
        self._running = running

    def is_new(self, bundle: Path) -> bool:
        """Whether it is newer than what runs, and was not installed before, whatever became of it.

        Raises Refused where its signature is not good.
        """
        version = str(_manifest(bundle).get("version", ""))
        is_newer = numbers(version) > numbers(self._running.version)
        return is_newer and version not in self._installed()

    @property
    def is_pending(self) -> bool:
        """Whether one is being installed, begins with the next start, or is being tried."""
        update = update_of(self._directory)
        return update is not None and update.state in ("installing", "ready", "trying")

    def install(self, bundle: Path) -> bool:
        """Install a bundle; whether it begins with the next start. Blocks for minutes.

        Raises OSError where it cannot be kept what becomes of it.
        """
        if self._is_on_trial():  # The other system is the way back.
            self.refuse("an update is being tried: wait until it is found good")
            return False
        self._keep(self._new("installing", ""))
        try:
            manifest = _manifest(bundle)
            version = str(manifest["version"])
        except (Refused, KeyError) as error:
            self.refuse(str(error))
            return False
        self._keep(self._new("installing", version))
        known = [each for each in self._installed() if each != version]
        replace_file(
            self._directory / INSTALLED, msgspec.json.encode([*known, version][-_MOST_KNOWN:])
        )
        try:
            _rauc("install", str(bundle), seconds=_INSTALL_SECONDS)
        except Refused as error:
            self._keep(self._new("failed", version, str(error)))
            return False
        self._keep(self._new("ready", version))
        return True

    def refuse(self, why: str) -> None:
        """Say of an update that it is not even begun. Raises OSError."""
        self._keep(self._new("failed", "", why))

    def settle(self, is_well: Callable[[], bool]) -> bool:
        """After a start: see what has become of an update; whether this system is to stay.

        It is tried where it is another one than was found good last, whatever is said of
        updates. Blocks, while it is tried, until that is decided. `is_well` is asked again and
        again. Where nothing can be kept it is decided all the same.
        """
        if not self._is_on_trial():
            self._settle_here()
            return self._stay()
        tried = self._tried()
        self._tell(tried)
        if _stays_well(is_well):
            self._stay()
            self._tell(replace(tried, state="good"))
            return True
        try:
            # The boot loader goes by this; what is told of it comes second.
            _rauc("status", "mark-bad", "booted")
        except Refused as error:
            logger.warning("it is left to the boot loader to count its tries: %s", error)
        self._tell(replace(tried, state="came back", why="it was not well after its start"))
        return False

    def _is_on_trial(self) -> bool:
        """Whether what runs is not the system that was found good last."""
        if (settled := self._settled()) is not None:
            return settled.system != self._running.system
        # As on a new card. Where it was lost, what is said of an update has to do.
        update = update_of(self._directory)
        if update is None or update.state not in ("ready", "trying"):
            return False
        return update.system != self._running.system

    def _installed(self) -> list[str]:
        try:
            return msgspec.json.decode((self._directory / INSTALLED).read_bytes(), type=list[str])
        except (OSError, msgspec.DecodeError):
            return []

    def _settled(self) -> Running | None:
        try:
            return msgspec.json.decode((self._directory / SETTLED).read_bytes(), type=Running)
        except (OSError, msgspec.DecodeError):
            return None

    def _settle_here(self) -> None:
        """The system of before runs: it was not left, or it is back."""
        update = update_of(self._directory)
        if update is None or update.system != self._running.system:
            return
        if update.state == "installing":
            self._tell(replace(update, state="failed", why="the power went while it was written"))
        elif update.state in ("ready", "trying"):
            self._tell(replace(update, state="came back", why="it did not start"))

    def _stay(self) -> bool:
        with contextlib.suppress(Refused):  # Told in the journal: this system runs all the same.
            _rauc("status", "mark-good", "booted")
        try:
            replace_file(self._directory / SETTLED, msgspec.json.encode(self._running))
        except OSError as error:
            logger.warning("%s cannot be written: %s", SETTLED, error.strerror)
        return True

    def _tried(self) -> Update:
        """The update that has brought what runs: what is known last may be of another one."""
        update = update_of(self._directory)
        if update is not None and update.state in ("ready", "trying"):
            return replace(update, state="trying")
        before = self._settled() or self._running
        made = self._new("trying", self._running.version)
        return replace(made, before=before.version, system=before.system)

    def _tell(self, update: Update) -> None:
        try:
            self._keep(update)
        except OSError as error:
            logger.warning("%s cannot be written: %s", FILE, error.strerror)

    def _new(self, state: UpdateState, version: str, why: str = "") -> Update:
        now = time.time_ns() // 1_000_000
        return Update(state, version, self._running.version, self._running.system, now, why)

    def _keep(self, update: Update) -> None:
        path = self._directory / FILE
        replace_file(path, msgspec.json.encode(update))
        path.chmod(0o644)
        logger.info("update to %s: %s %s", update.version or "?", update.state, update.why)


def take_over(bundle: Path, to: Path) -> None:
    """Move a bundle that somebody else has written to where nobody else can write it.

    Raises OSError, also for what is no file.
    """
    to.unlink(missing_ok=True)
    try:
        bundle.rename(to)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # From another disk.
        with os.fdopen(_opened(bundle), "rb") as whole, to.open("xb") as own:
            shutil.copyfileobj(whole, own)
    # Its writer may have made anything of it, and may have it open still: RAUC sees to that.
    descriptor = _opened(to)
    try:
        os.fchown(descriptor, os.geteuid(), os.getegid())
        os.fchmod(descriptor, 0o400)
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int:
    """A file to be read, and nothing else by that name. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise IsADirectoryError(errno.EISDIR, "this is no file", str(path))
    return descriptor


def _stays_well(is_well: Callable[[], bool]) -> bool:
    began = time.monotonic()
    since: float | None = None
    while (now := time.monotonic()) - began < TRIAL_SECONDS:
        since = (since or now) if is_well() else None
        if since is not None and now - since >= WELL_SECONDS:
            return True
        time.sleep(LOOK_SECONDS)
    return False


def numbers(version: str) -> tuple[int, ...]:
    """What tells which of two versions is newer."""
    return tuple(map(int, re.findall(r"\d+", version)))


class Refused(Exception):
    """RAUC did not do it; the text says why."""


def _manifest(bundle: Path) -> Mapping[str, Any]:
    """What a bundle says of itself, once its signature is found good. Raises Refused."""
    told = _rauc("info", "--output-format=json", str(bundle), seconds=_READ_SECONDS)
    try:
        found = msgspec.json.decode(told)
    except msgspec.DecodeError as error:
        raise Refused("it is no bundle") from error
    return found if isinstance(found, dict) else {}


def _rauc(*arguments: str, seconds: float = 60) -> bytes:
    """What it says. Raises Refused."""
    try:
        done = subprocess.run(  # noqa: S603 - nothing of it comes from elsewhere but a path
            ["rauc", *arguments],  # noqa: S607 - wherever it is installed
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except OSError as error:
        raise Refused(f"rauc cannot be run: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise Refused(f"it was not done within {seconds:g} s") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        why = said[-1] if said else f"rauc ended with {done.returncode}"
        logger.warning("rauc %s: %s", arguments[0], why)
        raise Refused(why)
    return done.stdout
