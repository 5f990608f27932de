"""Set-up in the real process: it begins anew with another configuration, and loses nothing."""

import contextlib
import http.client
import json
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.api import auth
from appliance.api.auth.devices import Devices
from appliance.api.auth.pins import Pins
from appliance.cli_ending import CANNOT_LISTEN
from tests.process import Service

DEADLINE = 20.0
KITCHEN = """\
# The kitchen of the corner.
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
name = "Grill"  # beside the door

[[station]]
id = "fry"
name = "Fry"

[[route]]
station = "fry"
name = ["*fries*"]
"""


BUTTON = '[[button]]\nid = "one"\nstation = "grill"\n'
NO_CHIP = """
from appliance.panel.devices import Devices
async def run(self): raise RuntimeError("no chip")
Devices.run = run
"""
"""Whatever has buttons begins, and then dies."""
MENU = "plu,name,category\nB-1,Burger,Mains\n"


class Appliance(Service):
    """The service on a configuration of its own, and who asks it as a manager."""

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        with self.asked(method, path, body) as answer:
            return answer.status, json.load(answer)

    @contextlib.contextmanager
    def asked(self, method: str, path: str, body: Any = None) -> Iterator[http.client.HTTPResponse]:
        """What is answered, as long as it is read."""
        secret = (self.data / "secret").read_bytes()
        token = auth.issue(secret, roles=["manager"], tenant="default", subject="Ana", seconds=60)
        address = self.url.removeprefix("http://")
        with contextlib.closing(http.client.HTTPConnection(address, timeout=DEADLINE)) as peer:
            peer.request(
                method,
                f"/api/v1/kds{path}",
                None if body is None else json.dumps(body),
                {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            )
            yield peer.getresponse()

    def now(self) -> Any:
        """The set-up, as soon as there is an answer."""
        return self.until(lambda: self.call("GET", "/setup")[1])

    def until(self, look: Callable[[], Any]) -> Any:
        """What it sees as soon as that is something."""
        end = time.monotonic() + DEADLINE
        while True:
            try:
                if seen := look():
                    return seen
            except (OSError, http.client.HTTPException):
                pass  # A connection that was there has been cut: it begins anew.
            assert time.monotonic() < end, self.errors()
            time.sleep(0.05)

    def put(self, document: Any) -> None:
        """Have it begin anew, and wait until it has."""
        sent = {"document": document, "revision": self.now()["revision"]}
        with self.asked("GET", "/setup/presses") as stream:
            status, body = self.call("PUT", "/setup", sent)
            assert status == 202, body
            with contextlib.suppress(OSError, http.client.HTTPException):
                stream.read()  # It ends with all that runs.
        self.now()

    def order(self, number: int, item: str) -> bytes:
        order = {"id": f"A-{number}", "name": "Jane", "items": [{"name": item}]}
        sent = json.dumps({"command": "create-order", "order": order}).encode()
        with socket.create_connection(("127.0.0.1", self.orders_port), timeout=DEADLINE) as peer:
            peer.sendall(sent)
            peer.shutdown(socket.SHUT_WR)
            return peer.recv(4096)

    def cards(self, station: str) -> list[str]:
        return [each["order_id"] for each in self.call("GET", f"/stations/{station}/tickets")[1]]


def on(data: Path, text: str = KITCHEN, menu: str = "", prelude: str = "") -> Appliance:
    data.mkdir()
    (data / "dishes.csv").write_text(menu)
    (data / "kitchen.toml").write_text(text)
    return Appliance(data, usual_ports=True, prelude=prelude, warm=True)


@pytest.fixture
def appliance(tmp_path: Path) -> Iterator[Appliance]:
    with on(tmp_path / "data") as running:
        yield running


def test_it_begins_anew_on_the_same_ports_and_nobody_is_refused(appliance: Appliance) -> None:
    assert appliance.order(0, "Fries") == b"A-0"
    ended, answers = threading.Event(), list[bytes]()

    def till() -> None:
        while not ended.is_set():
            answers.append(appliance.order(len(answers) + 1, "Fries"))

    thread = threading.Thread(target=till)
    thread.start()
    document = appliance.now()["document"]
    document["station"][1]["name"] = "Fryer"
    pid = appliance.pid
    appliance.put(document)
    ended.set()
    thread.join()
    # Each was answered, whenever it came; a connection waits as long as nothing runs.
    assert answers == [b"A-%d" % number for number in range(1, len(answers) + 1)]
    assert len(appliance.cards("fry")) == len(answers) + 1
    names = [each["name"] for each in appliance.call("GET", "/stations")[1]]
    assert names == ["Grill", "Fryer"]
    assert appliance.pid == pid
    now = appliance.now()
    assert (now["source"], now["first_start"], now["errors"]) == ("own", False, [])
    text = (appliance.data / "kitchen.toml").read_text()
    assert text == KITCHEN.replace('name = "Fry"\n', 'name = "Fryer"\n')
    assert appliance.stop() == 0
    assert (appliance.data / "last-good.toml").read_text() == text


def test_a_station_that_goes_leaves_its_cards_to_the_others(appliance: Appliance) -> None:
    appliance.order(1, "Fries")
    assert appliance.cards("fry") == ["A-1"]
    document = appliance.now()["document"]
    del document["station"][1], document["route"]
    appliance.put(document)
    assert appliance.until(lambda: appliance.cards("grill")) == ["A-1"]


def test_what_cannot_start_is_told_and_the_one_before_runs(appliance: Appliance) -> None:
    appliance.order(1, "Burger")
    document = appliance.now()["document"]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        document["http"]["listen"] = listen
        document["station"][0]["name"] = "Plancha"
        appliance.put(document)
        (error,) = appliance.now()["errors"]
        assert error["key"] == "http.listen"
        assert listen in error["message"]
        assert appliance.cards("grill") == ["A-1"]
        assert appliance.call("GET", "/stations/grill")[1]["name"] == "Grill"
        assert "http.listen" in " ".join(appliance.call("GET", "/health")[1]["warnings"])
    document["http"]["listen"] = "127.0.0.1:0"
    appliance.put(document)
    assert appliance.now()["errors"] == []
    assert appliance.call("GET", "/stations/grill")[1]["name"] == "Plancha"


def test_one_that_a_part_dies_of_is_told_and_the_one_before_runs(tmp_path: Path) -> None:
    with on(tmp_path / "data", prelude=NO_CHIP) as appliance:
        appliance.order(1, "Burger")
        document, pid = appliance.now()["document"], appliance.pid
        document["button"] = [{"id": "one", "station": "grill"}]
        document["station"][0]["name"] = "Plancha"
        appliance.put(document)
        (error,) = appliance.until(lambda: appliance.now()["errors"])
        assert "no chip" in error["message"]
        assert appliance.now()["document"] == document
        assert appliance.cards("grill") == ["A-1"]
        assert appliance.call("GET", "/stations/grill")[1]["name"] == "Grill"
        assert appliance.pid == pid
        del document["button"]
        appliance.put(document)
        assert appliance.now()["errors"] == []
        assert appliance.call("GET", "/stations/grill")[1]["name"] == "Plancha"


def test_what_a_newer_version_has_set_can_be_changed_without_what_is_not_known(
    tmp_path: Path,
) -> None:
    newer = KITCHEN.replace('name = "Fry"', 'mood = "calm"\nname = "Fry"')
    with on(tmp_path / "data") as appliance:
        assert appliance.stop() == 0
        for name in ("kitchen.toml", "last-good.toml"):
            (appliance.data / name).write_text(newer)
        appliance.start()
        wanted = appliance.now()
        assert "unknown key" in wanted["errors"][0]["message"]
        assert "mood" not in wanted["document"]["station"][1]
        wanted["document"]["station"][1]["name"] = "Fryer"
        appliance.put(wanted["document"])
        assert appliance.now()["errors"] == []
        assert appliance.call("GET", "/stations/fry")[1]["name"] == "Fryer"
        text = (appliance.data / "kitchen.toml").read_text()
        assert text == KITCHEN.replace('name = "Fry"\n', 'name = "Fryer"\n')


def test_one_that_a_part_dies_of_is_not_the_last_good_one(tmp_path: Path) -> None:
    with on(tmp_path / "data", prelude=NO_CHIP) as appliance:
        assert appliance.stop() == 0
        (appliance.data / "kitchen.toml").write_text(KITCHEN.replace("Grill", "Plancha") + BUTTON)
        appliance.start()
        appliance.until(lambda: appliance.now()["errors"])
        assert appliance.call("GET", "/stations/grill")[1]["name"] == "Grill"
        appliance.kill()
        appliance.start()
        appliance.until(lambda: appliance.now()["errors"])
        assert appliance.call("GET", "/stations/grill")[1]["name"] == "Grill"


def test_a_port_that_is_taken_for_once_does_not_cost_a_kitchen_its_stations(
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        listen = f"127.0.0.1:{held.getsockname()[1]}"
    text = KITCHEN.replace("127.0.0.1:0", listen, 1)
    with on(tmp_path / "data", text) as appliance:
        assert appliance.order(1, "Fries") == b"A-1"
        assert appliance.stop() == 0
        with socket.create_server(("127.0.0.1", int(listen.rpartition(":")[2]))):
            with pytest.raises(AssertionError, match="cannot listen"):
                appliance.start()
            assert appliance.wait() == CANNOT_LISTEN
        appliance.start()
        assert appliance.cards("fry") == ["A-1"]


def test_it_ends_when_it_is_told_to_while_it_begins_anew(appliance: Appliance) -> None:
    now = appliance.now()
    now["document"]["appliance"]["name"] = "Other"
    sent = {"document": now["document"], "revision": now["revision"]}
    assert appliance.call("PUT", "/setup", sent)[0] == 202
    appliance.send(signal.SIGTERM)
    assert appliance.wait() == 0


def test_a_wrong_file_can_be_mended_where_there_is_no_other(tmp_path: Path) -> None:
    # Without ports, so that those of the built-in kitchen stay.
    text = "\n".join(line for line in KITCHEN.splitlines() if not line.startswith("listen"))
    with on(tmp_path / "data", text.replace("name = ", "nmae = ", 1)) as appliance:
        now = appliance.now()
        assert [each["key"] for each in now["errors"]] == ["appliance.nmae"]
        assert now["document"]["appliance"] == {"nmae": "Corner"}
        assert "pass" in [each["id"] for each in appliance.call("GET", "/stations")[1]]
        now["document"]["appliance"] = {"name": "Corner"}
        appliance.put(now["document"])
        assert appliance.now()["errors"] == []
        assert len(appliance.call("GET", "/stations")[1]) == 2


def test_everything_goes_to_another_appliance_as_one_file(tmp_path: Path) -> None:
    with on(tmp_path / "old", f'{KITCHEN}\n[menu]\nfile = "dishes.csv"\n', MENU) as old:
        Pins(old.data).set("Ana", "4711", ["manager"])
        screen = Devices(old.data).issue("Old tablet")
        assert old.call("POST", "/stations", {"id": "bar", "name": "Bar"})[0] == 201
        rule = {"station_id": "bar", "name": ["*beer*"]}
        assert old.call("POST", "/routing", rule)[0] == 201
        dish = {"name": "Beer", "category": "Drinks"}
        assert old.call("PUT", "/menu/D-1", dish)[0] == 200
        status, kitchen = old.call("GET", "/setup/export")
        assert status == 200
        identity = (old.data / "identity").read_text()
    assert "4711" not in json.dumps(kitchen)
    assert screen.token not in json.dumps(kitchen)
    with on(tmp_path / "new", KITCHEN.replace("Corner", "Empty")) as new:
        new.call("POST", "/stations", {"id": "pizza", "name": "Pizza"})
        status, found = new.call("POST", "/setup/import?check=true", kitchen)
        assert (status, found["errors"]) == (200, [])
        assert found["holds"] == {
            "name": "Corner",
            "stations": 3,
            "rules": 2,
            "menu": 2,
            "screens": 0,
            "pins": 1,
        }
        assert new.call("GET", "/health")[1]["name"] == "Empty"
        assert new.call("POST", "/setup/import", kitchen)[0] == 200
        new.until(lambda: new.call("GET", "/health")[1]["name"] == "Corner")
        stations = [each["id"] for each in new.call("GET", "/stations")[1]]
        assert sorted(stations) == ["bar", "fry", "grill"]
        assert [each["station_id"] for each in new.call("GET", "/routing")[1]] == ["fry", "bar"]
        assert {each["plu"] for each in new.call("GET", "/menu")[1]} == {"B-1", "D-1"}
        assert [each["name"] for each in new.call("GET", "/pins")[1]] == ["Ana"]
        assert Devices(new.data).find(screen.token) is not None
        assert (new.data / "identity").read_text() == identity
        assert not (new.data / "import.json").exists()
