"""What channels say, into the kitchen: each order once, whatever comes twice, late or first.

What is said is done when it is on disk. What is said of the same order is taken one after the
other, in the order in which it came.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from functools import partial
from time import monotonic
from typing import Final, NamedTuple
from weakref import WeakValueDictionary

from msgspec.structs import replace

from appliance.channels.books import Books
from appliance.channels.progress import Fate, Followed, Word
from appliance.channels.refusal import REFUSALS_KEPT, Refusal
from appliance.channels.store import Store
from appliance.channels_now import Matter
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
from appliance.kitchen.menu import MAX_LISTED, MenuItem
from appliance.kitchen.order import Guest, Order
from appliance.log import NotStored

logger = logging.getLogger(__name__)

STORE_SECONDS: Final = 10.0
"""A commit that takes longer counts as none: channels give up on who does not answer."""
OPENING_SECONDS: Final = 5.0
"""That somebody waits for the appliance to know what was here before: a start takes a moment, and
channels try again after many of them."""
LONGEST_REASON: Final = 200
"""Characters: it is a line at the pass."""


class TooMany(Exception):
    """More is sold than a menu can have."""


class Foreign(Exception):
    """The kitchen has an order of that id which is somebody else's."""


class Sold(NamedTuple):
    """A dish or a modifier, as a channel has it."""

    name: str
    allergens: tuple[str, ...] | None
    """None where it says nothing of them."""


class Desk:
    """Of all channels."""

    def __init__(
        self,
        expeditor: Expeditor,
        books: Books,
        closed: Callable[[str, str], None],
        changed: Callable[[], None],
    ) -> None:
        """`closed` is called with account and id when a channel is done with an order.

        `changed`: when what is known of one is other.
        """
        self._expeditor = expeditor
        self._books = books
        self._closed = closed
        self._changed = changed
        self._opened = asyncio.Event()
        self._busy: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        """By account and order, as long as somebody is at it."""
        self.turned_away: defaultdict[str, deque[Refusal]] = defaultdict(
            partial(deque, maxlen=REFUSALS_KEPT)
        )
        """By account, what it said that could not be taken, and never will be."""
        self.last_order: dict[str, int] = {}
        """By account, when the newest order came."""
        self.last_taken: float | None = None
        """When any did, on the monotonic clock."""

    async def turn_away(self, account: str, why: str) -> None:
        """Something that it said cannot be taken, and never will be. `why` names no guest.

        When this returns it is on disk, unless nothing can be stored.
        """
        before = self.turned_away[account]
        is_new = not before or before[-1].why != why
        level = logging.WARNING if is_new else logging.DEBUG
        logger.log(level, "what %s says is not taken: %s", account, why)
        refusal = Refusal(self._expeditor.now().at, why)
        before.append(refusal)
        self._changed()
        with contextlib.suppress(NotStored):
            await self._books.write(lambda store: store.accounts.turn_away(account, refusal))

    def was_turned_away(self, account: str, refusals: Iterable[Refusal]) -> None:
        """This was so before the start."""
        known = self.turned_away[account]
        known.extendleft(reversed([each for each in refusals if each not in known]))

    def open(self) -> None:
        """From now on it is known what was here before."""
        self._opened.set()

    async def opened(self) -> None:
        """Wait for that, to be done before anything else. Raises NotStored where it takes long."""
        try:
            async with asyncio.timeout(OPENING_SECONDS):
                await self._opened.wait()
        except TimeoutError as error:
            raise NotStored("what was here before is not known yet") from error

    # ── orders ───────────────────────────────────────────────────────────────────────

    async def place(
        self,
        order: Order,
        guest: Guest,
        word: Word = "goes on",
        reason: str = "",
        said: str = "",
    ) -> None:
        """Have an order made, which has its account's id; or changed while it can be.

        One that was here is not made once more; one that was taken back before it came never is.
        `word` is what the channel says of it, and `said` the same in its own terms: that counts
        where it is another than at first. Then it says nothing of the kitchen: a point of sale may
        be done with a new one. Raises Foreign, and NotStored where it is not certain to be on disk.
        """
        account = order.channel_account or ""
        async with self._at(account, order.id):
            known = await self._books.ask(lambda store: store.find(account, order.id))
            if known is not None and known.was_never_here:
                return
            self._require_own(account, order.id)
            is_known = known is not None and known.number > 0
            was_here = is_known or self._expeditor.kitchen.was_here(order.id)
            if not was_here and word != "goes on":
                tick = self._expeditor.now().tick
                await self._books.write(partial(_begin, account, order.id, said, tick))
            await self._done((UpdateOrder if was_here else CreateOrder)(order, guest))
            is_news = known is None or known.first != said
            if was_here and word != "goes on" and is_news:
                await self._hear(account, order.id, self._fate(word, reason))
        if not was_here:
            self.last_order[account] = self._expeditor.now().at
            self.last_taken = monotonic()
        self._changed()

    async def hear(
        self, accounts: Sequence[str], order_id: str, word: Word, reason: str = ""
    ) -> None:
        """A channel says what became of an order of one of these. Raises Foreign, NotStored."""
        for account in await self._whose(accounts, order_id):
            async with self._at(account, order_id):
                if word == "cancelled":
                    self._require_own(account, order_id)
                    # First here: where it ends in between, the channel says so once more. Where
                    # there is none it will not be made any more: see `place`.
                    await self._done(CancelOrder(order_id))
                await self._hear(account, order_id, self._fate(word, reason))

    async def _hear(self, account: str, order_id: str, fate: Fate) -> None:
        tick = self._expeditor.now().tick
        self._heard(await self._books.write(partial(_hear, account, order_id, fate, tick)))

    async def hear_of_checkout(
        self, account: str, checkout: str, word: Word, reason: str = "", said_at: int | None = None
    ) -> None:
        """The same of a checkout, which is an order, or will be. Raises NotStored.

        `said_at`: when the channel says that it was so, milliseconds since the epoch.
        """
        fate, tick = self._fate(word, reason), self._expeditor.now().tick
        fate.is_checkout, fate.said_at = True, said_at
        followed = await self._books.write(
            lambda store: store.hear_of_checkout(account, checkout, fate, tick)
        )
        if followed is not None:
            self._heard(followed)

    def _heard(self, followed: Followed) -> None:
        if followed.is_closed:
            self._closed(followed.account, followed.id)
        self._changed()

    def _fate(self, word: Word, reason: str) -> Fate:
        return Fate(word, self._expeditor.now().at, reason[:LONGEST_REASON])

    async def _whose(self, accounts: Sequence[str], order_id: str) -> Sequence[str]:
        """The account that has the order; all of them where nobody has it yet."""
        if len(accounts) == 1:
            return accounts
        for _ticket, placed in self._expeditor.kitchen.tickets_of(order_id):
            return [each for each in accounts if each == placed.order.channel_account] or accounts
        for account in accounts:
            if await self._books.ask(partial(_known, account, order_id)):
                return (account,)
        return accounts

    def _require_own(self, account: str, order_id: str) -> None:
        """Raise Foreign where the kitchen has such an order, and not by this account."""
        for _ticket, placed in self._expeditor.kitchen.tickets_of(order_id):
            if placed.order.channel_account != account:
                raise Foreign("an order of this id did not come by this account")

    async def settle(self, account: str, order_id: str) -> None:
        """Somebody has seen where the two do not think the same.

        Raises KeyError where they do, and NotStored.
        """
        seen: list[Matter] = []

        def settle(followed: Followed) -> None:
            if (matter := followed.matter()) is not None:
                followed.settled = matter
                seen.append(matter)

        async with self._at(account, order_id):
            if not await self._books.ask(partial(_known, account, order_id)):
                raise KeyError(account, order_id)
            await self._books.write(lambda store: store.change(account, order_id, settle))
        if not seen:
            raise KeyError(account, order_id)
        self._changed()

    # ── products ─────────────────────────────────────────────────────────────────────

    async def sell(self, account: str | None, sold: Mapping[str, Sold], by: str) -> None:
        """Have these on the menu, by PLU, all of them or none. Raises TooMany, NotStored.

        Everything else that the menu has of a dish stays (its category, its time, what cooks
        count), and so do allergens that somebody added here or that another account tells: only
        those that this one told before, and tells no more, go. None go where `account` is None,
        as nobody knows which one it is. What the configuration's file has, it has for good. `by`
        is named in the log.
        """
        before = await self._books.ask(lambda store: store.accounts.allergens([*sold]))
        menu = {item.plu: item for item in self._expeditor.kitchen.menu.items}
        items = tuple(
            _merged(menu.get(plu) or MenuItem(plu, each.name), each, account, before.get(plu, {}))
            for plu, each in sold.items()
            if plu not in menu or menu[plu].source == "api"
        )
        reply = await self._done(DefineMenuItems(items), by)
        if isinstance(reply, Refused):
            raise TooMany(reply.message)
        if account is not None:
            told = {plu: each.allergens for plu, each in sold.items() if each.allergens is not None}
            await self._books.write(lambda store: store.accounts.know_allergens(account, told))

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
        async with self._busy.setdefault((account, order_id), asyncio.Lock()):
            yield


def _merged(
    item: MenuItem, sold: Sold, account: str | None, before: Mapping[str, tuple[str, ...]]
) -> MenuItem:
    """The item as it is to be. `before`: the allergens that each account told of it last."""
    if sold.allergens is None:
        return replace(item, name=sold.name)
    others = {each for other, told in before.items() if other != account for each in told}
    gone = {*(before.get(account, ()) if account is not None else ())} - others
    kept = (each for each in item.allergens if each not in gone)
    both = dict.fromkeys((*sold.allergens, *kept))
    return replace(item, name=sold.name, allergens=tuple(both)[:MAX_LISTED])


def _known(account: str, order_id: str, store: Store) -> bool:
    return store.find(account, order_id) is not None


def _begin(account: str, order_id: str, said: str, tick: int, store: Store) -> None:
    def begin(followed: Followed) -> None:
        followed.first, followed.tick = said, tick

    store.change(account, order_id, begin)


def _hear(account: str, order_id: str, fate: Fate, tick: int, store: Store) -> Followed:
    return store.change(account, order_id, lambda followed: followed.hear(fate, tick))
