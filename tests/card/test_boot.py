"""What a boot makes of the files on the boot partition: bytes in, files of systemd out."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from appliance import cli

KITCHEN = """
[appliance]
name = "Corner"   # as on the door

[[station]]
id = "grill"
name = "Grill"
"""


class Card:
    """A card's directories."""

    def __init__(self, root: Path) -> None:
        self.boot, self.run, self.networks = root / "boot", root / "run", root / "networks"
        self.kept = root / "kept"
        self.boot.mkdir()
        self.kept.mkdir()

    def write(self, text: str, name: str = "expeditor.toml") -> None:
        (self.boot / name).write_bytes(text.encode())

    def start(self, *more: str) -> dict[str, Any]:
        """Boot; what came of it."""
        places = ["--run", str(self.run), "--kept", str(self.kept)]
        arguments = ["--from", str(self.boot), "--networks", str(self.networks), *more]
        shutil.rmtree(self.run, ignore_errors=True)  # It is in memory.
        assert cli.main(["card", *places, "boot", *arguments]) == 0
        told: dict[str, Any] = json.loads((self.run / "boot.json").read_text())
        return told

    def made(self, name: str) -> str:
        return (self.run / name).read_text()

    def network(self, name: str) -> list[str]:
        return (self.networks / name).read_text().splitlines()

    @property
    def files(self) -> set[str]:
        return {file.name for file in self.run.rglob("*") if file.is_file()}


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return Card(tmp_path)


def test_an_empty_partition_makes_a_hub_with_a_cable(card: Card) -> None:
    assert card.start() == {
        "role": "hub",
        "hostname": "expeditor",
        "faults": [],
        "kept": str(card.kept),
    }
    assert card.files == {"hub", "boot.json", "hostname"}
    assert "DHCP=yes" in card.network("20-wired.network")
    assert {file.name for file in card.networks.iterdir()} == {"20-wired.network"}


def test_without_a_partition_it_comes_up(card: Card) -> None:
    card.boot.rmdir()
    assert card.start()["faults"] == []
    assert "hub" in card.files


def test_the_card_s_own_part_is_for_the_machine_and_the_rest_for_the_kitchen(card: Card) -> None:
    card.write('[card]\nhostname = "corner-kds"\npin = "4711"\n' + KITCHEN)
    assert card.start() == {
        "role": "hub",
        "hostname": "corner-kds",
        "faults": [],
        "kept": str(card.kept),
    }
    assert card.made("settings.toml").strip() == KITCHEN.strip()
    assert card.made("pin") == "4711"
    assert card.made("hostname") == "corner-kds\n"


def test_a_fixed_address(card: Card) -> None:
    card.write(
        '[card.wired]\naddress = "192.168.1.10/24"\ngateway = "192.168.1.1"\ndns = ["9.9.9.9"]\n'
    )
    assert card.start()["faults"] == []
    lines = card.network("20-wired.network")
    assert {"Address=192.168.1.10/24", "Gateway=192.168.1.1", "DNS=9.9.9.9"} <= {*lines}
    assert "DHCP=yes" not in lines
    # No second address, at which nobody reaches it.
    assert "LinkLocalAddressing=ipv6" in lines


@pytest.mark.parametrize(
    ("password", "wanted"),
    [
        ('password = "correct \\"horse\\""', '\tpsk="correct "horse""'),
        ("", "\tkey_mgmt=NONE"),
    ],
)
def test_wifi(card: Card, password: str, wanted: str) -> None:
    card.write(f'[card.wifi]\nnetwork = "Küche"\ncountry = "DE"\n{password}\n')
    assert card.start()["faults"] == []
    lines = card.made("wpa_supplicant.conf").splitlines()
    assert {wanted, f"\tssid={'Küche'.encode().hex()}", "country=DE"} <= {*lines}
    assert "DHCP=yes" in card.network("20-wifi.network")
    assert (card.run / "wpa_supplicant.conf").stat().st_mode & 0o777 == 0o600


def test_a_screen_has_a_name_of_its_own_and_no_kitchen(card: Card) -> None:
    card.write('[card]\nrole = "screen"\n[kiosk]\nname = "Grill TV"\n')
    told = card.start()
    assert told["role"] == "screen"
    assert told["hostname"].startswith("screen-")
    assert told["faults"] == []
    assert {"screen", "settings.toml"} <= card.files
    assert "hub" not in card.files


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[card\n", "expeditor.toml: Expected ']'"),
        ('[card]\nrole = "hob"\n', "expeditor.toml: card.role: 'hob' is not allowed; allowed: hub"),
        ("[card]\nhost = 1\n", "expeditor.toml: card.host: unknown key; did you mean 'hostname'?"),
        ('[card]\npin = "47"\n', "expeditor.toml: card.pin: 4 to 8 digits"),
        (
            '[card.wifi]\nnetwork = "K"\ncountry = "DE"\npassword = "short"\n',
            "expeditor.toml: card.wifi.password: 8 to 63 letters",
        ),
        ('[card.wifi]\nnetwork = "K"\n', "expeditor.toml: card.wifi.country: this key is required"),
        (
            f'[card.wifi]\nnetwork = "{"é" * 17}"\ncountry = "DE"\n',
            "expeditor.toml: card.wifi.network: at most 32 bytes",
        ),
        (
            '[card.wired]\naddress = "192.168.1.10/24"\ngateway = "192.168.2.1"\n',
            "expeditor.toml: card.wired.gateway: 192.168.2.1 is not in 192.168.1.0/24",
        ),
        (
            '[card.wired]\ngateway = "192.168.2.1"\n',
            "expeditor.toml: card.wired.gateway: it goes with an address",
        ),
        ("[[station]]\nid = 1\n", "expeditor.toml: station[0].id: Expected `str`, got `int`"),
        ("\xa4" * 600_000, "expeditor.toml: more than 1000000 bytes"),
    ],
)
def test_a_wrong_file_is_said_and_the_machine_comes_up(card: Card, text: str, why: str) -> None:
    card.write(text)
    told = card.start()
    assert told["faults"][0].startswith(why)
    assert (told["role"], told["hostname"]) == ("hub", "expeditor")
    assert "settings.toml" not in card.files
    assert "DHCP=yes" in card.network("20-wired.network")


def test_bytes_that_are_no_text_are_said(card: Card) -> None:
    (card.boot / "expeditor.toml").write_bytes(b"\xff\xfe[\x00")
    assert card.start()["faults"] == ["expeditor.toml: not UTF-8 text"]


def test_a_wrong_kitchen_leaves_the_machine_as_it_is_said(card: Card) -> None:
    """Else whoever has made a mistake in a station would have to fetch the card again."""
    card.write('[card]\nhostname = "corner"\n[card.wifi]\nnetwork = "K"\ncountry = "DE"\n[x]\n')
    told = card.start()
    assert told["hostname"] == "corner"
    assert told["faults"][0].startswith("expeditor.toml: x: unknown key")
    assert "wpa_supplicant.conf" in card.files
    assert "settings.toml" not in card.files


@pytest.mark.parametrize("name", ["expeditor.toml", "expeditor.toml.txt"])
def test_as_editors_of_windows_leave_it(card: Card, name: str) -> None:
    card.write('\ufeff[card]\r\nhostname = "corner"\r\n', name)
    assert card.start()["hostname"] == "corner"


def test_what_an_editor_saved_beside_the_file_that_was_there_is_taken(card: Card) -> None:
    shutil.copy(Path(__file__).parents[2] / "image/boot/expeditor.toml", card.boot)
    card.write('[card]\nhostname = "corner"\n', "expeditor.toml.txt")
    told = card.start()
    assert (told["hostname"], told["faults"]) == ("corner", [])


def test_of_two_files_none_is_taken_and_that_is_said(card: Card) -> None:
    card.write('[card]\nhostname = "corner"\n')
    card.write('[card]\nhostname = "other"\n', "expeditor.toml.txt")
    told = card.start()
    assert told["hostname"] == "expeditor"
    why = "expeditor.toml and expeditor.toml.txt are both there: which one is meant?"
    assert told["faults"] == [why]


def test_a_menu_that_is_too_long_is_said_and_not_cut_off(card: Card) -> None:
    card.write('[menu]\nfile = "menu.csv"\n' + KITCHEN)
    card.write("id,name\n" * 200_000, "menu.csv")
    assert card.start()["faults"] == ["menu.csv: more than 1000000 bytes"]
    assert "menu.csv" not in card.files


def test_files_that_the_kitchen_names_come_along(card: Card) -> None:
    card.write('[menu]\nfile = "menu.csv"\n' + KITCHEN)
    card.write("id,name\n", "menu.csv")
    card.write("left alone", "other.csv")
    card.start()
    assert (card.run / "beside/menu.csv").read_text() == "id,name\n"
    assert "other.csv" not in card.files


def test_the_service_finds_what_is_for_it(card: Card) -> None:
    """It is another user, of the group that is given."""
    card.write('[menu]\nfile = "menu.csv"\n' + KITCHEN)
    card.write("id,name\n", "menu.csv")
    arguments = ["--from", str(card.boot), "--networks", str(card.networks)]
    group = str(os.getegid())
    assert cli.main(["card", "--run", str(card.run), "boot", *arguments, "--group", group]) == 0
    assert card.run.stat().st_mode & 0o777 == (card.run / "beside").stat().st_mode & 0o777 == 0o755
    for name in ("boot.json", "settings.toml", "beside/menu.csv"):
        assert (card.run / name).stat().st_mode & 0o777 == 0o640
    assert card.networks.stat().st_mode & 0o777 == 0o755
    assert (card.networks / "20-wired.network").stat().st_mode & 0o777 == 0o644


def test_ssh_is_for_keys_that_somebody_put_there(card: Card) -> None:
    card.start()
    assert "authorized_keys" not in card.files
    card.write("ssh-ed25519 AAAA someone\n", "authorized_keys")
    card.start()
    assert card.made("authorized_keys") == "ssh-ed25519 AAAA someone\n"


def test_what_takes_the_reader_s_breath_away_is_said_and_the_machine_comes_up(card: Card) -> None:
    card.write("x = " + "[" * 5_000)
    faults = card.start()["faults"]
    assert faults[0] == "expeditor.toml: it cannot be read (RecursionError)"
    assert "hub" in card.files
    assert "DHCP=yes" in card.network("20-wired.network")


@pytest.mark.parametrize("name", ["authorized_keys", "expeditor.toml"])
def test_a_directory_by_the_name_of_a_file_is_said(card: Card, name: str) -> None:
    (card.boot / name).mkdir()
    assert card.start()["faults"] == [f"{name}: Is a directory"]
    assert {"hub", "hostname", "boot.json"} <= card.files


def test_a_disk_that_is_not_there_is_said(card: Card) -> None:
    told = card.start("--disk", str(card.kept), "--disk", "/proc")
    assert told["faults"] == [f"{card.kept}: its disk cannot be used, or is not there"]


WIFI = '[card.wifi]\nnetwork = "K"\npassword = "12345678"\ncountry = "US"\n'


@pytest.mark.parametrize("mistake", ["[card\n", '[card]\nrole = "scren"\n' + WIFI])
def test_a_mistake_makes_no_other_machine_of_it(card: Card, mistake: str) -> None:
    card.write('[card]\nrole = "screen"\n' + WIFI)
    assert card.start()["faults"] == []
    card.write(mistake)
    told = card.start()
    assert told["role"] == "screen"
    assert "expeditor.toml: [card] is in force as it was when it was right last" in told["faults"]
    assert len(told["faults"]) > 1
    assert {"screen", "wpa_supplicant.conf"} <= card.files
    assert (card.kept / "card.toml").stat().st_mode & 0o777 == 0o600


def test_without_its_partition_it_is_what_it_was(card: Card) -> None:
    card.write('[card]\nrole = "screen"\n')
    card.start()
    (card.boot / "expeditor.toml").unlink()
    told = card.start("--disk", str(card.boot))
    assert told["role"] == "screen"
    assert told["faults"][0] == f"{card.boot}: its disk cannot be used, or is not there"


def test_a_file_that_was_emptied_makes_a_hub_again(card: Card) -> None:
    card.write('[card]\nrole = "screen"\n')
    card.start()
    card.write("")
    assert card.start()["role"] == "hub"
    card.write("[card")
    assert card.start()["role"] == "hub"


def test_a_disk_that_cannot_be_written_changes_nothing_of_it(card: Card) -> None:
    card.kept.rmdir()
    card.write('[card]\nrole = "screen"\n')
    assert card.start()["faults"] == []
    assert "screen" in card.files


def test_a_lease_stays_when_its_router_is_gone(card: Card) -> None:
    card.start()
    assert {"KeepConfiguration=dynamic", "LinkLocalAddressing=yes"} <= {
        *card.network("20-wired.network")
    }


def test_a_network_of_both_kinds_is_taken_by_the_one_that_these_chips_can(card: Card) -> None:
    card.write(WIFI)
    card.start()
    networks = card.made("wpa_supplicant.conf").split("network={")[1:]
    assert ["\tpriority=1\n" in each for each in networks] == [True, False]
    assert ["SAE" in each for each in networks] == [False, True]
