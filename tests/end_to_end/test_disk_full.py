"""The real process on a file system that takes no more: no yes, a visible fault, recovery."""

import json
import resource
import time
from pathlib import Path

from tests.end_to_end.test_start_and_stop import open_stream, send
from tests.process import Service

SECONDS = 10


def order(number: int) -> bytes:
    items = [{"name": "Hamburger", "specialInstructions": f"{number}" * 3_000}]
    return json.dumps({"id": f"A-{number}", "name": "Jane", "items": items}).encode()


def test_orders_are_refused_and_taken_again_when_there_is_room(tmp_path: Path) -> None:
    with Service(tmp_path / "data", warm=True) as service:
        assert send(service.orders_port, order(1)) == b"A-1"
        unlimited = resource.prlimit(service.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (4096, unlimited[1]))
        assert send(service.orders_port, order(2)) == b"Unable to parse data"
        assert "the disk" in next_fault(service)
        assert send(service.orders_port, order(3)) == b"Unable to parse data"
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, unlimited)
        deadline = time.monotonic() + SECONDS
        while (reply := send(service.orders_port, order(4))) != b"A-4":
            assert reply == b"Unable to parse data"
            assert time.monotonic() < deadline, "it never came back"
        assert "orders are stored again" in service.errors()
        service.kill()
        service.start()
        for number in (1, 4):
            cancel = b'{"command":"cancel-order","order":{"id":"A-%d"}}' % number
            assert send(service.orders_port, cancel) == b"A-%d" % number


def next_fault(service: Service) -> str:
    """What the event stream says of the fault."""
    stream = open_stream(service)
    assert stream.sock is not None
    stream.sock.settimeout(SECONDS)
    heard = b""
    try:
        while b'"fault":{' not in heard:
            heard += stream.sock.recv(65536)
    except TimeoutError as error:
        raise AssertionError(heard[-2_000:]) from error
    finally:
        stream.close()
    return heard.decode(errors="replace").split('"fault":', 1)[1]
