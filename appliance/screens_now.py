"""Screens as they are told of: from `screens`, which has them, to API, printing and boards.

None imports the other: `service.py` gives the API what fulfils `Screens`, and `ScreensNow` is what
all of them watch.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal, NamedTuple, Protocol

from msgspec import Meta, Struct

from appliance.watched import Watched

Proto = Literal["board", "lan"]
"""`board`: a browser that shows our pages. `lan`: takes orders over the LAN protocol."""
Shows = Literal["board", "pass", "ready"]
"""What a browser opens: the board of its stations; whole orders, for a pass; or which orders are
ready, for guests, and nothing else."""
ScreenState = Literal["live", "behind", "away", "not seen yet"]
"""`live`: it shows what it should. `behind`: it answers, and does not show the newest yet.
`away`: nothing is heard of it. `not seen yet`: nothing since the start, which is not long ago."""


class Look(Struct, frozen=True, forbid_unknown_fields=True):
    """How a board is to be shown. What is None is left to its browser, and to who stands there."""

    layout: Literal["auto", "columns", "strip", "portrait"] | None = None
    scale: Annotated[int, Meta(ge=70, le=200, description="percent of the usual size")] | None = (
        None
    )
    colours: Literal["night", "day", "auto"] | None = None
    language: Literal["en", "es", "de", "fr"] | None = None
    sounds: bool | None = None


UNCHANGED: Final = Look()
"""Nothing of it was chosen."""


class ScreenNow(Struct, frozen=True):
    """How an adopted screen is, for whoever needs no more than that."""

    id: str
    name: str
    proto: Proto
    station: str | None
    """What it is there for; None for all stations."""
    state: ScreenState
    why: str
    """In words; empty when it is live and all is as it was wanted."""
    since: int
    """Wall clock, milliseconds since the epoch."""
    covers: tuple[str, ...] = ()
    """Stations that it shows besides, for screens that are away."""
    covered_by: str | None = None
    """The id of the screen that shows what this one should; None where none does, or need be."""
    device: str | None = None
    """Of a board: the id of the device whose token it has."""
    conflict: str = ""
    """In words, where two say that they are this screen."""
    missed: bool = False
    """For longer than its patience it has been away, or has not shown what is new."""
    shows: Shows = "board"
    look: Look = UNCHANGED


class ScreensNow(Watched):
    """Of all adopted screens, as they are now. In no log; see `ShownNow`, which is alike."""

    def __init__(self) -> None:
        super().__init__()
        self._screens: dict[str, ScreenNow] = {}
        self._by_device: dict[str, ScreenNow] = {}
        self._unseen: frozenset[str] = frozenset()

    @property
    def screens(self) -> Mapping[str, ScreenNow]:
        """By id, in the order in which they were adopted; those of the configuration first."""
        return self._screens

    @property
    def unseen(self) -> frozenset[str]:
        """Stations whose screen has been away, or stuck, for longer than its patience.

        And no other of their own is there. What is for them is printed, whatever a backup screen
        shows.
        """
        return self._unseen

    def of_device(self, device: str) -> ScreenNow | None:
        """The board that has this device's token. Quick: asked per event and listener."""
        return self._by_device.get(device)

    def show(self, screens: Sequence[ScreenNow], unseen: frozenset[str]) -> None:
        """They are like this from now on; where that is new, tell who watches."""
        told = {each.id: each for each in screens}
        if (told, list(told), unseen) == (self._screens, list(self._screens), self._unseen):
            return
        self._screens, self._unseen = told, unseen
        self._by_device = {each.device: each for each in screens if each.device is not None}
        self._tell()


# ── for the API ──────────────────────────────────────────────────────────────────────


class ScreenHealth(Struct, frozen=True, forbid_unknown_fields=True):
    """What the agent on a screen's own computer says of it (`expeditor screen`)."""

    version: str
    uptime: int
    """Seconds since the agent's start."""
    browser: Literal["running", "starting", "ended"]
    restarts: int
    """Of the browser, since then."""
    why: str = ""
    """Of the last restart."""


class ScreenJson(Struct):
    """An adopted screen, in full."""

    id: str
    name: str
    proto: Proto
    station: str | None
    source: Literal["file", "api"]
    """Where it is declared: what is in the file cannot be changed otherwise."""
    address: str | None
    """Of a LAN screen `HOST:PORT`; of a board where it was last heard from; None before that."""
    backup: str | None
    """The id of the screen that shows its station while it is away."""
    patience: int
    """Seconds that it may be away before that."""
    shows: Shows
    look: Look
    state: ScreenState
    why: str
    since: int
    """Wall clock, milliseconds since the epoch."""
    covers: tuple[str, ...]
    covered_by: str | None
    conflict: str
    missed: bool
    seq: int | None
    """What it shows leads up to this event of the log; None while that is not known."""
    waiting: int
    """Of a LAN screen: orders that it is still to be told of."""
    refused: int
    """Of a LAN screen: orders that it did not take as they are now."""
    adopted: bool
    """False for a board of the file that has no token yet: it has to show its code first."""
    health: ScreenHealth | None


class FoundScreen(Struct, frozen=True):
    """Somebody on the network who says to be a screen, and was not adopted.

    All of it is a claim, made harmless to show; the address is where it was heard from, or can be
    reached.
    """

    id: str
    name: str
    proto: Proto
    station: str
    """That it wants to be for; may be empty."""
    version: str
    address: str
    """Of a LAN screen `HOST:PORT`."""
    by: tuple[Literal["mdns", "beacon", "knock"], ...]
    """How it was found; `knock`: it shows a code."""
    known_as: str
    """The name of the adopted screen that has the same id, elsewhere; empty for none."""


class Hub(Struct, frozen=True):
    """Another appliance on the network."""

    id: str
    name: str
    address: str
    same_id: bool
    """It says to have our own identifier: a card was copied."""


class Announced(Struct, frozen=True):
    """How this appliance can be found by mDNS."""

    host: str
    """As `expeditor.local`; empty while none is announced."""
    renamed_because: str
    """Why it is not the name that the configuration has; empty where it is."""
    not_because: str
    """Why nothing is announced or found; empty while it is."""


class ScreensJson(Struct):
    """All that is known of screens."""

    screens: Sequence[ScreenJson]
    found: Sequence[FoundScreen]
    """Those to adopt; bounded."""
    hubs: Sequence[Hub]
    announced: Announced


class ScreensStatus(Struct, frozen=True):
    """For the status page and the metrics."""

    fault: str | None
    """Why adopted screens, or what LAN screens show, cannot be stored."""
    went_away: int
    """How often a screen went away since the start, as the next two."""
    came_back: int
    covers_begun: int
    messages: int
    """Sent to LAN screens and accepted since the start, as the next two."""
    messages_failed: int
    """With which a connection broke, or none came about."""
    messages_refused: int


class Wanted(Struct, frozen=True):
    """What a manager says of a screen. Stations and the backup are known to be there."""

    name: str
    station: str | None = None
    backup: str | None = None
    patience: int = 8
    """Seconds, at least 5: less is not known to be away."""
    shows: Shows = "board"
    """Of a LAN screen always that. Guests' has neither a station nor a backup."""
    look: Look = UNCHANGED
    """Of a board; any other screen draws itself."""


class Knock(Struct, frozen=True):
    """A board asks to be let in. What it says of itself is a claim."""

    id: str
    """That it keeps for life: 8 to 64 letters, digits, `-`."""
    name: str
    address: str
    """Where it asks from."""
    health: ScreenHealth | None = None


class Knocking(NamedTuple):
    """A board that waits to be adopted."""

    knock: Knock
    code: str
    """Six digits, which it shows; those of no other."""
    token: str
    """What it will be let in with, once it is adopted."""


class CannotAdopt(Exception):
    """Nothing came of what was asked; the text says why."""


class Screens(Protocol):
    """Whoever has the screens. KeyError: there is none of that id."""

    def shown(self) -> ScreensJson:
        """All that is known of them, as it is now."""

    def status(self) -> ScreensStatus:
        """How they are doing as a whole."""

    # boards

    def knock(self, knock: Knock, token: str) -> Knocking:
        """A board without a good token asks to be let in.

        `token` is what it has from an earlier knock, or a new one. The code is the same as before
        as long as it goes on asking.
        """

    def knocking(self, code: str) -> Knocking | None:
        """Whoever shows this code now."""

    async def adopt_board(self, knocking: Knocking, wanted: Wanted, device: str) -> ScreenJson:
        """It is this screen from now on, with that device's token, durably.

        A board of the same id is the same screen, with its new token: `device_of` told the device
        of its old one before. Raises CannotAdopt, OSError.
        """

    def device_of(self, screen: str) -> str | None:
        """The device whose token a board has; None for none, or for no such screen."""

    def heard(self, device: str, knock: Knock) -> ScreenJson | None:
        """An adopted board's agent says how it is; None: that token is of no adopted screen."""

    def unpainted_for(self, device: str) -> float | None:
        """Seconds since a page with this device's token last said what it shows; None: never."""

    def painted(self, device: str, address: str, page: object, seq: int) -> None:
        """A page with this device's token shows everything up to there. `page`: its connection."""

    def closed(self, page: object) -> None:
        """A page's connection has ended."""

    # LAN screens

    async def adopt_lan(self, found: str, address: str, wanted: Wanted) -> ScreenJson:
        """It is fed from now on, durably.

        `found`, `address`: id and address as in `FoundScreen`, or typed by hand. Raises
        CannotAdopt, OSError.
        """

    # all

    async def change(self, screen: str, wanted: Wanted) -> ScreenJson:
        """As this, durably. Raises KeyError, CannotAdopt (it is the file's), OSError."""

    async def forget(self, screen: str) -> None:
        """It is nobody's from now on, durably. Raises KeyError, CannotAdopt, OSError."""
