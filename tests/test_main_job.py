"""The main job: an order arrives on 9104, is on disk, reaches its stations, is worked off."""

from pathlib import Path

from tests.running import RunningAppliance, running


async def test_an_order_reaches_its_stations_and_is_bumped(appliance: RunningAppliance) -> None:
    reply = await appliance.order(
        id="A-1", name="Table 7", items=[{"lineId": "1", "name": "Hamburger", "qty": 1, "mods": []}]
    )
    assert reply == b"A-1"
    (grill,) = await appliance.tickets("grill")
    (at_pass,) = await appliance.tickets("pass")
    assert grill["order_reference"] == at_pass["order_reference"] == "Table 7"
    assert await appliance.tickets("fry") == []
    status, bumped = await appliance.call("POST", "/stations/grill/orders/A-1/ticket/bump")
    assert (status, bumped["status"]) == (200, "bumped")
    assert await appliance.tickets("grill") == []


async def test_after_a_restart_everything_is_as_it_was(tmp_path: Path) -> None:
    async with running(tmp_path) as first:
        await first.order(id="A-1", name="Jane", items=[{"name": "Hamburger"}, {"name": "Fries"}])
        await first.call("POST", "/stations/fry/orders/A-1/ticket/start")
        before = [await first.tickets(station) for station in ("grill", "fry", "pass")]
    async with running(tmp_path) as second:
        after = [await second.tickets(station) for station in ("grill", "fry", "pass")]
    assert after == before
