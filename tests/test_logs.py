"""How the process writes what its loggers say."""

import logging
from pathlib import Path

import pytest

from appliance.logs import Discreet


def written(logger: str, message: str, error: BaseException | None = None) -> list[str]:
    exc_info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(logger, logging.WARNING, "", 0, message, (), exc_info)
    return Discreet().format(record).splitlines()


def test_each_line_says_how_grave_it_is_and_who_says_it() -> None:
    assert written("a.b", "one\nWARNING root: two") == [
        "WARNING a.b: one",
        "WARNING a.b: WARNING root: two",
    ]


def test_a_fault_is_told_by_kind_and_place_and_so_is_what_led_to_it() -> None:
    def fails() -> None:
        raise OSError(28, "No space left on device", "/srv/Jane")

    def fails_for_that() -> None:
        try:
            fails()
        except OSError as first:
            raise KeyError("Jane") from first

    with pytest.raises(KeyError) as caught:
        fails_for_that()
    lines = written("a", "it failed", ExceptionGroup("Jane", [caught.value]))
    places = [line for line in lines if line.startswith("  File ")]
    assert len(places) == 4
    assert all(Path(__file__).name in place for place in places)
    assert [line for line in lines if not line.startswith("  ")] == [
        "WARNING a: it failed",
        "builtins.ExceptionGroup",
        "builtins.OSError: No space left on device",
        "and then:",
        "builtins.KeyError",
    ]


def test_of_a_task_that_failed_only_that_it_did() -> None:
    lines = written("asyncio", "Task exception was never retrieved\nfuture: Jane", ValueError(1))
    assert lines == ["WARNING asyncio: Task exception was never retrieved", "builtins.ValueError"]
