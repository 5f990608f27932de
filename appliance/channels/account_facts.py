"""What is known of the accounts themselves: allergens that each told, until when each is paused.

Two tables of the store's file; all of it blocks.
"""

from collections.abc import Sequence
from typing import Final

import apsw
import msgspec

from appliance.sqlite_file import DAMAGE, Damaged

TABLES: Final = """
CREATE TABLE products (plu TEXT NOT NULL, account TEXT NOT NULL, allergens BLOB NOT NULL,
                       PRIMARY KEY (plu, account)) STRICT, WITHOUT ROWID;
CREATE TABLE pauses   (account TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""

_encode = msgspec.msgpack.Encoder().encode
_decode_allergens = msgspec.msgpack.Decoder(tuple[str, ...]).decode


class AccountFacts:
    """In one open file."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    # ── pauses ───────────────────────────────────────────────────────────────────────

    def pauses(self) -> dict[str, int]:
        """By account, until when; milliseconds, wall clock. Raises apsw.Error."""
        return dict(self._connection.execute("SELECT account, until FROM pauses"))

    def pause(self, account: str, until: int | None) -> None:
        """Until then, or no longer. Raises apsw.Error."""
        with self._connection:
            self._connection.execute("DELETE FROM pauses WHERE account = ?", (account,))
            if until is not None:
                self._connection.execute("INSERT INTO pauses VALUES (?, ?)", (account, until))

    # ── products ─────────────────────────────────────────────────────────────────────

    def allergens(self, plus: Sequence[str]) -> dict[str, dict[str, tuple[str, ...]]]:
        """What each account last told of these, by PLU. Raises Damaged, apsw.Error."""
        query = "SELECT * FROM products WHERE plu IN (SELECT value FROM json_each(?))"
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
            self._connection.executemany("INSERT OR REPLACE INTO products VALUES (?, ?, ?)", rows)
