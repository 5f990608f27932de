"""What reports are to say, counted plainly from the events of a log."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from appliance.kitchen.event import Event, OrderPlaced, OrderUpdated, TicketChanged
from appliance.kitchen.ticket import Ticket

EXPO = "pass"
LATE_MS = 300_000
VERY_LATE_MS = 480_000
DAY_CLOSES = timedelta(hours=4)


class Counted:
    """Of a kitchen in UTC whose days close at 4:00, with late tickets after 5 and 8 minutes."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.tickets: dict[tuple[int, str], Ticket] = {}
        self.bumped_by: dict[tuple[int, str], str | None] = {}
        self.promised: dict[int, int | None] = {}
        self.recalls: list[tuple[str, str]] = []
        self.deeds: list[tuple[int, str, str, int, str | None]] = []
        """When, the kind of event, station, order number and who, the oldest first."""
        for event in events:
            match event:
                case TicketChanged(ticket=ticket):
                    self._take_in(event, (ticket.number, ticket.station))
                case OrderPlaced(number=number) | OrderUpdated(number=number):
                    self.promised[number] = event.promised

    def _take_in(self, event: TicketChanged, key: tuple[int, str]) -> None:
        self.tickets[key] = event.ticket
        if event.kind == "bumped":
            self.bumped_by[key] = event.by
        if event.gone:
            del self.tickets[key]
            self.bumped_by.pop(key, None)
        if event.action is not None and event.effect is None:
            self.deeds.append((event.at, event.kind, key[1], key[0], event.by))
            if event.kind == "recalled":
                self.recalls.append((day_of(event.at), key[1]))

    def days(self) -> list[str]:
        """On which anything came."""
        return sorted({day_of(ticket.since) for ticket in self.came()})

    def came(self) -> list[Ticket]:
        return [ticket for ticket in self.tickets.values() if ticket.status != "held"]

    def total(self, day: str) -> dict[str, Any]:
        """The tickets that stations cooked."""
        came = [each for each in self.came() if day_of(each.since) == day and each.station != EXPO]
        recalls = sum(each[0] == day and each[1] != EXPO for each in self.recalls)
        return self.figures(came, recalls)

    def stations(self, day: str) -> dict[str, Any]:
        """Each of them, and the pass."""
        came = [ticket for ticket in self.came() if day_of(ticket.since) == day]
        recalls = Counter(station for of, station in self.recalls if of == day)
        return {
            station: self.figures([t for t in came if t.station == station], recalls[station])
            for station in {*recalls, *(ticket.station for ticket in came)}
        }

    def orders(self, day: str) -> dict[str, Any]:
        whole: dict[int, list[Ticket]] = {}
        for ticket in self.tickets.values():
            if ticket.status != "voided":
                whole.setdefault(ticket.number, []).append(ticket)
        there = [
            tickets
            for tickets in whole.values()
            if any(each.status != "held" for each in tickets)
            and day_of(min(each.since for each in tickets)) == day
        ]
        took = sorted(
            max(each.completed_tick or 0 for each in tickets)
            - min(each.since_tick or 0 for each in tickets)
            for tickets in there
            if all(each.completed_at is not None for each in tickets)
        )
        return {"orders": len(there), "completed": len(took), **times(took)}

    def figures(self, tickets: list[Ticket], recalls: int) -> dict[str, Any]:
        done = [each for each in tickets if each.completed_at is not None]
        took = sorted(each.completed_tick - each.since_tick for each in done)  # type: ignore[operator]
        late = sum(self.is_late(each, LATE_MS) for each in done)
        return {
            "tickets": len(tickets),
            "items": sum(
                line.count
                for each in tickets
                if each.status != "voided"
                for line in each.lines
                if line.change != "deleted"
            ),
            "open": sum(each.status not in ("bumped", "voided") for each in tickets),
            "completed": len(done),
            "late": late,
            "very_late": sum(self.is_late(each, VERY_LATE_MS) for each in done),
            "late_share": round(late / len(done), 4) if done else None,
            "voided": sum(each.status == "voided" for each in tickets),
            "forgotten": sum(each.forgotten for each in tickets),
            "recalls": recalls,
            **times(took),
        }

    def is_late(self, ticket: Ticket, after: int) -> bool:
        assert ticket.completed_tick is not None
        assert ticket.since_tick is not None
        promised = self.promised[ticket.number]
        limit = ticket.since_tick + after if promised is None else promised
        return ticket.completed_tick > limit


def times(took: list[int]) -> dict[str, int | None]:
    """Of some times in order, in seconds."""
    if not took:
        return {"median_seconds": None, "p90_seconds": None, "longest_seconds": None}
    p90 = next(each for each in took if sum(other <= each for other in took) >= 0.9 * len(took))
    return {
        "median_seconds": round(round(median(took)) / 1000),
        "p90_seconds": round(p90 / 1000),
        "longest_seconds": round(took[-1] / 1000),
    }


def day_of(at: int) -> str:
    return (datetime.fromtimestamp(at / 1000, UTC) - DAY_CLOSES).date().isoformat()
