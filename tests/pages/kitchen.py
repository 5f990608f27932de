"""The real service with a browser's and a point of sale's way into it."""

import contextlib
import json
import random
import resource
import socket
import urllib.request
from collections.abc import Collection, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import BrowserContext

from appliance import config
from appliance.api import auth
from tests.process import Service

TIME_ZONE = "America/Chicago"
"""In which it is; the browsers of tests are elsewhere."""
BURGER = {"lineId": "1", "name": "Hamburger", "qty": 1, "mods": []}
FRIES = {"lineId": "2", "name": "Fries", "qty": 1, "mods": []}


class Kitchen(Service):
    """On ports that stay the same when it is started again, as a browser expects."""

    def __init__(self, directory: Path) -> None:
        orders, http = (f'listen = "127.0.0.1:{port}"' for port in _free_ports(2))
        file = directory / "kitchen.toml"
        text = config.embedded().replace("[orders]", f"[orders]\n{orders}")
        text = text.replace("[appliance]", f'[appliance]\ntime_zone = "{TIME_ZONE}"', 1)
        file.write_text(f"{text}\n[http]\n{http}\n", encoding="utf-8")
        super().__init__(directory / "data", "--config", str(file), warm=True)

    def order(self, command: str = "create-order", **order: Any) -> str:
        """Send one command over TCP; the reply."""
        with socket.create_connection(("127.0.0.1", self.orders_port), timeout=10) as peer:
            peer.sendall(json.dumps({"command": command, "order": order}).encode())
            return peer.recv(4096).decode()

    def token(self, *roles: str, stations: Collection[str] = ()) -> str:
        """A token of this appliance; kept to these stations, if any."""
        secret = (self.data / "secret").read_bytes()
        return auth.issue(
            secret, roles=roles, tenant="default", subject="test", seconds=600, stations=stations
        )

    def let_in(self, browser: BrowserContext) -> None:
        """Whoever looks by it is a manager."""
        value = self.token("manager")
        browser.add_cookies([{"name": "expeditor_session", "value": value, "url": self.url}])

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """What the ticket API answers a manager."""
        request = urllib.request.Request(  # noqa: S310 - our own, by http
            f"{self.url}/api/v1/kds{path}",
            method=method,
            headers={
                "Authorization": f"Bearer {self.token('manager')}",
                "Content-Type": "application/json",
            },
            data=None if body is None else json.dumps(body).encode(),
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return None if answer.status == HTTPStatus.NO_CONTENT else json.load(answer)

    def act(self, station: str, order_id: str, action: str) -> Any:
        """Do something to a ticket; the ticket."""
        order = quote(order_id, safe="")
        return self.call("POST", f"/stations/{station}/orders/{order}/ticket/{action}")

    def listed(self, station: str) -> list[tuple[str, str]]:
        """The live tickets of a station as the API knows them: order id and status."""
        tickets = self.call("GET", f"/stations/{station}/tickets")
        return [(ticket["order_id"], ticket["status"]) for ticket in tickets]

    @contextlib.contextmanager
    def no_room(self) -> Iterator[None]:
        """No file of the process can grow, or be written at all."""
        soft, hard = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (0, hard))
        try:
            yield
        finally:
            resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (soft, hard))


def _free_ports(count: int) -> list[int]:
    """Below those that the system gives to whoever asks for any, which could be taken meanwhile."""
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(10_000, 32_000)  # noqa: S311
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found.append(port)
    return found
