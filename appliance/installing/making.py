"""Has the kitchen have the stations, rules and menu of an import, in place of what it has."""

import asyncio
from collections.abc import Iterator

from appliance.expeditor import Expeditor
from appliance.installing.transfer import Arriving
from appliance.kitchen.command import (
    AddRules,
    Command,
    DefineMenuItems,
    DefineStation,
    Refused,
    RemoveRule,
    RemoveStation,
)
from appliance.kitchen.kitchen import Kitchen


async def make(expeditor: Expeditor, wanted: Arriving) -> list[str]:
    """Durably; in words, what could not be. Raises NotStored.

    What is so already is left as it is: after a power cut it is done again.
    """
    refused = []
    for command in _commands(expeditor.kitchen, wanted):
        reply = expeditor.submit(command, "import").reply
        if isinstance(reply, Refused):
            refused.append(f"Of the import was left out: {reply.message}")
    await asyncio.shield(expeditor.settled())
    return refused


def _commands(kitchen: Kitchen, wanted: Arriving) -> Iterator[Command]:
    stations, rules, menu = kitchen.made()
    for rule in rules:
        if rule not in wanted.rules:
            yield RemoveRule(rule.id)
    # Of two that share work, either may come first: the first needs the second to be there.
    for station in sorted(wanted.stations, key=lambda each: bool(each.twin_of or each.backup)):
        if station not in stations:
            yield DefineStation(station)
    if added := tuple(rule for rule in wanted.rules if rule not in rules):
        yield AddRules(added)
    ids = {station.id for station in wanted.stations}
    for station in stations:
        if station.id not in ids:
            yield RemoveStation(station.id)
    if menu != wanted.menu:
        yield DefineMenuItems(wanted.menu, replace_all=True)
