"""A crowd of hostile peers, in a process of its own so that it takes no time from others.

python -m tests.orders.crowd KIND PORT COUNT; says `here` when all have come, and leaves when
its standard input ends.
"""

import contextlib
import itertools
import select
import socket
import struct
import sys
from time import monotonic
from typing import Final

ACTS_PER_SECOND: Final = 250
"""Of the whole crowd: it is to be in the way by its numbers, not by using up the processor."""
ADDRESSES: Final = [f"127.0.0.{number}" for number in range(1, 21)]
BEGINNING: Final = b'{"id":"1","name":"'
NESTED: Final = b'{"x":' + b"[" * 64 * 1024
ORDERS: Final = b'{"id":"%s","items":[]}' % (b"c" * 200) * 4


class Member:
    """One of the crowd: one connection after the other."""

    def __init__(self, kind: str, number: int, port: int) -> None:
        self._kind = kind
        self._source = ADDRESSES[number % len(ADDRESSES)]
        self._port = port
        self._begun = number % 2
        self._socket: socket.socket | None = None

    def act(self) -> None:
        """Do the next thing that a peer of its kind does."""
        if self._socket is not None and (self._kind in ("nested", "reset") or self._closed()):
            self.leave()
        with contextlib.suppress(OSError):  # Closed meanwhile, or its buffer is full.
            if self._socket is None:
                self._socket = self._connected()
                self._begin(self._socket)
            else:
                self._go_on(self._socket)

    def _closed(self) -> bool:
        """Whether the other side has closed. What is not read must stay so."""
        assert self._socket is not None
        poll = select.poll()
        poll.register(self._socket, select.POLLRDHUP)
        return bool(poll.poll(0))

    def _connected(self) -> socket.socket:
        plain = socket.socket()
        if self._kind == "zero window":
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        plain.bind((self._source, 0))
        plain.settimeout(0.2)
        try:
            plain.connect(("127.0.0.1", self._port))
        except OSError:
            plain.close()
            raise
        plain.settimeout(0)
        return plain

    def _begin(self, plain: socket.socket) -> None:
        match self._kind:
            case "slow" | "endless string" | "reset":
                plain.send(BEGINNING)
            case "nested":
                plain.send(NESTED)
            case "half-closed":
                plain.send(BEGINNING[: self._begun])
                plain.shutdown(socket.SHUT_WR)
            case "zero window":
                plain.send(ORDERS)

    def _go_on(self, plain: socket.socket) -> None:
        match self._kind:
            case "slow":
                plain.send(b"x")
            case "endless string":
                plain.send(b"x" * 16 * 1024)
            case "zero window":
                plain.send(ORDERS)

    def leave(self) -> None:
        """Close, or be gone as after a crash."""
        if self._socket is not None:
            if self._kind == "reset":
                reset = struct.pack("ii", 1, 0)
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
            self._socket.close()
            self._socket = None


def main(kind: str, port: int, count: int) -> None:
    members = [Member(kind, number, port) for number in range(count)]
    due = monotonic()
    for acted, member in enumerate(itertools.cycle(members)):
        if acted == count:
            print("here", flush=True)
        if select.select([sys.stdin], [], [], max(0.0, due - monotonic()))[0]:
            break
        member.act()
        due += 1 / ACTS_PER_SECOND
    for member in members:
        member.leave()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
