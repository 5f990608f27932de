"""Deliverect as a channel: its accounts, its paths, its API."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

import aiohttp
from aiohttp import web

from appliance.channels import account as of_channels
from appliance.channels.account import Later
from appliance.channels.desk import Desk
from appliance.config import DeliverectSection
from appliance.deliverect.accounts import Account, Accounts, read
from appliance.deliverect.platform import Client, Platform
from appliance.deliverect.webhooks import Webhooks

NAME: Final = "Deliverect"
PREPARE_AGAIN_SECONDS: Final = 60.0


class Deliverect:
    """For all accounts of one appliance. It is a `channels.account.Channel`."""

    def __init__(self, sections: Iterable[DeliverectSection]) -> None:
        """Reads the secrets; blocks."""
        self._accounts = Accounts(map(read, sections))
        self._webhooks = Webhooks(self._accounts)
        self._platforms: dict[Client, Platform] = {}
        self.accounts = tuple(map(self._account, self._accounts.all))

    def _account(self, account: Account) -> of_channels.Account:
        section = account.section
        platform = None
        if not account.fault:
            # A token, and how much may be called, are of the client.
            client = Client.of(account)
            platform = self._platforms.setdefault(client, Platform(client))
        return of_channels.Account(
            id=section.id,
            channel=NAME,
            name=section.name,
            environment=section.environment,
            location=section.location,
            tells_taken=section.send_accepted,
            platform=platform,
            fault=account.fault,
        )

    @property
    def hosts(self) -> frozenset[str]:
        """As `Channel.hosts`."""
        found = (each.section.public_host for each in self._accounts.all)
        return frozenset(filter(None, found))

    @property
    def wrong_signatures(self) -> int:
        """As `Channel.wrong_signatures`."""
        return self._webhooks.wrong_signatures

    def routes(self, desk: Desk) -> list[web.RouteDef]:
        """As `Channel.routes`."""
        return self._webhooks.routes(desk)

    async def run(self, changed: Callable[[], None]) -> None:
        """As `Channel.run`."""
        # A cookie of its would come back with every call.
        jar = aiohttp.DummyCookieJar()
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            for platform in self._platforms.values():
                platform.session = session
            try:
                async with asyncio.TaskGroup() as group:
                    for platform in self._platforms.values():
                        group.create_task(_prepared(platform, changed), name="channel token")
                    group.create_task(asyncio.Event().wait())
            finally:
                for platform in self._platforms.values():
                    platform.session = None


async def _prepared(platform: Platform, changed: Callable[[], None]) -> None:
    """Have it know what it may ask for, and whether its credentials are good, before an order."""
    while True:
        try:
            await platform.prepare()
        except Later:
            changed()
            await asyncio.sleep(PREPARE_AGAIN_SECONDS)
        else:
            return changed()
