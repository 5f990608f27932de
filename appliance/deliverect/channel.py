"""All of the channel: its parts, and what is told of them to status page and pass.

`Deliverect` is made where the configuration has accounts. It fulfils `Channels`.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import aiohttp
from aiohttp import web

from appliance.channels_now import (
    AccountNow,
    AccountState,
    CannotPause,
    ChannelsNow,
    Disagreement,
)
from appliance.config import DeliverectSection
from appliance.deliverect import accounts as accounts_of
from appliance.deliverect.accounts import Account, Accounts
from appliance.deliverect.books import Books
from appliance.deliverect.desk import Desk
from appliance.deliverect.follower import Follower
from appliance.deliverect.platform import Client, Later, Platform, Refused
from appliance.deliverect.progress import GIVE_UP_MS, Followed
from appliance.deliverect.protocol import STORE_SCOPES, STORE_STATUS
from appliance.deliverect.sender import REFUSALS_MS, Sender
from appliance.deliverect.store import Store, Waiting
from appliance.deliverect.webhooks import Webhooks
from appliance.expeditor import Expeditor
from appliance.log import Log, NotStored

logger = logging.getLogger(__name__)

CHANNEL: Final = "Deliverect"
MOST_SHOWN: Final = 50
"""Disagreements at the pass; there may be more of them on disk."""
LOOK_SECONDS: Final = 1.0
"""Between two looks at how all of it is, when something changed."""
LOOK_ANYWAY_SECONDS: Final = 30.0
"""And when nothing did: what is old becomes so by itself."""
TIDY_EVERY: Final = 120
"""Looks."""


class Deliverect:
    """The channel, for all accounts of one appliance."""

    def __init__(
        self,
        sections: Iterable[DeliverectSection],
        expeditor: Expeditor,
        log: Log,
        directory: Path,
        channels_now: ChannelsNow,
    ) -> None:
        """Reads the secrets; blocks. Opens nothing else yet."""
        self._accounts = Accounts(map(accounts_of.read, sections))
        self._expeditor = expeditor
        self._channels_now = channels_now
        self._books = Books(directory, self._accepts)
        self._news = asyncio.Event()
        self._desk = Desk(expeditor, self._books, self._changed)
        self.webhooks = Webhooks(self._accounts, self._desk, self._changed)
        self._follower = Follower(log, expeditor, self._books, self._due)
        platforms: dict[Client, Platform] = {}
        self._platforms: dict[str, Platform] = {}
        for each in self._accounts.all:
            if not each.fault:
                client = _client(each)
                self._platforms[each.id] = platforms.setdefault(client, Platform(client))
        self._sender = Sender(
            expeditor, self._books, self._accounts.by_id, self._platforms, self._due
        )
        self._session: aiohttp.ClientSession | None = None
        self._paused: dict[str, int] = {}
        """By account, until when; wall clock, in milliseconds."""
        self._since: dict[str, tuple[AccountState, str, int]] = {}
        """By account, its state, why, and since when."""
        now = expeditor.now().at
        unknown = Waiting(0, None)
        channels_now.show(
            [self._as_it_is(each, now, unknown, None) for each in self._accounts.all], ()
        )

    def routes(self) -> list[web.RouteDef]:
        """To be added to the application's router."""
        return self.webhooks.routes()

    @property
    def hosts(self) -> frozenset[str]:
        """By which names the channel calls this appliance."""
        found = (each.section.public_host for each in self._accounts.all)
        return frozenset(filter(None, found))

    async def run(self) -> None:
        """Follow, send and tell, until cancelled."""
        # A cookie of its would come back with every call.
        jar = aiohttp.DummyCookieJar()
        try:
            async with aiohttp.ClientSession(cookie_jar=jar) as session:
                self._session = session
                async with asyncio.TaskGroup() as group:
                    for part, name in (
                        (self._follower.run(self.webhooks.open), "channel follower"),
                        (self._sender.run(session), "channel sender"),
                        (self._tell(), "channel status"),
                    ):
                        group.create_task(part, name=name)
        finally:
            self._session = None

    async def close(self) -> None:
        """Let the store go, once nobody posts anything any more."""
        await self._books.close()

    def _accepts(self, account: str) -> bool:
        known = self._accounts.by_id.get(account)
        return known is not None and known.section.send_accepted

    def _changed(self) -> None:
        self._news.set()

    def _due(self) -> None:
        self._sender.wake()
        self._news.set()

    # ── what people do ───────────────────────────────────────────────────────────────

    async def settle(self, account: str, order_id: str) -> None:
        """As `Channels.settle`; raises NotStored."""
        await self._desk.settle(account, order_id)

    async def pause(self, account: str, seconds: int) -> None:
        """As `Channels.pause`."""
        platform, section = self._platforms[account], self._accounts.by_id[account].section
        if self._session is None:
            raise CannotPause("the appliance is starting")
        now = self._expeditor.now().at
        until = datetime.fromtimestamp(now / 1000, UTC) + timedelta(seconds=seconds)
        body: dict[str, object] = {"isActive": not seconds}
        if seconds:
            body["disableAt"] = until.strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            path = STORE_STATUS.format(location=section.location)
            await platform.post(self._session, path, body)
        except (Later, Refused) as error:
            raise CannotPause(str(error)) from error
        if seconds:
            self._paused[account] = now + seconds * 1000
        else:
            self._paused.pop(account, None)
        self._changed()

    # ── what is told ─────────────────────────────────────────────────────────────────

    async def _tell(self) -> None:
        looks = 0
        while True:
            self._news.clear()
            with contextlib.suppress(NotStored):
                if looks % TIDY_EVERY == 0:
                    await self._tidy()
                await self._look()
            looks += 1
            await asyncio.sleep(LOOK_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_ANYWAY_SECONDS):
                    await self._news.wait()

    async def _tidy(self) -> None:
        now = self._expeditor.now().at
        if given_up := await self._books.ask(lambda store: store.give_up(now)):
            logger.warning("%d orders are a day old, and were never told of", given_up)
        await self._books.ask(lambda store: store.forget(now))

    async def _look(self) -> None:
        now = self._expeditor.now().at
        matters = await self._books.ask(lambda store: store.matters(now, MOST_SHOWN))
        told = [await self._told(each, now) for each in self._accounts.all]
        self._channels_now.show(told, filter(None, map(_disagreement, matters)))

    async def _told(self, account: Account, now: int) -> AccountNow:
        waiting = await self._books.ask(partial(_waiting, account.id, now - GIVE_UP_MS))
        last = self._desk.last_order.get(account.id)
        if last is None:
            last = await self._books.ask(partial(_last_order, account.id))
        return self._as_it_is(account, now, waiting, last)

    def _as_it_is(
        self, account: Account, now: int, waiting: Waiting, last: int | None
    ) -> AccountNow:
        told = self._sender.told[account.id]
        refusals = [each for each in told.refusals if now - each.at < REFUSALS_MS]
        platform = self._platforms.get(account.id)
        state, why = self._state(account, platform)
        known = self._since.get(account.id)
        if known is None or known[:2] != (state, why):
            begun = known[2] if known and known[0] == state else now
            self._since[account.id] = state, why, begun
        paused = self._paused.get(account.id)
        return AccountNow(
            id=account.id,
            channel=CHANNEL,
            name=account.section.name,
            environment=account.section.environment,
            state=state,
            why=why,
            since=self._since[account.id][2],
            last_order=last,
            last_status=told.last,
            queue=waiting.orders,
            oldest=waiting.since,
            refused=len(refusals),
            refused_why=refusals[-1].why if refusals else "",
            token_until=platform.token_until if platform else None,
            wrong_signatures=self.webhooks.wrong_signatures,
            can_pause=bool(platform and STORE_SCOPES & platform.scopes),
            paused_until=paused if paused is not None and paused > now else None,
        )

    def _state(self, account: Account, platform: Platform | None) -> tuple[AccountState, str]:
        if platform is None:
            return "refused", account.fault
        if self._books.fault is not None:
            return "away", self._books.fault
        if platform.fault:
            return ("refused" if platform.is_refused else "away"), platform.fault
        has_told = self._sender.told[account.id].last is not None
        return ("ready" if has_told else "waiting"), ""


def _client(account: Account) -> Client:
    section = account.section
    return Client(
        section.base,
        section.audience or section.base,
        section.grant_type,
        section.client_id,
        account.client_secret,
    )


def _disagreement(followed: Followed) -> Disagreement | None:
    matter = followed.matter()
    if matter is None:
        return None
    fate = followed.fate
    since = fate.at if fate is not None and matter != "voided" else followed.touched
    reason = fate.reason if fate is not None else ""
    called = followed.called or followed.id
    return Disagreement(followed.account, followed.id, called, matter, since, reason)


def _waiting(account: str, since: int, store: Store) -> Waiting:
    return store.waiting(account, since)


def _last_order(account: str, store: Store) -> int | None:
    return store.last_order(account)
