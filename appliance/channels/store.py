"""What is known of the orders of channels: one SQLite file, of one thread; all of it blocks.

    orders     `Followed`, by account and id; kept for KEPT_MS after the last word of it
    checkouts  what became of those that are no order here, or not yet
    closing    the accounts that ever said that they are done with an order
    position   how far the log was followed

and the tables of `account_facts`.

It is derived from the log, but for what only the channel says (an order that was taken back before
it came, what became of one) and what it was told. Ages are by the kitchen's own clock. Of guests
there is nothing but what a channel may have put into a reason, as long as that is shown. A commit
is synced before anybody builds upon it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from appliance import sqlite_file
from appliance.channels.account_facts import TABLES, AccountFacts
from appliance.channels.progress import (
    GIVE_UP_MS,
    NOT_CLOSED_MS,
    Fate,
    Followed,
    number_of,
)
from appliance.channels.refusal import Refusal
from appliance.kitchen.event import Event, OrderPlaced, OrderUpdated
from appliance.kitchen.understanding import unpacked
from appliance.log import Position
from appliance.sqlite_file import DAMAGE, Damaged

NAME: Final = "channels.sqlite"
"""In the data directory."""
FORMAT: Final = 1
"""Kept in `user_version`; a file of another format is put aside."""
APPLICATION_ID: Final = 0x45585048  # "EXPH", for file(1)
KEPT_MS: Final = 14 * 24 * 3_600_000
"""An order that the channel sends once more is known for so long: its own ids are unique for 48
hours after they are collected."""
CHECKOUT_MS: Final = 2 * 24 * 3_600_000
"""The ids of platforms are unique for so long."""
FORGOTTEN_AT_ONCE: Final = 1_000
"""Orders: a commit that others wait for stays a short one."""
NEVER: Final = Position("", 0)
"""The log was not followed yet."""

_SCHEMA: Final = """
CREATE TABLE orders   (account TEXT NOT NULL, id TEXT NOT NULL, number INTEGER NOT NULL,
                       checkout TEXT NOT NULL, due INTEGER, here INTEGER NOT NULL, matter TEXT,
                       tick INTEGER NOT NULL, state BLOB NOT NULL,
                       PRIMARY KEY (account, id)) STRICT, WITHOUT ROWID;
CREATE INDEX by_number   ON orders (number) WHERE number > 0;
CREATE INDEX by_checkout ON orders (account, checkout) WHERE checkout > '';
CREATE INDEX due         ON orders (account, due) WHERE due IS NOT NULL;
CREATE INDEX matters     ON orders (tick) WHERE matter != 'not closed';
CREATE INDEX not_closed  ON orders (tick) WHERE matter = 'not closed';
CREATE INDEX old         ON orders (tick) WHERE due IS NULL AND here = 0;
CREATE TABLE checkouts (account TEXT NOT NULL, checkout TEXT NOT NULL, tick INTEGER NOT NULL,
                       fate BLOB NOT NULL, PRIMARY KEY (account, checkout)) STRICT, WITHOUT ROWID;
CREATE TABLE closing  (account TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE position (epoch TEXT NOT NULL, seq INTEGER NOT NULL) STRICT;
"""

_encode = msgspec.msgpack.Encoder().encode


class Due(NamedTuple):
    """An order of which the channel is to be told something."""

    account: str
    id: str


class Waiting(NamedTuple):
    """What an account is still to be told."""

    orders: int
    since: int | None


class Store:
    """One open file."""

    def __init__(self, path: Path, tells_taken: Callable[[str], bool]) -> None:
        """Opens or makes it. `tells_taken`: whether an account is told of orders that were taken.

        Raises Damaged, and apsw.Error where the disk fails.
        """
        self._tells_taken = tells_taken
        self._connection = sqlite_file.opened(
            path, _SCHEMA + TABLES, application_id=APPLICATION_ID, format=FORMAT
        )

        self.accounts = AccountFacts(self._connection)

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    # ── one order ────────────────────────────────────────────────────────────────────

    def find(self, account: str, order_id: str) -> Followed | None:
        """What is known of it. Raises Damaged, apsw.Error."""
        return self._one("account = ? AND id = ?", account, order_id)

    def _of_checkout(self, account: str, checkout: str, tick: int) -> list[Followed]:
        """The orders that a checkout may have become: those that are here, else the newest."""
        query = "SELECT state FROM orders WHERE account = ? AND checkout = ? AND number > 0"
        found = [*self._states(f"{query} ORDER BY number DESC", (account, checkout))]
        here = [each for each in found if each.is_here]
        return here or [each for each in found if each.tick > tick - CHECKOUT_MS][:1]

    def _one(self, condition: str, *values: str | int) -> Followed | None:
        query = f"SELECT state FROM orders WHERE {condition}"  # noqa: S608 - one of the above
        return next(self._states(query, values), None)

    def _states(self, query: str, values: Sequence[str | int] = ()) -> Iterator[Followed]:
        try:
            for (state,) in self._connection.execute(query, values):
                yield unpacked(state, Followed)
        except (*DAMAGE, ValueError) as error:  # Of msgspec, too.
            raise Damaged(str(error)) from error

    def change(self, account: str, order_id: str, edit: Callable[[Followed], None]) -> Followed:
        """Change what is known of an order, or begin to know it. Raises Damaged, apsw.Error."""
        with self._connection:
            followed = self.find(account, order_id) or Followed(account, order_id)
            edit(followed)
            self._put(followed)
        return followed

    def take(self, due: Due, step: int, at: int, refusal: str | None) -> None:
        """Its account took a status of an order then, or refused it for good, for that reason.

        Raises Damaged, apsw.Error.
        """

        def take(followed: Followed) -> None:
            followed.told = max(followed.told, step)

        with self._connection:
            self.change(*due, take)
            if refusal is None:
                self.accounts.took(due.account, at)
            else:
                self.accounts.refused(due.account, Refusal(at, refusal))

    def _put(self, followed: Followed) -> None:
        if followed.fate is not None and followed.fate.word == "finished":
            self._connection.execute(
                "INSERT OR IGNORE INTO closing (account) VALUES (?)", (followed.account,)
            )
        waits = followed.next(tells_taken=self._tells_taken(followed.account)) is not None
        matter = followed.matter()
        if matter is None and followed.fate is not None:
            followed.fate.reason = ""  # Nobody is shown it any more.
        self._connection.execute(
            "INSERT OR REPLACE INTO orders (account, id, number, checkout, due, here, matter, tick,"
            " state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                followed.account,
                followed.id,
                followed.number,
                followed.checkout,
                followed.reached_tick if waits else None,
                followed.is_here,
                matter,
                followed.tick,
                _encode(followed),
            ),
        )

    def hear_of_checkout(
        self, account: str, checkout: str, fate: Fate, tick: int
    ) -> Followed | None:
        """What became of a checkout, for the order that it is or will be; the one that it is.

        Where several are here, nobody knows which: platforms use their numbers again. Raises
        Damaged, apsw.Error.
        """
        with self._connection:
            match self._of_checkout(account, checkout, tick):
                case [followed]:
                    followed.hear(fate, tick)
                    self._put(followed)
                    return followed
                case []:
                    before = self._fate_of(account, checkout)
                    if before is None or not fate.is_older_than(before):
                        self._connection.execute(
                            "INSERT OR REPLACE INTO checkouts (account, checkout, tick, fate)"
                            " VALUES (?, ?, ?, ?)",
                            (account, checkout, tick, _encode(fate)),
                        )
        return None

    def _fate_of(self, account: str, checkout: str) -> Fate | None:
        query = "SELECT fate FROM checkouts WHERE account = ? AND checkout = ?"
        try:
            for (fate,) in self._connection.execute(query, (account, checkout)):
                return unpacked(fate, Fate)
        except (*DAMAGE, ValueError) as error:
            raise Damaged(str(error)) from error
        return None

    # ── following the log ────────────────────────────────────────────────────────────

    def position(self) -> Position:
        """How far that was. Raises Damaged, apsw.Error."""
        try:
            row = self._connection.execute("SELECT epoch, seq FROM position").fetchone()
        except DAMAGE as error:
            raise Damaged(str(error)) from error
        return Position(row[0], row[1]) if row else NEVER

    def seed(self, orders: Iterable[Followed], position: Position) -> None:
        """Begin at a position of a log that was not followed: `orders` is what the kitchen has.

        What is known of others stays, but their numbers mean nothing. Raises as `follow`.
        """
        with self._connection:
            known = [*self._states("SELECT state FROM orders WHERE number > 0")]
            for each in known:
                each.number, each.tickets = 0, {}
                self._put(each)
            for each in orders:
                found = self.find(each.account, each.id)
                if found is not None:
                    each.told, each.fate, each.settled = found.told, found.fate, found.settled
                    each.first = found.first
                self._put(each)
            self._keep(position)

    def follow(self, events: Iterable[Event], position: Position) -> bool:
        """Take in what happened up to a position, all of it or none.

        Whether any of it was of an order of the channel. Raises Damaged, apsw.Error.
        """
        known: dict[int, Followed | None] = {}
        with self._connection:
            for event in events:
                number = number_of(event)
                if number is None:
                    continue
                if number not in known:
                    known[number] = self._of(event, number)
                if (followed := known[number]) is not None:
                    followed.apply(event)
            changed = [each for each in known.values() if each is not None]
            for each in changed:
                self._put(each)
            self._keep(position)
        return bool(changed)

    def _hear_before(self, followed: Followed) -> None:
        """What became of its checkout, where that was told first; of one order alone."""
        key = followed.account, followed.checkout
        if (fate := self._fate_of(*key)) is not None:
            followed.hear(fate, followed.tick)
            self._connection.execute(
                "DELETE FROM checkouts WHERE account = ? AND checkout = ?", key
            )

    def _keep(self, position: Position) -> None:
        self._connection.execute("DELETE FROM position")
        self._connection.execute("INSERT INTO position (epoch, seq) VALUES (?, ?)", position)

    def _of(self, event: Event, number: int) -> Followed | None:
        """The order that it is about, where that came by the channel."""
        if isinstance(event, OrderPlaced | OrderUpdated):
            order = event.order
            if order.channel_account is not None:
                known = self.find(order.channel_account, order.id)
                followed = known or Followed(order.channel_account, order.id)
                if followed.name_by(order):
                    self._hear_before(followed)
                return followed
        return self._one("number = ?", number)

    # ── what is to be done ───────────────────────────────────────────────────────────

    def due(self, account: str, limit: int) -> list[Due]:
        """Orders of an account of which it is to be told, that waited longest first.

        Raises apsw.Error.
        """
        query = (
            "SELECT account, id FROM orders WHERE account = ? AND due IS NOT NULL"
            " ORDER BY due LIMIT ?"
        )
        return [Due(*row) for row in self._connection.execute(query, (account, limit))]

    def waiting(self, account: str) -> Waiting:
        """How many there are of an account, and since when the first waits.

        Raises Damaged, apsw.Error.
        """
        query = "SELECT count(*) FROM orders WHERE account = ? AND due IS NOT NULL"
        ((count,),) = self._connection.execute(query, (account,))
        first = next(iter(self.due(account, 1)), None)
        oldest = self.find(*first) if first is not None else None
        return Waiting(int(str(count)), oldest.reached_at if oldest else None)

    def give_up(self, tick: int) -> int:
        """Let go of what nobody waits for any more; how many that were. Raises apsw.Error."""
        with self._connection:
            self._connection.execute(
                "UPDATE orders SET due = NULL WHERE due < ?", (tick - GIVE_UP_MS,)
            )
        return self._connection.changes()

    def matters(self, tick: int, limit: int) -> list[Followed]:
        """Orders of which channel and kitchen do not think the same, the newest first.

        What is not closed comes last, and only of accounts that ever say when they are done with
        an order. Raises Damaged, apsw.Error.
        """
        found = self._states(
            "SELECT state FROM orders WHERE matter != 'not closed' ORDER BY tick DESC LIMIT ?",
            (limit,),
        )
        not_closed = self._states(
            "SELECT state FROM orders WHERE matter = 'not closed' AND tick < ?"
            " AND account IN (SELECT account FROM closing) ORDER BY tick DESC LIMIT ?",
            (tick - NOT_CLOSED_MS, limit),
        )
        return [*found, *not_closed][:limit]

    def last_order(self, account: str) -> int | None:
        """When its newest order came, by the wall clock. Raises Damaged, apsw.Error."""
        last = self._one("account = ? AND number > 0 ORDER BY number DESC LIMIT 1", account)
        return last.came if last is not None else None

    def forget(self, tick: int) -> None:
        """Let go of some of what is old, and neither here nor to be told. Raises apsw.Error."""
        before = tick - KEPT_MS
        with self._connection:
            self._connection.execute(
                "DELETE FROM orders WHERE (account, id) IN (SELECT account, id FROM orders"
                " WHERE due IS NULL AND here = 0 AND tick < ? LIMIT ?)",
                (before, FORGOTTEN_AT_ONCE),
            )
            self._connection.execute("DELETE FROM checkouts WHERE tick < ?", (tick - CHECKOUT_MS,))
