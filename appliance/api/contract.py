"""The contract of this API, for programs and for people. It describes doors, and opens none."""

import sys
from collections.abc import Sequence
from typing import Final

from aiohttp import web

from appliance.api import page
from appliance.api.openapi import Resource, document
from appliance.api.raw import RawOperation
from appliance.api.result import JSON
from appliance.api.ticket_json import encode


class Contract:
    """The handlers, for one appliance."""

    def __init__(self, resources: Sequence[Resource], own: str, gateway: str) -> None:
        """`own` and `gateway` are the prefixes."""
        self._own = own
        self.resources: Final = [
            *resources,
            Resource("Contract", sys.modules[__name__], self._operations()),
        ]
        """All that is published, with what publishes it."""
        described = document(self.resources, own, gateway)
        self.encoded: Final = encode(described)
        """The document as it is sent."""
        self._page = page.render(described, gateway)

    def _operations(self) -> list[RawOperation]:
        return [
            RawOperation("GET", f"{self._own}/openapi.json", self.json, JSON),
            RawOperation("GET", f"{self._own}/docs", self.html, "text/html"),
        ]

    async def json(self, _request: web.Request) -> web.Response:
        """This document: OpenAPI 3.1."""
        return web.Response(body=self.encoded, content_type=JSON)

    async def html(self, request: web.Request) -> web.Response:
        """This document as a page, to be read without a network."""
        return web.Response(
            text=self._page.at(f"{request.scheme}://{request.host}"),
            content_type="text/html",
            headers=page.HEADERS,
        )
