"""The simulated printer, from the other end of its pseudo-terminal."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from hardware.printers.interpreter import slips_of
from hardware.printers.models import Model
from hardware.printers.printed import MOST_SLIPS, Slip, text_of
from hardware.simulated_printer import (
    BUFFER_BYTES,
    FAULTS,
    SPARE_BYTES,
    Fault,
    SimulatedPrinter,
)
from hardware.simulated_printer.failing import FailingPrinter
from hardware.simulated_printer.speed import Speed
from tests.hardware.printers.driving import eventually
from tests.hardware.printers.models import IMPACT, IN_ORDER, JOB_ID, NO_KNIFE, SILENT

CUT = b"\x1dV\x00"
CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
CLEARED = b"\x37\x25\x00"
CONFIRM = b"\x1d(H\x06\x00\x30\x30job7"
CONFIRMED = b"\x37\x22job7\x00"
PATIENCE = 20.0


class Host:
    """What opens the terminal, with nothing of the driver."""

    def __init__(self, path: str) -> None:
        self.descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

    def send(self, data: bytes) -> None:
        assert os.write(self.descriptor, data) == len(data)

    async def said(self, count: int) -> bytes:
        """The next bytes that the printer says."""
        said = b""
        async with asyncio.timeout(PATIENCE):
            while len(said) < count:
                said += await self._some(count - len(said))
        return said

    async def ask(self, question: bytes, count: int = 1) -> bytes:
        self.send(question)
        return await self.said(count)

    async def silence(self) -> bytes:
        """What else it said until all that was sent had been read, and worked off if it can."""
        self.send(b"\x10\x04\x03")
        said = await self.said(1)
        await asyncio.sleep(0.02)
        with contextlib.suppress(BlockingIOError):
            said += os.read(self.descriptor, 100)
        return said.replace(b"\x12", b"", 1)

    async def until_full(self) -> int:
        """Send until nothing more is taken; how much was."""
        sent = refused = 0
        async with asyncio.timeout(PATIENCE):
            while refused < 20:
                try:
                    sent += os.write(self.descriptor, b"y" * 63 + b"\n")
                    refused = 0
                except BlockingIOError:
                    refused += 1
                    await asyncio.sleep(0.005)
        return sent

    async def push(self, data: bytes) -> None:
        """Send this as soon as there is room for it."""
        async with asyncio.timeout(PATIENCE):
            while data:
                with contextlib.suppress(BlockingIOError):
                    data = data[os.write(self.descriptor, data) :]
                await asyncio.sleep(0.005)

    async def hung_up(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    if not await self._some(100):
                        return
                except OSError:
                    return

    async def _some(self, most: int) -> bytes:
        loop = asyncio.get_running_loop()
        able = asyncio.Event()
        loop.add_reader(self.descriptor, able.set)
        try:
            await able.wait()
        finally:
            loop.remove_reader(self.descriptor)
        return os.read(self.descriptor, most)

    def close(self) -> None:
        os.close(self.descriptor)


class Bench:
    """Printers and hosts, all of which are closed in the end."""

    def __init__(self) -> None:
        self._open: list[Callable[[], None]] = []

    async def printer(self, model: Model = JOB_ID, **options: Any) -> tuple[SimulatedPrinter, Host]:
        printer = SimulatedPrinter("fry", model, **options)
        self._open.append(printer.close)
        await printer.start()
        return printer, self.host(printer)

    def host(self, printer: SimulatedPrinter) -> Host:
        assert printer.path is not None
        host = Host(printer.path)
        self._open.append(host.close)
        return host

    def close(self) -> None:
        for close in reversed(self._open):
            close()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    bench.close()


def texts(printer: SimulatedPrinter) -> list[str]:
    return [text_of(slip) for slip in printer.slips]


async def test_a_chit_comes_out_and_is_confirmed(bench: Bench) -> None:
    finished: list[Slip] = []
    printer, host = await bench.printer(finished=finished.append)
    assert await host.ask(b"\x1b@table 7\n2 fries\n" + CUT + CONFIRM, 7) == CONFIRMED
    assert texts(printer) == ["table 7\n2 fries"]
    assert finished == list(printer.slips)
    assert "table" in printer.picture()
    assert printer.unknown == 0


async def test_the_newest_slips_are_kept(bench: Bench) -> None:
    printer, host = await bench.printer()
    for number in range(MOST_SLIPS + 5):
        host.send(b"%d\n" % number + CUT)
    await host.ask(CONFIRM, 7)
    assert texts(printer) == [str(number) for number in range(5, MOST_SLIPS + 5)]


CONDITIONS: list[tuple[list[Fault], list[int], bytes, int]] = [
    ([], [0x12, 0x12, 0x12, 0x12], b"\x10\x00\x00\x00", 0x00),
    (["paper low"], [0x12, 0x12, 0x12, 0x1E], b"\x10\x00\x03\x00", 0x03),
    (["out of paper"], [0x1A, 0x32, 0x12, 0x7E], b"\x18\x00\x0f\x00", 0x0F),
    (["cover open"], [0x1A, 0x16, 0x12, 0x12], b"\x38\x00\x00\x00", 0x00),
    (["cover open", "out of paper"], [0x1A, 0x36, 0x12, 0x7E], b"\x38\x00\x0f\x00", 0x0F),
]


@pytest.mark.parametrize(("faults", "at_once", "changes", "_sensors"), CONDITIONS)
async def test_what_it_says_at_once_and_by_itself(
    faults: list[Fault], at_once: list[int], changes: bytes, _sensors: int, bench: Bench
) -> None:
    printer, host = await bench.printer()
    assert await host.ask(b"\x1da\xff", 4) == b"\x10\x00\x00\x00"
    for fault in faults:
        printer.fail(fault)
    said = await host.said(4 * len(faults)) if faults else changes
    assert said[-4:] == changes
    for number, expected in enumerate(at_once, start=1):
        assert await host.ask(bytes([0x10, 0x04, number])) == bytes([expected])
    for fault in faults:
        printer.mend(fault)
    if faults:
        assert (await host.said(4 * len(faults)))[-4:] == b"\x10\x00\x00\x00"


@pytest.mark.parametrize("fault", ["out of paper", "cover open"])
async def test_questions_in_turn_wait_until_it_prints_again(fault: Fault, bench: Bench) -> None:
    printer, host = await bench.printer()
    printer.fail(fault)
    host.send(b"table 7\n" + CUT + b"\x1dr\x01" + CONFIRM)
    assert await host.silence() == b""
    assert texts(printer) == []
    assert len(await host.ask(b"\x10\x04\x01")) == 1
    printer.mend(fault)
    assert await host.said(8) == b"\x00" + CONFIRMED
    assert texts(printer) == ["table 7"]


async def test_changes_are_told_to_who_asked_and_until_a_reset(bench: Bench) -> None:
    printer, host = await bench.printer()
    printer.fail("paper low")
    assert await host.ask(b"\x1da\x08", 4) == b"\x10\x00\x03\x00"
    printer.fail("cover open")  # Not asked for.
    assert await host.silence() == b""
    printer.mend("cover open")
    printer.mend("paper low")
    assert await host.said(4) == b"\x10\x00\x00\x00"
    host.send(b"\x1b@")
    assert await host.silence() == b""
    printer.fail("paper low")
    assert await host.silence() == b""


async def test_who_it_is(bench: Bench) -> None:
    _, host = await bench.printer()
    assert await host.ask(b"\x1dIC", 9) == b"_TM-T88V\x00"
    assert await host.ask(b"\x1dIB", 7) == b"_EPSON\x00"
    assert await host.ask(b"\x1dI\x02", 1) == b"\x02"


async def test_one_that_answers_in_order_knows_no_job_ids(bench: Bench) -> None:
    printer, host = await bench.printer(IN_ORDER)
    assert await host.ask(b"table 7\n" + CUT + CONFIRM + b"\x1dr1") == b"\x00"
    assert texts(printer) == ["table 7"]
    assert printer.unknown == 1


async def test_one_that_never_answers_prints_and_says_nothing(bench: Bench) -> None:
    printer, host = await bench.printer(SILENT)
    host.send(b"\x10\x04\x01\x1da\xff\x1dr\x01table 7\n" + CUT)
    await eventually(lambda: texts(printer) == ["table 7"])
    printer.fail("out of paper")
    await asyncio.sleep(0.05)
    with pytest.raises(BlockingIOError):
        os.read(host.descriptor, 1)


async def test_one_without_a_knife(bench: Bench) -> None:
    printer, host = await bench.printer(NO_KNIFE)
    assert await host.ask(b"table 7\n\x1bd\x06\x1dr\x01") == b"\x00"
    assert texts(printer) == ["table 7"]


@pytest.mark.parametrize("whole", [True, False], ids=["all at once", "byte by byte"])
async def test_out_of_paper_in_the_middle_it_goes_on_when_there_is_a_new_roll(
    whole: bool,  # noqa: FBT001
    bench: Bench,
) -> None:
    printer, host = await bench.printer(roll_lines=20)
    host.send(b"\x1da\xff")
    assert await host.said(4) == b"\x10\x00\x00\x00"
    chit = b"".join(b"line %d\n" % number for number in range(30)) + CUT + CONFIRM
    for piece in [chit] if whole else [chit[at : at + 1] for at in range(len(chit))]:
        host.send(piece)
    assert await host.said(8) == b"\x10\x00\x03\x00" + b"\x18\x00\x0f\x00"
    assert printer.faults == {"paper low", "out of paper"}
    hanging = printer.picture()
    assert "line\xa019" in hanging
    assert "line\xa020" not in hanging
    printer.mend("out of paper")
    assert await host.said(4 + 7) == b"\x10\x00\x00\x00" + CONFIRMED
    assert printer.faults == set()
    assert texts(printer) == ["\n".join(f"line {number}" for number in range(30))]


@pytest.mark.parametrize("clear", [CLEAR, b"\x10\x05\x02"], ids=["DLE DC4", "DLE ENQ"])
async def test_what_is_in_its_buffer_can_be_dropped(clear: bytes, bench: Bench) -> None:
    printer, host = await bench.printer()
    printer.fail("cover open")
    host.send(b"not wanted\n" + CUT + CONFIRM)
    if clear == CLEAR:
        assert await host.ask(clear, 3) == CLEARED
    else:
        host.send(clear)
        assert await host.silence() == b""
    printer.mend("cover open")
    assert await host.ask(b"table 7\n" + CUT + CONFIRM, 7) == CONFIRMED
    assert texts(printer) == ["table 7"]


async def test_an_older_model_cannot_be_told_to_throw_all_away(bench: Bench) -> None:
    printer, host = await bench.printer(IMPACT)
    printer.fail("cover open")
    host.send(b"table 6\n" + CUT + CLEAR)
    assert await host.silence() == b""
    printer.mend("cover open")
    assert await host.ask(b"\x1dr\x01") == b"\x00"
    assert texts(printer) == ["table 6"]


async def test_it_goes_on_with_all_of_it_where_that_is_asked_for(bench: Bench) -> None:
    printer, host = await bench.printer()
    printer.fail("cover open")
    host.send(b"table 7\n" + CUT + b"\x10\x05\x01")
    assert await host.silence() == b""
    printer.mend("cover open")
    await eventually(lambda: texts(printer) == ["table 7"])


async def test_while_it_is_stalled_it_takes_nothing_and_says_nothing(bench: Bench) -> None:
    printer, host = await bench.printer()
    await host.ask(b"\x1da\xff", 4)
    printer.fail("stalled")
    printer.fail("paper low")
    host.send(b"\x10\x04\x01table 7\n" + CUT)
    await host.until_full()
    with pytest.raises(BlockingIOError):
        os.read(host.descriptor, 1)
    assert texts(printer) == []
    printer.mend("stalled")
    assert await host.said(5) == b"\x10\x00\x03\x00" + b"\x12"
    await eventually(lambda: texts(printer)[:1] == ["table 7"])


async def test_its_buffer_is_bounded_and_it_still_answers(bench: Bench) -> None:
    printer, host = await bench.printer()
    printer.fail("out of paper")
    sent = 0
    while sent < BUFFER_BYTES:
        sent += os.write(host.descriptor, b"x" * 63 + b"\n")
        await host.silence()
    for _ in range(SPARE_BYTES):  # More of them than there is room for.
        assert await host.ask(b"\x10\x04\x04") == b"\x7e"
    sent += await host.until_full()
    printer.mend("out of paper")
    await host.push(CUT + CONFIRM)
    assert await host.said(7) == CONFIRMED
    printed = "\n".join(texts(printer))
    assert printed.count("x") + printed.count("y") == sent // 64 * 63


async def test_noise_instead_of_answers_is_the_same_for_the_same_seed(bench: Bench) -> None:
    heard = []
    for seed in (1, 1, 2):
        printer, host = await bench.printer(seed=seed)
        printer.fail("wrong answers")
        for _ in range(20):
            host.send(b"\x10\x04\x01")
        heard.append(await host.said(20))
        printer.mend("wrong answers")
        await host.silence()
        assert await host.ask(b"\x10\x04\x01") == b"\x12"
    assert heard[0] == heard[1] != heard[2]
    assert set(heard[0]) != {0x12}


async def test_unplugged_it_hangs_up_and_prints_what_it_has(bench: Bench) -> None:
    printer, host = await bench.printer(speed=Speed(lines_per_second=200))
    host.send(b"\x1bE\x01" + b"line\n" * 20 + CUT)
    await host.silence()
    printer.fail("vanished")
    assert printer.path is None
    await host.hung_up()
    with pytest.raises(FileNotFoundError):
        await printer.open()
    await eventually(lambda: len(printer.slips) == 1)
    printer.mend("vanished")
    assert await bench.host(printer).ask(b"table 8\n" + CUT + CONFIRM, 7) == CONFIRMED
    assert 'font-weight="bold"' in printer.picture()[: printer.picture().index("table\xa08")]


async def test_switched_off_it_loses_all_but_its_paper(bench: Bench) -> None:
    printer, host = await bench.printer(speed=Speed(lines_per_second=20))
    host.send(b"\x1da\xff\x1bE\x01table 7\n" + b"salad\n" * 20 + CUT + CONFIRM)
    assert await host.said(4) == b"\x10\x00\x00\x00"
    await host.silence()
    printer.fail("power")
    await host.hung_up()
    printer.mend("power")
    printer.fail("paper low")
    host = bench.host(printer)
    assert await host.ask(b"table 8\n" + CUT + CONFIRM, 7) == CONFIRMED
    (slip,) = printer.slips
    assert text_of(slip).startswith("table 7")
    assert text_of(slip).endswith("table 8")
    assert text_of(slip).count("salad") < 20
    assert slips_of(b"table 8\n", JOB_ID)[0].printed[-1] in slip.printed  # It is not bold.


@pytest.mark.parametrize("fault", FAULTS)
async def test_mended_it_prints(fault: Fault, bench: Bench) -> None:
    printer, _ = await bench.printer()
    printer.fail(fault)
    printer.fail(fault)
    assert printer.faults == {fault}
    printer.mend(fault)
    printer.mend(fault)
    assert printer.faults == set()
    assert await bench.host(printer).ask(b"table 7\n" + CUT + CONFIRM, 7) == CONFIRMED
    assert texts(printer) == ["table 7"]


async def test_as_fast_as_it_is_told(bench: Bench) -> None:
    """Its lines take their time, and it answers at once meanwhile."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    printer, host = await bench.printer(speed=Speed(1_000, 50))
    host.send(b"line\n" * 20 + CUT + CONFIRM)
    assert await host.ask(b"\x10\x04\x01") == b"\x12"
    assert texts(printer) == []
    assert await host.said(7) == CONFIRMED
    assert loop.time() - began > 19 / 50
    host.send(b"x" * 300 + CONFIRM)
    began = loop.time()
    await host.said(7)
    assert loop.time() - began > 250 / 1_000


async def test_a_slow_one_is_slow_until_it_is_mended(bench: Bench) -> None:
    printer, host = await bench.printer()
    printer.fail("slow")
    host.send(b"line\n" * 100 + CUT + CONFIRM)
    await asyncio.sleep(0.1)
    assert texts(printer) == []
    printer.mend("slow")  # The whole of it would take a minute.
    assert await host.said(7) == CONFIRMED


async def test_a_link_leads_to_it_as_long_as_it_is_plugged_in(bench: Bench, tmp_path: Path) -> None:
    link = tmp_path / "usb-printer"
    printer, _ = await bench.printer(link=link)
    for fault in ("vanished", "power"):
        first = Host(str(link))
        assert await first.ask(b"\x10\x04\x01") == b"\x12"
        printer.fail(fault)
        await printer.settled()
        assert not link.is_symlink()
        await first.hung_up()
        first.close()
        printer.mend(fault)
        await printer.settled()
    printer.close()
    await printer.settled()
    assert not link.is_symlink()


async def test_where_no_link_can_be_it_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    printer = SimulatedPrinter("fry", JOB_ID, link=tmp_path / "not there" / "usb-printer")
    try:
        with pytest.raises(FileNotFoundError):
            await printer.start()
        assert "not there" in caplog.text
    finally:
        printer.close()
        await printer.settled()


async def test_its_own_way_to_itself(bench: Bench) -> None:
    printer, _ = await bench.printer()
    link = await printer.open()
    try:
        await link.write(b"table 7\n" + CUT + b"\x10\x04\x01")
        async with asyncio.timeout(PATIENCE):
            assert await link.read() == b"\x12"
    finally:
        link.close()
    assert texts(printer) == ["table 7"]


async def test_faults_from_before_it_was_plugged_in_hold() -> None:
    printer = SimulatedPrinter("fry", JOB_ID)
    printer.fail("vanished")
    with pytest.raises(FileNotFoundError, match="simulated fry"):
        await printer.open()
    printer.mend("vanished")
    (await printer.open()).close()
    printer.close()


async def test_what_hears_of_slips_may_have_it_fail(bench: Bench) -> None:
    printer: SimulatedPrinter
    printer, host = await bench.printer(finished=lambda _slip: printer.fail("cover open"))
    host.send((b"x\n" + CUT) * 3)
    for count in (1, 2, 3):
        await eventually(lambda count=count: len(printer.slips) == count)  # type: ignore[misc]
        assert await host.silence() == b""
        assert len(printer.slips) == count
        printer.mend("cover open")


async def test_what_hears_of_slips_may_mend_it_each_time(bench: Bench) -> None:
    count = 0

    def finished(_slip: Slip) -> None:
        nonlocal count
        count += 1
        printer.fail("paper low")
        printer.mend("paper low")

    printer: SimulatedPrinter
    printer, host = await bench.printer(finished=finished)
    printer.fail("cover open")
    for _ in range(10):  # A terminal takes less at once than the printer's buffer has room for.
        host.send((b"x" + CUT) * 100)
        await host.silence()
    printer.mend("cover open")
    await eventually(lambda: count == 1_000)


async def test_commands_obeyed_at_once_are_heard_in_the_middle_of_a_picture(bench: Bench) -> None:
    """As of a real one, also where they were meant as dots."""
    printer, host = await bench.printer()
    picture = b"\x1dv0\x00\x02\x00\x04\x00" + b"\x55\x10\x04\x01" + b"\xaa" * 4
    assert await host.ask(picture + CUT + CONFIRM, 8) == b"\x12" + CONFIRMED
    (slip,) = printer.slips
    assert slip.printed[0].rows == picture[8:]  # type: ignore[union-attr]


async def test_impact_printers_answer_too(bench: Bench) -> None:
    printer, host = await bench.printer(IMPACT)
    assert await host.ask(b"\x1br\x01VOID\n" + CUT + b"\x1dr\x01") == b"\x00"
    assert "#b3261e" in printer.picture()


async def test_one_that_can_never_be_opened() -> None:
    with pytest.raises(PermissionError):
        await FailingPrinter().open()
    with pytest.raises(TimeoutError):
        await FailingPrinter(TimeoutError()).open()
