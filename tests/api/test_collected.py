"""An order is collected over HTTP; who hears of a pass hears it, and guests wait no longer."""

from typing import Any, Final

import pytest

from tests.api.asking import Answer, ask
from tests.api.listening import Heard, listening
from tests.api.talking import subscribed
from tests.running import AT_ONCE, RunningAppliance, running

OURS: Final = "/api/v1/kds"
BURGER: Final = {"lineId": "1", "name": "Hamburger"}
SALAD: Final = {"lineId": "2", "name": "House Salad"}


async def collect(appliance: RunningAppliance, order_id: str = "7", **how: Any) -> Answer:
    return await ask(appliance, "POST", f"{OURS}/expo/orders/{order_id}/collected", **how)


async def act(appliance: RunningAppliance, *deeds: str) -> None:
    """`grill bump`, say, of order 7."""
    for deed in deeds:
        station, action = deed.split()
        path = f"/stations/{station}/orders/7/ticket/{action}"
        status, body = await appliance.call("POST", path)
        assert status == 200, body


async def sent(appliance: RunningAppliance) -> None:
    """Order 7 has left the pass."""
    await appliance.order(id="7", mode="Pickup", items=[BURGER, SALAD])
    await act(appliance, "grill bump", "cold bump", "pass bump")


async def finished(appliance: RunningAppliance, station: str = "pass") -> dict[str, Any]:
    path = f"{OURS}/stations/{station}/tickets?status=completed"
    metadata: dict[str, Any] = (await ask(appliance, "GET", path)).body[0]["metadata"]
    return metadata


def is_collected(heard: Heard) -> bool:
    return heard.type == "kds.order.collected"


async def test_an_order_that_left_is_collected_once_and_its_tickets_say_when(
    appliance: RunningAppliance,
) -> None:
    await sent(appliance)
    assert "collectedAt" not in await finished(appliance)
    head = appliance.log.head
    for _ in range(2):
        answer = await collect(appliance, role="expeditor")
        assert (answer.status, answer.body) == (204, "")
    assert appliance.log.head == head + 1
    at = (await finished(appliance))["collectedAt"]
    assert (await finished(appliance, "grill"))["collectedAt"] == at
    await act(appliance, "cold recall")
    assert "collectedAt" not in await finished(appliance)


async def test_it_is_heard_once_by_both_kinds_of_listeners(appliance: RunningAppliance) -> None:
    await sent(appliance)
    async with subscribed(appliance) as talk, listening(appliance) as stream:
        await stream.snapshot()
        await talk.the("kds.snapshot")
        await collect(appliance)
        await collect(appliance)
        await act(appliance, "pass recall")
        body = await talk.the("kds.order.collected")
        heard = await stream.until(lambda each: each.type == "kds.ticket.recalled")
        assert [each.body for each in heard if is_collected(each)] == [body]
        assert list(body) == ["type", "seq", "at", "by", "payload"]
        assert (body["by"], body["payload"]) == ("test", {"order_id": "7", "number": 1})
        assert "collectedAt" not in heard[-1].body["payload"]["ticket"]["metadata"]


@pytest.mark.parametrize(
    ("stations", "hears"), [(["pass"], True), (["fry", "pass"], True), (["grill"], False)]
)
async def test_who_hears_of_a_pass_hears_it(
    appliance: RunningAppliance, stations: list[str], *, hears: bool
) -> None:
    await sent(appliance)
    token = appliance.token("chef", stations=stations)
    async with listening(appliance, token=token) as listener:
        await listener.snapshot()
        await collect(appliance)
        head = appliance.log.head
        heard = await listener.until(lambda each: each.body["seq"] == head)
    assert any(map(is_collected, heard)) is hears


async def test_what_is_not_handed_out_yet_is_a_conflict_and_what_is_none_is_not_found(
    appliance: RunningAppliance,
) -> None:
    await appliance.order(id="7", items=[BURGER])
    early, none = await collect(appliance), await collect(appliance, "8")
    assert (early.status, early.body["code"]) == (409, "CONFLICT")
    assert "still being made" in early.body["message"]
    assert (none.status, none.body["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("has_pass", "stations", "status"),
    [
        (True, ["pass"], 204),
        (True, ["grill"], 403),
        (False, ["cold"], 204),
        (False, ["fry"], 403),
    ],
)
async def test_it_is_the_pass_that_says_so_or_who_has_made_it_where_there_is_none(
    tmp_path: Any, *, has_pass: bool, stations: list[str], status: int
) -> None:
    configuration = AT_ONCE if has_pass else AT_ONCE.replace('type = "expo" ', "active = false ")
    async with running(tmp_path, configuration) as appliance:
        await appliance.order(id="7", mode="Pickup", items=[BURGER, SALAD])
        await act(appliance, *(["pass bump"] if has_pass else ["grill bump", "cold bump"]))
        token = appliance.token("expeditor", stations=stations)
        assert (await collect(appliance, token=token)).status == status
        assert ("collectedAt" in await finished(appliance, "cold")) is (status == 204)
        unknown = await collect(appliance, "8", token=token)
        assert unknown.status == (403 if has_pass and status == 403 else 404)


async def test_what_was_collected_guests_do_not_wait_for(tmp_path: Any) -> None:
    configuration = AT_ONCE + '\n[ready]\nby = "pass"\n'

    async def ready(appliance: RunningAppliance) -> list[str]:
        body = (await ask(appliance, "GET", f"{OURS}/ready")).body
        return [each["called"] for each in (*body["preparing"], *body["ready"])]

    async with running(tmp_path, configuration) as appliance:
        await sent(appliance)
        assert await ready(appliance) == ["7"]
        await collect(appliance)
        assert await ready(appliance) == []
        await act(appliance, "pass recall")
        assert await ready(appliance) == ["7"]


async def test_it_survives_a_restart(tmp_path: Any) -> None:
    async with running(tmp_path) as appliance:
        await sent(appliance)
        await collect(appliance)
        at = (await finished(appliance))["collectedAt"]
    async with running(tmp_path) as appliance:
        assert (await finished(appliance))["collectedAt"] == at


async def test_the_audit_names_who_said_so(appliance: RunningAppliance) -> None:
    await sent(appliance)
    await collect(appliance)
    path = f"{OURS}/reports/audit?action=collected"
    (deed,) = (await ask(appliance, "GET", path)).body
    assert (deed["action"], deed["by"], deed["order_id"]) == ("collected", "test", "7")
