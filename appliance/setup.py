"""Setting up as it is told of: from `installing`, which does it, to the API.

Neither imports the other: `service.py` gives the API what fulfils `SetUp`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, Protocol

import msgspec
from msgspec import Struct

from appliance.kitchen.learning import Learned
from appliance.kitchen.routing import Router

Document = dict[str, Any]
"""The configuration as JSON, in the shape of its TOML file."""


_canonical: Final = msgspec.json.Encoder(order="deterministic").encode


def same(one: object, other: object) -> bool:
    """Whether two documents, or parts of them, say the same, in whatever order.

    To Python, True is 1, and 1 is 1.0; to a file they are three.
    """
    return _canonical(one) == _canonical(other)


class FindingJson(Struct, frozen=True):
    """Something that is wrong, or doubtful."""

    key: str
    """As `printer[0].transport`; empty where it is of no key."""
    message: str


class SetUpJson(Struct):
    """The configuration."""

    source: Literal["built-in", "own", "file"]
    """`built-in`: none was made yet. `own`: the appliance's, which is made here. `file`: an
    installer's, which is changed where it is."""
    file: str
    """Its name."""
    changeable: bool
    first_start: bool
    revision: str
    """Of this document: another has another."""
    document: Document
    errors: Sequence[FindingJson]
    """Why something else runs instead; none where this does."""


class CheckedJson(Struct):
    """What is to be said of a document."""

    errors: Sequence[FindingJson]
    """With any, it cannot be used."""
    doubts: Sequence[FindingJson]
    """What may be so, but hardly is meant, or is to be known."""


class PrinterModelJson(Struct):
    """A model of printer."""

    id: str
    name: str
    columns: int
    """Characters in a line."""
    answers: Literal["job id", "in order", "never"]
    """How it tells that a chit is on paper; `never`: nothing is known but that it was sent."""
    cutter: bool
    red: bool
    qr: bool
    buzzer: bool


class PluggedInJson(Struct):
    """Something that is plugged in."""

    transport: str
    name: str
    """What it says of itself."""


class ProfileJson(Struct):
    """A model of bump bar."""

    id: str
    name: str
    keyboard: bool
    """It has keys of a keyboard."""
    serial: bool
    """It has keys of a bar on a serial line."""


class ChoicesJson(Struct):
    """What a person can choose from."""

    time_zones: Sequence[str]
    languages: Mapping[str, str]
    """By what the configuration has, what they are called in that language."""
    station_types: Sequence[str]
    printer_models: Sequence[PrinterModelJson]
    printers: Sequence[PluggedInJson]
    bars: Sequence[PluggedInJson]
    bar_profiles: Sequence[ProfileJson]
    pins: Sequence[int]
    """Of the header, by the number of the chip (BCM), that something can be wired to."""
    actions: Sequence[str]
    """Of buttons and keys; those of `slotted` can have a slot after them: `bump 3`."""
    slotted: Sequence[str]


class KitchenJson(Struct):
    """All that makes this kitchen this kitchen, to be kept, or to be taken to another appliance.

    But for its orders, the secret that tokens are signed with, and certificates. PINs are in it as
    hashes, and so are the tokens of screens, which stay adopted.
    """

    format: int
    """Of this file. One that is newer than this appliance knows is refused."""
    configuration: str = ""
    """The text of its file."""
    version: str = ""
    """Of the appliance that it comes from, as the next two."""
    exported_at: str = ""
    identity: str | None = None
    """Who it is on the network; whoever takes this over is looked for by its screens."""
    menu_file: str | None = None
    """What is in the menu's file, where the configuration names one."""
    stations: Sequence[dict[str, Any]] = ()
    """Those that were made over HTTP, as the next two."""
    rules: Sequence[dict[str, Any]] = ()
    menu: Sequence[dict[str, Any]] = ()
    pins: dict[str, Any] | None = None
    devices: dict[str, Any] | None = None
    """Who has a token without an end."""
    screens: dict[str, Any] | None = None


class HoldsJson(Struct):
    """How much is in such a file."""

    name: str
    stations: int
    rules: int
    menu: int
    screens: int
    pins: int


class ImportJson(Struct):
    """What an import makes, or would."""

    holds: HoldsJson | None
    """Null where that cannot be told."""
    errors: Sequence[FindingJson]
    """With any, nothing is imported."""
    left_out: Sequence[str]
    """Keys that belong to the machine it came from."""


class CannotSetUp(Exception):
    """Nothing was changed; the text says why."""


class WrongDocument(Exception):
    """What was sent cannot be used, and nothing was changed."""

    def __init__(self, faults: Sequence[FindingJson]) -> None:
        first = faults[0]
        super().__init__(f"{first.key}: {first.message}" if first.key else first.message)
        self.faults = faults


class SetUp(Protocol):
    """Whoever has the configuration."""

    async def now(self) -> SetUpJson:
        """As it is now."""

    async def check(self, document: Document) -> CheckedJson:
        """What is wrong with a document; changes nothing."""

    async def put(self, document: Document, revision: str, by: str) -> str:
        """Have the service begin anew with this one, in place of that revision; its revision.

        It is on disk then. `by`: who asks. Raises WrongDocument, CannotSetUp, OSError.
        """

    async def router(self, document: Document) -> tuple[Router, Learned | None]:
        """What would route by this one, and learned times where they count. Raises WrongDocument.

        With the stations, rules and menu that programs made.
        """

    async def whole(self) -> KitchenJson:
        """All that makes this kitchen this kitchen. Raises OSError."""

    async def check_whole(self, kitchen: KitchenJson) -> ImportJson:
        """What is in such a file, and what is wrong with it; changes nothing."""

    async def take_whole(self, kitchen: KitchenJson, by: str) -> ImportJson:
        """Have the service begin anew with all of that, in place of what it has.

        `by`: who asks. Raises WrongDocument, CannotSetUp, OSError.
        """

    async def choices(self) -> ChoicesJson:
        """What can be chosen, and what is plugged in now."""
