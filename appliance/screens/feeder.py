"""Feeds one LAN screen: follows the log, sends what differs, looks whether it is there.

log ─ changes ▶ what it should have ─ differs ▶ one message at a time ▶ its port

A screen that is away is a state; what happens meanwhile costs one entry per live order, and
nobody waits.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Final, NamedTuple, NoReturn

from appliance.config.values import Address
from appliance.expeditor import Expeditor
from appliance.lan import replies
from appliance.lan.client import Reply
from appliance.log import Log, Position
from appliance.screens.keeping import Keeping
from appliance.screens.live import Live
from appliance.screens.mirror import Mirror, OnScreen, Step
from appliance.screens.past import suspects
from appliance.screens.store import Changes, Kept

logger = logging.getLogger(__name__)

PROBE_SECONDS: Final = 1.0
"""Between two looks by TCP connect whether a screen is there, after its last word: nothing else
tells that it was started anew, and has forgotten all. A start of less passes unseen."""
ANSWER_SECONDS: Final = 5.0
"""Connecting included, as clients of the protocol wait: who takes less is slow, and not away."""
STORE_EVERY: Final = 1_000
"""Events that concern no order of the screen, after which its place is stored all the same: they
are read again at a start."""


class Link(NamedTuple):
    """How a LAN screen is reached: over TCP, or a simulated one."""

    send: Callable[[Address, bytes, str, Callable[[], None]], Awaitable[Reply]]
    """A message about the order of that id; what is called when the screen takes connections."""
    probe: Callable[[Address], Awaitable[None]]


class FeedStatus(NamedTuple):
    """How it goes; seconds are monotonic."""

    heard: float | None
    """When it last answered."""
    reached: float | None
    """When a connection was last taken there."""
    answers_since: float | None
    """Since when something answers there, of one that is held; None: nothing does."""
    behind_since: float | None
    """Since when something is to be sent."""
    stuck_since: float | None
    """Since when it took nothing of what is to be sent, or refuses an order."""
    trouble: str
    seq: int | None
    """What it shows leads up to there; None while nobody knows."""
    waiting: int
    """Orders that it is to be told of, but for the next."""
    refused: int
    """Orders that it did not take as they are."""


class Feeder:
    """Of one screen."""

    def __init__(
        self,
        screen: str,
        expeditor: Expeditor,
        address: Address | None,
        stations: frozenset[str] | None,
        *,
        identifier: str,
        changed: Callable[[], None],
        log: Log,
        link: Link,
        keeping: Keeping,
        tallies: Counter[str],
    ) -> None:
        """`address`: None while nobody knows it. `stations`: what it is to show; None for all.

        `identifier`: this appliance's. `changed` is called when it has trouble or has none any
        more, or takes an order or does not. `tallies` counts what becomes of messages:
        `accepted`, `failed`, `refused`.
        """
        self._screen = screen
        self._expeditor = expeditor
        self._address = address
        self._changed = changed
        self._log = log
        self._link = link
        self._keeping = keeping
        self._tallies = tallies
        self._live = Live(screen, expeditor, stations, identifier)
        self._mirror = Mirror()
        self._news = asyncio.Event()
        self._kept: Kept | None = None
        self._has_begun = False
        self._position = 0
        """Up to there, on disk, what it has is stored."""
        self._on_disk: dict[int, str] = {}
        """By number of orders, the id on the screen that is stored."""
        self._is_held = False
        self._answers_since: float | None = None
        self._is_moved = False
        self._is_shown_otherwise = False
        self._is_away = True
        """Or may be: it is looked for before anything is sent, and may have forgotten all."""
        self._unanswered: set[int] = set()
        """Orders that it took a connection for and gave no answer to, since its last one. Of one,
        it may be the order's fault; of two it is the screen's."""
        self._witness: int | None = None
        """The order by which it is told whether it has forgotten all."""
        self._is_reached = False
        """Whether it took the connection of what was sent last."""
        self._reached: float | None = None
        self._took: float = 0.0
        """Monotonic: when it last took something."""
        self._look_at = 0.0
        """Monotonic: when to look next, if nothing is to be sent before."""
        self._heard: float | None = None
        self._behind_since: float | None = None
        self._trouble = "" if address else _NOWHERE
        self._told: tuple[str, int] = ("", 0)

    # ── what others say and ask ──────────────────────────────────────────────────────

    def show(self, stations: frozenset[str] | None) -> None:
        """It is to show these from now on: another station, or one that it covers besides."""
        self._live.stations = stations
        self._live.look_anew()
        self._is_shown_otherwise = True
        self._news.set()

    def move(self, address: Address | None) -> None:
        """It is there from now on, and has to be told everything."""
        self._address = address
        self._is_moved = True
        self._answers_since = self._witness = None
        self._news.set()

    def hold(self, *, is_held: bool) -> None:
        """Whether it may be another that is there: it is looked at, and sent nothing."""
        if is_held == self._is_held:
            return
        self._is_held, self._is_away = is_held, True
        self._answers_since, self._witness, self._look_at = None, None, 0.0
        self._news.set()

    def status(self) -> FeedStatus:
        """As it is now."""
        mirror, since = self._mirror, min(self._mirror.due.values(), default=None)
        refused = len(mirror.refused)
        seq: int | None = self._live.seq if self._has_begun else None
        if since is not None:
            seq = since - 1 if since and mirror.is_sure else None
        return FeedStatus(
            self._heard,
            self._reached,
            self._answers_since,
            self._behind_since,
            self._stuck_since(),
            self._trouble,
            seq,
            len(mirror.due) - refused,
            refused,
        )

    def _stuck_since(self) -> float | None:
        if self._behind_since is None:
            return None
        mirror = self._mirror
        since = [at for number, at in mirror.refused.items() if number in mirror.wanted]
        if len(mirror.due) > len(mirror.refused):
            since.append(max(self._behind_since, self._took))
        return min(since, default=None)

    # ── to be stored ─────────────────────────────────────────────────────────────────

    def changes(self, *, is_all: bool) -> Changes | None:
        """See `keeping.Source`."""
        if not self._has_begun:
            kept = self._kept
            return Changes(kept.position, {**kept.shown}, is_all=True) if kept else None
        mirror = self._mirror
        numbers = sorted(mirror.unsaved)
        mirror.unsaved.clear()
        shown: dict[int, OnScreen | None] = (
            dict(mirror.all_stored()) if is_all else {each: mirror.stored(each) for each in numbers}
        )
        return Changes(Position(self._expeditor.epoch, self._live.seq), shown, is_all)

    def stored(self, changes: Changes) -> None:
        """See `keeping.Source`."""
        if self._has_begun:
            self._position = changes.position.seq
            for number, on in changes.shown.items():
                if on is None:
                    self._on_disk.pop(number, None)
                else:
                    self._on_disk[number] = on.wire_id

    def _touch(self) -> None:
        if self._mirror.unsaved or self._live.seq - self._position >= STORE_EVERY:
            self._keeping.touch()

    # ── running ──────────────────────────────────────────────────────────────────────

    async def run(self, kept: Kept | None) -> NoReturn:
        """Until cancelled. `kept`: what is known of a time before; None: nothing was shown."""
        self._kept = kept
        await self._begin(kept)
        with self._expeditor.feed.watched(self._news.set):
            while True:
                self._news.clear()
                is_shown_otherwise, self._is_shown_otherwise = self._is_shown_otherwise, False
                touched = await self._live.follow()
                if touched is None:
                    self._is_shown_otherwise |= is_shown_otherwise
                    continue
                self._want(touched)
                if is_shown_otherwise:
                    # Of this nothing is found in the log.
                    await self._keeping.durable()
                if self._is_moved:
                    self._is_moved, self._is_away, self._look_at = False, True, 0.0
                    self._unanswered.clear()
                    self._mirror.distrust(self._live.seq)
                    self._be("" if self._address else _NOWHERE)
                await self._go_on()

    async def _begin(self, kept: Kept | None) -> None:
        """Take up what the screen had, as far as that is known."""
        if kept is None and self._keeping.is_lost:
            while await self._live.follow() is None:
                pass
            for number in self._live.numbers:
                order_id, via = self._live.order_id(number) or "", self._live.via_of(number)
                if via is not None:
                    self._mirror.suspect(number, order_id, gone=False, via=via)
            self._live.look_anew()
        elif kept is not None:
            position, head = kept.position, self._log.head
            if position.epoch != self._expeditor.epoch or position.seq > head:
                self._mirror.take_up_of_another_log(kept.shown)
            else:
                self._mirror.take_up(kept.shown)
                self._on_disk = {number: on.wire_id for number, on in kept.shown.items()}
                kitchen = self._expeditor.kitchen
                for each in await suspects(self._log, position.seq, self._live.sees, kitchen):
                    via = self._live.via(each.via)
                    if via is not None:
                        self._mirror.suspect(each.number, each.order_id, gone=each.gone, via=via)
        while (touched := await self._live.follow()) is None:
            pass
        self._has_begun = True
        self._want(dict.fromkeys((*touched, *self._mirror.due), self._live.seq))
        # The ids that the orders have there now are to be found at the next start.
        await self._keeping.durable()

    def _want(self, touched: Mapping[int, int]) -> None:
        live, mirror = self._live, self._mirror
        for number, seq in touched.items():
            order_id = live.order_id(number)
            content = None if order_id is None else live.content(number)
            mirror.want(number, order_id or "", content, seq)
        if mirror.is_full:
            mirror.forget(self._expeditor.kitchen.numbers_in_memory)
        self._look_behind()
        self._touch()

    def _look_behind(self) -> None:
        if next(self._mirror.lacks, None) is None:
            self._behind_since = None
        elif self._behind_since is None:
            self._behind_since = monotonic()
        told = (self._trouble, len(self._mirror.refused))
        if told != self._told:
            self._told = told
            self._changed()

    async def _go_on(self) -> None:
        """One message, or one look; or wait until there is something."""
        address, now = self._address, monotonic()
        if address is None:
            await self._news.wait()
        elif now >= self._look_at:
            await self._look(address)
        elif not self._is_away and (step := self._mirror.next(now)) is not None:
            await self._send(step, address)
        else:
            again_at = None if self._is_away else self._mirror.again_at
            next_at = self._look_at if again_at is None else min(self._look_at, again_at)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(next_at - now):
                    await self._news.wait()

    # ── the screen ───────────────────────────────────────────────────────────────────

    async def _look(self, address: Address) -> None:
        """Whether it is there; one that was away may have forgotten everything."""
        try:
            await self._link.probe(address)
        except _AWAY as error:
            self._is_away, self._answers_since = True, None
            self._fail(error)
            return
        self._reached = monotonic()
        self._look_at = self._reached + PROBE_SECONDS
        if self._is_held:
            self._answers_since = self._answers_since or monotonic()
            self._be("something answers there, and has not said yet that it is it")
            return
        if self._is_away:
            self._mirror.distrust(self._live.seq)
            self._look_behind()
            if (step := self._mirror.next(monotonic())) is not None:
                # A program that hangs takes connections all the same: its answer counts.
                await self._send(step, address)
                return
        if self._unanswered.isdisjoint(self._mirror.due):
            self._hear()

    async def _send(self, step: Step, address: Address) -> None:
        is_found = self._on_disk.get(step.number) == step.wire_id or (
            self._mirror.is_derived(step.number) and self._mirror.due[step.number] > self._position
        )
        if step.command == "create" and not is_found:
            await self._keeping.durable()
            if self._is_held or self._is_moved:
                return  # Meanwhile it may be another that is there.
        self._mirror.begin(step)
        self._is_reached = False
        try:
            told = step.encoded(done=self._live.is_done(step.number))
            reply = await self._link.send(address, told, step.wire_id, self._reach)
            self._answered(step, reply)
        except _AWAY as error:
            self._mirror.fail(step, self._live.seq, monotonic())
            self._tallies["failed"] += 1
            if self._is_reached and isinstance(error, TimeoutError):
                self._reached = monotonic()  # It held the connection all the time.
            if self._is_reached:
                self._unanswered.add(step.number)
            self._is_away |= not self._is_reached or len(self._unanswered) > 1
            self._witness = None
            self._fail(error)
            if not self._is_away:
                # Perhaps it is alive, and perhaps it died of it, and is back with nothing.
                self._witness = self._mirror.doubt(step.number, self._live.seq)
                self._look_at = 0.0
        self._touch()

    def _reach(self) -> None:
        """It takes the connection of a message: as good as a look, where it answered so far."""
        self._is_reached, self._reached = True, monotonic()
        if not (self._is_away or self._unanswered):
            self._heard = self._reached

    def _answered(self, step: Step, reply: Reply) -> None:
        """Raises EOFError for an answer that is none."""
        mirror, seq = self._mirror, self._live.seq
        is_missing = reply.text == replies.ORDER_DOES_NOT_EXIST and step.command != "create"
        if reply.accepted or (is_missing and step.command == "cancel"):
            self._tallies["accepted"] += 1
            self._took = monotonic()
        if reply.accepted:
            mirror.accepted(step, seq)
        elif is_missing:
            # A cook took it off there, who tells nobody: of others this says nothing.
            mirror.missing(step, seq)
            if step.number == self._witness:
                mirror.distrust(seq)
        elif reply.text in replies.FAILURES:
            if step.number not in mirror.refused:
                logger.warning("screen %s refuses an order", self._screen)
            self._tallies["refused"] += 1
            mirror.refuse(step, seq, monotonic())
        else:
            raise EOFError("it answers what is no answer of this protocol")
        if step.number == self._witness:
            self._witness = None
        self._unanswered.clear()
        self._hear()

    def _hear(self) -> None:
        if self._is_held or self._is_moved:
            return  # It answered what was on its way.
        self._heard, self._is_away = monotonic(), False
        self._look_at = self._heard + PROBE_SECONDS
        self._be("")

    def _fail(self, error: Exception) -> None:
        self._look_at = monotonic() + PROBE_SECONDS
        self._be(_in_words(error))

    def _be(self, trouble: str) -> None:
        self._trouble = trouble
        self._look_behind()


_NOWHERE: Final = "nobody knows where it is"
_AWAY: Final = (OSError, EOFError, UnicodeError)
"""What a screen that is away makes of a message, or an address that is none."""


def _in_words(error: Exception) -> str:
    match error:
        case TimeoutError():
            return "it gives no answer"
        case ConnectionRefusedError():
            return "nothing listens there"
        case ConnectionError():
            return "the connection broke"
        case OSError(strerror=str(strerror)):
            return strerror
        case _:
            return str(error)
