"""Pull the plug among requests with keys: what comes again is done once, and answered as it was."""

import contextlib
import http.client
import json
import random
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from appliance.api import auth
from tests.process import Service
from tests.proof import PROOF, count

ROUNDS = count(10, proof=200)
ROUNDS_PER_DIRECTORY = 5
"""There can be 2,000 rules."""
CLIENTS = 8
REQUESTS = 40
"""Of each client in a round."""
RULES = "/api/v1/kds/routing"


@pytest.mark.parametrize("first_round", range(0, ROUNDS, ROUNDS_PER_DIRECTORY))
def test_a_request_with_a_key_is_done_once_through_each_kill(
    tmp_path: Path, first_round: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)  # Killed, it tells nothing.
    chance = random.Random(first_round)  # noqa: S311
    answered: dict[str, str] = {}
    unanswered: set[str] = set()
    with Service(tmp_path / "data", warm=not PROOF) as service:
        for round_number in range(first_round, first_round + ROUNDS_PER_DIRECTORY):
            load = Load(service, str(round_number))
            load.until_killed(chance.uniform(0.01, 0.15))
            service.wait()
            service.start()
            unanswered |= load.unanswered
            with contextlib.closing(Client(service)) as client:
                for key, rule in load.answered.items():
                    # Each a new rule to whoever does not know its key.
                    assert client.make(key) == (rule, "true")
                answered |= load.answered | {key: client.make(key)[0] for key in load.unanswered}
                rules = client.rules()
            made = Counter(rule["name"][0] for rule in rules if rule["source"] == "api")
            assert made == Counter(answered.keys())
        service.stop()
    assert len(answered) > ROUNDS_PER_DIRECTORY
    assert unanswered, "no kill was among requests"


class Client:
    """One connection of a manager."""

    def __init__(self, service: Service) -> None:
        secret = (service.data / "secret").read_bytes()
        token = auth.issue(secret, roles=["manager"], tenant="default", subject="test", seconds=600)
        self._connection = http.client.HTTPConnection(service.url.removeprefix("http://"))
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def make(self, key: str) -> tuple[str, str | None]:
        """A rule; its id, and whether this was said to be a repeat."""
        body = json.dumps({"station_id": "grill", "name": [key]})
        headers = self._headers | {"X-Idempotency-Key": key}
        self._connection.request("POST", RULES, body=body, headers=headers)
        answer = self._connection.getresponse()
        made = json.loads(answer.read())
        assert answer.status == 201, made
        return made["id"], answer.getheader("Idempotent-Replayed")

    def rules(self) -> Any:
        self._connection.request("GET", RULES, headers=self._headers)
        return json.loads(self._connection.getresponse().read())

    def close(self) -> None:
        self._connection.close()


class Load:
    """Clients that make rules until the line goes dead."""

    def __init__(self, service: Service, prefix: str) -> None:
        self._service = service
        self._prefix = prefix
        self.answered: dict[str, str] = {}
        """The rule that each key was answered with."""
        self.unanswered: set[str] = set()

    def until_killed(self, seconds: float) -> None:
        with ThreadPoolExecutor(CLIENTS) as clients:
            working = [clients.submit(self._client, number) for number in range(CLIENTS)]
            time.sleep(seconds)  # The moment of the kill: random on purpose.
            self._service.send(signal.SIGKILL)
        for client in working:
            client.result()

    def _client(self, number: int) -> None:
        with (
            contextlib.closing(Client(self._service)) as client,
            contextlib.suppress(OSError, http.client.HTTPException),  # The plug is out.
        ):
            for place in range(REQUESTS):
                key = f"{self._prefix}-{number}-{place}"
                self.unanswered.add(key)
                self.answered[key], repeated = client.make(key)
                assert repeated is None
                self.unanswered.remove(key)
