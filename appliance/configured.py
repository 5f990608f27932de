"""What a configuration makes of the kitchen and of what is shown of it."""

from collections.abc import Callable

from appliance.api.events import About
from appliance.api.ready import Shown
from appliance.api.ticket_json import CHANNELS, TicketView
from appliance.config import Config, Duration, course_key, rule_of, station_of
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.layout import Plan
from appliance.kitchen.menu import MenuItem
from appliance.kitchen.order import Courses, mode_key
from appliance.kitchen.settings import Late, Settings
from appliance.kitchen.ticket import Moment


def make_kitchen(config: Config, menu: tuple[MenuItem, ...] = ()) -> Kitchen:
    """An empty kitchen with the stations and rules of the configuration, and its menu."""
    plan = Plan(
        tuple(map(station_of, config.station)),
        tuple(rule_of(section, place) for place, section in enumerate(config.route, 1)),
        config.default_station,
        config.zone,
        menu,
    )
    timing = config.timing
    settings = Settings(
        recall_window=_ms(timing.recall_window),
        finish_together=timing.finish_together,
        hold_future_orders=timing.auto_hold_future_orders,
        fire_next_course=timing.fire_next_course,
        undo_window=_ms(timing.undo_window),
        pass_waits_for_stations=config.pass_.waits_for_stations,
        pass_clears_stations=config.pass_.clears_stations,
        courses=_courses(config),
        late_after=_ms(timing.late_after),
        very_late_after=_ms(timing.very_late_after),
        late=tuple(
            Late(_ms(late.late_after), _ms(late.very_late_after), late.mode, late.station)
            for late in timing.late
        ),
        day_closes=timing.day_closes.minutes,
        learned_prep_times=timing.learned_prep_times,
    )
    return Kitchen(plan, settings)


def _ms(seconds: Duration) -> int:
    return int(seconds) * 1000


def make_view(
    config: Config, kitchen: Callable[[], Kitchen], now: Callable[[], Moment]
) -> TicketView:
    """Tickets as the configuration wants them to be shown; `kitchen` gives the one there is."""
    channels = {mode_key(mode): name for mode, name in config.tickets.channels.items()}
    return TicketView(
        config.appliance.tenant_id,
        config.appliance.location_id,
        kitchen,
        now,
        channels=CHANNELS | channels,
        courses=_courses(config),
    )


def guests(config: Config) -> Shown:
    """What they read of their orders."""
    ready = config.ready
    return Shown(ready.show, frozenset(ready.channels), ready.by, _ms(ready.keep))


def _courses(config: Config) -> Courses:
    return {course_key(name): number for name, number in config.tickets.courses.items()}


def about(config: Config, warnings: list[str]) -> About:
    """What the pages need to know of this kitchen, apart from its stations and tickets."""
    return About(
        name=config.appliance.name,
        warnings=warnings,
        late_after=int(config.timing.late_after),
        very_late_after=int(config.timing.very_late_after),
    )
