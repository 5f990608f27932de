"""Who may, told on the appliance: the commands, beside a service that runs and without one."""

import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from appliance.api.auth.devices import Devices
from appliance.api.auth.tokens import MAX_LIFE_SECONDS
from tests.process import Service
from tests.warm import command as expeditor

SECONDS = 20
"""After which a test gives up waiting."""
PIN = "47110815"
"""A short one may be in the id of a request by chance."""
TICKETS = "/api/v1/kds/stations/grill/tickets"


def new_token(data: Path, *arguments: str) -> str:
    made = expeditor("token", "--role", "chef", *arguments, "--data", data)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with Service(tmp_path / "data", warm=True) as service:
        yield service


def status(service: Service, token: str) -> int:
    connection = http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=10)
    connection.request("GET", TICKETS, headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    connection.close()
    return answer.status


def sign_in(service: Service, pin: str) -> int:
    connection = http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=10)
    headers = {"Origin": service.url, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", urlencode({"pin": pin}), headers)
    answer = connection.getresponse()
    connection.close()
    return answer.status


def wait_for(wanted: int, service: Service, token: str) -> None:
    """Until the service answers so."""
    began = time.monotonic()
    while status(service, token) != wanted:
        assert time.monotonic() - began < SECONDS


def pins_known(service: Service, token: str) -> int:
    """How many PINs the running service knows."""
    connection = http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=10)
    headers = {"Authorization": f"Bearer {token}"}
    connection.request("GET", "/api/v1/kds/status", headers=headers)
    pins: int = json.load(connection.getresponse())["auth"]["pins"]
    connection.close()
    return pins


def test_a_token_is_revoked_while_the_service_runs(service: Service) -> None:
    token, other = new_token(service.data), new_token(service.data, "--subject", "Tom")
    assert (status(service, token), status(service, other)) == (200, 200)
    done = expeditor("token", "revoke", token, "--data", service.data)
    assert (done.returncode, done.stdout) == (0, "The token is revoked.\n")
    wait_for(401, service, token)
    assert status(service, other) == 200
    assert expeditor("token", "revoke", "--subject", "Tom", "--data", service.data).returncode == 0
    wait_for(401, service, other)
    assert status(service, new_token(service.data, "--subject", "Tom")) == 200


def test_an_id_that_is_no_tokens_is_not_said_to_be_one(service: Service) -> None:
    done = expeditor("token", "revoke", "garbage", "--data", service.data)
    assert done.returncode == 0
    assert (
        done.stdout == "No token with the id 'garbage' is kept here; any that comes is refused.\n"
    )


def test_a_token_is_revoked_while_it_does_not_run(service: Service) -> None:
    token, read = new_token(service.data), new_token(service.data)
    service.stop()
    assert expeditor("token", "--data", service.data, "revoke", token).returncode == 0
    piped = expeditor("token", "revoke", "-", "--data", service.data, said=f"{read}\n")
    assert piped.returncode == 0
    service.start()
    assert (status(service, token), status(service, read)) == (401, 401)


def test_the_secret_is_rotated_while_the_service_runs(service: Service) -> None:
    old = new_token(service.data)
    done = expeditor("token", "rotate", "--data", service.data)
    assert done.returncode == 0
    assert "24 h" in done.stdout
    wait_for(200, service, new_token(service.data))
    assert status(service, old) == 200


def test_a_pin_is_given_and_taken_away(service: Service) -> None:
    given = expeditor(
        "pin", "set", "Maria", "--role", "chef", "--data", service.data, said=f"{PIN}\n"
    )
    assert (given.returncode, given.stdout) == (0, "Maria signs in with this PIN.\n")
    manager = new_token(service.data, "--role", "manager")
    began = time.monotonic()
    while pins_known(service, manager) != 1:
        assert time.monotonic() - began < SECONDS
    assert sign_in(service, PIN) == 200
    listed = expeditor("pin", "list", "--data", service.data).stdout
    assert listed == "Maria: chef; every station\n"
    assert expeditor("pin", "remove", "Maria", "--data", service.data).returncode == 0
    assert expeditor("pin", "list", "--data", service.data).stdout.strip() == ""
    assert expeditor("pin", "remove", "Maria", "--data", service.data).returncode == 2
    assert PIN not in service.errors()


@pytest.mark.parametrize("by", ["id", "subject"])
def test_a_screen_is_sent_away(service: Service, by: str) -> None:
    made = Devices(service.data).issue("Old tablet")
    wait_for(200, service, made.token)
    what = [made.device.id] if by == "id" else ["--subject", "device:Old tablet"]
    assert expeditor("token", "revoke", *what, "--data", service.data).returncode == 0
    wait_for(401, service, made.token)


WRONG: list[tuple[list[str], str]] = [
    (["token"], "--role"),
    (["token", "--role", "chief"], "chief"),
    (["token", "--role", "chef", "--days", str(MAX_LIFE_SECONDS // 86_400 + 1)], "days"),
    (["token", "revoke"], "--subject"),
    (["token", "revoke", "x", "--subject", "y"], "--subject"),
    (["token", "revoke", "a.b.c"], "no token of this appliance"),
    (["token", "revoke", "device_x"], "no token of this appliance"),
    (["pin", "set", "Maria", "--role", "chief"], "chief"),
    (["pin", "set", "Maria", "--role", "chef"], "4 to 8 digits"),
    (["pin", "set", " ", "--role", "chef"], "name"),
]


@pytest.mark.parametrize(("arguments", "words"), WRONG)
def test_what_is_wrong_is_said(tmp_path: Path, arguments: list[str], words: str) -> None:
    done = expeditor(*arguments, "--data", tmp_path / "data", said="x\n")
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_two_persons_cannot_have_one_pin(tmp_path: Path) -> None:
    setting = ("--role", "chef", "--data", tmp_path)
    assert expeditor("pin", "set", "Maria", *setting, said="4711\n").returncode == 0
    refused = expeditor("pin", "set", "Tom", *setting, said="4711\n")
    assert refused.returncode == 2
    assert "choose another" in refused.stderr


def test_a_directory_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for arguments in (["token", "--role", "chef"], ["token", "rotate"], ["pin", "list"]):
        done = expeditor(*arguments, "--data", tmp_path / "file" / "data")
        assert done.returncode == 3
        assert "Not a directory" in done.stderr
