"""Delivery channels that a test makes up: what was asked of them, and what they answer."""

from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from appliance import service
from appliance.channels_now import AccountNow, Disagreement
from appliance.lan.messages import MAX_ORDER_ID

AT: int = 1_772_474_400_000
"""2026-03-02T18:00:00Z."""
SHOWN_AT = "2026-03-02T18:00:00Z"


def account(its_id: str, **more: Any) -> AccountNow:
    """One that takes what it is told."""
    usual: dict[str, Any] = {
        "channel": "Deliverect",
        "name": f"The {its_id}",
        "environment": "production",
        "state": "ready",
        "why": "",
        "since": AT,
        "last_order": None,
        "last_status": None,
        "queue": 0,
        "oldest": None,
        "refused": 0,
        "refused_why": "",
        "turned_away": 0,
        "turned_away_why": "",
        "token_until": None,
        "wrong_signatures": 0,
    }
    return AccountNow(its_id, **usual | more)


def disagreement(order_id: str, **more: Any) -> Disagreement:
    """The channel says that an order of the account `city` failed."""
    usual: dict[str, Any] = {"account": "city", "called": "U-1", "matter": "failed", "since": AT}
    return Disagreement(order_id=order_id, **usual | more)


def given(monkeypatch: pytest.MonkeyPatch, channels: "MadeUpChannels") -> None:
    """The API of every appliance from now on has these channels."""
    # Others may have given something as well.
    make_app: Callable[..., web.Application] = vars(service)["make_app"]

    def with_these(*parts: Any, **named: Any) -> web.Application:
        return make_app(*parts, **named | {"channels": channels})

    monkeypatch.setattr(service, "make_app", with_these)


class MadeUpChannels:
    """Fulfils `Channels`."""

    def __init__(self, *accounts: AccountNow) -> None:
        self.accounts = {each.id: each for each in accounts}
        self.settled: list[tuple[str, str]] = []
        self.paused: list[tuple[str, int]] = []
        self.fails: Exception | None = None
        """What all that is asked fails with."""

    def _require(self, account: str) -> None:
        if self.fails is not None:
            raise self.fails
        if account not in self.accounts:
            raise KeyError(account)

    async def settle(self, account: str, order_id: str) -> None:
        self._require(account)
        if len(order_id) > MAX_ORDER_ID:  # No order is called so.
            raise KeyError(order_id)
        self.settled.append((account, order_id))

    async def pause(self, account: str, seconds: int) -> None:
        self._require(account)
        self.paused.append((account, seconds))
