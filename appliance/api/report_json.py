"""Reports as the API writes them: times in seconds, and moments in ISO 8601 UTC."""

from collections.abc import Callable
from datetime import date

from msgspec import Struct

from appliance.api.times import Time, iso
from appliance.kitchen.routing import Station
from appliance.reports import (
    Action,
    Day,
    Deed,
    Figures,
    Hour,
    LateAfter,
    OrderFigures,
    Served,
    is_late,
)


class TimesJson(Struct):
    """How long it took, in seconds; null where nothing was finished."""

    median_seconds: int | None
    p90_seconds: int | None
    """Nine of ten took this long at most."""
    longest_seconds: int | None


class FiguresJson(TimesJson):
    """Of tickets: from firing, or else arrival, to completion."""

    tickets: int
    """That came, whatever became of them; held ones are not counted before they are fired."""
    items: int | float
    """Of those that were not voided."""
    open: int
    completed: int
    late: int
    """Of the completed ones, the very late ones among them; by the thresholds of now."""
    very_late: int
    late_share: float | None
    """Of the completed ones, from 0 to 1; null where there are none."""
    voided: int
    forgotten: int
    """Closed at the end of the day, and finished by nobody: their time is not counted."""
    recalls: int


class OrderFiguresJson(TimesJson):
    """Of whole orders: from when the first ticket was fired, or else came, to the last bump."""

    orders: int
    completed: int


class StationFiguresJson(Struct):
    """A station, or a pass: there each order is once more, and totals leave it out."""

    station_id: str
    station_name: str
    is_pass: bool
    late_after_seconds: int
    """Of a ticket for here, without a pick-up time."""
    figures: FiguresJson


class HourStationJson(Struct):
    """What came to a station in an hour."""

    station_id: str
    figures: FiguresJson


class DayHourJson(Struct):
    """Tickets that came, or were fired, in an hour of the day."""

    begins: Time
    ends: Time
    finished: int
    """Tickets of the day that were finished in this hour, whenever they came."""
    total: FiguresJson
    stations: list[HourStationJson]


class ServedJson(Struct):
    """A finished ticket."""

    order_number: int
    """As counted by this appliance."""
    order_id: str
    order_reference: str | None
    station_id: str
    since: Time
    """When it was fired, or else came."""
    completed_at: Time | None
    seconds: int | None
    late: bool
    very_late: bool
    bumped_by: str | None


class DeedJson(Struct):
    """Something that somebody did."""

    at: Time
    action: Action
    by: str | None
    """Null: the till, or it was not kept then."""
    station_id: str | None
    order_number: int | None
    order_id: str | None
    order_reference: str | None
    what: str | None
    """Which rules, dishes or printer."""


class DayFiguresJson(Struct):
    """A day of the kitchen: from closing time to closing time."""

    date: date
    begins: Time
    ends: Time
    orders: OrderFiguresJson
    total: FiguresJson
    """Without the passes, as in hours."""
    stations: list[StationFiguresJson]


class DayJson(DayFiguresJson):
    """The same, hour by hour."""

    time_zone: str
    today: date
    """The kitchen's day that it is now."""
    late_after_seconds: int
    """Of a ticket for nowhere in particular."""
    hours: list[DayHourJson]
    longest: list[ServedJson]
    voids: list[DeedJson]
    """The newest, as far as they fit: `GET /reports/audit` has all of them."""
    recalls: list[DeedJson]


Stations = Callable[[str], Station | None]
"""The station of an id, where there still is one."""


def seconds(milliseconds: int | None) -> int | None:
    """Rounded."""
    return None if milliseconds is None else round(milliseconds / 1000)


def figures_json(figures: Figures) -> FiguresJson:
    """Of tickets."""
    return FiguresJson(
        seconds(figures.median),
        seconds(figures.p90),
        seconds(figures.longest),
        figures.tickets,
        figures.items,
        figures.open,
        figures.done,
        figures.late,
        figures.very_late,
        round(figures.late / figures.done, 4) if figures.done else None,
        figures.voided,
        figures.forgotten,
        figures.recalls,
    )


def order_figures_json(figures: OrderFigures) -> OrderFiguresJson:
    """Of whole orders."""
    return OrderFiguresJson(
        seconds(figures.median),
        seconds(figures.p90),
        seconds(figures.longest),
        figures.orders,
        figures.done,
    )


def station_json(
    station_id: str, figures: Figures, stations: Stations, late_after: LateAfter
) -> StationFiguresJson:
    """Of a station."""
    station = stations(station_id)
    return StationFiguresJson(
        station_id,
        station.name if station else station_id,
        station is not None and not station.cooks,
        late_after(station_id, None)[0] // 1000,
        figures_json(figures),
    )


def hour_json(hour: Hour) -> DayHourJson:
    """Of an hour."""
    return DayHourJson(
        iso(hour.span.begins),
        iso(hour.span.ends),
        hour.finished,
        figures_json(hour.total),
        [HourStationJson(name, figures_json(each)) for name, each in hour.stations.items()],
    )


def day_figures_json(day: Day, stations: Stations, late_after: LateAfter) -> DayFiguresJson:
    """Of a day."""
    return DayFiguresJson(
        day.date,
        iso(day.span.begins),
        iso(day.span.ends),
        order_figures_json(day.orders),
        figures_json(day.total),
        [
            station_json(station_id, figures, stations, late_after)
            for station_id, figures in day.stations.items()
        ],
    )


def served_json(row: Served, reference: str | None, late_after: LateAfter) -> ServedJson:
    """Of a ticket."""
    late, very_late = is_late(row, late_after)
    return ServedJson(
        row.number,
        row.order_id,
        reference,
        row.station,
        iso(row.since),
        iso(row.completed_at),
        seconds(row.took),
        late,
        very_late,
        row.bumped_by,
    )


def deed_json(deed: Deed, reference: str | None) -> DeedJson:
    """Of something that was done."""
    return DeedJson(
        iso(deed.at),
        deed.action,
        deed.by,
        deed.station,
        deed.number,
        deed.order_id,
        reference,
        deed.what,
    )
