"""What `expeditor screen` reads of a file."""

from pathlib import Path

import pytest

from appliance import config
from appliance.config import ConfigError, Site


def test_a_screen_needs_no_kitchen(tmp_path: Path) -> None:
    file = tmp_path / "screen.toml"
    file.write_text('[kiosk]\nname = "Grill"\nhub = "http://[fd00::1]:8080/"\n')
    settings = config.load_screen(file)
    assert (settings.kiosk.name, settings.kiosk.hub) == ("Grill", "http://[fd00::1]:8080")
    assert settings.appliance.data_dir == "data"


def test_the_file_of_a_kitchen_is_a_screens_too(tmp_path: Path) -> None:
    file = tmp_path / "kitchen.toml"
    file.write_text(f"{config.embedded()}\n[kiosk]\nport = 9200\n")
    assert config.load_screen(file).kiosk.port == 9200
    assert config.load(file).kiosk.port == 9200


@pytest.mark.parametrize(
    "table", ["[kiosk]\nprt = 1", "[stations]\n", "kiosk = 1", "[kiosk]\nport = -1"]
)
def test_what_is_wrong_is_named(tmp_path: Path, table: str) -> None:
    file = tmp_path / "screen.toml"
    file.write_text(table)
    with pytest.raises(ConfigError, match=r"screen\.toml: (kiosk|stations)"):
        config.load_screen(file)


@pytest.mark.parametrize(
    ("text", "site"),
    [
        ("http://192.168.1.10", "http://192.168.1.10"),
        ("HTTP://Expeditor.local:8080/", "http://expeditor.local:8080"),
        ("https://kds.example.com", "https://kds.example.com"),
        ("http://[fd00::1]", "http://[fd00::1]"),
    ],
)
def test_an_address_of_pages(text: str, site: str) -> None:
    assert Site.parse(text) == site


@pytest.mark.parametrize(
    "text",
    [
        *("192.168.1.10", "http://", "ftp://a", "http://a/b", "http://a?b", "http://a#b", 1, None),
        *(
            "http://u:p@a",
            "http://a b",
            "http://a:0x1",
            "http://a:99999",
            "http://-a",
            "http://[a]",
        ),
    ],
)
def test_no_address_of_pages(text: object) -> None:
    with pytest.raises(ValueError, match="is no address of pages; write it like"):
        Site.parse(text)
