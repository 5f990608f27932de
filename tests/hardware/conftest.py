"""Tests marked `moved_time` run on a loop whose time they move."""

import asyncio
from collections.abc import Callable, Mapping

import pytest

from tests import conftest
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
