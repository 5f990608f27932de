"""What the channel says, into the kitchen: each order once, whatever comes twice, late or first.

A message is answered when what it says is on disk. Messages about the same order are taken one
after the other, in the order in which they came.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Final

from appliance.channels_now import Matter
from appliance.deliverect import products
from appliance.deliverect.accounts import Account
from appliance.deliverect.books import Books
from appliance.deliverect.messages import Message, NotUnderstood, Product, is_order, text
from appliance.deliverect.orders import order_of
from appliance.deliverect.progress import Fate, Followed
from appliance.deliverect.protocol import CANCELLED
from appliance.deliverect.store import Store
from appliance.expeditor import Expeditor
from appliance.kitchen.command import (
    CancelOrder,
    Command,
    CreateOrder,
    DefineMenuItems,
    Refused,
    Reply,
    UpdateOrder,
)
from appliance.log import NotStored

STORE_SECONDS: Final = 10.0
"""A commit that takes longer counts as none: the channel calls what takes 30 s failed, and does
not try it again."""
BY: Final = "deliverect"
"""Who changed the menu, in the log."""
LONGEST_REASON: Final = 200
"""Characters: it is a line at the pass."""


class Desk:
    """Of all accounts."""

    def __init__(self, expeditor: Expeditor, books: Books, changed: Callable[[], None]) -> None:
        """`changed` is called when what is known of an order is other."""
        self._expeditor = expeditor
        self._books = books
        self._changed = changed
        self._busy: dict[tuple[str, str], tuple[asyncio.Lock, int]] = {}
        """By account and order, who is at it and how many want to be."""
        self.last_order: dict[str, int] = {}
        """By account, when the newest order came."""

    async def take(self, accounts: Sequence[Account], said: Message) -> None:
        """Do what it says; `accounts`: those that it may be for, at least one.

        Raises NotUnderstood, and NotStored where it is not certain to be on disk.
        """
        if is_order(said):
            await self._order(accounts, said)
        elif said.order is not None:
            await self._status(accounts, said.order, said)
        elif said.checkout_id is not None:
            await self._checkout(accounts, said.checkout_id, said)
        else:
            raise NotUnderstood("it is about no order: orderId, _id or checkoutId is required")

    # ── orders ───────────────────────────────────────────────────────────────────────

    async def _order(self, accounts: Sequence[Account], said: Message) -> None:
        if len(accounts) > 1:
            raise NotUnderstood("location: it is required: several are served here")
        (account,) = accounts
        order_id = said.order or ""
        order, guest = order_of(said, order_id, account.section)
        async with self._at(account.id, order_id):
            known = await self._books.ask(lambda store: store.find(account.id, order_id))
            if known is not None and known.was_never_here:
                return
            # One that was here is not made once more, whatever else is said of it by now.
            is_known = known is not None and known.number > 0
            was_here = is_known or self._expeditor.kitchen.was_here(order_id)
            kind = UpdateOrder if was_here else CreateOrder
            await self._done(kind(order, guest))
        self.last_order[account.id] = self._expeditor.now().at
        self._changed()

    # ── what became of them ──────────────────────────────────────────────────────────

    async def _status(self, accounts: Sequence[Account], order_id: str, said: Message) -> None:
        account = await self._whose(accounts, order_id)
        async with self._at(account.id, order_id):
            await self._hear(account, order_id, said)
            if said.code in CANCELLED:
                # Where there is none it will not be taken any more: see `_order`.
                await self._done(CancelOrder(order_id))

    async def _checkout(self, accounts: Sequence[Account], checkout: str, said: Message) -> None:
        """Of a checkout that failed its order is told at the pass; of no other one anything."""
        for account in accounts:
            known = await self._books.ask(partial(_of_checkout, account.id, checkout))
            if known is None:
                continue
            async with self._at(account.id, known.id):
                await self._hear(account, known.id, said)
            return

    async def _hear(self, account: Account, order_id: str, said: Message) -> None:
        now = self._expeditor.now().at
        fate = Fate(said.code, now, text(said.reason)[:LONGEST_REASON])

        def hear(followed: Followed) -> None:
            followed.hear(fate, is_checkout=said.order is None)

        await self._books.ask(lambda store: store.change(account.id, order_id, hear))
        self._changed()

    async def _whose(self, accounts: Sequence[Account], order_id: str) -> Account:
        """Of several, the one that has the order; else the first: nobody has it."""
        if len(accounts) > 1:
            for account in accounts:
                if await self._books.ask(partial(_known, account.id, order_id)):
                    return account
        return accounts[0]

    async def settle(self, account: str, order_id: str) -> None:
        """Somebody has seen where the two do not think the same. Raises KeyError, NotStored."""
        seen: list[Matter] = []

        def settle(followed: Followed) -> None:
            if (matter := followed.matter()) is not None:
                followed.settled = matter
                seen.append(matter)

        async with self._at(account, order_id):
            if not await self._books.ask(partial(_known, account, order_id)):
                raise KeyError(account, order_id)
            await self._books.ask(lambda store: store.change(account, order_id, settle))
        if seen:
            self._changed()

    # ── products ─────────────────────────────────────────────────────────────────────

    async def sell(self, pushed: Sequence[Product]) -> None:
        """Have them on the menu, all of them or none. Raises NotUnderstood, NotStored."""
        told = products.told(pushed)
        before = await self._books.ask(lambda store: store.allergens([*told]))
        menu = products.by_plu(self._expeditor.kitchen.menu)
        items = [
            products.merged(plu, name, allergens, menu, before.get(plu, ()))
            for plu, (name, allergens) in told.items()
            # What the configuration's file has, it has for good.
            if plu not in menu or menu[plu].source == "api"
        ]
        reply = await self._done(DefineMenuItems(tuple(items)), BY)
        if isinstance(reply, Refused):
            raise NotUnderstood(reply.message)
        known = {plu: tags for plu, (_name, tags) in told.items() if tags is not None}
        await self._books.ask(lambda store: store.know_allergens(known))

    # ── doing it ─────────────────────────────────────────────────────────────────────

    async def _done(self, command: Command, by: str | None = None) -> Reply:
        """What the kitchen says, once it is on disk. Raises NotStored, also where that is slow."""
        answer = self._expeditor.submit(command, by)
        try:
            async with asyncio.timeout(STORE_SECONDS):
                await asyncio.shield(answer.durable)
        except TimeoutError as error:
            raise NotStored(f"the disk has taken more than {STORE_SECONDS:g} s") from error
        return answer.reply

    @contextlib.asynccontextmanager
    async def _at(self, account: str, order_id: str) -> AsyncIterator[None]:
        """Nobody else is at this order meanwhile."""
        key = account, order_id
        lock, wanted = self._busy.get(key) or (asyncio.Lock(), 0)
        self._busy[key] = lock, wanted + 1
        try:
            async with lock:
                yield
        finally:
            lock, wanted = self._busy.pop(key)
            if wanted > 1:
                self._busy[key] = lock, wanted - 1


def _known(account: str, order_id: str, store: Store) -> bool:
    return store.find(account, order_id) is not None


def _of_checkout(account: str, checkout: str, store: Store) -> Followed | None:
    return store.of_checkout(account, checkout)
