"""What the kitchen has learned, over HTTP."""

from pathlib import Path

from tests.api.asking import ask
from tests.api.walking import KitchenClock, Walk
from tests.running import AT_ONCE, RunningAppliance, running

PATH = "/api/v1/kds/prep-times"
BURGER = {
    "station_id": "grill",
    "name": "Hamburger",
    "menu_item_id": "B-1",
    "configured_seconds": 480,
    "learned_seconds": 300,
    "samples": 5,
    "hours": [{"hour": 18, "seconds": 300, "samples": 5}],
}


async def make(
    appliance: RunningAppliance,
    clock: KitchenClock,
    name: str,
    station: str,
    *took: int,
    item_id: str | None = None,
) -> None:
    """An order each, of one dish."""
    for number, seconds in enumerate(took):
        order_id = f"{name} {clock.seconds} {number}"
        item = {"lineId": "1", "name": name} | ({"id": item_id} if item_id else {})
        await appliance.order(id=order_id, items=[item])
        clock.seconds += seconds
        path = f"/stations/{station}/orders/{order_id}/ticket/bump"
        assert (await appliance.call("POST", path))[0] == 200


async def test_it_says_what_was_configured_and_what_was_learned(walk: Walk) -> None:
    appliance = walk.appliance
    assert (await ask(appliance, "GET", PATH, role="chef")).body == []
    await make(appliance, walk.clock, "Hamburger", "grill", 300, 310, 290, 305, 20, item_id="B-1")
    await make(appliance, walk.clock, "Soup", "grill", 60)
    soup, burger = (await ask(appliance, "GET", PATH, role="chef")).body
    assert burger == BURGER
    assert (soup["name"], soup["menu_item_id"], soup["configured_seconds"]) == ("Soup", None, None)
    assert (soup["learned_seconds"], soup["samples"]) == (None, 1)
    walk.clock.seconds += 6 * 3_600
    await make(appliance, walk.clock, "Hamburger", "grill", 100, 100, 100, 100, 100, item_id="B-1")
    (burger, _soup) = (await ask(appliance, "GET", PATH)).body
    assert (burger["learned_seconds"], burger["samples"]) == (100, 10)
    assert [each["hour"] for each in burger["hours"]] == [0, 18]


async def test_it_is_told_by_station_and_to_whom_may_see_it(walk: Walk) -> None:
    appliance = walk.appliance
    await make(appliance, walk.clock, "Hamburger", "grill", 60)
    await make(appliance, walk.clock, "Fries", "fry", 60)

    async def names(query: str = "", *stations: str) -> list[str]:
        token = appliance.token("line_cook", stations=stations)
        answer = await ask(appliance, "GET", PATH + query, token=token)
        return [each["name"] for each in answer.body]

    assert await names() == ["Fries", "Hamburger"]
    assert await names("?station_id=grill") == ["Hamburger"]
    assert await names("", "fry") == ["Fries"]
    kept = appliance.token("line_cook", stations=["fry"])
    query = f"{PATH}?station_id="
    assert (await ask(appliance, "GET", f"{query}grill", token=kept)).status == 403
    assert (await ask(appliance, "GET", f"{query}cold")).body == []
    assert (await ask(appliance, "GET", f"{query}nowhere")).status == 404
    for role in ("server", "pos_staff"):
        assert len((await ask(appliance, "GET", PATH, role=role)).body) == 2


async def test_it_is_used_when_that_is_wanted_also_after_a_restart(tmp_path: Path) -> None:
    text = AT_ONCE.replace("learned_prep_times = false", "learned_prep_times = true")
    async with running(tmp_path, text) as appliance:
        clock = KitchenClock()
        appliance.expeditor.now = clock
        await make(appliance, clock, "Hamburger", "grill", *[300] * 5)
    async with running(tmp_path, text) as appliance:
        appliance.expeditor.now = clock
        await appliance.order(id="new", items=[{"name": "Hamburger"}])
        (ticket,) = await appliance.tickets("grill")
        assert ticket["estimated_prep_time"] == 300
    async with running(tmp_path, AT_ONCE) as appliance:
        appliance.expeditor.now = clock
        await appliance.order(id="newer", items=[{"name": "Hamburger"}])
        times = [each["estimated_prep_time"] for each in await appliance.tickets("grill")]
        assert times == [300, 480]
