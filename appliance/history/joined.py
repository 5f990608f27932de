"""Finished tickets as the log has them: the events that an index names, put together."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from appliance.history.index import Row
from appliance.indexing import Damaged
from appliance.kitchen import event as events
from appliance.kitchen.event import OrderPlaced, OrderUpdated, TicketChanged
from appliance.kitchen.order import NOBODY, Guest, Placed
from appliance.kitchen.ticket import Ticket

_decode_guest = msgspec.json.Decoder(Guest).decode


class Finished(NamedTuple):
    """A finished ticket, and its order."""

    ticket: Ticket
    placed: Placed
    """`create_tick` is that of its placing: nobody asks it about retries any more. Of what only
    a board shows (`stations`), only time asks (`release`) or only the pass says (`collected`) it
    has nothing."""


def seqs_of(rows: Iterable[Row]) -> set[int]:
    """The events that it takes to show these rows."""
    return {seq for row in rows for seq in (row.seq, row.placed, row.newest)}


def joined(
    station: str, row: Row, recorded: Mapping[int, bytes], guests: Mapping[int, bytes]
) -> Finished:
    """The ticket of a row. Raises Damaged where the log says otherwise than the index."""
    try:
        changed, placed, newest = (
            events.decode(recorded[seq]) for seq in (row.seq, row.placed, row.newest)
        )
    except KeyError:
        raise Damaged(f"it names an event that is not there: {row}") from None
    match changed, placed, newest:
        case (
            TicketChanged(ticket=ticket),
            OrderPlaced(number=row.number),
            OrderPlaced(number=row.number) | OrderUpdated(number=row.number),
        ) if _is(ticket, station, row):
            pass
        case _:
            raise Damaged(f"the log says otherwise: {row}")
    guest = guests.get(row.number)
    return Finished(
        ticket,
        Placed(
            row.number,
            newest.order,
            NOBODY if guest is None else _decode_guest(guest),
            placed.at,
            placed.tick,
            newest.digest,
            newest.target_at,
            newest.removed if isinstance(newest, OrderUpdated) else (),
            bool(row.cancelled),
        ),
    )


def _is(ticket: Ticket, station: str, row: Row) -> bool:
    told = (ticket.station, ticket.number, ticket.updated_at, ticket.live)
    return told == (station, row.number, row.updated_at, False)
