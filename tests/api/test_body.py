"""A body that comes otherwise than its headers say: the sender is told, and nothing of it is a
fault of ours."""

import asyncio
import logging
import zlib

import pytest

from tests.api.asking import ask
from tests.api.test_errors import is_error
from tests.running import RunningAppliance

ORDERS = "/api/v1/kds/orders"
JSON = {"Content-Type": "application/json"}
ORDER = b'{"id": "7", "items": [{"lineId": "1", "name": "Hamburger"}]}'


def gzipped(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=31)
    return packer.compress(body) + packer.flush()


async def test_a_body_may_be_compressed(appliance: RunningAppliance) -> None:
    for encoding, data in (("gzip", gzipped(ORDER)), ("deflate", zlib.compress(ORDER))):
        headers = JSON | {"Content-Encoding": encoding}
        answer = await ask(appliance, "POST", ORDERS, data=data, headers=headers)
        assert answer.status == 201, answer.body


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@pytest.mark.parametrize("path", [ORDERS, "/sign-in"])
@pytest.mark.parametrize("role", ["manager", None])
async def test_a_body_that_is_not_compressed_as_said_is_no_fault_of_ours(
    appliance: RunningAppliance,
    encoding: str,
    path: str,
    role: str | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    headers = JSON | {"Content-Encoding": encoding, "Origin": appliance.url}
    for data in (b"abcd", b"x" * 9_000, b"\x78\x9cabcd", b"\x1f\x8b\x08abcdefghijkl"):
        # Unread, it ends the connection.
        last = headers | {"Connection": "close"}
        answer = await ask(appliance, "POST", path, role=role, data=data, headers=last)
        if role is None and path == ORDERS:
            assert answer.status in (400, 401), data
        else:
            is_error(answer, 400, "VALIDATION_ERROR")
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_body_that_is_cut_short_is_400(appliance: RunningAppliance) -> None:
    for encoding, data in (("gzip", gzipped(ORDER)[:-12]), ("deflate", zlib.compress(ORDER)[:-12])):
        headers = JSON | {"Content-Encoding": encoding}
        assert (await ask(appliance, "POST", ORDERS, data=data, headers=headers)).status == 400


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "tea", "gzip, gzip"])
async def test_an_encoding_that_nobody_knows_is_415(
    appliance: RunningAppliance, encoding: str
) -> None:
    headers = JSON | {"Content-Encoding": encoding}
    answer = await ask(appliance, "POST", ORDERS, data=ORDER, headers=headers)
    is_error(answer, 415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("path", [ORDERS, "/sign-in"])
async def test_a_client_that_leaves_within_its_body_is_no_fault(
    appliance: RunningAppliance, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    _reader, writer = await asyncio.open_connection(
        "127.0.0.1", int(appliance.url.rpartition(":")[2])
    )
    writer.write(
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n"
        f"Authorization: Bearer {appliance.token()}\r\n"
        "Content-Type: application/json\r\nContent-Length: 400\r\n\r\n{".encode()
    )
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    async with asyncio.timeout(10):  # The access log tells when it has been dealt with.
        while not (told := [r for r in caplog.records if r.name == "appliance.api.access_log"]):
            await asyncio.sleep(0.01)
    assert " 400 " in told[0].getMessage()
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
