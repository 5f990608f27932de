"""`expeditor screen` as a process: what it says, its exit codes, systemd, and its end."""

import json
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance import cli

STOP_SECONDS = 6.0
"""Twice what it promises, on a machine that does other things, too."""
ENDLESS = 'browser = ["sh", "-c", "trap : TERM; while :; do sleep 600; done"]\n'


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "appliance", "screen", *map(str, arguments)]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "screen.toml"
    file.write_text(f"[screens]\nmdns = false\n[kiosk]\nport = 0\n{ENDLESS}")
    return file


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """Where systemd listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(20)
        yield listening


def test_it_tells_systemd_and_ends_within_its_time(
    tmp_path: Path, config: Path, manager: socket.socket
) -> None:
    environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "200000"}
    with subprocess.Popen(
        command("--config", config, "--name", "Fry", "--hub", "http://192.0.2.1"),
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=Path(__file__).parents[2],
    ) as process:
        try:
            told: set[bytes] = set()
            while told != {b"READY=1", b"WATCHDOG=1"}:
                told.add(manager.recv(100))
        finally:
            process.terminate()
        said, _ = process.communicate(timeout=STOP_SECONDS)
        assert process.returncode == 0
    while (last := manager.recv(100)) == b"WATCHDOG=1":
        pass
    assert last == b"STOPPING=1"
    assert 'screen "Fry"' in said
    assert "http://192.0.2.1" in said
    assert (tmp_path / "data" / "screen-id").exists()  # Beside the file.


def test_on_a_card_it_says_what_is_wrong_with_the_card_s_file(tmp_path: Path, config: Path) -> None:
    boot, run_, kept = tmp_path / "boot", tmp_path / "run", tmp_path / "kept"
    boot.mkdir()
    kept.mkdir()
    (boot / "expeditor.toml").write_text('[card]\nrole = "screen"\nhostname = "a b"\n')
    places = ["--run", str(run_), "--kept", str(kept)]
    reads = ["boot", "--from", str(boot), "--networks", str(tmp_path / "networks")]
    assert cli.main(["card", *places, *reads]) == 0
    update = {"state": "came back", "version": "2.0", "before": "1.0", "system": "A", "at": 0}
    (kept / "update.json").write_text(json.dumps(update))
    port = free_port()
    config.write_text(config.read_text().replace("port = 0", f"port = {port}"))
    with subprocess.Popen(
        command("--config", config, "--card", run_), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline()
            while not (notices := health(port)["notices"]):
                pass
        finally:
            process.terminate()
        process.communicate(timeout=STOP_SECONDS)
    came_back, wrong = notices
    assert came_back == "Update to 2.0: it did not come up. 1.0 is back."
    assert wrong.startswith("expeditor.toml: card.hostname: ")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def health(port: int) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=20) as answer:
        told: dict[str, Any] = json.load(answer)
        return told


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('[kiosk]\nhub = "192.168.1.10"\n', "kiosk.hub: '192.168.1.10' is no address of pages"),
        ('[kiosk]\nname = " "\n', "kiosk.name: must not be empty"),
        ("[kiosk]\nport = 70000\n", "kiosk.port: "),
        ("[kiosk]\nurl = 1\n", "kiosk.url: unknown key"),
        ("[kiosk\n", "screen.toml: "),
    ],
)
def test_a_wrong_configuration_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, wrong: str
) -> None:
    (tmp_path / "screen.toml").write_text(text)
    assert cli.main(["screen", "--config", str(tmp_path / "screen.toml")]) == 2
    assert wrong in capsys.readouterr().err


def test_a_wrong_hub_of_the_command_is_named() -> None:
    ended = run("--hub", "ftp://kitchen")
    assert ended.returncode == 2
    assert "--hub: 'ftp://kitchen' is no address of pages" in ended.stderr


def test_a_port_in_use_and_a_data_directory_that_cannot_be_are_named(
    tmp_path: Path, config: Path
) -> None:
    with socket.create_server(("", 0)) as taken:
        port = taken.getsockname()[1]
        config.write_text(config.read_text().replace("port = 0", f"port = {port}"))
        ended = run("--config", config)
        assert ended.returncode == 4
        assert f"cannot listen on {port}" in ended.stderr
    (tmp_path / "file").touch()
    ended = run("--config", config, "--data", tmp_path / "file" / "data")
    assert ended.returncode == 3
    assert "Not a directory" in ended.stderr


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=20, check=False
    )
