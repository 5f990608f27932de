"""When the stations of an order begin: so that what is fired together is finished together.

    finish of a course = the latest of its lines: begun, or due, or now + its preparation
    a station begins   = that finish − the longest preparation that it has still to begin

A line that is due later is *held*, like one that waits for its course, but with a time at
which it fires itself (`Line.due`). Whoever cannot wait starts it: cooks are never kept from
cooking. A line whose preparation nobody knows is not held for the others.

An order for later is for now as soon as anybody has begun it: none of it waits for its time then.

It is planned again whenever an order changes, a line is fired, begun or done. Times are the
kitchen's own clock (`Moment.tick`): a wall clock that jumps moves nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from appliance.kitchen.boards import UNKNOWN_SECONDS
from appliance.kitchen.order import Courses, Order, Placed, course_number
from appliance.kitchen.settings import Settings
from appliance.kitchen.ticket import Line, Moment, Ticket
from appliance.kitchen.working import fitting, with_lines

NOT_WORTH_A_CHANGE_MS: Final = 2_000
"""A plan that moves by less stays: nobody cooks to the second, and each change is an event."""

UNKNOWN_LEAD_SECONDS: Final = 900
"""How long before its pick-up time an order is begun of which nobody knows how long anything
takes: most of what kitchens make is ready by then, and nothing is cold."""

Course = int | str | None
"""Its number, or else the name of one that has none."""


class Terms(NamedTuple):
    """What the times of an order depend on besides its tickets."""

    order: Order
    cooking: Collection[str]
    """The stations where something is made, and those where some of it was."""
    release: int
    """Tick before which nothing of it begins by itself; 0 for an order that is for now.
    See `waits_until`."""


def terms_of(placed: Placed, cooking: Collection[str]) -> Terms:
    """Of an order as it is; `cooking` are the stations where something is made now."""
    return Terms(placed.order, {*cooking, *placed.stations}, placed.release)


def waits_until(tickets: Mapping[str, Ticket], terms: Terms, now: Moment) -> int:
    """The tick before which nothing of an order begins by itself, as its tickets stand.

    0 for an order that is for now, by what it says or because it was begun: something was
    fired or bumped where it is cooked, or started there or at the pass. What is ticked alone
    was made ahead.
    """
    if terms.release <= now.tick:
        return 0
    is_begun = any(
        line.begun is not None or (station in terms.cooking and (line.to_do or line.bump))
        for station, ticket in tickets.items()
        for line in ticket.lines
    )
    return 0 if is_begun else terms.release


def lead_of(tickets: Iterable[Ticket]) -> int:
    """How long before its pick-up time an order has to be begun, as far as anybody knows, seconds.

    That is its longest preparation; one that nobody knows counts a little beside others.
    """
    preps = [line.prep for each in tickets for line in each.lines if line.change != "deleted"]
    return max(prep or UNKNOWN_SECONDS for prep in preps) if any(preps) else UNKNOWN_LEAD_SECONDS


def release_of(order: Order, lead: int, now: Moment, settings: Settings) -> int:
    """When an order for later is to be begun; 0 for one that is for now.

    That is its pick-up time less `prepTimeDuration`, or else less `lead`, that of `lead_of`.
    While the wall clock is not set, every order is for now; one that is wanted as soon as
    possible always is.
    """
    if order.asap or order.pickup_at is None:
        return 0
    if not settings.hold_future_orders or not now.wall_is_set:
        return 0
    release = now.tick + order.pickup_at - now.at - _lead(order, lead)
    return release if release > now.tick else 0


def changed_release(
    before: Placed, order: Order, lead: int, now: Moment, settings: Settings
) -> int:
    """When an order that was changed is to be begun, as `release_of`.

    A pick-up time that stays is the tick that it was when it came, whatever the wall clock
    says by now; one that could not be kept, or came while that was not set, moves nothing.
    """
    if order.pickup_at != before.order.pickup_at:
        return release_of(order, lead, now, settings)
    if not settings.hold_future_orders or order.asap:
        return 0
    wanted = before.promised
    release = before.release if wanted is None else wanted - _lead(order, lead)
    return release if release > now.tick else 0


def _lead(order: Order, lead: int) -> int:
    """The same in milliseconds, or what the point of sale says."""
    sent = milliseconds_of(order.prep_time_duration)
    return lead * 1000 if sent is None else sent


@lru_cache(256)  # A point of sale sends the same few all night.
def milliseconds_of(duration: str | None) -> int | None:
    """Of an ISO 8601 duration such as `PT30M`; None for what is none, or is negative."""
    if duration is None:
        return None
    try:
        parsed = msgspec.convert(duration.strip().upper(), timedelta)
    except (msgspec.ValidationError, OverflowError):
        return None
    return parsed // timedelta(milliseconds=1) if parsed >= timedelta() else None


def planned(
    tickets: Mapping[str, Ticket], terms: Terms, now: Moment, settings: Settings
) -> dict[str, Ticket]:
    """The tickets of an order, by station, with every line held or fired as it is to be now."""
    release = waits_until(tickets, terms, now)
    earliest = max(now.tick, release)
    courses = {item.line_id: _course(item.course, settings.courses) for item in terms.order.items}
    finishes = _finishes(tickets, terms.cooking, courses, earliest)
    after = dict(tickets)
    for station, ticket in tickets.items():
        if not ticket.workable:
            continue
        if station in terms.cooking:
            begins = _begins(ticket, courses, finishes, earliest, settings)
        else:  # Where it is only seen, all of it is seen as soon as any of it may begin.
            begins = {line.id: earliest for line in ticket.lines if line.timed}
        after[station] = _timed(ticket, begins, release, now)
    return after


def _course(text: str | None, numbers: Courses) -> Course:
    number = course_number(text, numbers)
    return ((text or "").strip().casefold() or None) if number is None else number


def _finishes(
    tickets: Mapping[str, Ticket],
    cooking: Collection[str],
    courses: Mapping[str, Course],
    earliest: int,
) -> dict[Course, int]:
    """By course, the tick at which the last of its lines is finished."""
    finishes: dict[Course, int] = defaultdict(int)
    for station, ticket in tickets.items():
        if station in cooking and ticket.workable:
            for line in filter(_is_running, ticket.lines):
                began = earliest if line.timed else _began(line, earliest)
                course = courses.get(line.id)
                finishes[course] = max(finishes[course], began + line.prep * 1000)
    return finishes


def _began(line: Line, otherwise: int) -> int:
    """When a fired line was begun, or, as far as anybody knows, was to be."""
    known = line.due if line.begun is None else line.begun
    return otherwise if known is None else known


def _begins(
    ticket: Ticket,
    courses: Mapping[str, Course],
    finishes: Mapping[Course, int],
    earliest: int,
    settings: Settings,
) -> dict[str, int]:
    """By line that has still to begin, the tick at which it is to."""
    waiting = [line for line in ticket.lines if _is_running(line) and line.timed]
    if not settings.finish_together:
        return dict.fromkeys((line.id for line in waiting), earliest)
    longest: dict[Course, int] = defaultdict(int)
    for line in waiting:
        course = courses.get(line.id)
        longest[course] = max(longest[course], line.prep * 1000)
    begins = {}
    for line in waiting:
        course = courses.get(line.id)
        begin = finishes[course] - longest[course] if line.prep else earliest
        begins[line.id] = max(begin, earliest)
    return begins


def _is_running(line: Line) -> bool:
    """Whether it is being cooked, or is to be without anybody's word."""
    return not (line.done or line.bump or line.change == "deleted" or line.unfired)


def _timed(ticket: Ticket, begins: Mapping[str, int], release: int, now: Moment) -> Ticket:
    lines = tuple(
        _due(line, begins[line.id], now) if line.id in begins and line.timed else line
        for line in ticket.lines
    )
    fits = lines == ticket.lines and ticket.status == fitting(ticket.status, lines)
    after = ticket if fits else with_lines(ticket, lines, now)
    if after.status != "held":
        return after
    queued = release or min(after.queued, now.tick)
    return after if after.queued == queued else replace(after, queued=queued)


def _due(line: Line, begin: int, now: Moment) -> Line:
    if begin <= now.tick:
        return replace(line, held=False, due=now.tick)
    planned_before = line.due is not None and line.due > now.tick
    if planned_before and abs((line.due or 0) - begin) < NOT_WORTH_A_CHANGE_MS:
        return line
    return replace(line, due=begin)
