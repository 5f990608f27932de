"""What somebody who sets up a kitchen would want to hear of its rules: what cannot be meant.

And of its menu, as far as rules and guests rely on it.

Nothing here is wrong enough to be refused, and nothing is said that is not so.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final, Literal

from msgspec.structs import replace

from appliance.kitchen.menu import Menu, MenuItem
from appliance.kitchen.order import mode_key
from appliance.kitchen.routing import Router
from appliance.kitchen.rule import (
    WEEKDAYS,
    Condition,
    Rule,
    conditions_of,
    folded_patterns,
    in_words,
    test_of,
)
from appliance.kitchen.settings import Late

MODES: Final = ("For Here", "ToGo", "Pickup", "DriveThru", "Delivery", "Curbside")
"""Those that the LAN protocol names."""
_A_DAY: Final = range(24 * 60)


def doubts(router: Router, late: Sequence[Late] = ()) -> Iterator[str]:
    """A line for each, in the order of the rules, then of the stations, then of the menu.

    `late` are the exceptions from when tickets are late.
    """
    above: list[Rule] = []
    in_force = [rule for rule in router.rules if router.is_in_force(rule)]
    categories = {item.category.casefold() for item in router.menu.items if item.category}
    for rule in router.rules:
        if rule not in in_force:
            yield f"{rule.id} can never match: station {rule.station!r} is not active"
            continue
        yield from _of_rule(rule, above, in_force[len(above) + 1 :])
        yield from _of_category(rule, categories)
        above.append(rule)
    yield from _of_late(late)
    taking = [rule for rule in in_force if _sends(rule) and rule.takes == "item"]
    sent_to = {rule.station or "" for rule in in_force if _sends(rule)} | {router.default}
    reached = set(sent_to)
    for station_id in sent_to:
        reached.update(router.sharing[station_id], router.backing[station_id])
    for rule in in_force:
        if rule.extra_time and rule.station in reached - sent_to:
            yield (
                f"{rule.id} never counts: no rule sends anything to {rule.station!r} itself, and "
                "what it makes for others has the time that it has there"
            )
    for station in router.stations.values():
        if station.active and station.cooks and station.id not in reached:
            yield f"station {station.id!r} gets nothing: no rule sends anything there"
    yield from _of_modes(taking)
    yield from _of_courses(taking)
    yield from _of_holes(in_force)
    yield from _of_names(router.menu)


def _sends(rule: Rule) -> bool:
    return not (rule.exclude or rule.extra_time)


def _of_rule(rule: Rule, above: list[Rule], below: list[Rule]) -> Iterator[str]:
    end = next((other for other in above if other.last and _covers(other, rule)), None)
    if end is not None:
        yield f"{rule.id} can never match: {end.id} above it is the last for all that it fits"
        return
    if rule.exclude and not any(_can_be_taken_away(other, rule) for other in above):
        what = "modifiers alone" if rule.takes == "modifier" else "anything"
        yield f"{rule.id} takes nothing away: no rule above it sends {what} to {rule.station!r}"
    if rule.takes == "modifier" and rule.last and not rule.exclude:
        yield from _of_last_alone(rule, above, below)
    if _sends(rule) and (undone := _undone_by(rule, below)):
        yield f"{rule.id} is in vain: {undone.id} takes away again all that it sends"
    yield from _of_mode(rule.id, rule.mode)


def _of_mode(named: str, patterns: tuple[str, ...]) -> Iterator[str]:
    if patterns and not any(map(test_of("mode", patterns), map(mode_key, MODES))):
        yield (
            f"{named}: mode {', '.join(patterns)} is none of those that points of sale are "
            f"expected to send: {', '.join(MODES)}"
        )


def _of_late(late: Sequence[Late]) -> Iterator[str]:
    for place, each in enumerate(late):
        named = f"timing.late[{place}]"
        wider = (number for number, other in enumerate(late[:place]) if _is_wider(other, each))
        if (first := next(wider, None)) is not None:
            yield f"{named} can never count: timing.late[{first}] above it fits all that it fits"
        else:
            yield from _of_mode(named, each.mode)


def _is_wider(wider: Late, narrower: Late) -> bool:
    of_mode, at = wider.mode, narrower.station
    if not of_mode or _is_always("mode", of_mode):
        is_of_mode = True
    else:
        is_of_mode = bool(narrower.mode) and _is_within("mode", narrower.mode, of_mode)
    return is_of_mode and (not wider.station or (bool(at) and set(at) <= set(wider.station)))


def _can_be_taken_away(rule: Rule, excluding: Rule) -> bool:
    """Whether the one may have sent what the other, below it, takes away."""
    is_alike = excluding.takes == "item" or rule.takes == "modifier"
    return is_alike and _sends(rule) and not rule.last and rule.station == excluding.station


def _of_last_alone(rule: Rule, above: list[Rule], below: list[Rule]) -> Iterator[str]:
    taken = any(_sends(o) and o.takes == "item" and _covers(o, rule) for o in above)
    if not taken and any(_sends(other) and other.takes == "item" for other in below):
        yield (
            f"{rule.id} is the last for items of which it takes modifiers alone: "
            "no rule below it is read for the rest of them"
        )


def _undone_by(rule: Rule, below: list[Rule]) -> Rule | None:
    """The rule that takes away all that this one sends, whatever happens in between."""
    if rule.last:
        return None
    for other in below:
        if other.exclude and _can_be_taken_away(rule, other) and _covers(other, rule):
            return other
        if other.last:
            return None
    return None


# ── what the menu says ───────────────────────────────────────────────────────────────


def _of_category(rule: Rule, known: set[str]) -> Iterator[str]:
    """`known` is empty where the menu has no categories: then points of sale send them."""
    if rule.category and known and not any(map(test_of("category", rule.category), known)):
        yield f"{rule.id}: nothing on the menu has the category {' or '.join(rule.category)}"


def _of_names(menu: Menu) -> Iterator[str]:
    named: defaultdict[str, list[MenuItem]] = defaultdict(list)
    for item in menu.items:
        named[item.name.casefold()].append(item)
    for items in named.values():
        if len({frozenset(map(str.casefold, item.allergens)) for item in items}) > 1:
            plus = ", ".join(item.plu for item in items)
            yield (
                f"{items[0].name!r} is on the menu {len(items)} times ({plus}), with other "
                "allergens: ordered without a PLU, it is said to contain all of them"
            )


# ── what falls through ───────────────────────────────────────────────────────────────


def _of_modes(taking: list[Rule]) -> Iterator[str]:
    nowhere = {mode for mode in MODES if taking and not any(_is_for(r, mode) for r in taking)}
    if nowhere:
        yield f"no rule takes anything of orders for {', '.join(_in_order(nowhere))}"
    for alike in _split_by("mode", taking):
        such = replace(alike[0], mode=())
        others = [rule for rule in taking if _covers(replace(rule, mode=()), such)]
        missing = {mode for mode in MODES if not any(_is_for(rule, mode) for rule in others)}
        is_told = len(missing) == len(MODES)  # That these rules are for modes that nobody sends.
        if missing - nowhere and not is_told:
            yield (
                f"{_take(alike)} {in_words(such)} by mode, and no such rule takes it for "
                f"{', '.join(_in_order(missing - nowhere))}"
            )


def _of_courses(taking: list[Rule]) -> Iterator[str]:
    if taking and all(rule.course for rule in taking):
        yield "no rule takes an item that comes without a course"
        return
    for alike in _split_by("course", taking):
        such = replace(alike[0], course=())
        if not any(not rule.course and _covers(rule, such) for rule in taking):
            yield f"{_take(alike)} {in_words(such)} by course, and no such rule takes it without"


def _of_holes(rules: list[Rule]) -> Iterator[str]:
    """What is sent somewhere, but not for a mode or a course that another rule excludes."""
    for place, excluding in enumerate(rules):
        if not excluding.exclude or excluding.takes != "item":
            continue
        for rule in rules[:place]:
            is_whole = rule.takes == "item" and _can_be_taken_away(rule, excluding)
            if is_whole and (without := _taken_from(rule, excluding, rules)):
                yield (
                    f"{excluding.id} takes {in_words(rule)} away from {rule.station!r} for "
                    f"{', '.join(without)}, and no such rule sends it anywhere else"
                )


def _taken_from(rule: Rule, excluding: Rule, rules: list[Rule]) -> list[str]:
    """The modes, and else the courses, for which nothing else sends what the one sends."""
    if not _covers(replace(excluding, mode=(), course=()), rule):
        return []
    if excluding.course and rule.course:
        return []
    such = replace(rule, course=excluding.course or rule.course)
    courses = [f"course {' or '.join(excluding.course)}"] if excluding.course else []
    if not excluding.mode:
        return courses if courses and not _is_sent(such, rules) else []
    modes = [mode for mode in MODES if _is_for(excluding, mode) and _is_for(rule, mode)]
    modes = [mode for mode in modes if not _is_sent(replace(such, mode=(mode,)), rules)]
    return [*modes, *courses] if modes else []


def _is_sent(such: Rule, rules: list[Rule]) -> bool:
    """Whether one of them sends all that such a rule fits, whole, and nothing takes it away."""
    return any(
        _sends(rule)
        and rule.takes == "item"
        and _covers(rule, such)
        and not _undone_by(replace(such, station=rule.station, last=rule.last), rules[place + 1 :])
        for place, rule in enumerate(rules)
    )


def _is_for(rule: Rule, mode: str) -> bool:
    return not rule.mode or bool(test_of("mode", rule.mode)(mode_key(mode)))


def _in_order(modes: set[str]) -> list[str]:
    return [mode for mode in MODES if mode in modes]


def _split_by(condition: Literal["mode", "course"], taking: list[Rule]) -> Iterator[list[Rule]]:
    """Rules that are for the same, but for some modes each, or courses."""
    alike: defaultdict[tuple[Any, ...], list[Rule]] = defaultdict(list)
    for rule in taking:
        rest = tuple((each, wanted) for each, wanted in conditions_of(rule) if each != condition)
        if rest and getattr(rule, condition):
            alike[rest].append(rule)
    yield from alike.values()


def _take(rules: list[Rule]) -> str:
    return ", ".join(rule.id for rule in rules) + (" take" if rules[1:] else " takes")


# ── what is part of what ─────────────────────────────────────────────────────────────


def _covers(wider: Rule, narrower: Rule) -> bool:
    """Whether the one certainly fits all that the other fits. Not all that is so is seen."""
    for condition, wanted in conditions_of(wider):
        given = getattr(narrower, condition)
        if _is_always(condition, wanted):
            continue
        if not given or not _is_within(condition, given, wanted):
            return False
    return True


def _is_always(condition: Condition, wanted: Any) -> bool:
    """Whether it holds for every item."""
    if condition in ("name", "mode"):
        return any(set(pattern) == {"*"} for pattern in wanted)
    if condition == "weekday":
        return set(wanted) == set(WEEKDAYS)
    return condition == "time_of_day" and all(minute in wanted for minute in _A_DAY)


def _is_within(condition: Condition, narrower: Any, wider: Any) -> bool:
    if condition == "menu_item_id":
        return bool(narrower == wider)
    if condition == "weekday":
        return set(narrower) <= set(wider)
    if condition == "time_of_day":
        return all(minute in wider for minute in _A_DAY if minute in narrower)
    patterns = folded_patterns(condition, wider)
    return all(
        any(_is_pattern_within(pattern, other) for other in patterns)
        for pattern in folded_patterns(condition, narrower)
    )


def _is_pattern_within(narrower: str, wider: str) -> bool:
    if narrower == wider:
        return True
    if "[" in narrower + wider or "?" in wider:
        return False
    # What stands for something else in the one can only be where anything may be in the other.
    return fnmatchcase(narrower, wider)
