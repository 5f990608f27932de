"""Joins the pure kitchen to the log: commands in; durable events, then answers, out.

A command is decided at once, applied in memory, and its events go into the next commit.
Nobody hears of it before that commit: the answer carries a future to wait for, the feed
gets its changes when they are durable. When a commit fails, all who wait on it fail, and
no command is taken until the state has been built again from the log.
"""

import asyncio
import contextlib
import logging
import re
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple

import msgspec

from appliance.feed import Change, Feed
from appliance.kitchen import event as events
from appliance.kitchen.command import Command, Reply
from appliance.kitchen.event import Event
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.memory import UnknownOrder
from appliance.kitchen.order import Guest
from appliance.kitchen.state import STATE_FORMAT, State
from appliance.kitchen.ticket import Moment
from appliance.log import Log, LogError, NotStored, Recorded, Unreadable, snapshot

logger = logging.getLogger(__name__)

SNAPSHOT_EVERY: Final = 10_000
"""Events between snapshots: about what a start replays in a third of a second."""
EVENTS_PER_ORDER: Final = 10
"""The same with many orders in memory, so that snapshots stay cheap beside their events."""
SNAPSHOT_WHILE_LOADING: Final = 100_000
"""Events that a long replay has come on before it keeps how far it got: a start that is
interrupted goes on from there."""
READ_AT_ONCE: Final = 2_000
"""Events that a replay applies before the loop gets its turn."""
RETRY_SECONDS: Final = 1.0
"""Between two attempts to make a failed log usable again."""
REMEMBERED_MS: Final = 24 * 3_600_000
"""For so long an answer can be recalled. Source: ticket API design page, "Errors"."""
FORGET_SECONDS: Final = 60.0
"""Between two looks for answers that are older: guests are named in them."""

_SEQUENCE_NUMBER: Final = re.compile(r"\d{1,18}", re.ASCII)
_encode_guest = msgspec.json.Encoder().encode
_decode_guest = msgspec.json.Decoder(Guest).decode
_encode_state = msgspec.msgpack.Encoder().encode
_decode_state = msgspec.msgpack.Decoder(State).decode


class Answer(NamedTuple):
    """What the kitchen says, and when it may be said."""

    reply: Reply
    durable: "asyncio.Future[None]"
    """Done when the reply may leave; fails with NotStored. Shared: shield it to await it."""


class Fault(NamedTuple):
    """Why no order can be stored at present."""

    message: str
    since: float
    """On the monotonic clock."""


async def newest_moment(log: Log) -> Moment | None:
    """When the newest event of a log happened; None for an empty one."""
    for recorded in await log.read(log.head - 1, 1):
        event = events.decode(recorded.event)
        return Moment(event.at, event.tick)
    return None


class Expeditor:
    """Takes the commands of every door, one after the other."""

    def __init__(
        self,
        log: Log,
        directory: Path,
        new_kitchen: Callable[[], Kitchen],
        now: Callable[[], Moment],
    ) -> None:
        """`new_kitchen` makes an empty kitchen; snapshots are kept in `directory`."""
        self.feed = Feed()
        self.kitchen = new_kitchen()
        self.fault: Fault | None = None
        self._log = log
        self._directory = directory
        self._new_kitchen = new_kitchen
        self.now = now
        self.seq = 0
        """Of the newest event in `kitchen`, durable or not."""
        self.of_newer = 0
        """Events, read at the start, that a newer version wrote and that are not wholly understood
        here."""
        self._snapshot_seq = 0
        self._unpublished: deque[Change] = deque()
        self._commit: asyncio.Future[None] | None = None
        self._failed = asyncio.Event()
        self._snapshot_due = asyncio.Event()
        self._keeping: asyncio.Future[None] | None = None

    # ── taking commands ──────────────────────────────────────────────────────────────

    def submit(self, command: Command, by: str | None = None) -> Answer:
        """Decide a command. Raises NotStored while nothing can be stored.

        `by` is who asks, where that is a person or a person's device.
        """
        if self.fault is not None:
            raise NotStored(self.fault.message)
        decision = self.kitchen.decide(command, self.now(), by)
        if not decision.events:
            return Answer(decision.reply, self._log.settled())
        number, guest = decision.guest or (0, None)
        encoded = [events.encode(event) for event in decision.events]
        guests = {number: _encode_guest(guest)} if guest is not None else {}
        self._apply(decision.events, guest)
        # In the turn after a commit failed the log refuses this, and nothing is told here of
        # that failure yet. When it is, the state is built again, without these events.
        return Answer(decision.reply, self._watched(self._log.append(encoded, guests)))

    def _watched(self, durable: "asyncio.Future[None]") -> "asyncio.Future[None]":
        """The same commit, of whose end is heard here, once."""
        if durable is not self._commit:
            self._commit = durable
            durable.add_done_callback(self._committed)
        return durable

    def remember(self, name: bytes, answer: bytes) -> "asyncio.Future[None]":
        """Keep what is answered to a request, in one commit with all that was submitted before.

        The future is as that of `settled`. Raises NotStored while nothing can be stored.
        """
        if self.fault is not None:
            raise NotStored(self.fault.message)
        return self._watched(self._log.remember(name, self.now().tick, answer))

    async def recalled(self, name: bytes) -> bytes | None:
        """What was remembered under a name in the last REMEMBERED_MS. Raises Unreadable."""
        return await self._log.recalled(name, self.now().tick - REMEMBERED_MS)

    def _apply(self, decided: Sequence[Event], guest: Guest | None) -> None:
        """Before the log has them: what cannot be applied must never be replayed."""
        try:
            for event in decided:
                placed = self.kitchen.apply(event, guest)
                self.seq += 1
                change = Change(self.seq, event, placed, self.kitchen.stations)
                self._unpublished.append(change)
        except Exception as error:
            self._fail(f"a command could not be applied: {type(error).__name__}")
            raise

    @property
    def epoch(self) -> str:
        """Of the log."""
        return self._log.epoch

    def resume_from(self, position: str) -> int | None:
        """The sequence number of a position, `epoch:seq` or `seq`; None for another log's."""
        epoch, colon, seq = position.rpartition(":")
        ours = not colon or epoch == self._log.epoch
        return int(seq) if ours and _SEQUENCE_NUMBER.fullmatch(seq) else None

    def settled(self) -> "asyncio.Future[None]":
        """Done when all that can be read from `kitchen` now is durable.

        Raises NotStored where the kitchen holds what is not: read nothing from it then.
        """
        if self.fault is not None:
            if self._failed.is_set():
                raise NotStored(self.fault.message)
            return _done()
        return self._log.settled()

    def _committed(self, commit: "asyncio.Future[None]") -> None:
        failure = commit.exception()
        if failure is not None:
            self._fail(str(failure))
            return
        durable: list[Change] = []
        while self._unpublished and self._unpublished[0].seq <= self._log.head:
            durable.append(self._unpublished.popleft())
        self.feed.publish(durable)
        due = max(SNAPSHOT_EVERY, EVENTS_PER_ORDER * self.kitchen.orders_in_memory)
        if self._log.head - self._snapshot_seq >= due:
            self._snapshot_due.set()

    def _fail(self, message: str) -> None:
        if self.fault is None:
            logger.error("orders cannot be stored: %s", message)
            self.fault = Fault(message, monotonic())
        self._unpublished.clear()
        self._failed.set()

    # ── from the log ─────────────────────────────────────────────────────────────────

    async def load(self) -> None:
        """Build the state from the newest snapshot and the log. Raises LogError."""
        kitchen, seq = await self._from_snapshot()
        self._snapshot_seq = seq
        if self.feed.head < seq:
            self.feed.start_at(seq)
        of_newer = 0
        while recorded := await self._log.read(seq, READ_AT_ONCE):
            try:
                changes, not_understood = await self._replay(kitchen, recorded)
            except (msgspec.DecodeError, LookupError) as error:
                what = type(error).__name__  # Its words may be an order's.
                raise Unreadable(f"the events after {seq} make no sense: {what}") from error
            seq = recorded[-1].seq
            of_newer += not_understood
            self.feed.publish([change for change in changes if change.seq > self.feed.head])
            if seq - self._snapshot_seq >= SNAPSHOT_WHILE_LOADING:
                await self._keep(seq, kitchen.state())
        self.kitchen, self.seq = kitchen, seq
        if of_newer:
            logger.warning("not all of %d events of a newer version is understood", of_newer)
            self.of_newer = of_newer

    async def _replay(
        self, kitchen: Kitchen, recorded: Sequence[Recorded]
    ) -> tuple[list[Change], int]:
        """What has changed, and how many of the events are not wholly understood."""
        decoded = [(each.seq, *_decoded(each.event)) for each in recorded]
        numbers = [number for _seq, event, _is_whole in decoded if (number := _brought(event))]
        guests = await self._guests(numbers)
        not_understood = sum(not is_whole for _seq, _event, is_whole in decoded)
        changes = []
        for seq, event, _is_whole in decoded:
            number = _brought(event)
            try:
                placed = kitchen.apply(event, guests.get(number) if number else None)
                changes.append(Change(seq, event, placed, kitchen.stations))
            except UnknownOrder:
                unknown = events.Unknown(event.at, event.tick)
                changes.append(Change(seq, unknown, None, kitchen.stations))
                not_understood += 1
        return changes, not_understood

    async def _from_snapshot(self) -> tuple[Kitchen, int]:
        kitchen = self._new_kitchen()
        kept = await asyncio.to_thread(snapshot.load, self._directory, STATE_FORMAT)
        if kept is None or kept.epoch != self._log.epoch or kept.seq > self._log.head:
            return kitchen, 0
        try:
            state = _decode_state(kept.state)
        except msgspec.DecodeError:
            return kitchen, 0
        numbers = [placed.number for placed, _tickets in state.orders]
        kitchen.restore(state, await self._guests(numbers))
        return kitchen, kept.seq

    async def _guests(self, numbers: list[int]) -> dict[int, Guest]:
        stored = await self._log.guests(numbers)
        return {number: _decode_guest(guest) for number, guest in stored.items()}

    # ── in the background ────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Recover from failed commits, write snapshots, forget old answers; until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._forget_old_answers(), name="old answers")
            group.create_task(self._recover_when_failed(), name="recovery")
            group.create_task(self._snapshot_when_due(), name="snapshots")

    async def _recover_when_failed(self) -> None:
        while True:
            await self._failed.wait()
            while self.fault is not None:
                try:
                    if self._failed.is_set():
                        await self._end_of_commits()
                        await self.load()
                        self._failed.clear()
                    await self._log.recover()
                    # What failed may have reached the disk after all; then it counts.
                    await self.load()
                except LogError as error:
                    self.fault = self.fault._replace(message=str(error))
                    await asyncio.sleep(RETRY_SECONDS)
                else:
                    self.fault = None
                    logger.error("orders are stored again, up to event %d", self._log.head)

    async def _end_of_commits(self) -> None:
        with contextlib.suppress(NotStored):
            await asyncio.shield(self._log.settled())

    async def _forget_old_answers(self) -> None:
        while True:
            if self.fault is None:  # Where nothing is old, nothing is written.
                # In the turn after a commit failed the log knows it, and this does not yet.
                with contextlib.suppress(NotStored):
                    self._watched(self._log.forget(self.now().tick - REMEMBERED_MS))
            await asyncio.sleep(FORGET_SECONDS)

    async def _snapshot_when_due(self) -> None:
        while True:
            await self._snapshot_due.wait()
            self._snapshot_due.clear()
            await self.save_snapshot()

    async def save_snapshot(self) -> None:
        """Keep the state as it is now, once it is durable."""
        if self.fault is not None or self.seq == self._snapshot_seq:
            return
        seq, state = self.seq, self.kitchen.state()
        with contextlib.suppress(NotStored):
            await asyncio.shield(self._log.settled())
            await self._keep(seq, state)

    async def _keep(self, seq: int, state: State) -> None:
        """Write a durable state as the snapshot; one writer at a time, also when cancelled."""
        if self._keeping is not None:
            await asyncio.wait([self._keeping])
        self._keeping = asyncio.ensure_future(asyncio.to_thread(self._save, seq, state))
        try:
            await asyncio.shield(self._keeping)
        except OSError as error:
            # The log has it all; the next start reads more of it, that is all.
            logger.warning("no snapshot could be written: %s", error)
        else:
            self._snapshot_seq = seq

    def _save(self, seq: int, state: State) -> None:
        kept = snapshot.Snapshot(self._log.epoch, STATE_FORMAT, seq, _encode_state(state))
        snapshot.save(self._directory, kept)


def _decoded(stored: bytes) -> tuple[Event, bool]:
    """An event, and whether all of it is understood."""
    try:
        return events.decode_whole(stored), True
    except msgspec.ValidationError:
        return events.decode(stored), False


def _brought(event: Event) -> int | None:
    """The number of the order that it brings, with a guest."""
    return event.number if isinstance(event, events.OrderPlaced | events.OrderUpdated) else None


def _done() -> "asyncio.Future[None]":
    done = asyncio.get_running_loop().create_future()
    done.set_result(None)
    return done
