"""What is known of the accounts themselves: what each took and refused, told, and is asked to do.

Tables of the store's file; all of it blocks.
"""

from collections.abc import Sequence
from typing import Final

import apsw
import msgspec

from appliance.channels.refusal import REFUSALS_KEPT, REFUSALS_MS, Refusal
from appliance.sqlite_file import DAMAGE, Damaged

TABLES: Final = """
CREATE TABLE products (plu TEXT NOT NULL, account TEXT NOT NULL, allergens BLOB NOT NULL,
                       PRIMARY KEY (plu, account)) STRICT, WITHOUT ROWID;
CREATE TABLE told     (account TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE refusals (account TEXT NOT NULL, at INTEGER NOT NULL, why TEXT NOT NULL) STRICT;
CREATE TABLE pauses   (account TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""

LATER_TABLES: Final = """
CREATE TABLE IF NOT EXISTS turned_away
    (account TEXT NOT NULL, at INTEGER NOT NULL, why TEXT NOT NULL) STRICT;
"""
"""A file that is older has none of these; a program that is older needs none."""

_encode = msgspec.msgpack.Encoder().encode
_decode_allergens = msgspec.msgpack.Decoder(tuple[str, ...]).decode


class AccountFacts:
    """In one open file."""

    def __init__(self, connection: apsw.Connection) -> None:
        """Raises apsw.Error."""
        self._connection = connection
        connection.execute(LATER_TABLES)

    # ── what it was told ─────────────────────────────────────────────────────────────

    def told(self, account: str) -> tuple[int | None, list[Refusal]]:
        """When it last took a status, and what it refused, the newest last. Raises apsw.Error."""
        query = "SELECT at FROM told WHERE account = ?"
        last = self._connection.execute(query, (account,)).fetchone()
        query = "SELECT at, why FROM refusals WHERE account = ? ORDER BY at DESC LIMIT ?"
        rows = self._connection.execute(query, (account, REFUSALS_KEPT))
        return last[0] if last else None, [Refusal(*row) for row in rows][::-1]

    def took(self, account: str, at: int) -> None:
        """It took a status. Raises apsw.Error."""
        self._connection.execute(
            "INSERT OR REPLACE INTO told (account, at) VALUES (?, ?)", (account, at)
        )

    def refused(self, account: str, refusal: Refusal) -> None:
        """It did not, and never will. Raises apsw.Error."""
        row = account, refusal.at, refusal.why
        self._connection.execute("INSERT INTO refusals (account, at, why) VALUES (?, ?, ?)", row)
        self._connection.execute("DELETE FROM refusals WHERE at < ?", (refusal.at - REFUSALS_MS,))

    # ── what was not taken of it ─────────────────────────────────────────────────────

    def turned_away(self, account: str) -> list[Refusal]:
        """What it said that was not taken, the newest last. Raises apsw.Error."""
        query = "SELECT at, why FROM turned_away WHERE account = ? ORDER BY at DESC LIMIT ?"
        rows = self._connection.execute(query, (account, REFUSALS_KEPT))
        return [Refusal(*row) for row in rows][::-1]

    def turn_away(self, account: str, refusal: Refusal) -> None:
        """It said something that is not taken, and never will be. Raises apsw.Error."""
        with self._connection:
            row = account, refusal.at, refusal.why
            self._connection.execute(
                "INSERT INTO turned_away (account, at, why) VALUES (?, ?, ?)", row
            )
            self._connection.execute(
                """DELETE FROM turned_away WHERE account = ? AND rowid NOT IN
                   (SELECT rowid FROM turned_away WHERE account = ? AND at >= ?
                    ORDER BY rowid DESC LIMIT ?)""",
                (account, account, refusal.at - REFUSALS_MS, REFUSALS_KEPT),
            )

    # ── pauses ───────────────────────────────────────────────────────────────────────

    def pauses(self) -> dict[str, int]:
        """By account, until when; milliseconds, wall clock. Raises apsw.Error."""
        return dict(self._connection.execute("SELECT account, until FROM pauses"))

    def pause(self, account: str, until: int | None) -> None:
        """Until then, or no longer. Raises apsw.Error."""
        with self._connection:
            self._connection.execute("DELETE FROM pauses WHERE account = ?", (account,))
            if until is not None:
                self._connection.execute(
                    "INSERT INTO pauses (account, until) VALUES (?, ?)", (account, until)
                )

    # ── products ─────────────────────────────────────────────────────────────────────

    def allergens(self, plus: Sequence[str]) -> dict[str, dict[str, tuple[str, ...]]]:
        """What each account last told of these, by PLU. Raises Damaged, apsw.Error."""
        query = (
            "SELECT plu, account, allergens FROM products"
            " WHERE plu IN (SELECT value FROM json_each(?))"
        )
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        try:
            rows = self._connection.execute(query, (msgspec.json.encode(plus).decode(),))
            for plu, account, allergens in rows:
                found.setdefault(plu, {})[account] = _decode_allergens(allergens)
        except (*DAMAGE, ValueError) as error:
            raise Damaged(str(error)) from error
        return found

    def know_allergens(self, account: str, told: dict[str, tuple[str, ...]]) -> None:
        """It tells these, by PLU. Raises apsw.Error."""
        rows = [(plu, account, _encode(allergens)) for plu, allergens in told.items()]
        with self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO products (plu, account, allergens) VALUES (?, ?, ?)", rows
            )
