"""A POST that comes again with its key gets the first answer, and is done once."""

import asyncio
import contextlib
import functools
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import apsw
import pytest

from appliance import expeditor
from appliance.api import auth, idempotency
from appliance.kitchen.ticket import Moment
from appliance.log import Unreadable
from tests.api import cloud
from tests.api.asking import Answer, ask, ticket_path
from tests.api.channels import MadeUpChannels, account
from tests.api.channels import given as given_channels
from tests.api.printing import MadeUpPrinters, given, job, printer
from tests.api.screens import MadeUpScreens
from tests.api.screens import given as given_screens
from tests.api.test_errors import is_error
from tests.log.faulty_disk import Disk, faulty_disk
from tests.running import DEMO, RunningAppliance, running

JSON = {"Content-Type": "application/json"}
KEY = "X-Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
BASE = "/api/v1/kds"
RULES = f"{BASE}/routing"
RULE = {"station_id": "grill", "name": ["*soup*"]}
DEVICE = {"name": "grill screen"}
NOBODYS = "a.b.c"
A_DAY_MS = 24 * 3_600_000


async def post(
    appliance: RunningAppliance,
    path: str,
    body: Any = None,
    *,
    key: str | None = "key-1",
    token: str | None = None,
    **headers: str,
) -> Answer:
    data = None if body is None else json.dumps(body).encode()
    with_key = {} if key is None else {KEY: key}
    sent = JSON | with_key | {name.replace("_", "-"): value for name, value in headers.items()}
    return await ask(appliance, "POST", path, token=token, data=data, headers=sent)


async def rules_made(appliance: RunningAppliance) -> int:
    rules = (await ask(appliance, "GET", RULES)).body
    return sum(rule["source"] == "api" for rule in rules)


def is_repeat(again: Answer, first: Answer) -> None:
    assert REPLAYED not in first.headers
    assert again.headers[REPLAYED] == "true"
    assert (again.status, again.body) == (first.status, first.body)
    assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]
    assert again.headers.get("Content-Type") == first.headers.get("Content-Type")


async def test_a_repeat_gets_the_first_answer_and_is_not_done_again(
    appliance: RunningAppliance,
) -> None:
    first = await post(appliance, RULES, RULE)
    assert first.status == 201
    head = appliance.log.head
    for _ in range(3):
        is_repeat(await post(appliance, RULES, RULE), first)
    assert appliance.log.head == head
    assert await rules_made(appliance) == 1
    other = await post(appliance, RULES, RULE, key="key-2")
    assert other.body["id"] != first.body["id"]
    assert await rules_made(appliance) == 2


async def test_without_a_key_everything_is_done_each_time(appliance: RunningAppliance) -> None:
    for _ in range(2):
        assert REPLAYED not in (await post(appliance, RULES, RULE, key=None)).headers
    assert await rules_made(appliance) == 2


async def test_an_answer_stays_as_it_was_though_the_ticket_went_on(
    appliance: RunningAppliance,
) -> None:
    await appliance.order(id="A-1", items=[{"name": "Hamburger"}])
    first = await post(appliance, ticket_path("grill", "A-1", "start"))
    assert first.body["status"] == "in_progress"
    await post(appliance, ticket_path("grill", "A-1", "bump"), key=None)
    again = await post(appliance, ticket_path("grill", "A-1", "start"))
    is_repeat(again, first)
    assert await appliance.tickets("grill") == []


async def test_a_refusal_for_what_the_kitchen_is_counts_as_an_answer(
    appliance: RunningAppliance,
) -> None:
    ready = ticket_path("grill", "A-1", "ready")
    missing = await post(appliance, ready, key="too-early")
    is_error(missing, 404, "NOT_FOUND")
    await appliance.order(id="A-1", items=[{"name": "Hamburger"}])
    not_yet = await post(appliance, ready, key="not-yet")
    is_error(not_yet, 409, "CONFLICT")
    await post(appliance, ticket_path("grill", "A-1", "start"), key=None)
    is_repeat(await post(appliance, ready, key="too-early"), missing)
    is_repeat(await post(appliance, ready, key="not-yet"), not_yet)
    assert (await post(appliance, ready, key="now")).status == 200


async def test_what_was_not_done_is_not_remembered(appliance: RunningAppliance) -> None:
    wrong = [
        await post(appliance, RULES, {"station_id": "nowhere", "name": ["x"]}),
        await post(appliance, RULES, {"station_id": "grill"}),
        await post(appliance, RULES, RULE, token=appliance.token("chef")),
        await post(appliance, RULES, RULE, token=NOBODYS),
        await post(appliance, RULES, RULE, Content_Type="text/plain"),
        await post(appliance, RULES, {"name": "x" * 300_000}),
    ]
    assert [answer.status for answer in wrong] == [400, 400, 403, 401, 415, 413]
    done = await post(appliance, RULES, RULE)
    assert done.status == 201
    assert REPLAYED not in done.headers


async def test_a_key_is_for_one_request(appliance: RunningAppliance) -> None:
    await appliance.order(id="A-1", items=[{"name": "Hamburger"}])
    priority = ticket_path("grill", "A-1", "priority")
    assert (await post(appliance, priority, {"priority": "high"})).status == 200
    for path, body in (
        (priority, {"priority": "urgent"}),
        (f"{priority}?a=b", {"priority": "high"}),
    ):
        refused = await post(appliance, path, body)
        is_error(refused, 409, "CONFLICT")
        assert refused.body["details"] == {"field": KEY}
        assert KEY in refused.body["message"]
        assert REPLAYED not in refused.headers
    (ticket,) = await appliance.tickets("grill")
    assert ticket["priority"] == "high"
    assert (await post(appliance, priority, {"priority": "high"})).headers[REPLAYED] == "true"


async def test_a_key_is_for_one_path_and_one_caller(appliance: RunningAppliance) -> None:
    await appliance.order(id="A-1", items=[{"name": "Hamburger"}])
    made = [
        (await ask(appliance, "POST", f"{BASE}/devices", data=b'{"name":"screen"}', headers=JSON))
        for _ in range(2)
    ]
    callers = [
        appliance.token("manager"),
        appliance.token("manager", stations=["grill"]),
        *(each.body["token"] for each in made),  # Two screens of one name.
    ]
    paths = [ticket_path("grill", "A-1", "start"), ticket_path("grill", "A-1", "bump")]
    for token in callers:
        for path in paths:
            assert REPLAYED not in (await post(appliance, path, token=token)).headers
    # Another token of the same person is the same caller.
    again = await post(appliance, paths[0], token=appliance.token("chef"))
    assert again.headers[REPLAYED] == "true"


@pytest.mark.parametrize("sent", ["", "a b", "x" * 201, "é"])
async def test_a_key_that_is_none_is_refused(appliance: RunningAppliance, sent: str) -> None:
    answer = await post(appliance, RULES, RULE, key=sent)
    is_error(answer, 400, "VALIDATION_ERROR")
    assert answer.body["details"] == {"field": KEY}
    assert await rules_made(appliance) == 0


async def test_two_keys_at_once_are_refused(appliance: RunningAppliance) -> None:
    headers = [("Authorization", f"Bearer {appliance.token()}"), (KEY, "a"), (KEY, "b")]
    async with appliance.http.post(appliance.url + RULES, json=RULE, headers=headers) as answer:
        assert answer.status == 400
        assert (await answer.json())["details"] == {"field": KEY}


async def test_any_visible_ascii_is_a_key(appliance: RunningAppliance) -> None:
    for key in ("a", "x" * 200, "".join(map(chr, range(0x21, 0x7F)))):
        first = await post(appliance, RULES, RULE, key=key)
        is_repeat(await post(appliance, RULES, RULE, key=key), first)


async def test_other_methods_have_no_use_for_it(appliance: RunningAppliance) -> None:
    made = await post(appliance, f"{BASE}/stations", {"name": "Pizza"}, key=None)
    path = f"{BASE}/stations/{made.body['id']}"
    for name in ("Pasta", "Pizza"):
        data = json.dumps({"name": name}).encode()
        answer = await ask(appliance, "PUT", path, data=data, headers=JSON | {KEY: "one"})
        assert (answer.status, answer.body["name"]) == (200, name)
    for _ in range(2):
        assert REPLAYED not in (await ask(appliance, "GET", path, headers={KEY: "a b"})).headers


async def test_of_many_at_once_one_is_done_and_all_get_its_answer(
    appliance: RunningAppliance,
) -> None:
    answers = await asyncio.gather(*(post(appliance, RULES, RULE) for _ in range(20)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["id"] for answer in answers}) == 1
    assert sum(REPLAYED in answer.headers for answer in answers) == 19
    assert await rules_made(appliance) == 1


EVERY_POST: dict[str, Any] = {
    "/stations/grill/orders/A-1/ticket/print": None,
    **{f"/stations/grill/orders/A-1/ticket/{action}": None for action in
       ("start", "ready", "recall", "bump", "void")},
    "/stations/grill/orders/A-1/ticket/priority": {"priority": "high"},
    "/stations/grill/orders/A-1/ticket/items/1/done": None,
    "/stations/grill/orders/A-1/ticket/items/1/undone": None,
    "/stations/grill/orders/A-1/ticket/move": {"station_id": "fry"},
    "/stations/grill/orders/A-1/ticket/undo": None,
    "/stations/grill/undo": None,
    "/stations/grill/summon": None,
    "/expo/orders/A-1/collected": None,
    "/courses/fire": {"order_id": "A-1", "course_number": 1},
    "/stations": {"name": "Pizza"},
    "/routing": RULE,
    "/routing/bulk": {"rules": [RULE]},
    "/menu/bulk": {"items": [{"plu": "P-1", "name": "Pie"}]},
    "/orders": {"id": "B-1", "name": "Jane", "items": [{"name": "Fries"}]},
}  # fmt: skip
IN_MEMORY: dict[str, Any] = {
    "/devices": DEVICE,
    "/pins": {"name": "Maria", "pin": "4711", "roles": ["chef"]},
    "/tokens/revoke": {"jti": "some-token"},
    "/panel/buttons/grill-2/press": None,
    "/panel/bars/fry-bar/press": {"key": "summary"},
    **{f"/printers/grill-printer/{what}": None for what in
       ("test", "jobs/print", "jobs/drop", "jobs/1/print", "jobs/1/drop")},
    "/printers/grill-printer/faults": {"fault": "slow", "on": True},
    "/screens": {"address": "192.0.2.7", "name": "Wall"},
    "/channels/city/orders/A-1/settled": None,
    "/channels/city/pause": {"seconds": 900},
    "/card/update": {"size": 1},
    "/card/restart": None,
}  # fmt: skip
CHANGES_NOTHING = ("/routing/test", "/printers/look", "/setup/check", "/setup/route")
BEGINS_ANEW = "/setup/import"  # Its second time finds all of it as it is to be.
BY_ANYBODY = "/screens/knock"


async def test_every_post_of_the_api_is_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the kitchen also after a restart; those with secrets, fingers or paper, not."""
    printers = MadeUpPrinters(printer("grill-printer", "grill"))
    printers.its_jobs = [job(1, "grill-printer", "grill", state="asks")]
    given(monkeypatch, printers)
    given_screens(monkeypatch, MadeUpScreens())
    given_channels(monkeypatch, MadeUpChannels(account("city")))
    async with running(tmp_path, DEMO) as appliance:
        described = (await ask(appliance, "GET", f"{BASE}/openapi.json")).body["paths"]
        names = [("{station_id}", "grill"), ("{order_id}", "A-1"), ("{line_id}", "1")]
        names += [("{button_id}", "grill-2"), ("{bar_id}", "fry-bar")]
        names += [("{printer_id}", "grill-printer"), ("{job_id}", "1")]
        names += [("{account}", "city")]
        for path, operations in described.items():
            filled_in = functools.reduce(lambda text, name: text.replace(*name), names, path)
            if "post" in operations and path.startswith(BASE):
                others = {*CHANGES_NOTHING, BEGINS_ANEW, BY_ANYBODY}
                known = EVERY_POST.keys() | IN_MEMORY.keys() | others
                assert filled_in.removeprefix(BASE) in known, path
        await appliance.order(id="A-1", items=[{"lineId": "1", "name": "Hamburger"}])
        first = {
            path: await post(appliance, BASE + path, body)
            for path, body in (EVERY_POST | IN_MEMORY).items()
        }
        assert {answer.status for answer in first.values()} <= {200, 201, 204, 409}
        for path, body in (EVERY_POST | IN_MEMORY).items():
            is_repeat(await post(appliance, BASE + path, body), first[path])
        head = appliance.log.head
    async with running(tmp_path, DEMO) as appliance:
        for path, body in EVERY_POST.items():
            is_repeat(await post(appliance, BASE + path, body), first[path])
        assert appliance.log.head == head
        for path, body in IN_MEMORY.items():
            assert REPLAYED not in (await post(appliance, BASE + path, body)).headers


async def test_a_token_that_was_made_is_never_on_disk(tmp_path: Path) -> None:
    async with running(tmp_path) as appliance:
        token = (await post(appliance, f"{BASE}/devices", DEVICE)).body["token"]
        again = await post(appliance, f"{BASE}/devices", DEVICE)
        assert again.body["token"] == token
        assert len((await ask(appliance, "GET", f"{BASE}/devices")).body) == 1
    assert answers_in(tmp_path) == 0
    assert token.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


async def test_what_is_in_memory_is_bounded(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "MAX_IN_MEMORY", 2)
    for key in ("a", "b", "c"):
        await post(appliance, f"{BASE}/devices", DEVICE, key=key)
    repeated = [
        REPLAYED in (await post(appliance, f"{BASE}/devices", DEVICE, key=key)).headers
        for key in ("c", "b", "a")
    ]
    assert repeated == [True, True, False]


async def test_what_changes_nothing_is_answered_anew_each_time(
    appliance: RunningAppliance,
) -> None:
    order = {"id": "7", "items": [{"name": "Soup"}]}
    path = BASE + CHANGES_NOTHING[0]
    before = await post(appliance, path, order)
    await post(appliance, RULES, RULE, key=None)
    after = await post(appliance, path, order)
    assert REPLAYED not in after.headers
    assert before.body[0]["stations"] != after.body[0]["stations"]


async def test_after_a_restart_a_device_is_not_made_twice_with_one_key(tmp_path: Path) -> None:
    path = f"{BASE}/devices"
    async with running(tmp_path) as appliance:
        made = (await post(appliance, path, DEVICE)).body
    async with running(tmp_path) as appliance:
        refused = await post(appliance, path, DEVICE)
        is_error(refused, 409, "CONFLICT")
        assert made["id"] in refused.body["message"]
        assert len((await ask(appliance, "GET", path)).body) == 1
        assert (await post(appliance, path, DEVICE, key="key-2")).status == 201
        await ask(appliance, "DELETE", f"{path}/{made['id']}")
        assert (await post(appliance, path, DEVICE, key="key-3")).status == 201


async def test_tokens_for_nobody_in_particular_share_no_key(appliance: RunningAppliance) -> None:
    def token(subject: str) -> str:
        return auth.issue(
            appliance.secret, roles=["manager"], tenant="default", subject=subject, seconds=60
        )

    for subject, replayed in (("expeditor token", False), ("pos-1", True)):
        await post(appliance, RULES, RULE, key=subject[:3], token=token(subject))
        again = await post(appliance, RULES, RULE, key=subject[:3], token=token(subject))
        assert (REPLAYED in again.headers) is replayed


async def test_one_subject_of_two_issuers_is_two_callers(tmp_path: Path) -> None:
    await asyncio.to_thread(cloud.make_keys)
    async with cloud.cloud_on_loopback() as ids, cloud.running_with(tmp_path, ids) as appliance:
        await post(appliance, RULES, RULE)
        theirs = cloud.signed("rsa-1", sub="test", roles=["manager"])
        other = await post(appliance, RULES, RULE, token=theirs)
        assert (other.status, REPLAYED in other.headers) == (201, False)


async def test_a_key_is_the_same_one_under_both_prefixes(appliance: RunningAppliance) -> None:
    await appliance.order(id="A-1", items=[{"name": "Hamburger"}])
    ours, gateway = (
        ticket_path("grill", "A-1", "bump", prefix=prefix) for prefix in (BASE, "/v1/commerce/kds")
    )
    first = await post(appliance, gateway, token=appliance.token())
    is_repeat(await post(appliance, ours, token=appliance.token()), first)


async def test_a_new_key_does_not_wait_for_who_reads_the_disk(appliance: RunningAppliance) -> None:
    await post(appliance, RULES, RULE, key="known")
    free = threading.Event()
    reading = appliance.log._reading.submit(free.wait, 10)  # noqa: SLF001 - as a long copy does
    try:
        assert (await post(appliance, RULES, RULE, key="new")).status == 201
        assert not reading.done()
    finally:
        free.set()
    assert REPLAYED in (await post(appliance, RULES, RULE, key="known")).headers


async def test_after_a_day_the_key_is_a_new_one(appliance: RunningAppliance) -> None:
    start = appliance.expeditor.now()
    path, body = "/routing", RULE
    first = await post(appliance, BASE + path, body)

    def at(milliseconds: int) -> None:
        moment = Moment(start.at + milliseconds, start.tick + milliseconds)
        appliance.expeditor.now = lambda: moment

    at(A_DAY_MS)
    is_repeat(await post(appliance, BASE + path, body), first)
    at(A_DAY_MS + 60_000)
    again = await post(appliance, BASE + path, body)
    assert REPLAYED not in again.headers
    assert again.body["id"] != first.body["id"]
    is_repeat(await post(appliance, BASE + path, body), again)


async def test_old_answers_are_forgotten_though_nobody_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expeditor, "FORGET_SECONDS", 0.01)
    async with running(tmp_path) as appliance:
        await post(appliance, RULES, RULE)
        moment = appliance.expeditor.now()
        assert await asyncio.to_thread(answers_in, tmp_path) == 1
        later = Moment(moment.at, moment.tick + A_DAY_MS + 1)
        appliance.expeditor.now = lambda: later
        async with asyncio.timeout(10):
            while await asyncio.to_thread(answers_in, tmp_path):
                await asyncio.sleep(0.01)


def answers_in(directory: Path) -> int:
    """How many there are on disk."""
    with contextlib.closing(apsw.Connection(str(directory / "log.sqlite"))) as database:
        return int(database.execute("SELECT count(*) FROM answers").get)


@pytest.fixture
def disk() -> Iterator[Disk]:
    with faulty_disk("under-the-keys") as disk:
        yield disk


@pytest.fixture
async def on_disk(
    tmp_path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RunningAppliance]:
    monkeypatch.setattr(expeditor, "RETRY_SECONDS", 0.01)
    async with running(tmp_path, vfs=disk.vfs_name) as appliance:
        yield appliance


async def stored_again(appliance: RunningAppliance, disk: Disk) -> None:
    disk.failure = None
    async with asyncio.timeout(10):
        while appliance.expeditor.fault is not None:
            await asyncio.sleep(0.005)


async def test_what_could_not_be_stored_is_done_when_it_comes_again(
    on_disk: RunningAppliance, disk: Disk
) -> None:
    disk.failure, disk.fail_at = apsw.FullError, 0
    answers = await asyncio.gather(*(post(on_disk, RULES, RULE) for _ in range(5)))
    assert {answer.status for answer in answers} == {503}
    await stored_again(on_disk, disk)
    answer = await post(on_disk, RULES, RULE)
    assert answer.status == 201
    # It may be that the first one reached the disk after all: then it counts, and is the answer.
    assert await rules_made(on_disk) == 1


async def test_a_refusal_that_cannot_be_stored_is_503_and_service_resumes(
    on_disk: RunningAppliance, disk: Disk
) -> None:
    """Nothing but an answer is in that commit: its failure has to be noticed all the same."""
    disk.failure, disk.fail_at = apsw.FullError, 0
    path = ticket_path("grill", "nobody", "start")
    is_error(await post(on_disk, path), 503, "SERVICE_UNAVAILABLE")
    assert on_disk.expeditor.fault is not None
    await stored_again(on_disk, disk)
    is_error(await post(on_disk, path), 404, "NOT_FOUND")
    assert await on_disk.order(id="A-1", items=[{"name": "Hamburger"}]) == b"A-1"


@asynccontextmanager
async def held_commit(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[None]:
    """From when the next commit has come until the body ends, it is not done."""
    commit = appliance.log._commit  # noqa: SLF001 - the moment of the sync
    syncing, finish = threading.Event(), threading.Event()

    def slow(batch: Any) -> None:
        syncing.set()
        assert finish.wait(10)
        commit(batch)

    monkeypatch.setattr(appliance.log, "_commit", slow)
    try:
        sending = await raw(appliance)
        await asyncio.to_thread(syncing.wait, 10)
        sending.close()  # Gone, and with it whoever would have read the answer.
        await sending.wait_closed()
        yield
    finally:
        finish.set()
        monkeypatch.setattr(appliance.log, "_commit", commit)


async def raw(appliance: RunningAppliance) -> asyncio.StreamWriter:
    """A client that sends a rule with a key, and does not wait."""
    body = json.dumps(RULE).encode()
    where = urlsplit(appliance.url)
    _reader, writer = await asyncio.open_connection(where.hostname, where.port)
    head = (
        f"POST {RULES} HTTP/1.1\r\nHost: {where.netloc}\r\n{KEY}: key-1\r\n"
        f"Authorization: Bearer {appliance.token()}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
    return writer


async def test_a_client_that_goes_while_it_waits_changes_nothing(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with held_commit(appliance, monkeypatch):
        again = asyncio.create_task(post(appliance, RULES, RULE))
        await asyncio.sleep(0)
        assert not again.done()
    answer = await again
    assert (answer.status, answer.headers[REPLAYED]) == (201, "true")
    assert await rules_made(appliance) == 1


async def test_what_cannot_be_read_is_told_in_words_that_name_no_file(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def unreadable(*_: object) -> bytes:
        raise Unreadable("/data/log.sqlite: disk I/O error")

    monkeypatch.setattr(appliance.log, "recalled", unreadable)
    answer = await post(appliance, RULES, RULE)
    is_error(answer, 503, "SERVICE_UNAVAILABLE")
    assert answer.body["message"] == "what is stored cannot be read at present"
    assert "/data/log.sqlite: disk I/O error" in caplog.text
