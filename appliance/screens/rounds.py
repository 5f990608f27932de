"""Looks after all screens, again and again: how they are, who covers, where they are, what is fed.

registry, knocks, boards, whereabouts, feeding ▶ Rounds ▶ ScreensNow, feeding
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Final

from appliance.expeditor import Expeditor
from appliance.kitchen.ticket import Moment
from appliance.log import Log
from appliance.screens.boards import Boards
from appliance.screens.feeder import FeedStatus
from appliance.screens.feeding import Fed, Feeding
from appliance.screens.knocks import Knocks
from appliance.screens.liveness import Pulse, Standing, assess
from appliance.screens.registry import Adopted, Registry
from appliance.screens.whereabouts import Whereabouts
from appliance.screens_now import ScreenHealth, ScreenNow, ScreensNow

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 0.5
"""Between two looks where nothing is told meanwhile."""
DEAF_SECONDS: Final = 2.0
"""A look that is later than this was not delayed by others: this machine stood still, and what was
said meanwhile is still to be read. Who was there before has to be silent anew to be away."""


class Rounds:
    """Of one appliance. Seconds are monotonic."""

    def __init__(
        self,
        expeditor: Expeditor,
        log: Log,
        now: ScreensNow,
        *,
        registry: Registry,
        knocks: Knocks,
        boards: Boards,
        whereabouts: Whereabouts,
        feeding: Feeding,
    ) -> None:
        self._expeditor = expeditor
        self._log = log
        self._registry = registry
        self._knocks = knocks
        self._boards = boards
        self._whereabouts = whereabouts
        self._feeding = feeding
        self._now = now
        self._started: float | None = None
        self._looked = 0.0
        self._awaited: dict[str, float] = {}
        """See `Pulse.awaited`."""
        self._since: dict[str, int] = {}
        """Since which tick of the kitchen's clock a screen is as it is."""
        self._standings: Mapping[str, Standing] = {}
        self._fed: Mapping[str, Fed] = {}
        self.went_away = 0
        """How often since the start, as the next two."""
        self.came_back = 0
        self.covers_begun = 0
        self._show(registry.screens, self._assess(registry.screens, 0.0), 0.0)

    def begin(self, now: float) -> None:
        """From now on screens can be heard."""
        self._started = self._looked = now

    def adopted(self, screen: str, now: float) -> None:
        """It is there from now on; whatever was known of one of that id is of another."""
        self._awaited[screen] = now
        self._whereabouts.adopted(screen, now)

    def feed_status(self, screen: str) -> FeedStatus | None:
        """Of a LAN screen."""
        try:
            return self._feeding.status(screen)
        except KeyError:
            return None

    def look(self, now: float) -> None:
        """How all of them are at this moment, and what follows."""
        if now - self._looked >= LOOK_SECONDS + DEAF_SECONDS:
            there = (name for name, each in self._standings.items() if each.state != "away")
            self._awaited.update(dict.fromkeys(there, now))
        self._looked = now
        self._boards.keep({each.device for each in self._registry.screens if each.device})
        self._boards.log_is_at(self._log.head, now)
        self._whereabouts.follow(self._registry.screens, self._is_away, self.feed_status, now)
        screens = self._registry.screens
        self._forget_others({screen.id for screen in screens})
        unseen = self._assess(screens, now)
        self._feed(screens)
        self._show(screens, unseen, now)

    # ── how they are ─────────────────────────────────────────────────────────────────

    def _assess(self, screens: Sequence[Adopted], now: float) -> frozenset[str]:
        self._standings, unseen = assess(
            screens,
            {screen.id: self._pulse(screen, now) for screen in screens},
            self._expeditor.kitchen.router.stations,
            started=now if self._started is None else self._started,
            now=now,
        )
        return unseen

    def _pulse(self, screen: Adopted, now: float) -> Pulse:
        awaited = self._awaited.get(screen.id, 0.0)
        if screen.device is not None:
            heard = self._boards.last_painted(screen.device)
            behind = self._boards.behind_since(screen.device, now)
            health = self._boards.health(screen.device, now)
            computer = "" if health is None else _in_words(health)
            stuck = self._boards.stuck_since(screen.device, now)
            return Pulse(heard, behind, "", stuck, computer=computer, awaited=awaited)
        status = self.feed_status(screen.id)
        nowhere = "nobody knows where it is" if screen.address is None else ""
        place_trouble = self._whereabouts.in_its_place(screen) or nowhere
        if status is None:
            return Pulse(None, None, place_trouble, awaited=awaited)
        trouble = place_trouble or status.trouble
        return Pulse(
            status.heard,
            status.behind_since,
            trouble,
            status.stuck_since,
            _complaint(status.refused),
            awaited=awaited,
        )

    def _conflict(self, screen: Adopted, now: float) -> str:
        if screen.device is not None:
            asking = self._knocks.who_say_to_be(screen.id, now)
            return self._boards.conflict(screen.device, asking, now)
        if screen.proto == "board":
            return ""
        status = self.feed_status(screen.id)
        heard = None if status is None else status.heard
        return self._whereabouts.conflict(screen, heard, self._started or now)

    # ── what follows ─────────────────────────────────────────────────────────────────

    def _feed(self, screens: Sequence[Adopted]) -> None:
        fed = {
            screen.id: Fed(
                screen.address, self._to_show(screen), self._whereabouts.is_held(screen.id)
            )
            for screen in screens
            if screen.proto == "lan"
        }
        if fed != self._fed:
            self._fed = fed
            self._feeding.feed(fed)

    def _to_show(self, screen: Adopted) -> frozenset[str] | None:
        own = screen.wanted.station
        if own is None:
            return None
        there = {own} & self._expeditor.kitchen.router.stations.keys()
        return frozenset(there | {*self._standings[screen.id].covers})

    def _is_away(self, screen: str) -> bool:
        standing = self._standings.get(screen)
        return standing is not None and standing.state == "away"

    def _forget_others(self, screens: set[str]) -> None:
        for of_screens in (self._awaited, self._since):
            for screen in of_screens.keys() - screens:
                del of_screens[screen]

    # ── what is told ─────────────────────────────────────────────────────────────────

    def _show(self, screens: Sequence[Adopted], unseen: frozenset[str], now: float) -> None:
        moment = self._expeditor.now()
        shown = [self._screen_now(screen, moment, now) for screen in screens]
        for screen in shown:
            self._say(self._now.screens.get(screen.id), screen)
        self._now.show(shown, unseen)

    def _screen_now(self, screen: Adopted, moment: Moment, now: float) -> ScreenNow:
        standing = self._standings[screen.id]
        before = self._now.screens.get(screen.id)
        if before is not None and before.state == standing.state:
            # The wall clock may have been set since.
            since = moment.on_the_wall(self._since[screen.id], before.since)
        else:
            ago = round(standing.silent * 1000) if standing.state == "away" else 0
            self._since[screen.id] = moment.tick - ago
            since = moment.at - ago
        return ScreenNow(
            id=screen.id,
            name=screen.wanted.name,
            proto=screen.proto,
            station=screen.wanted.station,
            state=standing.state,
            why=standing.why,
            since=since,
            covers=standing.covers,
            covered_by=standing.covered_by,
            device=screen.device,
            conflict=self._conflict(screen, now),
            missed=standing.is_missed,
            shows=screen.wanted.shows,
            look=screen.wanted.look,
        )

    def _say(self, before: ScreenNow | None, screen: ScreenNow) -> None:
        """What is new of it, in the log and the counters."""
        was = None if before is None else before.state
        if screen.state != was:
            if screen.state == "away":
                self.went_away += 1
                logger.warning("screen %s is away: %s", screen.id, screen.why)
            elif screen.state == "behind":
                logger.warning("screen %s is behind: %s", screen.id, screen.why)
            elif screen.state == "live":
                logger.info("screen %s is live", screen.id)
            self.came_back += was == "away" and screen.state in ("live", "behind")
        covered_by = None if before is None else before.covered_by
        if screen.covered_by != covered_by:
            if screen.covered_by is None:
                logger.info("screen %s is covered by no other any more", screen.id)
            else:
                self.covers_begun += 1
                logger.warning("screen %s is covered by %s", screen.id, screen.covered_by)
        if screen.conflict and not (before is not None and before.conflict):
            logger.warning("screen %s: %s", screen.id, screen.conflict)


def _complaint(refused: int) -> str:
    if not refused:
        return ""
    return "it refuses an order" if refused == 1 else f"it refuses {refused} orders"


def _in_words(health: ScreenHealth) -> str:
    words = f"browser {health.browser}"
    if health.restarts:
        words += f", restarts: {health.restarts}"
    return f"{words} ({health.why})" if health.why else words
