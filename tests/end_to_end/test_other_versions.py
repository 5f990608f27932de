"""Data of another version: the appliance starts on it, takes orders, and says what it cannot read.

After an update that did not come up, an older version is back on what the newer one wrote.
"""

import contextlib
import http.client
import json
import re
import shutil
import socket
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import msgspec
import pytest

from appliance.api import auth
from appliance.api.auth.devices import Devices
from appliance.api.auth.pins import Pins
from appliance.channels.progress import Fate, Followed
from appliance.channels.store import NEVER
from appliance.channels.store import Store as Channels
from appliance.config.values import Address
from appliance.log import foreign
from appliance.printing.chit import Chit
from appliance.printing.jobs import Job
from appliance.screens.registry import Adopted, Registry
from appliance.screens_now import Wanted
from tests.process import Service

KITCHEN = """\
[appliance]
name = "Corner"

[orders]
listen = "127.0.0.1:0"
default_station = "grill"

[http]
listen = "127.0.0.1:0"

[screens]
mdns = false

[[station]]
id = "grill"
name = "Grill"

[[station]]
id = "fry"
name = "Fry"

[[route]]
station = "fry"
name = ["*fries*"]

[[printer]]
id = "paper"
stations = ["fry"]

[[deliverect]]
id = "main"
account = "account"
location = "location"
environment = "staging"
client_id = "client"
api = "http://127.0.0.1:9"
"""
STORES = ("log.sqlite", "spool.sqlite", "channels.sqlite", "shown.sqlite")
INDEXES = ("history.sqlite", "reports.sqlite")
RECORDS = ("pins", "devices", "screens", "clock")


class Appliance(Service):
    """The service on a configuration of its own, and who asks it as a manager."""

    def call(self, path: str) -> Any:
        token = auth.issue(
            (self.data / "secret").read_bytes(),
            roles=["manager"],
            tenant="default",
            subject="Ana",
            seconds=60,
        )
        address = self.url.removeprefix("http://")
        with contextlib.closing(http.client.HTTPConnection(address, timeout=20)) as peer:
            peer.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            return json.load(peer.getresponse())

    def order(self, order_id: str, item: str = "Fries") -> bytes:
        order = {"id": order_id, "name": "Jane", "items": [{"name": item}]}
        sent = json.dumps({"command": "create-order", "order": order}).encode()
        with socket.create_connection(("127.0.0.1", self.orders_port), timeout=20) as peer:
            peer.sendall(sent)
            peer.shutdown(socket.SHUT_WR)
            return peer.recv(4096)

    def cards(self, station: str = "fry") -> list[str]:
        tickets = self.call(f"/api/v1/kds/stations/{station}/tickets")
        return [each["order_id"] for each in tickets]

    def problems(self) -> dict[str, Any]:
        """The facts, by code."""
        told = self.call("/api/v1/kds/health")["problems"]
        return {each["code"]: each["facts"] for each in told}


def on(data: Path) -> Appliance:
    return Appliance(data, usual_ports=True, warm=True)


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a bit of everything, left by a stop."""
    data = tmp_path_factory.mktemp("evening") / "data"
    data.mkdir()
    (data / "kitchen.toml").write_text(KITCHEN)
    Pins(data).set("Maria", "4711", ["chef"])
    Devices(data).issue("Old tablet")
    for name in ("one", "two"):
        wanted = Wanted(f"Screen {name}", "grill")
        Registry(data, ()).adopt(Adopted(name, "lan", wanted, 5.0, Address("127.0.0.1:9")))
    with on(data) as appliance:
        assert appliance.order("A-1") == b"A-1"
        assert appliance.stop() == 0
    return data


@pytest.fixture
def data(evening: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(evening, tmp_path / "data"))


@contextlib.contextmanager
def opened(data: Path, name: str) -> Iterator[apsw.Connection]:
    """A database of it."""
    with contextlib.closing(apsw.Connection(str(data / name))) as database, database:
        yield database


def goes_on(data: Path, *cards: str) -> dict[str, Any]:
    """It starts, has these cards, takes one more and keeps it; the problems that it tells."""
    with on(data) as appliance:
        assert sorted(appliance.cards()) == sorted(cards)
        assert appliance.order("A-2") == b"A-2"
        told = appliance.problems()
        assert "orders-not-stored" not in told
        assert appliance.stop() == 0
        appliance.start()
        assert sorted(appliance.cards()) == sorted((*cards, "A-2"))
        assert appliance.stop() == 0
    return told


def put_aside(data: Path) -> set[str]:
    """What was put aside, and is not."""
    return {each.name for each in data.iterdir() if "damaged" in each.name or "newer" in each.name}


# ── databases ────────────────────────────────────────────────────────────────────────


def tables(database: apsw.Connection) -> list[str]:
    found = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return [str(name) for (name,) in found]


def test_further_tables_and_columns_change_nothing_and_stay(data: Path) -> None:
    before = {}
    for name in (*STORES, *INDEXES):
        with opened(data, name) as database:
            before[name] = tables(database)
            for table in before[name]:
                database.execute(
                    f"ALTER TABLE {table} ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'"
                )
            database.execute("CREATE TABLE moods (mood TEXT) STRICT")
    goes_on(data, "A-1")
    assert put_aside(data) == set()
    for name in STORES:
        with opened(data, name) as database:
            assert tables(database) == [*before[name], "moods"]
            for table in before[name]:
                database.execute(f"SELECT mood FROM {table}")  # noqa: S608 - one of these


@pytest.mark.parametrize("room", ["log", "channels", "printing", "screens"])
def test_statements_name_their_columns(room: str) -> None:
    """So a further one is none of theirs."""
    for file in (Path(foreign.__file__).parents[1] / room).glob("*.py"):
        assert not re.search(r"INTO \w+ VALUES|SELECT \*", file.read_text()), file


@pytest.mark.parametrize("name", [*STORES[1:], *INDEXES])
def test_a_store_that_takes_a_newer_version_to_read_stops_no_order(data: Path, name: str) -> None:
    with opened(data, name) as database:
        database.pragma("user_version", 9)
    goes_on(data, "A-1")
    # What only a store has is kept; an index is made again from the log.
    assert (f"{name}.damaged" in put_aside(data)) == (name in STORES)


def test_a_log_that_takes_a_newer_version_to_read_is_put_aside_whole(data: Path) -> None:
    for number in (1, 2):
        with opened(data, "log.sqlite") as database:
            database.pragma("user_version", foreign.READS + 1)
        before = (data / "log.sqlite").read_bytes()
        told = goes_on(data)
        aside = f"log.sqlite.newer-{number}"
        assert told["log-put-aside"] == {"file": aside}
        assert (data / aside).read_bytes() == before
    with on(data) as appliance:  # It can be read: nothing is to be told.
        assert "log-put-aside" not in appliance.problems()


# ── events ───────────────────────────────────────────────────────────────────────────


def append(data: Path, *events: dict[str, Any]) -> None:
    """Have a newer version write these to the log."""
    with opened(data, "log.sqlite") as database:
        last = database.execute("SELECT max(last_seq) FROM batches").get
        packed = zlib.compress(b"\n".join(json.dumps(each).encode() for each in events))
        database.execute(
            "INSERT INTO batches VALUES (?, ?, ?)", (last + 1, last + len(events), packed)
        )


def events_of(data: Path) -> list[dict[str, Any]]:
    with opened(data, "log.sqlite") as database:
        rows: Any = database.execute("SELECT events FROM batches ORDER BY first_seq").fetchall()
    batches: list[bytes] = [row[0] for row in rows]
    return [json.loads(each) for batch in batches for each in zlib.decompress(batch).split(b"\n")]


def order(number: int, order_id: str, **more: Any) -> dict[str, Any]:
    """As `OrderPlaced`, right after the newest event there is."""
    items = [{"lineId": "1", "name": "Fries", "salt": "much"}]
    placed = {"id": order_id, "items": items, "drone": {"wings": 4}}
    return {"type": "order.placed", "number": number, "order": placed, "digest": "d", **more}


def ticket(number: int, **more: Any) -> dict[str, Any]:
    """As `TicketChanged`."""
    now = {"number": number, "station": "fry", "created_at": 1, "updated_at": 1}
    return {"type": "ticket", "kind": "created", "ticket": {**now, "lines": [{"id": "1"}]}, **more}


def with_ticket(**more: Any) -> dict[str, Any]:
    event = ticket(2)
    return {**event, "ticket": {**event["ticket"], **more}}


MOMENT = ("at", "tick")


@pytest.mark.parametrize(
    ("newer", "count"),
    [
        pytest.param([{"type": "drone.landed", "wings": 4}], 1, id="an event of another kind"),
        pytest.param([order(2, "N-1"), ticket(2, mood="calm")], 0, id="further fields"),
        pytest.param([order(2, "N-1"), ticket(2, kind="plated")], 1, id="another deed"),
        pytest.param([order(2, "N-1"), with_ticket(status="plated")], 1, id="another status"),
        pytest.param(
            [
                order(2, "N-1"),
                with_ticket(priority="vip", lines=[{"id": "1", "change": "swapped"}]),
            ],
            1,
            id="other values",
        ),
        pytest.param([order(2, "N-1", stations={"fry": 1}), ticket(2)], 1, id="another shape"),
        pytest.param([{"type": "order.split", "number": 2}, ticket(2)], 2, id="no order"),
        pytest.param(
            [{"type": "configuration.changed", "what": "moods_set"}], 1, id="another change"
        ),
    ],
)
def test_events_are_taken_as_far_as_they_are_understood(
    data: Path, newer: list[dict[str, Any]], count: int
) -> None:
    last = events_of(data)[-1]
    append(data, *(each | {name: last[name] for name in MOMENT} for each in newer))
    kept = events_of(data)
    came = [each["order"]["id"] for each in newer if each["type"] == "order.placed"]
    told = goes_on(data, "A-1", *came)
    assert told.get("events-not-understood") == ({"count": count} if count else None)
    found = events_of(data)
    assert found[: len(kept)] == kept
    numbers = [each["number"] for each in found if each["type"] == "order.placed"]
    given = {each.get("number", 0) for each in newer}
    assert numbers[-1] > max(given)  # No other order has it.


def test_finished_tickets_and_reports_go_on_past_an_unknown_event(data: Path) -> None:
    last = events_of(data)[-1]
    append(data, {"type": "drone.landed"} | {name: last[name] for name in MOMENT})
    for name in INDEXES:
        (data / name).unlink()  # They are made again from the log.
    with on(data) as appliance:
        assert appliance.order("A-2") == b"A-2"
        finished = appliance.call("/api/v1/kds/stations/fry/tickets?status=completed")
        assert finished == []
        days = appliance.call("/api/v1/kds/reports/days")
        assert "index-faulty" not in appliance.problems(), days
        assert "reports-faulty" not in appliance.problems()


# ── what stores keep of orders ───────────────────────────────────────────────────────


def widened(kept: Any, **more: Any) -> bytes:
    """As a newer version may have it."""
    return msgspec.msgpack.encode(msgspec.to_builtins(kept, builtin_types=(bytes,)) | more)


def test_chits_come_out_whatever_else_is_said_of_them(data: Path) -> None:
    job = Job(7, "paper", Chit("ticket", 1, order_id="A-0"), 1, 1)
    with opened(data, "spool.sqlite") as database:
        database.execute(
            "INSERT INTO jobs VALUES (7, ?)", (widened(job, state="folded", wings=4, wanted=True),)
        )
    goes_on(data, "A-1")
    assert put_aside(data) == set()


def test_orders_of_channels_are_known_whatever_else_is_said_of_them(data: Path) -> None:
    followed = widened(Followed("main", "C-1", told=3), fate={"word": "teleported", "at": 1})
    with opened(data, "channels.sqlite") as database:
        database.execute(
            "INSERT INTO orders VALUES ('main', 'C-1', 0, '', NULL, 0, NULL, 1, ?)", (followed,)
        )
    goes_on(data, "A-1")
    assert put_aside(data) == set()
    store = Channels(data / "channels.sqlite", lambda _account: True)
    assert store.find("main", "C-1") == Followed("main", "C-1", told=3)
    store.close()


# ── the configuration ────────────────────────────────────────────────────────────────

NEWER = {
    "a key": KITCHEN.replace('id = "paper"', 'id = "paper"\nfolds = 2'),
    "a section": KITCHEN + "\n[drones]\nwings = 4\n",
    "a value": KITCHEN.replace('name = "Fry"', 'name = "Fry"\ntype = "volcano"'),
    "a required value": KITCHEN.replace('id = "paper"', 'id = "paper"\ntransport = "drone:4"'),
    "a condition": KITCHEN + '[[route]]\nstation = "grill"\nmoon = ["full"]\nname = ["*"]\n',
}


@pytest.mark.parametrize("text", NEWER.values(), ids=NEWER)
@pytest.mark.parametrize("given", [False, True])
def test_a_configuration_of_a_newer_version_is_in_force_as_far_as_it_is_known(
    data: Path, text: str, *, given: bool
) -> None:
    own, last_good = data / "kitchen.toml", data / "last-good.toml"
    last_good.write_text(text)  # It ran on it.
    own.write_text(text)
    arguments = ("--config", str(own)) if given else ()
    with Appliance(data, *arguments, usual_ports=True, warm=True) as appliance:
        assert appliance.order("A-2") == b"A-2"
        assert appliance.order("A-3", "Steak") == b"A-3"
        assert sorted(appliance.cards("fry")) == ["A-1", "A-2"]
        assert appliance.cards("grill") == ["A-3"]
        why = appliance.problems()["configuration-wrong"]["why"]
        assert "running on what is known here of the last good configuration" in why
        assert "is of a newer version, left out: " in appliance.errors()
        assert appliance.stop() == 0
    assert (own.read_text(), last_good.read_text()) == (text, text)


# ── small files ──────────────────────────────────────────────────────────────────────


def change(path: Path, edit: Callable[[Any], Any]) -> None:
    path.write_text(json.dumps(edit(json.loads(path.read_text()))))


@pytest.mark.parametrize("name", RECORDS)
def test_a_further_key_changes_nothing(data: Path, name: str) -> None:
    change(data / name, lambda document: {**document, "mood": {"calm": True}})
    goes_on(data, "A-1")
    assert put_aside(data) == set()


SCREENS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "another kind": ({"proto": "hologram"}, {"one"}),
    "another look": (
        {"wanted": {"name": "Two", "station": "grill", "look": {"glow": 3}}},
        {"one", "two"},
    ),
    "another page": (
        {"wanted": {"name": "Two", "station": "grill", "shows": "moods"}},
        {"one", "two"},
    ),
}


@pytest.mark.parametrize(("newer", "expected"), SCREENS.values(), ids=SCREENS)
def test_a_screen_that_is_not_understood_costs_no_other(
    data: Path, newer: dict[str, Any], expected: set[str]
) -> None:
    def edit(document: Any) -> Any:
        document["by_id"]["two"] |= newer
        return document

    change(data / "screens", edit)
    before = (data / "screens").read_bytes()
    with on(data) as appliance:
        screens = appliance.call("/api/v1/kds/screens")["screens"]
        assert {each["id"] for each in screens} == expected
        assert "newer version" in appliance.problems()["other"]["text"]
        assert appliance.order("A-2") == b"A-2"
        assert appliance.stop() == 0
    assert (data / "screens.damaged").read_bytes() == before


# ── forward ──────────────────────────────────────────────────────────────────────────

FIRST_LOG = """
CREATE TABLE batches (first_seq INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL,
                      events BLOB NOT NULL);
CREATE TABLE guests  (number INTEGER PRIMARY KEY, guest BLOB NOT NULL);
CREATE TABLE cursors (follower TEXT PRIMARY KEY, epoch TEXT NOT NULL, seq INTEGER NOT NULL)
                     WITHOUT ROWID;
CREATE TABLE facts   (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO facts VALUES ('epoch', 'f00d');
"""
"""The log as it was at first, without answers."""


def test_data_of_the_first_version_is_carried_forward(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "kitchen.toml").write_text(KITCHEN)
    with opened(data, "log.sqlite") as database:
        database.execute(FIRST_LOG)
        database.pragma("user_version", 1)
        placed = {"id": "A-1", "items": [{"lineId": "1", "name": "Fries"}]}
        now = {"at": 1, "tick": 1}
        first = [
            {"type": "order.placed", "number": 1, "order": placed, "digest": "d", **now},
            {**ticket(1), **now},
        ]
        packed = zlib.compress(b"\n".join(json.dumps(each).encode() for each in first))
        database.execute("INSERT INTO batches VALUES (1, 2, ?)", (packed,))
        database.execute("INSERT INTO guests VALUES (1, ?)", (b'{"name":"Jane"}',))
    store = Channels(data / "channels.sqlite", lambda _account: True)
    store.seed([Followed("main", "C-1", fate=Fate("left", 1))], NEVER)
    store.close()
    with opened(data, "channels.sqlite") as database:
        database.execute("DROP TABLE turned_away")
    goes_on(data, "A-1")
    assert put_aside(data) == set()
