"""The files of the card, held against the programs that read them."""

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from image.system import links

IMAGE = Path(__file__).parents[2] / "image"
FILES = IMAGE / "files"
UNITS = FILES / "usr/lib/systemd/system"
OURS = sorted(each.name for each in UNITS.iterdir() if each.is_file())
PROGRAMS = (
    "usr/bin/expeditor",
    "usr/bin/sh",
    "usr/bin/systemctl",
    "usr/sbin/wpa_supplicant",
    "usr/sbin/sshd",
    "usr/sbin/nft",
)
THEIRS = {
    "nftables.service",
    "ssh.service",
    "systemd-networkd.service",
    "systemd-networkd.socket",
    "systemd-resolved.service",
    "systemd-timesyncd.service",
}
"""Of packages that are on the card."""
OF_DEBIAN = {"audio", "dialout", "input", "lp", "render", "video"}
"""Groups of base-passwd and udev."""
WORST = 3.0
"""Of `systemd-analyze security`: what the design asks of the service."""


def said_by(*command: str | Path) -> subprocess.CompletedProcess[str]:
    words = list(map(str, command))
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A system with our units, those of this machine's systemd, and programs that do nothing."""
    found = tmp_path_factory.mktemp("root")
    (found / "usr/bin").mkdir(parents=True)
    (found / "bin").symlink_to("usr/bin")
    (found / "usr/sbin").mkdir()
    there = found / "usr/lib/systemd/system"
    shutil.copytree("/usr/lib/systemd/system", there, symlinks=True)
    shutil.copytree(UNITS, there, symlinks=True, dirs_exist_ok=True)
    for name in PROGRAMS:
        (found / name).write_text("#!/bin/sh\n")
        (found / name).chmod(0o755)
    return found


@pytest.mark.parametrize("unit", OURS)
def test_a_unit_is_what_systemd_understands(root: Path, unit: str) -> None:
    how = ("--man=no", "--recursive-errors=no", f"--root={root}")
    done = said_by("systemd-analyze", "verify", *how, unit.replace("@.", "@sda1."))
    assert [line for line in done.stderr.splitlines() if unit.partition("@")[0] in line] == []
    assert done.returncode == 0


def test_the_service_is_kept_from_what_it_does_not_need() -> None:
    unit = UNITS / "expeditor.service"
    limit = f"--threshold={WORST * 10:g}"
    done = said_by("systemd-analyze", "security", "--offline=true", limit, "--no-pager", unit)
    assert done.returncode == 0, done.stdout.splitlines()[-1:]


def wanted_by(unit: str) -> str:
    """The target that its [Install] names."""
    text = (UNITS / unit).read_text()
    (target,) = (line[9:] for line in text.splitlines() if line.startswith("WantedBy="))
    return target


def test_what_starts_by_itself_is_there() -> None:
    told = tomllib.loads((IMAGE / "units.toml").read_text())
    starts = {name: target for target, names in told["starts"].items() for name in names}
    installed = {name for name in OURS if "[Install]" in (UNITS / name).read_text()}
    assert starts.keys() - THEIRS == installed
    for name in installed:
        assert starts[name] == wanted_by(name)


def test_links_are_made_of_the_units_that_start_and_of_those_that_never_do() -> None:
    made = dict(links(IMAGE / "units.toml"))
    there = "etc/systemd/system"
    own = "/usr/lib/systemd/system/expeditor.service"
    assert made[f"{there}/multi-user.target.wants/expeditor.service"] == own
    assert made[f"{there}/apt-daily.timer"] == "/dev/null"
    assert not any(name.rpartition("/")[2] in OURS for name in made if made[name] == "/dev/null")


def test_no_file_of_the_card_is_a_link() -> None:
    """Not every way to keep a checkout keeps links."""
    assert [each for each in IMAGE.rglob("*") if each.is_symlink()] == []


def test_the_script_of_the_initrd_is_sound() -> None:
    done = said_by("shellcheck", "--shell=dash", "--severity=warning", IMAGE / "initrd/init")
    assert done.stdout == ""


def test_the_firewall_is_what_nft_understands() -> None:
    done = said_by("unshare", "--net", "nft", "--check", "--file", FILES / "etc/nftables.conf")
    assert (done.returncode, done.stderr) == (0, "")


def test_each_group_of_a_unit_is_on_the_card() -> None:
    """One that is not there keeps its program from starting."""
    named = {
        group
        for unit in OURS
        for line in (UNITS / unit).read_text().splitlines()
        if line.startswith("SupplementaryGroups=")
        for group in line.partition("=")[2].split()
    }
    assert named
    made = (FILES / "usr/lib/sysusers.d/expeditor.conf").read_text().split()
    assert named <= {*made, *OF_DEBIAN}
