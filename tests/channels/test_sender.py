"""What is told, when the disk fails in between."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from appliance.channels import sender
from appliance.channels.account import Account
from appliance.channels.books import Books
from appliance.channels.progress import BEGUN, Followed
from appliance.channels.sender import Sender
from appliance.channels.store import Store
from appliance.kitchen.ticket import Moment
from appliance.log import NotStored


class Kitchen:
    """As much of an expeditor as a sender needs."""

    def now(self) -> Moment:
        return Moment(1, 1)


class Platform:
    resumes = 0.0
    fault = ""
    is_refused = False
    token_until: int | None = None
    can_pause = False

    def __init__(self) -> None:
        self.told: list[int] = []

    async def tell(self, order_id: str, step: int) -> None:
        assert order_id == "A"
        self.told.append(step)

    async def pause(self, location: str, until: int | None) -> None:
        raise NotImplementedError


class FailingBooks(Books):
    fails = 0

    async def write(self, work: Callable[[Store], Any]) -> Any:
        if self.fails:
            self.fails -= 1
            raise NotStored("the disk is full")
        return await super().write(work)


async def test_what_was_taken_and_is_not_on_disk_is_not_told_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "LOOK_AGAIN_SECONDS", 0.01)
    books, platform = FailingBooks(tmp_path, lambda _: True), Platform()
    account = Account(
        "main", "Test", "Test", "production", "l", tells_taken=True, platform=platform
    )

    def begin(followed: Followed) -> None:
        followed.number, followed.reached = 1, BEGUN

    await books.write(lambda store: store.change("main", "A", begin))
    books.fails = 5
    sending = Sender(Kitchen(), books, [account], lambda: None)  # type: ignore[arg-type]
    running = asyncio.create_task(sending.run())
    try:
        async with asyncio.timeout(10):
            while await books.ask(lambda store: store.due("main", 1)):
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        await asyncio.wait([running])
        await books.close()
    assert platform.told == [1, 2]
    assert books.fails == 0
