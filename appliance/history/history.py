"""Pages of finished tickets: where the index says that the log speaks of them, and as it does."""

from pathlib import Path

from appliance.feed import Feed
from appliance.history.index import Index, Place
from appliance.history.joined import Finished, joined, seqs_of
from appliance.indexing import Follower
from appliance.log import Log


class History(Follower[Index]):
    """All finished tickets of a log, as far as its index has come."""

    def __init__(self, log: Log, feed: Feed, directory: Path) -> None:
        """The index is kept in `directory`."""
        super().__init__(log, feed, directory, Index)

    async def page(
        self, station: str, below: Place, limit: int, *, leave_out: frozenset[int], upto: int
    ) -> list[Finished]:
        """Up to `limit` finished tickets of a station below a place, latest first.

        Those of the orders `leave_out` are passed over. All events up to `upto` are
        considered, later ones may be. Raises Behind, and Unreadable where the log cannot
        be read.
        """
        rows = await self._ask(lambda index: index.page(station, below, limit, leave_out), upto)
        recorded = await self._log.events_at(seqs_of(rows))
        guests = await self._log.guests([row.number for row in rows])
        return await self._ask(
            lambda _index: [joined(station, row, recorded, guests) for row in rows], upto
        )

    async def knows(self, station: str, *, upto: int) -> bool:
        """Whether the station had a finished ticket by the event `upto`. Raises Behind."""
        return await self._ask(lambda index: index.knows(station), upto)
