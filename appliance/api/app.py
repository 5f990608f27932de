"""The HTTP application: resources under their paths, errors and hosts watched over."""

from typing import Any, Final

from aiohttp import web

from appliance.api import errors
from appliance.api.access import Access
from appliance.api.auth import Authority, host_middleware
from appliance.api.sign_in import SignIn
from appliance.api.status import Parts, Status
from appliance.api.stream import Stream
from appliance.api.ticket_json import TicketView
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
    *,
    about: dict[str, Any],
    status: Parts,
) -> web.Application:
    """The application without its pages. `about`: see `Stream`; `status`: see `Status`."""
    app = web.Application(
        middlewares=[errors.middleware, host_middleware], client_max_size=MAX_BODY
    )
    app.on_response_prepare.append(errors.label)
    tickets = Tickets(expeditor, authority, view)
    for prefix in (BASE, GATEWAY):
        tickets.add_routes(app.router, prefix)
    tickets.add_own_routes(app.router, BASE)
    stream = Stream(expeditor, authority, view, about)
    # Nothing would end the answer to a HEAD of what streams.
    app.router.add_get(f"{BASE}/events", stream.events, allow_head=False)
    app.on_shutdown.append(stream.close)
    app.router.add_get(f"{BASE}/status", Status(authority, status).status)
    SignIn(authority).add_routes(app.router, BASE)
    Access(authority).add_routes(app.router, BASE)
    return app
