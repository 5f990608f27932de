"""A load generator that costs little itself: plain sockets and epoll, orders made ahead."""

import select
import socket
from time import perf_counter
from typing import NamedTuple

ORDER = (
    b'{"command":"create-order","order":{"id":"%s","name":"Jane Doe","time":1551454803184,'
    b'"mode":"For Here","server":"Sarah","terminal":"POS 1","checkNumber":"88",'
    b'"phoneNumber":"+16155551234","items":[%s]}}'
)
_ITEM = (
    b'{"id":"item-%s","lineId":"%d","name":"%s","qty":2,"mods":[{"id":"mod-cheese",'
    b'"name":"Cheddar"},{"name":"No Ketchup"}],"course":"Course 2","seat":"Seat 1",'
    b'"courseStatus":"fire","specialInstructions":"Extra pickles, please"}'
)
_NAMES = (b"Hamburger", b"Ribeye Steak", b"French Fries", b"Onion Rings", b"House Salad", b"Shake")
ITEMS = b",".join(_ITEM % (name, line, name) for line, name in enumerate(_NAMES))


class Load(NamedTuple):
    """What was measured: orders a second, and sorted latencies in microseconds."""

    per_second: float
    microseconds: list[float]
    bytes_sent: int

    def quantile(self, share: float) -> float:
        return self.microseconds[min(len(self.microseconds) - 1, int(share * len(self.microseconds)))]


def order(number: int) -> tuple[bytes, bytes]:
    """An order of six items and three stations and the pass, and the reply it should get."""
    order_id = b"bench-%d" % number
    return ORDER % (order_id, ITEMS), order_id


def run(port: int, connections: int, orders: int, first: int = 0) -> Load:
    """Send `orders` orders over persistent connections, each waiting for its answer."""
    waiting: dict[int, tuple[socket.socket, bytes, float]] = {}
    poll = select.epoll()
    numbers = iter(range(first, first + orders))
    latencies: list[float] = []
    sent = 0
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
    for peer in sockets:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poll.register(peer, select.EPOLLIN)
    prepared = {number: order(number) for number in range(first, first + orders)}
    began = perf_counter()
    for peer in sockets:
        message, reply = prepared[next(numbers)]
        waiting[peer.fileno()] = (peer, reply, perf_counter())
        peer.sendall(message)
        sent += len(message)
    while waiting:
        for descriptor, _event in poll.poll():
            peer, reply, at = waiting.pop(descriptor)
            got = peer.recv(4096)
            now = perf_counter()
            if got != reply:
                raise AssertionError(f"{got!r} instead of {reply!r}")
            latencies.append((now - at) * 1e6)
            number = next(numbers, None)
            if number is not None:
                message, reply = prepared[number]
                waiting[descriptor] = (peer, reply, now)
                peer.sendall(message)
                sent += len(message)
    took = perf_counter() - began
    for peer in sockets:
        peer.close()
    poll.close()
    return Load(orders / took, sorted(latencies), sent)
