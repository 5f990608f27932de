"""Parts that are there only where the configuration has them: each is made here, or None."""

import asyncio
import os
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from appliance import __version__, tls
from appliance.api.app import BASE
from appliance.api.printers import Look
from appliance.card.inbox import Inbox
from appliance.card.run_files import boot_of
from appliance.channels_now import ChannelsNow
from appliance.config import Address, Config
from appliance.config.devices import PrintingSection
from appliance.expeditor import Expeditor
from appliance.interfaces import addresses, broadcasting
from appliance.lan.presence import Presence
from appliance.log import Log
from appliance.mdns import ORDERS, PAGES, SCREEN
from appliance.mdns.network import Announcement, Network
from appliance.ports import Listening
from appliance.presses import Presses
from appliance.printers import LookJson, PrintersNow, forget_chits
from appliance.screens_now import ScreensNow
from appliance.shown_now import ShownNow

if TYPE_CHECKING:  # See `make_devices`.
    from appliance.channels.account import Channel
    from appliance.channels.exchange import Exchange
    from appliance.panel.devices import Devices
    from appliance.printing.printers import Printing


def make_devices(
    config: Config,
    expeditor: Expeditor,
    shown_now: ShownNow,
    printers_now: PrintersNow,
    presses: Presses,
) -> "Devices | None":
    """Buttons, bump bars and lights, where there are any."""
    if not (config.button or config.bump_bar or config.light):
        return None
    # Their libraries are for those who have such devices: they take 0.15 s and 4 MB.
    from appliance.panel.devices import Devices  # noqa: PLC0415

    return Devices(config, expeditor, shown_now, printers_now, presses)


def make_printing(
    config: Config,
    expeditor: Expeditor,
    log: Log,
    directory: Path,
    printers_now: PrintersNow,
    *,
    screens_now: ScreensNow,
) -> "Printing | None":
    """Ticket printers, where there are any; where there are none any more, nothing of theirs."""
    if not config.printer:
        forget_chits(directory)
        return None
    # Encoding and drawing are for those who print: they take 0.4 s and 10 MB.
    from appliance.printing.printers import Printing  # noqa: PLC0415

    return Printing(config, expeditor, log, directory, printers_now, screens_now=screens_now)


def make_channels(
    config: Config, expeditor: Expeditor, log: Log, directory: Path, channels_now: ChannelsNow
) -> "Exchange | None":
    """Channels of delivery orders, where there are accounts. Blocks: it reads their secrets."""
    channels: list[Channel] = []
    if config.deliverect:
        from appliance.deliverect.channel import Deliverect  # noqa: PLC0415 - as the others

        channels.append(Deliverect(config.deliverect))
    if not channels:
        return None
    from appliance.channels.exchange import Exchange  # noqa: PLC0415

    return Exchange(channels, expeditor, log, directory, channels_now)


def make_card(run: Path | None, directory: Path) -> Inbox | None:
    """The card that it runs from, if it does. Blocks. `run`: what its boot has found."""
    if run is None:
        return None
    runtime = os.environ.get("RUNTIME_DIRECTORY", run)
    return Inbox(Path(boot_of(run).kept), directory, Path(runtime))


def make_look(zone: tzinfo, expeditor: Expeditor) -> Look:
    """What tickets would look like, whether there are printers or not."""

    def drawn(printing: PrintingSection, model: str | None, station: str) -> LookJson:
        # As with `make_printing`; it is asked for where somebody sets printers up.
        from appliance.printing.draft import look  # noqa: PLC0415

        return look(printing, model, station, zone, expeditor.now().at)

    async def asked(printing: PrintingSection, model: str | None, station: str) -> LookJson:
        return await asyncio.to_thread(drawn, printing, model, station)

    return asked


def make_https(config: Config, directory: Path, announced: Callable[[], str]) -> tls.Https | None:
    """What https presents, if it is wanted. Raises Unfit, OSError.

    `announced`: the name by which mDNS finds this machine now; empty for none.
    """
    if config.https is None:
        return None
    if config.https.files is not None:
        return tls.Https(tls.GivenFiles(*config.https.files))

    def names() -> frozenset[str]:
        return tls.own_names() | frozenset(filter(None, [announced()]))

    return tls.Https(tls.OwnAuthority(directory, names))


def make_presence(config: Config, identifier: str, orders: Address) -> Presence | None:
    """Beacons, where they are wanted; `orders`: where these come in."""
    if not config.orders.beacon:
        return None
    return Presence(
        identifier=identifier,
        name=config.appliance.name,
        orders_host=orders.host,
        orders_port=orders.port,
        interfaces=broadcasting,
    )


def make_network(config: Config, identifier: str, listening: Listening) -> Network | None:
    """Where it can be found by mDNS; None where it is not wanted, or nobody could reach it."""
    doors = [listening.orders, listening.http, *filter(None, [listening.https])]
    if not config.screens.mdns or all(door.only_this_machine for door in doors):
        return None
    name = config.appliance.name
    who = {"id": identifier, "name": name, "version": __version__, "api": BASE}
    pages = {"http": listening.http, "https": listening.https}
    # What only this machine can reach is nothing to be found by others.
    ports = {
        scheme: str(door.port)
        for scheme, door in pages.items()
        if door is not None and not door.only_this_machine
    }
    announcements = [Announcement(ORDERS, name, listening.orders.port, who | ports)]
    if "http" in ports:
        of_pages = {"id": identifier, "path": "/"}
        announcements.append(Announcement(PAGES, name, listening.http.port, of_pages))
    has_ipv6 = any(":" in door.host for door in doors if not door.only_this_machine)
    return Network(
        identifier=identifier,
        host=config.screens.host,
        announcements=announcements,
        browse=(SCREEN, ORDERS, *config.screens.browse),
        addresses=addresses,
        # Who is told an address where nobody listens may not try another.
        is_told=lambda address: has_ipv6 or address.version == 4,  # noqa: PLR2004 - of IP
    )
