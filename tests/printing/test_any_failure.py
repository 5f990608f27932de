"""Whatever fails and whenever the plug is pulled: no chit is lost, and none comes twice unmarked.

The plug is pulled between any two commits, before or after what is printed meanwhile.
"""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardware.printers.driver import Condition
from tests.hardware.moved_time import MovedTime
from tests.printing.night import KITCHEN, Night, Outcomes, Slip, few_words
from tests.proof import count

THREE: Final = (
    KITCHEN.replace('fallback = "grill"', 'fallback = "pass"')
    + """
[[station]]
id = "pass"
name = "Pass"
[[printer]]
id = "pass"
stations = ["pass"]
"""
)
"""A grill that falls back to fry, fry to the pass, and the pass to nobody."""
PRINTERS: Final = ("grill", "fry", "pass")
MANY_TIMES: Final = 60
"""Asked and printed in the end: each time it may be doubted."""


class Ordered(NamedTuple):
    """For these stations."""

    stations: frozenset[str]


class Goes(NamedTuple):
    """A printer goes."""

    printer: str
    condition: Condition


class Back(NamedTuple):
    """It is back."""

    printer: str


class WillBe(NamedTuple):
    """What will become of the next chits at a printer."""

    printer: str
    outcomes: list[Outcomes]


class Passes(NamedTuple):
    """Time."""

    seconds: float


class Killed(NamedTuple):
    """The plug is pulled after so many more commits, and put back; the feed reaches so far back."""

    commits: int
    seconds: float
    reaches_back: int


class DiskFails(NamedTuple):
    """For so long."""

    seconds: float


printers = st.sampled_from(PRINTERS)
conditions = st.sampled_from([Condition.OFFLINE, Condition.OUT_OF_PAPER, Condition.COVER_OPEN])
outcomes = st.sampled_from(["confirmed", "doubtful", "nothing came", "not sent"])
moments = st.sampled_from([0.0, 0.1, 0.25, 0.3, 0.5, 1.0, 4.0, 5.0, 7.0, 30.0])
steps = st.one_of(
    st.builds(Ordered, st.frozensets(printers, min_size=1)),
    st.builds(Ordered, st.frozensets(printers, min_size=1)),
    st.builds(Goes, printers, conditions),
    st.builds(Back, printers),
    st.builds(WillBe, printers, st.lists(outcomes, min_size=1, max_size=4)),
    st.builds(Passes, moments),
    st.builds(Passes, st.just(16 * 60.0)),
    st.builds(Killed, st.integers(0, 4), moments, st.integers(0, 6)),
    st.builds(DiskFails, st.sampled_from([0.5, 3.0, 16 * 60.0])),
)


@given(st.lists(steps, max_size=25))
@settings(
    max_examples=count(60, proof=5_000),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_none_is_lost_none_comes_twice_unmarked_and_order_is_kept(
    told: list[Ordered | Goes | Back | WillBe | Passes | Killed | DiskFails],
) -> None:
    with (
        few_words(),
        TemporaryDirectory() as directory,
        asyncio.Runner(loop_factory=MovedTime) as runner,
    ):
        runner.run(_go_through(Path(directory), told))


async def _go_through(
    directory: Path, told: list[Ordered | Goes | Back | WillBe | Passes | Killed | DiskFails]
) -> None:
    night = Night(directory, THREE)
    await night.start()
    ordered = list[tuple[int, str]]()
    for step in told:
        match step:
            case Ordered(stations):
                number = night.order(*sorted(stations))
                ordered.extend((number, station) for station in stations)
            case Goes(printer, condition):
                night.printers[printer].be(condition, condition)
            case Back(printer):
                night.printers[printer].be(Condition.READY)
            case WillBe(printer, coming):
                night.printers[printer].outcomes.extend(coming)
            case Passes(seconds):
                await asyncio.sleep(seconds)
            case DiskFails(seconds):
                night.plug.is_disk_broken = True
                await asyncio.sleep(seconds)
                night.plug.is_disk_broken = False
            case Killed(commits, seconds, reaches_back):
                night.plug.commits_left = commits
                await asyncio.sleep(seconds)
                await night.restart(feed_from=max(0, night.log.head - reaches_back))
    await _mend(night)
    await night.stop()
    _look_at(night.paper, ordered)


async def _mend(night: Night) -> None:
    """Everything works again, and somebody says yes to whatever asks."""
    for printer in night.printers.values():
        printer.be(Condition.READY)
    for _ in range(MANY_TIMES):
        await asyncio.sleep(30)
        asked = [await night.printing.decide(name, None, wanted=True) for name in PRINTERS]
        if not any(asked) and not any(night.shows(name).waiting for name in PRINTERS):
            return
    raise AssertionError([await night.states(name) for name in PRINTERS])


def _look_at(paper: list[Slip], ordered: list[tuple[int, str]]) -> None:
    came = dict[tuple[int, str], list[Slip]]()
    for slip in paper:
        came.setdefault((slip.number, slip.away or slip.printer), []).append(slip)
    assert came.keys() == set(ordered)
    for slips in came.values():
        assert any(slip.is_whole for slip in slips), "it is lost"
        assert all(slip.reprint for slip in slips[1:]), "it came twice, unmarked"
        assert all(slip.away != slip.printer for slip in slips)
    for printer in PRINTERS:
        for home in PRINTERS:
            first = [
                slip.number
                for slip in paper
                if slip.printer == printer and (slip.away or slip.printer) == home
                if not slip.reprint and not slip.late_by
            ]
            assert first == sorted(first), "the order is not kept"
