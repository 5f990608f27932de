"""A client that pages through tickets, and what it is to find: what memory last showed of each."""

import asyncio
import random
from typing import Any, Final

import msgspec

from appliance.api.ticket_json import TicketView, encode
from appliance.kitchen.ticket import Ticket, sort_key
from tests.api.asking import PREFIXES, Answer, ask
from tests.running import RunningAppliance

STATIONS: Final = ("grill", "fry", "cold", "pass")


async def page(appliance: RunningAppliance, station: str, query: str) -> Answer:
    return await ask(appliance, "GET", f"{PREFIXES[0]}/stations/{station}/tickets?{query}")


async def patient(appliance: RunningAppliance, station: str, query: str) -> Answer:
    """A page of a station, as an integrator gets it."""
    return await come_again(appliance, f"{PREFIXES[0]}/stations/{station}/tickets?{query}")


async def come_again(appliance: RunningAppliance, path: str) -> Answer:
    """Ask, and again when told to."""
    async with asyncio.timeout(20):
        while (answer := await ask(appliance, "GET", path)).status == 503:
            assert int(answer.headers["Retry-After"]) > 0
            await asyncio.sleep(0.005)
    return answer


async def walk(
    appliance: RunningAppliance, station: str, status: str, chance: random.Random, most: int = 500
) -> list[Any]:
    """Every page, each of another length up to `most`; all tickets that were on them."""
    tickets: list[Any] = []
    cursor = ""
    while True:
        limit = chance.randint(1, most)
        answer = await patient(appliance, station, f"status={status}&limit={limit}{cursor}")
        assert answer.status == 200, answer.body
        tickets += map(_lasting, answer.body)
        if "X-Next-Cursor" not in answer.headers:
            return tickets
        assert len(answer.body) == limit
        cursor = f"&cursor={answer.headers['X-Next-Cursor']}"


def _lasting(ticket: Any) -> Any:
    """The ticket without what is said of it by the clock of now."""
    ticket["metadata"].pop("recallUntil", None)
    return ticket


class Seen:
    """What the kitchen's memory last showed of each ticket there ever was."""

    def __init__(self) -> None:
        self._tickets: dict[tuple[str, int], tuple[Ticket, Any]] = {}

    def look(self, appliance: RunningAppliance) -> None:
        """To be called before anything is forgotten: after each command."""
        kitchen = appliance.expeditor.kitchen
        view = TicketView("default", "default", lambda: kitchen, appliance.expeditor.now)
        for station in STATIONS:
            there = (*kitchen.live_tickets(station), *kitchen.finished_tickets(station))
            # What was moved away whole is as if it had never been there.
            remembered = {(station, number) for number in kitchen.numbers_in_memory}
            for key in remembered - {(station, ticket.number) for ticket in there}:
                self._tickets.pop(key, None)
            for ticket in there:
                shown = view.ticket(ticket, kitchen.placed(ticket.number))
                told = _lasting(msgspec.json.decode(encode(shown)))
                self._tickets[station, ticket.number] = ticket, told

    def listed(self, station: str, status: str) -> list[Any]:
        """What pages of that status are to list, in this order."""
        mine = [seen for (of, _number), seen in self._tickets.items() if of == station]
        live = [seen for seen in mine if seen[0].live]
        finished = [seen for seen in mine if not seen[0].live]
        live.sort(key=lambda seen: sort_key(seen[0]))
        finished.sort(key=lambda seen: (seen[0].updated_at, seen[0].number), reverse=True)
        chosen = finished if status == "completed" else [*live, *finished]
        return [shown for _ticket, shown in chosen]
