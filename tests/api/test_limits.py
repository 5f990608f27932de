"""Too many requests of one token or from one address are held back, and nobody else's."""

import functools
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from appliance import config, service
from appliance.api.limits import MAX_BUCKETS, Buckets, Limits
from appliance.config import HttpLimits
from tests.api.asking import ask
from tests.api.clock import ManualClock
from tests.api.test_errors import is_error
from tests.running import RunningAppliance, running

STATIONS = "/api/v1/kds/stations"
STATUS = "/api/v1/kds/status"
Starting = Callable[[str], AbstractAsyncContextManager[RunningAppliance]]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def limited(tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Starting:
    """An appliance with these limits, whose clock stands still until it is set."""
    monkeypatch.setattr(service, "Limits", functools.partial(Limits, monotonic=clock))
    embedded = config.embedded()

    @asynccontextmanager
    async def start(limits: str) -> AsyncIterator[RunningAppliance]:
        async with running(tmp_path, f"{embedded}\n[http.limits]\n{limits}\n") as appliance:
            yield appliance

    return start


async def test_a_token_may_so_many_requests_and_then_so_many_a_second(
    limited: Starting, clock: ManualClock
) -> None:
    async with limited("token_per_second = 2\ntoken_burst = 5") as appliance:
        token = appliance.token("chef")
        for _ in range(5):
            assert (await ask(appliance, "GET", STATIONS, token=token)).status == 200
        refused = await ask(appliance, "GET", STATIONS, token=token)
        is_error(refused, 429, "TOO_MANY_REQUESTS")
        assert refused.headers["Retry-After"] == "1"
        assert refused.body["details"] == {"retry_after": 1}
        # Another token of the same person has its own.
        assert (await ask(appliance, "GET", STATIONS, role="chef")).status == 200
        clock.now += 1
        again = [(await ask(appliance, "GET", STATIONS, token=token)).status for _ in range(3)]
        assert again == [200, 200, 429]


async def test_a_device_and_a_session_are_limited_too(limited: Starting) -> None:
    async with limited("token_per_second = 1\ntoken_burst = 3") as appliance:
        screen = await ask(
            appliance,
            "POST",
            "/api/v1/kds/devices",
            data=b'{"name":"grill"}',
            headers={"Content-Type": "application/json"},
        )
        cookie = {"Cookie": f"expeditor_session={appliance.token('chef')}"}
        for sent in ({"Authorization": f"Bearer {screen.body['token']}"}, cookie):
            asked = [
                (await ask(appliance, "GET", STATIONS, role=None, headers=sent)).status
                for _ in range(4)
            ]
            assert asked == [200, 200, 200, 429]


async def test_opening_an_event_stream_is_one_request(limited: Starting) -> None:
    async with limited("token_per_second = 1\ntoken_burst = 2") as appliance:
        headers = {"Authorization": f"Bearer {appliance.token()}"}
        url = f"{appliance.url}/api/v1/kds/events"
        for expected in (200, 200, 429):
            async with appliance.http.get(url, headers=headers) as answer:
                assert answer.status == expected


@pytest.mark.parametrize("path", ["/", "/board/board.js", STATIONS, "/nowhere", "/sign-in?code=x"])
async def test_an_address_is_limited_whatever_it_asks_for(limited: Starting, path: str) -> None:
    async with limited("address_per_second = 1\naddress_burst = 3") as appliance:
        statuses = [(await ask(appliance, "GET", path)).status for _ in range(3)]
        assert 429 not in statuses
        refused = await ask(appliance, "GET", path)
        is_error(refused, 429, "TOO_MANY_REQUESTS")
        assert refused.headers["Retry-After"] == "1"


async def test_guessing_tokens_is_limited_before_one_is_looked_at(limited: Starting) -> None:
    async with limited("address_per_second = 1\naddress_burst = 3") as appliance:
        guesses = [
            (await ask(appliance, "GET", STATIONS, token=f"guess-{number}")).status
            for number in range(5)
        ]
        assert guesses == [401, 401, 401, 429, 429]
        # Right or wrong is not told any more, either.
        assert (await ask(appliance, "GET", STATIONS)).status == 429


async def test_zero_is_no_limit(limited: Starting) -> None:
    off = "token_per_second = 0\ntoken_burst = 1\naddress_per_second = 0\naddress_burst = 1"
    async with limited(off) as appliance:
        token = appliance.token()
        asked = [await ask(appliance, "GET", STATIONS, token=token) for _ in range(20)]
        assert {answer.status for answer in asked} == {200}


async def test_the_status_counts_what_was_held_back(limited: Starting, clock: ManualClock) -> None:
    async with limited(
        "token_per_second = 1\ntoken_burst = 2\naddress_per_second = 1\naddress_burst = 5"
    ) as appliance:
        token = appliance.token()
        assert [(await ask(appliance, "GET", "/", token=token)).status for _ in range(2)] == [
            200
        ] * 2
        asked = [(await ask(appliance, "GET", STATIONS, token=token)).status for _ in range(5)]
        assert asked == [200, 200, 429, 429, 429]
        clock.now += 60
        told = (await ask(appliance, "GET", STATUS)).body["requests"]
        assert told == {"limited_by_token": 1, "limited_by_address": 2}


async def test_a_night_of_cooks_is_never_held_back_by_what_is_set_without_settings(
    clock: ManualClock,
) -> None:
    """Ten screens behind one address, all busy, and a terminal that sends a day's orders again."""
    limits = Limits(HttpLimits(), clock)
    for _ in range(60):
        for screen in range(10):
            for _ in range(20):
                limits.count_address("192.168.1.7")
                limits.count_token(f"screen-{screen}")
        clock.now += 1
    for _ in range(2_000):
        limits.count_token("terminal")
    assert limits.status().limited_by_token == limits.status().limited_by_address == 0


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("::ffff:192.168.1.7", "192.168.1.7", True),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.168.1.7", "192.168.1.8", False),
    ],
)
def test_an_address_is_one_host_however_it_is_written(
    first: str, second: str, *, same: bool
) -> None:
    limits = Limits(HttpLimits(address_per_second=1, address_burst=1), ManualClock())
    limits.count_address(first)
    if not same:
        limits.count_address(second)
    with pytest.raises(Exception, match="too many requests from this address"):
        limits.count_address(second)


def test_many_addresses_take_no_more_memory_and_the_busy_one_stays_limited() -> None:
    clock = ManualClock()
    buckets = Buckets(1, 1, clock)
    assert buckets.take("wild") == 0
    tracemalloc.start()
    try:
        for number in range(5 * MAX_BUCKETS):
            buckets.take(f"attacker-{number}")
            if number % 1_000 == 0:
                assert buckets.take("wild") > 0
        taken, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < MAX_BUCKETS * 500


def test_what_is_left_of_a_second_is_told_in_whole_ones() -> None:
    clock = ManualClock()
    limits = Limits(HttpLimits(token_per_second=1, token_burst=1), clock)
    limits.count_token("a")
    clock.now += 0.999
    with pytest.raises(Exception, match="try again in 1 s"):
        limits.count_token("a")
    clock.now += 0.001
    limits.count_token("a")
