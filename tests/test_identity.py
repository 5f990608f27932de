"""The appliance's identifier: made once, kept for life, and never a reason not to start."""

import logging
import re
from pathlib import Path

import pytest

from appliance.identity import NAME, identifier


def test_it_is_made_once_and_then_stays(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    made = identifier(tmp_path)
    assert re.fullmatch("[0-9A-F]{12}", made)
    assert identifier(tmp_path) == made
    assert (tmp_path / NAME).read_text() == made
    assert caplog.records == []


def test_another_appliance_has_another(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    assert identifier(tmp_path) != identifier(tmp_path / "other")


def test_one_that_was_written_by_hand_counts(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("0123456789AB\n")
    assert identifier(tmp_path) == "0123456789AB"


@pytest.mark.parametrize("damaged", [b"", b"0123456789A", b"0123456789ab", b"\xff" * 12, b"0" * 13])
def test_a_damaged_one_is_made_anew_and_it_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damaged: bytes
) -> None:
    (tmp_path / NAME).write_bytes(damaged)
    made = identifier(tmp_path)
    assert re.fullmatch("[0-9A-F]{12}", made)
    assert identifier(tmp_path) == made
    (said,) = caplog.messages
    assert said == f"{tmp_path / NAME} is damaged: a new identifier is made"


def test_one_that_can_be_neither_read_nor_written_is_for_this_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / NAME).mkdir()
    assert re.fullmatch("[0-9A-F]{12}", identifier(tmp_path))
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert "cannot be read" in caplog.messages[0]
    assert "cannot be written" in caplog.messages[1]
