"""Starting and stopping the real process: exit codes, words, systemd, and a clean end."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from appliance.api import auth
from appliance.api.auth.devices import Devices
from appliance.api.auth.pins import Pins
from tests.api.listening import EVENTS
from tests.api.talking import UPGRADE
from tests.process import STOP_SECONDS, Service
from tests.warm import command

ORDER = b'{"command":"create-order","order":{"id":"A-1","name":"Jane","items":[{"name":"Burger"}]}}'


def expeditor(*arguments: str | Path, seconds: float = 20) -> subprocess.CompletedProcess[str]:
    """A new interpreter; `command` is the same without its start."""
    words = [sys.executable, "-m", "appliance", *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, timeout=seconds, check=False)


def send(port: int, message: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as peer:
        peer.sendall(message)
        peer.shutdown(socket.SHUT_WR)
        return peer.recv(4096)


def open_stream(service: Service) -> http.client.HTTPConnection:
    secret = (service.data / "secret").read_bytes()
    token = auth.issue(secret, roles=["chef"], tenant="default", subject="test", seconds=60)
    connection = http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=10)
    connection.request("GET", "/api/v1/kds/events", headers={"Authorization": f"Bearer {token}"})
    assert connection.getresponse().status == 200
    return connection


def open_socket(service: Service) -> socket.socket:
    """A WebSocket that has signed in, and reads no more than that."""
    peer = socket.create_connection(("127.0.0.1", int(service.url.rpartition(":")[2])), timeout=10)
    secret = (service.data / "secret").read_bytes()
    token = auth.issue(secret, roles=["chef"], tenant="default", subject="test", seconds=60)
    upgrade = "".join(f"{name}: {value}\r\n" for name, value in UPGRADE.items())
    head = f"GET {EVENTS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
    peer.sendall(f"{head}{upgrade}\r\n".encode())
    said = b""
    while b"auth_success" not in said:
        said += peer.recv(4096)
    return peer


def the_rest(peer: socket.socket) -> bytes:
    """All that comes until the other side has closed."""
    said = b""
    while more := peer.recv(4096):
        said += more
    return said


def test_it_says_what_listens_where_and_how_to_sign_in(tmp_path: Path) -> None:
    with Service(tmp_path / "data") as service:
        assert f"127.0.0.1:{service.orders_port}" in service.said
        assert service.sign_in_link.startswith(service.url + "/sign-in?code=")
        assert send(service.orders_port, ORDER) == b"A-1"


def a_link(service: Service) -> bool:
    """Whether it has shown the link that signs in."""
    return "code=" in service.sign_in_link


def test_the_link_is_shown_until_somebody_has_used_one(tmp_path: Path) -> None:
    with Service(tmp_path / "data", warm=True) as service:
        first = service.sign_in_link
        service.stop()
        service.start()
        assert a_link(service)
        assert service.sign_in_link.partition("=")[2] != first.partition("=")[2]
        connection = http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=10)
        connection.request("GET", service.sign_in_link.removeprefix(service.url))
        assert connection.getresponse().headers["Set-Cookie"]
        connection.close()
        service.kill()
        service.start()
        assert service.sign_in_link == f"{service.url}/"


@pytest.mark.parametrize("other", ["a PIN", "a screen"])
def test_the_link_is_not_shown_to_a_journal_when_there_is_another_way_in(
    tmp_path: Path, other: str
) -> None:
    with Service(tmp_path / "data", warm=True) as service:
        service.stop()
        if other == "a PIN":
            Pins(service.data).set("Maria", "4711", ["chef"])
        else:
            Devices(service.data).issue("Old tablet")
        service.start()
        assert not a_link(service)
    on_a_terminal = "import sys; sys.stdout.isatty = lambda: True"
    with Service(tmp_path / "data", prelude=on_a_terminal, warm=True) as service:
        assert a_link(service)


def test_sigterm_ends_in_time_with_open_streams_and_nothing_is_lost(tmp_path: Path) -> None:
    with Service(tmp_path / "data") as service:
        streams = [open_stream(service) for _ in range(5)]
        sockets = [open_socket(service) for _ in range(5)]
        idle = [socket.create_connection(("127.0.0.1", service.orders_port)) for _ in range(5)]
        idle[0].sendall(ORDER[:40])
        assert send(service.orders_port, ORDER) == b"A-1"
        began = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - began < STOP_SECONDS
        for stream in streams:
            stream.close()
        for peer in sockets:  # None of them answers the close.
            assert the_rest(peer).endswith(b"\x88\x13\x03\xe9the service stops")
            peer.close()
        for peer in idle:
            peer.close()
        service.start()
        assert not (tmp_path / "data" / "log.sqlite-wal").stat().st_size
        assert send(service.orders_port, ORDER.replace(b"create", b"cancel")) == b"A-1"


def test_what_was_taken_before_the_end_is_answered(tmp_path: Path) -> None:
    with Service(tmp_path / "data", warm=True) as service:
        with socket.create_connection(("127.0.0.1", service.orders_port), timeout=10) as peer:
            orders = [ORDER.replace(b"A-1", b"B-%d" % number) for number in range(200)]
            peer.sendall(b"".join(orders))
            first = peer.recv(3)
            service.send(signal.SIGTERM)
            replies = first
            while data := peer.recv(65536):
                replies += data
        assert service.wait() == 0
        service.start()
        stored = 0
        for number in range(200):
            cancel = b'{"command":"cancel-order","order":{"id":"B-%d"}}' % number
            stored += send(service.orders_port, cancel) == b"B-%d" % number
        assert replies.count(b"B-") == stored > 0


DYING = """
from appliance.orders.server import OrderRouter
words = "worn out"  # Of the line that raises, a newer Python shows the source.
async def run(self):
    raise RuntimeError(words)
OrderRouter.run = run
"""


def test_a_part_that_dies_takes_the_process_down(tmp_path: Path) -> None:
    with Service(tmp_path / "data", prelude=DYING) as service:
        assert service.wait() == 1
        # What it was, and where; its words might be a guest's.
        assert "in run\n" in service.errors()
        assert service.errors().endswith("\nbuiltins.RuntimeError\n")
        assert "worn out" not in service.errors()


def test_ports_in_use_are_replaced_by_free_ones_and_that_is_said(tmp_path: Path) -> None:
    with contextlib.ExitStack() as holding:
        for port in (9104, 8080):
            with contextlib.suppress(OSError):  # Then somebody else holds it: as well.
                holding.enter_context(socket.create_server(("127.0.0.1", port)))
        with Service(tmp_path / "data", usual_ports=True) as service:
            assert f"Port 9104 was in use: orders took {service.orders_port}" in service.said
            assert "Port 8080 was in use: http took" in service.said
            assert send(service.orders_port, ORDER) == b"A-1"


@pytest.mark.parametrize("section", ["orders", "http"])
def test_a_configured_port_that_cannot_be_bound_is_named(tmp_path: Path, section: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        listen = {"orders": "127.0.0.1:0", "http": "127.0.0.1:0", section: f"127.0.0.1:{port}"}
        config = kitchen(tmp_path, listen["orders"], listen["http"])
        ended = expeditor("run", "--config", config)
    assert ended.returncode == 4
    assert f"{section}.listen: cannot listen on 127.0.0.1:{port}" in ended.stderr
    assert "in use" in ended.stderr


def kitchen(directory: Path, orders: str = "127.0.0.1:0", http: str = "127.0.0.1:0") -> Path:
    config = directory / "kitchen.toml"
    config.write_text(
        f'[orders]\nlisten = "{orders}"\n[http]\nlisten = "{http}"\n'
        '[[station]]\nid = "grill"\nname = "Grill"\n'
    )
    return config


def test_a_data_directory_in_use_is_said(tmp_path: Path) -> None:
    with Service(tmp_path / "data", warm=True):
        ended = command("run", "--data", tmp_path / "data")
    assert ended.returncode == 3
    assert "in use by another instance" in ended.stderr


def test_a_data_directory_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ended = command("run", "--data", tmp_path / "file" / "data")
    assert ended.returncode == 3
    assert "cannot be written" in ended.stderr


def test_a_torn_last_write_is_recovered_and_said(tmp_path: Path) -> None:
    with Service(tmp_path / "data", warm=True) as service:
        for number in range(5):
            send(service.orders_port, ORDER.replace(b"A-1", b"A-%d" % number))
        service.kill()
        wal = tmp_path / "data" / "log.sqlite-wal"
        wal.write_bytes(wal.read_bytes()[:-700])
        service.start()
        assert "ended in the middle of a write" in service.said
        assert send(service.orders_port, ORDER.replace(b"create", b"cancel")) == b"A-1"


def test_a_wrong_configuration_ends_with_the_key(tmp_path: Path) -> None:
    config = kitchen(tmp_path)
    config.write_text(config.read_text() + '[timing]\nlate_aftr = "5m"\n')
    ended = command("run", "--config", config)
    assert ended.returncode == 2
    assert "timing.late_aftr: unknown key; did you mean 'late_after'?" in ended.stderr


def test_a_file_that_is_no_toml_does_not_hide_the_last_good_configuration(tmp_path: Path) -> None:
    config = kitchen(tmp_path)
    config.write_text('[appliance]\ndata_dir = "elsewhere"\n' + config.read_text())
    with Service(
        tmp_path / "elsewhere", "--config", str(config), say_where=False, warm=True
    ) as service:
        service.stop()
        config.write_text(config.read_text().replace('name = "Grill"', 'name = "Grill'))
        service.start()
        assert send(service.orders_port, ORDER) == b"A-1"
        assert "last good configuration" in service.errors()


def test_a_service_with_a_last_good_configuration_starts_on_that_loudly(tmp_path: Path) -> None:
    config = kitchen(tmp_path)
    with Service(tmp_path / "data", "--config", str(config), warm=True) as service:
        service.stop()
        config.write_text(config.read_text().replace('id = "grill"', 'id = "bad id!"'))
        service.start()
        assert send(service.orders_port, ORDER) == b"A-1"
        assert "station[0].id" in service.errors()
        assert "last good configuration" in service.errors()


def test_systemd_is_told_of_readiness_life_and_the_end(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.settimeout(10)
        environment = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "100000"}
        with Service(tmp_path / "data", environment=environment) as service:
            told = [systemd.recv(100) for _ in range(6)]
            assert told.count(b"READY=1") == 1
            assert told.count(b"WATCHDOG=1") == 5
            service.send(signal.SIGTERM)
            while (word := systemd.recv(100)) == b"WATCHDOG=1":
                pass
            assert word == b"STOPPING=1"
            assert service.wait() == 0


HANGING = """
import time
from appliance.orders.server import OrderRouter
async def run(self):
    time.sleep(60)
OrderRouter.run = run
"""


def test_a_loop_that_hangs_stops_feeding_the_watchdog(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.settimeout(10)
        environment = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "100000"}
        with Service(tmp_path / "data", environment=environment, prelude=HANGING):
            assert systemd.recv(100) == b"READY=1"
            systemd.settimeout(1)
            with pytest.raises(TimeoutError):
                systemd.recv(100)


def test_nobody_else_may_read_the_data(tmp_path: Path) -> None:
    with Service(tmp_path / "data", warm=True) as service:
        send(service.orders_port, ORDER)
        for path in (tmp_path / "data").iterdir():
            assert path.stat().st_mode & 0o077 == 0, path
        assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_idle_it_takes_little_memory(tmp_path: Path) -> None:
    without_devices = ("--config", str(kitchen(tmp_path)))
    with Service(tmp_path / "data", *without_devices) as service:
        open_stream(service).close()
        pages = int(Path(f"/proc/{service.pid}/statm").read_text().split()[1])
        assert pages * os.sysconf("SC_PAGE_SIZE") < 70_000_000


def test_check_says_what_is_good_and_what_is_not(tmp_path: Path) -> None:
    good = kitchen(tmp_path)
    assert expeditor("check", good).returncode == 0
    good.write_text(good.read_text().replace('id = "grill"', 'id = "grill"\ntype = "gril"'))
    ended = command("check", good)
    assert ended.returncode == 2
    assert str(good) in ended.stderr
    assert "station[0].type: 'gril' is not allowed; allowed: grill, fry" in ended.stderr


def test_send_prints_the_reply_and_fails_when_there_is_none(tmp_path: Path) -> None:
    file = tmp_path / "order.json"
    file.write_bytes(ORDER)
    with Service(tmp_path / "data", warm=True) as service:
        to = f"127.0.0.1:{service.orders_port}"
        sent = expeditor("send", file, "--to", to)
        assert (sent.returncode, sent.stdout.strip()) == (0, "A-1")
        file.write_bytes(ORDER.replace(b"create-order", b"update-order").replace(b"A-1", b"A-9"))
        refused = command("send", file, "--to", to)
        assert (refused.returncode, refused.stdout.strip()) == (1, "ORDER_DOES_NOT_EXIST")
    assert command("send", file, "--to", to).returncode == 1
    missing = command("send", tmp_path / "nothing.json", "--to", to)
    assert missing.returncode == 2
    assert "nothing.json: No such file" in missing.stderr


def test_token_prints_what_the_service_accepts(tmp_path: Path) -> None:
    with Service(tmp_path / "data", warm=True) as service:
        token = expeditor("token", "--role", "chef", "--data", service.data).stdout.strip()
        connection = http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=10)
        headers = {"Authorization": f"Bearer {token}"}
        connection.request("GET", "/api/v1/kds/stations/grill/tickets", headers=headers)
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())) == (200, [])
        connection.close()
    wrong = command("token", "--role", "chief", "--data", tmp_path / "data")
    assert wrong.returncode == 2
    assert "chef" in wrong.stderr


def test_rush_sends_a_service_and_reports(tmp_path: Path) -> None:
    with Service(tmp_path / "data", warm=True) as service:
        to = f"127.0.0.1:{service.orders_port}"
        rush = expeditor(
            "rush", "--orders-per-minute", "1200", "--minutes", "0.05", "--seed", "3", "--to", to
        )
        assert rush.returncode == 0, rush.stdout + rush.stderr
        assert "acknowledged  7" in rush.stdout
        assert "reply within" in rush.stdout
        assert "refused       0" in rush.stdout


def test_rush_fails_when_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    to = f"127.0.0.1:{port}"
    rush = command("rush", "--orders-per-minute", "120", "--minutes", "0.02", "--to", to)
    assert rush.returncode == 1
    assert "no answer     2" in rush.stdout


def test_help_names_every_command() -> None:
    said = expeditor("--help").stdout
    for name in (
        "run",
        "check",
        "route",
        "send",
        "token",
        "panel",
        "learn-keys",
        "printer",
        "rush",
    ):
        assert name in said
        assert command(name, "--help").returncode == 0
