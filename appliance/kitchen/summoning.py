"""Decides when somebody is called to a station, and when nobody is any more."""

from appliance.kitchen.command import Refused, StationsNow, Summon
from appliance.kitchen.decision import Decision
from appliance.kitchen.event import Summoned
from appliance.kitchen.memory import Memory
from appliance.kitchen.summons import LASTS_MS
from appliance.kitchen.ticket import Moment


def decide(memory: Memory, command: Summon, now: Moment) -> Decision:
    """What follows from a command: nothing where it is so already."""
    is_on = command.station in memory.summons
    station = memory.layout.router.stations.get(command.station)
    if station is None and not is_on:
        message = f"there is no station {command.station!r}"
        return Decision(Refused("no_such_station", message))
    reply = StationsNow(() if station is None else (station,))
    if command.on == is_on:
        return Decision(reply)
    until = now.tick + LASTS_MS if command.on else None
    return Decision(reply, (Summoned(now.at, now.tick, command.station, until),))


def ended(memory: Memory, now: Moment) -> list[Summoned]:
    """What follows for those that are over by then."""
    return [
        Summoned(now.at, now.tick, summons.station)
        for summons in memory.summons.values()
        if summons.until <= now.tick
    ]
