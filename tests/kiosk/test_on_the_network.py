"""Two computers and real multicast: the screen finds the kitchen, also after it has moved."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from appliance import config
from appliance.api import auth
from appliance.api.app import BASE
from tests.network import Host, Network
from tests.running import PLAIN

SECONDS = 30
"""Far more than it takes, on a machine that does other things, too."""


def test_a_screen_finds_its_kitchen_and_follows_it_to_another_address(tmp_path: Path) -> None:
    kitchen_file, screen_file = tmp_path / "kitchen.toml", tmp_path / "screen.toml"
    everywhere = PLAIN.replace("[orders]", '[orders]\nlisten = "0.0.0.0:9104"')
    kitchen_file.write_text(f'{everywhere}\n[http]\nlisten = "0.0.0.0:8080"\n')
    name = config.load(kitchen_file).appliance.name
    screen_file.write_text('[kiosk]\nname = "TV"\nbrowser = ["true"]\n')
    with Network() as network:
        hub, tv = network.host(), network.host()
        network.cable(hub, "eth0", tv, "eth0")
        hub.ip("address add 10.9.0.1/16 dev eth0")
        tv.ip("address add 10.9.0.2/16 dev eth0")
        service = hub.start(
            "appliance", "run", "--config", str(kitchen_file), "--data", str(tmp_path / "hub")
        )
        assert name in service.line()
        agent = tv.start(
            "appliance", "screen", "--config", str(screen_file), "--data", str(tmp_path / "tv")
        )
        assert "TV" in agent.line()
        shown = once(tv, "state", lambda told: told["kitchens"] and told["kitchens"][0]["code"])
        (found,) = shown["kitchens"]
        assert (found["name"], found["address"]) == (name, "10.9.0.1:8080")
        adopt(hub, (tmp_path / "hub" / "secret").read_bytes(), found["code"])
        once(tv, "health", lambda told: told["state"] == "adopted")
        hub.ip("address del 10.9.0.1/16 dev eth0")
        hub.ip("address add 10.9.0.77/16 dev eth0")
        moved = once(tv, "health", lambda told: told["hub"] == "http://10.9.0.77:8080")
        assert moved["state"] == "adopted"


def once(host: Host, what: str, wanted: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """What the agent on this computer tells, once it is so."""
    deadline = time.monotonic() + SECONDS
    told: dict[str, Any] = {}
    while time.monotonic() < deadline:
        told = json.loads(host.run("curl", "-sS", f"http://127.0.0.1:9105/{what}"))
        if wanted(told):
            return told
        time.sleep(0.1)
    raise AssertionError(f"it stays like this: {told}")


def adopt(hub: Host, secret: bytes, code: str) -> None:
    """As a manager does."""
    token = auth.issue(
        secret, roles=["manager"], tenant="default", subject="test", seconds=60, stations=()
    )
    wanted = json.dumps({"code": code, "name": "Grill TV", "station_id": "grill"})
    headers = ("-H", f"Authorization: Bearer {token}", "-H", "Content-Type: application/json")
    url = f"http://127.0.0.1:8080{BASE}/screens"
    hub.run("curl", "-sS", "--fail", *headers, "-d", wanted, url)
