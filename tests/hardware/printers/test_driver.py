"""The driver at printers that stall, answer late or in pieces, come and go, or say nothing."""

import asyncio
import contextlib
import logging
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from hardware.printers import transport
from hardware.printers.conversation import LONGEST_QUIET, QUIET_SECONDS
from hardware.printers.driver import Condition, Outcome, Times
from hardware.printers.encoding import encode
from hardware.printers.links import Gone
from hardware.printers.models import Model
from hardware.printers.paper import Line, Span, Style
from hardware.printers.transport import transport_to
from hardware.simulated_printer import SimulatedPrinter
from hardware.simulated_printer.speed import Speed
from tests.hardware.printers.contract import chit, slips
from tests.hardware.printers.driving import PATIENCE, TIMES, driven, eventually
from tests.hardware.printers.small_printer import (
    IN_ORDER,
    JOB_ID,
    NEVER,
    OnPseudoTerminal,
    OnTcp,
    SmallPrinter,
)

LONG = b"\x1b@" + b"burger\n" * 20_000 + b"\x1dVB\x00"
"""More than any buffer on the way to a printer takes."""


async def test_it_is_never_ready_before_it_has_answered(tmp_path: Path) -> None:
    with contextlib.closing(OnPseudoTerminal(tmp_path, answers=False, confirms=False)) as rig:
        async with driven(rig.transport, rig.model) as it:
            words = await it.until(Condition.OFFLINE, "no answer since it was opened")
            assert "baud rate" in words
            assert await it.print(1, chit("nobody")) is Outcome.NOT_SENT
            assert not any(state.prints for state in it.states)
        assert rig.paper == ""


async def test_a_network_printer_is_not_asked_for_its_baud_rate(tmp_path: Path) -> None:
    with contextlib.closing(OnTcp(tmp_path, answers=False)) as rig:
        async with driven(rig.transport, rig.model) as it:
            assert "ESC/POS" in await it.until(Condition.OFFLINE, "no answer since")


async def test_a_model_that_never_answers_prints_and_is_never_ready(tmp_path: Path) -> None:
    with contextlib.closing(OnTcp(tmp_path, NEVER, answers=False, confirms=False)) as rig:
        async with driven(rig.transport, rig.model) as it:
            await it.until(Condition.SILENT)
            assert await it.print(1, chit("table 1")) is Outcome.SENT
            assert await it.print(2, chit("table 2")) is Outcome.SENT
            await eventually(lambda: slips(rig) == ["table 1", "table 2"])
            rig.fail("vanished")
            await it.until(Condition.OFFLINE)
        assert {state.condition for state in it.states} == {Condition.SILENT, Condition.OFFLINE}


async def test_a_plain_model_that_answers_is_ready_and_a_job_is_sent(tmp_path: Path) -> None:
    with contextlib.closing(OnPseudoTerminal(tmp_path, NEVER, confirms=False)) as rig:
        async with driven(rig.transport, rig.model) as it:
            await it.until(Condition.READY)
            assert await it.print(1, chit("table 1")) is Outcome.SENT
            rig.fail("stalled")
            await it.until(Condition.OFFLINE, "no answer")


async def test_one_without_ids_of_jobs_confirms_in_turn_whatever_its_model(tmp_path: Path) -> None:
    with contextlib.closing(OnPseudoTerminal(tmp_path, JOB_ID)) as rig:
        rig.printer.has_ids = False
        async with driven(rig.transport, rig.model) as it:
            await it.until(Condition.READY)
            outcomes = [await it.print(number, chit(f"table {number}")) for number in (1, 2)]
            assert outcomes == [Outcome.CONFIRMED, Outcome.CONFIRMED]
            rig.printer.stops_after = 10
            assert await it.print(3, b"\x1b@" + b"burger\n" * 3) is Outcome.DOUBTFUL
            rig.mend("out of paper")
            await it.until(Condition.READY)
            before = len(rig.printer.received)
            assert await it.print(4, chit("table 4")) is Outcome.CONFIRMED
            assert slips(rig)[-1] == "table 4"
            assert b"\x10\x14" not in rig.printer.received[before:]


@pytest.mark.parametrize("model", [JOB_ID, IN_ORDER], ids=lambda model: model.answers)
async def test_one_that_hangs_from_the_beginning_gets_nothing(model: Model, tmp_path: Path) -> None:
    with contextlib.closing(OnPseudoTerminal(tmp_path, model, confirms=False)) as rig:
        async with driven(rig.transport, rig.model) as it:
            await it.until(Condition.READY)
            assert await it.print(1, chit("table 1")) is Outcome.NOT_SENT
            assert "works nothing off" in it.printer.state.words
            assert "model" in it.printer.state.words
            assert rig.paper == ""
            rig.printer.confirms = True
            await it.until(Condition.READY)
            assert await it.print(1, chit("table 1")) is Outcome.CONFIRMED
            assert slips(rig) == ["table 1"]


@pytest.mark.parametrize("model", [JOB_ID, IN_ORDER], ids=lambda model: model.answers)
async def test_one_that_answers_and_works_nothing_off_gets_nothing_until_it_does(
    model: Model, tmp_path: Path
) -> None:
    times = TIMES._replace(idle=0.5)
    with contextlib.closing(OnPseudoTerminal(tmp_path, model)) as rig:
        async with driven(rig.transport, rig.model, times) as it:
            await it.until(Condition.READY)
            assert await it.print(1, chit("table 1")) is Outcome.CONFIRMED
            rig.printer.confirms = False
            assert await it.print(2, chit("table 2")) is Outcome.DOUBTFUL
            assert "works nothing off" in it.printer.state.words
            told = len(it.states)
            asked = len(rig.printer.asked)
            assert await it.print(3, chit("table 3")) is Outcome.NOT_SENT
            await eventually(lambda: len(rig.printer.asked) > asked + 100)
            assert not any(state.prints for state in it.states[told:])
            rig.printer.confirms = True
            await it.until(Condition.READY)
            assert await it.print(4, chit("table 4")) is Outcome.CONFIRMED
            assert slips(rig) == ["table 1", "table 2", "table 4"]


async def test_one_that_works_nothing_off_gets_nothing_when_it_was_unplugged_either(
    tmp_path: Path,
) -> None:
    times = TIMES._replace(idle=0.5)
    with contextlib.closing(OnTcp(tmp_path)) as rig:
        async with driven(rig.transport, rig.model, times) as it:
            await it.until(Condition.READY)
            assert await it.print(1, chit("table 1")) is Outcome.CONFIRMED
            rig.printer.confirms = False
            assert await it.print(2, chit("table 2")) is Outcome.DOUBTFUL
            told = len(it.states)
            rig.hang_up()
            connections = rig.connections
            await eventually(lambda: rig.connections > connections)
            await it.until(Condition.OFFLINE, "works nothing off")
            assert not any(state.prints for state in it.states[told:])
            rig.printer.confirms = True
            await it.until(Condition.READY)


@pytest.mark.parametrize("model", [JOB_ID, IN_ORDER], ids=lambda model: model.answers)
async def test_a_slow_printer_has_as_long_as_it_prints(model: Model) -> None:
    times = TIMES._replace(idle=0.6)
    slow = SimulatedPrinter("fry", model, speed=Speed(lines_per_second=20))
    with contextlib.closing(slow):
        async with driven(slow, model, times) as it:
            await it.until(Condition.READY)
            assert await it.print(1, b"\x1b@" + b"burger\n" * 40) is Outcome.CONFIRMED
            assert await it.print(2, chit("table 2")) is Outcome.CONFIRMED
            assert {state.condition for state in it.states} == {Condition.READY}


async def test_noise_in_a_job_confirms_nothing(tmp_path: Path) -> None:
    """Marks in the middle of a job are answered like the ones at its end."""
    with contextlib.closing(OnPseudoTerminal(tmp_path, IN_ORDER)) as rig:
        async with driven(rig.transport, rig.model) as it:
            await it.until(Condition.READY)
            assert await it.print(1, chit("table 1")) is Outcome.CONFIRMED
            rig.printer.confirms = False
            printing = asyncio.create_task(it.print(2, b"\x1b@" + b"burger\n" * 40))
            await eventually(lambda: rig.paper.count("burger") == 40)
            os.write(rig.master, b"\x80" + b"\x00" * 20)
            assert await printing is Outcome.DOUBTFUL


async def test_one_whose_ready_line_never_comes_on_stays_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a cable of three wires, and DSR/DTR: it answers, and gets nothing of a chit."""
    monkeypatch.setattr(transport, "_lines_on", lambda _port: frozenset())
    with contextlib.closing(OnPseudoTerminal(tmp_path)) as rig:
        async with driven(rig.transport, rig.model) as it:
            await it.until(Condition.READY)
            assert await it.print(1, chit("table 1")) is Outcome.NOT_SENT
            told = len(it.states)
            asked = len(rig.printer.asked)
            assert "takes nothing" in it.printer.state.words
            await eventually(lambda: len(rig.printer.asked) > asked + 50)
            assert not any(state.prints for state in it.states[told:])
            assert rig.paper == ""


@pytest.mark.parametrize("model", [JOB_ID, IN_ORDER], ids=lambda model: model.answers)
async def test_answers_may_come_late_and_byte_by_byte(model: Model, tmp_path: Path) -> None:
    with contextlib.closing(OnPseudoTerminal(tmp_path, model)) as rig:
        rig.printer.lag, rig.printer.piecemeal = 0.2, True
        async with driven(rig.transport, rig.model) as it:
            await it.until(Condition.READY)
            for number in (1, 2, 3):
                assert await it.print(number, chit(f"table {number}")) is Outcome.CONFIRMED
            assert slips(rig) == ["table 1", "table 2", "table 3"]
            assert {state.condition for state in it.states} == {Condition.READY}


async def test_answers_that_come_too_late_are_answers_to_nothing(tmp_path: Path) -> None:
    with contextlib.closing(OnPseudoTerminal(tmp_path)) as rig:
        rig.printer.lag = 1.25 * TIMES.silent
        async with driven(rig.transport, rig.model) as it:
            await it.until(Condition.OFFLINE, "no answer")
            await eventually(lambda: len(rig.printer.asked) > 3)
            assert set(rig.printer.asked) == {1}
            rig.printer.lag = 0
            await it.until(Condition.READY)


async def test_what_came_before_a_question_is_no_answer_to_it(tmp_path: Path) -> None:
    with contextlib.closing(OnPseudoTerminal(tmp_path, answers=False)) as rig:
        os.write(rig.master, b"\x12" * 50)
        async with driven(rig.transport, rig.model) as it:
            for _ in range(20):
                os.write(rig.master, b"\x12" * 4)
                await asyncio.sleep(0.02)
            await it.until(Condition.OFFLINE, "no answer")
            assert not any(state.prints for state in it.states)


async def test_xon_and_xoff_are_neither_noise_nor_answers(tmp_path: Path) -> None:
    with contextlib.closing(OnPseudoTerminal(tmp_path)) as rig:
        send = rig.printer.send
        rig.printer.send = lambda answer: send(b"\x13" + answer + b"\x11")
        async with driven(rig.transport, rig.model) as it:
            await it.until(Condition.READY)
            assert await it.print(1, chit("table 1")) is Outcome.CONFIRMED


async def test_a_hundred_kilobytes_of_noise_do_not_make_it_ready(tmp_path: Path) -> None:
    with contextlib.closing(OnPseudoTerminal(tmp_path)) as rig:
        rig.printer.fail("wrong answers")
        async with driven(rig.transport, rig.model) as it:
            for _ in range(100):
                with contextlib.suppress(BlockingIOError):
                    os.write(rig.master, os.urandom(1000))
                await asyncio.sleep(0.01)
            await it.until(Condition.OFFLINE, "make no sense")
            assert not any(state.prints for state in it.states)
            rig.printer.mend("wrong answers")
            await it.until(Condition.READY)


@pytest.mark.parametrize("kind", [OnPseudoTerminal, OnTcp])
async def test_a_reader_that_stalls_in_the_middle_of_a_job_leaves_a_doubt(
    kind: type[OnPseudoTerminal | OnTcp], tmp_path: Path
) -> None:
    with contextlib.closing(kind(tmp_path)) as rig:
        async with driven(rig.transport, rig.model) as it:
            await it.until(Condition.READY)
            printing = asyncio.create_task(it.print(1, LONG))
            await eventually(lambda: b"burger" in rig.printer.received)
            rig.fail("stalled")
            assert await printing is Outcome.DOUBTFUL
            await it.until(Condition.OFFLINE)
            rig.mend("stalled")
            await it.until(Condition.READY)
            assert await it.print(2, chit("table 2")) is Outcome.CONFIRMED
            assert slips(rig)[-1] == "table 2"


async def test_a_command_that_was_cut_short_swallows_nothing_of_the_next_chit(
    tmp_path: Path,
) -> None:
    """A printer that waits for the rest of a picture takes what comes for that."""
    picture = b"\x1b@\x1dv0\x00\x30\x00\x00\x10" + b"\x55" * (48 * 4096)
    with contextlib.closing(OnPseudoTerminal(tmp_path, IN_ORDER)) as rig:
        async with driven(rig.transport, rig.model) as it:
            await it.until(Condition.READY)
            assert await it.print(1, chit("table 1")) is Outcome.CONFIRMED
            printing = asyncio.create_task(it.print(2, picture))
            await eventually(lambda: b"\x1dv0" in rig.printer.received)
            rig.fail("stalled")
            assert await printing is Outcome.DOUBTFUL
            rig.mend("stalled")
            await it.until(Condition.READY)
            assert await it.print(3, chit("table 3")) is Outcome.CONFIRMED
            assert slips(rig) == ["table 1", "table 3"]


async def test_a_job_is_asked_about_between_its_commands_and_not_inside(tmp_path: Path) -> None:
    picture = b"\x1dv0\x00\x08\x00\x00\x01" + b"\x55" * 2048
    job = b"\x1b@" + (picture + b"burger\n") * 100
    times = TIMES._replace(ask=0.0)
    with contextlib.closing(OnPseudoTerminal(tmp_path)) as rig:
        async with driven(rig.transport, rig.model, times) as it:
            await it.until(Condition.READY)
            between = 0
            async with asyncio.timeout(PATIENCE):
                while not between:
                    before = len(rig.printer.received)
                    assert await it.print(1, job) is Outcome.CONFIRMED
                    sent = rig.printer.received[before:]
                    assert sent.count(picture) == 100
                    between = sent[sent.index(picture) : sent.rindex(picture)].count(b"\x10\x04")


async def test_answers_with_noise_between_them_are_not_believed(tmp_path: Path) -> None:
    with contextlib.closing(OnPseudoTerminal(tmp_path)) as rig:
        send = rig.printer.send
        rig.printer.send = lambda answer: send(b"\xff" + answer)
        async with driven(rig.transport, rig.model) as it:
            await it.until(Condition.OFFLINE, "make no sense")
            assert not any(state.prints for state in it.states)


async def test_changes_are_told_by_the_printer_itself(tmp_path: Path) -> None:
    times = TIMES._replace(ask=60.0)
    with contextlib.closing(OnPseudoTerminal(tmp_path)) as rig:
        async with driven(rig.transport, rig.model, times) as it:
            await it.until(Condition.READY)
            assert await it.print(1, chit("table 1")) is Outcome.CONFIRMED
            rig.fail("out of paper")
            await it.until(Condition.OUT_OF_PAPER)
            rig.mend("out of paper")
            await it.until(Condition.READY)


async def test_trouble_that_it_told_stays_what_it_is_when_it_answers_no_more(
    tmp_path: Path,
) -> None:
    """With RTS/CTS, a printer that is offline takes no question."""
    times = TIMES._replace(ask=60.0)
    with contextlib.closing(OnPseudoTerminal(tmp_path)) as rig:
        async with driven(rig.transport, rig.model, times) as it:
            await it.until(Condition.READY)
            assert await it.print(1, chit("table 1")) is Outcome.CONFIRMED
            rig.fail("cover open")
            rig.fail("stalled")
            assert "no answer since" in await it.until(Condition.COVER_OPEN, "no answer")


@pytest.mark.parametrize("kind", [OnPseudoTerminal, OnTcp])
async def test_unplugged_in_the_middle_of_a_job_it_is_offline_at_once(
    kind: type[OnPseudoTerminal | OnTcp], tmp_path: Path
) -> None:
    with contextlib.closing(kind(tmp_path)) as rig:
        async with driven(rig.transport, rig.model) as it:
            await it.until(Condition.READY)
            printing = asyncio.create_task(it.print(1, LONG))
            await eventually(lambda: b"burger" in rig.printer.received)
            rig.fail("vanished")
            assert await printing is Outcome.DOUBTFUL
            await it.until(Condition.OFFLINE)
            rig.mend("vanished")
            await it.until(Condition.READY)
            assert await it.print(2, chit("table 2")) is Outcome.CONFIRMED
            assert slips(rig)[-1] == "table 2"


@pytest.mark.parametrize("interrupted", [False, True])
async def test_what_an_earlier_process_left_is_cut_off(
    interrupted: bool,  # noqa: FBT001 - a case
    tmp_path: Path,
) -> None:
    with contextlib.closing(OnPseudoTerminal(tmp_path, IN_ORDER)) as rig:
        rig.printer.feed(b"half a ch")
        async with driven(rig.transport, rig.model, interrupted=interrupted) as it:
            await it.until(Condition.READY)
            assert await it.print(1, chit("table 1")) is Outcome.CONFIRMED
            assert await it.print(2, chit("table 2")) is Outcome.CONFIRMED
        first = ["half a ch", "table 1"] if interrupted else ["half a chtable 1"]
        assert slips(rig) == [*first, "table 2"]


async def test_a_picture_that_an_earlier_process_broke_off_swallows_nothing(tmp_path: Path) -> None:
    model = replace(IN_ORDER, dots=512)
    largest = Line((Span("宫", Style(8, 8)),), "right")
    picture = encode([largest], model)
    begun = picture[picture.index(b"\x1dv0") :][:8]
    with contextlib.closing(OnPseudoTerminal(tmp_path, model)) as rig:
        rig.printer.feed(begun)
        async with driven(rig.transport, rig.model, interrupted=True) as it:
            await it.until(Condition.READY)
            assert await it.print(1, chit("table 1")) is Outcome.CONFIRMED
        assert slips(rig) == ["table 1"]


async def test_a_second_computer_at_a_printer_is_refused_in_words(tmp_path: Path) -> None:
    with contextlib.closing(OnTcp(tmp_path)) as rig:
        rig.fail("vanished")
        async with driven(rig.transport, rig.model) as it:
            assert "another computer" in await it.until(Condition.OFFLINE, "refuses")


async def test_a_file_is_silent_whatever_the_model(tmp_path: Path) -> None:
    way = transport_to(f"file:{tmp_path}/chits")
    async with driven(way, JOB_ID) as it:
        assert "file" in await it.until(Condition.SILENT)
        assert await it.print(1, chit("table 1")) is Outcome.SENT
    assert chit("table 1") in (tmp_path / "chits").read_bytes()


async def test_a_failure_is_logged_once_however_often_it_is_tried(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "hardware")
    with contextlib.closing(OnTcp(tmp_path)) as rig:
        async with driven(rig.transport, rig.model) as it:
            for _ in range(2):
                await it.until(Condition.READY)
                rig.fail("vanished")
                await it.until(Condition.OFFLINE, "refuses")
                rig.mend("vanished")
            await it.until(Condition.READY)
    bad = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(bad) == 2  # An orderly end warns of nothing.


async def test_a_driver_that_fails_is_a_state_and_ends_nothing(tmp_path: Path) -> None:
    class Failing:
        address = "serial:/dev/odd"
        tries = 0

        async def open(self) -> None:
            self.tries += 1
            raise RuntimeError("a bug") if self.tries % 2 else Gone("by itself")

    del tmp_path
    way = Failing()
    async with driven(way, JOB_ID) as it:  # type: ignore[arg-type]
        await it.until(Condition.OFFLINE, "its driver has failed")
        await it.until(Condition.OFFLINE, "by itself")
        await eventually(lambda: way.tries > 4)


async def test_who_is_told_a_state_may_fail(tmp_path: Path) -> None:
    with contextlib.closing(OnPseudoTerminal(tmp_path)) as rig:
        async with driven(rig.transport, rig.model) as it:
            told = it.printer._changed  # noqa: SLF001 - what a program gives

            def fail(state: object) -> None:
                told(state)  # type: ignore[arg-type]
                raise RuntimeError("a bug")

            it.printer._changed = fail  # noqa: SLF001
            await it.until(Condition.READY)
            assert await it.print(1, chit("table 1")) is Outcome.CONFIRMED


def test_every_alarm_comes_within_ten_seconds() -> None:
    """From the times that the driver keeps: a question, the patience with it, and stalled jobs."""
    times = Times()
    assert times.ask + LONGEST_QUIET + times.silent <= 10
    assert times.ask + QUIET_SECONDS + times.busy <= 10
    assert times.stuck <= 10
    assert times.ask + times.idle <= 10
    assert times.ask + 2 * times.silent <= 10


def test_the_small_printer_keeps_what_it_cannot_print() -> None:
    printer = SmallPrinter()
    printer.fail("out of paper")
    printer.feed(b"burger\n\x1dVB\x00")
    assert printer.paper == ""
    printer.mend("out of paper")
    assert printer.paper == "burger\n\f"
