"""The HTTP application: resources under their paths, errors and hosts watched over."""

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Final

from aiohttp import web

from appliance.api import (
    access,
    errors,
    events,
    expo,
    menu,
    orders,
    panel,
    prep_times,
    press_stream,
    ready,
    report_csv,
    reports,
    routing,
    setup,
    sign_in,
    stations,
    summons,
    tickets,
)
from appliance.api import card as card_api
from appliance.api import channels as channel_api
from appliance.api import health as appliance_health
from appliance.api import printers as printer_api
from appliance.api import screens as screen_api
from appliance.api.access_log import LINES, STATIONS
from appliance.api.auth import Authority, host_middleware
from appliance.api.contract import Contract
from appliance.api.health import Health
from appliance.api.idempotency import Repeats
from appliance.api.knocks import Knocks
from appliance.api.limits import Limits
from appliance.api.metrics import Metrics
from appliance.api.notes import notes
from appliance.api.openapi import Resource
from appliance.api.operation import Operation, routes
from appliance.api.raw import RawOperation
from appliance.api.screen_json import Kitchen
from appliance.api.status import Status
from appliance.api.ticket_json import TicketView
from appliance.card_now import Card
from appliance.channels_now import Channels, ChannelsNow
from appliance.devices import Devices
from appliance.expeditor import Expeditor
from appliance.history import History
from appliance.presses import Presses
from appliance.printers import Printers, PrintersNow
from appliance.reports import Reports
from appliance.screens_now import Screens, ScreensNow
from appliance.setup import SetUp
from appliance.shown_now import ShownNow

BASE: Final = "/api/v1/kds"
GATEWAY: Final = "/v1/commerce/kds"
"""Where the cloud's gateway shows the same ticket paths; clients of it work here too."""


def make_app(
    expeditor: Expeditor,
    history: History,
    authority: Authority,
    view: TicketView,
    zone: tzinfo,
    *,
    past: Reports,
    kitchen: Kitchen,
    about: Callable[[], events.About],
    reminders: Callable[[], list[str]],
    shown_now: ShownNow,
    status: Status,
    health: Health,
    devices: Devices,
    printers: Printers,
    look: printer_api.Look,
    printers_now: PrintersNow,
    screens: Screens,
    screens_now: ScreensNow,
    channels: Channels,
    channels_now: ChannelsNow,
    set_up: SetUp,
    card: Card,
    presses: Presses,
    guests: ready.Shown,
    limits: Limits,
    max_body: int,
    names: Callable[[], frozenset[str]],
    outside: Mapping[str, frozenset[str]],
) -> web.Application:
    """The application without its pages.

    `guests` is what they read of their orders.
    `past` is what reports are made of. `kitchen`: who it is, for boards that knock. `about`,
    `reminders`, `shown_now`, `printers_now`, `screens_now`, `channels_now`: see `Events`;
    `devices`: see `panel`.
    `zone` is for times of orders that come without one; `max_body` in bytes, of a request.
    `names`, `outside`: see `host_middleware`.
    """
    app = web.Application(
        middlewares=[errors.middleware, limits.middleware, host_middleware(names, outside)],
        client_max_size=max_body,
    )
    app.on_response_prepare.append(errors.label)
    app[LINES] = []
    app[STATIONS] = lambda: expeditor.kitchen.router.stations
    location, now = view.location, expeditor.now
    listening = events.Events(
        expeditor,
        authority,
        view,
        about=about,
        reminders=reminders,
        shown_now=shown_now,
        printers_now=printers_now,
        screens=screens,
        screens_now=screens_now,
        channels_now=channels_now,
    )
    app.on_shutdown.append(listening.close)

    def known_stations() -> frozenset[str]:
        return frozenset(station.id for station in expeditor.kitchen.stations)

    def passes() -> tuple[str, ...]:
        return expeditor.kitchen.router.passes

    hands_seen = press_stream.PressStream(presses, authority)
    app.on_shutdown.append(hands_seen.close)
    note = notes(expeditor)
    routing_rules = routing.Routing(expeditor, location, zone, now)
    resources = [
        Resource(
            "Orders",
            orders,
            orders.Orders(expeditor, view, zone, health.kitchen_now.took_over_http).operations(),
        ),
        Resource(
            "Tickets", tickets, tickets.Tickets(expeditor, history, view, printers).operations()
        ),
        Resource("Calling", summons, summons.Calling(expeditor).operations()),
        Resource("Pass", expo, expo.Expo(expeditor, view, now).operations()),
        Resource(
            "Guests",
            ready,
            ready.ReadyBoard(
                expeditor, view, screens, screens_now, shown=guests, name=kitchen.name
            ).operations(),
        ),
        Resource("Events", events, listening.operations(BASE)),
        Resource("Stations", stations, stations.Stations(expeditor, location).operations()),
        Resource("Routing", routing, routing_rules.operations()),
        Resource("Menu", menu, menu.MenuResource(expeditor).operations()),
        Resource("Times", prep_times, prep_times.PrepTimes(expeditor).operations()),
        Resource(
            "Reports",
            reports,
            [
                *reports.ReportResource(expeditor, past).operations(),
                *report_csv.ReportTables(expeditor, past, authority).operations(BASE),
            ],
        ),
        Resource("Panel", panel, panel.Panel(devices).operations()),
        Resource(
            "Printers",
            printer_api,
            printer_api.PrinterResource(printers, authority, look).operations(BASE),
        ),
        Resource(
            "Screens",
            screen_api,
            [
                *Knocks(screens, authority, kitchen).operations(BASE),
                *screen_api.ScreenResource(
                    screens, authority, known_stations, passes, note
                ).operations(),
            ],
        ),
        Resource(
            "Channels",
            channel_api,
            channel_api.ChannelResource(channels, channels_now, passes).operations(),
        ),
        Resource(
            "Set-up",
            setup,
            [
                *setup.SetUpResource(set_up, routing_rules).operations(),
                *hands_seen.operations(BASE),
            ],
        ),
        Resource("Card", card_api, card_api.CardResource(card).operations()),
        Resource("Access", access, access.Access(authority, known_stations, note).operations()),
        Resource("Signing in", sign_in, sign_in.SignIn(authority, set_up).operations()),
        Resource(
            "Appliance",
            appliance_health,
            [
                *health.operations(BASE),
                *status.operations(),
                *Metrics(
                    expeditor,
                    health.log,
                    health.machine,
                    printers,
                    screens,
                    channels=channels_now,
                ).operations(),
            ],
        ),
    ]
    published = Contract(resources, BASE, GATEWAY)
    declared = [each for resource in published.resources for each in resource.operations]
    operations = [each for each in declared if isinstance(each, Operation)]
    app.add_routes(routes(operations, authority, Repeats(expeditor), BASE, GATEWAY))
    app.add_routes([each.route() for each in declared if isinstance(each, RawOperation)])
    return app
