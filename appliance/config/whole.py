"""All sections together, as a file has them."""

from collections.abc import Iterator
from typing import Final, Literal
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from appliance.config.card import CardSection
from appliance.config.channels import DeliverectSection
from appliance.config.devices import (
    BumpBarSection,
    ButtonSection,
    Devices,
    KioskSection,
    LightSection,
    PanelSection,
    PrinterSection,
    PrintingSection,
    ScreenSection,
    ScreensSection,
)
from appliance.config.doors import Auth, Http, Https, Orders
from appliance.config.stations import MenuSection, RouteSection, StationSection
from appliance.config.timing import Pass, Ready, Tickets, Timing
from appliance.config.values import Address, Section
from appliance.listening import DUAL_STACK

ALL_INTERFACES: Final = "0.0.0.0"  # noqa: S104 - what --listen-lan asks for


class Appliance(Section, frozen=True):
    """Who and where this appliance is."""

    name: str = "Kitchen"
    tenant_id: str = "default"
    location_id: str = "default"
    data_dir: str = "data"
    time_zone: str = "UTC"
    language: Literal["", "en", "es", "de", "fr"] = ""
    """Of the pages; empty for that of each browser."""


class Config(Section, frozen=True, rename={"pass_": "pass"}):
    """The whole file."""

    appliance: Appliance = Appliance()
    orders: Orders = Orders()
    http: Http = Http()
    https: Https | None = None
    auth: Auth = Auth()
    devices: Devices = Devices()
    panel: PanelSection = PanelSection()
    timing: Timing = Timing()
    pass_: Pass = Pass()
    ready: Ready = Ready()
    tickets: Tickets = Tickets()
    menu: MenuSection = MenuSection()
    station: tuple[StationSection, ...] = ()
    route: tuple[RouteSection, ...] = ()
    printing: PrintingSection = PrintingSection()
    printer: tuple[PrinterSection, ...] = ()
    button: tuple[ButtonSection, ...] = ()
    bump_bar: tuple[BumpBarSection, ...] = ()
    light: tuple[LightSection, ...] = ()
    screens: ScreensSection = ScreensSection()
    screen: tuple[ScreenSection, ...] = ()
    kiosk: KioskSection = KioskSection()
    deliverect: tuple[DeliverectSection, ...] = ()
    card: CardSection = CardSection()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone for people, and for times that come without one."""
        return ZoneInfo(self.appliance.time_zone)

    @property
    def default_station(self) -> str:
        """The station for items that no rule takes."""
        return self.orders.default_station or next(active_cooking(self))


class ScreenConfig(Section, frozen=True):
    """What of a file is for `expeditor screen`."""

    appliance: Appliance = Appliance()
    screens: ScreensSection = ScreensSection()
    kiosk: KioskSection = KioskSection()
    card: CardSection = CardSection()


def active_cooking(config: Config) -> Iterator[str]:
    """The ids of the stations that items can go to."""
    return (s.id for s in config.station if s.active and s.type != "expo")


def on_all_interfaces(config: Config) -> Config:
    """The same configuration, listening for the whole network."""
    return replace(
        config,
        orders=replace(config.orders, listen=_on_all(config.orders.listen)),
        http=replace(config.http, listen=_on_all(config.http.listen)),
        https=config.https and replace(config.https, listen=_on_all(config.https.listen)),
    )


def on_card(config: Config, hostname: str) -> Config:
    """The same on a card, whose firewall lets in what these ports are for, and nothing else.

    `hostname`: the card's, by which it is found unless the configuration has another name.
    """
    wanted = on_all_interfaces(config)
    screens = config.screens
    if screens.host == ScreensSection().host:
        screens = replace(screens, host=hostname)
    return replace(
        wanted,
        orders=replace(wanted.orders, listen=_with_port(wanted.orders.listen, 9104)),
        http=replace(wanted.http, listen=_with_port(wanted.http.listen, 80)),
        https=replace(
            wanted.https or Https(listen=wanted.http.listen),
            listen=_with_port(wanted.http.listen, 443),
        ),
        screens=screens,
    )


def _on_all(listen: Address) -> Address:
    return listen if listen.host == DUAL_STACK else listen.on(ALL_INTERFACES)


def _with_port(listen: Address, port: int) -> Address:
    return Address(f"{listen.rpartition(':')[0]}:{port}")
