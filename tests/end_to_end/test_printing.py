"""Real printers' wires: the service is killed, the printer is not, and each chit comes out."""

import random
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.pages.kitchen import FRIES, Kitchen
from tests.paper_out import PaperOut
from tests.proof import count

KILLS = count(4, proof=100)
ORDERS = 4
"""Before each kill: about as many chits as come out until then."""
PATIENCE_SECONDS = 20
NAME = re.compile(r"Order (\d+)")


@contextmanager
def kitchen_with_printer(directory: Path) -> Iterator[tuple[Kitchen, PaperOut]]:
    link = directory / "fry"
    with PaperOut(link) as printer:
        kitchen = Kitchen(directory)
        file = directory / "kitchen.toml"
        before, _, _ = file.read_text().partition("[[button]]")
        http = file.read_text().rpartition("[http]")[2]
        file.write_text(
            before.replace('mode = "simulated"', 'mode = "real"')
            + f'[http]{http}\n[[printer]]\nid = "fry"\nstations = ["fry"]\nmodel = "TM-T88V"\n'
            + f'transport = "serial:{link}"\nbaud = 38400\nflow = "none"\n'
        )
        with kitchen:
            yield kitchen, printer


def test_each_chit_comes_out_or_comes_marked_through_each_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)  # Killed, it tells nothing.
    chance = random.Random(7)  # noqa: S311
    ordered = 0
    came = list[tuple[int, bool]]()
    with kitchen_with_printer(tmp_path) as (kitchen, printer):
        for _ in range(KILLS):
            for _ in range(ORDERS):
                ordered += 1
                kitchen.order(id=f"A-{ordered}", name=f"Order {ordered}", items=[FRIES])
            time.sleep(chance.uniform(0, 0.8))  # The moment of the kill: random on purpose.
            kitchen.kill()
            kitchen.start()
            # All come out before the next ones: each as a whole, whatever else is cut off.
            while not {*range(1, ordered + 1)} <= {number for number, _marked in came}:
                slip = printer.slip()
                if (found := NAME.search(slip)) and "Fries" in slip:
                    came.append((int(found[1]), "REPRINT" in slip.upper()))
    unmarked = [number for number, marked in came if not marked]
    assert unmarked == sorted(set(unmarked)), "twice without a mark, or out of order"


def test_out_of_paper_is_told_and_the_chit_comes_out_when_there_is_a_new_roll(
    tmp_path: Path,
) -> None:
    with kitchen_with_printer(tmp_path) as (kitchen, printer):
        _until_it_is(kitchen, "ready")
        printer.tell("fail out of paper")
        _until_it_is(kitchen, "out of paper")
        kitchen.order(id="A-1", name="Order 1", items=[FRIES])
        printer.tell("mend out of paper")
        while not NAME.search(slip := printer.slip()):
            pass
        assert "Fries" in slip
        _until_it_is(kitchen, "ready")


def _until_it_is(kitchen: Kitchen, state: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while (seen := kitchen.call("GET", "/printers")["printers"][0]["state"]) != state:
        assert time.monotonic() < until, seen
        time.sleep(0.05)
