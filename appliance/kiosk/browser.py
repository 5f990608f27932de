"""The browser: started, ended whole, started again with patience.

It has a session and a process group of its own, which gets the signals. What belongs to it has a
mark in its environment besides: so is ended what left the group, and what a killed agent left.
"""

import asyncio
import contextlib
import logging
import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import Final, Literal, NoReturn

logger = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS: Final = 1.0
"""Before it is started again; twice as long each time."""
LONGEST_PAUSE_SECONDS: Final = 30.0
"""A screen that is switched on again, or a package that is installed, is waited for no longer."""
SOUND_AFTER_SECONDS: Final = 60.0
"""It ran for so long: whatever ended it before is over."""
TERM_SECONDS: Final = 1.5
"""To end by itself; the agent has three in all."""
KILL_SECONDS: Final = 1.0
"""Until what was killed is gone."""
_LOOK_SECONDS: Final = 0.05
MARK: Final = "EXPEDITOR_SCREEN"
"""Of the environment."""
_ENVIRONMENT: Final = {"WLR_LIBINPUT_NO_DEVICES": "1"}
"""cage, without it, does not start where there is neither a keyboard nor a touch: as at a TV."""
PROFILE: Final = "browser"
"""In the data directory."""
_LOCKS: Final = ("SingletonLock", "SingletonCookie", "SingletonSocket")
_PACKAGES: Final = {"cage": "cage", "Xwayland": "xwayland", "chromium": "chromium"}
"""What Debian calls the packages of the programs that are needed where none is named. cage does not
start without Xwayland, which its package does not ask for (0.1.4)."""

Life = Literal["running", "starting", "ended"]


def usual_command(profile: Path) -> tuple[str, ...]:
    """Chromium, which asks nothing and shows nothing but the page, alone under cage."""
    return (
        "cage",
        "-d",  # No frames around windows.
        "--",
        "chromium",
        "--kiosk",
        "--ozone-platform=wayland",
        f"--user-data-dir={profile}",
        "--no-first-run",
        "--no-default-browser-check",
        "--password-store=basic",  # No question for a keyring.
        "--hide-crash-restore-bubble",  # It is killed as a rule: by the switch at the wall.
        "--noerrdialogs",
        "--disable-features=Translate",
        "--autoplay-policy=no-user-gesture-required",  # Nobody clicks before the first order.
        "--overscroll-history-navigation=0",  # A wipe on a touch screen is no step back.
        "--disable-pinch",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--log-level=3",  # What is fatal; the rest, of buses and graphics, would fill the journal.
    )


class Browser:
    """One of them, on one page."""

    def __init__(self, command: Sequence[str], page: str, directory: Path, identity: str) -> None:
        """`command`: none for the usual one. `page`: its address. `identity`: of this screen."""
        profile = directory.absolute() / PROFILE
        self._usual = not command
        self._command = (*(command or usual_command(profile)), page)
        self._profile = profile
        self._identity = identity
        self._ending = asyncio.Event()
        self._ended_for = ""
        self._starts = 0
        self.life: Life = "ended"
        """`starting` until `is_there`."""
        self.started: float | None = None
        """Monotonic; None while it does not run."""
        self.why = ""
        """Of the last one, or why it does not run."""

    @property
    def restarts(self) -> int:
        """Since the agent's start."""
        return max(0, self._starts - 1)

    def is_there(self) -> None:
        """Its page says so."""
        if self.life == "starting":
            self.life = "running"

    def restart(self, why: str) -> None:
        """Where it runs, end it and begin anew on the page."""
        if self.started is not None and not self._ending.is_set():
            logger.warning("the browser is started again: %s", why)
            self._ended_for = why
            self._ending.set()

    async def run(self) -> NoReturn:
        """Until cancelled; then nothing of it is left."""
        pause = FIRST_PAUSE_SECONDS
        try:
            while True:
                await self._end_all(None)  # What an agent that was killed has left.
                lived = await self._live()
                if lived >= SOUND_AFTER_SECONDS:
                    pause = FIRST_PAUSE_SECONDS
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        finally:
            await self._end_all(None)

    async def _live(self) -> float:
        """Start it and stay until it has ended; how many seconds it ran."""
        missing = await asyncio.to_thread(self._missing)
        if missing:
            self._say(missing)
            return 0.0
        self._ending.clear()
        try:
            if self._usual:
                await asyncio.to_thread(self._unlock)
            process = await self._begun()
        except OSError as error:
            self._say(f"{self._command[0]} cannot be started: {error.strerror}")
            return 0.0
        began = self.started = monotonic()
        self.life = "starting"
        self._starts += 1
        logger.info("the browser has started")
        ended = asyncio.ensure_future(process.wait())
        asked = asyncio.ensure_future(self._ending.wait())
        try:
            await asyncio.wait({ended, asked}, return_when=asyncio.FIRST_COMPLETED)
            lived = monotonic() - began
        finally:
            self.started, self.life = None, "ended"
            asked.cancel()
            await self._end_all(process)
            await ended
        if self._ending.is_set():
            self.why = self._ended_for
        else:
            self._say(f"it ended by itself ({_ending(process.returncode)})")
        return lived

    async def _begun(self) -> asyncio.subprocess.Process:
        """The browser's process. Who is cancelled meanwhile leaves none. Raises OSError."""
        beginning = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                start_new_session=True,
                env=_ENVIRONMENT | os.environ | {MARK: self._identity},
            )
        )
        try:
            return await asyncio.shield(beginning)
        except asyncio.CancelledError:
            with contextlib.suppress(OSError):
                process = await beginning
                await self._end_all(process)
                await process.wait()
            raise

    def _missing(self) -> str:
        """In words, which of the programs that are meant is not there."""
        programs = _PACKAGES if self._usual else (self._command[0],)
        for program in programs:
            if shutil.which(program) is None:
                package = _PACKAGES.get(program)
                hint = f": sudo apt install {package}" if package else ""
                return f"{program} is not installed{hint}"
        return ""

    def _say(self, why: str) -> None:
        """Why it does not run: in the log where that is new."""
        if why != self.why:
            logger.warning("browser: %s", why)
        self.why = why

    def _unlock(self) -> None:
        """Take away what a browser left that did not end by itself.

        Chromium shows a question in place of the page where the lock is of another host name,
        and that of a computer may be changed. Nobody else is on this profile.
        """
        for name in _LOCKS:
            (self._profile / name).unlink(missing_ok=True)

    async def _end_all(self, leader: asyncio.subprocess.Process | None) -> None:
        """Ask all of it to end, and end what does not."""
        group = None if leader is None else leader.pid
        ending: set[int] = set()
        for number, seconds in ((signal.SIGTERM, TERM_SECONDS), (signal.SIGKILL, KILL_SECONDS)):
            deadline = monotonic() + seconds
            await asyncio.to_thread(self._signal, group, number)
            while await asyncio.to_thread(self._is_there, group, ending):
                if monotonic() >= deadline:
                    break
                await asyncio.sleep(_LOOK_SECONDS)
            else:
                return

    def _signal(self, group: int | None, number: int) -> None:
        """Send it to all that belongs to it."""
        if group is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, number)
        for pid in self._members(None):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                # Those of the group have it already.
                if os.getpgid(pid) != group:
                    os.kill(pid, number)

    def _is_there(self, group: int | None, ending: set[int]) -> bool:
        """Whether anything of it runs. `ending`: what did when it was looked for before.

        What ends loses its environment first, and its files, with the display, thereafter.
        """
        ending.update(self._members(group))
        return any(_group(pid) is not None for pid in ending)

    def _members(self, group: int | None) -> Iterator[int]:
        """Processes of this group, or with its mark in their environment; not this one."""
        mark = f"{MARK}={self._identity}".encode()
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal() or int(entry.name) == os.getpid():
                continue
            pid = int(entry.name)
            if (group is not None and _group(pid) == group) or mark in _environment(entry):
                yield pid


def _environment(process: Path) -> Sequence[bytes]:
    """That it began with."""
    try:
        return (process / "environ").read_bytes().split(b"\0")
    except OSError:  # Another's, or ended.
        return ()


def _group(pid: int) -> int | None:
    """Of a process; None where it has ended, also where nobody has asked what came of it."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    # proc(5): the name is in brackets, and may have some in it.
    state, _parent, group, *_ = stat.rpartition(b")")[2].split()
    return None if state in (b"Z", b"X") else int(group)


def _ending(code: int | None) -> str:
    if code is None or code >= 0:
        return f"code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
