"""A thread that is none: what it is given is done at once, until the plug is pulled."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import apsw


class Plug:
    """Of one machine."""

    def __init__(self) -> None:
        self.is_out = False
        self.commits_left: int | None = None
        """How many more are made before it is pulled; None: it is not."""
        self.is_disk_broken = False


class Inline(Executor):
    """In place of a ThreadPoolExecutor."""

    def __init__(self, plug: Plug) -> None:
        self._plug = plug

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        done = Future[Any]()
        try:
            if self._plug.is_out or self._plug.is_disk_broken:
                raise apsw.FullError("the disk is full")  # noqa: TRY301
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - as of a thread
            done.set_exception(error)
        if self._plug.commits_left is not None:
            self._plug.commits_left -= 1
            self._plug.is_out |= self._plug.commits_left <= 0
        return done
