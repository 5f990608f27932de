"""What a board shows: kept from a snapshot and what comes after it."""

from typing import Any, Final

KEYS: Final = ("id", "order_id", "station_id", "status", "priority", "customer_name", "items")
"""Of a ticket, what a cook goes by; the rest is of the moment."""


def card(ticket: dict[str, Any]) -> dict[str, Any]:
    """A ticket as a board shows it."""
    return {key: ticket[key] for key in KEYS}


class Showing:
    """Of one board, over all its connections."""

    def __init__(self) -> None:
        self.cards: dict[str, dict[str, Any]] = {}
        """By the ticket's id."""
        self.stations: list[str] = []
        self.epoch: str | None = None
        self.seq: int | None = None
        self.wrong: list[str] = []
        """What must not be: a card that comes twice, an event that comes again."""

    @property
    def position(self) -> str | None:
        """Where it goes on from; None: it needs a snapshot."""
        return None if self.seq is None else f"{self.epoch}:{self.seq}"

    def hear(self, message: dict[str, Any]) -> int | None:
        """Show what a message brings; for a beat, up to where all is shown by then."""
        kind, seq = message["type"], message.get("seq")
        if kind == "subscribed":
            if message["epoch"] != self.epoch:
                self.epoch, self.seq = message["epoch"], None
        elif kind == "kds.snapshot":
            self._begin(message["payload"])
            self.seq = seq
        elif kind == "beat":
            if seq is not None and self.seq is not None:
                self.seq = max(self.seq, seq)
            return seq
        elif seq is not None:
            if self.seq is None or seq <= self.seq:
                self.wrong.append(f"{kind} of {seq} after {self.seq}")
            if kind.startswith("kds.ticket."):
                self._change(message)
            self.seq = seq
        return None

    def _begin(self, payload: dict[str, Any]) -> None:
        self.stations = [station["id"] for station in payload["stations"]]
        self.cards = {}
        for ticket in payload["tickets"]:
            if ticket["id"] in self.cards:
                self.wrong.append(f"{ticket['id']} is twice in a snapshot")
            self.cards[ticket["id"]] = card(ticket)

    def _change(self, message: dict[str, Any]) -> None:
        ticket = message["payload"]["ticket"]
        if message["type"] == "kds.ticket.created" and ticket["id"] in self.cards:
            self.wrong.append(f"{ticket['id']} was made twice")
        if message["live"]:
            self.cards[ticket["id"]] = card(ticket)
        else:
            self.cards.pop(ticket["id"], None)
