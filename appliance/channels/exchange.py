"""All channels of one appliance: their parts, and what is told of them to status page and pass.

It is made where the configuration has accounts, and fulfils `Channels`.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Final

from aiohttp import web

from appliance.channels.account import Account, Channel, Later, Refused
from appliance.channels.books import Books
from appliance.channels.desk import Desk
from appliance.channels.follower import Follower
from appliance.channels.progress import Followed
from appliance.channels.refusal import recent
from appliance.channels.sender import Sender
from appliance.channels.store import Waiting
from appliance.channels_now import (
    AccountNow,
    AccountState,
    CannotPause,
    ChannelsNow,
    Disagreement,
)
from appliance.expeditor import Expeditor
from appliance.log import Log, NotStored

logger = logging.getLogger(__name__)

MOST_SHOWN: Final = 50
"""Disagreements at the pass; there may be more of them on disk."""
LOOK_SECONDS: Final = 1.0
"""Between two looks at how all of it is, when something changed."""
LOOK_ANYWAY_SECONDS: Final = 30.0
"""And when nothing did: what is old becomes so by itself."""
TIDY_EVERY: Final = 120
"""Looks."""


class Exchange:
    """The channels, for all their accounts."""

    def __init__(
        self,
        channels: Iterable[Channel],
        expeditor: Expeditor,
        log: Log,
        directory: Path,
        channels_now: ChannelsNow,
    ) -> None:
        """Opens nothing yet."""
        self._channels = tuple(channels)
        self._accounts = {each.id: each for channel in self._channels for each in channel.accounts}
        self._expeditor = expeditor
        self._channels_now = channels_now
        self._books = Books(directory, self._tells_taken)
        self._news = asyncio.Event()
        self._sender = Sender(expeditor, self._books, self._accounts.values(), self._news.set)
        self._desk = Desk(expeditor, self._books, self._sender.drop, self._news.set)
        self._follower = Follower(log, expeditor, self._books, self._due)
        self._paused: dict[str, int | None] = {}
        """By account, until when; wall clock, in milliseconds. Not there where it was not said
        since the start, and what was said before is not known yet."""
        self._knows_before = False
        """What was so before the start."""
        self._since: dict[str, tuple[AccountState, int]] = {}
        """By account, its state, and since when."""
        self._last_before: dict[str, int | None] = {}
        """By account, when the newest order came before the start."""
        self._show(())

    def routes(self) -> list[web.RouteDef]:
        """To be added to the application's router."""
        return [*chain.from_iterable(each.routes(self._desk) for each in self._channels)]

    @property
    def outside(self) -> dict[str, frozenset[str]]:
        """By path, by which names this appliance is called there from outside."""
        return {
            route.path: channel.hosts
            for channel in self._channels
            for route in channel.routes(self._desk)
        }

    @property
    def last_taken(self) -> float | None:
        """When the newest order came, on the monotonic clock; None for none since the start."""
        return self._desk.last_taken

    async def run(self) -> None:
        """Follow, send and tell, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for channel in self._channels:
                group.create_task(channel.run(self._news.set), name="channel")
            group.create_task(self._follower.run(self._desk.open), name="channels follower")
            group.create_task(self._sender.run(), name="channels sender")
            group.create_task(self._tell(), name="channels status")

    async def close(self) -> None:
        """Let the store go, once nobody posts anything any more."""
        await self._books.close()

    def _tells_taken(self, account: str) -> bool:
        known = self._accounts.get(account)
        return known is not None and known.tells_taken

    def _due(self) -> None:
        self._sender.wake()
        self._news.set()

    # ── what people do ───────────────────────────────────────────────────────────────

    async def settle(self, account: str, order_id: str) -> None:
        """As `Channels.settle`; raises NotStored."""
        await self._desk.settle(account, order_id)

    async def pause(self, account: str, seconds: int) -> None:
        """As `Channels.pause`."""
        known = self._accounts[account]
        if known.platform is None:
            raise CannotPause(known.fault)
        until = self._expeditor.now().at + seconds * 1000 if seconds else None
        try:
            await known.platform.pause(known.location, until)
        except Later as error:
            raise CannotPause(f"{known.name} cannot be asked now: {error}") from error
        except Refused as error:
            raise CannotPause(f"{known.name} does not do it: {error}") from error
        with contextlib.suppress(NotStored):  # It is so at the channel, whatever is known later.
            await self._books.write(lambda store: store.accounts.pause(account, until))
        self._paused[account] = until
        self._news.set()

    # ── what is told ─────────────────────────────────────────────────────────────────

    async def _tell(self) -> None:
        looks = 0
        while True:
            self._news.clear()
            try:
                if looks % TIDY_EVERY == 0:
                    await self._tidy()
                await self._look()
            except NotStored:  # How much waits is not known then; that it is so is told.
                self._show(self._channels_now.disagreements)
            looks += 1
            await asyncio.sleep(LOOK_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_ANYWAY_SECONDS):
                    await self._news.wait()

    async def _tidy(self) -> None:
        tick = self._expeditor.now().tick
        if given_up := await self._books.write(lambda store: store.give_up(tick)):
            logger.warning("%d orders are a day old, and were never told of", given_up)
        await self._books.write(lambda store: store.forget(tick))

    async def _remember(self) -> None:
        paused = await self._books.ask(lambda store: store.accounts.pauses())
        accounts = [*self._accounts]
        told = await self._books.ask(lambda store: [store.accounts.told(each) for each in accounts])
        turned_away = await self._books.ask(
            lambda store: [store.accounts.turned_away(each) for each in accounts]
        )
        self._paused = {**paused, **self._paused}
        for account, (last, refusals) in zip(accounts, told, strict=True):
            self._sender.was_told(account, last, refusals)
        for account, refusals in zip(accounts, turned_away, strict=True):
            self._desk.was_turned_away(account, refusals)
        self._knows_before = True

    async def _look(self) -> None:
        if not self._knows_before:
            await self._remember()
        tick = self._expeditor.now().tick
        matters = await self._books.ask(lambda store: store.matters(tick, MOST_SHOWN))
        told = [await self._told(account) for account in self._accounts]
        known = (each for each in matters if each.account in self._accounts)
        self._channels_now.show(told, filter(None, map(_disagreement, known)))

    def _show(self, disagreements: Iterable[Disagreement]) -> None:
        """All of them, where it is not known what waits."""
        nothing, last = Waiting(0, None), self._desk.last_order
        told = [self._as_it_is(each, nothing, last.get(each)) for each in self._accounts]
        self._channels_now.show(told, disagreements)

    async def _told(self, account: str) -> AccountNow:
        waiting = await self._books.ask(lambda store: store.waiting(account))
        if account not in self._last_before:
            before = await self._books.ask(lambda store: store.last_order(account))
            self._last_before[account] = before
        last = self._desk.last_order.get(account, self._last_before[account])
        return self._as_it_is(account, waiting, last)

    def _as_it_is(self, id_: str, waiting: Waiting, last_order: int | None) -> AccountNow:
        now, account, told = self._expeditor.now().at, self._accounts[id_], self._sender.told[id_]
        refusals = recent(told.refusals, now)
        turned_away = recent(self._desk.turned_away[id_], now)
        state, why = self._state(account)
        if id_ not in self._since or self._since[id_][0] != state:
            self._since[id_] = state, now
        platform, paused = account.platform, self._paused.get(id_)
        return AccountNow(
            id=id_,
            channel=account.channel,
            name=account.name,
            environment=account.environment,
            state=state,
            why=why,
            since=self._since[id_][1],
            last_order=last_order,
            last_status=told.last,
            queue=waiting.orders,
            oldest=waiting.since,
            refused=len(refusals),
            refused_why=refusals[-1].why if refusals else "",
            turned_away=len(turned_away),
            turned_away_why=turned_away[-1].why if turned_away else "",
            token_until=platform.token_until if platform else None,
            wrong_signatures=self._wrong_signatures(account.channel),
            can_pause=bool(platform and platform.can_pause),
            paused_until=paused if paused is not None and paused > now else None,
        )

    def _wrong_signatures(self, name: str) -> int:
        return sum(
            channel.wrong_signatures
            for channel in self._channels
            if any(each.channel == name for each in channel.accounts)
        )

    def _state(self, account: Account) -> tuple[AccountState, str]:
        platform = account.platform
        if platform is None:
            return "secret", account.fault
        if self._books.fault is not None:
            return "away", self._books.fault
        if platform.fault:
            return ("refused" if platform.is_refused else "away"), platform.fault
        has_told = self._sender.told[account.id].last is not None
        return ("ready" if has_told else "waiting"), ""


def _disagreement(followed: Followed) -> Disagreement | None:
    matter = followed.matter()
    if matter is None:
        return None
    fate = followed.fate
    since = fate.at if fate is not None and matter != "voided" else followed.touched
    reason = fate.reason if fate is not None else ""
    called = followed.called or followed.id
    return Disagreement(followed.account, followed.id, called, matter, since, reason)
