"""What the screen's own page shows, and what its health says, as JSON."""

from collections.abc import Sequence
from time import monotonic
from typing import Literal

from msgspec import Struct

from appliance import __version__
from appliance.kiosk.belonging import Belonging
from appliance.kiosk.browser import Life

State = Literal["looking", "to adopt", "away", "adopted"]
"""`looking`: no kitchen was found. `to adopt`: a manager is to type the code. `away`: the kitchen
that it belongs to does not answer. `adopted`: it does."""


class Kitchen(Struct, frozen=True):
    """A hub that is knocked at."""

    name: str
    """May be empty."""
    address: str
    code: str
    """Empty while it gave none."""
    why: str
    """It gave none, in words."""


class Shown(Struct, frozen=True):
    """For the page. All texts but our own come from strangers."""

    state: State
    name: str
    version: str
    addresses: Sequence[str]
    """Of this computer."""
    not_because: str
    """Why no kitchen can be found; empty while it can."""
    kitchens: Sequence[Kitchen]
    home: Kitchen | None
    """That it belongs to; it has no code."""
    seconds: float
    """For so long it has been away."""
    conflict: str
    notices: Sequence[str]
    """What else is to be known of this computer, in words."""
    go: str | None
    """Where the browser is to go on to."""


class Health(Struct, frozen=True):
    """For whoever watches over screens. Names no code, and no guest."""

    id: str
    name: str
    state: State
    hub: str | None
    """The address of the one that it belongs to."""
    hub_name: str | None
    conflict: str
    browser: Life
    restarts: int
    why: str
    """Of the last restart, or why it does not run."""
    notices: Sequence[str]
    """What else is to be known of this computer: on a card, what is wrong with its file, and what
    has become of an update."""
    uptime: int
    """Seconds since the agent's start."""
    versions: dict[str, str]


def state(belonging: Belonging) -> State:
    """In a word."""
    home = belonging.home
    if home is not None:
        return "away" if home.answering_since is None else "adopted"
    return "to adopt" if belonging.strangers() else "looking"


def shown(
    belonging: Belonging,
    name: str,
    *,
    addresses: Sequence[str],
    not_because: str,
    notices: Sequence[str],
    go: str | None,
) -> Shown:
    """As it is now."""
    home = belonging.home
    silent = home.silent_since if home is not None else None
    return Shown(
        state(belonging),
        name,
        __version__,
        addresses,
        not_because,
        [
            Kitchen(heard.name or hub.name, _host(heard.site), heard.code, heard.why)
            for hub, heard in belonging.strangers()
        ],
        Kitchen(home.hub.name, _host(home.hub.site), "", home.why) if home is not None else None,
        0.0 if silent is None else monotonic() - silent,
        belonging.conflict(),
        notices,
        go,
    )


def _host(site: str) -> str:
    return site.partition("://")[2]
