"""The guide of the HTTP API, done as it stands there: every command, and what it shows."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

from appliance import config
from tests.curling import Answer, curl, exchanges, is_shown
from tests.process import Service

GUIDE = Path(__file__).parents[2] / "appliance" / "api" / "README.md"
ANYWHERE = 'listen = "127.0.0.1:0"'
MAKES_TOKEN = re.compile(r"(\w+)=\$\(expeditor (token .*)\)")


def test_every_command_of_the_guide_does_what_it_shows(tmp_path: Path) -> None:
    file = tmp_path / "kitchen.toml"
    text = config.embedded().replace("[orders]", f"[orders]\n{ANYWHERE}")
    file.write_text(f"{text}\n[http]\n{ANYWHERE}\n[https]\n{ANYWHERE}\n", encoding="utf-8")
    done = 0
    with Service(tmp_path / "data", "--config", str(file), warm=True) as service:
        secure = re.search(r"https://\S+:\d+", service.said)
        assert secure, service.said
        variables: dict[str, str] = {}
        for command, shown in exchanges(GUIDE.read_text(encoding="utf-8")):
            if making := MAKES_TOKEN.fullmatch(command):
                variables[making[1]] = printed(service, making[2])
                continue
            here = command.replace("http://127.0.0.1:8080", service.url)
            here = here.replace("https://127.0.0.1:8443", secure[0])
            answer = curl(here, tmp_path, variables)
            assert is_shown(shown, answer), (command, shown, answer.status, answer.body)
            done += 1
    assert done > 10


def printed(service: Service, arguments: str) -> str:
    """What the command `expeditor` prints of this service's data."""
    words = [*shlex.split(arguments), "--data", str(service.data)]
    run = [sys.executable, "-m", "appliance", *words]
    return subprocess.run(run, check=True, capture_output=True, text=True).stdout.strip()


def test_what_is_shown_is_compared() -> None:
    said = Answer(200, None, {"id": "7", "items": [1, 2], "at": "now"})  # type: ignore[arg-type]
    for shown in ('{"id": "7", "items": [1, 2], "at": "…"}', '{"id": "7", "…": "…"}', ""):
        assert is_shown(shown, said)
    for shown in (
        '{"id": "7"}',
        '{"id": "8", "…": "…"}',
        '{"items": [1], "…": "…"}',
        '{"name": "…", "…": "…"}',
        'HTTP/1.1 404 Not Found\n\n{"…": "…"}',
    ):
        assert not is_shown(shown, said)
