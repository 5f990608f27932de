"""A manager and a point of sale at the hub, by way of a till in its network."""

import contextlib
import http.client
import json
import socket
from pathlib import Path
from typing import Any, Final

from appliance.api import auth

HTTP_PORT: Final = 8080
ORDERS_PORT: Final = 9104
SECONDS: Final = 3.0
BASE: Final = "/api/v1/kds"


class NoAnswer(Exception):
    """The hub is away."""


def _connected(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(SECONDS)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection


class _ByTill(http.client.HTTPConnection):
    def __init__(self, host: str, path: Path) -> None:
        super().__init__(host, HTTP_PORT)
        self._path = path

    def connect(self) -> None:
        self.sock = _connected(self._path)


class Asking:
    """With all rights."""

    def __init__(self, host: str, till: Path, data: Path) -> None:
        """`till`: where its sockets are; `data`: the hub's directory, with its secret."""
        self._host = host
        self._till = till
        self._secret = data / "secret"
        self._token = ""

    def is_up(self) -> bool:
        """Whether the till leads somewhere."""
        return all((self._till / str(port)).exists() for port in (HTTP_PORT, ORDERS_PORT))

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The status and the body of an answer. Raises NoAnswer."""
        self._token = self._token or auth.issue(
            self._secret.read_bytes(),
            roles=["manager"],
            tenant="default",
            subject="test",
            seconds=86_400,
        )
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body)
        connection = _ByTill(self._host, self._till / str(HTTP_PORT))
        with contextlib.closing(connection):
            try:
                connection.request(method, BASE + path, data, headers)
                answer = connection.getresponse()
                text = answer.read()
            except (OSError, http.client.HTTPException) as error:
                raise NoAnswer from error
        return answer.status, json.loads(text) if text else None

    def get(self, path: str) -> Any:
        """The body of an answer that is right. Raises NoAnswer."""
        status, body = self.call("GET", path)
        assert status == http.HTTPStatus.OK, body
        return body

    def order(self, message: dict[str, Any]) -> bytes:
        """The reply on port 9104. Raises NoAnswer."""
        try:
            with _connected(self._till / str(ORDERS_PORT)) as connection:
                connection.sendall(json.dumps(message).encode())
                connection.shutdown(socket.SHUT_WR)
                reply = connection.recv(4096)
        except OSError as error:
            raise NoAnswer from error
        if not reply:
            raise NoAnswer
        return reply
