"""From a gesture to a command, once; and what it came to.

press ─ the ticket that was under the finger ▶ command ─▶ kitchen ─ durable ▶ boards, lamps

What boards are to show besides their tickets goes to `ShownNow`, and by it to the screens.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from time import monotonic
from typing import Final, Literal, NamedTuple, cast

from appliance.config.actions import BOARD_VERBS, TICKET_VERBS, Action, StationVerb
from appliance.devices import Gesture
from appliance.expeditor import Expeditor
from appliance.kitchen.command import Command, PrintTicket, Refused
from appliance.log import NotStored
from appliance.panel.boards import Board, Boards, Happened
from appliance.panel.commands import for_station, for_ticket
from appliance.panel.shown import Shown
from appliance.printers import PrintersNow
from appliance.shown_now import BoardView, ShownNow

logger = logging.getLogger(__name__)

_STEPS: Final = {"next": 1, "previous": -1}
"""Places to go on."""
_TURNS: Final = {"page": 1, "page-back": -1}


class Press(NamedTuple):
    """Somebody's finger on a device, and what that is to do."""

    device: str
    """The button or bar, for people."""
    key: str | None
    """Of a bar."""
    station: str
    action: Action
    down_at: float
    """When the finger went down, on the monotonic clock."""
    gesture: Gesture = "press"
    sent: str | None = None
    """By a bar, as its section may have it."""

    @property
    def by(self) -> str:
        """In whose name it is done."""
        return self.device if self.key is None else f"{self.device} key {self.key}"


class Outcome(NamedTuple):
    """What a press came to, once that is durable."""

    what: Literal["done", "nothing there", "refused", "cannot be stored"]
    why: str = ""


NOTHING_THERE: Final = Outcome("nothing there")
DONE: Final = Outcome("done")

Tell = Callable[[Press, Outcome], None]
Follow = Callable[[list[Happened]], None]


class Panel:
    """The buttons and bars of some stations, whatever they are made of."""

    def __init__(
        self,
        expeditor: Expeditor,
        stations: Mapping[str, Collection[Action]],
        *,
        per_page: int,
        shown_now: ShownNow,
        printers_now: PrintersNow,
        tell: Tell,
        follow: Follow,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`stations`: by station, what its buttons and keys do. `per_page`: tickets of a page.

        `shown_now` is told what boards are to show; `printers_now` has all printers. `tell` hears
        what each press came to, `follow` what happened; it is called as well when boards are to
        show something else. Neither may block. `clock` is monotonic, seconds.
        """
        self.boards = {station: Board(Shown(clock(), per_page)) for station in stations}
        self._stations = stations
        self._per_page = per_page
        self._shown_now = shown_now
        self._printers_now = printers_now
        self._expeditor = expeditor
        self._boards = Boards(expeditor, self.boards, clock)
        self._tell = tell
        self._follow = follow
        self._clock = clock
        self._asked: set[asyncio.Future[None]] = set()
        self._last: dict[str, float] = {}
        """When the finger of the last press went down, by button or key."""

    def press(self, press: Press) -> None:
        """Do what a gesture asks for, once, on the event loop. One that comes again is none."""
        if self._last.get(press.by) == press.down_at:
            return
        self._last[press.by] = press.down_at
        if press.action.verb in BOARD_VERBS:
            outcome = DONE if self._turn(press) else NOTHING_THERE
            self._show()
            self._follow([])
            self._tell(press, outcome)
            return
        command = self._command(press)
        if command is None:
            self._tell(press, NOTHING_THERE)
            return
        if isinstance(command, PrintTicket) and not self._printers_now.at(press.station):
            self._tell(press, Outcome("refused", f"no printer prints for {press.station!r}"))
            return
        try:
            answer = self._expeditor.submit(command, press.by)
        except NotStored as error:
            self._tell(press, Outcome("cannot be stored", str(error)))
            return
        outcome = DONE
        if isinstance(answer.reply, Refused):
            outcome = Outcome("refused", answer.reply.message)
        asked = asyncio.ensure_future(self._told(press, outcome, answer.durable))
        self._asked.add(asked)
        asked.add_done_callback(self._asked.discard)

    async def _told(self, press: Press, outcome: Outcome, durable: asyncio.Future[None]) -> None:
        try:
            await asyncio.shield(durable)
        except NotStored as error:
            outcome = Outcome("cannot be stored", str(error))
        self._tell(press, outcome)

    def _command(self, press: Press) -> Command | None:
        """What the kitchen is asked; None where nothing is there that it could be asked of."""
        kitchen, (verb, slot) = self._expeditor.kitchen, press.action
        if verb not in TICKET_VERBS:
            return for_station(cast("StationVerb", verb), press.station, kitchen)
        order = self._under(press, slot)
        return None if order is None else for_ticket(verb, press.station, order, kitchen)

    def _under(self, press: Press, slot: int | None) -> str | None:
        """The order that was under the finger."""
        shown = self.boards[press.station].shown
        return shown.under(slot, press.down_at, press.by, press.device)

    def _turn(self, press: Press) -> bool:
        """Change what the boards show; whether there is anything that could be shown."""
        board = self.boards[press.station]
        verb, slot = press.action
        # Before what the same hand pressed next, however late either comes.
        at = max(press.down_at, board.shown.face.since)
        if verb in _STEPS:
            return board.shown.step(_STEPS[verb], at, press.device)
        if verb in _TURNS:
            return board.shown.turn(_TURNS[verb], at, press.device)
        if verb == "select":
            order = self._under(press, slot)
            return order is not None and board.shown.select(order, at, press.device)
        board.counts = not board.counts
        return True

    def _show(self) -> None:
        """Have the screens show what the boards show now."""
        for station, actions in self._stations.items():
            if not actions:  # A light alone turns no page, and none is turned for it.
                continue
            board = self.boards[station]
            face = board.shown.face
            view = BoardView(
                selected=face.selected if any(map(_selects, actions)) else None,
                first=face.first,
                per_page=self._per_page,
                slots=any(action.slot is not None for action in actions),
                all_day=board.counts,
            )
            self._shown_now.show(station, view)

    async def run(self) -> None:
        """Follow the log, until cancelled."""
        feed = self._expeditor.feed
        news = asyncio.Event()
        with feed.watched(news.set):
            while True:
                news.clear()
                happened = await self._boards.catch_up()
                self._show()
                self._follow(happened)
                await news.wait()


def _selects(action: Action) -> bool:
    """Whether it is for the ticket that is selected, or selects one."""
    verb, slot = action
    return verb in ("select", *_STEPS, *_TURNS) or (verb in TICKET_VERBS and slot is None)
