"""One HTTP request exactly as written: no path tidied up, no header added."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from multidict import CIMultiDictProxy
from yarl import URL

from tests.api.conforming import document_of, fits_the_contract
from tests.running import RunningAppliance

PREFIXES = ("/api/v1/kds", "/v1/commerce/kds")


class Answer(NamedTuple):
    """`body` is decoded where it is JSON, and text otherwise."""

    status: int
    headers: CIMultiDictProxy[str]
    body: Any


async def ask(
    appliance: RunningAppliance,
    method: str,
    path: str,
    *,
    role: str | None = "manager",
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
    data: bytes | None = None,
) -> Answer:
    """Ask with a token, by default one for `role`; with `role=None` without any.

    Whatever is answered has to be as the appliance's own OpenAPI document says.
    """
    if token is None and role is not None:
        token = appliance.token(role)
    sent = {"Authorization": f"Bearer {token}"} if token is not None else {}
    url = URL(appliance.url + path, encoded=True)
    async with appliance.http.request(
        method, url, headers=sent | dict(headers or {}), data=data, allow_redirects=False
    ) as answer:
        text = await answer.text()
        fits_the_contract(document_of(appliance), method, path, answer, text)
        is_json = answer.content_type == "application/json"
        return Answer(answer.status, answer.headers, json.loads(text) if is_json and text else text)


def ticket_path(station: str, order_id: str, *action: str, prefix: str = PREFIXES[0]) -> str:
    """The path of an action, as a client that escapes everything writes it."""
    parts = ("stations", station, "orders", order_id, "ticket", *action)
    return "/".join((prefix, *(quote(part, safe="") for part in parts)))


async def say(appliance: RunningAppliance, request: bytes) -> bytes:
    """Send these very bytes; all that came back before the connection was closed."""
    port = int(appliance.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()
