"""What the service makes of what a boot found: its configuration, once for each text."""

from pathlib import Path

import pytest

from appliance import files
from appliance.api.auth.pins import Pins
from appliance.cli import main
from appliance.config import Address, parse
from appliance.installing import on_card
from appliance.installing.place import place_of
from tests.card.test_boot import KITCHEN, Card


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return Card(tmp_path)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def started(card: Card, data: Path) -> str:
    """Boot, and let the service take it; its own configuration."""
    card.start()
    on_card.take(card.run, data)
    on_card.take_pin(card.run, data)
    own = data / "kitchen.toml"
    return own.read_text() if own.exists() else ""


def test_a_text_is_taken_once_and_a_new_one_again(card: Card, data: Path) -> None:
    card.write(KITCHEN)
    assert started(card, data).strip() == KITCHEN.strip()
    (data / "kitchen.toml").write_text(KITCHEN.replace("Corner", "Changed on its pages"))
    assert "Changed on its pages" in started(card, data)
    card.write(KITCHEN.replace("Corner", "Written anew"))
    assert "Written anew" in started(card, data)
    assert "Changed on its pages" in (data / "kitchen.before.toml").read_text()


def test_a_new_password_of_the_wifi_leaves_the_kitchen_alone(card: Card, data: Path) -> None:
    wifi = '[card.wifi]\nnetwork = "K"\ncountry = "DE"\npassword = "first password"\n'
    card.write(wifi + KITCHEN)
    started(card, data)
    (data / "kitchen.toml").write_text(KITCHEN.replace("Corner", "Changed on its pages"))
    card.write(wifi.replace("first", "second") + KITCHEN)
    assert "Changed on its pages" in started(card, data)
    assert "second password" in card.made("wpa_supplicant.conf")


def test_a_menu_that_is_new_is_taken_too(card: Card, data: Path) -> None:
    card.write('[menu]\nfile = "menu.csv"\n' + KITCHEN)
    card.write("id,name\nsoup,Soup\n", "menu.csv")
    started(card, data)
    card.write("id,name\nstew,Stew\n", "menu.csv")
    started(card, data)
    assert (data / "menu.csv").read_text() == "id,name\nstew,Stew\n"
    assert place_of(None, data).menu.items[0].name == "Stew"


@pytest.mark.parametrize("written", [0, 1, 2])
def test_a_power_cut_at_any_moment_of_it(card: Card, data: Path, written: int) -> None:
    """After so many files were replaced; the next start finishes it."""
    card.write('[menu]\nfile = "menu.csv"\n' + KITCHEN)
    card.write("id,name\nsoup,Soup\n", "menu.csv")
    left = [None] * written

    def replace_file(path: Path, content: bytes) -> None:
        if not left:
            raise KeyboardInterrupt
        left.pop()
        files.replace_file(path, content)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("appliance.installing.on_card.replace_file", replace_file)
        with pytest.raises(KeyboardInterrupt):
            started(card, data)
    assert "Corner" in started(card, data)
    assert (data / "menu.csv").exists()
    assert not (data / "kitchen.before.toml").exists()
    assert started(card, data)


def test_the_pin_lets_in_as_long_as_nobody_has_one(card: Card, data: Path) -> None:
    card.write('[card]\npin = "4711"\n')
    started(card, data)
    found = Pins(data).match("4711")
    assert found is not None
    assert (found.name, found.roles) == ("Manager", ("manager",))
    card.write('[card]\npin = "0815"\n')
    started(card, data)
    assert Pins(data).match("0815") is None


def test_it_is_reached_where_the_firewall_lets_in(card: Card, data: Path) -> None:
    card.write('[card]\nhostname = "corner"\n[http]\nlisten = "127.0.0.1:8080"\n' + KITCHEN)
    started(card, data)
    place = on_card.of_card(place_of(None, data), card.run)
    config = place.config
    assert config.http.listen == Address("0.0.0.0:80")
    assert config.orders.listen == Address("0.0.0.0:9104")
    assert config.https is not None
    assert config.https.listen == Address("0.0.0.0:443")
    assert config.screens.host == "corner"


def test_a_name_of_its_own_stays(card: Card, data: Path) -> None:
    card.write('[screens]\nhost = "pass"\n' + KITCHEN)
    started(card, data)
    assert on_card.of_card(place_of(None, data), card.run).config.screens.host == "pass"


def test_what_is_wrong_with_the_file_is_said_by_the_service(card: Card, data: Path) -> None:
    card.write("[[station]]\nid = 1\n")
    card.start()
    place = on_card.of_card(place_of(None, data), card.run)
    assert place.source == "built-in"
    assert place.warnings == ["expeditor.toml: station[0].id: Expected `str`, got `int`"]
    assert place.errors == place.warnings


def test_elsewhere_the_card_s_keys_mean_nothing(tmp_path: Path) -> None:
    file = tmp_path / "expeditor.toml"
    file.write_text('[card]\nhostname = "corner"\n' + KITCHEN)
    assert main(["check", str(file)]) == 0
    assert parse(file.read_text(), "it").screens.host == "expeditor"
