"""Delivery channels: how their accounts are, where they and the kitchen do not agree, pausing.

An order of which a channel and the kitchen do not think the same is shown at the pass until
somebody has seen to it, so only who sees a pass, or all stations, gets them and settles them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Annotated

from msgspec import Meta, Struct

from appliance.api.auth import KITCHEN, MANAGERS, ROLES, Caller
from appliance.api.channel_json import ChannelsTold, channels_told
from appliance.api.errors import ApiError
from appliance.api.operation import Call, Operation
from appliance.channels_now import CannotPause, Channels, ChannelsNow


class PauseBody(Struct, forbid_unknown_fields=True):
    """For how long no new orders are wanted."""

    seconds: Annotated[
        int, Meta(ge=0, le=86_400, description="from now on; 0: new orders are wanted again")
    ]


class ChannelResource:
    """The operations, for one appliance."""

    def __init__(
        self, channels: Channels, now: ChannelsNow, passes: Callable[[], Collection[str]]
    ) -> None:
        """`passes`: the ids of the stations that are passes."""
        self._channels = channels
        self._now = now
        self._passes = passes

    def operations(self) -> list[Operation]:
        """List, settle, pause."""
        one = "/channels/{account}"
        return [
            Operation("GET", "/channels", self.every, ROLES, ChannelsTold),
            Operation(
                "POST",
                f"{one}/orders/{{order_id}}/settled",
                self.settle,
                KITCHEN,
                None,
                status=204,
                errors=(404, 503),
            ),
            Operation(
                "POST",
                f"{one}/pause",
                self.pause,
                MANAGERS,
                None,
                body=PauseBody,
                status=204,
                errors=(404, 409),
                everywhere=True,
            ),
        ]

    def _sees_a_pass(self, caller: Caller) -> bool:
        return caller.stations is None or any(map(caller.sees, self._passes()))

    async def every(self, call: Call) -> ChannelsTold:
        """All accounts; and for who sees a pass, or all stations, where they do not agree."""
        shown = self._now.disagreements if self._sees_a_pass(call.caller) else ()
        return channels_told(self._now.accounts, shown)

    async def settle(self, call: Call) -> None:
        """Say that somebody has seen to a disagreement: it is shown no more.

        The token has to be good for a pass, or for all stations.
        """
        if not self._sees_a_pass(call.caller):
            raise ApiError(403, "FORBIDDEN", "this token is for no pass")
        account, order = call.path("account"), call.path("order_id")
        try:
            await _done(self._channels.settle(account, order))
        except KeyError as error:
            message = f"{account!r} and the kitchen do not disagree about order {order!r}"
            raise ApiError(404, "NOT_FOUND", message) from error

    async def pause(self, call: Call) -> None:
        """Have a channel send no new orders for a while, or send them again."""
        account, body = call.path("account"), call.body
        try:
            await _done(self._channels.pause(account, body.seconds))
        except KeyError as error:
            message = f"there is no account {account!r}"
            raise ApiError(404, "NOT_FOUND", message) from error
        except CannotPause as error:
            raise ApiError(409, "CONFLICT", str(error)) from error


async def _done(doing: Awaitable[None]) -> None:
    """Whoever asks may go meanwhile: what was begun is done to its end."""
    await asyncio.shield(asyncio.ensure_future(doing))
