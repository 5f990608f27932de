"""The appliance and its libraries, as this checkout has them, for the card's Python.

Libraries are wheels in the versions and with the hashes of `constraints.txt`, from the index that
pip on this machine is configured for.
"""

import re
import shutil
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from image.host import CannotBuild, run

VERSION: Final = "3.13"
"""Of the card's Python: Debian's."""
PLATFORMS: Final = tuple(f"manylinux{each}_aarch64" for each in ("_2_28", "_2_27", "_2_17", "2014"))
_MARKERS: Final = {
    "python_version": VERSION,
    "python_full_version": f"{VERSION}.0",
    "platform_machine": "aarch64",
    "sys_platform": "linux",
    "os_name": "posix",
    "platform_system": "Linux",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "extra": "",
}
WHERE: Final = "opt/expeditor"
PRINTERS: Final = f"{WHERE}/printers"
"""What python-escpos knows of printers, as a pickle: its JSON takes seconds at each start."""


def make_python(checkout: Path, root: Path, work: Path) -> list[str]:
    """Put it below `root`; names and versions of the libraries. Raises CannotBuild."""
    to = root / WHERE
    to.mkdir(parents=True)
    locked = _locked(checkout / "constraints.txt")
    names = sorted(set(_needed("expeditor")))
    missing = [name for name in names if name not in locked]
    if missing:
        raise CannotBuild(f"constraints.txt: not in it: {', '.join(missing)}")
    wanted = work / "requirements.txt"
    extra = (checkout / "image/packages/python.txt").read_text()
    wanted.write_text("".join(locked[name] for name in names) + extra)
    run(
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-compile"),
        "--ignore-requires-python",  # The one that runs this is another than the card has.
        *("--python-version", VERSION, "--implementation", "cp"),
        *(word for each in PLATFORMS for word in ("--platform", each)),
        *("--target", to, "--requirement", wanted),
    )
    for package in ("appliance", "hardware"):
        shutil.copytree(
            checkout / package,
            to / package,
            ignore=shutil.ignore_patterns("__pycache__", "README.md"),
        )
    _tidy(to)
    site = root / "usr/lib/python3/dist-packages"
    (site / "expeditor.pth").write_text(f"/{WHERE}\n")
    command = root / "usr/bin/expeditor"
    command.write_text(
        "#!/usr/bin/python3\nimport sys\n\nfrom appliance.cli import main\n\nsys.exit(main())\n"
    )
    command.chmod(0o755)
    lines = re.findall(r"^([A-Za-z0-9_.-]+==[^\s;\\]+)", wanted.read_text(), re.MULTILINE)
    return sorted(lines)


def _needed(name: str) -> Iterator[str]:
    """All that a distribution needs on the card, and all that those need."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        for line in metadata.requires(waiting.pop()) or ():
            requirement = Requirement(line)
            found = canonicalize_name(requirement.name)
            if found in seen or not _applies(requirement):
                continue
            seen.add(found)
            waiting.append(found)
            yield found


def _applies(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate(_MARKERS)


def _locked(constraints: Path) -> dict[str, str]:
    """By name, the lines of a requirement with its hashes."""
    found: dict[str, str] = {}
    for block in re.split(r"\n(?=\S)", constraints.read_text()):
        name = re.match(r"[A-Za-z0-9_.-]+", block)
        if name and not block.startswith("#"):
            requirement = re.sub(r"\s*;[^\\\n]*", "", block, count=1)
            found[canonicalize_name(name[0])] = f"{requirement}\n"
    return found


def _tidy(to: Path) -> None:
    """Without what is not the same in two builds, and nobody needs."""
    shutil.rmtree(to / "bin", ignore_errors=True)
    for record in to.glob("*.dist-info/*"):
        if record.name in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json"):
            record.unlink()
    for tests in [*to.glob("*/tests"), *to.glob("*/test")]:
        shutil.rmtree(tests)


def read_printers(root: Path) -> None:
    """See PRINTERS; the service's unit says where it is. Raises CannotBuild."""
    where = root / PRINTERS
    where.mkdir()
    # It makes a directory for it even where it is told of one, with a name by chance.
    passing = where / "passing"
    passing.mkdir()
    told = [f"ESCPOS_CAPABILITIES_PICKLE_DIR=/{PRINTERS}", f"TMPDIR=/{PRINTERS}/{passing.name}"]
    run("chroot", root, "env", *told, "/usr/bin/python3", "-c", "import escpos.capabilities")
    shutil.rmtree(passing)
    if not [*where.iterdir()]:
        raise CannotBuild("python-escpos has not kept what it knows of printers")


def compile_all(root: Path, *where: str) -> None:
    """Byte code, by the card's own Python: a start without takes half a minute longer."""
    run(
        *("chroot", root, "/usr/bin/python3", "-m", "compileall", "-q", "-j1"),
        *("--invalidation-mode", "unchecked-hash", *where),
    )
