"""Set-up over HTTP: a configuration is read, checked, tried out and put in force."""

import asyncio
import json
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from appliance.installing.current import take_in_import
from appliance.kitchen.event import ConfigurationChanged
from tests.api.asking import Answer, ask
from tests.api.listening import Listener
from tests.running import DEMO, PLAIN, RunningAppliance, running

SETUP = "/api/v1/kds/setup"
CLOUD = {"issuer": "me", "jwks_url": "https://me.example/keys", "audience": "kitchen"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def appliance(tmp_path: Path) -> AsyncIterator[RunningAppliance]:
    async with running(tmp_path, DEMO) as appliance:
        yield appliance


async def send(
    appliance: RunningAppliance, method: str, path: str = "", body: Any = None
) -> Answer:
    data = None if body is None else json.dumps(body).encode()
    return await ask(appliance, method, SETUP + path, data=data, headers=JSON)


async def now(appliance: RunningAppliance) -> Any:
    return (await send(appliance, "GET")).body


async def put(appliance: RunningAppliance, document: Any, revision: str | None = None) -> Answer:
    revision = revision or (await now(appliance))["revision"]
    return await send(appliance, "PUT", body={"document": document, "revision": revision})


def own(appliance: RunningAppliance) -> Path:
    return appliance.directory / "kitchen.toml"


def changes(appliance: RunningAppliance) -> list[ConfigurationChanged]:
    events = [change.event for change in appliance.expeditor.feed.after(0)]
    return [event for event in events if isinstance(event, ConfigurationChanged)]


async def test_it_is_told_in_the_shape_of_its_file(appliance: RunningAppliance) -> None:
    told = await now(appliance)
    assert told.pop("document") == tomllib.loads(DEMO)
    assert len(told.pop("revision")) == 16
    assert told == {
        "source": "own",
        "file": "kitchen.toml",
        "changeable": True,
        "first_start": False,
        "errors": [],
    }


async def test_all_that_is_wrong_is_told_at_once_by_its_key(appliance: RunningAppliance) -> None:
    document = (await now(appliance))["document"]
    document["station"][0]["colour"] = "red"
    document["station"][1]["type"] = 7
    document["printer"][0]["age_limit"] = "soon"
    document["appliance"] = {"name": None, "time_zone": "Europe/Madrid"}
    answer = await send(appliance, "POST", "/check", {"document": document})
    assert answer.status == 200
    keys = [each["key"] for each in answer.body["errors"]]
    assert keys == ["station[0].colour", "station[1].type", "printer[0].age_limit"]
    assert "did you mean 'color'" in answer.body["errors"][0]["message"]
    assert answer.body["doubts"] == []
    assert not own(appliance).exists()


async def test_what_is_doubtful_is_told_and_refuses_nothing(appliance: RunningAppliance) -> None:
    document = (await now(appliance))["document"]
    document["printer"].append({"id": "spare"})
    answer = await send(appliance, "POST", "/check", {"document": document})
    assert answer.body["errors"] == []
    assert "printer[2].stations" in [each["key"] for each in answer.body["doubts"]]


async def test_a_good_one_is_written_down_and_the_service_is_to_begin_anew(
    appliance: RunningAppliance,
) -> None:
    before = await now(appliance)
    document = before["document"]
    document["station"][0]["name"] = "Plancha"
    document["panel"] = {"tickets_per_page": None}
    answer = await put(appliance, document)
    assert answer.status == 202
    assert appliance.current.begin_anew.is_set()
    document["panel"] = {}
    assert tomllib.loads(own(appliance).read_text()) == document
    assert "# items that no rule takes; never dropped" in own(appliance).read_text()
    assert (await now(appliance))["revision"] == answer.body["revision"] != before["revision"]
    (changed,) = changes(appliance)
    assert (changed.what, changed.by) == ("applied", "test")
    assert set(changed.keys) == {"station[0].name", "panel"}


async def test_one_that_was_changed_meanwhile_is_not_written_over(
    appliance: RunningAppliance,
) -> None:
    before = await now(appliance)
    own(appliance).write_text(DEMO.replace('name = "Grill"', 'name = "Plancha"'))
    answer = await put(appliance, before["document"], before["revision"])
    assert answer.status == 409
    assert "Plancha" in own(appliance).read_text()
    assert not appliance.current.begin_anew.is_set()
    assert changes(appliance) == []


async def test_a_wrong_one_changes_nothing(appliance: RunningAppliance) -> None:
    document = (await now(appliance))["document"]
    document["station"][0]["backup"] = "nowhere"
    answer = await put(appliance, document)
    assert answer.status == 400
    (error,) = answer.body["details"]["errors"]
    assert error["key"] == "station[0].backup"
    assert "there is no 'nowhere' here" in error["message"]
    assert not own(appliance).exists()
    assert not appliance.current.begin_anew.is_set()


async def test_one_of_an_installer_is_only_read(appliance: RunningAppliance) -> None:
    appliance.current.place = appliance.current.place._replace(source="file")
    told = await now(appliance)
    assert (told["source"], told["changeable"]) == ("file", False)
    assert (await put(appliance, told["document"])).status == 409
    kitchen = {"format": 1, "configuration": PLAIN}
    assert (await send(appliance, "POST", "/import", kitchen)).status == 409


@pytest.mark.parametrize(
    ("section", "value", "key"),
    [
        ("menu", {"file": "/etc/passwd"}, "menu.file"),
        ("menu", {"file": "../menu.csv"}, "menu.file"),
        ("kiosk", {"browser": ["/bin/sh"]}, "kiosk.browser"),
        ("printer", [{"id": "p", "transport": "file:/etc/cron.d/x"}], "printer[0].transport"),
        ("printer", [{"id": "p", "transport": "usb:/dev/../etc/x"}], "printer[0].transport"),
        ("printer", [{"id": "p", "transport": "usb:/dev/mmcblk0"}], "printer[0].transport"),
        ("printer", [{"id": "p", "transport": "serial:/dev/watchdog"}], "printer[0].transport"),
        ("auth", {"cloud": CLOUD}, "auth.cloud"),
    ],
)
async def test_files_and_programs_of_the_machine_are_not_set_from_afar(
    appliance: RunningAppliance, section: str, value: Any, key: str
) -> None:
    answer = await put(appliance, (await now(appliance))["document"] | {section: value})
    assert answer.status == 400
    assert [each["key"] for each in answer.body["details"]["errors"]] == [key]
    assert not own(appliance).exists()


async def test_a_draft_is_tried_out_with_what_programs_made(appliance: RunningAppliance) -> None:
    assert (await appliance.call("POST", "/stations", json={"id": "bar", "name": "Bar"}))[0] == 201
    rule = {"station_id": "bar", "name": ["*beer*"]}
    assert (await appliance.call("POST", "/routing", json=rule))[0] == 201
    document = (await now(appliance))["document"]
    document["route"] = [{"station": "cold", "name": ["*burger*"]}]
    order = {"document": document, "items": [{"name": "Burger"}, {"name": "Beer"}]}
    answer = await send(appliance, "POST", "/route", order)
    assert [each["stations"][0]["station_id"] for each in answer.body] == ["cold", "bar"]
    order["document"] = {"station": []}
    assert (await send(appliance, "POST", "/route", order)).status == 400


async def test_there_is_something_to_choose_from(appliance: RunningAppliance) -> None:
    told = (await send(appliance, "GET", "/choices")).body
    assert {"UTC", "Europe/Madrid", "America/Chicago"} <= set(told["time_zones"])
    assert told["languages"]["es"] == "Español"
    assert {"grill", "expo"} <= set(told["station_types"])
    assert "TM-T88V" in [each["id"] for each in told["printer_models"]]
    assert "numpad" in [each["id"] for each in told["bar_profiles"]]
    assert 17 in told["pins"]
    assert not {0, 1, 14, 15} & set(told["pins"])
    assert {"bump", "recall", "all-day"} <= set(told["actions"])


async def test_presses_are_told_as_they_come_also_of_keys_that_do_nothing(
    appliance: RunningAppliance,
) -> None:
    headers = {"Authorization": f"Bearer {appliance.token()}"}
    async with appliance.http.get(f"{appliance.url}{SETUP}/presses", headers=headers) as stream:
        listener = Listener(stream)
        assert (await listener.hear()).body == {"type": "beat"}
        bar = "/panel/bars/fry-bar/press"
        for key in ("KEY_F5", "bump"):
            assert (await appliance.call("POST", bar, json={"key": key}))[0] == 200
        pressed = await appliance.call("POST", "/panel/buttons/grill-1/press")
        assert pressed[0] == 200
        heard = await listener.until(lambda each: each.body.get("device") == "grill-1")
    keys = ("device", "kind", "key", "gesture", "action", "outcome")
    presses = (each.body for each in heard if each.body.get("type") != "beat")
    told = [tuple(map(each.get, keys)) for each in presses]
    assert told == [
        ("fry-bar", "bar", "KEY_F5", "press", None, None),
        ("fry-bar", "bar", "KEY_KPENTER", "press", "bump", "nothing there"),
        ("grill-1", "button", None, "press", "bump 1", "nothing there"),
    ]


async def test_whoever_hears_no_press_hears_a_beat(appliance: RunningAppliance) -> None:
    headers = {"Authorization": f"Bearer {appliance.token()}"}
    async with appliance.http.get(f"{appliance.url}{SETUP}/presses", headers=headers) as stream:
        listener = Listener(stream)
        beats = [(await listener.hear(4)).body for _ in range(2)]
    assert beats == [{"type": "beat"}] * 2


@pytest.mark.parametrize("key", ["0x1b", "KEY_NOPE", "KEY_A+KEY_B", "redraw"])
async def test_a_bar_sends_no_key_that_there_is_none_of(
    appliance: RunningAppliance, key: str
) -> None:
    status, body = await appliance.call("POST", "/panel/bars/fry-bar/press", json={"key": key})
    assert (status, body["details"]["field"]) == (400, "key")


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"format": 2, "version": "9.9"}, "format"),
        ({"format": 0}, "format"),
        ({"configuration": "[station"}, "configuration"),
        ({"configuration": f"a = {'[' * 9_999}"}, "configuration"),
        ({"configuration": "station = 3"}, "station"),
        ({"menu_file": "nonsense"}, "menu_file"),
        ({"rules": [{"id": 7}]}, "rules[0]"),
        ({"pins": {"salt": 1}}, "pins"),
        ({"screens": {"by_id": {"a": {}}}}, "screens"),
        ({"identity": "../../etc"}, "identity"),
    ],
)
async def test_a_file_that_cannot_be_taken_in_changes_nothing(
    appliance: RunningAppliance, changed: dict[str, Any], key: str
) -> None:
    kitchen = (await send(appliance, "GET", "/export")).body | changed
    checked = await send(appliance, "POST", "/import?check=true", kitchen)
    assert checked.status == 200
    assert [each["key"] for each in checked.body["errors"]][:1] == [key]
    answer = await send(appliance, "POST", "/import", kitchen)
    assert answer.status == 400
    assert answer.body["details"]["errors"] == checked.body["errors"]
    if key == "format" and changed["format"] == 2:
        assert "newer appliance (9.9)" in answer.body["message"]
    assert not appliance.current.begin_anew.is_set()
    assert not (appliance.directory / "import.json").exists()
    assert changes(appliance) == []


async def test_an_import_leaves_out_what_belongs_to_the_machine_it_came_from(
    appliance: RunningAppliance,
) -> None:
    kitchen = (await send(appliance, "GET", "/export")).body
    kitchen["configuration"] += '\n[https]\nlisten = "127.0.0.1:0"\ncertificate = "c"\nkey = "k"\n'
    kitchen["configuration"] += '[kiosk]\nbrowser = ["/bin/sh"]\n'
    answer = await send(appliance, "POST", "/import", kitchen)
    assert answer.status == 200
    assert answer.body["left_out"] == ["https.certificate", "https.key", "kiosk"]
    assert appliance.current.begin_anew.is_set()
    (changed,) = changes(appliance)
    assert changed.what == "imported"


async def test_an_import_leaves_what_belongs_to_this_machine_as_it_is(
    appliance: RunningAppliance,
) -> None:
    kitchen = (await send(appliance, "GET", "/export")).body
    here = DEMO.replace("[appliance]", '[appliance]\ndata_dir = "here"')
    own(appliance).write_text(here + '\n[kiosk]\nname = "Box"\n')
    kitchen["configuration"] = DEMO.replace("[appliance]", '[appliance]\ndata_dir = "/etc"')
    answer = await send(appliance, "POST", "/import", kitchen)
    assert answer.body["left_out"] == ["appliance.data_dir"]
    await asyncio.to_thread(take_in_import, appliance.directory)
    taken = tomllib.loads(own(appliance).read_text())
    assert (taken["appliance"]["data_dir"], taken["kiosk"]) == ("here", {"name": "Box"})


async def test_an_export_is_a_file_of_its_own_and_has_no_secret(
    appliance: RunningAppliance,
) -> None:
    pin = {"name": "Ana", "pin": "4711", "roles": ["manager"]}
    assert (await appliance.call("POST", "/pins", json=pin))[0] == 201
    answer = await send(appliance, "GET", "/export")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="kitchen.json"'
    assert [each["name"] for each in answer.body["pins"]["pins"]] == ["Ana"]
    said = json.dumps(answer.body)
    assert "4711" not in said
    assert appliance.secret.hex() not in said
    assert answer.body["configuration"] == DEMO
