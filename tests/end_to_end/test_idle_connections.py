"""Hundreds of connections that say nothing, few descriptors: orders are taken all the same."""

import contextlib
import json
import os
import resource
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.test_https import port_of, started
from tests.process import Service

SECONDS = 10
FEW = 200
"""Descriptors."""
CROWD = 260


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with started(tmp_path) as service:
        soft, hard = resource.prlimit(service.pid, resource.RLIMIT_NOFILE)
        assert soft == hard  # As many as the system allows.
        resource.prlimit(service.pid, resource.RLIMIT_NOFILE, (FEW, hard))
        yield service


def take_an_order(service: Service, order_id: str) -> bytes:
    with socket.create_connection(("127.0.0.1", service.orders_port), SECONDS) as terminal:
        order = {"id": order_id, "items": [{"name": "Hamburger"}]}
        terminal.sendall(json.dumps(order).encode())
        terminal.shutdown(socket.SHUT_WR)
        return terminal.recv(1_000)


@pytest.mark.parametrize("secure", [False, True])
def test_idle_connections_keep_no_order_out(service: Service, *, secure: bool) -> None:
    port = port_of(service) if secure else int(service.url.rpartition(":")[2])
    with contextlib.ExitStack() as crowd:
        for _ in range(CROWD):
            crowd.enter_context(socket.create_connection(("127.0.0.1", port), SECONDS))
        for number in range(20):
            assert take_an_order(service, f"A-{number}") == b"A-%d" % number
        assert len(os.listdir(f"/proc/{service.pid}/fd")) < FEW  # noqa: PTH208
