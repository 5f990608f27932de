"""Screens that a test makes up: what was asked of them, and what they answer."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import pytest
from aiohttp import web
from msgspec.structs import asdict, replace

from appliance import service
from appliance.screens_now import (
    UNCHANGED,
    Announced,
    CannotAdopt,
    FoundScreen,
    Hub,
    Knock,
    Knocking,
    ScreenJson,
    ScreenNow,
    ScreensJson,
    ScreensNow,
    ScreensStatus,
    Wanted,
)

AT: int = 1_772_474_400_000
"""2026-03-02T18:00:00Z."""
SHOWN_AT = "2026-03-02T18:00:00Z"
LEFT_TO_IT: Final[dict[str, None]] = dict.fromkeys(
    ("layout", "scale", "colours", "language", "sounds")
)
"""The look of a board for which nobody has chosen any."""


def screen(its_id: str, station: str | None = None, /, **more: Any) -> ScreenJson:
    """A board that shows what it should."""
    usual: dict[str, Any] = {
        "id": its_id,
        "name": f"The {its_id}",
        "proto": "board",
        "station": station,
        "source": "api",
        "address": None,
        "backup": None,
        "patience": 8,
        "shows": "board",
        "look": UNCHANGED,
        "state": "live",
        "why": "",
        "since": AT,
        "covers": (),
        "covered_by": None,
        "conflict": "",
        "missed": False,
        "seq": None,
        "waiting": 0,
        "refused": 0,
        "adopted": True,
        "health": None,
    }
    return ScreenJson(**usual | more)


def given(monkeypatch: pytest.MonkeyPatch, screens: "MadeUpScreens") -> None:
    """The API of every appliance from now on has these screens."""
    # Others may have given something as well.
    make_app: Callable[..., web.Application] = vars(service)["make_app"]

    def with_these(*parts: Any, **named: Any) -> web.Application:
        now: ScreensNow = named["screens_now"]
        screens.show = now.show
        # Those that the appliance has are not told any more: it looks at them all the time.
        monkeypatch.setattr(now, "show", lambda *_theirs: None)
        screens.tell()
        return make_app(*parts, **named | {"screens": screens})

    monkeypatch.setattr(service, "make_app", with_these)


class MadeUpScreens:
    """Fulfils `Screens`. Codes are counted from 000001."""

    def __init__(self, *screens: ScreenJson) -> None:
        self.show = ScreensNow().show
        self.screens = {each.id: each for each in screens}
        self.devices: dict[str, str] = {}
        """By screen."""
        self.found: list[FoundScreen] = []
        self.hubs: list[Hub] = []
        self.waiting: dict[str, Knocking] = {}
        """By code."""
        self.fails: Exception | None = None
        """What the next change fails with."""
        self.heard_from: list[Knock] = []
        """Knocks of adopted boards."""
        self.pages: dict[object, list[tuple[str, str, int]]] = {}
        """What each open page has painted: device, address, seq."""
        self.ended: asyncio.Queue[object] = asyncio.Queue()
        """Pages that were closed."""
        self.unpainted: float | None = None

    def tell(self) -> None:
        """Whoever watches hears how they are."""
        self.show([self._now(each) for each in self.screens.values()], frozenset())

    def _now(self, each: ScreenJson) -> ScreenNow:
        known = asdict(each)
        same = {field: known[field] for field in ScreenNow.__struct_fields__ if field in known}
        return ScreenNow(**same, device=self.devices.get(each.id))

    def put(self, screen: str, /, **more: Any) -> None:
        """One of them is otherwise now."""
        self.screens[screen] = replace(self.screens[screen], **more)
        self.tell()

    def _fail(self) -> None:
        error, self.fails = self.fails, None
        if error is not None:
            raise error

    def shown(self) -> ScreensJson:
        announced = Announced("expeditor.local", "", "")
        return ScreensJson(list(self.screens.values()), self.found, self.hubs, announced)

    def status(self) -> ScreensStatus:
        return ScreensStatus(None, 0, 0, 0, 0, 0, 0)

    def knock(self, knock: Knock, token: str) -> Knocking:
        for code, waits in self.waiting.items():
            if (waits.knock.id, waits.token) == (knock.id, token):
                self.waiting[code] = Knocking(knock, code, token)
                return self.waiting[code]
        code = f"{len(self.waiting) + 1:06}"
        self.waiting[code] = Knocking(knock, code, token)
        return self.waiting[code]

    def knocking(self, code: str) -> Knocking | None:
        return self.waiting.get(code)

    async def adopt_board(self, knocking: Knocking, wanted: Wanted, device: str) -> ScreenJson:
        self._fail()
        its_id = knocking.knock.id
        if self.screens.get(its_id, screen(its_id)).source == "api":
            self.screens[its_id] = screen(its_id)
            self.screens[its_id] = replace(self.screens[its_id], **asdict(wanted))
        self.devices[its_id] = device
        del self.waiting[knocking.code]
        self.tell()
        return self.screens[its_id]

    def device_of(self, screen: str) -> str | None:
        return self.devices.get(screen)

    def heard(self, device: str, knock: Knock) -> ScreenJson | None:
        for name, its_device in self.devices.items():
            if its_device == device:
                self.heard_from.append(knock)
                return self.screens[name]
        return None

    def unpainted_for(self, device: str) -> float | None:
        del device
        return self.unpainted

    def painted(self, device: str, address: str, page: object, seq: int) -> None:
        self.pages.setdefault(page, []).append((device, address, seq))

    def closed(self, page: object) -> None:
        self.pages.pop(page, None)
        self.ended.put_nowait(page)

    async def adopt_lan(self, found: str, address: str, wanted: Wanted) -> ScreenJson:
        self._fail()
        name = found or address
        if name in self.screens:
            raise CannotAdopt("it is a screen of this kitchen already")
        self.screens[name] = replace(screen(name, proto="lan", address=address), **asdict(wanted))
        self.tell()
        return self.screens[name]

    async def change(self, screen: str, wanted: Wanted) -> ScreenJson:
        self._fail()
        self.put(screen, **asdict(wanted))
        return self.screens[screen]

    async def forget(self, screen: str) -> None:
        self._fail()
        del self.screens[screen]
        self.devices.pop(screen, None)
        self.tell()
