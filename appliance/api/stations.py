"""Stations: those of the configuration file, which are read-only, and those made over HTTP."""

import re
from typing import Annotated, Final

from msgspec import Meta, Struct

from appliance.api.auth import MANAGERS, ROLES
from appliance.api.errors import ApiError, invalid, refused
from appliance.api.location import require_here
from appliance.api.operation import Call, Operation
from appliance.expeditor import Expeditor
from appliance.kitchen.command import Command, DefineStation, Refused, RemoveStation, StationsNow
from appliance.kitchen.routing import Station, StationType
from appliance.kitchen.rule import LONGEST_WORK, Source

_PLACES: Final = 1_000_000
_ID: Final = "^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$"
_NO_PART_OF_AN_ID: Final = re.compile(r"[^a-z0-9]+")
_ONE: Final = "/stations/{station_id}"
_FIELDS: Final = {"overflow_after": "overflow_after_seconds"}
"""What the API calls fields of a station, where that is something else."""


class SettingsJson(Struct, frozen=True, forbid_unknown_fields=True):
    """How a station's board looks and sounds."""

    # Python's `$` lets a newline follow, that of JSON Schema does not: the length says so to both.
    color: Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$", max_length=7)] | None = None
    sound_alerts: bool = False
    alert_threshold_seconds: Annotated[int, Meta(ge=0, le=LONGEST_WORK)] | None = None


class StationBody(Struct, forbid_unknown_fields=True):
    """A station as it is to be.

    It shares the work of the station that it is `twin_of`. Its `backup` takes over while it is
    not active, or has more than `overflow_after_seconds` of work.
    """

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    station_type: StationType = "generic"
    display_order: Annotated[int, Meta(ge=-_PLACES, le=_PLACES)] = 0
    settings: SettingsJson = SettingsJson()
    is_active: bool = True
    twin_of: str | None = None
    backup: str | None = None
    overflow_after_seconds: Annotated[int, Meta(ge=1, le=LONGEST_WORK)] | None = None
    location_id: str | None = None
    id: Annotated[
        str | None,
        Meta(
            description="of a new station: by default one that is made from its name",
            extra_json_schema={"pattern": _ID},
        ),
    ] = None


class StationJson(Struct):
    """A station as it stands; of source `file` it cannot be changed here."""

    id: str
    location_id: str
    name: str
    station_type: StationType
    display_order: int
    settings: SettingsJson
    is_active: bool
    source: Source
    twin_of: str | None
    backup: str | None
    overflow_after_seconds: int | None


class StationsQuery(Struct, forbid_unknown_fields=True):
    """Which stations."""

    active_only: bool = True
    location_id: str | None = None


class Stations:
    """The operations, for one appliance."""

    def __init__(self, expeditor: Expeditor, location: str) -> None:
        self._expeditor = expeditor
        self._location = location

    def operations(self) -> list[Operation]:
        """List, one, make, change, remove."""
        return [
            Operation(
                "GET",
                "/stations",
                self.list,
                ROLES,
                list[StationJson],
                query=StationsQuery,
                errors=(404, 503),
            ),
            Operation("GET", _ONE, self.one, ROLES, StationJson, errors=(404, 503)),
            Operation(
                "POST",
                "/stations",
                self.make,
                MANAGERS,
                StationJson,
                body=StationBody,
                status=201,
                errors=(404, 409, 503),
                everywhere=True,
            ),
            Operation(
                "PUT",
                _ONE,
                self.change,
                MANAGERS,
                StationJson,
                body=StationBody,
                errors=(404, 409, 503),
                everywhere=True,
            ),
            Operation(
                "DELETE",
                _ONE,
                self.remove,
                MANAGERS,
                None,
                status=204,
                errors=(404, 409, 503),
                everywhere=True,
            ),
        ]

    def list(self, call: Call) -> list[StationJson]:
        """The stations that the caller may see, in the order of their boards."""
        require_here(call.query.location_id, self._location)
        return [
            self._json(station)
            for station in self._expeditor.kitchen.stations
            if call.caller.sees(station.id) and (station.active or not call.query.active_only)
        ]

    def one(self, call: Call) -> StationJson:
        """A station."""
        return self._json(self._known(call.path("station_id")))

    def make(self, call: Call) -> StationJson:
        """A new station; it gets items as soon as a rule says so."""
        body: StationBody = call.body
        taken = {station.id for station in self._expeditor.kitchen.stations}
        station_id = body.id if body.id is not None else _free_id(body.name, taken)
        if not re.fullmatch(_ID, station_id):
            message = "id: letters, digits and _ . : - only, beginning with a letter or digit"
            raise ApiError(400, "VALIDATION_ERROR", message, {"field": "id"})
        if station_id in taken:
            raise ApiError(409, "CONFLICT", f"there is a station {station_id!r} already")
        return self._define(call, station_id, body)

    def change(self, call: Call) -> StationJson:
        """Change a station that was made here; tickets that stand stay as they are."""
        station_id = call.path("station_id")
        self._known(station_id)
        if call.body.id not in (None, station_id):
            message = "id: another than in the path"
            raise ApiError(400, "VALIDATION_ERROR", message, {"field": "id"})
        return self._define(call, station_id, call.body)

    def remove(self, call: Call) -> None:
        """Remove a station that was made here, once no ticket and no rule needs it."""
        self._submit(call, RemoveStation(call.path("station_id")))

    def _define(self, call: Call, station_id: str, body: StationBody) -> StationJson:
        require_here(body.location_id, self._location)
        station = Station(
            station_id,
            body.name,
            body.station_type,
            body.display_order,
            body.settings.color,
            body.settings.sound_alerts,
            body.settings.alert_threshold_seconds,
            body.is_active,
            twin_of=body.twin_of,
            backup=body.backup,
            overflow_after=body.overflow_after_seconds,
        )
        (now,) = self._submit(call, DefineStation(station))
        return self._json(now)

    def _submit(self, call: Call, command: Command) -> tuple[Station, ...]:
        reply = self._expeditor.submit(command, call.caller.subject).reply
        match reply:
            case StationsNow(stations):
                return stations
            case Refused(reason="cannot_share", field=str(field), message=message):
                raise invalid(_FIELDS.get(field, field), message)
            case Refused():
                raise refused(reply)
        raise TypeError(reply)

    def _known(self, station_id: str) -> Station:
        for station in self._expeditor.kitchen.stations:
            if station.id == station_id:
                return station
        raise ApiError(404, "NOT_FOUND", f"there is no station {station_id!r}")

    def _json(self, station: Station) -> StationJson:
        settings = SettingsJson(
            station.color, station.sound_alerts, station.alert_threshold_seconds
        )
        return StationJson(
            station.id,
            self._location,
            station.name,
            station.type,
            station.display_order,
            settings,
            station.active,
            station.source,
            station.twin_of,
            station.backup,
            station.overflow_after,
        )


def _free_id(name: str, taken: set[str]) -> str:
    stem = _NO_PART_OF_AN_ID.sub("-", name.lower()).strip("-") or "station"
    count = 1
    station_id = stem
    while station_id in taken:
        count += 1
        station_id = f"{stem}-{count}"
    return station_id
