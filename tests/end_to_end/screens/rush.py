"""Orders, changes, cancels, bumps and recalls at random, as long as it is let."""

import contextlib
import random
import threading
from collections import deque
from collections.abc import Iterator
from typing import Any, Final

from tests.end_to_end.screens.asking import Asking, NoAnswer

DISHES: Final = {"grill": "Burger", "fry": "Fries", "cold": "Salad", "bar": "Lemonade"}
"""What each station makes."""
EVERYWHERE: Final = (*DISHES, "pass")
STANDING: Final = "STANDING"
"""An order that stays, with something of every station: so that each has something to show."""
MOST_ORDERS: Final = 10
PAUSE_SECONDS: Final = 0.05


def line(number: int, station: str, qty: int = 1) -> dict[str, Any]:
    return {"lineId": f"{number}", "name": DISHES[station], "qty": qty}


class Rush(threading.Thread):
    """Of one kitchen and seed."""

    def __init__(self, asking: Asking, seed: int) -> None:
        super().__init__(name="rush")
        self._asking = asking
        self._chance = random.Random(seed)  # noqa: S311
        self._turn = threading.Lock()
        self._ended = threading.Event()
        self._orders = 0
        self._live: list[str] = []
        self._bumped: list[str] = []
        self._unanswered: deque[dict[str, Any]] = deque()
        """What has to come again until somebody says that it came."""
        self.accepted = 0
        self.failure: BaseException | None = None
        """What ended it before its time."""

    def run(self) -> None:
        try:
            lines = [line(number, station) for number, station in enumerate(DISHES)]
            with self._turn:
                self._send("create-order", STANDING, lines)
            while not self._ended.is_set():
                with self._turn, contextlib.suppress(NoAnswer):
                    self._step()
                self._ended.wait(PAUSE_SECONDS)
        except BaseException as error:  # noqa: BLE001 - for whoever waits for it
            self.failure = error

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Nothing happens meanwhile, and all that was to be said is. Raises NoAnswer."""
        with self._turn:
            while self._unanswered:
                self._say_again()
            yield

    def end(self) -> None:
        self._ended.set()
        self.join()
        if self.failure is not None:
            raise self.failure

    def _step(self) -> None:
        if self._unanswered:
            self._say_again()
            return
        chance = self._chance
        deeds = [self._bump, self._bump_all, self._cancel, self._change, self._recall]
        if len(self._live) < MOST_ORDERS // 2 or (
            len(self._live) < MOST_ORDERS and chance.random() < 0.5
        ):
            self._orders += 1
            self._live.append(f"A-{self._orders}")
            self._send("create-order", self._live[-1], self._lines())
        else:
            chance.choice(deeds)(chance.choice(self._live))

    def _lines(self) -> list[dict[str, Any]]:
        chosen = self._chance.choices(list(DISHES), k=self._chance.randint(1, 4))
        return [line(n, each, self._chance.randint(1, 3)) for n, each in enumerate(chosen)]

    def _send(self, command: str, order_id: str, lines: list[dict[str, Any]] | None) -> None:
        order = {"id": order_id} if lines is None else {"id": order_id, "items": lines}
        self._unanswered.append({"command": command, "order": order})
        with contextlib.suppress(NoAnswer):
            self._say_again()

    def _say_again(self) -> None:
        message = self._unanswered[0]
        reply = self._asking.order(message)
        assert reply != b"Unable to parse data", message
        self._unanswered.popleft()
        self.accepted += reply == message["order"]["id"].encode()

    def _act(self, station: str, order_id: str, action: str) -> None:
        self._asking.call("POST", f"/stations/{station}/orders/{order_id}/ticket/{action}")

    def _change(self, order_id: str) -> None:
        self._send("update-order", order_id, self._lines())

    def _bump(self, order_id: str) -> None:
        station = self._chance.choice(list(DISHES))
        self._act(station, order_id, "bump")
        self._bumped = [*self._bumped[-5:], f"{station} {order_id}"]

    def _bump_all(self, order_id: str) -> None:
        for station in EVERYWHERE:
            self._act(station, order_id, "bump")
        self._live.remove(order_id)

    def _cancel(self, order_id: str) -> None:
        self._send("cancel-order", order_id, None)
        self._bump_all(order_id)

    def _recall(self, _order_id: str) -> None:
        if self._bumped:
            station, order_id = self._chance.choice(self._bumped).split()
            self._act(station, order_id, "recall")
            if order_id not in self._live:
                self._live.append(order_id)
