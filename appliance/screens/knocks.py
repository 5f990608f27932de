"""Boards that ask to be let in, each with a code that it shows. In memory, and bounded."""

import secrets
from collections.abc import Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from appliance.address import place
from appliance.mdns.found import harmless
from appliance.screens.liveness import Stay
from appliance.screens_now import Knock, Knocking

MOST: Final = 64
MOST_PER_ADDRESS: Final = 8
"""Several may come from behind one address; the one silent longest goes. Where there are MOST, it
is one of the address that has most."""
SILENT_SECONDS: Final = 10.0
"""A board asks every two seconds: one that has stopped shows its code no longer, or was adopted by
another kitchen."""
CODE_SECONDS: Final = 600.0
"""After which a board that still asks gets another code."""


class _Asking(NamedTuple):
    knocking: Knocking
    coded: float
    """When it got its code."""
    stay: Stay


class Knocks:
    """Whoever asks now. Seconds are monotonic.

    Told apart by their tokens, which nobody else has: what they say to be may be anybody's.
    """

    def __init__(self) -> None:
        self._asking: dict[str, _Asking] = {}
        """By token; the one unheard longest comes first."""

    def knock(self, knock: Knock, token: str, now: float) -> Knocking:
        """It asks, for the first time or again."""
        self._forget_the_silent(now)
        before = self._asking.pop(token, None)
        if before is None:
            self._make_room(knock.address)
        if before is None or now - before.coded >= CODE_SECONDS:
            code, coded = self._new_code(before), now
        else:
            code, coded = before.knocking.code, before.coded
        knocking = Knocking(replace(knock, name=harmless(knock.name)), code, token)
        first = now if before is None else before.stay.first
        self._asking[token] = _Asking(knocking, coded, Stay(first, now))
        return knocking

    def showing(self, code: str, now: float) -> Knocking | None:
        """Whoever shows this code."""
        return next((each for each in self.listed(now) if each.code == code), None)

    def listed(self, now: float) -> Sequence[Knocking]:
        """All of them, the one unheard longest first."""
        self._forget_the_silent(now)
        return [each.knocking for each in self._asking.values()]

    def who_say_to_be(self, screen: str, now: float) -> Sequence[tuple[str, Stay]]:
        """From where they ask, and when."""
        self._forget_the_silent(now)
        return [
            (asking.knocking.knock.address, asking.stay)
            for asking in self._asking.values()
            if asking.knocking.knock.id == screen
        ]

    def let_in(self, knocking: Knocking) -> None:
        """It need not ask any more."""
        self._asking.pop(knocking.token, None)

    def _forget_the_silent(self, now: float) -> None:
        for token, asking in list(self._asking.items()):
            if now - asking.stay.heard < SILENT_SECONDS:
                break
            del self._asking[token]

    def _make_room(self, address: str) -> None:
        tokens: dict[str, list[str]] = {}
        for token, asking in self._asking.items():
            tokens.setdefault(place(asking.knocking.knock.address), []).append(token)
        to_leave = tokens.get(place(address), [])
        if len(to_leave) < MOST_PER_ADDRESS:
            if len(self._asking) < MOST:
                return
            # However fast some ask, they take nothing from who asks alone.
            to_leave = max(tokens.values(), key=len)
        del self._asking[to_leave[0]]

    def _new_code(self, before: _Asking | None) -> str:
        taken = {asking.knocking.code for asking in self._asking.values()}
        if before is not None:
            taken.add(before.knocking.code)
        while (code := f"{secrets.randbelow(1_000_000):06}") in taken:
            pass
        return code
