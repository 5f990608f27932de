"""The configuration: the published shape loads; what is wrong is named, with what is allowed."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from appliance import config
from appliance.config import (
    Address,
    ConfigError,
    Duration,
    HttpLimits,
    OrderLimits,
)
from appliance.config.values import ExtraTime
from appliance.configured import make_kitchen
from appliance.kitchen.layout import Plan
from appliance.kitchen.routing import Station
from appliance.kitchen.rule import Rule, Window
from appliance.kitchen.settings import Late, Settings

GUIDE = (Path(config.__file__).parents[1] / "kitchen" / "README.md").read_text()
EXAMPLE = (Path(__file__).parents[1] / "data" / "kitchen.toml").read_text()


def test_the_published_example_loads_unchanged() -> None:
    settings = config.parse(EXAMPLE, "kitchen.toml")
    assert [station.id for station in settings.station] == ["grill", "fry", "cold", "pass"]
    assert settings.default_station == "grill"
    assert settings.timing.very_late_after == 480
    assert settings.route[0].name == ("*burger*", "*steak*")
    assert settings.orders.listen.port == 9104
    assert settings.zone.key == "America/Chicago"


def test_the_built_in_kitchen_is_good() -> None:
    settings = config.parse(config.embedded(), "built-in")
    assert settings.default_station in {station.id for station in settings.station}


def test_every_key_has_a_default_but_the_required_ones() -> None:
    settings = config.parse('[[station]]\nid = "bar"\nname = "Bar"\n', "small.toml")
    assert settings.default_station == "bar"
    assert settings.http.listen == "127.0.0.1:8080"
    assert settings.orders.limits == OrderLimits(
        frame_bytes=256 * 1024,
        nesting=32,
        frame_timeout=Duration(10),
        connections=64,
        connections_per_address=8,
        idle_timeout=Duration(300),
    )
    assert settings.http.limits == HttpLimits(
        token_per_second=200,
        token_burst=2_000,
        address_per_second=500,
        address_burst=5_000,
        connections=700,
        connections_per_address=600,
        request_timeout=Duration(10),
    )


WRONG = [
    ('late_after = "5m"', 'late_after = "5x"', "timing.late_after: '5x' is no duration"),
    ('late_after = "5m"', "late_after = 5", "timing.late_after: 5 is no duration"),
    (
        'late_after = "5m"',
        'late_after = "9999h1s"',
        "timing.late_after: '9999h1s' is too long; at most 9999h",
    ),
    ('late_after = "5m"', 'late_aftr = "5m"', "timing.late_aftr: unknown key; did you mean"),
    ('late_after = "5m"', 'undo_window = "2h"', "timing.undo_window: must be at most 1h"),
    ("[timing]", "[pass]\nclears = true\n[timing]", "pass.clears: unknown key; allowed: waits_for"),
    ("[timing]", '[pass]\nwaits_for_stations = "no"\n[timing]', "pass.waits_for_stations: Exp"),
    ('late_after = "5m"', "late = [{}]", "timing.late[0].late_after: this key is required"),
    (
        "finish_together = true",
        'late = [{late_after = "1m", very_late_after = "2m"}]',
        "timing.late[0]: a condition is required; allowed: mode, station",
    ),
    (
        "finish_together = true",
        'late = [{mode = ["x"], late_after = "2m", very_late_after = "1m"}]',
        "timing.late[0].very_late_after: must not be shorter than late_after",
    ),
    (
        "finish_together = true",
        'late = [{station = ["fri"], late_after = "1m", very_late_after = "2m"}]',
        "timing.late[0].station: there is no 'fri' here; allowed: grill",
    ),
    (
        "finish_together = true",
        'late = [{stations = ["fry"], late_after = "1m", very_late_after = "2m"}]',
        "timing.late[0].stations: unknown key; did you mean 'station'",
    ),
    (
        "finish_together = true",
        'day_closes = "4:00"',
        'timing.day_closes: \'4:00\' is no time of day; write it like "17:30", or "never"',
    ),
    (
        "finish_together = true",
        'late = [{mode = ["x", "--"], late_after = "1m", very_late_after = "2m"}]',
        "timing.late[0].mode[1]: '--' has no letter and no digit",
    ),
    (
        "finish_together = true",
        'late = {late_after = "1m", very_late_after = "2m"}',
        "timing.late: there can be several; write [[timing.late]], in two brackets",
    ),
    ("finish_together = true", "day_closes = 4", "timing.day_closes: 4 is no time of day"),
    ("[timing]", "[timings]", "timings: unknown key; did you mean 'timing'"),
    ('late_after = "5m"', 'late_after = "9m"', "timing.very_late_after: must not be shorter"),
    ('type = "grill"', 'type = "gril"', "station[0].type: 'gril' is not allowed; allowed: grill"),
    ('"127.0.0.1:9104"', '"9104"', "orders.listen: '9104' is no address"),
    ('"127.0.0.1:9104"', '"127.0.0.1:99999"', "orders.listen: '127.0.0.1:99999' is no address"),
    ("beacon = true", 'beacon = "yes"', "orders.beacon: Expected `bool`, got `str`"),
    ("pin = 17", "pin = 99", "button[0].pin: Expected `int` <= 27"),
    (
        'station = "fry"\nname',
        'station = "frei"\nname',
        "route[1].station (file-2): there is no 'frei'",
    ),
    (
        'default_station = "grill"',
        'default_station = "pass"',
        "default_station: 'pass' is an expo; allowed: grill, fry, cold",
    ),
    (
        'backup = "fry"',
        'backup = "fri"',
        "station[0].backup: there is no 'fri' here; allowed: grill",
    ),
    ('backup = "fry"', 'backup = "pass"', "station[0].backup: 'pass' is an expo; allowed: grill"),
    ('backup = "fry"', 'backup = "grill"', "station[0].backup: it cannot be the station itself"),
    (
        'backup = "fry"',
        'overflow_after = "15m"',
        "station[0].overflow_after: goes with a backup",
    ),
    (
        'backup = "fry"',
        'backup = "fry"\noverflow_after = "0s"',
        "station[0].overflow_after: must not be 0s",
    ),
    (
        'backup = "fry"',
        'backup = "fry"\noverflow_after = 15',
        "station[0].overflow_after: 15 is no duration",
    ),
    ('backup = "fry"', 'twin_of = "fri"', "station[0].twin_of: there is no 'fri' here; allowed:"),
    (
        'id = "fry"\n',
        'id = "fry"\ntwin_of = "grill"\n',
        "station[0].backup: 'fry' is its twin",
    ),
    (
        'backup = "fry"',
        'twin_of = "cold"\n[[station]]\nid = "w"\nname = "W"\ntwin_of = "grill"\n',
        "station[0].twin_of: a twin has no twins, and 'w' is one of this",
    ),
    ("finish_together = true", "learned_prep_times = 1", "timing.learned_prep_times: Expected"),
    ('"America/Chicago"', '"Mars/One"', "appliance.time_zone: 'Mars/One' is no time zone"),
    (
        'allow = ["local"]',
        'allow = ["home"]',
        "orders.allow[0]: 'home' is no network; allowed: local",
    ),
    ('id = "cold"\n', "", "station[2].id: this key is required"),
    ('id = "cold"\n', 'id = "a b"\n', "station[2].id: letters, digits"),
    ('id = "pass"\n', 'id = "fry"\n', "station[3].id: 'fry' is used twice"),
    ('id = "cold"\n', "id = 5\n", "station[2].id: Expected `str`, got `int`"),
    ('modifier = ["*fries*"]', "", "route[3] (file-4): a rule needs a condition; allowed: menu_"),
    ('mode = "simulated"', 'mode = "pretend"', "devices.mode: 'pretend' is not allowed; allowed:"),
    ('fallback = "pass-printer"', 'fallback = "x"', "printer[0].fallback: there is no 'x' here"),
    ('stations = ["fry"]', 'stations = ["fryer"]', "printer[0].stations: there is no 'fryer'"),
    ("[devices]", '[https]\nkey = "k"\n[devices]', "https.listen: this key is required"),
    ("[devices]", '[https]\nlistn = "[::]:443"\n[devices]', "https.listn: unknown key; did you"),
    ("[devices]", '[https]\nlisten = "443"\n[devices]', "https.listen: '443' is no address"),
    (
        "[devices]",
        '[https]\nlisten = "[::]:443"\nkey = "k"\n[devices]',
        "https.certificate: certificate and key are given together",
    ),
    (
        "[devices]",
        '[https]\nlisten = "[::]:443"\ncertificate = "c"\n[devices]',
        "https.key: certificate and key are given together",
    ),
    ('id = "cold"\n', 'id = "cold"\ncolor = "red"\n', "station[2].color: 'red' is no color"),
    ('id = "cold"\n', 'id = "cold"\ncolor = "#12345"\n', "'#12345' is no color; write it like"),
    (
        'modifier = ["*fries*"]',
        'time_of_day = ["9:00", "17:30"]',
        "route[3].time_of_day[0] (file-4): '9:00' is no time of day; write it like \"17:30\"",
    ),
    ('modifier = ["*fries*"]', 'time_of_day = ["09:00", "24:00"]', "'24:00' is no time of day"),
    (
        'modifier = ["*fries*"]',
        'time_of_day = ["09:00"]',
        "route[3].time_of_day (file-4): Expected `array`",
    ),
    (
        'modifier = ["*fries*"]',
        'modifier = ["x"]\npriority_boost = 3',
        "route[3].priority_boost (file-4): 3 is not allowed; allowed: 0, 1, 2",
    ),
    (
        'id = "grill"                         # required',
        'id = "grill"\nactive = false',
        "orders.default_station: 'grill' is not active; allowed: fry, cold",
    ),
    ("[devices]", "[devices", "kitchen.toml: "),
    ('type = "expo"', 'type = "bar"', None),
]


@pytest.mark.parametrize(("good", "bad", "message"), WRONG)
def test_what_is_wrong_is_named(good: str, bad: str, message: str | None) -> None:
    assert good in EXAMPLE
    text = EXAMPLE.replace(good, bad, 1)
    if message is None:
        config.parse(text, "kitchen.toml")
        return
    with pytest.raises(ConfigError) as caught:
        config.parse(text, "kitchen.toml")
    assert message in str(caught.value)
    assert all(line.startswith("kitchen.toml: ") for line in str(caught.value).splitlines())


@pytest.mark.parametrize(
    ("key", "least", "most", "too_little", "too_much"),
    [
        ("frame_bytes", "4096", "1048576", "4095", "1048577"),
        ("nesting", "8", "64", "7", "65"),
        ("connections", "1", "512", "0", "513"),
        ("connections_per_address", "1", "512", "0", "513"),
        ("frame_timeout", '"1s"', '"5m"', '"0s"', '"11m"'),
        ("idle_timeout", '"10s"', '"24h"', '"9s"', '"24h1s"'),
    ],
)
def test_each_limit_of_the_order_router_has_a_range(
    key: str, least: str, most: str, too_little: str, too_much: str
) -> None:
    def limits(value: str) -> OrderLimits:
        text = f'station = [{{id = "bar", name = "Bar"}}]\n[orders.limits]\n{key} = {value}\n'
        return config.parse(text, "kitchen.toml").orders.limits

    assert getattr(limits(least), key) < getattr(limits(most), key)
    for wrong in (too_little, too_much, "true"):
        with pytest.raises(ConfigError) as caught:
            limits(wrong)
        assert f"kitchen.toml: orders.limits.{key}: " in str(caught.value)


@pytest.mark.parametrize(
    ("key", "least", "most", "too_little", "too_much"),
    [
        ("token_per_second", "0", "1000000", "-1", "1000001"),
        ("token_burst", "1", "10000000", "0", "10000001"),
        ("address_per_second", "0", "1000000", "-1", "1000001"),
        ("address_burst", "1", "10000000", "0", "10000001"),
        ("connections", "8", "10000", "7", "10001"),
        ("connections_per_address", "1", "10000", "0", "10001"),
        ("request_timeout", '"1s"', '"10m"', '"0s"', '"601s"'),
    ],
)
def test_each_limit_of_http_has_a_range(
    key: str, least: str, most: str, too_little: str, too_much: str
) -> None:
    def limits(value: str) -> HttpLimits:
        text = f'station = [{{id = "bar", name = "Bar"}}]\n[http.limits]\n{key} = {value}\n'
        return config.parse(text, "kitchen.toml").http.limits

    assert getattr(limits(least), key) < getattr(limits(most), key)
    for wrong in (too_little, too_much, "true"):
        with pytest.raises(ConfigError) as caught:
            limits(wrong)
        assert f"kitchen.toml: http.limits.{key}: " in str(caught.value)


def test_an_id_ends_where_it_ends() -> None:
    with pytest.raises(ConfigError, match="letters, digits and"):
        config.parse('[[station]]\nid = "bar\\n"\nname = "Bar"\n', "kitchen.toml")


def test_the_range_of_a_time_is_named() -> None:
    text = EXAMPLE.replace(
        "[http]", '[orders.limits]\nframe_timeout = "11m"\nidle_timeout = "5m"\n\n[http]'
    )
    with pytest.raises(ConfigError) as caught:
        config.parse(text, "kitchen.toml")
    assert str(caught.value).splitlines() == [
        "kitchen.toml: orders.limits.frame_timeout: must be from 1s to 10m",
        "kitchen.toml: orders.limits.idle_timeout: must be from frame_timeout to 24h",
    ]


LONGEST = [
    ("[timing]\nlate_after = {0}\nvery_late_after = {0}", "timing.late_after", 24),
    ("[timing]\nvery_late_after = {}", "timing.very_late_after", 24),
    ("[timing]\nrecall_window = {}", "timing.recall_window", 168),
    (
        '[[timing.late]]\nmode = ["x"]\nlate_after = {0}\nvery_late_after = {0}',
        "timing.late[0].late_after",
        24,
    ),
    (
        '[[timing.late]]\nmode = ["x"]\nlate_after = "1m"\nvery_late_after = {}',
        "timing.late[0].very_late_after",
        24,
    ),
    ('[[station]]\nid = "a"\nname = "A"\nalert_threshold = {}', "station[1].alert_threshold", 24),
    (
        '[[station]]\nid = "a"\nname = "A"\nbackup = "bar"\noverflow_after = {}',
        "station[1].overflow_after",
        24,
    ),
    ('[[route]]\nstation = "bar"\nname = ["x"]\nprep_time = {}', "route[0].prep_time (file-1)", 24),
    ('[[route]]\nname = ["x"]\nextra_time = {}', "route[0].extra_time (file-1)", 24),
    ('[[route]]\nname = ["x"]\nextra_time = {}', "route[0].extra_time (file-1)", -24),
]


@pytest.mark.parametrize(("section", "key", "hours"), LONGEST)
def test_nothing_takes_longer_than_a_kitchen_waits(section: str, key: str, hours: int) -> None:
    text = f'[[station]]\nid = "bar"\nname = "Bar"\n{section}\n'
    config.parse(text.format(f'"{hours}h"'), "kitchen.toml")
    with pytest.raises(ConfigError) as caught:
        config.parse(text.format(f'"{hours}h1s"'), "kitchen.toml")
    error = f"kitchen.toml: {key}: must be at most {abs(hours)}h"
    assert error in str(caught.value).splitlines()


CLOUD = """
[[station]]
id = "grill"
name = "Grill"
[auth]
keep_old_secret = "12h"
[auth.cloud]
issuer = "https://id.example/"
jwks_url = "https://id.example/keys"
audience = "kitchens"
refresh = "10m"
"""
WRONG_CLOUD = [
    ("12h", "12", "auth.keep_old_secret: '12' is no duration"),
    ("audience", "audiense", "auth.cloud.audiense: unknown key; did you mean 'audience'"),
    ('audience = "kitchens"\n', "", "auth.cloud.audience: this key is required"),
    ('"kitchens"', '""', "auth.cloud.audience: must not be empty"),
    ('"10m"', '"0s"', "auth.cloud.refresh: must not be 0s"),
    ('https://id.example/"', 'expeditor"', "auth.cloud.issuer: 'expeditor' cannot be"),
    *(
        ("https://id.example/keys", url, "auth.cloud.jwks_url: write it like")
        for url in (
            "http://id.example/keys",
            "http://10.0.0.7/keys",
            "http://127.0.0.1.id.example/keys",
            "https://user:word@id.example/keys",
            "https:///keys",
            "https://[::1/keys",
            "https://id.example:99999/keys",
            "file:///keys",
            "id.example/keys",
            "",
        )
    ),
]


@pytest.mark.parametrize(("good", "bad", "message"), WRONG_CLOUD)
def test_what_is_wrong_with_an_issuer_is_named(good: str, bad: str, message: str) -> None:
    assert good in CLOUD
    with pytest.raises(ConfigError) as caught:
        config.parse(CLOUD.replace(good, bad, 1), "kitchen.toml")
    assert message in str(caught.value)
    assert "word" not in str(caught.value).replace("password", "")


@pytest.mark.parametrize("url", ["https://a.b/c?d=e", "http://127.0.0.1:9/k", "http://[::1]:9/k"])
def test_keys_come_by_https_or_from_this_machine(url: str) -> None:
    settings = config.parse(CLOUD.replace("https://id.example/keys", url), "kitchen.toml")
    assert settings.auth.keep_old_secret == 12 * 3600
    assert settings.auth.cloud is not None
    assert (settings.auth.cloud.jwks_url, settings.auth.cloud.refresh) == (url, 600)


def test_what_the_file_says_of_time_reaches_the_kitchen() -> None:
    text = """
        [[station]]
        id = "bar"
        name = "Bar"
        [timing]
        late_after = "6m"
        very_late_after = "9m"
        recall_window = "10m"
        finish_together = false
        auto_hold_future_orders = false
        fire_next_course = true
        day_closes = "05:30"
        [[timing.late]]
        mode = ["Delivery"]
        station = ["bar"]
        late_after = "15m"
        very_late_after = "20m"
    """
    minute = 60_000
    assert make_kitchen(config.parse(text, "kitchen.toml")).settings == Settings(
        recall_window=10 * minute,
        finish_together=False,
        hold_future_orders=False,
        fire_next_course=True,
        late_after=6 * minute,
        very_late_after=9 * minute,
        late=(Late(15 * minute, 20 * minute, ("Delivery",), ("bar",)),),
        day_closes=330,
    )


def test_the_example_of_the_guide_loads() -> None:
    (example,) = re.findall(r"```toml\n(\[timing\].*?)```", GUIDE, re.DOTALL)
    stations = '[[station]]\nid = "grill"\nname = "Grill"\n'
    assert config.parse(example + stations, "guide").timing.late[0].late_after == 720


@pytest.mark.parametrize(("text", "minutes"), [("", 240), ('day_closes = "never"', None)])
def test_the_day_closes_at_four_unless_the_file_says_otherwise(
    text: str, minutes: int | None
) -> None:
    settings = config.parse(f'[timing]\n{text}\n[[station]]\nid = "bar"\nname = "Bar"', "x.toml")
    assert make_kitchen(settings).settings.day_closes == minutes


def test_several_errors_are_named_at_once() -> None:
    text = EXAMPLE.replace('late_after = "5m"', "lte = 1").replace("beacon", "bacon")
    with pytest.raises(ConfigError) as caught:
        config.parse(text, "kitchen.toml")
    assert len(str(caught.value).splitlines()) == 2


def test_stations_and_rules_reach_the_kitchen_as_declared() -> None:
    text = """
        appliance.time_zone = "Asia/Kathmandu"
        [[station]]
        id = "bar"
        name = "Bar"
        active = false
        [[station]]
        id = "grill"
        name = "Grill"
        type = "grill"
        display_order = 2
        color = "#d9480F"
        sound_alerts = true
        alert_threshold = "6m"
        [[route]]
        station = "grill"
        name = ["steak"]
        prep_time = "8m"
        [[route]]
        station = "bar"
        menu_item_id = "B-7"
        category = ["drinks"]
        modifier = ["ice"]
        course = ["1"]
        mode = ["for here"]
        origin = ["web"]
        terminal = ["t1"]
        component = ["lime"]
        seat = ["bar*"]
        group = ["happy hour"]
        weekday = ["fri", "sat"]
        time_of_day = ["22:00", "02:30"]
        priority_boost = 2
        takes = "modifier"
        last = true
        [[route]]
        station = "grill"
        name = ["tartare"]
        exclude = true
        [[route]]
        modifier = ["rare"]
        extra_time = "-1m30s"
    """
    plan = make_kitchen(config.parse(text, "kitchen.toml")).plan
    assert plan == Plan(
        (
            Station("bar", "Bar", active=False, source="file"),
            Station("grill", "Grill", "grill", 2, "#d9480F", True, 360, source="file"),  # noqa: FBT003
        ),
        (
            Rule("file-1", "grill", 480, name=("steak",), source="file"),
            Rule(
                "file-2",
                "bar",
                0,
                2,
                "B-7",
                category=("drinks",),
                modifier=("ice",),
                course=("1",),
                mode=("for here",),
                origin=("web",),
                terminal=("t1",),
                time_of_day=Window(22 * 60, 2 * 60 + 30),
                source="file",
                component=("lime",),
                seat=("bar*",),
                group=("happy hour",),
                weekday=("fri", "sat"),
                takes="modifier",
                last=True,
            ),
            Rule("file-3", "grill", name=("tartare",), exclude=True, source="file"),
            Rule("file-4", None, modifier=("rare",), extra_time=-90, source="file"),
        ),
        "grill",
        ZoneInfo("Asia/Kathmandu"),
    )


def test_a_kitchen_without_a_station_that_cooks_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least one station that cooks"):
        config.parse('[[station]]\nid = "p"\nname = "Pass"\ntype = "expo"\n', "kitchen.toml")
    with pytest.raises(ConfigError, match="at least one station that cooks"):
        config.parse('[[station]]\nid = "g"\nname = "Grill"\nactive = false\n', "kitchen.toml")


def test_a_file_may_begin_as_windows_begins_it(tmp_path: Path) -> None:
    file = tmp_path / "kitchen.toml"
    file.write_text(EXAMPLE, encoding="utf-8-sig")
    assert config.load(file) == config.parse(EXAMPLE, "kitchen.toml")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"missing\.toml: No such file"):
        config.load(tmp_path / "missing.toml")


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ('[http]\nnames = ["kds.example.com:80"]', "'kds.example.com:80' is no host name"),
        ('[http]\nnames = ["*.example.com"]', "is no host name; write it like"),
        ('[http]\nnames = [""]', "'' is no host name"),
        ("[http]\nnames = [7]", "7 is no host name"),
        ('[tickets]\ncourses = { "Course 2" = 2 }', "'Course 2' has its number already"),
        ("[tickets]\ncourses = { A = 1, B = 0 }", 'tickets.courses."B": Expected `int` >= 1'),
        ('[tickets]\ncourses = { A = 1, "B b" = "2" }', 'tickets.courses."B b": Expected `int`'),
        ("[tickets]\ncourses = { Tea = 1, tea = 2 }", "tickets.courses: 'tea' is 'Tea' again"),
        ('[tickets]\ncourses = { " " = 1 }', "tickets.courses: ' ' is no name"),
        ('[tickets]\nchannels = { "-" = "x" }', "'-' has no letter and no digit"),
        ('[tickets]\nchannels = { Room = "room service" }', 'tickets.channels."Room": letters'),
        (
            '[tickets]\nchannels = { "For Here" = "a", forhere = "b" }',
            "tickets.channels: 'forhere' is 'For Here' again",
        ),
        ('[menu]\nfile = ""', "menu.file: must not be empty"),
        ('[[station]]\nid = "bar"\nname = " "', "station[4].name: must not be empty"),
        ("[tickets]\nchanels = {}", "did you mean 'channels'"),
    ],
)
def test_names_and_words_that_cannot_be(section: str, message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        config.parse(f"{config.embedded()}\n{section}\n", "kitchen.toml")


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("8m", 480), ("1h30m", 5400), ("1h0m5s", 3605), ("0s", 0)]
)
def test_durations(text: str, seconds: int) -> None:
    assert Duration.parse(text) == seconds


@pytest.mark.parametrize(
    ("text", "host", "port"), [("10.0.0.2:80", "10.0.0.2", 80), ("[::1]:9104", "::1", 9104)]
)
def test_addresses(text: str, host: str, port: int) -> None:
    address = Address.parse(text)
    assert (address.host, address.port, address) == (host, port, text)


@pytest.mark.parametrize(
    ("listen", "for_all"),
    [("127.0.0.1:443", "0.0.0.0:443"), ("[::1]:443", "0.0.0.0:443"), ("[::]:443", "[::]:443")],
)
def test_listening_for_the_network_is_for_every_port(listen: str, for_all: str) -> None:
    text = EXAMPLE.replace("127.0.0.1:9104", listen).replace("127.0.0.1:8080", listen)
    text += f'[https]\nlisten = "{listen}"\n'
    settings = config.on_all_interfaces(config.parse(text, "kitchen.toml"))
    assert settings.https
    assert {settings.orders.listen, settings.http.listen, settings.https.listen} == {for_all}


def test_files_are_beside_the_configuration_or_where_they_are_said_to_be(tmp_path: Path) -> None:
    https = '[https]\nlisten = "[::]:443"\ncertificate = "a.crt"\nkey = "/etc/a.key"\n'
    file = tmp_path / "kitchen.toml"
    file.write_text(EXAMPLE + https)
    elsewhere = config.located(config.parse(file.read_text(), str(file)), Path("/srv"))
    for settings, there in ((config.load(file), tmp_path), (elsewhere, Path("/srv"))):
        assert settings.https
        assert settings.https.files == (there / "a.crt", Path("/etc/a.key"))


WRONG_RULES = [
    (
        'name = ["x"]',
        "route[0].station (file-1): only a rule that adjusts time (extra_time) goes without",
    ),
    ('station = "bar"', "route[0] (file-1): a rule needs a condition; allowed: menu_item_id, name"),
    ('station = "bar"\nname = ["x"]\ntakes = "modifier"', "route[0].modifier (file-1): say which"),
    ('station = "bar"\nname = ["x"]\ntakes = "mod"', "allowed: item, modifier"),
    (
        'station = "bar"\nname = ["x"]\nexclude = true\nprep_time = "1m"',
        "route[0].prep_time (file-1): not in a rule that excludes",
    ),
    (
        'name = ["x"]\nextra_time = "3m"\nlast = true',
        "route[0].last (file-1): not in a rule that adjusts time",
    ),
    ('name = ["x"]\nextra_time = "3"', '\'3\' is no time; write it like "+3m", "-1m30s"'),
    ('name = ["x"]\nextra_time = "--3m"', "'--3m' is no time"),
    ('name = ["x"]\nextra_time = "-9999h1s"', "'9999h1s' is too long; at most 9999h"),
    ('station = "bar"\nname = ["x", ""]', "route[0].name[1] (file-1): must not be empty"),
    ('station = "bar"\nmenu_item_id = " "', "route[0].menu_item_id (file-1): must not be empty"),
    ('station = "bar"\nname = {}', "route[0].name (file-1): Expected `array`, got `object`"),
    ('station = "bar"\nname = "x"', 'route[0].name (file-1): a list is needed; write it like ["'),
    ('station = "bar"\nmode = ["-"]', "route[0].mode[0] (file-1): '-' has no letter and no digit"),
    ('station = "bar"\nweekday = ["friday"]', "allowed: mon, tue, wed, thu, fri, sat, sun"),
]


@pytest.mark.parametrize(("rule", "message"), WRONG_RULES)
def test_what_is_wrong_with_a_rule_is_named(rule: str, message: str) -> None:
    text = f'[[station]]\nid = "bar"\nname = "Bar"\n[[route]]\n{rule}\n'
    with pytest.raises(ConfigError) as caught:
        config.parse(text, "kitchen.toml")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "seconds"), [("3m", 180), ("+1m30s", 90), ("-2m", -120), ("-1h", -3600), ("+0s", 0)]
)
def test_extra_time_has_a_sign(text: str, seconds: int) -> None:
    assert ExtraTime.parse(text) == seconds


def test_the_menus_file_is_found_beside_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "kitchen.toml"
    file.write_text('[menu]\nfile = "menu.csv"\n[[station]]\nid = "bar"\nname = "Bar"\n')
    assert config.load(file).menu.file == str(tmp_path / "menu.csv")
    elsewhere = config.located(config.parse(file.read_text(), str(file)), tmp_path / "etc")
    assert elsewhere.menu.file == str(tmp_path / "etc" / "menu.csv")
