"""`[[deliverect]]`: what is wrong is named, and what will not work is said."""

from pathlib import Path

import pytest

from appliance import cli, config
from tests.running import PLAIN

GOOD = """
[[deliverect]]
id = "main"
account = "a"
location = "l"
client_id = "c"
client_secret_file = "client.secret"
webhook_secret_file = "webhook.secret"
public_url = "https://kitchen.example.com/k"
channels = { "7" = "Uber Eats" }
"""
OTHER = GOOD.replace('"main"', '"other"').replace('"l"', '"m"')


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ('webhook_secret_file = "webhook.secret"', "", "webhook_secret_file: production signs"),
        ('client_secret_file = "client.secret"', "", "client_secret_file: this key is required"),
        ('"https://kitchen.example.com/k"', '"kitchen"', "deliverect[0].public_url: write it like"),
        ("https://kitchen", "https://a:b@kitchen", "deliverect[0].public_url: write it like"),
        ('id = "main"', 'id = "main"\napi = "http://api.example.com"', "deliverect[0].api: write"),
        (
            'client_secret_file = "client.secret"',
            'api = "http://[127.0.0.1:9190"',
            "deliverect[0].api: write",
        ),
        ('"7"', '"seven"', "deliverect[0].channels"),
        ('"main"', '""', "deliverect[0].id"),
        ("client_id", "client", "deliverect[0].client: unknown key; did you mean 'client_id'"),
    ],
)
def test_what_is_wrong_is_named(before: str, after: str, why: str) -> None:
    text = (PLAIN + GOOD).replace(before, after)
    assert text != PLAIN + GOOD
    with pytest.raises(config.ConfigError) as raised:
        config.parse(text, "kitchen.toml")
    assert why in str(raised.value)
    assert "a:b" not in str(raised.value)


def test_two_have_neither_an_id_nor_a_location_in_common() -> None:
    assert len(config.parse(PLAIN + GOOD + OTHER, "kitchen.toml").deliverect) == 2
    with pytest.raises(config.ConfigError) as raised:
        config.parse(PLAIN + GOOD + GOOD, "kitchen.toml")
    assert "deliverect[1].location: 'l' is that of deliverect[0] already" in str(raised.value)
    assert "deliverect[1].id: 'main' is used twice" in str(raised.value)


def test_files_that_are_not_there_are_told_beside_the_configuration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "kitchen.toml"
    file.write_text(PLAIN + GOOD)
    secret = tmp_path / "client.secret"
    secret.write_text("secret")
    secret.chmod(0o644)
    assert cli.main(["check", str(file)]) == 0
    assert f"client_secret_file: others can read {secret}: chmod 600" in capsys.readouterr().err
    secret.chmod(0o600)
    assert cli.main(["check", str(file)]) == 0
    said = capsys.readouterr().err
    missing = tmp_path / "webhook.secret"
    assert f"deliverect[0].webhook_secret_file: there is no file {missing}" in said
    assert "client_secret_file" not in said
    assert "public_url" not in said
    file.write_text((PLAIN + GOOD).replace('public_url = "https://kitchen.example.com/k"', ""))
    assert cli.main(["check", str(file)]) == 0
    assert "deliverect[0].public_url: none: by a name that is not told" in capsys.readouterr().err
