"""Where LAN screens are: found again elsewhere, or not yet known to be where they were.

    who says to be where ─┐
    who is away ──────────┴▶ Whereabouts ▶ moved, kept on disk; held until it is known who answers

A LAN screen proves nothing, and its address may be another's tomorrow. So one that announces itself
is fed after an absence only once it is announced where it is anew; where nobody is, after a while.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Final

from appliance import interfaces
from appliance.config.values import Address
from appliance.screens.feeder import FeedStatus
from appliance.screens.liveness import AWAY_SECONDS, Stay
from appliance.screens.registry import Adopted, Registry
from appliance.screens.sightings import (
    BEACON_SECONDS,
    Ip,
    Sighting,
    Sightings,
    conflict,
    ip_of,
    moved_to,
)
from appliance.screens.typed import id_at

logger = logging.getLogger(__name__)

MOVE_SECONDS: Final = 15.0
"""A screen that was moved may take its time to answer there before it is looked for elsewhere."""
ASK_SECONDS: Final = 10.0
"""Between two questions who is at an address: an answer may need four of them, in 7 s."""


class Whereabouts:
    """Of all LAN screens. Seconds are monotonic."""

    def __init__(
        self, registry: Registry, sightings: Sightings, doubt: Callable[[Ip], None]
    ) -> None:
        """`doubt`: who says by mDNS to be at an address is to say so again, or is there no more."""
        self._registry = registry
        self._sightings = sightings
        self._doubt = doubt
        self._known: set[str] = set()
        self._here: dict[str, float] = {}
        """Since when a screen is where it is, if that is not so since the start."""
        self._moved: dict[str, float] = {}
        self._lost: dict[str, float] = {}
        """Of screens of which it is not known who is at their address, when it was known last."""
        self._doubted: dict[str, float] = {}
        """When it was asked last who is there."""

    def adopted(self, screen: str, now: float) -> None:
        """It is there from now on; whatever was known of one of that id is of another."""
        self._known.add(screen)
        self._here[screen] = now
        for of_screens in (self._moved, self._lost, self._doubted):
            of_screens.pop(screen, None)

    def is_held(self, screen: str) -> bool:
        """Whether it is not to be fed where it is, since that may be another."""
        return screen in self._lost

    def in_its_place(self, screen: Adopted) -> str:
        """In words, who else says to be where it is; empty for nobody."""
        if screen.id not in self._lost or (other := self._other(screen)) is None:
            return ""
        return f"another screen, {other.found.id}, is at its address now"

    def conflict(self, screen: Adopted, heard: float | None, started: float) -> str:
        """In words, where two say to be it. `heard`: when it answered last."""
        stay = None if heard is None else Stay(self._here.get(screen.id, started), heard)
        return conflict(screen, stay, self._own(screen))

    def follow(
        self,
        screens: Sequence[Adopted],
        away: Callable[[str], bool],
        status: Callable[[str], FeedStatus | None],
        now: float,
    ) -> None:
        """See where they are."""
        screens = [screen for screen in screens if screen.proto == "lan"]
        self._forget_others({screen.id for screen in screens})
        for screen in screens:
            self._learn(screen, screens)
            how, is_away = status(screen.id), away(screen.id)
            self._hold(screen, how, now, is_away=is_away)
            if self._is_gone(screen, how, now, is_away=is_away):
                self._find(screen, now)
            elif screen.id not in self._lost:
                self._return(screen, now)

    # ── who it is ────────────────────────────────────────────────────────────────────

    def _own(self, screen: Adopted) -> Sequence[Sighting]:
        return self._sightings.of(screen.identity)

    def _learn(self, screen: Adopted, screens: Sequence[Adopted]) -> None:
        """Under which id it announces itself, if it does."""
        if screen.announced is not None:
            return
        if self._sightings.of(screen.id):
            self._registry.learn(screen.id, screen.id)
            return
        place = screen.address
        if place is None or screen.id != id_at(place):
            return
        ids = {each.found.id for each in self._sightings.all_at(place)}
        if len(ids) == 1 and ids.isdisjoint(each.identity for each in screens):
            self._registry.learn(screen.id, ids.pop())

    # ── who is at its address ────────────────────────────────────────────────────────

    def _hold(
        self, screen: Adopted, status: FeedStatus | None, now: float, *, is_away: bool
    ) -> None:
        is_new = screen.id not in self._known
        self._known.add(screen.id)
        place = screen.address
        ip = None if place is None else ip_of(place)
        if place is None or ip is None or screen.announced is None:
            self._lost.pop(screen.id, None)
            return
        said = max((one.said for one in self._own(screen) if place in one.places), default=0.0)
        if screen.id not in self._lost:
            if is_new or (is_away and _is_unreached(status, now)):
                reached = None if status is None else status.reached
                self._lost[screen.id] = now if reached is None else reached
                self._ask(screen.id, ip, now)
            elif self._is_taken(screen, ip, said, now):
                self._lost[screen.id] = now
        if screen.id in self._lost:
            self._let_go(screen, ip, status, said, now)

    def _is_taken(self, screen: Adopted, ip: Ip, said: float, now: float) -> bool:
        """Whether another has been there for long since it said to be there itself."""
        other = self._other(screen)
        if other is None or said >= other.stay.first:
            return False
        self._ask(screen.id, ip, now)  # Perhaps only its word is older than the other's.
        return other.stay.heard - max(said, other.stay.first) >= AWAY_SECONDS

    def _let_go(
        self, screen: Adopted, ip: Ip, status: FeedStatus | None, said: float, now: float
    ) -> None:
        """It is fed again, once it has said to be there, or nobody has for long."""
        answers = None if status is None else status.answers_since
        waited = 0.0 if answers is None else now - answers
        is_there = said > self._lost[screen.id]
        if waited >= BEACON_SECONDS and self._other(screen) is None:
            # What answers for that long, and says nothing, counts less than a claim elsewhere.
            is_there |= not self._find(screen, now)
        if is_there:
            del self._lost[screen.id]
        elif waited:
            self._ask(screen.id, ip, now)

    def _is_gone(
        self, screen: Adopted, status: FeedStatus | None, now: float, *, is_away: bool
    ) -> bool:
        """Whether it is not where it was: nothing answers there, or another says to be there."""
        if screen.id not in self._lost:
            return screen.address is None or (is_away and _is_unreached(status, now))
        is_answered = status is not None and status.answers_since is not None
        return self._other(screen) is not None or (is_away and not is_answered)

    def _other(self, screen: Adopted) -> Sighting | None:
        """Who says to be where it is, and to be another.

        Against a beacon, which tells from where it comes, no word by mDNS counts.
        """
        if screen.address is None:
            return None
        here = self._sightings.all_at(screen.address)
        is_beaconed = any(
            each.found.id == screen.announced and "beacon" in each.found.by for each in here
        )
        return next(
            (
                each
                for each in here
                if each.found.id != screen.announced
                and ("beacon" in each.found.by or not is_beaconed)
            ),
            None,
        )

    def _ask(self, screen: str, ip: Ip, now: float) -> None:
        if now - self._doubted.get(screen, now - ASK_SECONDS) >= ASK_SECONDS:
            self._doubted[screen] = now
            self._doubt(ip)

    # ── where it is ──────────────────────────────────────────────────────────────────

    def _find(self, screen: Adopted, now: float) -> bool:
        """Somewhere else, if it is; whether it is."""
        claims = self._own(screen)
        if not claims or now - self._moved.get(screen.id, now - MOVE_SECONDS) < MOVE_SECONDS:
            return False
        try:
            networks, own = interfaces.networks(), interfaces.addresses()
        except OSError as error:
            logger.debug("the networks of this machine cannot be read: %s", error)
            return False
        there = moved_to(screen, claims, networks, own)
        others = (
            each for each in self._registry.screens if each.id not in {screen.id, *self._lost}
        )
        if there in {each.address for each in others}:
            return False
        if there is not None:
            self._move(screen, there, now)
        return there is not None

    def _return(self, screen: Adopted, now: float) -> None:
        """Who says by beacon, which tells from where, to be where it was adopted counts more."""
        if screen.home in (None, screen.address):
            return
        for claim in self._own(screen):
            if screen.home in claim.places and "beacon" in claim.found.by:
                is_fresh = now - claim.stay.heard < AWAY_SECONDS
                if is_fresh and claim.stay.heard - claim.stay.first >= AWAY_SECONDS:
                    self._move(screen, screen.home, now)
                return

    def _move(self, screen: Adopted, there: Address, now: float) -> None:
        was = screen.address or "nowhere"
        logger.warning("screen %s is at %s now; it was at %s", screen.id, there, was)
        self._registry.move(screen.id, there)
        self._moved[screen.id] = self._here[screen.id] = now

    def _forget_others(self, screens: set[str]) -> None:
        self._known &= screens
        for of_screens in (self._here, self._moved, self._lost, self._doubted):
            for screen in of_screens.keys() - screens:
                del of_screens[screen]


def _is_unreached(status: FeedStatus | None, now: float) -> bool:
    """Whether nothing has taken a connection at its address of late."""
    reached = None if status is None else status.reached
    return reached is None or now - reached >= AWAY_SECONDS
