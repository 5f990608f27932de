"""Tests marked `moved_time` run on a loop whose time they move."""

import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping

import pytest

from tests import conftest
from tests.hardware.fake_lgpio import FakeLgpio
from tests.hardware.moved_time import MovedTime


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "moved_time: runs on a loop whose time the test moves")


@pytest.hookimpl(tryfirst=True)
def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    if item.get_closest_marker("moved_time"):
        return {"moved_time": MovedTime}
    return conftest.pytest_asyncio_loop_factories(config, item)


@pytest.fixture
def fake_lgpio(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeLgpio]:
    """An lgpio without a chip, and a machine that is a Raspberry Pi."""
    module = FakeLgpio()
    monkeypatch.delitem(sys.modules, "gpiozero.pins.lgpio", raising=False)
    monkeypatch.setitem(sys.modules, "lgpio", module)
    monkeypatch.setattr("gpiozero.pins.local.get_pi_revision", lambda: 0xA02082)
    yield module
    sys.modules.pop("gpiozero.pins.lgpio", None)
