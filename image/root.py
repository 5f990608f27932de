"""The files of Debian's packages, installed: unpacked here, configured by an emulated machine.

What maintainer scripts do slowly under emulation, and what differs from build to build, is done
here natively afterwards, or not at all.
"""

import logging
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from image.archive import Package
from image.host import EPOCH, run

logger = logging.getLogger(__name__)

FIRST: Final = [
    "base-files",
    "base-passwd",
    "libc6",
    "libc-bin",
    "dash",
    "bash",
    "coreutils",
    "diffutils",
    "grep",
    "sed",
    "mawk",
    "debianutils",
    "findutils",
    "hostname",
    "gzip",
    "tar",
    "perl-base",
    "debconf",
    "dpkg",
    "libselinux1",
    "libpcre2-8-0",
    "libacl1",
    "libattr1",
    "libgmp10",
    "libssl3t64",
    "libtinfo6",
    "libmd0",
    "libbz2-1.0",
    "liblzma5",
    "libzstd1",
    "zlib1g",
    "libcrypt1",
    "libcap2",
    "libaudit1",
    "libaudit-common",
    "libcap-ng0",
    "libsemanage2",
    "libgcc-s1",
    "util-linux",
    "init-system-helpers",
    "sensible-utils",
    "libsystemd0",
    "openssl-provider-legacy",
    "libdebconfclient0",
    "libsmartcols1",
    "libmount1",
    "libblkid1",
    "libuuid1",
]
"""There before anything is installed: the scripts of packages find a shell, and a C library."""
LEFT_OUT: Final = (
    "/usr/share/doc/*",
    "/usr/share/man/*",
    "/usr/share/locale/*",
    "/usr/share/info/*",
    "/usr/lib/udev/hwdb.d/*",
    "/usr/share/lintian/*",
    "/usr/share/bash-completion/*",
    "/usr/share/zsh/*",
    "/usr/share/fish/*",
)
PUT_OFF: Final = (
    "usr/bin/py3compile",
    "usr/bin/py3clean",
    "usr/bin/systemd-hwdb",
    "usr/sbin/update-ca-certificates",
    "usr/bin/fc-cache",
)
"""Programs of scripts: byte code and certificates are made natively, the others are not needed."""
_DEVICES: Final = ("null", "zero", "full", "random", "urandom", "tty")


def make_root(root: Path, packages: Sequence[Package], files: Sequence[Path]) -> None:
    """Install these packages into an empty directory. Raises CannotBuild."""
    by_name = dict(zip((each.name for each in packages), files, strict=True))
    for each in ("info", "updates", "triggers", "parts"):
        (root / "var/lib/dpkg" / each).mkdir(parents=True)
    for name in FIRST:
        if name in by_name:
            extract(by_name[name], root)
    for name in ("passwd", "group"):
        if not (root / "etc" / name).exists():
            shutil.copy(root / f"usr/share/base-passwd/{name}.master", root / "etc" / name)
    (root / "usr/bin/awk").unlink(missing_ok=True)
    (root / "usr/bin/awk").symlink_to("mawk")
    # Nothing is started while a system is made.
    (root / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
    (root / "usr/sbin/policy-rc.d").chmod(0o755)
    (root / "var/lib/dpkg/arch").write_text("amd64\narm64\n")
    (root / "var/lib/dpkg/status").write_text("")
    with _mounted(root):
        logger.info("unpacking %d packages", len(files))
        run(
            "dpkg",
            f"--root={root}",
            "--force-architecture",
            "--force-depends",
            "--force-unsafe-io",
            "--log=/dev/null",
            "--path-include=/usr/share/doc/*/copyright",
            *(f"--path-exclude={each}" for each in LEFT_OUT),
            "--unpack",
            *files,
        )
        (root / "var/lib/dpkg/arch").write_text("arm64\n")
        logger.info("configuring them under emulation")
        with _put_off(root):
            _configure(root)
    _trust(root)
    _forget(root)


def extract(file: Path, to: Path) -> None:
    """The files of a package, and nothing of its scripts. Raises CannotBuild."""
    with tempfile.NamedTemporaryFile(suffix=".tar") as tar:
        run("sh", "-c", 'dpkg-deb --fsys-tarfile "$0" > "$1"', file, tar.name)
        run("tar", "-C", to, "-xpf", tar.name, "--keep-directory-symlink")


@contextmanager
def _mounted(root: Path) -> Iterator[None]:
    """With what programs expect of a system that runs."""
    mounts: list[Path] = []

    def mount(*what: str | Path) -> None:
        run("mount", *what)
        mounts.append(Path(what[-1]))

    for name in ("dev", "proc", "sys", "run", "tmp"):
        (root / name).mkdir(exist_ok=True)
    try:
        mount("-t", "proc", "proc", root / "proc")
        for name in ("run", "dev"):
            mount("-t", "tmpfs", name, root / name)
        for name in _DEVICES:
            (root / "dev" / name).touch()
            mount("--bind", f"/dev/{name}", root / "dev" / name)
        (root / "dev/fd").symlink_to("/proc/self/fd")
        yield
    finally:
        for each in reversed(mounts):
            run("umount", each)


@contextmanager
def _put_off(root: Path) -> Iterator[None]:
    held = [root / each for each in PUT_OFF if (root / each).exists()]
    for each in held:
        each.rename(each.with_name(f"{each.name}.real"))
        each.symlink_to("/usr/bin/true")
    # Its keys would be the same on all cards.
    (root / "etc/ssh").mkdir(exist_ok=True)
    for kind in ("rsa", "ecdsa", "ed25519"):
        (root / f"etc/ssh/ssh_host_{kind}_key").touch()
    yield
    for each in held:
        each.with_name(f"{each.name}.real").replace(each)


def _configure(root: Path) -> None:
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "DEBIAN_FRONTEND": "noninteractive",
        "DEBCONF_NONINTERACTIVE_SEEN": "true",
        "DEBCONF_NOWARNINGS": "yes",
    }
    run("chroot", root, "dpkg", "--force-unsafe-io", "--configure", "-a", environment=environment)


def _trust(root: Path) -> None:
    """The authorities that Debian trusts, as `update-ca-certificates` has them."""
    authorities = root / "usr/share/ca-certificates"
    names = sorted(str(each.relative_to(authorities)) for each in authorities.rglob("*.crt"))
    (root / "etc/ca-certificates.conf").write_text("".join(f"{name}\n" for name in names))
    there = root / "etc/ssl/certs"
    for name in names:
        link = there / f"{Path(name).stem}.pem"
        link.unlink(missing_ok=True)
        link.symlink_to(f"/usr/share/ca-certificates/{name}")
    whole = b"".join((authorities / name).read_bytes() for name in names)
    (there / "ca-certificates.crt").write_bytes(whole)


def _forget(root: Path) -> None:
    """What must not be the same on all cards, and what is not the same in two builds."""
    patterns = [
        "usr/sbin/policy-rc.d",
        "etc/ssh/ssh_host_*",
        "var/lib/dpkg/*-old",
        "etc/*-",
        "var/cache/debconf/*-old",
        "var/cache/ldconfig/aux-cache",
        "var/lib/systemd/random-seed",
        "etc/.pwd.lock",
        "var/lib/dpkg/lock*",
        "var/lib/dpkg/triggers/Lock",
        "etc/resolv.conf",
        "var/log/*",
        "var/cache/apt/*",
        "var/lib/apt/lists/*",
        "tmp/*",
        "dev/*",
        "run/*",
        "var/lib/dbus/machine-id",
    ]
    for pattern in patterns:
        for path in root.glob(pattern):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    for cache in list((root / "usr").rglob("__pycache__")):
        shutil.rmtree(cache)
    (root / "etc/machine-id").write_text("")


def pack(root: Path, tar: Path) -> None:
    """Keep it for the next build: the same files make the same bytes. Raises CannotBuild."""
    partial = tar.with_name(f"{tar.name}.partial")
    run(
        "tar",
        *("-C", root, "--sort=name", "--numeric-owner", "--xattrs"),
        *("--xattrs-include=security.capability", f"--mtime=@{EPOCH}", "--clamp-mtime"),
        "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime",
        *("-cf", partial, "."),
    )
    partial.rename(tar)


def unpack(tar: Path, root: Path) -> None:
    """As it was packed. Raises CannotBuild."""
    run("tar", "-C", root, "--xattrs", "--xattrs-include=*", "-xpf", tar)
