"""Ticket actions a second, each durable, beside an aiohttp handler that sends the same bytes.

`measure` starts the real service, a bare handler and a null server, each in a process of
its own, and asks them in turn, over 16 keep-alive connections that work a ticket each.
"""

import http.client
import json
import select
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter
from typing import Any, Final, NamedTuple

from appliance import config
from appliance.api import auth
from appliance.api.app import BASE
from tests.bench import load
from tests.process import Service

CONNECTIONS: Final = 16
ACTIONS: Final = 6_000
ROUNDS: Final = 7
STATION: Final = "grill"
CYCLE: Final = ("start", "ready", "bump", "recall")
"""Leads a ticket from pending, and from recalled, to recalled: it can go on for ever."""
HTTP: Final = """
[http]
listen = "127.0.0.1:0"
limits = { token_per_second = 0, address_per_second = 0 }
"""
_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"\r\nContent-Length: "


class Round(NamedTuple):
    """Answers a second of one round: of the service, of the bare handler, of the null server."""

    service: float
    bare: float
    null: float


def measure() -> list[Round]:
    """All rounds: in each, all three are asked in turn."""
    root = Path(tempfile.mkdtemp(prefix="expeditor-bench-"))
    try:
        with ExitStack() as stack:
            file = root / "kitchen.toml"
            file.write_text(_configuration(), encoding="utf-8")
            service = stack.enter_context(Service(root / "data", "--config", str(file)))
            port = int(service.url.rpartition(":")[2])
            scripts = _scripts(service, port)
            example = _exchange(port, scripts[0][0])
            for request in scripts[0][1:]:
                _exchange(port, request)
            bare = stack.enter_context(_other_server("bare", example))
            null = stack.enter_context(_other_server("null", example))
            ports = (port, bare, null)
            for each in ports:
                run(each, scripts, ACTIONS // 10)
            return [Round(*(run(each, scripts, ACTIONS) for each in ports)) for _ in range(ROUNDS)]
    finally:
        shutil.rmtree(root)


def _configuration() -> str:
    anywhere = '[orders]\nlisten = "127.0.0.1:0"'
    return config.embedded().replace("[orders]", anywhere) + HTTP


def _scripts(service: Service, port: int) -> list[list[bytes]]:
    """For each connection the requests that it repeats; the tickets are made first."""
    load.run(service.orders_port, 1, CONNECTIONS * 4)
    secret = (service.data / "secret").read_bytes()
    token = auth.issue(secret, roles=["chef"], tenant="default", subject="bench", seconds=3600)
    authorization = {"Authorization": f"Bearer {token}"}
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", f"{BASE}/stations/{STATION}/tickets?limit=500", headers=authorization)
    tickets: list[dict[str, Any]] = json.load(connection.getresponse())
    connection.close()
    by_size = sorted(tickets, key=lambda ticket: len(ticket["items"]))
    # Of middling size, all of them alike: the bare handler sends one size alone.
    middle = len(by_size) // 2 - CONNECTIONS // 2
    return [
        [
            f"POST {BASE}/stations/{STATION}/orders/{ticket['order_id']}/ticket/{action}"
            f" HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
            "Content-Length: 0\r\n\r\n".encode()
            for action in CYCLE
        ]
        for ticket in by_size[middle : middle + CONNECTIONS]
    ]


def _exchange(port: int, request: bytes) -> bytes:
    """One answer, whole."""
    with socket.create_connection(("127.0.0.1", port)) as peer:
        peer.sendall(request)
        answer = b""
        while not _is_whole(answer):
            piece = peer.recv(65536)
            if not piece:
                raise EOFError(answer)
            answer += piece
    return answer


@contextmanager
def _other_server(kind: str, example: bytes) -> Iterator[int]:
    """Its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.same_bytes", kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(example)
        process.stdin.close()
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def run(port: int, scripts: list[list[bytes]], actions: int) -> float:
    """Answers a second. Every connection waits for its answer before it goes on."""
    each = actions // len(scripts) // len(CYCLE) * len(CYCLE)
    poll = select.epoll()
    peers: dict[int, tuple[socket.socket, Iterator[bytes]]] = {}
    for script in scripts:
        peer = socket.create_connection(("127.0.0.1", port))
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poll.register(peer, select.EPOLLIN)
        peers[peer.fileno()] = (peer, islice(cycle(script), each))
    came = dict.fromkeys(peers, b"")
    began = perf_counter()
    for peer, requests in peers.values():
        peer.sendall(next(requests))
    waiting = len(peers)
    while waiting:
        for descriptor, _event in poll.poll():
            peer, requests = peers[descriptor]
            piece = peer.recv(65536)
            if not piece:
                raise EOFError(came[descriptor])
            answer = came[descriptor] + piece
            if not _is_whole(answer):
                came[descriptor] = answer
                continue
            came[descriptor] = b""
            request = next(requests, None)
            if request is None:
                waiting -= 1
            else:
                peer.sendall(request)
    took = perf_counter() - began
    for peer, _requests in peers.values():
        peer.close()
    poll.close()
    return each * len(scripts) / took


def _is_whole(answer: bytes) -> bool:
    """Whether all of it came. Raises AssertionError for what is not a 200."""
    end = answer.find(_HEAD_END)
    if end < 0:
        return False
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise AssertionError(answer)
    start = answer.index(_LENGTH) + len(_LENGTH)
    return len(answer) == end + len(_HEAD_END) + int(answer[start : answer.index(b"\r", start)])
