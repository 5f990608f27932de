"""Whom this screen belongs to: knocks at hubs until one adopts it, and at that one from then on.

hubs ─ at most MOST_AT_ONCE of them ▶ knock ─ codes ▶ page
                                          ─ adopted ▶ home, kept on disk; how it does there

Home is where the hub that adopted this screen was last. While it answers there, nobody else is
asked; while it does not, whoever announces its id elsewhere is, since addresses change. The token
goes only to who has proven since then to be that hub, where it was and elsewhere.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final, NamedTuple, NoReturn

import aiohttp
from msgspec.structs import replace

from appliance.config import Site
from appliance.kiosk.home import Home
from appliance.kiosk.hubs import Hub, given, is_at, with_one_id
from appliance.kiosk.kept import Kept, KnownHub
from appliance.kiosk.knocking import (
    Adopted,
    New,
    Question,
    Silent,
    caller,
    knock,
    recognition,
)
from appliance.mdns.found import harmless
from appliance.screens_now import ScreenHealth

logger = logging.getLogger(__name__)

KNOCK_EVERY_SECONDS: Final = 2.0
MOST_AT_ONCE: Final = 4
"""Hubs that are knocked at: more are in no kitchen, and codes of more would not fit the page."""


class Heard(NamedTuple):
    """What came of the last knock at a hub that has not adopted this screen."""

    code: str
    """Empty for none."""
    why: str
    """There is none, in words; empty where there is."""
    at: float
    site: Site
    name: str = ""
    """The kitchen's, as it said; empty where it did not."""


class Belonging:
    """One screen among hubs."""

    def __init__(
        self, kept: Kept, name: str, health: Callable[[], ScreenHealth], wanted: Site | None
    ) -> None:
        """`wanted`: the hub of the configuration, besides which there is none."""
        self._kept = kept
        self._name = name
        self._health = health
        self._wanted = wanted
        self._heard: dict[tuple[str, Site], Heard] = {}
        self._saving = asyncio.Lock()
        self._told = ""
        """The conflict that is in the log."""
        self._former: Hub | None = None
        """That had adopted it, and forgot it: asked also where nobody can be found."""
        self.found: Callable[[], Sequence[Hub]] = list
        """Who announces to be a hub, as long as none is given."""
        ours = next((hub for hub in kept.hubs if hub.ours and self._may(hub)), None)
        self.home = None if ours is None else Home(ours, silent_since=monotonic())
        """None while this screen belongs to nobody."""

    def _may(self, hub: KnownHub) -> bool:
        return self._wanted in (None, hub.site)

    # ── what is known ────────────────────────────────────────────────────────────────

    def strangers(self) -> list[tuple[Hub, Heard]]:
        """Hubs that are knocked at and have not adopted it, those with a code first."""
        asked = self._asked()
        heard = [
            (hub, self._heard[hub.key])
            for hub in self._others()
            if hub in asked and hub.key in self._heard
        ]
        return sorted(heard, key=lambda each: not each[1].code)

    def conflict(self) -> str:
        """In words, where several claim to be one hub; empty where none do."""
        told = (
            f"{' and '.join(hub.sites[0] for hub in hubs)} both say that they are {hubs[0].name}"
            for hubs in with_one_id(self._hubs()).values()
        )
        return "; ".join(told)

    def _hubs(self) -> Sequence[Hub]:
        if self._wanted is not None:
            return [given(self._wanted)]
        found = self.found()
        former = self._former
        if former is None or any(hub.id == former.id for hub in found):
            return found
        return [former, *found]

    def _others(self) -> list[Hub]:
        """Whom it may knock at besides home: anybody without one, and while that is silent, itself.

        Wherever else it says to be: its address may be another now, or be reached no more.
        """
        home = self.home
        if home is None:
            return list(self._hubs())
        if home.answering_since is not None:
            return []
        elsewhere = (
            replace(hub, sites=tuple(site for site in hub.sites if site != home.hub.site))
            for hub in self._hubs()
            if hub.id == home.hub.id != ""
        )
        return [hub for hub in elsewhere if hub.sites]

    def _asked(self) -> list[Hub]:
        """Those of them that it does knock at: first who answers, the others in turn."""

        def last(hub: Hub) -> tuple[bool, float]:
            heard = self._heard.get(hub.key)
            return (not (heard and heard.code), heard.at if heard else 0.0)

        most = MOST_AT_ONCE if self.home is None else MOST_AT_ONCE - 1
        return sorted(self._others(), key=last)[:most]

    # ── knocking ─────────────────────────────────────────────────────────────────────

    async def run(self) -> NoReturn:
        """Until cancelled."""
        async with caller() as session:
            while True:
                begun = monotonic()
                await self._round(session)
                await asyncio.sleep(max(0.0, begun + KNOCK_EVERY_SECONDS - monotonic()))

    async def link(self) -> str | None:
        """The address that signs the browser in at home; None while there is none to be had."""
        if self.home is None:
            return None
        hub = self.home.hub
        async with caller() as session:
            answer = await self._at_home(session, hub, link=True)
        if not isinstance(answer, Adopted) or answer.sign_in is None:
            return None
        return f"{hub.site}{answer.sign_in}"

    async def _round(self, session: aiohttp.ClientSession) -> None:
        self._tell_conflict()
        asked = self._asked()
        # What was heard before home answered is of no use when it does not any more.
        still = {hub.key for hub in self._others()}
        self._heard = {key: heard for key, heard in self._heard.items() if key in still}
        async with asyncio.TaskGroup() as group:
            if self.home is not None:
                group.create_task(self._at_home(session, self.home.hub))
            for hub in asked:
                group.create_task(self._elsewhere(session, hub))

    async def _at_home(
        self, session: aiohttp.ClientSession, hub: KnownHub, *, link: bool = False
    ) -> New | Adopted | None:
        """Ask there, once it has proven to be home. None where it is not reached."""
        answer: New | Adopted | None = None
        try:
            if await self._is_known_at(session, hub):
                answer = await knock(session, hub.site, hub.api, self._says(link=link), hub.token)
        except Silent as silent:
            if self.home is not None and self.home.hub == hub:
                self.home.does_not_answer(str(silent))
            return None
        if self.home is None or self.home.hub != hub:
            return None  # Meanwhile it belongs to another.
        if isinstance(answer, Adopted):
            self.home.answers(answer)
            return answer
        logger.warning("%s does not know this screen any more", hub.site)
        self.home, self._former = None, Hub(hub.id, hub.name, (hub.site,), hub.api)
        if answer is None:  # Who did not prove to have the token is not sent it later, either.
            self._kept.forget(hub)
            await self._save()
        else:
            await self._keep(replace(hub, ours=False, token=answer.token or hub.token))
        return answer

    async def _is_known_at(self, session: aiohttp.ClientSession, hub: KnownHub) -> bool:
        """Whether who is at home's place has adopted this screen. Raises Silent."""
        if self.home is not None and self.home.answering_since is not None:
            return True  # It was proven then.
        told = await recognition(session, hub.site, hub.api, self._kept.id, hub.token)
        if not told.knows and hub.id not in ("", told.kitchen.id):
            raise Silent("another kitchen is there now")
        return told.knows

    async def _elsewhere(self, session: aiohttp.ClientSession, hub: Hub) -> None:
        site, known = self._place(hub)
        home = None if self.home is None else self.home.hub
        try:
            if home is None:
                await self._ask_in(session, hub, site, known)
            else:
                await self._follow(session, hub, site, home)
        except Silent as silent:
            name = known.name if known else ""
            self._heard[hub.key] = Heard("", str(silent), monotonic(), site, name)

    async def _ask_in(
        self, session: aiohttp.ClientSession, hub: Hub, site: Site, known: KnownHub | None
    ) -> None:
        """Knock at somebody's who may adopt this screen. Raises Silent."""
        token = known.token if known else None
        answer = await knock(session, site, hub.api, self._says(), token)
        if hub.id not in ("", answer.kitchen.id):
            raise Silent("another kitchen is there")
        token = answer.token or token if isinstance(answer, New) else token
        if token is None:
            raise Silent("it gives no token")
        name = harmless(answer.kitchen.name) or hub.name
        here = KnownHub(hub.id, site, name, token, hub.api)
        if isinstance(answer, New):
            self._heard[hub.key] = Heard(answer.code, "", monotonic(), site, name)
            if here != known:
                await self._keep(here)
        elif self.home is None:
            await self._belong(here, answer)

    async def _follow(
        self, session: aiohttp.ClientSession, hub: Hub, site: Site, home: KnownHub
    ) -> None:
        """Belong there, where home is there now. Raises Silent."""
        told = await recognition(session, site, hub.api, self._kept.id, home.token)
        # Its words may come from its own place by somebody who is at this one.
        if not (told.knows and is_at(site, told.at)):
            raise Silent("it does not prove to be the kitchen of this screen")
        answer = await knock(session, site, hub.api, self._says(), home.token)
        if not isinstance(answer, Adopted):
            raise Silent("it does not know this screen any more")
        if self.home is not None and self.home.hub == home and self.home.answering_since is None:
            name = harmless(answer.kitchen.name) or home.name
            await self._belong(replace(home, site=site, api=hub.api, name=name), answer)

    async def _belong(self, hub: KnownHub, answer: Adopted) -> None:
        """From now on."""
        logger.info("this screen belongs to %s at %s", hub.name or "the kitchen", hub.site)
        ours = replace(hub, ours=True)
        self.home = Home(ours)
        self.home.answers(answer)
        await self._keep(ours)

    def _place(self, hub: Hub) -> tuple[Site, KnownHub | None]:
        """Where to knock at it now, and what is known of it there.

        Where it has several addresses, the next after one that did not answer: the token that one
        gave is for no other, which may be anybody's.
        """
        known = {each.site: each for each in self._kept.hubs if each.id == hub.id}
        heard = self._heard.get(hub.key)
        if heard is None or heard.site not in hub.sites:
            site = next((site for site in hub.sites if site in known), hub.sites[0])
        elif heard.why:
            site = hub.sites[(hub.sites.index(heard.site) + 1) % len(hub.sites)]
        else:
            site = heard.site
        return site, known.get(site)

    def _tell_conflict(self) -> None:
        conflict = self.conflict()
        if conflict and conflict != self._told:
            logger.warning("two kitchens have one identity: %s", conflict)
        self._told = conflict

    def _says(self, *, link: bool = False) -> Question:
        return Question(self._kept.id, self._name, self._health(), link)

    async def _keep(self, hub: KnownHub) -> None:
        self._kept.remember(hub)
        await self._save()

    async def _save(self) -> None:
        async with self._saving:
            await asyncio.to_thread(self._kept.save)
