"""The screens of an appliance, as long as it runs: found, adopted, watched, fed.

A screen that is away is a state that is shown, and ends nothing.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from appliance.config import Config
from appliance.expeditor import Expeditor
from appliance.lan.neighbours import Neighbour
from appliance.log import Log
from appliance.mdns.network import Network
from appliance.screens_now import (
    Announced,
    CannotAdopt,
    Knock,
    Knocking,
    ScreenJson,
    ScreensJson,
    ScreensNow,
    ScreensStatus,
    Wanted,
)


class Watcher:
    """Fulfils `screens_now.Screens`, whose methods are documented there."""

    def __init__(
        self,
        config: Config,
        expeditor: Expeditor,
        log: Log,
        directory: Path,
        now: ScreensNow,
        *,
        identifier: str,
    ) -> None:
        """Reads what is on disk; blocks; raises OSError."""
        del config, expeditor, log, directory, now, identifier
        self.network: Network | None = None
        """Once it is known where the doors are; None where only this machine can reach them."""
        self.neighbours: Callable[[], Sequence[Neighbour]] = list
        """Who is heard by beacon."""

    def shown(self) -> ScreensJson:
        """All that is known of them, as it is now."""
        return ScreensJson((), (), (), Announced("", "", ""))

    def status(self) -> ScreensStatus:
        """How they are doing as a whole."""
        return ScreensStatus(None, 0, 0, 0, 0, 0, 0)

    def warnings(self) -> Sequence[str]:
        """A sentence for each thing that somebody should look after.

        A screen that is away longer than its patience, two with one id, another appliance with
        our id or host name.
        """
        return ()

    def knock(self, knock: Knock, token: str) -> Knocking:
        """See `Screens`, as for all that follows."""
        raise NotImplementedError

    def knocking(self, code: str) -> Knocking | None:
        """Whoever shows this code now."""
        del code
        return None

    async def adopt_board(self, knocking: Knocking, wanted: Wanted, device: str) -> ScreenJson:
        """It is this screen from now on."""
        raise CannotAdopt

    def device_of(self, screen: str) -> str | None:
        """The device whose token a board has."""
        del screen
        return None

    def heard(self, device: str, knock: Knock) -> ScreenJson | None:
        """An adopted board's agent says how it is."""
        del device, knock
        return None

    def unpainted_for(self, device: str) -> float | None:
        """Seconds since a page with this device's token last said what it shows."""
        del device
        return None

    def painted(self, device: str, address: str, page: object, seq: int) -> None:
        """A page with this device's token shows everything up to there."""

    def closed(self, page: object) -> None:
        """A page's connection has ended."""

    async def adopt_lan(self, found: str, address: str, wanted: Wanted) -> ScreenJson:
        """It is fed from now on."""
        raise CannotAdopt

    async def change(self, screen: str, wanted: Wanted) -> ScreenJson:
        """As this."""
        del wanted
        raise KeyError(screen)

    async def forget(self, screen: str) -> None:
        """It is nobody's from now on."""
        raise KeyError(screen)

    async def run(self) -> None:
        """Until cancelled."""
        await asyncio.Event().wait()
