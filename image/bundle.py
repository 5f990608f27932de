"""Signed updates: a system, and whose it is."""

import logging
import os
import shutil
from pathlib import Path
from typing import Final, NamedTuple

from image.host import EPOCH, run

logger = logging.getLogger(__name__)

COMPATIBLE: Final = "expeditor"
"""Cards take no bundle that is for another thing."""
_FINGERPRINT: Final = ("openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in")


class Key(NamedTuple):
    """What signs, and what cards know it by."""

    key: Path
    certificate: Path


KEYS: Final = ".config/expeditor"
"""In the home directory: whoever loses it cannot update the cards that know it."""


def own_key() -> Key:
    """This user's, made where there is none: cards take the updates of who has built them."""
    directory = Path.home() / KEYS
    found = Key(directory / "update.key", directory / "update.pem")
    if not (found.key.exists() and found.certificate.exists()):
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        run(
            *("openssl", "req", "-x509", "-newkey", "rsa:4096", "-nodes", "-days", "7300"),
            *("-subj", "/O=Expeditor/CN=updates of this builder", "-keyout", found.key),
            *("-addext", "extendedKeyUsage=critical,codeSigning"),
            *("-addext", "keyUsage=critical,digitalSignature,keyCertSign"),
            *("-out", found.certificate),
        )
        found.key.chmod(0o600)
        _belongs_to_who_asked(directory, found.key, found.certificate)
        logger.warning("a NEW key was made: no card that was built before takes its updates")
    return found


def _belongs_to_who_asked(*paths: Path) -> None:
    """Where somebody has become root for the build, it is not root's key."""
    if "SUDO_UID" in os.environ:
        for path in paths:
            os.chown(path, int(os.environ["SUDO_UID"]), int(os.environ["SUDO_GID"]))


def fingerprint(key: Key) -> str:
    """The SHA-256 of its certificate, in hexadecimal."""
    return run(*_FINGERPRINT, key.certificate).strip().rpartition("=")[2].replace(":", "").lower()


def make_bundle(system: Path, version: str, key: Key, work: Path, to: Path) -> None:
    """Raises CannotBuild."""
    there = work / "bundle"
    shutil.rmtree(there, ignore_errors=True)
    there.mkdir()
    (there / "system.ext4").hardlink_to(system)
    (there / "manifest.raucm").write_text(
        f"[update]\ncompatible={COMPATIBLE}\nversion={version}\n\n"
        "[bundle]\nformat=plain\n\n[image.rootfs]\nfilename=system.ext4\n"
    )
    # As cards read signatures: see files/etc/rauc/system.conf.
    configuration = work / "rauc.conf"
    configuration.write_text(
        f"[system]\ncompatible={COMPATIBLE}\nbootloader=noop\n\n"
        f"[keyring]\npath={key.certificate}\ncheck-purpose=codesign\n"
    )
    to.unlink(missing_ok=True)
    squash = f"-comp zstd -Xcompression-level 9 -mkfs-time {EPOCH} -all-time {EPOCH}"
    run(
        *("env", "-u", "SOURCE_DATE_EPOCH", "rauc", f"--conf={configuration}", "bundle"),
        *(f"--cert={key.certificate}", f"--key={key.key}", f"--keyring={key.certificate}"),
        *(f"--mksquashfs-args={squash}", there, to),
    )
