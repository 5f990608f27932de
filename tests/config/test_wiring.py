"""Buttons, bump bars and lights in the configuration: what is wrong is named by its key."""

import re
from pathlib import Path

import pytest

from appliance import config
from appliance.cli import main
from appliance.config import ConfigError
from appliance.config.actions import Action
from appliance.config.devices import BumpBarSection
from appliance.config.keys import keys_of

STATIONS = """
[[station]]
id = "grill"
name = "Grill"
[[station]]
id = "pass"
name = "Pass"
type = "expo"
"""


def errors(text: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        config.parse(STATIONS + text, "k")
    return [line.removeprefix("k: ") for line in str(raised.value).splitlines()]


def bar(text: str) -> BumpBarSection:
    (section,) = config.parse(f'{STATIONS}[[bump_bar]]\nid = "bar"\n{text}', "k").bump_bar
    return section


README = (Path(config.__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_example_of_the_readme_is_good() -> None:
    (text,) = (block for block in README.split("```toml\n")[1:] if "[[button]]" in block)
    stations = STATIONS.replace("pass", "fry").replace("expo", "fry")
    settings = config.parse(stations + text.partition("```")[0], "README")
    assert [len(each) for each in (settings.button, settings.bump_bar, settings.light)] == [1, 1, 1]


def test_all_examples_have_the_stack_light_on_the_pins_of_the_wiring_guide() -> None:
    guide = (Path(config.__file__).parents[2] / "hardware" / "README.md").read_text("utf-8")
    texts = [config.embedded(), *README.split("```")[1::2], *guide.split("```")[1::2]]
    lights = [text.partition("[[light]]")[2] for text in texts if "[[light]]" in text]
    pins = [
        re.findall(r"^(green|amber|red|buzzer) = (\d+)", light, re.MULTILINE) for light in lights
    ]
    assert len(pins) == 3
    assert all(each == pins[0] and len(each) == 4 for each in pins)


BUTTON = '[[button]]\nid = "one"\n'
BAR = '[[bump_bar]]\nid = "bar"\n'
LIGHT = '[[light]]\nid = "tower"\n'


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (f"{BUTTON}press = 'bumb'", "button[0].press: 'bumb' is no action; there are bump, start"),
        (f"{BUTTON}hold = 'recall 2'", "button[0].hold: 'recall 2': recall is for no slot"),
        (f"{BUTTON}double = 'bump 9'", "button[0].double: 'bump 9': a page has 8 (panel.tick"),
        (f"{BUTTON}slot = 9", "button[0].slot: a page has 8 (panel.tickets_per_page)"),
        (f"{BUTTON}slot = 21", "button[0].slot: Expected `int` <= 20"),
        (f"{BUTTON}press = 'select'", "button[0].press: 'select' needs a slot"),
        (f"{BUTTON}pin = 28", "button[0].pin: Expected `int` <= 27"),
        (f"{BUTTON}pin = 1", "button[0].pin: GPIO 1 is where the board looks for a HAT's memory"),
        (f"{BUTTON}pin = 14", "button[0].pin: GPIO 14 belongs to the serial console"),
        (
            f"{BUTTON}pin = 4\nlamp = 4",
            "button[0].lamp: GPIO 4 is given to button[0].pin and to button[0].lamp",
        ),
        (
            f"{LIGHT}red = 4\n{BUTTON}lamp = 4",
            "light[0].red: GPIO 4 is given to button[0].lamp and to light[0].red",
        ),
        (f"{BUTTON}pull = 'sideways'", "button[0].pull: 'sideways' is not allowed; allowed: up, d"),
        (f"{BUTTON}active = 'yes'", "button[0].active: 'yes' is not allowed; allowed: low, high"),
        (f"{BUTTON}hold_time = 0.2", "button[0].hold_time: Expected `float` >= 0.4"),
        (f"{BUTTON}station = 'bar'", "button[0].station: there is no 'bar' here; allowed: grill"),
        (f"{BAR}station = 'x'", "bump_bar[0].station: there is no 'x' here; allowed: grill, pass"),
        (f"{LIGHT}red = 4\nstation = 'x'", "light[0].station: there is no 'x' here; allowed: gr"),
        (f"{LIGHT}", "light[0]: a pin is required; allowed: green, amber, red, buzzer"),
        (f"{BAR}profile = 'kb900'", "bump_bar[0].profile: no profile 'kb900'; did you mean 'kb90"),
        (f"{BAR}transport = 'usb'", "bump_bar[0].transport: 'usb' is no place of a bump bar; w"),
        (
            f"{BAR}transport = 'board'\nprofile = 'ascii'",
            "bump_bar[0].profile: 'A serial bar that sends ASCII' has no keys that a browser",
        ),
        (
            f"{BAR}transport = 'serial:/dev/ttyUSB1'\nprofile = 'numpad'",
            "bump_bar[0].profile: 'A plain number pad' has no bytes of a serial bar",
        ),
        (f"{BAR}keys = {{ F5 = 'explode' }}", "bump_bar[0].keys.\"F5\": 'explode' is no action; t"),
        (f"{BAR}keys = {{ F5 = 5 }}", 'bump_bar[0].keys."F5": Expected `str`, got `int`'),
        (f"{BAR}keys = {{ FF = 'bump' }}", "bump_bar[0].keys: 'KEY_FF' is no key of Linux"),
        (
            f"{BAR}profile = 'ascii'\nkeys = {{ 0x = 'bump' }}",
            "bump_bar[0].keys: '0x' is not 1 to 32 bytes",
        ),
        (
            f"{BAR}keys = {{ 0x41 = 'bump' }}",
            "bump_bar[0].keys: '0x41': a keyboard sends no bytes",
        ),
        (
            f"{BAR}transport = 'serial:/dev/a'\nkeys = {{ F5 = 'bump' }}",
            "bump_bar[0].keys: 'F5': a serial bar sends bytes, as 0x1b5b41",
        ),
        (
            f"{BAR}keys = {{ F5 = 'bump', KEY_F5 = 'recall' }}",
            "bump_bar[0].keys: 'KEY_F5' is given twice",
        ),
        (
            f"{BAR}transport = 'evdev:/dev/a'\n[[bump_bar]]\nid = 'b'\ntransport = 'evdev:/dev/a'",
            "bump_bar[1].transport: 'evdev:/dev/a' is that of bump_bar[0] already",
        ),
        (f"{BUTTON}{BUTTON}", "button[1].id: 'one' is used twice"),
        (f"{BUTTON}[[bump_bar]]\nid = 'one'", "bump_bar[0].id: 'one' is used twice"),
        ("[panel]\ntickets_per_page = 0", "panel.tickets_per_page: Expected `int` >= 1"),
    ],
)
def test_what_is_wrong_is_named_with_its_key(text: str, error: str) -> None:
    (told,) = errors(text)
    assert told.startswith(error)


def test_all_that_is_wrong_is_told_at_once() -> None:
    text = f"{BUTTON}pin = 0\npress = 'x'\n[[button]]\nid = 'two'\nslot = 9\n{LIGHT}"
    assert [line.partition(":")[0] for line in errors(text)] == [
        "button[0].press",
        "button[1].slot",
        "light[0]",
        "button[0].pin",
    ]


def test_an_id_is_all_that_a_button_and_a_bar_need() -> None:
    settings = config.parse(f"{STATIONS}{BUTTON}{BAR}", "k")
    assert (settings.button[0].press, settings.button[0].pull) == ("bump", "up")
    assert settings.panel.tickets_per_page == 8


def test_the_keys_of_a_profile_do_what_their_names_say() -> None:
    actions = {
        name: str(action) for name, action in keys_of(bar('profile = "kb9000"'), 8).actions.items()
    }
    assert actions == {
        "bump": "bump",
        "recall": "recall",
        "summary": "all-day",
        "page": "page",
        "up": "previous",
        "down": "next",
        **{str(slot): f"bump {slot}" for slot in range(1, 9)},  # Not 9 and 10: no page has them.
    }


def test_own_keys_are_given_by_their_name_or_by_what_they_send() -> None:
    keys = (
        """keys = { F5 = "summon", KEY_F6 = "sum", "LEFTCTRL+1" = "start 2", summary = "undo" }"""
    )
    profile, actions = keys_of(bar(f'profile = "kb9000"\n{keys}'), 8)
    assert actions["summary"] == Action("undo")
    assert {name: str(actions[name]) for name in ("key-f5", "key-f6", "key-leftctrl-1")} == {
        "key-f5": "summon",
        "key-f6": "all-day",
        "key-leftctrl-1": "start 2",
    }
    assert profile.keys["KEY_F5"] == "key-f5"
    assert profile.keys["KEY_LEFTCTRL+KEY_1"] == "key-leftctrl-1"
    assert profile.keys["KEY_DOWN"] == "summary"


def test_a_key_that_sends_what_another_is_given_for_is_not_there_any_more() -> None:
    actions = keys_of(bar('profile = "numpad"\nkeys = { KPDOT = "start" }'), 8).actions
    assert "recall" not in actions
    assert actions["key-kpdot"] == Action("start")


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ('profile = "kb9000"\ntransport = "serial:/dev/tty1"\nkeys = { 0x0d = "bump" }', ["0x0d"]),
        ('profile = "ascii"\ntransport = "evdev:/dev/x"\nkeys = { F5 = "undo" }', ["KEY_F5"]),
    ],
)
def test_a_bar_has_only_keys_of_its_kind(text: str, keys: list[str]) -> None:
    profile, actions = keys_of(bar(text), 8)
    assert list(profile.keys) == keys
    assert list(actions) == list(profile.keys.values())


def test_a_key_held_down_does_nothing_again_but_go_on() -> None:
    keys = 'keys = { up = "bump", down = "next" }'
    assert keys_of(bar(f'profile = "kb9000"\n{keys}'), 8).profile.repeats == {"down"}
    assert keys_of(bar('profile = "bematech"'), 8).profile.repeats == {
        "next",
        "previous",
        "up",
        "down",
    }


def test_a_serial_bar_has_its_speed_and_its_bytes() -> None:
    section = bar('transport = "serial:/dev/ttyUSB1"\nbaud = 1200\nkeys = { 0x1b4f = "page" }')
    profile, actions = keys_of(section, 8)
    assert profile.line.baud == 1200
    assert profile.keys["0x1b4f"] == "key-0x1b4f"
    assert actions["key-0x1b4f"] == Action("page")
    assert actions["bump"] == Action("bump")


def test_keys_that_send_much_are_told_apart_by_its_end() -> None:
    sent = [f"0x{'02' * 20}{end}" for end in ("41", "42")]
    section = bar(f'profile = "ascii"\nkeys = {{ {sent[0]} = "bump", {sent[1]} = "recall" }}')
    profile, actions = keys_of(section, 8)
    assert [str(actions[profile.keys[each]]) for each in sent] == ["bump", "recall"]


def test_check_says_what_is_to_be_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "kitchen.toml"
    mode = '[devices]\nmode = "real"\n'
    file.write_text(f"{STATIONS}{BUTTON}lamp = 2\n{BAR}{mode}")
    assert main(["check", str(file)]) == 0
    said = capsys.readouterr().err
    assert "button[0].lamp: GPIO 2 is also a pin of I²C" in said
    assert "button[0]: it has no pin, and cannot be pressed" in said
    assert "bump_bar[0]: it has no transport, and cannot be found" in said
    assert "devices.mode" not in said
    file.write_text(f"{STATIONS}{BUTTON}pin = 17\n")
    assert main(["check", str(file)]) == 0
    assert capsys.readouterr().err == (
        f'expeditor: {file}: devices.mode: "simulated": nothing of what is wired is used before '
        'it is "real"\n'
    )


def test_check_says_which_key_no_browser_knows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "kitchen.toml"
    keys = "keys = { PROG1 = 'undo', F7 = 'summon' }"
    file.write_text(f"{STATIONS}{BAR}transport = 'board'\n{keys}\n[[bump_bar]]\nid = 'two'\n")
    assert main(["check", str(file)]) == 0
    said = capsys.readouterr().err
    assert "bump_bar[0].keys: no browser knows KEY_PROG1" in said
    assert "KEY_F7" not in said


def test_bars_at_boards_are_many() -> None:
    at_board = "transport = 'board'\n"
    settings = config.parse(f"{STATIONS}{BAR}{at_board}[[bump_bar]]\nid = 'b'\n{at_board}", "k")
    assert [each.transport for each in settings.bump_bar] == ["board", "board"]


def test_check_names_the_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "kitchen.toml"
    file.write_text(f"{STATIONS}{BUTTON}press = 'bumb'")
    assert main(["check", str(file)]) == 2
    assert f"{file}: button[0].press: 'bumb' is no action" in capsys.readouterr().err
