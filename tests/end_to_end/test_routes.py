"""`expeditor route` and what `expeditor check` says of rules and the menu; starting with a menu."""

import json
import subprocess
import urllib.request
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from appliance import cli_route
from appliance.api import auth
from tests.end_to_end.test_start_and_stop import kitchen
from tests.process import Service
from tests.warm import command as expeditor

BAR = """
[menu]
file = "menu.csv"
[[station]]
id = "bar"
name = "Bar"
[[route]]
station = "bar"
category = ["drinks"]
weekday = ["fri"]
time_of_day = ["18:00", "20:00"]
[[route]]
station = "bar"
modifier = ["shot"]
takes = "modifier"
"""
MENU = "plu;name;category;prep_time\nT-1;Tea;Drinks;90s\n"
ORDER: dict[str, Any] = {"id": "7", "items": [{"id": "T-1", "name": "Green tea"}]}


def with_bar(directory: Path) -> Path:
    file = kitchen(directory)
    file.write_text(file.read_text() + BAR)
    (directory / "menu.csv").write_text(MENU)
    return file


def routed(directory: Path, message: Any, *options: str) -> subprocess.CompletedProcess[str]:
    file = directory / "order.json"
    file.write_text(message if isinstance(message, str) else json.dumps(message))
    return expeditor("route", file, *options)


def test_it_says_where_an_order_would_go_and_why(tmp_path: Path) -> None:
    order = {"items": [{"name": "Hamburger", "qty": 2, "mods": ["Cheddar", "Side Fries"]}]}
    ended = routed(tmp_path, order, "--at", "fri 19:40")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[:6] == [
        "At fri 19:40, UTC:",
        "",
        "2 × Hamburger (Cheddar, Side Fries)",
        "  → Grill, 8m: file-1 (name *burger* or *steak* or *chicken* or *salmon*)",
        "  → Fry, 4m: Side Fries alone, file-4 (modifier side *fries* or side *rings*)",
        "  → Pass, 8m: sees every item",
    ]


def test_the_time_the_menu_and_the_file_count(tmp_path: Path) -> None:
    config = str(with_bar(tmp_path))
    for at, station in (("fri 19:40", "bar"), ("fri 20:00", "grill"), ("sat 19:40", "grill")):
        ended = routed(tmp_path, ORDER, "--config", config, "--at", at, "--json")
        (item,) = json.loads(ended.stdout)
        stops = [(each["station_id"], each["prep_time_seconds"]) for each in item["stations"]]
        assert stops == [(station, 90)], at
        assert item["unrouted"] == (station == "grill")
    said = routed(tmp_path, ORDER, "--config", config, "--at", "mon 19:40").stdout
    assert "  → Grill, 1m30s: no rule takes it (unrouted)" in said
    assert "  nearly file-1 to bar: weekday is mon, not fri" in said


SHARED = """
[[station]]
id = "grill"
name = "Grill"
backup = "cold"
overflow_after = "30m"
[[station]]
id = "grill-2"
name = "Grill 2"
twin_of = "grill"
[[station]]
id = "cold"
name = "Cold"
[[station]]
id = "wok"
name = "Wok"
active = false
backup = "cold"
[[route]]
station = "grill"
name = ["*burger*"]
[[route]]
station = "wok"
name = ["*noodles*"]
"""


def test_it_says_who_shares_and_who_takes_over(tmp_path: Path) -> None:
    file = tmp_path / "kitchen.toml"
    file.write_text(SHARED)
    order = {"items": [{"name": "Hamburger"}, {"name": "Noodles"}]}
    ended = routed(tmp_path, order, "--config", str(file))
    said = [line for line in ended.stdout.splitlines() if line[:4] in ("  → ", "    ")]
    assert said == [
        "  → Grill: file-1 (name *burger*)",
        "    made at Grill or Grill 2, whichever has less to do",
        "    made at Cold while there is too much to do",
        "  → Cold: file-2 (name *noodles*)",
        "    in place of Wok, which is not active",
    ]


@pytest.mark.parametrize(
    "message",
    [
        {"command": "create-order", "order": ORDER},
        {"command": "update-order", "order": ORDER},
        ORDER,
        {"items": ORDER["items"]},
        "\ufeff" + json.dumps(ORDER),
    ],
)
def test_an_order_is_read_as_it_is_sent(tmp_path: Path, message: Any) -> None:
    ended = routed(tmp_path, message, "--json")
    assert [each["name"] for each in json.loads(ended.stdout)] == ["Green tea"]


@pytest.mark.parametrize(
    ("message", "options", "said"),
    [
        ("{", (), "order.json: "),
        ("[]", (), "order.json: "),
        ({"id": "7"}, (), "order.items is missing"),
        ({"items": []}, (), "order.items is empty"),
        ({"command": "cancel-order", "order": {"id": "7"}}, (), "'cancel-order' brings no whole"),
        (ORDER, ("--at", "noon"), "--at: 'noon' is no time; write it like"),
        (ORDER, ("--at", "fry 12:00"), "--at: 'fry 12:00' is no time"),
        (ORDER, ("--config", "nowhere.toml"), "nowhere.toml: No such file"),
    ],
)
def test_what_cannot_be_tried_ends_with_the_reason(
    tmp_path: Path, message: Any, options: tuple[str, ...], said: str
) -> None:
    ended = routed(tmp_path, message, *options)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr
    missing = expeditor("route", tmp_path / "nothing.json")
    assert (missing.returncode, "nothing.json: No such file" in missing.stderr) == (2, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("19:40", "2026-03-04 19:40"),
        ("9:05", "2026-03-05 09:05"),
        ("18:00", "2026-03-04 18:00"),
        ("wed 18:00", "2026-03-04 18:00"),
        ("wed 17:59", "2026-03-11 17:59"),
        ("Fri 09:00", "2026-03-06 09:00"),
        ("tue  23:59", "2026-03-10 23:59"),
    ],
)
def test_a_time_is_the_next_such_one(text: str, expected: str) -> None:
    zone = ZoneInfo("America/Chicago")
    wednesday = datetime(2026, 3, 4, 18, 0, 30, tzinfo=zone)
    at = cli_route.moment(text, wednesday)
    assert (f"{at:%Y-%m-%d %H:%M}", at.tzinfo) == (expected, zone)


def test_check_warns_of_rules_that_cannot_be_meant(tmp_path: Path) -> None:
    file = with_bar(tmp_path)
    file.write_text(file.read_text().replace('weekday = ["fri"]', "exclude = true"))
    ended = expeditor("check", file)
    assert ended.returncode == 0
    assert ended.stdout.startswith(f"{file}: good.")
    assert ended.stderr.splitlines() == [
        f"expeditor: {file}: file-1 takes nothing away: no rule above it sends anything to 'bar'"
    ]


def test_check_says_what_is_wrong_with_the_menu(tmp_path: Path) -> None:
    file = with_bar(tmp_path)
    ended = expeditor("check", file)
    assert (ended.returncode, ended.stdout.endswith("; on the menu: 1.\n")) == (0, True)
    menu = tmp_path / "menu.csv"
    menu.write_text("name;price;allergens\nTea;3;gluten, milk\n")
    ended = expeditor("check", file)
    assert (ended.returncode, ended.stdout.endswith("; on the menu: 1.\n")) == (0, True)
    ignored, comma = ended.stderr.splitlines()[-2:]
    assert ignored.startswith(f"expeditor: {menu}:1: not read: 'price'; columns are ")
    assert comma.startswith(f"expeditor: {menu}:2: column allergens: 'gluten, milk' is one")
    menu.write_text(MENU + "T-1;Tee;;\n")
    ended = expeditor("check", file)
    assert ended.returncode == 2
    assert ended.stderr == f"expeditor: {menu}:3: column plu: 'T-1' is on line 2 already\n"
    menu.unlink()
    ended = expeditor("check", file)
    assert ended.returncode == 2
    assert ended.stderr == f"expeditor: {menu}: No such file or directory; menu.file names it\n"


def got(service: Service, path: str) -> Any:
    """What a manager gets."""
    secret = (service.data / "secret").read_bytes()
    token = auth.issue(secret, roles=["manager"], tenant="default", subject="test", seconds=60)
    request = urllib.request.Request(  # noqa: S310 - our own, by http
        f"{service.url}/api/v1/kds{path}", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return json.load(answer)


def menu_of(service: Service) -> list[tuple[str, int]]:
    """What is on offer: PLUs and times."""
    return [(each["plu"], each["prep_time_seconds"]) for each in got(service, "/menu")]


def test_a_menu_that_is_wrong_all_over_is_one_sentence_on_the_pages(tmp_path: Path) -> None:
    file = with_bar(tmp_path)
    with Service(tmp_path / "data", "--config", str(file), warm=True) as service:
        service.stop()
        rows = [f"{row},{'x' * 300},later" for row in range(40)]
        (tmp_path / "menu.csv").write_text("\n".join(["plu,name,prep_time", *rows]))
        service.start()
        (warning,) = got(service, "/health")["warnings"]
        errors = got(service, "/status")["configuration"]["errors"]
        said = service.errors()
    assert warning.startswith("menu.csv is wrong in 20+ places (line 2: column name: longer ")
    assert len(warning) < 200
    assert len(errors) == 21
    for error in errors:
        assert error in said
    assert errors[-1].endswith(str(tmp_path / "data" / "last-good-menu.csv"))
    checked = expeditor("check", file)
    assert checked.returncode == 2
    for error in errors[:-1]:
        assert error in checked.stderr


def test_a_service_starts_on_the_last_good_menu_loudly(tmp_path: Path) -> None:
    file = with_bar(tmp_path)
    with Service(tmp_path / "data", "--config", str(file), warm=True) as service:
        assert menu_of(service) == [("T-1", 90)]
        service.stop()
        (tmp_path / "menu.csv").write_text(MENU.replace("90s", "soon"))
        service.start()
        assert menu_of(service) == [("T-1", 90)]
        assert "column prep_time: 'soon' is no duration" in service.errors()
        assert "running on the last good menu" in service.errors()
        (warning,) = got(service, "/health")["warnings"]
        assert warning.startswith("menu.csv is wrong (line 2: column prep_time: 'soon' is no ")
        assert warning.endswith("): running on the last good menu")
    fresh = expeditor("run", "--config", file, "--data", tmp_path / "other")
    assert fresh.returncode == 2
    assert "column prep_time: 'soon' is no duration" in fresh.stderr
