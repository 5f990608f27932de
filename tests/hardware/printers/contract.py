"""What the driver makes of any printer that answers: each check holds for every kind of them."""

import asyncio
from collections.abc import Awaitable, Callable

from hardware.printers.driver import Condition, Outcome
from hardware.simulated_printer import Fault
from tests.hardware.printers.driving import driven, eventually
from tests.hardware.printers.small_printer import Rig


def chit(name: str) -> bytes:
    return b"\x1b@" + f"{name}\n".encode() + b"\x1dVB\x00"


def slips(rig: Rig) -> list[str]:
    """What is on each slip, without empty lines."""
    return [" ".join(slip.split()) for slip in rig.paper.split("\f") if slip.strip()]


async def jobs_are_confirmed_and_on_paper_once_and_in_order(rig: Rig) -> None:
    async with driven(rig.transport, rig.model) as it:
        await it.until(Condition.READY)
        for number in range(1, 4):
            assert await it.print(number, chit(f"table {number}")) is Outcome.CONFIRMED
            assert slips(rig)[-1] == f"table {number}"
        assert slips(rig) == ["table 1", "table 2", "table 3"]


async def what_it_lacks_is_told_and_then_that_it_is_mended(rig: Rig) -> None:
    async with driven(rig.transport, rig.model) as it:
        await it.until(Condition.READY)
        lacks: list[tuple[Fault, Condition]] = [
            ("out of paper", Condition.OUT_OF_PAPER),
            ("cover open", Condition.COVER_OPEN),
        ]
        for fault, condition in lacks:
            rig.fail(fault)
            assert await it.until(condition) == fault
            assert await it.print(1, chit("too early")) is Outcome.NOT_SENT
            rig.mend(fault)
            await it.until(Condition.READY)
        assert slips(rig) == []


async def with_little_paper_it_prints(rig: Rig) -> None:
    async with driven(rig.transport, rig.model) as it:
        rig.fail("paper low")
        await it.until(Condition.PAPER_LOW)
        assert await it.print(1, chit("table 7")) is Outcome.CONFIRMED
        assert slips(rig) == ["table 7"]


async def one_that_stalls_is_offline(rig: Rig) -> None:
    async with driven(rig.transport, rig.model) as it:
        await it.until(Condition.READY)
        rig.fail("stalled")
        assert "no answer" in await it.until(Condition.OFFLINE)
        assert await it.print(1, chit("nobody")) is Outcome.NOT_SENT
        rig.mend("stalled")
        await it.until(Condition.READY)
        assert await it.print(2, chit("table 7")) is Outcome.CONFIRMED
        assert slips(rig) == ["table 7"]


async def one_that_stalls_with_a_job_leaves_that_in_doubt(rig: Rig) -> None:
    async with driven(rig.transport, rig.model) as it:
        await it.until(Condition.READY)
        assert await it.print(1, chit("table 1")) is Outcome.CONFIRMED
        rig.fail("stalled")
        assert await it.print(2, chit("table 2")) is Outcome.DOUBTFUL
        assert not it.printer.state.prints
        rig.mend("stalled")
        await it.until(Condition.READY)
        assert await it.print(3, chit("table 3")) is Outcome.CONFIRMED
        assert slips(rig)[-1] == "table 3"


async def unplugged_it_is_offline_and_back_it_prints(rig: Rig) -> None:
    async with driven(rig.transport, rig.model) as it:
        await it.until(Condition.READY)
        for number in (1, 2):
            rig.fail("vanished")
            assert await it.until(Condition.OFFLINE)
            assert await it.print(0, chit("nobody")) is Outcome.NOT_SENT
            rig.mend("vanished")
            await it.until(Condition.READY)
            assert await it.print(number, chit(f"table {number}")) is Outcome.CONFIRMED
        assert slips(rig) == ["table 1", "table 2"]


async def noise_is_no_answer(rig: Rig) -> None:
    async with driven(rig.transport, rig.model) as it:
        await it.until(Condition.READY)
        rig.fail("wrong answers")
        await it.until(Condition.OFFLINE, "make no sense")
        told = len(it.states)
        await asyncio.sleep(1)
        assert not any(state.prints for state in it.states[told:])
        rig.mend("wrong answers")
        await it.until(Condition.READY)


async def out_of_paper_in_the_middle_is_a_doubt_and_nothing_is_glued_to_it(rig: Rig) -> None:
    async with driven(rig.transport, rig.model) as it:
        await it.until(Condition.READY)
        assert await it.print(1, chit("table 1")) is Outcome.CONFIRMED
        rig.run_out_after(20)
        long = b"\x1b@" + b"burger\n" * 10 + b"\x1dVB\x00"
        assert await it.print(2, long) is Outcome.DOUBTFUL
        assert it.printer.state.condition is Condition.OUT_OF_PAPER
        assert await it.print(3, chit("too early")) is Outcome.NOT_SENT
        rig.mend("out of paper")
        await it.until(Condition.READY)
        assert await it.print(3, chit("table 3")) is Outcome.CONFIRMED
        first, *half, last = slips(rig)
        assert first == "table 1"
        assert last == "table 3"
        assert half
        assert all(set(slip.split()) <= {"burger", "burge", "bur"} for slip in half)


async def power_lost_in_the_middle_is_a_doubt(rig: Rig) -> None:
    async with driven(rig.transport, rig.model) as it:
        await it.until(Condition.READY)
        assert await it.print(1, chit("table 1")) is Outcome.CONFIRMED
        rig.fail("stalled")
        printing = asyncio.create_task(it.print(2, chit("table 2")))
        await asyncio.sleep(0.05)
        rig.fail("power")
        assert await printing is Outcome.DOUBTFUL
        rig.mend("stalled")
        rig.mend("power")
        await it.until(Condition.READY)
        assert await it.print(3, chit("table 3")) is Outcome.CONFIRMED
        assert slips(rig)[-1] == "table 3"


async def a_job_that_is_cancelled_harms_no_other(rig: Rig) -> None:
    async with driven(rig.transport, rig.model) as it:
        await it.until(Condition.READY)
        assert await it.print(1, chit("table 1")) is Outcome.CONFIRMED
        rig.fail("stalled")
        printing = asyncio.create_task(it.print(2, chit("table 2")))
        await asyncio.sleep(0.05)
        printing.cancel()
        await asyncio.wait([printing])
        assert printing.cancelled()
        rig.mend("stalled")
        await it.until(Condition.READY)
        await eventually(lambda: it.printer.state.prints)
        assert await it.print(3, chit("table 3")) is Outcome.CONFIRMED
        assert slips(rig)[-1] == "table 3"


async def jobs_that_are_given_at_once_come_one_after_the_other(rig: Rig) -> None:
    async with driven(rig.transport, rig.model) as it:
        await it.until(Condition.READY)
        outcomes = await asyncio.gather(
            *(it.print(number, chit(f"table {number}")) for number in range(5))
        )
        assert outcomes == [Outcome.CONFIRMED] * 5
        assert slips(rig) == [f"table {number}" for number in range(5)]


CHECKS: list[Callable[[Rig], Awaitable[None]]] = [
    jobs_are_confirmed_and_on_paper_once_and_in_order,
    what_it_lacks_is_told_and_then_that_it_is_mended,
    with_little_paper_it_prints,
    one_that_stalls_is_offline,
    one_that_stalls_with_a_job_leaves_that_in_doubt,
    unplugged_it_is_offline_and_back_it_prints,
    noise_is_no_answer,
    out_of_paper_in_the_middle_is_a_doubt_and_nothing_is_glued_to_it,
    power_lost_in_the_middle_is_a_doubt,
    a_job_that_is_cancelled_harms_no_other,
    jobs_that_are_given_at_once_come_one_after_the_other,
]
