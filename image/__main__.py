"""`python -m image build` makes the card; `lock` takes the newest versions of what is on it.

Whatever is kept from build to build is in `~/.cache/expeditor-image`, or where
EXPEDITOR_IMAGE_CACHE says.
"""

import argparse
import hashlib
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from appliance import __version__
from image import host
from image.archive import Archive, Package, locked, wanted
from image.bundle import Key, fingerprint, make_bundle, own_key
from image.card import Loaders, make_card
from image.contents import Release, bill_of_materials
from image.host import CannotBuild
from image.kernel import make_kernel
from image.python import WHERE, compile_all, make_python, read_printers
from image.root import extract, make_root, pack, unpack
from image.system import content_hash, finish, make_file_system

logger = logging.getLogger("image")

HERE: Final = Path(__file__).parent
CHECKOUT: Final = HERE.parent
LISTS: Final = HERE / "packages"


def cache() -> Path:
    """What is kept, outside of the checkout."""
    given = os.environ.get("EXPEDITOR_IMAGE_CACHE")
    return Path(given) if given else Path.home() / ".cache/expeditor-image"


def main() -> int:
    """Returns the exit code."""
    logging.basicConfig(format="%(relativeCreated)7d ms  %(message)s", level=logging.INFO)
    parser = argparse.ArgumentParser(prog="python -m image", description=__doc__)
    actions = parser.add_subparsers(required=True)
    building = actions.add_parser("build", help="the image of a card, and an update with the same")
    building.add_argument("--to", type=Path, default=CHECKOUT / "dist", metavar="DIR")
    building.add_argument("--key", type=Path, metavar="FILE", help="what signs updates")
    building.add_argument("--certificate", type=Path, metavar="FILE", help="of that key")
    building.set_defaults(run=_build)
    locking = actions.add_parser("lock", help="take the newest versions of Debian's packages")
    locking.set_defaults(run=_lock)
    for each in (building, locking):
        each.add_argument(
            "--mirrors",
            nargs=2,
            metavar=("DEBIAN", "SECURITY"),
            help="their addresses; default: those of this machine's apt",
        )
    options = parser.parse_args()
    try:
        host.prepare()
        options.run(options)
    except CannotBuild as error:
        print(f"image: {error}", file=sys.stderr)
        return 1
    return 0


# ── versions ─────────────────────────────────────────────────────────────────────────


def _lock(options: argparse.Namespace) -> None:
    archive = Archive(cache() / "archive", options.mirrors)
    archive.open()
    hub, screen = wanted(LISTS / "hub.txt"), wanted(LISTS / "screen.txt")
    of_hub = archive.resolve(hub, essential=True)
    of_both = archive.resolve([*hub, *screen], essential=True)
    boot = wanted(LISTS / "boot.txt")
    kernel = [
        each
        for each in archive.resolve(boot[:1], essential=False)
        if each.name.startswith("linux-") and each.name != "linux-base"
    ]
    _write("hub", of_hub)
    _write("screen", [each for each in of_both if each not in set(of_hub)])
    _write("boot", [*kernel, *archive.known(boot[1:])])


def _write(name: str, packages: Sequence[Package]) -> None:
    lines = [" ".join(each) for each in sorted(packages)]
    (LISTS / f"{name}.lock").write_text("\n".join([f"# {len(lines)} packages", *lines, ""]))
    logger.info("%s: %d packages", name, len(lines))


# ── the card ─────────────────────────────────────────────────────────────────────────


def _build(options: argparse.Namespace) -> None:
    began = time.monotonic()
    to: Path = options.to
    to.mkdir(parents=True, exist_ok=True)
    key = _key(options)
    logger.info("updates are signed by %s (%s)", key.key, fingerprint(key))
    release = Release(__version__, _commit())
    archive = Archive(cache() / "archive", options.mirrors)
    packages = [*locked(LISTS / "hub.lock"), *locked(LISTS / "screen.lock")]
    boot = locked(LISTS / "boot.lock")
    archive.fetch([*packages, *boot])
    base = _base(archive, packages)
    with tempfile.TemporaryDirectory(prefix="image-", dir=cache()) as directory:
        work = Path(directory)
        unpacked = {each.name: _unpacked(archive, each, work) for each in boot if _is_tool(each)}
        kernel = make_kernel(
            [archive.file(each) for each in boot if each.name.startswith("linux-")],
            archive.file(next(each for each in boot if each.name == "busybox-static")),
            HERE,
            work / "kernel",
        )
        logger.info("kernel %s", kernel.release)
        root = work / "root"
        root.mkdir()
        unpack(base, root)
        extract(archive.file(next(each for each in boot if "brcm80211" in each.name)), root)
        libraries = make_python(CHECKOUT, root, work)
        compile_all(root, f"/{WHERE}")
        read_printers(root)
        finish(root, kernel, HERE, key.certificate)
        system = work / "system.ext4"
        make_file_system(root, system)
        name = f"expeditor-{release.version}"
        image = to / f"{name}.img"
        loaders = Loaders(unpacked["raspi-firmware"], unpacked["u-boot-rpi"], HERE / "boot")
        files = make_card(system, kernel, loaders, work, image)
        digest = content_hash(root, files)
        logger.info("content: %s", digest)
        make_bundle(system, release.version, key, work, to / f"{name}.raucb")
        shutil.copy(unpacked["u-boot-qemu"] / "usr/lib/u-boot/qemu_arm64/u-boot.bin", to)
        bill_of_materials(release, [*packages, *boot], libraries, to / f"{name}.cdx.json")
        _say(to / f"{name}.json", release, digest, image, key)
    logger.info("%s, in %d s", image, time.monotonic() - began)


def _key(options: argparse.Namespace) -> Key:
    if (options.key is None) != (options.certificate is None):
        raise CannotBuild("--key and --certificate are given together, or neither of them")
    if options.key is not None:
        return Key(options.key, options.certificate)
    return own_key()


def _base(archive: Archive, packages: Sequence[Package]) -> Path:
    """Debian's packages, installed: kept for all builds of the same ones."""
    made_by = (HERE / "root.py").read_bytes()
    named = "\n".join(" ".join(each) for each in packages).encode()
    tar = cache() / f"root-{hashlib.sha256(named + made_by).hexdigest()[:16]}.tar"
    if not tar.exists():
        with tempfile.TemporaryDirectory(prefix="root-", dir=cache()) as directory:
            root = Path(directory) / "root"
            root.mkdir()
            make_root(root, packages, [archive.file(each) for each in packages])
            compile_all(root, "/usr/lib/python3.13", "/usr/lib/python3")
            pack(root, tar)
    return tar


def _is_tool(package: Package) -> bool:
    return package.name in ("raspi-firmware", "u-boot-rpi", "u-boot-qemu")


def _unpacked(archive: Archive, package: Package, work: Path) -> Path:
    to = work / package.name
    to.mkdir()
    extract(archive.file(package), to)
    return to


def _commit() -> str:
    def git(*arguments: str) -> str:
        command = ["git", "-C", str(CHECKOUT), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603

    commit = git("rev-parse", "HEAD") or "unknown"
    return f"{commit}-changed" if git("status", "--porcelain") else commit


def _say(to: Path, release: Release, digest: str, image: Path, key: Key) -> None:
    """The hashes: of the files that are on a card, and of the whole image."""
    with image.open("rb") as file:
        whole = hashlib.file_digest(file, "sha256").hexdigest()
    facts = {
        "version": release.version,
        "commit": release.built_from,
        "content": digest,
        "image": whole,
        "signed_by": fingerprint(key),
    }
    to.write_text(json.dumps(facts, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
