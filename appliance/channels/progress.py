"""What is known of an order of the channel: how far the kitchen is, what was told, what it says.

Pure: events of the kitchen and words of the channel in; what is to be told, and where the two do
not think the same, out.
"""

from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct, field

from appliance.channels_now import Matter
from appliance.kitchen.event import (
    Event,
    OrderCancelled,
    OrderCollected,
    OrderPlaced,
    OrderUpdated,
    TicketChanged,
)
from appliance.kitchen.order import Order, Placed
from appliance.kitchen.ticket import Moment, Status, Ticket

TAKEN: Final = 1
"""It is in the log."""
BEGUN: Final = 2
"""Something of it is being made."""
DONE: Final = 3
"""All that is made of it is."""
READY: Final = 4
"""It was handed over: bumped at the pass, or everywhere."""
COLLECTED: Final = 5
"""Guest or driver has it."""
STEPS: Final = (TAKEN, BEGUN, DONE, READY, COLLECTED)
"""What a channel is told of an order, each once, in this order."""

Word = Literal["goes on", "left", "finished", "cancelled", "failed"]
"""What a channel says became of an order. `left`: it is on its way. `finished`: the channel is
done with it. After the last three nothing is told of it any more."""
ENDS: Final[frozenset[Word]] = frozenset({"finished", "cancelled", "failed"})

NOT_CLOSED_MS: Final = 4 * 3_600_000
"""After it was handed over: no delivery takes so long."""
GIVE_UP_MS: Final = 24 * 3_600_000
"""That the channel was not told of a status for: nobody waits for it any more."""

_AT_WORK: Final[frozenset[Status]] = frozenset({"in_progress", "ready", "bumped", "recalled"})
_MADE: Final[frozenset[Status]] = frozenset({"ready", "bumped"})


class Fate(Struct):
    """What the channel said of an order last."""

    word: Word
    at: int
    """Wall clock, milliseconds since the epoch."""
    reason: str = ""
    """In the channel's words; kept as long as it matters."""
    is_checkout: bool = False
    """It said so of the checkout that the order came of."""
    said_at: int | None = None
    """When, by its own clock, where it tells; milliseconds since the epoch."""

    def is_older_than(self, other: "Fate") -> bool:
        """Whether it was said before that, and came late."""
        mine, its = self.said_at, other.said_at
        return mine is not None and its is not None and mine < its


class Followed(Struct):
    """An order of an account."""

    account: str
    id: str
    """As the channel has it."""
    called: str = ""
    """What drivers ask for; no guest's name."""
    checkout: str = ""
    """Of the channel, where it is known."""
    number: int = 0
    """The kitchen's; 0 for one that it never had: it was taken back before it came."""
    cooks: tuple[str, ...] = ()
    """The stations that cook it; what else has a ticket is a pass."""
    tickets: dict[str, Status] = field(default_factory=dict)
    """By station."""
    is_cancelled: bool = False
    """In the kitchen."""
    reached: int = 0
    """The last of STEPS that the kitchen came to; there is no way back."""
    reached_at: int = 0
    """By the wall clock, for people."""
    reached_tick: int = 0
    """By the kitchen's own, for ages: whoever sets a clock makes nothing old."""
    first: str = ""
    """What the channel said of it as it sent it, in its own terms."""
    told: int = 0
    """The last that the channel took, or refused for good."""
    fate: Fate | None = None
    settled: Matter | None = None
    """Somebody has seen to this."""
    came: int = 0
    """When it was made here, by the wall clock."""
    touched: int = 0
    """When something was heard of it last, by the wall clock; `tick`: by the kitchen's own."""
    tick: int = 0

    # ── what the kitchen does ────────────────────────────────────────────────────────

    def apply(self, event: Event) -> None:
        """Something happened to it in the kitchen."""
        match event:
            case (
                OrderPlaced(number=number, stations=cooks)
                | OrderUpdated(number=number, stations=cooks)
            ):
                if number != self.number:  # It is new, or one of its id was made once more.
                    self.tickets, self.is_cancelled, self.came = {}, False, event.at
                self.number, self.cooks = number, cooks or self.cooks
                self._reach(TAKEN, event)
            case OrderCancelled():
                self.is_cancelled = True
            case OrderCollected():
                self._reach(COLLECTED, event)
            case TicketChanged(ticket=ticket, gone=gone):
                if gone:
                    self.tickets.pop(ticket.station, None)
                else:
                    self.tickets[ticket.station] = ticket.status
                if not ticket.forgotten:  # The end of the day cooks nothing.
                    self._reach(self._step(), event)
        self.touched, self.tick = event.at, event.tick

    def name_by(self, order: Order) -> bool:
        """Call it as its order says; whether its checkout is known by that, and was not before."""
        self.called = order.check_number or self.called
        is_news = bool(order.channel_order) and not self.checkout
        self.checkout = self.checkout or order.channel_order or ""
        return is_news

    def stand(self, placed: Placed, tickets: Iterable[Ticket], now: Moment) -> None:
        """The kitchen has it so."""
        self.number, self.cooks, self.is_cancelled = (
            placed.number,
            placed.stations,
            placed.cancelled,
        )
        self.came = placed.placed_at
        self.tickets = {ticket.station: ticket.status for ticket in tickets}
        self._reach(max(TAKEN, self._step()), now)
        self.touched, self.tick = now.at, now.tick

    def _reach(self, step: int, now: "Event | Moment") -> None:
        if step > self.reached:
            self.reached, self.reached_at, self.reached_tick = step, now.at, now.tick

    def _step(self) -> int:
        cooked = [status for station, status in self.tickets.items() if station in self.cooks]
        at_pass = [status for station, status in self.tickets.items() if station not in self.cooks]
        cooked = [status for status in cooked if status != "voided"]
        at_pass = [status for status in at_pass if status != "voided"]
        if all(status == "bumped" for status in at_pass or cooked) and (at_pass or cooked):
            return READY
        if cooked and all(status in _MADE for status in cooked):
            return DONE
        return BEGUN if any(status in _AT_WORK for status in (*cooked, *at_pass)) else 0

    # ── what the channel says ────────────────────────────────────────────────────────

    def hear(self, fate: Fate, tick: int) -> None:
        """The channel says this of it.

        What was taken back stays so, whatever comes late; what closed it otherwise gives way to
        what closes it, and the failure of a checkout to that checkout's completion. Of a checkout
        what was said last counts, whatever came last.
        """
        said = self.fate
        if said is not None and said.is_checkout and fate.is_checkout and fate.is_older_than(said):
            return
        if said is None or said.word not in ENDS:
            self.fate = fate
        elif fate.is_checkout:
            self.fate = fate if said.is_checkout else said
        elif said.word != "cancelled" and fate.word in ENDS:
            self.fate = fate
        self.touched, self.tick = fate.at, tick

    # ── what follows ─────────────────────────────────────────────────────────────────

    @property
    def is_closed(self) -> bool:
        """The channel wants to hear nothing more of it."""
        return self.fate is not None and self.fate.word in ENDS

    @property
    def was_never_here(self) -> bool:
        """Whether it was taken back before it came."""
        return not self.number and self.fate is not None and self.fate.word == "cancelled"

    @property
    def is_here(self) -> bool:
        """Whether something of it is still to be made, or to be handed over."""
        return any(status not in ("bumped", "voided") for status in self.tickets.values())

    @property
    def is_off(self) -> bool:
        """Whether the kitchen took it back."""
        all_voided = bool(self.tickets) and set(self.tickets.values()) == {"voided"}
        return self.number > 0 and (self.is_cancelled or all_voided)

    def next(self, *, tells_taken: bool) -> int | None:
        """The status to be told next; None for nothing, or nothing more."""
        if self.is_closed or self.is_off or not self.number:
            return None
        steps = (step for step in STEPS if self.told < step <= self.reached)
        return next((step for step in steps if tells_taken or step != TAKEN), None)

    def matter(self) -> Matter | None:
        """Where channel and kitchen do not think the same, as long as nobody has seen to it.

        That an order is `not closed` takes time to become so.
        """
        found = self._matter()
        return None if found == self.settled else found

    def _matter(self) -> Matter | None:
        word = self.fate.word if self.fate else "goes on"
        if not self.number:
            return None
        if self.is_here and not self.is_cancelled:
            if word in ("failed", "cancelled"):
                return "failed"
            return "left" if word in ("left", "finished") else None
        if self.is_off:
            return None if word in ("cancelled", "failed") else "voided"
        if word == "cancelled":
            return "cancelled late"
        return None if self.is_closed or self.reached < READY else "not closed"


def number_of(event: Event) -> int | None:
    """The order that something happened to; None where it happened to none."""
    match event:
        case OrderPlaced(number=number) | OrderUpdated(number=number):
            return number
        case OrderCancelled(number=number) | OrderCollected(number=number):
            return number
        case TicketChanged(ticket=ticket):
            return ticket.number
    return None
