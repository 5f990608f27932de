"""The API of the simulated Deliverect does what the published one does, over real sockets."""

import asyncio

import aiohttp
import pytest

from appliance.deliverect.failing_server import Outage
from appliance.deliverect.simulated import PLACE
from appliance.deliverect.simulated_api import Store
from tests.deliverect.callers import GOOD, ORDER, Clock, channel

# ── tokens ───────────────────────────────────────────────────────────────────────────


async def test_a_token_is_good_until_it_expires() -> None:
    clock = Clock()
    async with channel(now=clock) as caller:
        caller.platform.token_seconds = 60
        _status, said, _headers = await caller.post("/oauth/token", GOOD)
        assert said == {
            "access_token": said["access_token"],
            "expires_at": clock.now + 60,
            "expires_in": 60,
            "token_type": "Bearer",
            "scope": "genericKDS store",
        }
        caller.token = said["access_token"]
        clock.now += 59.9
        assert await caller.tell(20) == 200
        clock.now += 0.1
        assert await caller.tell(50) == 401
        assert caller.platform.unauthorized == 1
        assert await caller.sign_in() == 200
        assert await caller.tell(50) == 200
        assert caller.platform.token_fetches == 3
        assert caller.platform.history[ORDER] == [20, 50]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"client_secret": "another"}, 401),
        ({"client_secret": ""}, 401),
        ({"client_id": "somebody"}, 401),
        ({"client_id": "somebody", "client_secret": ""}, 401),
        ({"grant_type": "password"}, 400),
        ({"audience": ""}, 400),
    ],
)
async def test_a_token_is_for_those_who_know_the_secret(wrong: dict[str, str], status: int) -> None:
    async with channel() as caller:
        assert await caller.sign_in(**wrong) == status
        assert caller.platform.token_fetches == 1
        assert caller.platform.unauthorized == (status == 401)
        assert (await caller.post("/oauth/token", None, raw=b"{"))[0] == 400


async def test_older_accounts_ask_by_another_grant() -> None:
    async with channel() as caller:
        assert await caller.sign_in(grant_type="token") == 200


async def test_any_secret_will_do_where_none_is_known() -> None:
    async with channel(clients={"expeditor": None}) as caller:
        assert await caller.sign_in(client_secret="whatever") == 200  # noqa: S106
        assert await caller.sign_in(client_secret="") == 200
        assert await caller.sign_in(client_id="somebody") == 401


async def test_a_token_that_was_revoked_is_no_good() -> None:
    async with channel() as caller:
        caller.platform.revoke_tokens()
        assert await caller.tell(20) == 401
        caller.token = "invented"  # noqa: S105
        assert await caller.tell(20) == 401
        caller.token = ""
        assert (await caller.post("/updateStoreStatus/L1", {"isActive": True}))[0] == 401
        assert caller.platform.history[ORDER] == []
        assert caller.platform.violations == []


# ── statuses ─────────────────────────────────────────────────────────────────────────


async def test_it_keeps_what_it_was_told_of_an_order() -> None:
    async with channel() as caller:
        for status in (20, 50, 50, 60, 70, 70, 70, 80):
            assert await caller.tell(status) == 200
        assert caller.platform.history == {ORDER: [20, 50, 60, 70, 80]}
        assert caller.platform.repeats == 3
        assert caller.platform.violations == []


async def test_an_order_that_it_never_had_is_not_found() -> None:
    async with channel() as caller:
        assert await caller.tell(20, "5cecc6489f0001b80000aaaa") == 404
        assert caller.platform.history == {ORDER: []}


async def test_no_status_is_lower_than_one_before() -> None:
    async with channel() as caller:
        for status in (50, 70, 60, 50):
            assert await caller.tell(status) == 200
        assert caller.platform.history[ORDER] == [50, 70, 60, 50]
        assert caller.platform.violations == [f"{ORDER}: 60 after 70", f"{ORDER}: 50 after 70"]


async def test_the_path_and_the_body_are_about_the_same_order() -> None:
    async with channel() as caller:
        assert await caller.tell(20, orderId="another") == 400
        assert await caller.tell(20, reason=20) == 400
        assert (await caller.post(f"/kds/orderStatus/{ORDER}", None, raw=b"nothing"))[0] == 400
        first, second, third = caller.platform.violations
        assert first == f"{ORDER}: the body is about another"
        assert "reason" in second
        assert "malformed" in third
        assert caller.platform.history[ORDER] == []


async def test_nothing_is_told_of_an_order_that_is_final() -> None:
    clock = Clock()
    async with channel(now=clock) as caller:
        assert await caller.tell(20) == 200
        caller.platform.make_final(ORDER)
        clock.now += 0.25
        assert await caller.tell(50) == 200
        assert caller.platform.violations == []
        assert caller.platform.crossed == 1
        clock.now += 0.001
        assert await caller.tell(50) == 200
        assert await caller.tell(60) == 200
        assert caller.platform.violations == [
            f"{ORDER}: 50 after it was final",
            f"{ORDER}: 60 after it was final",
        ]


async def test_who_is_strict_lets_none_cross() -> None:
    clock = Clock()
    async with channel(now=clock) as caller:
        caller.platform.crossing_seconds = 0
        caller.platform.make_final(ORDER)
        clock.now += 0.001
        assert await caller.tell(20) == 200
        assert caller.platform.violations == [f"{ORDER}: 20 after it was final"]


async def test_an_order_can_be_refused_for_good() -> None:
    async with channel() as caller:
        caller.platform.refuse(ORDER, 422)
        assert await caller.tell(20) == 422
        assert caller.platform.history[ORDER] == []
        caller.platform.refuse(ORDER, None)
        assert await caller.tell(20) == 200


async def test_so_many_requests_in_a_second_and_no_more() -> None:
    clock = Clock()
    async with channel(now=clock) as caller:
        clock.now += 1
        caller.platform.rate = 3
        assert [await caller.tell(20) for _ in range(5)] == [200, 200, 200, 429, 429]
        assert await caller.sign_in() == 429
        assert caller.platform.limited == 3
        _status, _said, headers = await caller.post(f"/kds/orderStatus/{ORDER}", {})
        assert headers["Retry-After"] == "1"
        clock.now += 1
        assert await caller.tell(50) == 200


# ── stores ───────────────────────────────────────────────────────────────────────────


async def test_a_store_can_be_closed_for_a_while() -> None:
    async with channel() as caller:
        path, until = f"/updateStoreStatus/{PLACE.location}", "2026-03-15T14:30:00Z"
        closed = {"isActive": False, "disableAt": until}
        assert (await caller.post(path, closed))[0] == 200
        assert caller.platform.stores == {PLACE.location: Store(is_active=False, disable_at=until)}
        assert (await caller.post(path, {"isActive": True}))[0] == 200
        assert caller.platform.stores == {PLACE.location: Store(is_active=True, disable_at=None)}
        assert (await caller.post(path, {"isActive": "no"}))[0] == 400


async def test_stores_are_for_tokens_that_say_so() -> None:
    async with channel() as caller:
        caller.platform.scope = "genericKDS"
        assert await caller.sign_in() == 200
        path = f"/updateStoreStatus/{PLACE.location}"
        assert (await caller.post(path, {"isActive": False}))[0] == 403
        assert caller.platform.stores == {}
        assert await caller.tell(20) == 200


# ── outages ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("outage", ["503", "500"])
async def test_it_can_be_out_of_order(outage: Outage) -> None:
    async with channel() as caller:
        await caller.platform.fail(outage)
        assert caller.platform.outage == outage
        assert await caller.tell(20) == int(outage)
        assert await caller.sign_in() == int(outage)
        assert caller.platform.history[ORDER] == []
        caller.platform.retry_after = 7
        _status, _said, headers = await caller.post(f"/kds/orderStatus/{ORDER}", {})
        assert headers.get("Retry-After") == ("7" if outage == "503" else None)
        await caller.platform.mend()
        assert caller.platform.outage is None
        assert await caller.tell(20) == 200


async def test_it_can_be_gone_and_come_back_on_the_same_port() -> None:
    async with channel() as caller:
        url = caller.platform.url
        await caller.platform.fail("refused")
        with pytest.raises(aiohttp.ClientConnectorError):
            await caller.tell(20)
        await caller.platform.mend()
        assert caller.platform.url == url
        assert await caller.tell(20) == 200  # By a token from before.


async def test_it_can_be_silent() -> None:
    async with channel() as caller:
        await caller.platform.fail("silent")
        asking = asyncio.create_task(caller.tell(20))
        done, _waiting = await asyncio.wait([asking], timeout=0.1)
        assert not done
        await caller.platform.mend()
        with pytest.raises(aiohttp.ClientError):
            await asking
        assert caller.platform.history[ORDER] == []
        assert await caller.tell(20) == 200


async def test_its_answer_can_be_lost() -> None:
    async with channel() as caller:
        await caller.platform.fail("answer lost")
        with pytest.raises(aiohttp.ClientError):
            await caller.tell(20)
        await caller.platform.mend()
        assert await caller.tell(20) == 200
        assert caller.platform.history[ORDER] == [20]
        assert caller.platform.repeats == 1


async def test_one_outage_follows_another() -> None:
    async with channel() as caller:
        await caller.platform.fail("refused")
        await caller.platform.fail("503")
        assert await caller.tell(20) == 503
        await caller.platform.fail("silent")
        await caller.platform.fail("refused")
        with pytest.raises(aiohttp.ClientConnectorError):
            await caller.tell(20)
        # It can be left like this.


async def test_its_paths_can_be_below_another() -> None:
    async with channel(prefix="/deliverect") as caller:
        assert caller.platform.url.endswith("/deliverect")
        assert await caller.tell(20) == 200


async def test_one_can_wait_for_what_it_is_told() -> None:
    async with channel() as caller:
        platform = caller.platform
        waiting = asyncio.create_task(platform.until(lambda: platform.history[ORDER] == [20, 50]))
        assert await caller.tell(20) == 200
        assert await caller.tell(50) == 200
        await waiting
        with pytest.raises(TimeoutError):
            await platform.until(lambda: False, 0.01)
