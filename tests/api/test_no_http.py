"""What never gets as far as the application is answered as everything else is."""

import asyncio
import json
import logging
import re

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from tests.api.asking import Answer, ask, say
from tests.api.test_errors import is_error
from tests.running import RunningAppliance

CANARY = b"canary-615-555-1234"
HOST = b"Host: localhost\r\n"
NO_HTTP = {
    "words": b"HELO kitchen " + CANARY + b"\r\n\r\n",
    "an order for the other port": b'{"order": {"id": "%s"}}\r\n\r\n' % CANARY,
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40),
    "another version": b"GET / HTTP/3.1\r\n" + HOST + b"\r\n",
    "a header that is too long": b"GET / HTTP/1.1\r\n" + HOST + b"X: " + CANARY * 600 + b"\r\n\r\n",
    "a path that is too long": b"GET /" + CANARY * 600 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "a header without a name": b"GET / HTTP/1.1\r\n" + HOST + b": " + CANARY + b"\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n",
    "a length below zero": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n",
    "two lengths": (
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nx"
    ),
    "bytes in the path": b"GET /\x80" + CANARY + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "no path": b"GET " + CANARY + b" HTTP/1.1\r\n" + HOST + b"\r\n",
}


def parsed(answer: bytes) -> Answer:
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers: CIMultiDict[str] = CIMultiDict()
    for line in lines:
        name, _, value = line.partition(": ")
        headers.add(name, value)
    return Answer(int(first.split()[1]), CIMultiDictProxy(headers), json.loads(body))


@pytest.mark.parametrize("sent", NO_HTTP.values(), ids=NO_HTTP)
async def test_what_is_no_http_is_400_and_repeats_nothing(
    appliance: RunningAppliance, sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with asyncio.timeout(5):
        answered = await say(appliance, sent)  # To the end: the connection is closed.
    answer = parsed(answered)
    is_error(answer, 400, "VALIDATION_ERROR")
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-ID"])
    assert answer.headers["Cache-Control"] == "no-store"
    assert CANARY not in answered
    assert CANARY.decode() not in caplog.text
    (line,) = [each for each in caplog.records if each.name == "appliance.api.access_log"]
    assert line.getMessage().startswith("127.0.0.1 UNKNOWN - 400 ")
    assert line.getMessage().endswith(answer.headers["X-Request-ID"])
    assert "Traceback" not in caplog.text


async def test_what_is_too_long_is_said_to_be(appliance: RunningAppliance) -> None:
    answer = parsed(await say(appliance, NO_HTTP["a header that is too long"]))
    assert answer.body["message"] == "the request cannot be read: a line of it is too long"


async def test_an_expectation_that_nobody_knows_is_an_error_like_others(
    appliance: RunningAppliance,
) -> None:
    headers = {"Expect": "tea", "X-Request-ID": "tea-1"}
    answer = await ask(appliance, "GET", "/", headers=headers)
    is_error(answer, 417, "VALIDATION_ERROR")
    assert answer.headers["X-Request-ID"] == "tea-1"


async def test_a_fault_outside_of_the_middlewares_is_500_and_tells_nothing(
    appliance: RunningAppliance,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("the-inner-secret")

    monkeypatch.setattr(appliance.app.router, "resolve", broken)
    answer = await ask(appliance, "GET", "/", headers={"X-Request-ID": "fault-1"})
    is_error(answer, 500, "INTERNAL_SERVER_ERROR")
    assert answer.headers["X-Request-ID"] == "fault-1"
    assert answer.headers["Connection"] == "close"
    assert "the-inner-secret" not in json.dumps(answer.body)
    assert "the-inner-secret" in caplog.text
