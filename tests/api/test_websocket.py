"""Events by WebSocket: the same frames as by server-sent events, resumed, kept to a station."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from appliance.api.events import listener, websocket
from tests.api.asking import ask, say, ticket_path
from tests.api.listening import EVENTS, listening
from tests.api.talking import UPGRADE, Talk, subscribed, talking
from tests.running import RunningAppliance, running

BURGER = {"lineId": "1", "name": "Hamburger", "qty": 1, "mods": []}
FRIES = {"lineId": "2", "name": "Fries", "qty": 1, "mods": []}
FLAT = ["type", "error", "code", "message", "details", "request_id", "timestamp"]


def is_ticket(heard: Any) -> bool:
    return str(heard["type"]).startswith("kds.ticket.")


async def refused(talk: Talk, code: str, kind: str = "error") -> Any:
    """The next message is this refusal."""
    heard = await talk.the(kind)
    assert heard["code"] == code, heard
    return heard


# ── what is heard ───────────────────────────────────────────────────────────────────


async def test_the_frames_are_those_of_the_event_stream(appliance: RunningAppliance) -> None:
    await appliance.order(id="A-1", name="Jane", items=[BURGER, FRIES])
    async with subscribed(appliance) as talk, listening(appliance) as stream:
        by_socket, by_stream = await talk.hear(), (await stream.snapshot()).body
        assert by_socket | {"at": 0} == by_stream | {"at": 0}
        assert (await talk.hear()).keys() == (await stream.hear()).body.keys()
        await ask(appliance, "POST", ticket_path("grill", "A-1", "start"))
        await appliance.order(id="A-2", items=[BURGER])
        head = appliance.log.head
        frames = await talk.until(lambda last: last["seq"] == head and is_ticket(last))
        events = await stream.until(lambda last: last.body["seq"] == head and last.id is not None)
        assert [each for each in frames if is_ticket(each)] == [
            each.body for each in events if is_ticket(each.body)
        ]
        assert len([each for each in frames if is_ticket(each)]) == 3


async def test_what_subscribed_tells_makes_a_position_to_come_back_with(tmp_path: Path) -> None:
    async with running(tmp_path) as before, talking(before) as talk:
        await talk.the("auth_success")
        told = await talk.subscribe()
        assert told == {
            "type": "subscribed",
            "channel": "kds",
            "location_id": "default",
            "station_id": None,
            "epoch": before.log.epoch,
            "screen_id": None,
        }
        await before.order(id="A-1", items=[BURGER])
        seq = (await talk.until_seq(before.log.head))[-1]["seq"]
    async with running(tmp_path) as after:
        await after.order(id="A-2", items=[BURGER])
        heard = []
        for since in (f"{told['epoch']}:{seq}", str(seq), seq):
            async with subscribed(after, since=since) as talk:
                head = after.log.head
                frames = await talk.until_seq(head)
                heard.append([(each["type"], each["seq"]) for each in frames])
        assert heard[0] == heard[1] == heard[2]
        assert [kind for kind, _seq in heard[0]] == ["kds.ticket.created"] * 2


@pytest.mark.parametrize("since", ["0123456789abcdef:1", "99999999", 99999999, "1" * 18])
async def test_a_position_that_is_not_of_this_log_starts_from_a_snapshot(
    appliance: RunningAppliance, since: object
) -> None:
    await appliance.order(id="A-1", items=[BURGER])
    async with subscribed(appliance, since=since) as talk:
        assert (await talk.hear())["type"] == "kds.snapshot"


async def test_a_subscription_for_a_station_hears_of_no_other(appliance: RunningAppliance) -> None:
    await appliance.order(id="A-0", items=[BURGER, FRIES])
    both = appliance.token("chef", stations=["fry", "cold"])
    one = appliance.token("chef", stations=["fry"])
    for token, wanted in ((None, "fry"), (one, None), (both, "fry")):
        async with subscribed(appliance, token=token, station_id=wanted) as talk:
            payload = (await talk.the("kds.snapshot"))["payload"]
            assert {ticket["station_id"] for ticket in payload["tickets"]} == {"fry"}
            assert [station["id"] for station in payload["stations"]] == ["fry"]
            order_id = f"{wanted}-{token}"[:20]
            await appliance.order(id=order_id, items=[BURGER, FRIES])
            head = appliance.log.head
            frames = await talk.until_seq(head)
            told = [each["payload"]["ticket"] for each in frames if is_ticket(each)]
            assert [ticket["station_id"] for ticket in told] == ["fry"]
            assert told[0]["order_id"] == order_id


async def test_a_connection_has_one_subscription(appliance: RunningAppliance) -> None:
    async with subscribed(appliance, station_id="fry") as talk:
        await talk.the("kds.snapshot")
        await talk.say("subscribe", channel="kds", station_id="grill")
        await refused(talk, "CONFLICT")
        await appliance.order(id="A-1", items=[BURGER, FRIES])
        event = await talk.the("kds.ticket.created")
        assert event["payload"]["ticket"]["station_id"] == "fry"


# ── messages that cannot be ─────────────────────────────────────────────────────────

WRONG: list[tuple[str, str, str | None]] = [
    ("", "INVALID_JSON", None),
    ("{", "INVALID_JSON", None),
    ("[" * 4000, "VALIDATION_ERROR", "body"),
    ('{"type": "auth", "token": ' + "[" * 4000, "INVALID_JSON", None),
    ("[]", "VALIDATION_ERROR", "body"),
    ("7", "VALIDATION_ERROR", "body"),
    ("{}", "VALIDATION_ERROR", "type"),
    ('{"type": 7}', "VALIDATION_ERROR", "type"),
    ('{"type": "unsubscribe"}', "VALIDATION_ERROR", "type"),
    ('{"type": "ping"}', "VALIDATION_ERROR", "type"),
    ('{"type": "subscribe"}', "VALIDATION_ERROR", "channel"),
    ('{"type": "subscribe", "channel": "orders"}', "VALIDATION_ERROR", "channel"),
    ('{"type": "subscribe", "channel": "kds", "station": "x"}', "VALIDATION_ERROR", "station"),
    ('{"type": "subscribe", "channel": "kds", "station_id": 7}', "VALIDATION_ERROR", "station_id"),
    ('{"type": "subscribe", "channel": "kds", "since": "x"}', "VALIDATION_ERROR", "since"),
    ('{"type": "subscribe", "channel": "kds", "since": "1\\n"}', "VALIDATION_ERROR", "since"),
    ('{"type": "subscribe", "channel": "kds", "since": -1}', "VALIDATION_ERROR", "since"),
    ('{"type": "subscribe", "channel": "kds", "since": 1.5}', "VALIDATION_ERROR", "since"),
    ('{"type": "subscribe", "channel": "kds", "since": true}', "VALIDATION_ERROR", "since"),
    ('{"type": "subscribe", "channel": "kds", "since": "1:٣"}', "VALIDATION_ERROR", "since"),
    ('{"type": "subscribe", "channel": "kds", "station_id": "gril"}', "NOT_FOUND", None),
    ('{"type": "subscribe", "channel": "kds", "location_id": "mars"}', "NOT_FOUND", None),
    ('{"type": "auth", "token": "x"}', "CONFLICT", None),
    ('{"type": "auth"}', "VALIDATION_ERROR", "token"),
]


async def test_a_wrong_message_is_told_what_is_wrong_and_changes_nothing(
    appliance: RunningAppliance,
) -> None:
    async with talking(appliance) as talk:
        await talk.the("auth_success")
        for text, code, field in WRONG:
            await talk.socket.send_str(text)
            heard = await refused(talk, code)
            assert list(heard) == FLAT, text
            assert heard["details"].get("field") == field, (text, heard)
        await talk.socket.send_bytes(b'{"type": "subscribe", "channel": "kds"}')
        await refused(talk, "VALIDATION_ERROR")
        await talk.subscribe(location_id="default", station_id="grill", since=None)
        await talk.the("kds.snapshot")


async def test_an_error_carries_the_id_of_the_upgrade(appliance: RunningAppliance) -> None:
    headers = {"Authorization": f"Bearer {appliance.token()}", "X-Request-ID": "socket-1"}
    async with talking(appliance, headers=headers) as talk:
        await talk.the("auth_success")
        await talk.say("nonsense")
        assert (await talk.the("error"))["request_id"] == "socket-1"


async def test_wrong_messages_do_not_disturb_what_is_heard(appliance: RunningAppliance) -> None:
    async with subscribed(appliance) as talk:
        await talk.the("kds.snapshot")
        for number in range(5):
            await talk.socket.send_str("{")
            await refused(talk, "INVALID_JSON")
            await appliance.order(id=f"A-{number}", items=[BURGER])
            for _ in ("grill", "pass"):
                event = await talk.the("kds.ticket.created")
                assert event["payload"]["ticket"]["order_id"] == f"A-{number}"


async def test_a_token_for_one_station_subscribes_to_no_other(appliance: RunningAppliance) -> None:
    async with talking(appliance, token=appliance.token("chef", stations=["fry"])) as talk:
        await talk.the("auth_success")
        await talk.say("subscribe", channel="kds", station_id="grill")
        await refused(talk, "FORBIDDEN")
        await talk.subscribe(station_id="fry")


async def test_a_message_that_is_too_large_closes(appliance: RunningAppliance) -> None:
    async with talking(appliance) as talk:
        await talk.the("auth_success")
        await talk.say("subscribe", channel="x" * websocket.MAX_MESSAGE)
        assert (await talk.ends()).code == 1009


async def test_too_many_messages_close_and_nobody_else_is_disturbed(
    appliance: RunningAppliance,
) -> None:
    for flood in ("error", "ping", "pong"):
        async with subscribed(appliance) as other, talking(appliance) as talk:
            await other.the("kds.snapshot")
            await talk.the("auth_success")
            for _ in range(websocket.MAX_MESSAGES + 1):
                if flood == "error":
                    await talk.socket.send_str("{")
                elif flood == "ping":
                    await talk.socket.ping()
                else:
                    await talk.say("pong")
            told = []
            while (received := await talk.socket.receive(10)).type is not received.type.CLOSE:
                told.append(received)
            assert (received.data, received.extra) == (4429, "TOO_MANY_REQUESTS")
            assert json.loads(told[-1].data)["code"] == "TOO_MANY_REQUESTS"
            assert len(told) == 1 + (0 if flood == "pong" else websocket.MAX_MESSAGES + 1)
            await appliance.order(id=flood, items=[BURGER])
            event = await other.the("kds.ticket.created")
            assert event["payload"]["ticket"]["order_id"] == flood


BROKEN = {
    "a text that is no UTF-8": (b"\x81\x81\x00\x00\x00\x00\xff", 1007),
    "an unknown kind of frame": (b"\x8b\x80\x00\x00\x00\x00", 1002),
    "reserved bits": (b"\xf1\x80\x00\x00\x00\x00", 1002),
    "a continuation of nothing": (b"\x80\x80\x00\x00\x00\x00", 1002),
    "a length of 2**64": (b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff", 1009),
    "a length of 16 MiB": (b"\x81\xff\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00", 1009),
}


@pytest.mark.parametrize("kind", BROKEN)
async def test_broken_frames_close_with_the_code_of_the_protocol(
    appliance: RunningAppliance, kind: str
) -> None:
    frames, code = BROKEN[kind]
    head = "".join(f"{name}: {value}\r\n" for name, value in UPGRADE.items())
    request = f"GET {EVENTS} HTTP/1.1\r\nHost: localhost\r\n{head}\r\n".encode()
    async with asyncio.timeout(10):
        told = await say(appliance, request + frames)
    close = told[told.rindex(b"\x88") :]
    assert int.from_bytes(close[2:4], "big") == code
    status, _body = await appliance.call("GET", "/stations/grill/tickets")
    assert status == 200


@pytest.mark.parametrize("header", ["Sec-WebSocket-Version", "Sec-WebSocket-Key", "Connection"])
async def test_a_handshake_that_is_none_is_a_bad_request(
    appliance: RunningAppliance, header: str
) -> None:
    headers = UPGRADE | {header: "9"}
    answer = await ask(appliance, "GET", EVENTS, headers=headers)
    assert (answer.status, answer.body["code"]) == (400, "VALIDATION_ERROR")


# ── pings ───────────────────────────────────────────────────────────────────────────


async def test_whoever_answers_pings_is_kept(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "PING_SECONDS", 0.02)
    async with talking(appliance) as talk:
        await talk.the("auth_success")
        for _ in range(5):
            ping = await talk.the("ping")
            assert list(ping) == ["type", "timestamp"]
            assert ping["timestamp"].endswith("Z")
            await talk.say("pong", timestamp=ping["timestamp"])
        await talk.subscribe()
        await talk.the("kds.snapshot")


@pytest.mark.parametrize("says", ["nothing", "an early pong", "other things"])
async def test_whoever_does_not_answer_a_ping_is_closed(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch, says: str
) -> None:
    monkeypatch.setattr(websocket, "PING_SECONDS", 0.1)
    monkeypatch.setattr(websocket, "PONG_SECONDS", 0.1)
    async with talking(appliance) as talk:
        await talk.the("auth_success")
        if says == "an early pong":
            await talk.say("pong")
        await talk.the("ping")
        if says == "other things":
            await talk.say("subscribe", channel="kds")
        closed = await talk.ends()
        assert (closed.code, closed.reason) == (4408, "no pong came within 0.1 s")


async def test_the_time_for_a_pong_is_the_pongs_and_not_the_pings(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "PING_SECONDS", 0.01)
    async with talking(appliance) as talk:
        await talk.the("auth_success")
        await talk.the("ping")
        # Ten times the time between pings, and no second one while the first is open.
        with pytest.raises(TimeoutError):
            await talk.hear(0.1)
        await talk.say("pong")
        await talk.the("ping")


# ── the end ─────────────────────────────────────────────────────────────────────────


async def test_a_stop_closes_as_going_away(tmp_path: Path) -> None:
    async with (
        running(tmp_path) as appliance,
        talking(appliance) as other,
        subscribed(appliance) as talk,
    ):
        await talk.the("kds.snapshot")
        await appliance.app.shutdown()
        closed = await talk.ends()
        assert (closed.code, closed.reason) == (1001, "the service stops")
        assert (await other.ends()).code == 1001


async def test_a_client_that_leaves_is_let_go(appliance: RunningAppliance) -> None:
    async with subscribed(appliance) as talk:
        await talk.the("kds.snapshot")
        await talk.socket.close()
        assert talk.socket.close_code == 1000


async def test_a_fault_of_ours_closes_and_is_in_the_log(
    appliance: RunningAppliance, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("worn out")

    async with subscribed(appliance) as talk:
        await talk.the("kds.snapshot")
        monkeypatch.setattr(listener.Listener, "_body", broken)
        await appliance.order(id="A-1", items=[BURGER])
        assert (await talk.ends()).code == 1011
        async with asyncio.timeout(10):
            while "worn out" not in caplog.text:
                await asyncio.sleep(0.01)
