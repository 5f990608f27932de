"""The file loses a station that has cards, and the service starts: they are shown elsewhere."""

import logging
from pathlib import Path

import pytest

from tests.api.listening import listening
from tests.running import AT_ONCE, running

FRIES = {"lineId": "2", "name": "Fries"}


async def test_cards_of_a_station_that_left_the_file_are_elsewhere_and_somebody_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(tmp_path, AT_ONCE) as appliance:
        await appliance.order(id="7", items=[FRIES])
    renamed = AT_ONCE.replace('"fry"\nname = "Fry"', '"fryer"\nname = "Fryer"').replace(
        'station = "fry"', 'station = "fryer"'
    )
    with caplog.at_level(logging.WARNING):
        async with running(tmp_path, renamed) as appliance, listening(appliance) as listener:
            heard = await listener.until(lambda heard: bool(heard.body.get("reminders")))
            (ticket,) = await appliance.tickets("fryer")
            assert await appliance.tickets("pass")
    assert heard[-1].body["reminders"] == [
        "Nothing is made at fry any more: its cards are at Fryer"
    ]
    assert ticket["metadata"]["overflowFrom"] == ["fry"]
    assert "cards of stations that are not there any more were moved: fry" in caplog.text
