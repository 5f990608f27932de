"""Bump bars of each kind, plugged in and pressed by the tests, and what is heard of them."""

import asyncio
import contextlib
import os
import pty
import random
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hardware.bump_bars import BumpBar
from hardware.connection import Condition, State, Transport
from hardware.key_names import code_of
from hardware.keyboards import Keyboard
from hardware.keys import DOWN, REPEAT, UP, KeyPress, bytes_of
from hardware.profiles import Profile, load
from hardware.serial_bars import SerialBar
from hardware.simulated_bars import EVENT, ReadingEnd, SimulatedKeyboard, SimulatedSerialBar

EVDEV: Any = import_module("evdev") if find_spec("evdev") else None
"""python-evdev, which is not for every machine."""

LOOK_SECONDS = 0.01
REST_SECONDS = 0.05
PATIENCE = 10.0
"""Seconds until a test gives up on what should come."""
UINPUT = Path("/dev/uinput")


class Bar(ABC):
    """A bar as the contract handles it; all have the keys bump, recall, up, 1 and 2."""

    transport: Transport
    profile: Profile

    @abstractmethod
    def press(self, key: str) -> None: ...

    @abstractmethod
    def hold(self, key: str) -> None:
        """Press a key, and hold it until it repeats once."""

    @abstractmethod
    def half(self) -> None:
        """Begin a press that is not finished."""

    @abstractmethod
    def garbage(self, chance: random.Random) -> None: ...

    @abstractmethod
    def plug(self) -> None: ...

    @abstractmethod
    def unplug(self) -> None: ...


class SimulatedKeys(Bar):
    """The driver of keyboards at a simulated device."""

    def __init__(self, **options: Any) -> None:
        self.profile = load("kb9000")
        self.transport = self.keyboard = SimulatedKeyboard(self.profile, **options)

    def press(self, key: str) -> None:
        self.keyboard.press(key)

    def hold(self, key: str) -> None:
        self.keyboard.down(key)
        self.keyboard.repeat(key)
        self.keyboard.up(key)

    def half(self) -> None:
        self.keyboard.down("bump")

    def garbage(self, chance: random.Random) -> None:
        for _ in range(200):
            kind, code = chance.choice((0, 1, 2, 4, 17, 0xFFFF)), chance.randrange(4, 0x10000)
            value = chance.choice((-1, 3, chance.randrange(-(2**31), 2**31)))
            self.keyboard.send(EVENT.pack(0, 0, kind, code, value))
        self.keyboard.send(EVENT.pack(0, 0, 0, 0, 0))

    def plug(self) -> None:
        self.keyboard.plug()

    def unplug(self) -> None:
        self.keyboard.unplug()


def library_device(end: ReadingEnd, down: Callable[[], list[int]]) -> Any:
    """python-evdev's own InputDevice on a pipe; only what asks the kernel is replaced."""

    def opened(device: Any) -> None:
        device.path, device.fd = "a pipe", end.fileno()

    def close(device: Any) -> None:
        end.close()
        device.fd = -1

    replaced = {"__init__": opened, "close": close, "active_keys": lambda _device: down()}
    return type("Piped", (EVDEV.InputDevice,), replaced)()


class OnUinput(Bar):
    """The whole driver, opening and grabbing included, on a keyboard made by the kernel."""

    def __init__(self, folder: Path) -> None:
        self.profile = load("kb9000")
        self._link = folder / f"bar{len(list(folder.iterdir()))}"
        self.transport = Keyboard(str(self._link))
        self._codes = {name: code_of(sent) for sent, name in self.profile.keys.items()}
        self._made: Any = None
        self.plug()

    def press(self, key: str) -> None:
        self._write(self._codes[key], DOWN)
        self._write(self._codes[key], UP)

    def hold(self, key: str) -> None:
        self._write(self._codes[key], DOWN)
        self._write(self._codes[key], REPEAT)
        self._write(self._codes[key], UP)

    def half(self) -> None:
        self._write(self._codes["bump"], DOWN)

    def garbage(self, chance: random.Random) -> None:
        for _ in range(200):
            self._write(chance.choice((300, 400, 500)), chance.choice((0, 1, 2)))

    def _write(self, code: int, value: int) -> None:
        if self._made is not None:
            self._made.write(EVDEV.ecodes.EV_KEY, code, value)
            self._made.syn()

    def plug(self) -> None:
        self._made = EVDEV.UInput()
        self._link.symlink_to(self._made.device.path)

    def unplug(self) -> None:
        if self._made is not None:
            self._link.unlink()
            self._made.close()
            self._made = None


class SerialKeys(Bar):
    """A bar on a serial line of some kind."""

    def __init__(self) -> None:
        self.profile = load("ascii")
        self._sent = {name: bytes_of(sent) for sent, name in reversed(self.profile.keys.items())}

    def press(self, key: str) -> None:
        self.send(self._sent[key])

    def hold(self, key: str) -> None:
        self.send(self._sent[key] * 2)

    def half(self) -> None:
        self.send(b"\x1b[")

    def garbage(self, chance: random.Random) -> None:
        self.send(chance.randbytes(200))

    @abstractmethod
    def send(self, sent: bytes) -> None: ...


class SimulatedSerial(SerialKeys):
    """The driver of serial bars at a simulated line."""

    def __init__(self) -> None:
        super().__init__()
        self.transport = self.line = SimulatedSerialBar(self.profile)

    def press(self, key: str) -> None:
        self.line.press(key)

    def send(self, sent: bytes) -> None:
        self.line.send(sent)

    def plug(self) -> None:
        self.line.plug()

    def unplug(self) -> None:
        self.line.unplug()


class OnPseudoTerminal(SerialKeys):
    """The whole driver on a terminal of the kernel, whose name is a link as of udev."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._link = folder / f"ttyBAR{len(list(folder.iterdir()))}"
        self.transport = SerialBar(str(self._link), self.profile)
        self._master = -1
        self.plug()

    def send(self, sent: bytes) -> None:
        if self._master >= 0:
            with contextlib.suppress(BlockingIOError):
                os.write(self._master, sent)

    def plug(self) -> None:
        self._master, slave = pty.openpty()
        os.set_blocking(self._master, False)
        self._link.symlink_to(os.ttyname(slave))
        os.close(slave)

    def unplug(self) -> None:
        if self._master >= 0:
            self._link.unlink()
            os.close(self._master)
            self._master = -1


KINDS: dict[str, Callable[[Path], Bar]] = {
    "simulated keyboard": lambda _: SimulatedKeys(),
    "evdev over a pipe": lambda _: SimulatedKeys(device=library_device),
    "evdev on uinput": OnUinput,
    "simulated serial bar": lambda _: SimulatedSerial(),
    "serial on a pseudo-terminal": OnPseudoTerminal,
}


def _no_uinput() -> str:
    """Why the kernel makes no keyboard here; empty where it does."""
    if not UINPUT.exists():
        return f"there is no {UINPUT}"
    try:
        EVDEV.UInput().close()
    except (OSError, EVDEV.UInputError) as error:
        return f"no keyboard can be made by {UINPUT} and opened: {error}"
    return ""


MISSING: dict[str, str] = {}
"""The kinds that this machine has not, and why."""
if EVDEV is None:
    MISSING |= dict.fromkeys(("evdev over a pipe", "evdev on uinput"), "python-evdev is not here")
elif why := _no_uinput():
    MISSING["evdev on uinput"] = f"{why}, so no real device was opened and grabbed"


class Heard:
    """What a bar told."""

    def __init__(self) -> None:
        self.presses: asyncio.Queue[KeyPress] = asyncio.Queue()
        self.states: list[State] = []
        self._changed = asyncio.Event()
        self.bar: BumpBar

    def changed(self, state: State) -> None:
        self.states.append(state)
        self._changed.set()

    async def until(self, condition: Condition) -> str:
        """Its words, as soon as it is the bar's condition."""
        async with asyncio.timeout(PATIENCE):
            while self.bar.state.condition != condition:
                self._changed.clear()
                await self._changed.wait()
        return self.bar.state.words

    async def press(self) -> KeyPress:
        async with asyncio.timeout(PATIENCE):
            return await self.presses.get()

    async def keys(self, until: str) -> list[str]:
        """The keys up to and including this one."""
        keys = [(await self.press()).key]
        while keys[-1] != until:
            keys.append((await self.press()).key)
        return keys

    async def answers(self, bar: Bar, key: str = "recall") -> None:
        """Press a key until it is heard: the bar works."""
        async with asyncio.timeout(PATIENCE):
            while True:
                bar.press(key)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.1):
                        while (await self.presses.get()).key != key:
                            pass
                        break
            # One that was pressed in vain may have come late.
            while not self.presses.empty():
                self.presses.get_nowait()


@contextlib.asynccontextmanager
async def listening(
    transport: Transport,
    profile: Profile,
    name: str = "bar",
    pressed: Callable[[KeyPress], None] | None = None,
) -> AsyncIterator[Heard]:
    heard = Heard()
    heard.bar = BumpBar(
        name,
        transport,
        profile,
        pressed or heard.presses.put_nowait,
        changed=heard.changed,
        look_seconds=LOOK_SECONDS,
        rest_seconds=REST_SECONDS,
    )
    running = asyncio.create_task(heard.bar.run())
    try:
        yield heard
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


@contextlib.contextmanager
def unplugged_at_last(*bars: Bar) -> Iterator[None]:
    try:
        yield
    finally:
        for bar in bars:
            bar.unplug()
