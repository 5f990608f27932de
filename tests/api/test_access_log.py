"""The access log: a line for each request, and nothing of a guest in it."""

import asyncio
import logging

import pytest
from aiohttp import web

from appliance import config
from appliance.api.connections import Ports
from appliance.listening import sockets_at
from tests.api.asking import ask, say, ticket_path
from tests.running import RunningAppliance

CANARY = "canary-615-555-1234"


async def test_a_request_is_one_line_with_what_helps(
    appliance: RunningAppliance, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "appliance.api.access_log")
    await appliance.order(id="7", items=[{"name": "Hamburger"}])
    answer = await ask(appliance, "POST", ticket_path("grill", "7", "bump"))
    (line,) = [each.getMessage() for each in caplog.records if "bump" in each.getMessage()]
    path = "/api/v1/kds/stations/grill/orders/{order_id}/ticket/bump"
    assert line.startswith(f"127.0.0.1 POST {path} 200 ")
    assert line.endswith(f" ms {answer.headers['X-Request-ID']}")


async def test_who_came_by_ipv4_is_named_so_on_a_port_for_both(
    appliance: RunningAppliance, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "appliance.api.access_log")
    runner = web.AppRunner(appliance.app, shutdown_timeout=0.5)
    await runner.setup()
    ports = Ports(runner, config.Config())
    try:
        sockets = await sockets_at("::", 0)
        port = sockets[0].getsockname()[1]
        ports.listen(sockets)
        async with appliance.http.get(f"http://127.0.0.1:{port}/nowhere") as answer:
            assert answer.status == 404
        async with appliance.http.get(f"http://[::1]:{port}/nowhere") as answer:
            assert answer.status == 404
    finally:
        await ports.close()
        await runner.cleanup()
    lines = [
        each.getMessage().split(" ")[0] for each in caplog.records if "GET" in each.getMessage()
    ]
    assert lines == ["127.0.0.1", "::1"]


async def test_what_is_answered_at_once_is_a_line_each(
    appliance: RunningAppliance, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "appliance.api.access_log")
    for number in range(16):
        await appliance.order(id=f"A-{number}", items=[{"name": "Hamburger"}])
    caplog.clear()
    answers = await asyncio.gather(
        *(ask(appliance, "POST", ticket_path("grill", f"A-{n}", "bump")) for n in range(16))
    )
    await ask(appliance, "GET", "/")
    lines = "\n".join(each.getMessage() for each in caplog.records).splitlines()
    ids = {answer.headers["X-Request-ID"] for answer in answers}
    assert {line.split()[-1] for line in lines if "/ticket/bump 200 " in line} == ids
    assert len(ids) == 16


async def test_a_station_is_named_where_there_is_one(
    appliance: RunningAppliance, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "appliance.api.access_log")
    for station in ("grill", CANARY):
        await ask(appliance, "GET", f"/api/v1/kds/stations/{station}/tickets")
    paths = [each.getMessage().split()[2] for each in caplog.records]
    base = "/api/v1/kds/stations"
    assert paths == [f"{base}/grill/tickets", f"{base}/{{station_id}}/tickets"]


async def test_no_personal_data_and_no_secret_is_in_any_log(
    appliance: RunningAppliance, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await appliance.order(id=CANARY, name=CANARY, phoneNumber=CANARY, items=[{"name": CANARY}])
    for method, path in (
        ("GET", f"/api/v1/kds/stations/grill/tickets?cursor={CANARY}"),
        ("POST", ticket_path("grill", CANARY, "bump")),
        ("POST", ticket_path("grill", CANARY, CANARY)),
        ("GET", f"/{CANARY}"),
        ("GET", f"/sign-in?code={CANARY}"),
    ):
        await ask(appliance, method, path, headers={"X-Request-ID": "1"})
        await ask(appliance, method, path, token=CANARY)
    await say(
        appliance, f"GET /{CANARY} HTTP/1.1\r\nHost: x y\r\nConnection: close\r\n\r\n".encode()
    )
    assert len([each for each in caplog.records if each.name == "appliance.api.access_log"]) >= 10
    assert CANARY not in caplog.text
