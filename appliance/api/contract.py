"""The contract of this API, for programs and for people. It describes doors, and opens none."""

import asyncio
import sys
from collections.abc import Sequence
from functools import cached_property
from typing import Final, NamedTuple

from aiohttp import web

from appliance.api import page
from appliance.api.openapi import Resource, document
from appliance.api.raw import RawOperation
from appliance.api.result import JSON
from appliance.api.ticket_json import encode


class Written(NamedTuple):
    """The contract, as it is sent."""

    document: bytes
    page: page.Page


class Contract:
    """The handlers, for one appliance."""

    def __init__(self, resources: Sequence[Resource], own: str, gateway: str) -> None:
        """`own` and `gateway` are the prefixes."""
        self._own = own
        self._gateway = gateway
        self.resources: Final = [
            *resources,
            Resource("Contract", sys.modules[__name__], self._operations()),
        ]
        """All that is published, with what publishes it."""

    @cached_property
    def written(self) -> Written:
        """Written when it is first asked for: it takes megabytes, and few ever ask. Blocks."""
        described = document(self.resources, self._own, self._gateway)
        return Written(encode(described), page.render(described, self._gateway))

    async def _read(self) -> Written:
        return await asyncio.to_thread(lambda: self.written)

    def _operations(self) -> list[RawOperation]:
        return [
            RawOperation("GET", f"{self._own}/openapi.json", self.json, JSON),
            RawOperation("GET", f"{self._own}/docs", self.html, "text/html"),
        ]

    async def json(self, _request: web.Request) -> web.Response:
        """This document: OpenAPI 3.1."""
        return web.Response(body=(await self._read()).document, content_type=JSON)

    async def html(self, request: web.Request) -> web.Response:
        """This document as a page, to be read without a network."""
        written = await self._read()
        return web.Response(
            text=written.page.at(f"{request.scheme}://{request.host}"),
            content_type="text/html",
            headers=page.HEADERS,
        )
