"""Whatever goes wrong: one flat JSON object, with the documented code and nothing to hide."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import apsw
import pytest

from tests.api.asking import Answer, ask, ticket_path
from tests.log.faulty_disk import Disk, faulty_disk
from tests.running import RunningAppliance, running

KEYS = ["error", "code", "message", "details", "request_id", "timestamp"]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
JSON = {"Content-Type": "application/json"}
START = ticket_path("grill", "A-1", "start")
PRIORITY = ticket_path("grill", "A-1", "priority")
FIRE = "/api/v1/kds/courses/fire"
BURGER = {"lineId": "1", "name": "Hamburger"}


def is_error(answer: Answer, status: int, code: str) -> None:
    """The documented form, to the letter."""
    assert answer.status == status, answer.body
    assert answer.headers["Content-Type"] == "application/json"
    assert list(answer.body) == KEYS
    assert answer.body["code"] == code
    assert isinstance(answer.body["error"], str)
    assert isinstance(answer.body["message"], str)
    assert answer.body["error"]
    assert answer.body["message"]
    assert isinstance(answer.body["details"], dict)
    assert answer.body["request_id"] == answer.headers["X-Request-ID"]
    assert TIME.fullmatch(answer.body["timestamp"])


async def test_a_body_with_a_wrong_field_is_400_and_names_it(appliance: RunningAppliance) -> None:
    await appliance.order(id="A-1", items=[BURGER])
    cases: list[tuple[str, object, str]] = [
        (PRIORITY, {}, "priority"),
        (PRIORITY, {"priority": "soon"}, "priority"),
        (PRIORITY, {"priority": 1}, "priority"),
        (PRIORITY, {"priority": None}, "priority"),
        (PRIORITY, {"priority": "high", "why": "VIP"}, "why"),
        (PRIORITY, ["high"], "body"),
        (FIRE, {"course_number": 1}, "order_id"),
        (FIRE, {"order_id": "A-1"}, "course_number"),
        (FIRE, {"order_id": "A-1", "course_number": "one"}, "course_number"),
        (FIRE, {"order_id": 7, "course_number": 1}, "order_id"),
    ]
    for path, body, field in cases:
        answer = await ask(appliance, "POST", path, data=json.dumps(body).encode(), headers=JSON)
        is_error(answer, 400, "VALIDATION_ERROR")
        assert answer.body["details"]["field"] == field, body


async def test_a_body_that_is_no_json_is_400(appliance: RunningAppliance) -> None:
    await appliance.order(id="A-1", items=[BURGER])
    no_json = (b"", b"{", b"priority=high", b'{"priority":"high"}}', b"\xff\xfe")
    # What begins with another type is no better for it.
    for data in (*no_json, b"[1", b"[" * 50_000, b'"high', b'{"priority": 1'):
        answer = await ask(appliance, "POST", PRIORITY, data=data, headers=JSON)
        is_error(answer, 400, "INVALID_JSON")


async def test_nobody_is_401(appliance: RunningAppliance) -> None:
    answer = await ask(appliance, "POST", START, role=None)
    is_error(answer, 401, "UNAUTHORIZED")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_the_wrong_role_is_403(appliance: RunningAppliance) -> None:
    is_error(await ask(appliance, "POST", START, role="server"), 403, "FORBIDDEN")


async def test_a_path_that_is_none_is_404(appliance: RunningAppliance) -> None:
    for path in (
        "/nowhere",
        "/api/v1/kds",
        "/api/v1/kds/",
        "/api/v1/kds/stations/grill/ticket",
        ticket_path("grill", "A-1", "burn"),
        ticket_path("grill", "A-1", "items", "1", "eaten"),
        "/v1/commerce/kds/courses/fire",
        "/../../etc/passwd",
        "/board.html",
        "/static/board.js",
    ):
        for method in ("GET", "POST"):
            is_error(await ask(appliance, method, path), 404, "NOT_FOUND")


async def test_a_method_that_a_path_lacks_is_405_and_says_which_it_has(
    appliance: RunningAppliance,
) -> None:
    for method, path, allowed in (
        ("GET", START, {"POST"}),
        ("PUT", PRIORITY, {"POST"}),
        ("DELETE", "/api/v1/kds/stations/grill/tickets", {"GET", "HEAD"}),
        ("PUT", "/api/v1/kds/events", {"GET"}),
        ("HEAD", "/api/v1/kds/events", {"GET"}),  # It would have no end, and nothing in it.
        ("HEAD", "/sign-in", {"GET", "POST"}),  # What looks at links first must not use them up.
        ("POST", "/", {"GET", "HEAD"}),
    ):
        async with asyncio.timeout(5):
            answer = await ask(appliance, method, path)
        assert answer.status == 405
        assert set(answer.headers["Allow"].split(",")) == allowed
        if method != "HEAD":
            is_error(answer, 405, "METHOD_NOT_ALLOWED")


async def test_an_action_in_the_wrong_state_is_409_with_from_and_to(
    appliance: RunningAppliance,
) -> None:
    await appliance.order(id="A-1", items=[BURGER])
    answer = await ask(appliance, "POST", ticket_path("grill", "A-1", "ready"))
    is_error(answer, 409, "CONFLICT")
    assert answer.body["details"] == {"reason": "wrong_state", "from": "pending", "to": "ready"}


async def test_a_body_that_is_too_large_is_413(appliance: RunningAppliance) -> None:
    data = b'{"priority": "%s"}' % (b"x" * 300_000)
    answer = await ask(appliance, "POST", PRIORITY, data=data, headers=JSON)
    is_error(answer, 413, "CONTENT_TOO_LARGE")
    assert (await ask(appliance, "GET", "/api/v1/kds/stations/grill/tickets")).status == 200


async def test_a_body_of_another_type_is_415(appliance: RunningAppliance) -> None:
    data = b'{"priority":"high"}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", "text/json"):
        headers = {"Content-Type": kind}
        answer = await ask(appliance, "POST", PRIORITY, data=data, headers=headers)
        is_error(answer, 415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_fault_of_ours_is_500_and_tells_nothing_but_its_id(
    appliance: RunningAppliance,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the-inner-secret")

    monkeypatch.setattr(appliance.expeditor, "submit", broken)
    answer = await ask(appliance, "POST", START)
    is_error(answer, 500, "INTERNAL_SERVER_ERROR")
    assert answer.body["details"] == {}
    shown = json.dumps(answer.body)
    assert not [word for word in ("the-inner-secret", "Traceback", "Error:") if word in shown]
    # Whoever has the log finds it by that id.
    (record,) = [each for each in caplog.records if each.exc_info]
    path = "/api/v1/kds/stations/{station_id}/orders/{order_id}/ticket/start"
    assert record.getMessage() == f"POST {path} failed, request {answer.body['request_id']}"


@pytest.fixture
def disk() -> Iterator[Disk]:
    with faulty_disk("under-the-api") as disk:
        yield disk


@pytest.fixture
async def on_disk(tmp_path: Path, disk: Disk) -> AsyncIterator[RunningAppliance]:
    async with running(tmp_path, vfs=disk.vfs_name) as appliance:
        yield appliance


async def test_what_cannot_be_stored_is_503_and_says_why_and_when_to_ask_again(
    on_disk: RunningAppliance, disk: Disk
) -> None:
    await on_disk.order(id="A-1", items=[BURGER])
    disk.failure, disk.fail_at = apsw.FullError, 0
    for path in (START, START, ticket_path("grill", "A-1", "void")):
        answer = await ask(on_disk, "POST", path)
        is_error(answer, 503, "SERVICE_UNAVAILABLE")
        assert int(answer.headers["Retry-After"]) > 0
        assert "the disk is full" in answer.body["message"]
    disk.failure = None
    async with asyncio.timeout(10):
        while (await ask(on_disk, "POST", START)).status == 503:
            await asyncio.sleep(0.05)
    (ticket,) = await on_disk.tickets("grill")
    assert ticket["status"] == "in_progress"


async def test_a_request_id_is_echoed(appliance: RunningAppliance) -> None:
    for asked in ("abc-123", "A.b_c:9", "x" * 100):
        headers = {"X-Request-ID": asked}
        for path in ("/nowhere", "/api/v1/kds/stations/grill/tickets", "/"):
            answer = await ask(appliance, "GET", path, headers=headers)
            assert answer.headers["X-Request-ID"] == asked


async def test_a_request_without_a_usable_id_gets_one_of_its_own(
    appliance: RunningAppliance,
) -> None:
    given = set()
    for asked in (None, "", "a b", "x" * 101, "é", "<script>"):
        headers = {} if asked is None else {"X-Request-ID": asked}
        made = (await ask(appliance, "GET", "/nowhere", headers=headers)).headers["X-Request-ID"]
        assert re.fullmatch(r"[0-9a-f]{32}", made)
        given.add(made)
    assert len(given) == 6


async def test_the_event_stream_carries_its_request_id_too(appliance: RunningAppliance) -> None:
    headers = {"Authorization": f"Bearer {appliance.token()}", "X-Request-ID": "stream-1"}
    async with appliance.http.get(appliance.url + "/api/v1/kds/events", headers=headers) as answer:
        assert answer.headers["X-Request-ID"] == "stream-1"


async def test_answers_about_tickets_are_kept_by_no_cache(appliance: RunningAppliance) -> None:
    for path in ("/api/v1/kds/stations/grill/tickets", "/nowhere", "/sign-in?code=x"):
        assert (await ask(appliance, "GET", path)).headers["Cache-Control"] == "no-store"
