"""Joins what every part tells of itself, for `GET /health`, the status page and the boards."""

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from appliance.api.attention import Attention
from appliance.api.health import Health
from appliance.api.kitchen_now import KitchenNow
from appliance.card_now import Card
from appliance.channels_now import ChannelsNow
from appliance.config import Config
from appliance.devices import Devices
from appliance.expeditor import Expeditor
from appliance.history import History
from appliance.log import Log
from appliance.machine import Machine
from appliance.orders.server import OrderRouter
from appliance.printers import PrintersNow
from appliance.problems import Problems, Seen
from appliance.reports import Reports
from appliance.screens.screens import Watcher
from appliance.screens_now import ScreensNow
from appliance.tls import Https

if TYPE_CHECKING:  # They are for those who have such: see `parts`.
    from appliance.channels.exchange import Exchange
    from appliance.printing.printers import Printing


def make_health(
    config: Config,
    expeditor: Expeditor,
    log: Log,
    *,
    history: History,
    reports: Reports,
    machine: Machine,
    router: OrderRouter,
    attention: Attention,
    channels: "Exchange | None",
    https: Https | None,
    devices: Devices,
    printing: "Printing | None",
    printers_now: PrintersNow,
    screens: Watcher,
    screens_now: ScreensNow,
    channels_now: ChannelsNow,
    card: Card,
    warnings: Sequence[str],
) -> Health:
    """Of this appliance; for `warnings` see `service.running`."""

    def others() -> list[str]:
        of_https = https.warnings() if https else ()
        of_printing = printing.other_warnings() if printing else ()
        return [*of_https, *of_printing, *screens.other_warnings()]

    def made_up() -> list[str]:
        if config.devices.mode != "simulated":
            return []
        printers = [each.id for each in config.printer if each.transport is not None]
        adopted = screens_now.screens.values()
        return [*printers, *(each.name for each in adopted if each.proto == "lan")]

    def all_warnings() -> list[str]:
        parts = [each for each in (https, devices, printing, screens) if each is not None]
        return [*warnings, *chain.from_iterable(part.warnings() for part in parts)]

    kitchen_now = KitchenNow(
        expeditor,
        over_tcp=lambda: router.last_accepted,
        by_channel=lambda: channels.last_taken if channels else None,
        connections=lambda: router.status().connections,
    )
    problems = Problems(
        Seen(
            wrong_files=warnings,
            kitchen=kitchen_now.told,
            attention=attention.status,
            printers=printers_now.printers.values,
            made_up=made_up,
            printing=printing.status if printing else None,
            screens=screens_now,
            channels=channels_now,
            card=card,
            devices=devices.shown,
            machine=machine,
            log=log.health,
            of_newer=lambda: expeditor.of_newer,
            history=history.status,
            reports=reports.status,
            https=https,
            others=others,
        )
    )
    return Health(
        config.appliance.name,
        expeditor,
        log,
        history,
        https=https,
        kitchen_now=kitchen_now,
        machine=machine,
        devices=devices,
        printers_now=printers_now,
        screens_now=screens_now,
        channels_now=channels_now,
        card=card,
        problems=problems.now,
        warnings=all_warnings,
        host=screens.announced_as,
    )
