"""Debian's packages: which versions are on the card, and their files.

    packages/*.txt ─ `lock` ─▶ packages/*.lock ─ `fetch` ─▶ files, named by their SHA-256

A lock has a line `name version sha256` for each package, and no address: the mirror is the one that
the building machine has in its own apt configuration. Nothing of that apt is touched.
"""

import hashlib
import logging
import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote

from image.host import KEYRING, CannotBuild, run

logger = logging.getLogger(__name__)

SUITE: Final = "trixie"
SUITES: Final = (SUITE, f"{SUITE}-updates", f"{SUITE}-security", f"{SUITE}-backports")
_FORMAT: Final = "$(REPO_URI) $(CODENAME) $(COMPONENT) $(ORIGIN)"
"""Of a line for each part of a mirror that apt knows."""
_LINE: Final = re.compile(r"^'(?P<url>\S+)' (?P<file>\S+) \d+ SHA256:(?P<sha256>[0-9a-f]{64})$")


class Package(NamedTuple):
    """One that is locked."""

    name: str
    version: str
    sha256: str


def locked(file: Path) -> list[Package]:
    """Those of a lock."""
    lines = file.read_text().splitlines()
    return [Package(*line.split()) for line in lines if line and not line.startswith("#")]


def wanted(file: Path) -> list[str]:
    """The names in a list, each of which stands with its reason."""
    lines = (line.partition("#")[0].strip() for line in file.read_text().splitlines())
    return [line for line in lines if line]


class Archive:
    """A private apt for arm64, on this machine's own mirror."""

    def __init__(self, directory: Path, mirrors: Sequence[str] | None = None) -> None:
        """`directory` keeps lists and files from build to build.

        `mirrors`: of Debian and of its security updates; None for those of this machine.
        """
        self._directory = directory
        self._mirrors = mirrors
        self._files = directory / "packages"
        self._environment = {"APT_CONFIG": str(directory / "apt.conf")}

    def open(self) -> None:
        """Know what the mirror has. Raises CannotBuild."""
        root = self._directory
        for each in ("etc/apt.conf.d", "etc/preferences.d", "state/lists/partial", "log"):
            (root / each).mkdir(parents=True, exist_ok=True)
        (root / "cache/archives/partial").mkdir(parents=True, exist_ok=True)
        (root / "status").write_text("")
        (root / "apt.conf").write_text(
            'APT::Architecture "arm64";\nAPT::Architectures { "arm64"; };\n'
            'APT::Install-Recommends "false";\nAPT::Sandbox::User "root";\n'
            f'Acquire::Languages "none";\nDir::Etc "{root}/etc";\nDir::State "{root}/state";\n'
            f'Dir::State::status "{root}/status";\nDir::Cache "{root}/cache";\n'
            f'Dir::Log "{root}/log";\n'
            # What a mirror of the past says was good for a week; each file has its hash in a lock.
            f'Acquire::Check-Valid-Until "{"true" if self._mirrors is None else "false"}";\n'
        )
        (root / "etc/sources.list").write_text("".join(self._sources()))
        run("apt-get", "update", environment=self._environment)

    def _sources(self) -> Iterable[str]:
        main, security = self._mirrors or _mirrors()
        for suite in SUITES:
            mirror = security if suite.endswith("-security") else main
            components = "main non-free-firmware"
            yield f"deb [arch=arm64 signed-by={KEYRING}] {mirror} {suite} {components}\n"

    # ── which versions ───────────────────────────────────────────────────────────────

    def resolve(self, names: Sequence[str], *, essential: bool) -> list[Package]:
        """These and what they need, in the newest versions. Raises CannotBuild."""
        base = ["?essential ?not(?name(^apt$))"] if essential else []
        command = ("apt-get", "install", "--simulate", "-y", *base, "apt-", *names)
        said = run(*command, environment=self._environment)
        found = re.findall(r"^Inst (\S+) \((\S+)", said, re.MULTILINE)
        return self.known([f"{name}={version}" for name, version in found])

    def known(self, names: Sequence[str]) -> list[Package]:
        """These alone, as the mirror has them. Raises CannotBuild."""
        said = run("apt-get", "download", "--print-uris", *names, environment=self._environment)
        matches = filter(None, map(_LINE.match, said.splitlines()))
        return sorted(_package(match["file"], match["sha256"]) for match in matches)

    # ── their files ──────────────────────────────────────────────────────────────────

    def fetch(self, packages: Sequence[Package]) -> list[Path]:
        """The file of each. Raises CannotBuild, also where one is not what the lock says."""
        self._files.mkdir(parents=True, exist_ok=True)
        missing = [each for each in packages if not self.file(each).exists()]
        if missing:
            self._download(missing)
        return [self.file(each) for each in packages]

    def file(self, package: Package) -> Path:
        """Where its file is, once it was fetched."""
        return self._files / f"{package.sha256}.deb"

    def _download(self, packages: Sequence[Package]) -> None:
        logger.info("fetching %d packages", len(packages))
        self.open()
        known = {each.sha256: each for each in packages}
        with tempfile.TemporaryDirectory(dir=self._directory) as directory:
            names = [f"{each.name}={each.version}" for each in packages]
            try:
                run(
                    "apt-get",
                    "download",
                    *names,
                    cwd=Path(directory),
                    environment=self._environment,
                )
            except CannotBuild as error:
                raise CannotBuild(
                    f"{error}\nThe mirror has other versions by now than those that are locked:"
                    " name one that keeps old ones (make image MIRRORS=...), or lock anew (make"
                    " image-lock) and test that."
                ) from error
            for file in Path(directory).iterdir():
                digest = hashlib.sha256(file.read_bytes()).hexdigest()
                if digest not in known:
                    raise CannotBuild(f"{file.name}: its SHA-256 is {digest}, and not as locked")
                shutil.move(file, self.file(known.pop(digest)))
        if known:
            raise CannotBuild(f"not found: {', '.join(each.name for each in known.values())}")


def _package(file: str, sha256: str) -> Package:
    name, version, _architecture = unquote(file).split("_", 2)
    return Package(name, version, sha256)


def _mirrors() -> tuple[str, str]:
    """Of Debian and of its security updates, by this machine's own apt. Raises CannotBuild."""
    said = run("apt-get", "indextargets", "--format", _FORMAT)
    found: dict[bool, str] = {}
    for line in said.splitlines():
        mirror, codename, component, origin = line.split(maxsplit=3)
        if component == "main" and origin == "Debian":
            found.setdefault(codename.endswith("-security"), mirror)
    if False not in found:
        raise CannotBuild(
            "apt on this machine knows no mirror of Debian: name one (make image MIRRORS=...)"
        )
    return found[False], found.get(True, found[False])
