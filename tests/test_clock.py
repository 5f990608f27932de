"""The kitchen's own clock goes on where the log ended, whatever the wall clock says."""

import time
from pathlib import Path

import pytest

from appliance import clock
from appliance.clock import Clock
from appliance.kitchen.ticket import Moment

HOUR_MS = 3_600_000
SLACK_MS = 100


@pytest.fixture
def boots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that stands for the boot id: another content is another boot."""
    path = tmp_path / "boot_id"
    path.write_text("first boot\n")
    monkeypatch.setattr(clock, "_BOOT_ID", path)
    return path


def at_wall(monkeypatch: pytest.MonkeyPatch, shift_ms: int) -> None:
    """Shift the wall clock; the monotonic clocks go on."""
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + shift_ms * 1_000_000)


def test_a_new_kitchen_begins_at_nought(tmp_path: Path, boots: Path) -> None:
    del boots
    assert Clock.resume(tmp_path, None).now().tick < SLACK_MS


@pytest.mark.parametrize("jump_ms", [HOUR_MS, -HOUR_MS, -1_000, 10 * 365 * 24 * HOUR_MS])
def test_a_wall_clock_that_jumps_moves_no_deadline(
    tmp_path: Path, boots: Path, monkeypatch: pytest.MonkeyPatch, jump_ms: int
) -> None:
    del boots
    running = Clock.resume(tmp_path, None)
    before = running.now()
    at_wall(monkeypatch, jump_ms)
    after = running.now()
    assert 0 <= after.tick - before.tick < SLACK_MS
    assert abs(after.at - before.at - jump_ms) < SLACK_MS
    restarted = Clock.resume(tmp_path, after).now()
    assert 0 <= restarted.tick - after.tick < SLACK_MS


@pytest.mark.parametrize(
    ("gap_ms", "expected_ms"),
    [(600_000, 600_000), (23 * HOUR_MS, 23 * HOUR_MS), (25 * HOUR_MS, 0), (-HOUR_MS, 0)],
)
def test_after_another_boot_the_wall_clock_counts_if_it_can_be_believed(
    tmp_path: Path, boots: Path, gap_ms: int, expected_ms: int
) -> None:
    Clock.resume(tmp_path, None)
    boots.write_text("second boot\n")
    last = Moment(time.time_ns() // 1_000_000 - gap_ms, 5_000_000)
    tick = Clock.resume(tmp_path, last).now().tick
    assert 0 <= tick - 5_000_000 - expected_ms < SLACK_MS


def test_a_wall_clock_that_is_not_set_yet_is_not_believed(
    tmp_path: Path, boots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Clock.resume(tmp_path, None)
    boots.write_text("second boot\n")
    monkeypatch.setattr(clock, "_TIMESYNC_RUNS", tmp_path)
    monkeypatch.setattr(clock, "_SYNCHRONISED", tmp_path / "synchronized")
    last = Moment(time.time_ns() // 1_000_000 - 600_000, 5_000_000)
    assert 0 <= Clock.resume(tmp_path, last).now().tick - 5_000_000 < SLACK_MS


@pytest.fixture
def unset(tmp_path: Path, boots: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that was off, on which no time server was reached yet: make the file, it was."""
    Clock.resume(tmp_path, None)
    boots.write_text("second boot\n")
    monkeypatch.setattr(clock, "_TIMESYNC_RUNS", tmp_path)
    synchronised = tmp_path / "synchronized"
    monkeypatch.setattr(clock, "_SYNCHRONISED", synchronised)
    return synchronised


def ago(ms: int) -> Moment:
    return Moment(time.time_ns() // 1_000_000 - ms, 5_000_000)


@pytest.mark.parametrize(
    ("gap_ms", "expected_ms"),
    [(11 * HOUR_MS, 11 * HOUR_MS), (25 * HOUR_MS, 0), (-HOUR_MS, 0)],
)
def test_the_night_is_added_once_when_the_wall_clock_is_set(
    tmp_path: Path, unset: Path, monkeypatch: pytest.MonkeyPatch, gap_ms: int, expected_ms: int
) -> None:
    running = Clock.resume(tmp_path, ago(gap_ms))
    assert 0 <= running.now().tick - 5_000_000 < SLACK_MS
    unset.touch()
    running.look()
    assert 0 <= running.now().tick - 5_000_000 - expected_ms < SLACK_MS
    at_wall(monkeypatch, HOUR_MS)
    running.look()
    assert 0 <= running.now().tick - 5_000_000 - expected_ms < SLACK_MS
    restarted = Clock.resume(tmp_path, running.now())
    assert 0 <= restarted.now().tick - 5_000_000 - expected_ms < SLACK_MS


def test_what_came_before_the_night_was_added_has_not_aged_by_it(
    tmp_path: Path, unset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = ago(11 * HOUR_MS)
    running = Clock.resume(tmp_path, last)
    for clock_of_it in ("_wall", "_since_boot"):
        real = getattr(clock, clock_of_it)
        monkeypatch.setattr(clock, clock_of_it, lambda real=real: real() + 60_000)
    came = running.now()
    unset.touch()
    running.look()
    for each in (running, Clock.resume(tmp_path, came)):
        now = each.now()
        assert 0 <= now.at - now.on_the_wall(came.tick, 0) < SLACK_MS
        # The gap is a difference of two clocks, each cut to whole milliseconds.
        assert -1 <= now.on_the_wall(last.tick, 0) - last.at < SLACK_MS


def test_a_restart_before_the_wall_clock_is_set_does_not_lose_the_night(
    tmp_path: Path, unset: Path
) -> None:
    Clock.resume(tmp_path, ago(11 * HOUR_MS))
    restarted = Clock.resume(tmp_path, ago(0))
    assert 0 <= restarted.now().tick - 5_000_000 < SLACK_MS
    unset.touch()
    restarted.look()
    assert 0 <= restarted.now().tick - 5_000_000 - 11 * HOUR_MS < SLACK_MS


def test_a_wall_clock_that_was_behind_until_it_was_set_counts_as_it_is_then(
    tmp_path: Path, unset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = ago(11 * HOUR_MS)
    with monkeypatch.context() as behind:
        at_wall(behind, -11 * HOUR_MS)
        running = Clock.resume(tmp_path, last)
    unset.touch()
    running.look()
    assert 0 <= running.now().tick - 5_000_000 - 11 * HOUR_MS < SLACK_MS


def test_a_damaged_anchor_is_made_anew(tmp_path: Path, boots: Path) -> None:
    del boots
    (tmp_path / clock.NAME).write_bytes(b"{")
    last = Moment(time.time_ns() // 1_000_000, 5_000_000)
    assert 0 <= Clock.resume(tmp_path, last).now().tick - 5_000_000 < SLACK_MS
