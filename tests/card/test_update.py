"""Updates on directories: what is asked of RAUC, and what is known of them after any power cut.

RAUC is a program of the test's own here: it keeps what it was asked, and fails where it is told to.
The real one runs on the real image: see `image/`.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from appliance import cli, cli_card
from appliance.card.update import Running, Updates, update_of

RAUC = """#!/bin/sh
echo "$@" >> {asked}
case "$1" in
  info) if [ -e {refuses} ] || grep -q forged "$3"; then
          echo "signature verification failed: {{self-signed}}" >&2; exit 1
        fi
        echo '{{"compatible": "expeditor", "version": "'$(cat "$3")'"}}' ;;
  install) [ -e {fails} ] && {{ echo "LastError: no space left on device" >&2; exit 1; }}
        ;;
esac
exit 0
"""
OLD, NEW = Running("1.0", "A"), Running("2.0", "B")


class Card:
    def __init__(self, root: Path) -> None:
        self.kept = root / "kept"
        self.kept.mkdir()
        self.bundle = root / "update.raucb"
        self.bundle.write_bytes(b"2.0")
        self.asked, self.refuses, self.fails = root / "asked", root / "refuses", root / "fails"
        program = root / "bin/rauc"
        program.parent.mkdir()
        program.write_text(RAUC.format(asked=self.asked, refuses=self.refuses, fails=self.fails))
        program.chmod(0o755)

    def running(self, what: Running) -> Updates:
        return Updates(self.kept, what)

    @property
    def state(self) -> tuple[str, str]:
        update = update_of(self.kept)
        assert update is not None
        return update.state, update.version

    @property
    def asked_of_rauc(self) -> list[str]:
        return self.asked.read_text().splitlines() if self.asked.exists() else []


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Card:
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    clock = iter(range(100_000))
    monkeypatch.setattr("appliance.card.update.time.monotonic", lambda: float(next(clock)))
    monkeypatch.setattr("appliance.card.update.time.sleep", lambda _seconds: None)
    return Card(tmp_path)


def well() -> bool:
    return True


def test_an_update_that_is_well_stays(card: Card) -> None:
    assert update_of(card.kept) is None
    assert card.running(OLD).install(card.bundle)
    assert card.state == ("ready", "2.0")
    assert card.running(NEW).settle(well)
    assert card.state == ("good", "2.0")
    assert card.asked_of_rauc == [
        f"info --output-format=json {card.bundle}",
        f"install {card.bundle}",
        "status mark-good booted",
    ]


def test_one_that_is_not_well_gives_way(card: Card) -> None:
    card.running(OLD).install(card.bundle)
    assert not card.running(NEW).settle(lambda: False)
    assert card.asked_of_rauc[-1] == "status mark-bad booted"
    assert "status mark-good booted" not in card.asked_of_rauc
    assert card.running(OLD).settle(well)
    assert card.state == ("came back", "2.0")
    update = update_of(card.kept)
    assert update is not None
    assert (update.before, update.why) == ("1.0", "it was not well after its start")


def test_one_that_is_well_now_and_then_is_not_well(card: Card) -> None:
    card.running(OLD).install(card.bundle)
    answers = iter([*[True] * 15, False] * 1_000)
    assert not card.running(NEW).settle(lambda: next(answers))


def test_one_that_takes_its_time_is_well(card: Card) -> None:
    card.running(OLD).install(card.bundle)
    answers = iter([*[False] * 60, *[True] * 100])
    assert card.running(NEW).settle(lambda: next(answers))


def test_one_that_does_not_start_is_known_to_have_come_back(card: Card) -> None:
    """The boot loader has gone back by itself."""
    card.running(OLD).install(card.bundle)
    assert card.running(OLD).settle(well)
    assert card.state == ("came back", "2.0")
    assert card.asked_of_rauc[-1] == "status mark-good booted"


def test_one_that_was_cut_while_it_was_tried_is_tried_again(card: Card) -> None:
    card.running(OLD).install(card.bundle)

    def cut() -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        card.running(NEW).settle(cut)
    assert card.state == ("trying", "2.0")
    assert card.running(NEW).settle(well)
    assert card.state == ("good", "2.0")


def test_a_forged_one_changes_nothing(card: Card) -> None:
    card.refuses.touch()
    assert not card.running(OLD).install(card.bundle)
    assert card.state == ("failed", "")
    update = update_of(card.kept)
    assert update is not None
    assert "signature verification failed" in update.why
    assert not any(each.startswith("install") for each in card.asked_of_rauc)


def test_one_that_cannot_be_written_is_known(card: Card) -> None:
    card.fails.touch()
    assert not card.running(OLD).install(card.bundle)
    update = update_of(card.kept)
    assert update is not None
    assert (update.state, update.why) == ("failed", "LastError: no space left on device")
    assert card.running(OLD).settle(well)
    assert card.state == ("failed", "2.0")


def test_a_power_cut_while_it_is_written(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    run = subprocess.run

    def cut(command: list[str], **how: Any) -> Any:
        if command[1] == "install":
            raise KeyboardInterrupt
        return run(command, **how)

    monkeypatch.setattr("appliance.card.update.subprocess.run", cut)
    with pytest.raises(KeyboardInterrupt):
        card.running(OLD).install(card.bundle)
    assert card.state == ("installing", "2.0")
    assert card.running(OLD).settle(well)
    assert card.state == ("failed", "2.0")


def test_without_an_update_the_system_is_good_whatever_its_service_says(card: Card) -> None:
    """A full disk is no reason to go back to another system."""
    assert card.running(OLD).settle(lambda: False)
    assert card.asked_of_rauc == ["status mark-good booted"]


def test_where_there_is_no_rauc_it_is_said(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert not card.running(OLD).install(card.bundle)
    update = update_of(card.kept)
    assert update is not None
    assert update.why.startswith("rauc cannot be run: No such file")
    assert card.running(OLD).settle(well)


def test_everybody_may_read_what_became_of_it(card: Card) -> None:
    card.running(OLD).install(card.bundle)
    file = card.kept / "update.json"
    assert file.stat().st_mode & 0o777 == 0o644
    assert json.loads(file.read_text())["state"] == "ready"


def settled(card: Card) -> None:
    """As after any start of the old one."""
    assert card.running(OLD).settle(well)


def test_what_is_refused_meanwhile_spares_no_trial(card: Card) -> None:
    settled(card)
    card.running(OLD).install(card.bundle)
    card.refuses.touch()
    card.running(OLD).install(card.bundle)
    assert card.state == ("failed", "")
    assert not card.running(NEW).settle(lambda: False)
    assert card.asked_of_rauc[-1] == "status mark-bad booted"
    assert card.state == ("came back", "2.0")
    update = update_of(card.kept)
    assert update is not None
    assert update.before == "1.0"


def test_a_cut_before_it_gives_way_spares_no_trial(card: Card) -> None:
    settled(card)
    card.running(OLD).install(card.bundle)
    assert not card.running(NEW).settle(lambda: False)
    assert card.state == ("came back", "2.0")
    # The boot loader has not heard of it.
    assert not card.running(NEW).settle(lambda: False)
    assert card.asked_of_rauc[-1] == "status mark-bad booted"


def test_what_cannot_be_told_to_the_boot_loader_gives_way_all_the_same(
    card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(card)
    card.running(OLD).install(card.bundle)
    monkeypatch.setenv("PATH", "/nowhere")
    assert not card.running(NEW).settle(lambda: False)
    assert card.state == ("came back", "2.0")


def test_nothing_is_installed_over_the_way_back(card: Card) -> None:
    settled(card)
    card.running(OLD).install(card.bundle)
    asked = card.asked_of_rauc
    assert not card.running(NEW).install(card.bundle)
    assert card.asked_of_rauc == asked
    assert card.state == ("failed", "")
    assert card.running(NEW).settle(well)
    assert card.state == ("good", "2.0")
    assert card.running(NEW).install(card.bundle)


@pytest.mark.parametrize("is_well", [True, False])
def test_where_nothing_can_be_kept_it_is_decided_all_the_same(card: Card, *, is_well: bool) -> None:
    settled(card)
    card.running(OLD).install(card.bundle)
    for name in ("settled.json", "update.json"):  # In whose place nothing can be put.
        (card.kept / f"{name}.partial").mkdir()
    assert card.running(NEW).settle(lambda: is_well) == is_well
    told = "mark-good" if is_well else "mark-bad"
    assert card.asked_of_rauc[-1] == f"status {told} booted"


# ── a stick ──────────────────────────────────────────────────────────────────────────


def newer(card: Card, running: str) -> bool:
    return Updates(card.kept, Running(running, "A")).is_new(card.bundle)


def test_what_is_not_newer_stays_on_its_stick(card: Card) -> None:
    """Its bundle is 2.0."""
    assert newer(card, "1.0")
    assert newer(card, "1.10.3")
    assert not newer(card, "2.0")
    assert not newer(card, "10.0")


@pytest.mark.parametrize("is_well", [True, False])
def test_what_was_tried_is_not_taken_from_a_stick_again(card: Card, *, is_well: bool) -> None:
    settled(card)
    card.running(OLD).install(card.bundle)
    assert not newer(card, "1.0")
    card.running(NEW).settle(lambda: is_well)
    assert not newer(card, "1.0")


@pytest.fixture
def stick(card: Card, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is on it; a program of the test's own puts it where it is looked for."""
    there = card.kept.parent / "stick"
    there.mkdir()
    mount = card.kept.parent / "bin/mount"
    mount.write_text(f'#!/bin/sh\nfor to; do :; done\ncp -r {there}/. "$to"\n')
    mount.chmod(0o755)
    umount = mount.with_name("umount")
    umount.write_text('#!/bin/sh\nrm -rf "$1"\n')
    umount.chmod(0o755)
    monkeypatch.setattr(cli_card, "__version__", "1.0")
    monkeypatch.setattr(cli_card, "_system", lambda: OLD.system)
    return there


def put_in(card: Card) -> int:
    """By the command that the card's unit runs."""
    run = card.kept.parent / "run"
    arguments = ["--run", str(run), "--kept", str(card.kept), "stick", "/dev/sda1"]
    code = cli.main(["card", *arguments])
    assert list((run / "stick").iterdir()) == []
    return code


def test_of_several_on_a_stick_the_newest_is_installed(card: Card, stick: Path) -> None:
    for version in ("1.9.0", "1.10.0", "0.9.0"):
        (stick / f"expeditor-{version}.raucb").write_text(version)
    assert put_in(card) == 0
    assert card.state == ("ready", "1.10.0")


def test_what_a_computer_leaves_on_a_stick_is_no_bundle(card: Card, stick: Path) -> None:
    (stick / "expeditor-2.0.raucb").write_text("2.0")
    (stick / "._expeditor-2.0.raucb").write_text("forged")
    assert put_in(card) == 0
    assert card.state == ("ready", "2.0")


def test_a_forged_one_on_a_stick_is_known_and_hides_no_good_one(card: Card, stick: Path) -> None:
    (stick / "expeditor-3.0.raucb").write_text("forged")
    assert put_in(card) == 1
    assert card.state == ("failed", "")
    (stick / "expeditor-2.0.raucb").write_text("2.0")
    assert put_in(card) == 0
    assert card.state == ("ready", "2.0")


@pytest.mark.parametrize("is_well", [True, False])
def test_a_stick_that_stays_in_brings_its_update_once(
    card: Card, stick: Path, *, is_well: bool
) -> None:
    settled(card)
    (stick / "expeditor-2.0.raucb").write_text("2.0")
    (stick / "expeditor-3.0.raucb").write_text("forged")
    assert put_in(card) == 0
    card.running(NEW).settle(lambda: is_well)
    became = card.state
    assert became == ("good" if is_well else "came back", "2.0")
    for _start in range(3):
        put_in(card)
        assert card.state == became
        # Whatever else is refused meanwhile, as at the status page.
        card.running(OLD).refuse("it is no bundle")
        became = card.state
    assert len([each for each in card.asked_of_rauc if each.startswith("install")]) == 1


@pytest.mark.parametrize(
    ("role", "told", "is_good"),
    [
        ("hub", {"fault": None}, True),
        ("hub", {"fault": {"message": "disk full"}}, False),
        ("hub", None, False),
        ("screen", {"browser": "running"}, True),
        ("screen", {"browser": "starting"}, False),
        ("screen", {"browser": "ended"}, False),
        ("screen", None, False),
    ],
)
def test_a_hub_is_well_when_it_takes_orders_and_a_screen_when_its_browser_runs(
    card: Card,
    monkeypatch: pytest.MonkeyPatch,
    role: str,
    told: Mapping[str, Any] | None,
    *,
    is_good: bool,
) -> None:
    settled(card)
    card.running(OLD).install(card.bundle)
    asked = set()

    def told_by(port: int, path: str) -> Mapping[str, Any] | None:
        asked.add((port, path))
        return told

    monkeypatch.setattr("appliance.card.console.told_by", told_by)
    monkeypatch.setattr(cli_card, "_system", lambda: NEW.system)
    code = cli.main(["card", "--kept", str(card.kept), "settle", "--role", role])
    assert code == (0 if is_good else 1)
    assert card.state[0] == ("good" if is_good else "came back")
    assert asked == {(80, "/api/v1/kds/health") if role == "hub" else (9105, "/health")}


def handed_in(card: Card, bundle: Path) -> int:
    """By the command that the card's units run."""
    return cli.main(["card", "--kept", str(card.kept), "update", str(bundle)])


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as directory:
        assert Path(directory).stat().st_dev != tmp_path.stat().st_dev
        yield Path(directory)


def test_a_bundle_that_is_handed_in_is_roots_own_before_it_is_looked_at(card: Card) -> None:
    assert handed_in(card, card.bundle) == 0
    assert card.state == ("ready", "2.0")
    assert card.asked_of_rauc[-1] == f"install {card.kept / 'update.raucb'}"
    assert not card.bundle.exists()
    assert not (card.kept / "update.raucb").exists()


def test_one_on_another_disk_is_copied(card: Card, other_disk: Path) -> None:
    bundle = other_disk / "update.raucb"
    bundle.write_bytes(b"2.0")
    assert handed_in(card, bundle) == 0
    assert card.state == ("ready", "2.0")
    assert card.asked_of_rauc[-1] == f"install {card.kept / 'update.raucb'}"
    assert not bundle.exists()


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: path.symlink_to("/etc/passwd"), "Too many levels of symbolic links"),
        (os.mkfifo, "this is no file"),
        (Path.exists, "No such file or directory"),
    ],
)
def test_what_is_no_file_is_not_taken_and_that_is_known(
    card: Card, other_disk: Path, make: Callable[[Path], object], why: str, *, elsewhere: bool
) -> None:
    bundle = (other_disk if elsewhere else card.kept.parent) / "other.raucb"
    make(bundle)
    assert handed_in(card, bundle) == 1
    update = update_of(card.kept)
    assert update is not None
    assert (update.state, update.why) == ("failed", f"other.raucb cannot be taken: {why}")
    assert card.asked_of_rauc == []
    assert not bundle.is_symlink()
    assert not bundle.exists()
