"""What hangs on the appliance: `[devices]`, printers, buttons, bump bars, lights, screens."""

from typing import Annotated, Final, Literal

from msgspec import Meta, field

from appliance.config.actions import MOST_SLOTS
from appliance.config.values import (
    HOST_LABEL,
    SERVICE_TYPE,
    Address,
    Duration,
    Id,
    Port,
    Section,
    Site,
    Text,
)

AT_BOARD: Final = "board"
"""The `transport` of a bar that is a keyboard of the computer that shows the board."""

Gpio = Annotated[int, Meta(ge=0, le=27)]
"""The number of the chip (BCM)."""


class Devices(Section, frozen=True):
    """Whether devices are real."""

    mode: Literal["simulated", "real"] = "simulated"


class PrintingSection(Section, frozen=True):
    """What all printers have in common."""

    language: Literal["en", "es", "de", "fr"] = "en"
    """Of the words on chits that are not the order's."""
    template: tuple[str, ...] | None = None
    """Lines of a chit, as `template.py` reads them; None: those that ship with `printing`, as of
    the next two."""
    item: tuple[str, ...] | None = None
    """Lines of a dish."""
    modifier: tuple[str, ...] | None = None
    """Lines of a modifier."""
    qr: bool = False
    """Whether chits have the order's id as a QR code, where the model can."""
    beep: bool = False
    """Whether a printer with a buzzer sounds it for each chit."""


class PrinterSection(Section, frozen=True):
    """A ticket printer."""

    id: Id
    stations: tuple[str, ...] = ()
    transport: Port | None = None
    """`serial:PATH`, `tcp:HOST:PORT`, `usb:PATH`, `file:PATH`. None: it is nowhere."""
    baud: Annotated[int, Meta(ge=300, le=4_000_000)] = 19200
    """Of a serial line, as the next two."""
    parity: Literal["none", "even", "odd"] = "none"
    flow: Literal["none", "dsr/dtr", "rts/cts", "xon/xoff"] = "dsr/dtr"
    model: str | None = None
    """None: the plain one, of which nothing is known but that it prints text."""
    print_on: Literal["arrival", "fire", "bump", "never"] = "arrival"
    ticket: Literal["station", "item", "order"] = "station"
    """One chit for the station's ticket, one for each of its items, or the whole order."""
    fallback: str | None = None
    patience: Duration = Duration(5)
    """How long it may be away before its chits go to its fallback."""
    age_limit: Duration = Duration(15 * 60)
    """What is older when it could be printed asks first."""


class PanelSection(Section, frozen=True):
    """What buttons and bars have in common."""

    tickets_per_page: Annotated[int, Meta(ge=1, le=MOST_SLOTS)] = 8
    """Places of a board that have a number."""


class ButtonSection(Section, frozen=True):
    """A physical button, and the lamp in it."""

    id: Id
    station: str | None = None
    """None: the default station."""
    slot: Annotated[int, Meta(ge=1, le=MOST_SLOTS)] | None = None
    """The place on the board that it is for; None: the selected ticket."""
    pin: Gpio | None = None
    """None: it is not wired."""
    pull: Literal["up", "down", "none"] = "up"
    active: Literal["low", "high"] | None = None
    """The pin's level while it is pressed; None: low, unless pulled down."""
    lamp: Gpio | None = None
    press: str = "bump"
    """An action, as the next two: see `actions.py`."""
    hold: str | None = None
    double: str | None = None
    hold_time: Annotated[float, Meta(ge=0.4, le=10)] = 0.8
    """Seconds; longer than a double press takes."""


class BumpBarSection(Section, frozen=True):
    """A bump bar."""

    id: Id
    station: str | None = None
    """None: the default station."""
    transport: Port | None = None
    """`evdev:PATH`, `serial:PATH`, or AT_BOARD. None: it is nowhere; simulated bars need none."""
    profile: str | None = None
    """One that ships with `hardware`; None: `numpad`, or `ascii` on a serial line."""
    baud: Annotated[int, Meta(ge=50, le=4_000_000)] | None = None
    """Of a serial bar; None: as its profile says."""
    keys: dict[str, str] = field(default_factory=dict)
    """What a key is to do, by what it sends or by its name in the profile."""


class LightSection(Section, frozen=True):
    """A stack light, a buzzer, or both: the pins of whatever there is of them."""

    id: Id
    station: str | None = None
    """None: it stands for all stations."""
    green: Gpio | None = None
    amber: Gpio | None = None
    red: Gpio | None = None
    buzzer: Gpio | None = None
    active: Literal["low", "high"] = "high"
    """The pins' level while lit: most relay boards take low."""


class ScreensSection(Section, frozen=True):
    """How screens are found."""

    mdns: bool = True
    """Whether this appliance is announced, and screens are looked for. Not where only this
    machine can reach it."""
    host: Annotated[str, Meta(pattern=HOST_LABEL)] = "expeditor"
    """The name to be found under, without `.local`."""
    browse: tuple[Annotated[str, Meta(pattern=SERVICE_TYPE)], ...] = ()
    """Further types of services whose TXT says of screens what ours does."""


class ScreenSection(Section, frozen=True):
    """A screen that needs no discovery. A board still has to show its code once."""

    id: Id
    name: Text | None = None
    """None: its id."""
    proto: Literal["board", "lan"] = "lan"
    address: Address | None = None
    """Of a LAN screen. None: it has to be found."""
    station: str | None = None
    """None: all stations."""
    backup: str | None = None
    """The id of the screen that shows its station while it is away."""
    patience: Duration = Duration(8)
    """How long it may be away before that; at least 5 s."""
    shows: Literal["board", "pass", "ready"] = "board"
    """What a board opens: see `screens_now.Shows`."""


class KioskSection(Section, frozen=True):
    """Of `expeditor screen`: the computer behind a screen."""

    name: Text | None = None
    """None: the machine's host name."""
    hub: Site | None = None
    """As `http://192.168.1.10`; None: it is found by mDNS."""
    browser: tuple[str, ...] = ()
    """The command, to which the address of the page is added; none: chromium under cage."""
    port: Annotated[int, Meta(ge=0, le=65_535)] = 9105
    """Where its own page and its health are."""
