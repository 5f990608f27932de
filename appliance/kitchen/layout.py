"""The stations, rules and menu in force: those of the file, and those made at run time.

What the file declares is there on every start and cannot be changed; what was made at run
time comes from the log. Where both have an id, the file's is the one that counts.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, tzinfo
from operator import attrgetter
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from appliance.kitchen.balancing import link_fault
from appliance.kitchen.command import (
    AddRules,
    DefineMenuItems,
    DefineStation,
    Reason,
    Refused,
    RemoveMenuItem,
    RemoveRule,
    RemoveStation,
    RulesNow,
    StationsNow,
)
from appliance.kitchen.event import (
    MenuItemRemoved,
    MenuItemsDefined,
    RuleRemoved,
    RulesAdded,
    StationDefined,
    StationRemoved,
)
from appliance.kitchen.menu import Menu, MenuItem
from appliance.kitchen.offering import Offering, Outcome
from appliance.kitchen.routing import Router, Station
from appliance.kitchen.rule import Rule
from appliance.kitchen.ticket import Moment

MAX_STATIONS: Final = 100
"""Many times a large kitchen's: every board and every listener gets all of them at once."""
MAX_RULES: Final = 2_000
"""Two for each dish of a menu of a thousand. Where all have patterns, an item that was not
seen before takes half a millisecond."""


class Plan(Struct, frozen=True):
    """What the configuration file says of stations and routing."""

    stations: tuple[Station, ...]
    rules: tuple[Rule, ...]
    default: str
    """The id of the station for items that no rule takes: an active one that cooks."""
    zone: tzinfo = UTC
    """Whose clock rules by weekday and time of day mean."""
    menu: tuple[MenuItem, ...] = ()


class Layout:
    """The stations, rules and menu of one kitchen."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._file_stations = {station.id for station in plan.stations}
        self._file_rules = {rule.id for rule in plan.rules}
        self._made_stations: dict[str, Station] = {}
        self._made_rules: dict[str, Rule] = {}
        self._offering = Offering(plan.menu)
        self._router: Router | None = None
        self.stations: tuple[Station, ...] = ()
        """All that are in force, active or not, in the order of the boards."""
        self._arrange()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, the file's first; those made at run time as they came.

        One whose station is not there any more is among them: it takes nothing.
        """
        made = (rule for rule in self._made_rules.values() if rule.id not in self._file_rules)
        return (*self._plan.rules, *made)

    @property
    def menu(self) -> Menu:
        """What is on offer now."""
        return self._offering.menu

    @property
    def router(self) -> Router:
        """Routes by what is in force now."""
        if self._router is None:
            plan = self._plan
            self._router = Router(self.stations, self.rules, plan.default, plan.zone, self.menu)
        return self._router

    def _arrange(self) -> None:
        made = (s for s in self._made_stations.values() if s.id not in self._file_stations)
        in_force = (*self._plan.stations, *made)
        self.stations = tuple(sorted(in_force, key=attrgetter("display_order")))
        self._router = None

    # ── deciding ─────────────────────────────────────────────────────────────────────

    def decide(
        self,
        command: DefineStation
        | RemoveStation
        | AddRules
        | RemoveRule
        | DefineMenuItems
        | RemoveMenuItem,
        now: Moment,
        has_live_tickets: Callable[[str], bool],
    ) -> Outcome:
        """What is answered, and the events that follow. Changes nothing."""
        match command:
            case DefineStation(station):
                return self._define(replace(station, source="api"), now, has_live_tickets)
            case RemoveStation(station_id):
                return self._remove_station(station_id, now, has_live_tickets)
            case AddRules(rules):
                return self._add_rules([replace(rule, source="api") for rule in rules], now)
            case RemoveRule(rule_id):
                return self._remove_rule(rule_id, now)
            case DefineMenuItems() | RemoveMenuItem():
                return self._offering.decide(command, now)

    def _define(
        self, station: Station, now: Moment, has_live_tickets: Callable[[str], bool]
    ) -> Outcome:
        if station.id in self._file_stations:
            return _of_the_file("station", station.id)
        wrong = link_fault(station, self.stations)
        if wrong is not None:
            return Refused("cannot_share", wrong.message, field=wrong.field), ()
        known = self._made_stations.get(station.id)
        if known is None and len(self.stations) >= MAX_STATIONS:
            return _refused("too_many", f"there are {MAX_STATIONS} stations, and no more can be")
        if known is not None and known.cooks != station.cooks:
            # Its cards would mean something else all of a sudden.
            used = self._use(station.id, has_live_tickets)
            if used:
                message = f"station {station.id!r} cannot become or cease to be an expo: {used}"
                return _refused("in_use", message)
        unchanged = known == station
        events = () if unchanged else (StationDefined(now.at, now.tick, station),)
        return StationsNow((station,)), events

    def _remove_station(
        self, station_id: str, now: Moment, has_live_tickets: Callable[[str], bool]
    ) -> Outcome:
        if station_id in self._file_stations:
            return _of_the_file("station", station_id)
        if station_id not in self._made_stations:
            return _refused("no_such_station", f"there is no station {station_id!r}")
        used = self._use(station_id, has_live_tickets)
        if used:
            return _refused("in_use", f"station {station_id!r} cannot be removed: {used}")
        return StationsNow(()), (StationRemoved(now.at, now.tick, station_id),)

    def _use(self, station_id: str, has_live_tickets: Callable[[str], bool]) -> str | None:
        """In words, why a station cannot go."""
        if has_live_tickets(station_id):
            return "it has live tickets"
        for rule in self.rules:
            if rule.station == station_id:
                return f"rule {rule.id!r} points to it"
        for station in self.stations:
            if station_id in (station.twin_of, station.backup):
                return f"station {station.id!r} shares its work with it"
        return None

    def _add_rules(self, rules: list[Rule], now: Moment) -> Outcome:
        stations = {station.id: station for station in self.stations}
        taken = self._file_rules | self._made_rules.keys()
        for place, rule in enumerate(rules):
            station = stations.get(rule.station) if rule.station is not None else None
            if rule.station is not None and station is None:
                return _refused("no_such_station", f"there is no station {rule.station!r}", place)
            if station is not None and not station.cooks:
                message = f"station {rule.station!r} is an expo: it sees everything as it is"
                return _refused("is_expo", message, place)
            if rule.id in taken:
                return _refused("id_taken", f"there is a rule {rule.id!r} already", place)
            taken.add(rule.id)
        if rules and len(taken) > MAX_RULES:
            return _refused("too_many", f"there can be {MAX_RULES} rules, and no more")
        added = tuple(rules)
        return RulesNow(added), (RulesAdded(now.at, now.tick, added),) if added else ()

    def _remove_rule(self, rule_id: str, now: Moment) -> Outcome:
        if rule_id in self._file_rules:
            return _of_the_file("rule", rule_id)
        if rule_id not in self._made_rules:
            return _refused("no_such_rule", f"there is no rule {rule_id!r}")
        return RulesNow(()), (RuleRemoved(now.at, now.tick, rule_id),)

    # ── applying ─────────────────────────────────────────────────────────────────────

    def apply(
        self,
        event: StationDefined
        | StationRemoved
        | RulesAdded
        | RuleRemoved
        | MenuItemsDefined
        | MenuItemRemoved,
    ) -> None:
        """Change by one event; what it removes may be gone already."""
        match event:
            case StationDefined():
                self._made_stations[event.station.id] = event.station
            case StationRemoved():
                self._made_stations.pop(event.station_id, None)
            case RulesAdded():
                self._made_rules |= {rule.id: rule for rule in event.rules}
            case RuleRemoved():
                self._made_rules.pop(event.rule_id, None)
            case MenuItemsDefined() | MenuItemRemoved():
                self._offering.apply(event)
        self._arrange()

    def made(self) -> tuple[tuple[Station, ...], tuple[Rule, ...], tuple[MenuItem, ...]]:
        """All that the log made and did not remove: what `restore` takes."""
        return (
            tuple(self._made_stations.values()),
            tuple(self._made_rules.values()),
            self._offering.made(),
        )

    def restore(
        self, stations: Iterable[Station], rules: Iterable[Rule], menu: Iterable[MenuItem]
    ) -> None:
        """Have made these, and nothing else."""
        self._offering.restore(menu)
        self._made_stations = {station.id: station for station in stations}
        self._made_rules = {rule.id: rule for rule in rules}
        self._arrange()


def _refused(reason: Reason, message: str, place: int | None = None) -> Outcome:
    return Refused(reason, message, place=place), ()


def _of_the_file(what: str, name: str) -> Outcome:
    return _refused("read_only", f"{what} {name!r} is declared in the configuration file")
