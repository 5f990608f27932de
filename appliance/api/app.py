"""The HTTP application: resources under their paths, errors and hosts watched over."""

from collections.abc import Callable
from datetime import tzinfo
from typing import Any, Final

from aiohttp import web

from appliance.api import errors, openapi
from appliance.api.access import Access
from appliance.api.auth import Authority, host_middleware
from appliance.api.errors import Handler
from appliance.api.expo import Expo
from appliance.api.operation import JSON, routes
from appliance.api.orders import Orders
from appliance.api.routing import Routing
from appliance.api.sign_in import SignIn
from appliance.api.stations import Stations
from appliance.api.status import Parts, Status
from appliance.api.stream import Stream
from appliance.api.ticket_json import TicketView, encode
from appliance.api.tickets import Tickets
from appliance.expeditor import Expeditor

BASE: Final = "/api/v1/kds"
GATEWAY: Final = "/v1/commerce/kds"
"""Where the cloud's gateway shows the same ticket paths; clients of it work here too."""
MAX_BODY: Final = 256 * 1024
"""Bytes of a request; as large as an order may be over TCP."""


def make_app(
    expeditor: Expeditor,
    authority: Authority,
    view: TicketView,
    zone: tzinfo,
    *,
    about: dict[str, Any],
    reminders: Callable[[], list[str]],
    status: Parts,
) -> web.Application:
    """The application without its pages.

    `about`, `reminders`: see `Stream`; `status`: see `Status`. `zone` is for times of orders
    that come without one.
    """
    app = web.Application(
        middlewares=[errors.middleware, host_middleware], client_max_size=MAX_BODY
    )
    app.on_response_prepare.append(errors.label)
    operations = [
        *Tickets(expeditor, view).operations(),
        *Expo(expeditor, view.location, expeditor.now).operations(),
        *Stations(expeditor, view.location).operations(),
        *Routing(expeditor, view.location, zone, expeditor.now).operations(),
        *Orders(expeditor, view, zone).operations(),
        *Access(authority).operations(),
        *Status(status).operations(),
    ]
    app.add_routes(routes(operations, authority, BASE, GATEWAY))
    described = encode(openapi.document(operations, BASE, GATEWAY))
    app.router.add_get(f"{BASE}/openapi.json", _constant(described))
    stream = Stream(expeditor, authority, view, about, reminders)
    # Nothing would end the answer to a HEAD of what streams.
    app.router.add_get(f"{BASE}/events", stream.events, allow_head=False)
    app.on_shutdown.append(stream.close)
    SignIn(authority).add_routes(app.router, BASE)
    return app


def _constant(body: bytes) -> Handler:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type=JSON)

    return handler
