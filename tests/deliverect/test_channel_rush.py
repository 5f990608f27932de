"""The evening of `expeditor rush --channel`: believable, the same for a seed, over real HTTP."""

import asyncio
import socket
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import web

from appliance import cli, rush_channel
from appliance.deliverect.protocol import ORDERS, PRODUCTS, SIGNATURE, signature
from appliance.deliverect.simulated import PLACE, SimulatedDeliverect
from appliance.deliverect.simulated_api import Store
from appliance.rush import Plan
from appliance.rush_channel import Post, posts_of
from tests.deliverect.takers import NOWHERE, Kitchen

EVENING = Plan(orders_per_minute=60, minutes=10, seed=7)
SHORT = Plan(orders_per_minute=3_000, minutes=0.01, seed=3)


def without_stamps(posts: list[Post]) -> list[Any]:
    """What a seed decides: all but ids and times."""
    stamps = {"orderId", "_id", "_created", "_updated", "pickupTime", "deliveryTime"}
    return [
        (post.at, post.what, {k: v for k, v in post.body.items() if k not in stamps})
        for post in posts
    ]


def test_the_same_seed_makes_the_same_evening_of_other_orders() -> None:
    first, second = (posts_of(EVENING, PLACE) for _ in range(2))
    assert without_stamps(first) == without_stamps(second)
    assert {post.order_id for post in first}.isdisjoint(post.order_id for post in second)
    other = posts_of(EVENING._replace(seed=8), PLACE)
    assert without_stamps(first) != without_stamps(other)


def test_some_are_cancelled_at_once_or_before_they_come_and_some_come_twice() -> None:
    posts = posts_of(EVENING, PLACE)
    assert [post.at for post in posts] == sorted(post.at for post in posts)
    whats = Counter(post.what for post in posts)
    assert whats["order"] == 600
    assert 25 < whats["cancel"] < 75
    assert 25 < whats["repeat"] < 75
    orders = {post.order_id: post for post in posts if post.what == "order"}
    assert len(orders) == 600
    assert {"orderId" in post.body for post in orders.values()} == {False, True}
    gaps = []
    for post in posts:
        order = orders[post.order_id]
        if post.what == "cancel":
            assert post.body == order.body | {"status": 100}
            gaps.append(post.at - order.at)
        elif post.what == "repeat":
            assert post.body == order.body
            assert 0 <= post.at - order.at <= 2
    assert sum(gap < 0 for gap in gaps) > 2
    assert sum(0 <= gap < 0.001 for gap in gaps) > 2
    assert sum(gap > 1 for gap in gaps) > 10


class Telling(Kitchen):
    """Takes each order once, and tells the channel of it, as an appliance does."""

    def __init__(self, platform: SimulatedDeliverect, statuses: tuple[int, ...]) -> None:
        super().__init__()
        self.platform = platform
        self.statuses = statuses
        self.answers = [self._tell]
        self.made = 0
        """Orders that were not cancelled before they came."""
        self._known: set[str] = set()

    async def _tell(self, request: web.Request) -> web.StreamResponse:
        if request.path == ORDERS:
            order = self.last
            order_id = order.get("orderId") or order.get("_id")
            makes = order["status"] != 100 and order_id not in self._known
            self._known.add(order_id)
            if makes:
                self.made += 1
                await self._status(order_id)
        return web.json_response({})

    async def _status(self, order_id: str) -> None:
        credentials = {
            "client_id": "expeditor",
            "client_secret": "a secret of a client",
            "audience": "a",
            "grant_type": "client_credentials",
        }
        async with aiohttp.ClientSession(self.platform.url) as session:
            async with session.post("/oauth/token", json=credentials) as answer:
                token = (await answer.json())["access_token"]
            for status in self.statuses:
                async with session.post(
                    f"/kds/orderStatus/{order_id}",
                    json={"orderId": order_id, "status": status},
                    headers={"Authorization": f"Bearer {token}"},
                ) as answer:
                    assert answer.status == 200


async def an_evening(statuses: tuple[int, ...]) -> tuple[str, list[str], Telling]:
    """Its report, what was shown meanwhile, and who took it all."""
    shown: list[str] = []
    async with SimulatedDeliverect(NOWHERE) as platform:
        platform.rate = 100_000
        kitchen = Telling(platform, statuses)
        async with kitchen.listening():
            platform.to = kitchen.url
            outcome = await rush_channel.evening(platform, SHORT, shown.append, told_of_all=True)
    return f"{outcome.report()}\n{rush_channel.told(platform)}", shown, kitchen


async def test_an_evening_ends_with_what_came_of_it() -> None:
    report, shown, kitchen = await an_evening((20, 50))
    assert kitchen.came[0][0] == PRODUCTS
    posts = posts_of(SHORT, PLACE)
    kinds = Counter(post.what for post in posts)
    assert f"{len(posts)} messages to {kitchen.url} within 0.01 min, seed 3" in shown[0]
    lines = {line[:14].strip(): line[14:] for line in report.splitlines()}
    assert lines["sent"].startswith(f"{len(posts) + 1} in ")
    assert lines["sent"].endswith(
        f"({kinds['cancel']} cancel, {kinds['order']} order, 1 products, {kinds['repeat']} repeat)"
    )
    assert lines["acknowledged"] == str(len(posts) + 1)
    assert (lines["refused"], lines["no answer"]) == ("0", "0")
    assert lines["reply within"].endswith("(slowest)")
    assert lines["orders told"] == f"20: {kitchen.made}, 50: {kitchen.made}"
    assert kitchen.made >= kinds["order"] - kinds["cancel"]
    assert (lines["told twice"], lines["violations"]) == ("0", "0")


async def test_what_should_not_have_come_is_in_the_report() -> None:
    report, _shown, _kitchen = await an_evening((50, 20))
    violations = next(line for line in report.splitlines() if line.startswith("violations"))
    assert violations.endswith(" × 20 after 50)")


async def test_nobody_there_is_in_the_report() -> None:
    async def at_once(_seconds: float) -> None:
        await asyncio.sleep(0)

    async with SimulatedDeliverect(NOWHERE, pause=at_once) as platform:
        plan = SHORT._replace(orders_per_minute=100)
        outcome = await rush_channel.evening(platform, plan, lambda _line: None, told_of_all=True)
    assert outcome.acknowledged == 0
    assert set(outcome.unanswered) == {"no connection"}
    assert "orders told   none" in rush_channel.told(platform)


async def test_while_it_is_paused_nothing_is_placed() -> None:
    shown: list[str] = []
    async with SimulatedDeliverect(NOWHERE) as platform:
        kitchen = Telling(platform, (20,))
        platform.rate = 100_000
        until = datetime.now(UTC) + timedelta(hours=1)
        platform.stores[PLACE.location] = Store(is_active=False, disable_at=until.isoformat())
        async with kitchen.listening():
            platform.to = kitchen.url
            outcome = await rush_channel.evening(platform, SHORT, shown.append, told_of_all=True)
    orders = {post.order_id for post in posts_of(SHORT, PLACE)}
    assert "the kitchen has paused new orders: none is placed meanwhile" in shown
    assert f"not placed    {len(orders)} orders: they were paused" in outcome.report()
    assert outcome.sent["order"] == outcome.sent["repeat"] == outcome.failed == 0
    assert kitchen.made == 0


@pytest.mark.parametrize("disable_at", ["2020-01-01T00:00:00Z", None])
def test_a_pause_is_until_then_or_until_it_is_taken_back(disable_at: str | None) -> None:
    platform = SimulatedDeliverect(NOWHERE)
    assert not platform.is_paused(PLACE.location)
    platform.stores[PLACE.location] = Store(is_active=False, disable_at=disable_at)
    assert platform.is_paused(PLACE.location) == (disable_at is None)
    platform.stores[PLACE.location] = Store(is_active=True, disable_at=None)
    assert not platform.is_paused(PLACE.location)


async def test_who_does_not_tell_of_what_it_took_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rush_channel, "TOLD_SECONDS", 0.1)
    shown: list[str] = []
    async with SimulatedDeliverect(NOWHERE) as platform:
        kitchen = Kitchen()
        async with kitchen.listening():
            platform.to = kitchen.url
            outcome = await rush_channel.evening(platform, SHORT, shown.append, told_of_all=True)
    assert outcome.failed == outcome.untold > 0
    assert shown[-1].startswith(f"not told of {outcome.untold} orders yet: that is waited for")
    assert f"not told of   {outcome.untold} orders" in outcome.report()


# ── the command ──────────────────────────────────────────────────────────────────────

BARE = """
[[deliverect]]
id = "corner"
account = "A1"
location = "L1"
client_id = "expeditor"
"""
ACCOUNT = f'{BARE}webhook_secret_file = "webhooks.txt"\n'


def configured(directory: Path, text: str) -> str:
    """The path of a configuration that has this besides what every kitchen has."""
    (directory / "webhooks.txt").write_text("a secret\n")
    file = directory / "kitchen.toml"
    file.write_text(f'[[station]]\nid = "grill"\nname = "Grill"\n{text}')
    return str(file)


@pytest.mark.parametrize(
    ("text", "wanted", "why"),
    [
        ("", [], "deliverect: there is no account"),
        (
            f'{ACCOUNT}client_secret_file = "webhooks.txt"\n',
            [],
            "deliverect[0].api: it has to be on this machine for the channel to be played, as",
        ),
        (f'{ACCOUNT}api = "http://localhost:9190"\n', ["other"], "no account 'other', but corner"),
        (
            f'{ACCOUNT}api = "http://localhost:9190"\n[http]\nlisten = "127.0.0.1:0"\n',
            ["corner"],
            "http.listen: it is any free port: say by --to which one",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, wanted: list[str], why: str
) -> None:
    file = configured(tmp_path, text)
    assert cli.main(["rush", "--config", file, "--channel", *wanted]) == 2
    said = capsys.readouterr().err
    assert file in said
    assert why in said


def test_of_several_accounts_one_is_to_be_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = f'{ACCOUNT}api = "http://localhost:9190"\n'
    file = configured(tmp_path, one + one.replace("corner", "market").replace("L1", "L2"))
    assert cli.main(["rush", "--config", file, "--channel"]) == 2
    assert "say for which account: corner, market" in capsys.readouterr().err


def test_a_secret_that_is_missing_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = configured(tmp_path, f'{ACCOUNT}api = "http://localhost:9190"\n')
    (tmp_path / "webhooks.txt").unlink()
    assert cli.main(["rush", "--config", file, "--channel"]) == 2
    assert "webhook_secret_file: No such file or directory" in capsys.readouterr().err


def test_a_port_that_is_taken_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        file = configured(tmp_path, f'{ACCOUNT}api = "http://{place}"\n')
        assert cli.main(["rush", "--config", file, "--channel", "corner"]) == 4
    assert f"{place}: Address already in use" in capsys.readouterr().err


def test_without_an_appliance_it_says_so_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        api = f"http://127.0.0.1:{free.getsockname()[1]}"
    file = configured(tmp_path, f'{ACCOUNT}api = "{api}"\n')
    assert cli.main(["rush", "--config", file, "--channel", "--to", NOWHERE]) == 1
    assert f"{NOWHERE}: nobody answers there: start" in capsys.readouterr().err


def test_orders_of_a_point_of_sale_go_to_no_url(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rush", "--to", "http://127.0.0.1"]) == 2
    assert "--to" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.main(["rush", "--channel", "--to", "ftp://127.0.0.1"])


class Asking(Kitchen):
    """Gets a token of the channel at the first thing that comes."""

    def __init__(self, api: str, secret: str, then: int = 200) -> None:
        super().__init__()
        self.token = 0
        """What it was answered."""
        self._api, self._secret = api, secret
        self.answers = [self._ask, then]

    async def _ask(self, _request: web.Request) -> web.StreamResponse:
        credentials = {
            "client_id": "expeditor",
            "client_secret": self._secret,
            "audience": "a",
            "grant_type": "token",
        }
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self._api}/oauth/token", json=credentials) as answer,
        ):
            self.token = answer.status
        return web.json_response({})


def played(
    directory: Path, more: str, *, account: str = ACCOUNT, secret: str = "", then: int = 200
) -> tuple[int, Asking]:
    """The exit code of the command, and who took what it posted."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        api = f"http://127.0.0.1:{free.getsockname()[1]}/deliverect"
    file = configured(directory, f'{account}api = "{api}"\nsend_accepted = false\n{more}')
    kitchen = Asking(api, secret, then)

    async def play() -> int:
        async with kitchen.listening():
            plan = ["--orders-per-minute", "600", "--minutes", "0.005"]
            place = ["--config", file, "--channel", "corner", "--to", f"{kitchen.url}/"]
            return await asyncio.to_thread(cli.main, ["rush", *plan, *place])

    return asyncio.run(play()), kitchen


def test_the_command_plays_the_channel(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, kitchen = played(tmp_path, "", secret="whatever")  # noqa: S106 - none is known
    assert code == 0
    assert "the channel listens at http://127.0.0.1:" in capsys.readouterr().out
    assert kitchen.token == 200
    assert kitchen.came[0][0] == PRODUCTS
    orders = [(body, headers) for path, body, headers in kitchen.came if path == ORDERS]
    assert orders
    for body, headers in orders:
        assert headers[SIGNATURE] == signature(b"a secret", body)
        order = msgspec.json.decode(body)
        assert (order["account"], order["location"]) == ("A1", "L1")


@pytest.mark.parametrize(("secret", "status"), [("a secret", 200), ("another", 401)])
def test_it_knows_the_secret_of_an_account_that_has_one(
    tmp_path: Path, secret: str, status: int
) -> None:
    _code, kitchen = played(tmp_path, 'client_secret_file = "webhooks.txt"\n', secret=secret)
    assert kitchen.token == status


def test_staging_is_signed_with_the_location(tmp_path: Path) -> None:
    code, kitchen = played(tmp_path, 'environment = "staging"\n', account=BARE)
    assert code == 0
    for _path, body, headers in kitchen.came:
        assert headers[SIGNATURE] == signature(b"L1", body)


def test_who_refuses_makes_it_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert played(tmp_path, "", then=401)[0] == 1
    assert " × 401)" in capsys.readouterr().out
