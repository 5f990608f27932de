"""A load generator that costs little itself: plain sockets and epoll, orders made ahead."""

import json
import random
import select
import socket
from time import perf_counter
from typing import Any, Final, NamedTuple

from appliance.dishes import GUESTS, MENU
from appliance.rush import MODES, SERVERS

ITEMS_PER_ORDER: Final = 6
"""With everything around them about 1.5 KB, three stations and the pass."""


class Load(NamedTuple):
    """What was measured: orders a second, and sorted latencies in microseconds."""

    per_second: float
    microseconds: list[float]
    bytes_sent: int

    def quantile(self, share: float) -> float:
        """A latency in microseconds."""
        return self.microseconds[
            min(len(self.microseconds) - 1, int(share * len(self.microseconds)))
        ]


def order(number: int) -> tuple[bytes, bytes]:
    """An order, different from every other, and the reply it should get."""
    chance = random.Random(number)  # noqa: S311
    order_id = f"bench-{number}"
    body = {
        "id": order_id,
        "name": f"{chance.choice(GUESTS)} {chance.randint(1, 999)}",
        "time": 1_551_454_803_184 + number,
        "mode": chance.choice(MODES),
        "server": chance.choice(SERVERS),
        "terminal": f"POS {chance.randint(1, 3)}",
        "checkNumber": str(chance.randint(1, 9_999)),
        "phoneNumber": f"+1615555{chance.randint(0, 9_999):04}",
        "items": [_item(chance, line) for line in range(ITEMS_PER_ORDER)],
    }
    return json.dumps({"command": "create-order", "order": body}).encode(), order_id.encode()


def _item(chance: random.Random, line: int) -> dict[str, Any]:
    dish_id, name, course, modifiers = chance.choice(MENU)
    return {
        "id": dish_id,
        "lineId": f"{line + 1}",
        "name": name,
        "qty": chance.randint(1, 3),
        "price": f"${chance.randint(300, 3_900) / 100:.2f}",
        "mods": [{"id": f"m{chance.randint(1, 99)}", "name": name} for name in modifiers[:2]],
        "course": course,
        "seat": f"Seat {chance.randint(1, 6)}",
        "courseStatus": "fire",
    }


def run(port: int, connections: int, orders: int, first: int = 0) -> Load:
    """Send orders over persistent connections, each of which waits for its answers."""
    prepared = iter([order(number) for number in range(first, first + orders)])
    waiting: dict[int, tuple[socket.socket, bytes, float]] = {}
    latencies: list[float] = []
    sent = 0
    poll = select.epoll()
    peers = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
    for peer in peers:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poll.register(peer, select.EPOLLIN)
    began = perf_counter()
    for peer in peers:
        message, reply = next(prepared)
        waiting[peer.fileno()] = (peer, reply, perf_counter())
        peer.sendall(message)
        sent += len(message)
    while waiting:
        for descriptor, _event in poll.poll():
            peer, expected, at = waiting.pop(descriptor)
            got = peer.recv(4096)
            now = perf_counter()
            if got != expected:
                raise AssertionError(f"{got!r} instead of {expected!r}")
            latencies.append((now - at) * 1e6)
            for message, reply in prepared:
                waiting[descriptor] = (peer, reply, now)
                peer.sendall(message)
                sent += len(message)
                break
    took = perf_counter() - began
    for peer in peers:
        peer.close()
    poll.close()
    return Load(orders / took, sorted(latencies), sent)
