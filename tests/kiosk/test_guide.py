"""The guide: its settings load, its unit starts what there is, its health is what is told."""

import json
import re
from pathlib import Path

import msgspec

from appliance import config, kiosk
from appliance.kiosk.shown import Health

GUIDE = (Path(kiosk.__file__).parent / "README.md").read_text()


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    return str(found)


def test_its_settings_are_all_there_are(tmp_path: Path) -> None:
    file = tmp_path / "screen.toml"
    file.write_text(block("toml"))
    settings = config.load_screen(file)
    assert settings.kiosk.browser[:2] == ("cage", "--")
    for key in settings.kiosk.__struct_fields__:
        assert re.search(rf"^{key} = ", block("toml"), re.MULTILINE), key


def test_its_health_is_what_is_told() -> None:
    told = json.loads(block("json"))
    assert list(told) == list(Health.__struct_fields__)
    assert msgspec.convert(told, Health).browser == "running"


def test_its_unit_waits_for_what_the_agent_tells_systemd() -> None:
    unit = block("ini")
    assert "Type=notify\n" in unit
    assert "WatchdogSec=" in unit
    assert re.search(r"^ExecStart=\S+/expeditor screen --data \S+$", unit, re.MULTILINE)
