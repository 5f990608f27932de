"""make vm: the drivers on a kernel's own devices, in a virtual machine that has them.

Debian's kernel, which is unpacked and not installed, with its uinput, evdev and GPIO lines; the
files of this machine, to be read only; and a GPIO chip that is a module of ours (jumper.c),
because Debian's kernel comes without any that is simulated.
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, Final

HERE: Final = Path(__file__).parent
PROJECT: Final = HERE.parents[1]
MADE: Final = PROJECT / "build" / "vm"
SOURCES: Final = Path("/usr/src")
"""Where Debian installs what modules are built with."""

MODULES: Final = ("virtio_pci", "9pnet_virtio", "9p", "evdev", "uinput")
PINS: Final = "20:21"
"""The ends of the jumper, as in jumper.c."""

TESTS: Final = (
    "tests/hardware/test_bump_bars.py",
    "tests/hardware/test_keyboards.py",
    "tests/hardware/test_real_pins.py",
    "tests/end_to_end/test_real_devices.py",
    "-k",
    "uinput or kernel_stamps or test_real",
)
"""What is said to be NOT TESTED where there are no such devices."""


def main() -> int:
    """Make what is not there yet, and run the tests; what pytest returned."""
    headers = max(SOURCES.glob("linux-headers-*-amd64"), key=lambda path: path.stat().st_mtime)
    release = headers.name.removeprefix("linux-headers-")
    MADE.mkdir(parents=True, exist_ok=True)
    kernel = unpacked(f"linux-image-{release}")
    busybox = unpacked("busybox-static") / "bin" / "busybox"
    pins = MADE / "python"
    if not pins.exists():
        pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps")
        run(*pip, "--require-hashes", "--target", pins, "--requirement", HERE / "requirements.txt")
    first = MADE / "first"
    shutil.rmtree(first, ignore_errors=True)
    (first / "bin").mkdir(parents=True)
    shutil.copy(busybox, first / "bin")
    shutil.copy(HERE / "init.sh", first / "init")
    (first / "init").chmod(0o755)
    (first / "command").write_text(command(pins))
    modules = in_order(kernel, release, busybox)
    (first / "modules").mkdir()
    for module in [*modules, jumper(headers)]:
        shutil.copy(module, first / "modules")
    (first / "modules" / "order").write_text(
        "\n".join([*(module.name for module in modules), "jumper.ko"])
    )
    return boot(kernel / "boot" / f"vmlinuz-{release}", packed(first, busybox))


def unpacked(package: str) -> Path:
    """What a package of Debian's has in it."""
    folder = MADE / package
    if not folder.exists():
        run("apt-get", "download", "-q", package, cwd=MADE)
        (archive,) = MADE.glob(f"{package}_*.deb")
        run("dpkg-deb", "-x", archive, folder)
        archive.unlink()
    return folder


def in_order(kernel: Path, release: str, busybox: Path) -> list[Path]:
    """The files of MODULES and of all that they need, the needed ones first."""
    run(busybox, "depmod", "-b", kernel, release)
    root = kernel / "lib" / "modules" / release
    lines = (root / "modules.dep").read_text().splitlines()
    needs = {path: rest.split() for path, _, rest in (line.partition(":") for line in lines)}
    files = {Path(path).stem.replace("-", "_"): path for path in needs}
    ordered: list[str] = []

    def add(paths: Iterable[str]) -> None:
        for path in paths:
            if path not in ordered:
                add(needs[path])
                ordered.append(path)

    add(files[name] for name in MODULES)
    return [root / path for path in ordered]


def jumper(headers: Path) -> Path:
    """The module that is the GPIO chip."""
    folder = MADE / "jumper"
    folder.mkdir(exist_ok=True)
    for name in ("jumper.c", "Kbuild"):
        shutil.copy2(HERE / name, folder)
    run("make", "--silent", "-C", headers, f"M={folder}", "modules")
    return folder / "jumper.ko"


def command(pins: Path) -> str:
    """What the shell of the virtual machine is to do."""
    pytest = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *TESTS, *sys.argv[1:])
    return (
        f"cd {shlex.quote(str(PROJECT))} && PYTHONPATH={shlex.quote(str(pins))} "
        f"EXPEDITOR_GPIO_JUMPER={PINS} EXPEDITOR_HELD_SECONDS=5 exec {shlex.join(pytest)}"
    )


def packed(folder: Path, busybox: Path) -> Path:
    """The folder as the kernel unpacks it into memory when it starts."""
    archive = folder.with_suffix(".cpio")
    names = "\n".join(str(path.relative_to(folder)) for path in sorted(folder.rglob("*")))
    with archive.open("wb") as file:
        run(busybox, "cpio", "-o", "-H", "newc", cwd=folder, stdout=file, text=names)
    return archive


def boot(kernel: Path, first: Path) -> int:
    """What the command in the virtual machine returned; its console is printed.

    Emulated everywhere: where the machine is itself virtual its KVM may abort or hang.
    """
    machine = (
        *("qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", "1G"),
        *("-nodefaults", "-display", "none", "-serial", "stdio", "-no-reboot"),
        *("-kernel", str(kernel), "-initrd", str(first)),
        *("-append", "console=ttyS0 quiet panic=-1"),
        *("-virtfs", "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"),
    )
    ended = 1
    with subprocess.Popen(
        machine, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, errors="replace"
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            print(line.rstrip(), flush=True)
            if line.startswith("ended with "):
                ended = int(line.rpartition(" ")[2])
    return ended


def run(
    *command: str | os.PathLike[str],
    cwd: Path = MADE,
    stdout: IO[Any] | None = None,
    text: str | None = None,
) -> None:
    subprocess.run(command, check=True, cwd=cwd, stdout=stdout, input=text, text=True)


if __name__ == "__main__":
    sys.exit(main())
