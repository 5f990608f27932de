"""Nothing of a guest is in the log, whatever is asked, refused or broken: a canary is nowhere.

Every logger writes from DEBUG on, and what the process says on both its outputs is searched.
"""

import contextlib
import http.client
import json
import resource
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from appliance.api import auth
from tests.end_to_end.test_start_and_stop import send
from tests.process import Service

CANARY = "Canary"
PHONE = "8675309"
BASE = "/api/v1/kds"
DEBUG = """
import logging
from appliance import logs
configure = logs.configure
def all_of_it():
    configure()
    logging.getLogger().setLevel(logging.DEBUG)
logs.configure = all_of_it
"""
FAULTS = """
import asyncio, os
from appliance import service
from appliance.kitchen.kitchen import Kitchen
from appliance.orders.connection import Connection
decide, apply, data_received = Kitchen.decide, Kitchen.apply, Connection.data_received
def faulty_decide(self, command, now, by=None):
    if "decide-fault" in repr(command):
        try:
            raise KeyError(repr(command))
        except KeyError as error:
            raise ValueError(f"cannot decide {command!r}") from error
    return decide(self, command, now, by)
def faulty_apply(self, event, guest=None):
    if "apply-fault" in repr(event):
        raise LookupError(repr((event, guest)))
    return apply(self, event, guest)
def faulty_data_received(self, data):
    if b"loop-fault" in data:
        async def forgotten():
            raise RuntimeError(data)
        asyncio.get_running_loop().create_task(forgotten())
        raise RuntimeError(data)
    data_received(self, data)
words = "Canary"  # Of the line that raises, a newer Python shows the source.
async def dies(self):
    while not os.path.exists("WHEN"):
        await asyncio.sleep(0.02)
    raise ValueError(words)
Kitchen.decide, Kitchen.apply = faulty_decide, faulty_apply
Connection.data_received = faulty_data_received
service.Timers.run = dies
"""
PRINTING_FAULTS = """
from appliance.printing import drawing, follower
from hardware.printers.driver import Printer
slips, lay_out, print_job = follower.slips, drawing.lay_out, Printer.print
def faulty_slips(wants, event, placed, *others):
    if "slips-fault" in placed.order.id:
        raise ValueError(repr(placed))
    return slips(wants, event, placed, *others)
def faulty_lay_out(chit, *others):
    if "layout-fault" in chit.order_id:
        raise LookupError(repr(chit))
    return lay_out(chit, *others)
printed = []
async def faulty_print(self, job, data):
    printed.append(data)
    if len(printed) == 1:
        raise RuntimeError(data)
    return await print_job(self, job, data)
follower.slips, drawing.lay_out, Printer.print = faulty_slips, faulty_lay_out, faulty_print
"""


def whole_order(order_id: str = f"{CANARY}-id") -> dict[str, Any]:
    """Everything that an order can bring, in each text of it the canary."""
    c = CANARY
    item = {
        "id": c,
        "lineId": f"{c}-line",
        "name": c,
        "qty": 1,
        "category": c,
        "price": c,
        "course": c,
        "seat": c,
        "courseStatus": "fire",
        "specialInstructions": c,
        "mods": [c, {"id": c, "name": c, "components": [{"name": c}]}],
        "components": [{"name": c}],
        "itemGroup": {"id": c, "name": c, "note": c},
    }
    return {
        "id": order_id,
        "name": c,
        "phoneNumber": PHONE,
        "deliveryAddress": c,
        "specialInstructions": c,
        "customerArrivedUrl": f"http://{c}.example/?{c}",
        "vehicleModel": c,
        "vehicleColor": c,
        "mode": c,
        "server": c,
        "terminal": c,
        "checkNumber": c,
        "originSource": c,
        "prepTimeDuration": c,
        "source": c,
        "costs": {"total": c, "promoCodes": [{"name": c, "amount": c}]},
        "deliveryService": {"name": c, "orderId": c, "driverPhone": PHONE},
        "retry": {"notificationUrl": f"http://{c}.example/"},
        "items": [item],
    }


def commands() -> Iterator[bytes]:
    """What a point of sale sends, rightly and wrongly."""
    order, order_id = whole_order(), f"{CANARY}-id"
    nobody = f"{CANARY}-nobody"
    change = {"id": order_id, "itemsToUpdate": [{"lineId": CANARY, "qty": 2}]}
    for command, sent in (
        ("create-order", order),
        ("update-order", order | {"name": f"{CANARY}-2"}),
        ("partial-update-order", {"id": order_id, "name": CANARY, "itemsToRemove": [CANARY]}),
        ("partial-update-order", change),
        ("update-order", whole_order(nobody)),
        ("partial-update-order", {"id": nobody, "name": CANARY}),
        ("cancel-order", {"id": nobody}),
        ("cancel-order", {"id": f'{nobody}\'s "own"'}),
        (CANARY, order),
        (f"{CANARY}'s", order),
        ("create-order", order | {"items": CANARY}),
        ("create-order", order | {"id": CANARY * 100}),
        ("create-order", order | {"items": [{"name": CANARY, "qty": CANARY}]}),
        ("create-order", order | {"priority": CANARY, "time": CANARY}),
        ("create-order", order | {"items": [{CANARY: CANARY, "mods": [{CANARY: 1}]}]}),
        ("create-order", order | {"specialInstructions": CANARY * 100_000}),
        ("create-order", {"id": CANARY, CANARY: {CANARY: CANARY}}),
    ):
        yield json.dumps({"command": command, "order": sent}).encode()
    whole = json.dumps(order).encode()
    yield whole
    yield whole[:-9]
    yield whole.replace(b'"name": ', b'"name" ')
    yield CANARY.encode() * 1_000
    yield b"GET /" + CANARY.encode() + b" HTTP/1.1\r\n\r\n"
    yield b'{"id": "' + CANARY.encode() + b'\xff", "items": []}'
    yield b"[" * 500 + whole


Request = tuple[str, str, bytes | None, dict[str, str]]


def requests() -> Iterator[Request]:
    """What a client of the API sends, rightly and wrongly."""
    order_id, c = f"{CANARY}-http", CANARY
    order = whole_order(order_id)
    one = f"{BASE}/orders/{order_id}"
    ticket = f"{BASE}/stations/grill/orders/{order_id}/ticket"
    printer = f"{BASE}/printers/pass-printer"
    for method, path, body in (
        ("POST", f"{BASE}/orders", order),
        ("POST", f"{BASE}/orders", order | {"id": c * 100}),
        ("POST", f"{BASE}/orders", order | {"items": c}),
        ("POST", f"{BASE}/orders", order | {"specialInstructions": c * 100_000}),
        ("POST", f"{BASE}/routing/test", order),
        ("PUT", one, order | {"name": f"{c}-2"}),
        ("PUT", one, order | {"id": c}),
        ("PATCH", one, {"itemsToUpdate": [{"lineId": c, "qty": 1}]}),
        ("PATCH", f"{one}-nobody", {"name": c}),
        ("POST", f"{ticket}/start", None),
        ("POST", f"{ticket}/ready", None),
        ("POST", f"{ticket}/ready?{c}={c}", None),
        ("POST", f"{ticket}/bump", None),
        ("POST", f"{ticket}/start", None),
        ("POST", f"{ticket}/{c}", None),
        ("POST", f"{BASE}/stations/pass/orders/{order_id}/ticket/print", None),
        ("POST", f"{ticket}/print", {"printer_id": c}),
        ("POST", f"{ticket}/print", {c: c}),
        ("GET", f"{printer}/jobs", None),
        ("POST", f"{printer}/jobs/{c}/print", None),
        ("POST", f"{printer}/faults", {"fault": c, "on": True}),
        ("GET", f"{BASE}/printers/{c}/jobs", None),
        ("GET", f"{BASE}/printers/{c}/paper.svg", None),
        ("POST", f"{ticket}/items/{c}-line/done", None),
        ("POST", f"{ticket}/priority", {"priority": c}),
        ("POST", f"{ticket}/priority", {c: c}),
        ("POST", f"{BASE}/stations/{c}/orders/{c}/ticket/bump", None),
        ("POST", f"{BASE}/stations/{quote(c + ' ', safe='')}/orders/{c}/ticket/bump", None),
        ("POST", f"{BASE}/courses/fire", {"order_id": c, "course_number": 1}),
        ("POST", f"{BASE}/courses/fire", {"order_id": c, "course_number": c}),
        ("GET", f"{BASE}/stations/{c}/tickets", None),
        ("GET", f"{BASE}/stations/{c}", None),
        ("GET", f"{BASE}/stations/grill/tickets?cursor={c}&status={c}&limit={c}&{c}={c}", None),
        ("GET", f"{BASE}/expo?location_id={c}", None),
        ("GET", f"{BASE}/events?station_id={c}", None),
        ("DELETE", f"{BASE}/routing/{c}", None),
        ("DELETE", f"{BASE}/stations/{c}", None),
        ("DELETE", f"{BASE}/devices/{c}", None),
        ("GET", f"/{c}?{c}", None),
        ("GET", f"/sign-in?code={c}", None),
        ("DELETE", one, None),
        ("DELETE", f"{one}-nobody", None),
        ("DELETE", f"{BASE}/stations/{c}/tickets", None),
        ("BREW", f"/{c}", None),
        (c.upper(), f"/{c}", None),
    ):
        yield method, path, None if body is None else json.dumps(body).encode(), {}
    for data in (c.encode(), b'{"id": "' + c.encode(), b"\xff" + c.encode()):
        yield "POST", f"{BASE}/orders", data, {}
    for name in ("Content-Type", "X-Request-ID", "User-Agent", "Referer", "Cookie", "Host"):
        yield "GET", f"{BASE}/stations/grill/tickets", None, {name: f"{c} {c}"}
    for name in ("Authorization", "Last-Event-ID", "X-Idempotency-Key", "Content-Length"):
        yield "POST", f"{ticket}/bump", b"", {name: f"Bearer {c}"}


def malformed() -> Iterator[bytes]:
    """What is no HTTP."""
    c = CANARY.encode()
    yield b"GET /" + c + b" HTTP/9\r\nHost: localhost\r\n\r\n"
    yield b"GET /" + c + b"\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    yield b"GET / HTTP/1.1\r\nHost: localhost\r\n" + c + b"\x01: " + c + b"\r\n\r\n"
    yield b"GET /" + c * 3_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    yield b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + c + b"\r\n"
    yield b'{"command": "create-order", "order": {"id": "' + c + b'"}}\r\n\r\n'


def token(service: Service) -> str:
    secret = (service.data / "secret").read_bytes()
    return auth.issue(secret, roles=["manager"], tenant="default", subject="test", seconds=60)


def ask(service: Service, request: Request) -> int:
    method, path, body, headers = request
    connection = http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=10)
    with contextlib.closing(connection):
        connection.putrequest(method, path, skip_host="Host" in headers)
        for name, value in ({"Authorization": f"Bearer {token(service)}"} | headers).items():
            connection.putheader(name, value)
        if body is not None and "Content-Length" not in headers:
            connection.putheader("Content-Type", "application/json")
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        return connection.getresponse().status


def say(port: int, data: bytes) -> bytes:
    """Whatever comes back; also where it is cut off."""
    answer = b""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as peer,
        contextlib.suppress(ConnectionError),
    ):
        peer.sendall(data)
        while piece := peer.recv(65536):
            answer += piece
    return answer


def http_port(service: Service) -> int:
    return int(service.url.rpartition(":")[2])


def is_clean(service: Service, *expected: str) -> None:
    """What was expected to be said was said, and of the guest nothing."""
    said = service.said + service.errors()
    for words in expected:
        assert words in said, words
    for secret in (CANARY, PHONE, CANARY.encode().hex()):
        at = said.lower().find(secret.lower())
        assert at < 0, said[max(0, at - 300) : at + 100]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with Service(tmp_path / "data", prelude=DEBUG, warm=True) as service:
        yield service


def test_of_what_a_point_of_sale_sends(service: Service) -> None:
    replies = [send(service.orders_port, command) for command in commands()]
    assert CANARY.encode() in replies[0]
    assert {b"Unable to parse data", b"ORDER_DOES_NOT_EXIST"} < set(replies)
    assert service.stop() == 0
    is_clean(service, "was refused: ", "DEBUG appliance.orders.server: ")


def test_of_what_a_client_of_the_api_sends(service: Service) -> None:
    statuses = {ask(service, request) for request in requests()}
    assert statuses >= {200, 201, 400, 401, 403, 404, 405, 409, 413}
    assert all(b" 400 " in say(http_port(service), data) for data in malformed())
    assert service.stop() == 0
    is_clean(
        service,
        "/stations/grill/orders/{order_id}/ticket/start 200 ",
        "/stations/{station_id}/orders/{order_id}/ticket/bump 404 ",
        "(no such path) 404",
        "Error handling request",
    )


def test_of_what_is_replayed_after_a_crash_and_when_its_log_is_damaged(service: Service) -> None:
    order = json.dumps(whole_order()).encode()
    assert CANARY.encode() in send(service.orders_port, order)
    service.kill()
    service.start()
    assert CANARY.encode() in send(service.orders_port, order)
    service.stop()
    is_clean(service)


def test_of_what_a_failing_disk_was_to_store(service: Service) -> None:
    unlimited = resource.prlimit(service.pid, resource.RLIMIT_FSIZE)
    # For the log, and not for the file that takes the standard error.
    resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (100_000, unlimited[1]))
    order = whole_order() | {"specialInstructions": CANARY * 30_000}
    assert send(service.orders_port, json.dumps(order).encode()) == b"Unable to parse data"
    request: Request = ("POST", f"{BASE}/orders", json.dumps(order).encode(), {})
    assert ask(service, request) == 503
    resource.prlimit(service.pid, resource.RLIMIT_FSIZE, unlimited)
    deadline = time.monotonic() + 10
    while b"Canary" not in send(service.orders_port, json.dumps(order).encode()):
        assert time.monotonic() < deadline
    service.stop()
    is_clean(service, "orders cannot be stored: ", "orders are stored again")


def test_of_what_comes_out_on_paper_and_of_chits_that_cannot(tmp_path: Path) -> None:
    with Service(tmp_path / "data", prelude=DEBUG + PRINTING_FAULTS, warm=True) as service:
        for fault in ("slips-fault", "layout-fault", "driver-fault"):
            order = whole_order(f"{fault}-{CANARY}")
            order["items"].append({"lineId": "fries", "name": "French Fries", "mods": [CANARY]})
            assert CANARY.encode() in send(service.orders_port, json.dumps(order).encode())
        wait_for_jobs(service, ["dropped", "confirmed"])
        service.kill()
        service.start()
        wait_for_jobs(service, ["dropped", "confirmed"])
        assert service.stop() == 0
        is_clean(
            service,
            "no chit could be made of event ",
            "cannot be drawn for printer fry-printer",
            "the driver of printer fry-printer has failed",
            "may be on paper at fry-printer or not",
            "in faulty_slips",
            "in faulty_lay_out",
            "in faulty_print",
        )


def wait_for_jobs(service: Service, states: list[str]) -> None:
    """Until what became of the chits for the fryer is this, the oldest first."""
    deadline = time.monotonic() + 20
    while [job["state"] for job in reversed(jobs(service))] != states:
        assert time.monotonic() < deadline, jobs(service)
        time.sleep(0.02)


def jobs(service: Service) -> Any:
    connection = http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=10)
    with contextlib.closing(connection):
        headers = {"Authorization": f"Bearer {token(service)}"}
        connection.request("GET", f"{BASE}/printers/fry-printer/jobs", headers=headers)
        return json.load(connection.getresponse())


def test_of_what_broke_a_part_of_ours(tmp_path: Path) -> None:
    dies = tmp_path / "now"
    faults = FAULTS.replace("WHEN", str(dies))
    with Service(tmp_path / "data", prelude=DEBUG + faults, warm=True) as service:
        for fault in ("decide-fault", "apply-fault"):
            order = json.dumps(whole_order(f"{fault}-{CANARY}")).encode()
            assert send(service.orders_port, order) == b"Unable to parse data"
            assert ask(service, ("POST", f"{BASE}/orders", order, {})) in (500, 503)
            path = f"{BASE}/stations/grill/orders/{fault}-{CANARY}/ticket/start"
            assert ask(service, ("POST", path, None, {})) in (404, 500, 503)
        say(service.orders_port, json.dumps(whole_order(f"loop-fault-{CANARY}")).encode())
        dies.touch()
        assert service.wait() == 1
        is_clean(
            service,
            "an order of 127.0.0.1 could not be decided",
            "builtins.ValueError",
            "builtins.KeyError\nand then:",
            "in faulty_decide",
            "/orders failed, request ",
            "orders cannot be stored: a command could not be applied: LookupError",
            "in faulty_data_received",
            "Task exception was never retrieved",
            "a part of the service died",
        )
