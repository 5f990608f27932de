"""By which names the appliance may be called: its own, those of its certificate, and those that
the configuration has."""

from pathlib import Path

import pytest

from appliance import config
from tests.api.asking import ask
from tests.running import running
from tests.test_given_certificate import issue

KITCHEN = config.embedded()
PATH = "/api/v1/kds/stations"


@pytest.fixture
def text(tmp_path: Path) -> str:
    """A configuration with two names, and a certificate for others."""
    given = tmp_path / "given"
    given.mkdir()
    issued = issue("*.Kitchen.example")
    (given / "certificate.pem").write_bytes(issued.pem)
    (given / "key.pem").write_bytes(issued.key_pem())
    return (
        KITCHEN + '\n[http]\nnames = ["KDS.example.com", "kds"]\n'
        '[https]\nlisten = "127.0.0.1:0"\n'
        f'certificate = "{given}/certificate.pem"\nkey = "{given}/key.pem"\n'
    )


@pytest.mark.parametrize(
    "host",
    [
        "kds.example.com",
        "Kds.Example.Com:8443",
        "kds",
        "grill.kitchen.example",
        "GRILL.kitchen.example:443",
        "localhost",
        "127.0.0.1",
        "[::1]:8080",
        "grill.local",
    ],
)
async def test_our_own_names(tmp_path: Path, text: str, host: str) -> None:
    async with running(tmp_path / "data", text) as appliance:
        assert (await ask(appliance, "GET", PATH, headers={"Host": host})).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "example.com",
        "other.example.com",
        "a.kds.example.com",
        "kds.example.com.evil.example",
        "kitchen.example",
        "a.b.kitchen.example",
        ".kitchen.example",
        "evilkitchen.example",
        "",
    ],
)
async def test_names_of_others(tmp_path: Path, text: str, host: str) -> None:
    async with running(tmp_path / "data", text) as appliance:
        answer = await ask(appliance, "GET", PATH, headers={"Host": host})
        assert (answer.status, answer.body["code"]) == (403, "FORBIDDEN")


async def test_a_wildcard_for_a_whole_top_level_domain_is_none(tmp_path: Path) -> None:
    issued = issue("*.example")
    for name, content in (("certificate", issued.pem), ("key", issued.key_pem())):
        (tmp_path / name).write_bytes(content)
    section = '[https]\nlisten = "127.0.0.1:0"\n'
    files = f'certificate = "{tmp_path}/certificate"\nkey = "{tmp_path}/key"\n'
    text = f"{KITCHEN}\n{section}{files}"
    async with running(tmp_path / "data", text) as appliance:
        assert (await ask(appliance, "GET", PATH, headers={"Host": "evil.example"})).status == 403
