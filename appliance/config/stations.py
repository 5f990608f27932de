"""Who makes what: `[[station]]`, `[[route]]`, `[menu]`, and what the kitchen makes of them."""

from appliance.config.values import (
    Color,
    Duration,
    ExtraTime,
    Id,
    Patterns,
    Section,
    Text,
    TimeOfDay,
)
from appliance.kitchen.routing import Station, StationType
from appliance.kitchen.rule import CONDITIONS, Boost, Rule, Takes, Weekday, Window


class StationSection(Section, frozen=True):
    """A place where tickets appear."""

    id: Id
    name: Text
    type: StationType = "generic"
    backup: str | None = None
    """It takes the work of this one while that is behind, or not active."""
    display_order: int = 0
    color: Color | None = None
    sound_alerts: bool = False
    alert_threshold: Duration | None = None
    active: bool = True
    twin_of: str | None = None
    """It shares the work of that station."""
    overflow_after: Duration | None = None
    """So much work is the most; what comes then goes to the backup."""


class RouteSection(Section, frozen=True):
    """A rule; every condition that is given must hold. See `kitchen.rule.Rule`."""

    station: str | None = None
    menu_item_id: Text | None = None
    name: Patterns = ()
    category: Patterns = ()
    modifier: Patterns = ()
    component: Patterns = ()
    course: Patterns = ()
    seat: Patterns = ()
    group: Patterns = ()
    mode: Patterns = ()
    origin: Patterns = ()
    terminal: Patterns = ()
    weekday: tuple[Weekday, ...] = ()
    time_of_day: tuple[TimeOfDay, TimeOfDay] | None = None
    """From, until; it may pass midnight."""
    prep_time: Duration = Duration(0)
    priority_boost: Boost = 0
    exclude: bool = False
    last: bool = False
    takes: Takes = "item"
    extra_time: ExtraTime = ExtraTime(0)


class MenuSection(Section, frozen=True):
    """What is on the menu."""

    file: Text | None = None
    """CSV; see `menu_file.py`."""


def id_of_rule(place: int) -> str:
    """What a rule of the file is called, the first of which is the first."""
    return f"file-{place}"


def rule_of(section: RouteSection, place: int) -> Rule:
    """The kitchen's rule for one of the file, the first of which is `file-1`."""
    given = {name: getattr(section, name) for name in CONDITIONS if name != "time_of_day"}
    window = section.time_of_day
    return Rule(
        id_of_rule(place),
        section.station,
        int(section.prep_time),
        section.priority_boost,
        **given,
        time_of_day=None if window is None else Window(*map(int, window)),
        exclude=section.exclude,
        last=section.last,
        takes=section.takes,
        extra_time=int(section.extra_time),
        source="file",
    )


def station_of(section: StationSection) -> Station:
    """The kitchen's station for one of the file."""
    threshold, overflow_after = section.alert_threshold, section.overflow_after
    return Station(
        section.id,
        section.name,
        section.type,
        section.display_order,
        section.color,
        section.sound_alerts,
        None if threshold is None else int(threshold),
        section.active,
        source="file",
        twin_of=section.twin_of,
        backup=section.backup,
        overflow_after=None if overflow_after is None else int(overflow_after),
    )
