"""What hangs on the appliance: `[devices]`, printers, buttons, bump bars, screens."""

from typing import Annotated, Literal

from msgspec import Meta

from appliance.config.values import Address, Id, Port, Section


class Devices(Section, frozen=True):
    """Whether devices are real."""

    mode: Literal["simulated", "real"] = "simulated"


class PrinterSection(Section, frozen=True):
    """A ticket printer."""

    id: Id
    stations: tuple[str, ...] = ()
    transport: Port | None = None
    baud: int = 19200
    model: str | None = None
    print_on: Literal["arrival", "fire", "bump", "never"] = "arrival"
    fallback: str | None = None


class ButtonSection(Section, frozen=True):
    """A physical button, and the lamp in it."""

    id: Id
    station: str | None = None
    slot: Annotated[int, Meta(ge=1)] | None = None
    pin: Annotated[int, Meta(ge=0, le=27)] | None = None
    lamp: Annotated[int, Meta(ge=0, le=27)] | None = None
    press: str = "bump"
    hold: str | None = None


class BumpBarSection(Section, frozen=True):
    """A bump bar."""

    id: Id
    station: str | None = None
    transport: Port | None = None
    profile: str | None = None


class ScreenSection(Section, frozen=True):
    """A screen that needs no discovery."""

    id: Id
    name: str | None = None
    proto: Literal["board", "lan"] = "lan"
    address: Address | None = None
    station: str | None = None
