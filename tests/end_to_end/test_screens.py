"""A hub and five screens on real wires: each is right, or says that it is not.

Each is in a network namespace of its own, and anything befalls it.
"""

import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from tests.end_to_end.screens import stranger
from tests.end_to_end.screens.kitchen import Kitchen, Machine, Screen, until
from tests.end_to_end.screens.rush import Rush
from tests.network import Network
from tests.proof import count

RUNS: Final = count(1, proof=20)
ROUNDS: Final = count(2, proof=12)
"""Of short faults, in each run; and a long one before each four of them."""
FAULTS: Final = 4
"""In a round of short ones; in a long one there are two. So that is 10, or 20 × 54."""
STALE_SECONDS: Final = 5.0
COVERED_SECONDS: Final = 10.0
LATE_SECONDS: Final = 1.5
"""That what is promised may be seen later on a machine with two processors and ten programs."""
AWAY_TOGETHER: Final = (("board-1", "lan-1"), ("board-1", "lan-2"), ("board-2", "lan-1"))
"""Neither is the other's backup."""


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    with Network() as network:
        kitchen = Kitchen(network, tmp_path)
        kitchen.begin()
        yield kitchen


@pytest.mark.parametrize("seed", range(RUNS))
def test_after_random_faults_every_screen_shows_what_the_hub_has(
    kitchen: Kitchen, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    rush = Rush(kitchen.asking, seed)
    rush.start()
    try:
        quiet(kitchen, rush)
        for number in range(ROUNDS):
            if number % 4 == 0:
                be_away(kitchen, chance)
                quiet(kitchen, rush)
            go_wrong(kitchen, chance)
            quiet(kitchen, rush)
    finally:
        rush.end()
    assert rush.accepted > 0
    nothing_came_to_strangers(kitchen)


def quiet(kitchen: Kitchen, rush: Rush) -> None:
    with rush.held():
        kitchen.all_show_the_same()
    assert rush.failure is None


def be_away(kitchen: Kitchen, chance: random.Random) -> None:
    """Two screens are away until others cover for them: everybody says so in time."""
    screens = [kitchen.by_name[name] for name in chance.choice(AWAY_TOGETHER)]
    killed = [chance.random() < 0.5 for _ in screens]
    printed_before = printed(kitchen)
    gone = time.monotonic()
    for screen, is_killed in zip(screens, killed, strict=True):
        if is_killed:
            screen.kill()
        else:
            screen.plug(into=False)
    after = time.monotonic() - gone
    for screen, is_killed in zip(screens, killed, strict=True):
        told = until(f"{screen.name} is away", partial(is_away, kitchen, screen))
        assert told - gone < STALE_SECONDS + after + LATE_SECONDS
        if not (is_killed or screen.is_lan):
            until(f"{screen.name} says so", partial(screen.telling.noted, "stale", gone))
            ((said, _nothing),) = screen.telling.noted("stale", gone)
            assert said - gone < STALE_SECONDS + after + LATE_SECONDS
    for screen in screens:
        covered = until(f"{screen.name} is covered", partial(is_covered, kitchen, screen))
        assert covered - gone < COVERED_SECONDS + after + LATE_SECONDS
    until("it is on paper", lambda: printed(kitchen) > printed_before)
    for screen, is_killed in zip(screens, killed, strict=True):
        if is_killed:
            screen.begin()
        else:
            screen.plug()
    until("no printer steps in any more", lambda: not kitchen.steps_in_for())


def printed(kitchen: Kitchen) -> int:
    """Bytes."""
    return kitchen.paper.stat().st_size if kitchen.paper.exists() else 0


def is_away(kitchen: Kitchen, screen: Screen) -> bool:
    return bool(kitchen.told()[screen.id]["state"] == "away")


def is_covered(kitchen: Kitchen, screen: Screen) -> bool:
    """Its backup shows what is there, and so does the printer."""
    assert screen.backup is not None
    backup = kitchen.by_name[screen.backup]
    return (
        kitchen.told()[screen.id]["covered_by"] == backup.id
        and screen.station in kitchen.steps_in_for()
        and backup.shows(screen.station)
    )


def go_wrong(kitchen: Kitchen, chance: random.Random) -> None:
    """Some faults at once, each mended after a while."""
    machines: list[Machine] = [*kitchen.screens, kitchen.hub]
    steps: list[tuple[float, Callable[[], object]]] = []
    for machine in chance.sample(machines, FAULTS):
        at = chance.uniform(0, 1)
        kind = chance.choice(["kill", "unplug", "change"])
        if kind == "unplug":
            mend: Callable[[], object] = machine.plug
            steps.append((at, partial(machine.plug, into=False)))
        elif isinstance(machine, Screen) and kind == "change":
            address = f"10.1.0.{chance.choice(range(20, 250, 10)) + kitchen.screens.index(machine)}"
            steps.append((at, partial(machine.move, address)))
            continue
        else:
            # Restarted in order, or not.
            end = machine.stop if kind == "change" else machine.kill
            mend = machine.begin if isinstance(machine, Screen) else kitchen.begin_hub
            steps.append((at, end))
        steps.append((at + chance.uniform(0.2, 3), mend))
    began = time.monotonic()
    for at, step in sorted(steps, key=lambda each: each[0]):
        time.sleep(max(0.0, began + at - time.monotonic()))
        step()


def nothing_came_to_strangers(kitchen: Kitchen) -> None:
    # A hub that was just restarted has yet to hear of them.
    until("they are found", partial(are_found, kitchen))
    telling = kitchen.stranger.telling
    assert telling.noted("connection") == telling.noted("received") == []
    assert {state for _at, state in telling.noted("state")} == {"new"}
    assert {status for _at, status in telling.noted("answer")} == {401}


def are_found(kitchen: Kitchen) -> bool:
    """The stranger, by each of its three ways."""
    found = {each["id"] for each in kitchen.asking.get("/screens")["found"]}
    return found >= {stranger.BEACON_ID, stranger.MDNS_ID, stranger.KNOCK_ID}
