"""What pages say that they show: when each board was last heard, and how far it is.

pages ─ painted up to there ▶ Boards ▶ liveness
"""

from collections import deque
from collections.abc import Collection, Iterable
from itertools import chain, combinations, product
from typing import Final, NamedTuple

from appliance.screens.liveness import AWAY_SECONDS, BEHIND_SECONDS, Stay, are_at_once
from appliance.screens_now import ScreenHealth

HEALTH_SECONDS: Final = 15.0
"""After which what an agent said is not told any more: it says it every two seconds."""
_HEADS_SECONDS: Final = 2 * BEHIND_SECONDS
"""How far back it is known where the log was; who is behind for longer is behind in any case."""


class _Page(NamedTuple):
    device: str
    address: str
    seq: int
    stay: Stay


class _Agent(NamedTuple):
    health: ScreenHealth
    heard: float


class Boards:
    """All boards' pages, by the devices whose tokens they have. Seconds are monotonic."""

    def __init__(self) -> None:
        self._pages: dict[object, _Page] = {}
        self._painted: dict[str, float] = {}
        """When a page of a device last said something, also where that page is closed."""
        self._stuck: dict[str, float] = {}
        """When a device last painted something new, or was known not to be behind."""
        self._addresses: dict[str, str] = {}
        self._agents: dict[str, _Agent] = {}
        self._heads: deque[tuple[float, int]] = deque()
        """Where the log was from when on, the oldest first."""

    def painted(self, device: str, address: str, page: object, seq: int, now: float) -> bool:
        """A page shows everything up to there; whether nothing was heard of its board of late."""
        before, newest = self._pages.get(page), self.seq(device, now)
        first = now if before is None else before.stay.first
        if newest is None or seq > newest:
            self._stuck[device] = now
        was_away = now - self._painted.get(device, -AWAY_SECONDS) >= AWAY_SECONDS
        self._pages[page] = _Page(device, address, seq, Stay(first, now))
        self._painted[device] = now
        self._addresses[device] = address
        return was_away

    def closed(self, page: object) -> None:
        """Its connection has ended."""
        self._pages.pop(page, None)

    def agent(self, device: str, address: str, health: ScreenHealth | None, now: float) -> None:
        """What the agent with this device's token says of itself."""
        self._addresses[device] = address
        if health is not None:
            self._agents[device] = _Agent(health, now)

    def log_is_at(self, head: int, now: float) -> None:
        """So far there is something to show."""
        if not self._heads or self._heads[-1][1] != head:
            self._heads.append((now, head))
        while len(self._heads) > 1 and self._heads[1][0] <= now - _HEADS_SECONDS:
            self._heads.popleft()

    def keep(self, devices: Collection[str]) -> None:
        """Forget all others."""
        for of_devices in (self._painted, self._stuck, self._addresses, self._agents):
            for device in of_devices.keys() - devices:
                del of_devices[device]
        for page, said in list(self._pages.items()):
            if said.device not in devices:
                del self._pages[page]

    def last_painted(self, device: str) -> float | None:
        """When a page last said what it shows; None: never."""
        return self._painted.get(device)

    def address(self, device: str) -> str | None:
        """Where it was last heard from."""
        return self._addresses.get(device)

    def health(self, device: str, now: float) -> ScreenHealth | None:
        """What its agent says, if there is one that still does."""
        agent = self._agents.get(device)
        return agent.health if agent and now - agent.heard < HEALTH_SECONDS else None

    def seq(self, device: str, now: float) -> int | None:
        """What one of its pages shows leads up to there; None where none is there."""
        return max((page.seq for page in self._alive(device, now)), default=None)

    def behind_since(self, device: str, now: float) -> float | None:
        """Since when there is something that none of its pages shows; None while all is shown."""
        seq = self.seq(device, now)
        if seq is None:
            return None
        return next((since for since, head in self._heads if head > seq), None)

    def stuck_since(self, device: str, now: float) -> float | None:
        """Since when it is behind and has painted nothing new; None while it is not behind."""
        if (behind := self.behind_since(device, now)) is None:
            self._stuck[device] = now
            return None
        return self._stuck.get(device, behind)

    def conflict(self, device: str, asking: Iterable[tuple[str, Stay]], now: float) -> str:
        """In words, where two are there at once, at two addresses.

        `asking`: who else says to be this board, without its token.
        """
        painting = [(page.address, page.stay) for page in self._alive(device, now)]
        for (one, stay), (other, other_stay) in chain(
            combinations(painting, 2), product(painting, asking)
        ):
            if one != other and are_at_once(stay, other_stay):
                return f"{' and '.join(sorted((one, other)))} both say to be it"
        return ""

    def is_elsewhere(self, device: str, address: str, now: float) -> bool:
        """Whether it is there, and none of its pages is at this address."""
        places = {page.address for page in self._alive(device, now)}
        return bool(places) and address not in places

    def _alive(self, device: str, now: float) -> list[_Page]:
        return [
            page
            for page in self._pages.values()
            if page.device == device and now - page.stay.heard < AWAY_SECONDS
        ]
