"""A printer as the kitchen sees it: what comes out of it is hung up, and voids are torn off."""

from typing import Final

from msgspec.structs import replace

from appliance.kitchen.command import Command
from appliance.kitchen.decision import Decision
from appliance.kitchen.event import Event, TicketChanged
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import Placed
from appliance.kitchen.ticket import Moment
from appliance.printing.chit import Chit, ChitLine
from appliance.printing.stepping_in import meanwhile, to_begin_with
from appliance.printing.wanted import OnPaper, Wants, key_of, slips
from tests.kitchen.orders import after

GRILL: Final = Wants(("grill",), "arrival", "station")
Place = tuple[int, str, str]
"""The number of an order, the station of the chit, and the line."""


class Papers:
    """What hangs at one printer."""

    def __init__(self, wants: Wants) -> None:
        self.wants = wants
        self.chits: list[Chit] = []
        """All that came out, the oldest first."""
        self.hanging: dict[Place, ChitLine] = {}
        self.kept: dict[tuple[int, str], OnPaper] = {}

    def begin(self, begun: frozenset[str], kitchen: Kitchen, now: Moment) -> list[Chit]:
        """What comes out when nobody sees these stations any more."""
        told = list(to_begin_with(self.wants, begun, kitchen, now))
        return [chit for each in told for chit in self.hear(*each, kitchen, begun)]

    def hear(
        self,
        event: Event,
        placed: Placed | None,
        kitchen: Kitchen,
        unseen: frozenset[str] = frozenset(),
    ) -> list[Chit]:
        """What comes out for an event, which is told twice, as after a power cut."""
        wants = (
            self.wants if placed is None else meanwhile(self.wants, unseen, event, placed, kitchen)
        )
        key = key_of(wants, event)
        if key is None:
            assert slips(wants, event, placed, None, kitchen).chits == ()
            return []
        before = self.kept.get(key, OnPaper())
        first = slips(wants, event, placed, self.kept.get(key), kitchen)
        if first.key is not None:
            assert first.key == key
            assert first.paper is not None
            self.kept[key] = first.paper
            again = slips(wants, event, placed, first.paper, kitchen)
            assert again.chits == (), "printed twice"
            assert again.paper == first.paper
            self.throw_away(key[0], before, first.paper)
        self.chits += first.chits
        for chit in first.chits:
            if not chit.again:
                self.hang_up(chit)
        return list(first.chits)

    def throw_away(self, number: int, before: OnPaper, after: OnPaper) -> None:
        """What was made, and is not wanted any more as it was: that is told by no slip."""
        left = {(printed.station, printed.line.id, printed.line.name) for printed in after.lines}
        for printed in before.lines:
            line = printed.line
            if printed.made and (printed.station, line.id, line.name) not in left:
                del self.hanging[number, printed.station, line.id]

    def hang_up(self, chit: Chit) -> None:
        for line in chit.lines:
            place = (chit.number, chit.station_id, line.id)
            plain = replace(line, mark=None, was=None)
            if line.mark in (None, "added"):
                assert chit.kind in ("ticket", "change")
                assert place not in self.hanging, "printed twice"
                self.hanging[place] = plain
                continue
            assert place in self.hanging, "told of what was never printed"
            if line.mark == "void":
                assert self.hanging.pop(place).name == line.name
            else:
                assert chit.kind == "change"
                before = self.hanging[place]
                assert plain != before, "a change of nothing"
                assert line.was in (None, before.qty)
                assert (line.was is None) == (before.qty == line.qty)
                self.hanging[place] = plain


class Shift:
    """A kitchen and its printers."""

    def __init__(self, kitchen: Kitchen, *printers: Papers) -> None:
        self.kitchen = kitchen
        self.printers = printers
        self.heard: list[Event] = []
        self.unseen: frozenset[str] = frozenset()
        """Stations that no screen shows."""
        self.made: set[Place] = set()
        """By station, every line that was ever off its board as done."""

    def do(self, command: Command, now: Moment | None = None) -> list[list[Chit]]:
        """What comes out of each printer for a command."""
        return self.apply(self.kitchen.decide(command, now or after(0)))

    def see_all_but(self, *unseen: str, now: Moment | None = None) -> list[list[Chit]]:
        """What comes out of each printer when these are the stations that no screen shows."""
        begun, self.unseen = frozenset(unseen) - self.unseen, frozenset(unseen)
        return [each.begin(begun, self.kitchen, now or after(0)) for each in self.printers]

    def apply(self, decision: Decision) -> list[list[Chit]]:
        out: list[list[Chit]] = [[] for _ in self.printers]
        guest = decision.guest[1] if decision.guest else None
        for event in decision.events:
            placed = self.kitchen.apply(event, guest)
            if isinstance(event, TicketChanged):
                ticket = event.ticket
                self.made |= {(ticket.number, ticket.station, e.id) for e in ticket.lines if e.bump}
            self.heard.append(event)
            for place, printer in enumerate(self.printers):
                out[place] += printer.hear(event, placed, self.kitchen, self.unseen)
        return out
