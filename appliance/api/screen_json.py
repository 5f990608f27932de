"""Screens as the API tells of them, and what is said of one to adopt or change it."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from appliance.api.times import Time, iso
from appliance.screens_now import (
    UNCHANGED,
    Announced,
    FoundScreen,
    Hub,
    Look,
    Proto,
    ScreenHealth,
    ScreenJson,
    ScreenNow,
    ScreenState,
    Shows,
)

State = Annotated[
    ScreenState,
    Meta(
        description="live: it shows what it should; behind: it answers, and does not show the"
        " newest yet; away: nothing is heard of it; not seen yet: nothing since the start"
    ),
]
Covers = Annotated[
    tuple[str, ...],
    Meta(description="stations that it shows besides, for screens that are away"),
]
CoveredBy = Annotated[
    str | None, Meta(description="the screen that shows what this one should meanwhile")
]
Conflict = Annotated[
    str, Meta(description="in words, where two say that they are this screen; else empty")
]
Styled = Annotated[
    Look,
    Meta(description="how its board is shown; what is null is left to its browser"),
]
Missed = Annotated[
    bool,
    Meta(description="for longer than its patience it has been away, or has not shown what is new"),
]

Shown = Annotated[
    Shows,
    Meta(
        description="what its browser opens: the `board` of its stations; whole orders, for a"
        " `pass`; or which orders are `ready`, for guests, and nothing else: its token is good for"
        " that alone"
    ),
]


class ScreenTold(Struct):
    """How a screen is. Nothing of a guest is in it."""

    id: str
    name: str
    station_id: Annotated[str | None, Meta(description="what it is for; null for all stations")]
    proto: Proto
    state: State
    why: Annotated[str, Meta(description="in words; empty when live")]
    since: Annotated[Time, Meta(description="when it came to be so")]
    covers: Covers
    covered_by: CoveredBy
    conflict: Conflict
    missed: Missed
    shows: Shown
    look: Styled


class ScreenShown(Struct):
    """An adopted screen, in full."""

    id: str
    name: str
    proto: Annotated[
        Proto, Meta(description="board: a browser; lan: it takes orders over the LAN protocol")
    ]
    station_id: Annotated[str | None, Meta(description="what it is for; null for all stations")]
    source: Annotated[
        Literal["file", "api"], Meta(description="what is in the file cannot be changed otherwise")
    ]
    address: Annotated[
        str | None,
        Meta(description="of a LAN screen `HOST:PORT`; of a board where it was last heard from"),
    ]
    backup_id: Annotated[
        str | None, Meta(description="the screen that shows its station while it is away")
    ]
    patience: Annotated[int, Meta(description="seconds that it may be away before that")]
    shows: Shown
    look: Styled
    state: State
    why: str
    since: Time
    covers: Covers
    covered_by: CoveredBy
    conflict: Conflict
    missed: Missed
    seq: Annotated[
        int | None,
        Meta(description="what it shows leads up to this event; null while that is not known"),
    ]
    waiting: Annotated[
        int, Meta(description="of a LAN screen: orders that it is still to be told of")
    ]
    refused: Annotated[
        int, Meta(description="of a LAN screen: orders that it did not take as they are now")
    ]
    adopted: Annotated[
        bool,
        Meta(description="false for a board that has no good token: it has to show its code"),
    ]
    health: Annotated[
        ScreenHealth | None, Meta(description="what the agent on its own computer says of it")
    ]


class ScreensShown(Struct):
    """All that is known of screens."""

    screens: list[ScreenShown]
    found: Annotated[
        list[FoundScreen],
        Meta(description="those on the network that may be adopted; what they say is a claim"),
    ]
    hubs: Annotated[list[Hub], Meta(description="other appliances on the network")]
    announced: Announced


Name = Annotated[
    str,
    Meta(
        description="printable, without white space around it",
        extra_json_schema={"minLength": 1, "maxLength": 64},
    ),
]
Station = Annotated[str | None, Meta(description="null for all stations")]
Backup = Annotated[str | None, Meta(description="another adopted screen")]
Patience = Annotated[int, Meta(ge=5, le=86_400, description="seconds that it may be away")]


class AdoptBody(Struct, forbid_unknown_fields=True, kw_only=True):
    """A screen to adopt: a board by its `code`, a LAN screen by its `address`.

    Or by the `found_id` alone of one that is found in one place.
    """

    name: Name
    code: Annotated[str | None, Meta(description="six digits, as the board shows them")] = None
    found_id: Annotated[
        str, Meta(max_length=64, description="of a LAN screen that was found: its `id`")
    ] = ""
    address: Annotated[
        str | None, Meta(description="of a LAN screen, `HOST` or `HOST:PORT`; the port is 9104")
    ] = None
    station_id: Station = None
    backup_id: Backup = None
    patience: Patience = 8
    shows: Shown = "board"
    look: Styled = UNCHANGED


class ScreenBody(Struct, forbid_unknown_fields=True):
    """What is to be other about a screen; what is left out stays."""

    name: Name | UnsetType = UNSET
    station_id: Station | UnsetType = UNSET
    backup_id: Backup | UnsetType = UNSET
    patience: Patience | UnsetType = UNSET
    shows: Shown | UnsetType = UNSET
    look: Styled | UnsetType = UNSET


class HealthBody(Struct, forbid_unknown_fields=True):
    """What the agent on a screen's own computer says of it (`expeditor screen`)."""

    version: Annotated[str, Meta(max_length=64)]
    uptime: Annotated[int, Meta(ge=0, le=2**53, description="seconds since the agent's start")]
    browser: Literal["running", "starting", "ended"]
    restarts: Annotated[int, Meta(ge=0, le=2**53, description="of the browser, since then")]
    why: Annotated[str, Meta(max_length=200, description="of the last of these")] = ""


Nonce = Annotated[
    str,
    Meta(
        pattern="^[0-9a-f]{32}(?!\\n)$",
        description="made at random; a proof is wanted that the screen is known here",
    ),
]


class KnockBody(Struct, forbid_unknown_fields=True):
    """A board that asks to be let in, and what it says of itself."""

    screen_id: Annotated[
        str,
        Meta(
            pattern="^[0-9A-Za-z-]{8,64}(?!\\n)$",
            description="that it keeps for life, made at random",
        ),
    ]
    name: Annotated[str, Meta(max_length=64)] = ""
    health: HealthBody | None = None
    link: Annotated[
        bool,
        Meta(description="it wants a link by which its browser is signed in, once it is adopted"),
    ] = False
    nonce: Nonce | None = None


class Kitchen(Struct, frozen=True):
    """Who answers."""

    id: Annotated[str, Meta(description="that the appliance keeps for life")]
    name: str


class ProvenHub(Struct, tag_field="state", tag="proof"):
    """Whether this appliance has adopted the screen, for who sent a `nonce`."""

    kitchen: Kitchen
    at: Annotated[str, Meta(description="the address of ours that was asked, as the proof has it")]
    proof: Annotated[
        str | None,
        Meta(description="by the token of the screen; null where it was not adopted here"),
    ]


class NewBoard(Struct, tag_field="state", tag="new"):
    """It waits to be adopted, and shows its code."""

    kitchen: Kitchen

    code: Annotated[str, Meta(description="six digits, for a manager to type")]
    token: Annotated[
        str | None,
        Meta(
            description="what it will be let in with, and has to bring from now on; null where it"
            " has it already, or as a browser in its cookie"
        ),
    ]


class AdoptedBoard(Struct, tag_field="state", tag="adopted"):
    """Its token is good."""

    kitchen: Kitchen
    screen: ScreenShown
    unpainted_for: Annotated[
        float | None,
        Meta(description="seconds since a page of it last said what it shows; null for never"),
    ]
    sign_in: Annotated[
        str | None, Meta(description="path of the link, good once and for a minute; null for none")
    ]


def is_of(screen: ScreenNow | ScreenJson, stations: frozenset[str] | None) -> bool:
    """Whether who sees these stations hears of a screen: it is for one of them, or for all.

    Or it shows one of them for another. `stations`: None for all.
    """
    if stations is None or screen.station is None or screen.station in stations:
        return True
    return not stations.isdisjoint(screen.covers)


def screen_told(screen: ScreenNow) -> ScreenTold:
    """How a screen is, for everybody."""
    return ScreenTold(
        screen.id,
        screen.name,
        screen.station,
        screen.proto,
        screen.state,
        screen.why,
        iso(screen.since),
        screen.covers,
        screen.covered_by,
        screen.conflict,
        screen.missed,
        screen.shows,
        screen.look,
    )


def screen_shown(screen: ScreenJson, *, has_token: bool) -> ScreenShown:
    """A screen as it is sent. `has_token`: of a board, whether what it was let in with is good."""
    told = msgspec.structs.asdict(screen)
    return ScreenShown(
        **told
        | {
            "station_id": told.pop("station"),
            "backup_id": told.pop("backup"),
            # A plain text: what is of a kind of its own is not encoded.
            "address": None if screen.address is None else str(screen.address),
            "since": iso(screen.since),
            "adopted": screen.adopted and (has_token or screen.proto != "board"),
        }
    )
