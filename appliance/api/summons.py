"""Somebody is called to a station, and says that he comes."""

from typing import Final

from msgspec import Struct

from appliance.api.auth import KITCHEN
from appliance.api.errors import refused
from appliance.api.operation import Call, Operation
from appliance.api.times import Time, iso
from appliance.expeditor import Expeditor
from appliance.kitchen.command import Refused, Summon
from appliance.kitchen.kitchen import Kitchen

_ONE: Final = "/stations/{station_id}/summon"


class SummonsJson(Struct):
    """Somebody is called to a station, and nobody has said yet that he comes."""

    station_id: str
    since: Time
    by: str | None
    """Who called."""


def summons_now(kitchen: Kitchen) -> list[SummonsJson]:
    """All that there are, the oldest first."""
    return [SummonsJson(each.station, iso(each.called_at), each.by) for each in kitchen.summons]


class Calling:
    """The operations, for one appliance."""

    def __init__(self, expeditor: Expeditor) -> None:
        self._expeditor = expeditor

    def operations(self) -> list[Operation]:
        """Call somebody, and say that somebody comes."""
        return [
            Operation("POST", _ONE, self.call, KITCHEN, SummonsJson, errors=(404, 503)),
            Operation(
                "DELETE",
                _ONE,
                self.come,
                KITCHEN,
                None,
                status=204,
                errors=(404, 503),
                elsewhere=True,
            ),
        ]

    def call(self, call: Call) -> SummonsJson:
        """Call somebody to a station; whoever is called already stays so.

        Boards of the pass show it until somebody says that he comes, for 15 minutes at most.
        """
        station = call.path("station_id")
        self._summon(call, on=True)
        (now,) = [
            each for each in summons_now(self._expeditor.kitchen) if each.station_id == station
        ]
        return now

    def come(self, call: Call) -> None:
        """Say that somebody comes: nobody has to be called to that station any more.

        The token has to be good for the station, or for a pass.
        """
        if not any(map(call.caller.sees, self._expeditor.kitchen.router.passes)):
            call.caller.require(KITCHEN, call.path("station_id"))
        self._summon(call, on=False)

    def _summon(self, call: Call, *, on: bool) -> None:
        command = Summon(call.path("station_id"), on)
        reply = self._expeditor.submit(command, call.caller.subject).reply
        if isinstance(reply, Refused):
            raise refused(reply)
