"""Who is there, who covers for whom: from when each was last heard. Pure; seconds are monotonic."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from appliance.screens.registry import Adopted
from appliance.screens_now import ScreenState

AWAY_SECONDS: Final = 5.0
"""Without a word, which comes every two seconds."""
BEHIND_SECONDS: Final = 5.0
"""So long a screen may take to show what is new."""


class Pulse(NamedTuple):
    """What is known of a screen."""

    heard: float | None
    """When it last said something, or answered; None: never since the start."""
    behind_since: float | None
    """Since when it does not show the newest; None while it does."""
    trouble: str = ""
    """In words, what it last failed with."""
    stuck_since: float | None = None
    """Since when it shows nothing of what is new, or not all; None while it gets on."""
    complaint: str = ""
    """In words, what is to be said of it though it is there."""
    computer: str = ""
    """In words, how the computer of a board says to be; empty where none says anything."""
    awaited: float = 0.0
    """Since when it could be heard, if that is not so since the start: it was adopted later, or the
    appliance itself stood still."""


UNHEARD: Final = Pulse(None, None)


class Stay(NamedTuple):
    """When somebody was somewhere."""

    first: float
    heard: float


def are_at_once(one: Stay, other: Stay) -> bool:
    """Whether both were there for longer than it takes to go from one place to the other."""
    return min(one.heard, other.heard) - max(one.first, other.first) >= AWAY_SECONDS


class Standing(NamedTuple):
    """How a screen is, and what follows."""

    state: ScreenState
    why: str
    covers: tuple[str, ...]
    covered_by: str | None
    silent: float = 0.0
    """Seconds since its last word, or since it could have said one."""
    is_missed: bool = False
    """For longer than its patience it has been away, or stuck."""


class Assessment(NamedTuple):
    """Of all of them."""

    standings: Mapping[str, Standing]
    """By id."""
    unseen: frozenset[str]
    """See `ScreensNow.unseen`."""


def assess(
    screens: Sequence[Adopted],
    pulses: Mapping[str, Pulse],
    stations: Collection[str],
    *,
    started: float,
    now: float,
) -> Assessment:
    """How all of them are at this moment.

    A screen that was away for longer than its patience, or that is there and takes nothing that is
    new, is shown on its backup, or on the backup of that where it is no better, never in a circle;
    unless another screen that is well is for the same station. One for all stations is for none of
    them in that sense: it may hang in an office. One for guests shows no station: nobody covers for
    it, nor it for anybody. `stations`: all that there are. `started`: when the appliance began to
    listen: nobody is away before that.
    """
    by_id = {screen.id: screen for screen in screens}
    standings = {
        screen.id: _standing(
            screen,
            pulses.get(screen.id, UNHEARD),
            "; ".join(_gone(screen, by_id, stations)),
            started=started,
            now=now,
        )
        for screen in screens
    }
    kitchens = [screen for screen in screens if screen.wanted.shows != "ready"]
    there = {each.id for each in kitchens if _is_well(standings[each.id])}
    unseen: set[str] = set()
    for screen in kitchens:
        if not standings[screen.id].is_missed:
            continue
        missed = _missed(screen, [by_id[name] for name in there], stations)
        unseen.update(missed)
        stand_in = _stand_in(screen, by_id, there)
        if missed and stand_in is not None:
            standings[screen.id] = standings[screen.id]._replace(covered_by=stand_in)
            covered = {*standings[stand_in].covers, *missed}
            in_order = tuple(station for station in stations if station in covered)
            standings[stand_in] = standings[stand_in]._replace(covers=in_order)
    return Assessment(standings, frozenset(unseen))


def _is_well(standing: Standing) -> bool:
    return standing.state in ("live", "behind") and not standing.is_missed


def _standing(screen: Adopted, pulse: Pulse, gone: str, *, started: float, now: float) -> Standing:
    if screen.proto == "board" and screen.device is None:
        return Standing("not seen yet", "it has to show its code, and be adopted", (), None)
    silent = now - max(started, pulse.awaited, started if pulse.heard is None else pulse.heard)
    if silent >= AWAY_SECONDS:
        silence = "nothing is painted" if pulse.computer else "nothing is heard of it"
        why = _besides(pulse.trouble or silence, pulse)
        is_missed = silent >= screen.wanted.patience
        return Standing("away", why, (), None, silent, is_missed)
    if pulse.heard is None:
        why = gone or _besides("nothing was heard of it yet", pulse)
        return Standing("not seen yet", why, (), None, silent)
    late = 0.0 if pulse.behind_since is None else now - max(started, pulse.behind_since)
    if late >= BEHIND_SECONDS:
        why = pulse.trouble or pulse.complaint or "it does not show the newest"
        is_stuck = pulse.stuck_since is not None and (
            now - max(started, pulse.stuck_since) >= screen.wanted.patience
        )
        return Standing("behind", _besides(why, pulse), (), None, silent, is_stuck)
    why = "; ".join(filter(None, [gone, pulse.complaint]))
    return Standing("live", why, (), None, silent)


def _besides(why: str, pulse: Pulse) -> str:
    return f"{why}; its computer answers: {pulse.computer}" if pulse.computer else why


def _gone(screen: Adopted, screens: Collection[str], stations: Collection[str]) -> Iterator[str]:
    """What it refers to, and is there no longer."""
    wanted = screen.wanted
    if wanted.station is not None and wanted.station not in stations:
        yield f"there is no station {wanted.station} any more"
    if wanted.backup is not None and wanted.backup not in screens:
        yield f"its backup, {wanted.backup}, is no screen any more"


def _missed(screen: Adopted, there: Collection[Adopted], stations: Collection[str]) -> list[str]:
    """Its stations that no other screen is there for."""
    own = screen.wanted.station
    served = {each.wanted.station for each in there}
    if own is None and None in served:
        return []
    return [each for each in stations if own in (None, each) and each not in served]


def _stand_in(
    screen: Adopted, screens: Mapping[str, Adopted], there: Collection[str]
) -> str | None:
    """The first that is there of its backup, the backup of that, and so on."""
    seen = {screen.id}
    name = screen.wanted.backup
    while name is not None and name in screens and name not in seen:
        if name in there:
            return name
        seen.add(name)
        name = screens[name].wanted.backup
    return None
