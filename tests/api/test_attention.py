"""What listeners are reminded of is found out for all of them together."""

from datetime import UTC
from unittest.mock import patch

from appliance.api.attention import KEPT_SECONDS, Attention
from appliance.kitchen.command import Due
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.ticket import Moment
from tests.running import RunningAppliance

TWO_DAYS = 2 * 86_400_000


async def test_it_is_found_out_once_in_a_while_however_many_ask(
    appliance: RunningAppliance,
) -> None:
    expeditor, seconds = appliance.expeditor, 100.0
    attention = Attention(expeditor, UTC, lambda: seconds)
    await appliance.order(id="7", items=[{"name": "Hamburger"}])
    assert attention.reminders() == []
    now = expeditor.now()
    expeditor.now = lambda: Moment(now.at + TWO_DAYS, now.tick + TWO_DAYS)
    expeditor.submit(Due())
    await expeditor.settled()
    with patch.object(Kitchen, "live_tickets", side_effect=AssertionError("asked again")):
        assert [attention.reminders() for _ in range(500)] == [[]] * 500
    seconds += KEPT_SECONDS
    (told,) = attention.reminders()
    assert told.endswith(": 7")
    assert [each.order_id for each in attention.status().forgotten] == ["7", "7"]
