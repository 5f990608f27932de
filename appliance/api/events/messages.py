"""What is said on `/events`: what every listener hears, and the talk around it on a WebSocket.

Times are ISO 8601 UTC. `seq` is the place in the log: whoever has heard a frame has all up to
its `seq` that is for them.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from appliance.api.channel_json import ChannelsTold
from appliance.api.errors import ErrorJson
from appliance.api.printer_json import PrinterTold
from appliance.api.screen_json import ScreenTold
from appliance.api.summons import SummonsJson
from appliance.api.ticket_json import TicketJson
from appliance.api.times import Time

# ── what every listener hears ───────────────────────────────────────────────────────


class About(Struct):
    """What the pages need to know of this kitchen, apart from its stations and tickets."""

    name: str
    warnings: list[str]
    """What somebody ought to do something about."""
    late_after: int
    """Seconds from which a ticket is late."""
    very_late_after: int


class StationEntry(Struct):
    """A station, as a board shows it."""

    id: str
    name: str
    station_type: str
    active: bool
    sound_alerts: bool
    """Whether a board sounds for what comes there, and for what becomes late."""


class SnapshotPayload(About):
    """The kitchen as it is."""

    stations: list[StationEntry]
    """In the order of the boards."""
    tickets: list[TicketJson]
    """Every live one."""
    summons: list[SummonsJson]
    """Where somebody is called to, the oldest first. Who hears of a pass hears of all of them."""


class SnapshotEvent(Struct, tag_field="type", tag="kds.snapshot"):
    """All that there is; what was heard before counts no more."""

    seq: int
    at: Time
    payload: SnapshotPayload


class StationsPayload(Struct):
    """All stations that there are from then on."""

    stations: list[StationEntry]


class StationsEvent(Struct, tag_field="type", tag="kds.stations"):
    """A station was made, changed or removed."""

    seq: int
    at: Time
    payload: StationsPayload


class MenuEvent(Struct, tag_field="type", tag="kds.menu"):
    """The menu has changed: tickets that were sent before may show allergens otherwise now.

    Whoever shows them comes again for a snapshot.
    """

    seq: int
    at: Time


class SummonPayload(Struct):
    """Where to."""

    station_id: str


class SummonEvent(Struct, tag_field="type", tag="kds.summon"):
    """Somebody is called to a station, or nobody is any more."""

    seq: int
    at: Time
    by: str | None
    """Who called, or comes: the `sub` of a token, a button; null where it ended by itself."""
    live: bool
    """Whether somebody is called there after it."""
    payload: SummonPayload


class CollectedPayload(Struct):
    """Which order."""

    order_id: str
    number: int
    """Counted by this appliance, as in the ids of its tickets."""


class CollectedEvent(Struct, tag_field="type", tag="kds.order.collected"):
    """An order that had left is with its guest, or with who delivers it.

    Who hears of a pass hears it. A `kds.ticket.recalled` or `kds.ticket.undone` of one of its
    tickets that is live after it says that it is here again.
    """

    seq: int
    at: Time
    by: str | None
    """Who said so: the `sub` of a token."""
    payload: CollectedPayload


class BoardPayload(Struct):
    """What a board shows besides its tickets."""

    station_id: str
    selected_order_id: str | None
    """The order whose ticket a bump bar is at; null where no device selects any."""
    first: int
    """How many tickets lie before the page that is shown."""
    per_page: int
    """Tickets of a page."""
    slots: bool
    """Whether buttons or keys stand for the places of a page: then the tickets of a page are
    numbered from 1."""
    all_day: bool
    """Whether the all-day counts are shown."""


class BoardEvent(Struct, tag_field="type", tag="kds.board"):
    """The buttons and bump bars of a station have its boards show this.

    It is of the moment, and has no place in the log. Of every station that has such devices it
    comes after the first snapshot, or what is new since a position, and again after each
    snapshot; and whenever it changes.
    """

    payload: BoardPayload


class PrintersPayload(Struct):
    """Those of the stations that are heard of."""

    printers: list[PrinterTold]


class PrintersEvent(Struct, tag_field="type", tag="kds.printers"):
    """How all printers are from then on.

    It is of the moment, and has no place in the log. It comes as `kds.board` does: where there
    are any, after the first snapshot, or what is new since a position, and again after each
    snapshot; and whenever one of them changes.
    """

    payload: PrintersPayload


class ScreensPayload(Struct):
    """Those of the stations that are heard of, and those for all stations.

    Who hears of a pass hears of all of them.
    """

    screens: list[ScreenTold]


class ScreensEvent(Struct, tag_field="type", tag="kds.screens"):
    """How all adopted screens are from then on.

    It is of the moment, and has no place in the log. It comes as `kds.printers` does.
    """

    payload: ScreensPayload


class ChannelsEvent(Struct, tag_field="type", tag="kds.channels"):
    """How all accounts of delivery channels are from then on, and where they do not agree with us.

    It is of the moment, and has no place in the log. It comes as `kds.printers` does, to who
    hears of a pass, or of all stations.
    """

    payload: ChannelsTold


TicketEventType = Literal[
    "kds.ticket.created",
    "kds.ticket.updated",
    "kds.ticket.fired",
    "kds.ticket.started",
    "kds.ticket.item_done",
    "kds.ticket.ready",
    "kds.ticket.bumped",
    "kds.ticket.recalled",
    "kds.ticket.voided",
    "kds.ticket.prioritized",
    "kds.ticket.moved",
    "kds.ticket.undone",
    "kds.ticket.forgotten",
]


class TicketPayload(Struct):
    """The ticket as it then stands."""

    ticket: TicketJson


class TicketEvent(Struct):
    """Something happened to a ticket."""

    type: TicketEventType
    aggregate_id: str
    """The ticket's `id`."""
    tenant_id: str
    seq: int
    at: Time
    by: str | None
    """Who did it: the `sub` of a token; null where a point of sale or time itself did."""
    live: bool
    """Whether the ticket is on its board after it."""
    payload: TicketPayload


class FaultJson(Struct):
    """Why no order can be stored at present."""

    message: str
    seconds: int
    """For how long by now."""


class Beat(Struct, tag_field="type", tag="beat"):
    """The listener has all up to `seq`; comes every two seconds to whoever keeps up."""

    seq: int | None
    """Null before the first snapshot."""
    at: Time
    warnings: list[str]
    """As in the snapshot, and as they are now."""
    reminders: list[str]
    """What somebody should look after, once it has been seen: tickets that were forgotten, points
    of sale that are silent, stations that are gone and whose cards are elsewhere. None for who
    hears of some stations alone."""
    fault: FaultJson | None


HEARD: Final = (
    SnapshotEvent,
    TicketEvent,
    SummonEvent,
    CollectedEvent,
    StationsEvent,
    MenuEvent,
    BoardEvent,
    PrintersEvent,
    ScreensEvent,
    ChannelsEvent,
    Beat,
)

# ── from a client of the WebSocket ──────────────────────────────────────────────────


class AuthMessage(Struct, tag_field="type", tag="auth"):
    """The first message of a client that has not sent its token with the upgrade."""

    token: str


Position = Annotated[str, Meta(pattern="^([0-9A-Za-z]{1,64}:)?[0-9]{1,18}(?!\\n)$")]
"""`epoch:seq`, or a `seq` of the same epoch."""


class ListenQuery(Struct, forbid_unknown_fields=True):
    """What to hear by server-sent events, and from where on. As in a `subscribe`."""

    location_id: Annotated[str | None, Meta(description="by default this appliance's")] = None
    station_id: Annotated[
        str | None, Meta(description="only of this station; by default of all that the token sees")
    ] = None
    since: Annotated[
        Position | None,
        Meta(description="the `id` of the last event that was heard; as Last-Event-ID"),
    ] = None
    whole_orders: Annotated[
        bool,
        Meta(description="of who sees a pass, all stations: what they have of its orders"),
    ] = False


class SubscribeMessage(
    Struct, tag_field="type", tag="subscribe", forbid_unknown_fields=True, kw_only=True
):
    """What to hear, and from where on. Once on a connection."""

    channel: Literal["kds"]
    location_id: str | None = None
    """Of this appliance; there is no other."""
    station_id: str | None = None
    """The only one to hear of; by default all that the token is for."""
    since: Annotated[int, Meta(ge=0)] | Position | None = None
    """Without it a snapshot comes first."""
    whole_orders: bool = False
    """Whoever sees a pass hears of all stations: how far they are with its orders."""


class PongMessage(Struct, tag_field="type", tag="pong"):
    """The answer to a ping."""


class PaintedMessage(Struct, tag_field="type", tag="painted"):
    """The page of an adopted screen shows everything up to there; after each beat.

    From anybody else it is taken, and nothing comes of it.
    """

    seq: Annotated[int, Meta(ge=0)]
    """Of a beat, say."""


RECEIVED: Final = (AuthMessage, SubscribeMessage, PongMessage, PaintedMessage)

# ── to a client of the WebSocket ────────────────────────────────────────────────────


class AuthSuccess(Struct, tag_field="type", tag="auth_success"):
    """The token is good."""

    user_id: str
    """The token's `sub`."""
    tenant_id: str
    permissions: list[str]
    """The token's roles."""
    expires_at: Time | None
    """Null for a screen's token, which has no end."""


class AuthError(Struct, tag_field="type", tag="auth_error"):
    """The token is not good, or no longer. The connection is closed then."""

    code: str
    """As over HTTP: UNAUTHORIZED, INVALID_TOKEN, TOKEN_EXPIRED, FORBIDDEN."""
    message: str


class Subscribed(Struct, tag_field="type", tag="subscribed"):
    """The subscription stands; what is heard comes next.

    To a screen it comes again, and then a snapshot, when it is to show other stations: it begins
    to show one of a screen that is away, or ends to.
    """

    channel: Literal["kds"]
    location_id: str
    station_id: str | None
    epoch: str
    """With a `seq` behind a colon it makes a `since`. The newest that came counts."""
    screen_id: str | None
    """Which adopted screen the token is of; null where it is of none."""


class Ping(Struct, tag_field="type", tag="ping"):
    """Has to be answered by a pong."""

    timestamp: Time


class ErrorMessage(ErrorJson, tag_field="type", tag="error"):
    """A message was refused, and changed nothing. `request_id` is that of the upgrade."""


SENT: Final = (AuthSuccess, AuthError, Subscribed, Ping, ErrorMessage)
