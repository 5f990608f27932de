"""Pull the plug between log and index, at any moment: the index is behind, and never wrong."""

import http.client
import itertools
import json
import queue
import random
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.api import auth
from appliance.history.index import Index, Place
from appliance.indexing import Damaged
from appliance.kitchen.event import Event, OrderPlaced, TicketChanged
from appliance.kitchen.order import Order
from appliance.kitchen.ticket import Ticket
from tests.log.faulty_disk import Disk, faulty_disk
from tests.process import Service
from tests.proof import PROOF, count

ROUNDS = count(8, proof=200)
LITTLE_MEMORY = """
from appliance.indexing import file
from appliance.kitchen import memory
file.COMMIT_EVERY, memory.FINISHED_ORDERS_KEPT = 7, 3
"""
NEWEST = Place(2**62, 0)
LEAF = 10
"""The first byte of a page of index entries (SQLite's file format, b-tree pages)."""


class Client:
    """Asks the ticket API of a service over one connection."""

    def __init__(self, service: Service) -> None:
        secret = (service.data / "secret").read_bytes()
        token = auth.issue(secret, roles=["chef"], tenant="default", subject="test", seconds=600)
        self._headers = {"Authorization": f"Bearer {token}"}
        self._connection = http.client.HTTPConnection(service.url.removeprefix("http://"))

    def ask(self, method: str, path: str) -> tuple[int, Any, str | None]:
        """Status, body and the cursor of the next page."""
        self._connection.request(method, f"/api/v1/kds/stations/{path}", headers=self._headers)
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read()), answer.getheader("X-Next-Cursor")

    def close(self) -> None:
        self._connection.close()

    def completed(self) -> Iterator[str]:
        """The ids of all orders that have left the pass, page by page."""
        cursor = ""
        while True:
            status, body, after = self.ask("GET", f"pass/tickets?status=completed&limit=3{cursor}")
            assert status == 200, body
            yield from (ticket["order_id"] for ticket in body)
            if after is None:
                return
            cursor = f"&cursor={after}"


def serve_until_killed(service: Service, prefix: str, bumped: "queue.Queue[str]") -> None:
    """Orders that come and go; tells the ids of those whose bump was acknowledged."""
    client = Client(service)
    try:
        with socket.create_connection(("127.0.0.1", service.orders_port)) as peer:
            for place in itertools.count():
                order_id = f"{prefix}-{place}"
                item = {"lineId": "1", "name": "Hamburger", "qty": 1, "mods": []}
                peer.sendall(json.dumps({"order": {"id": order_id, "items": [item]}}).encode())
                if peer.recv(4096) != order_id.encode():
                    return
                status, _, _ = client.ask("POST", f"pass/orders/{order_id}/ticket/bump")
                assert status == 200
                bumped.put(order_id)
    except (OSError, http.client.HTTPException):
        return  # The plug is out.
    finally:
        client.close()


def test_what_was_bumped_is_listed_once_after_each_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)  # Killed, it tells nothing.
    chance = random.Random(1)  # noqa: S311
    bumped: queue.Queue[str] = queue.Queue()
    acknowledged: set[str] = set()
    with Service(tmp_path / "data", prelude=LITTLE_MEMORY, warm=not PROOF) as service:
        for round_number in range(ROUNDS):
            serving = (service, f"{round_number}", bumped)
            working = threading.Thread(target=serve_until_killed, args=serving)
            working.start()
            for _ in range(chance.randint(3, 30)):
                acknowledged.add(bumped.get(timeout=10))
            service.send(signal.SIGKILL)
            working.join()
            while not bumped.empty():
                acknowledged.add(bumped.get())
            service.wait()
            service.start()
            client = Client(service)
            listed = list(client.completed())
            client.close()
            assert len(listed) == len(set(listed))
            assert acknowledged <= set(listed)
            # The last bump of each round may have been stored although nobody was told.
            assert len(listed) <= len(acknowledged) + round_number + 1


def events(first: int, chance: random.Random) -> Iterator[tuple[int, Event]]:
    """Orders that are placed and bumped, and sometimes recalled and bumped again."""
    for seq in range(first, first + chance.randint(3, 90), 3):
        ticket = Ticket(seq, "grill", (), seq, seq, status="bumped")
        yield seq, OrderPlaced(seq, seq, seq, Order("7"), "")
        yield seq + 1, TicketChanged(seq, seq, "bumped", ticket)
        again = Ticket(seq - 3, "grill", (), seq, seq + 2, status="recalled")
        yield seq + 2, TicketChanged(seq, seq, "recalled", again)


def listed(index: Index) -> set[int]:
    return {row.number for row in index.page("grill", NEWEST, 1_000_000, frozenset())}


def test_after_a_power_cut_the_index_is_as_it_was_at_its_position(tmp_path: Path) -> None:
    """What was not synced is dropped or torn, and it is not synced at every commit."""
    chance = random.Random(1)  # noqa: S311
    kept = set()
    with faulty_disk("index") as disk:
        index = Index(tmp_path / Index.NAME, "epoch", 0, "index")
        for cut in range(count(60, proof=2_000)):
            index.add(events(index.seq + 1, chance))
            if chance.random() < 0.7:
                index.commit()
            if chance.random() < 0.2:
                index.commit()
                index._connection.wal_checkpoint()  # noqa: SLF001 - as SQLite does by itself
            after = tmp_path / f"cut-{cut}"
            power_cut(disk, after, chance)
            found = Index(after / Index.NAME, "epoch", index.seq)
            # Only the newest one of each position is not recalled by what came next.
            assert listed(found) == ({found.seq - 2} if found.seq else set())
            kept.add(found.seq)
            found.close()
        index.close()
    assert len(kept) > 5


def test_a_page_that_was_written_to_another_place_is_found(tmp_path: Path) -> None:
    """Nothing about either page is wrong but where it is: tickets would be missing silently."""
    file = tmp_path / Index.NAME
    index = Index(file, "epoch", 0)
    tickets = [Ticket(number, "grill", (), 0, number, status="bumped") for number in range(2_000)]
    index.add((t.number + 1, TicketChanged(0, 0, "bumped", t)) for t in tickets)
    index.commit()
    index.close()
    content = file.read_bytes()
    pages = [content[start : start + 4096] for start in range(0, len(content), 4096)]
    leaves = [place for place, page in enumerate(pages) if page[0] == LEAF]
    one, other = leaves[1], leaves[2]
    pages[one], pages[other] = pages[other], pages[one]
    file.write_bytes(b"".join(pages))
    with pytest.raises(Damaged):
        Index(file, "epoch", 10_000)


def power_cut(disk: Disk, directory: Path, chance: random.Random) -> None:
    directory.mkdir()
    disk.after_power_cut(directory, chance)
