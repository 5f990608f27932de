"""The whole appliance with simulated printers: from the order to the paper, and what is said."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from appliance.printing.printers import Printing
from hardware.printers.printed import Slip, TextLine
from tests.running import AT_ONCE, RunningAppliance, running

KITCHEN = f"""{AT_ONCE}
[[printer]]
id = "fry-printer"
stations = ["fry"]
model = "TM-T88V"
fallback = "grill-printer"
patience = "1s"

[[printer]]
id = "grill-printer"
stations = ["grill"]
model = "TM-U220"
"""
FRIES = {"lineId": "1", "name": "French Fries"}


@pytest.fixture
async def appliance(tmp_path: Path) -> AsyncIterator[RunningAppliance]:
    async with running(tmp_path, KITCHEN) as appliance:
        await until(lambda: set(states(appliance)) == {"ready"})
        yield appliance


def printing(appliance: RunningAppliance) -> Printing:
    assert appliance.printing is not None
    return appliance.printing


def states(appliance: RunningAppliance) -> list[str]:
    return [each.state for each in printing(appliance).shown().printers]


def paper(appliance: RunningAppliance, printer: str) -> list[str]:
    """The slips that came out of a printer, as text."""
    simulated = printing(appliance)._simulated(printer)  # noqa: SLF001 - its paper
    return [text_of(slip) for slip in simulated.slips]


def text_of(slip: Slip) -> str:
    return "\n".join(each.text.rstrip() for each in slip.printed if isinstance(each, TextLine))


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


async def test_an_order_comes_out_at_its_station(appliance: RunningAppliance) -> None:
    await appliance.order(id="A-1", name="Table 7", items=[FRIES])
    await until(lambda: len(paper(appliance, "fry-printer")) == 1)
    (chit,) = paper(appliance, "fry-printer")
    assert "Table 7" in chit
    assert "French Fries" in chit
    await until(lambda: printing(appliance).shown().printers[0].printed == 1)
    assert paper(appliance, "grill-printer") == []
    status, body = await appliance.call("GET", "/status")
    assert status == 200
    assert body["printing"]["fault"] is None
    assert body["printing"]["followed"] == body["printing"]["of"] > 0


async def test_out_of_paper_its_chits_come_out_next_door_and_it_is_said(
    appliance: RunningAppliance,
) -> None:
    fault = {"fault": "out of paper", "on": True}
    status, _body = await appliance.call("POST", "/printers/fry-printer/faults", json=fault)
    assert status == 200
    await until(lambda: states(appliance) == ["out of paper", "ready"])
    await appliance.order(id="A-1", name="Table 7", items=[FRIES])
    await until(lambda: len(paper(appliance, "grill-printer")) == 1)
    (chit,) = paper(appliance, "grill-printer")
    assert "fry-printer" in " ".join(chit.split()).lower()
    assert appliance.printers_now.printers["fry-printer"].covered_by == "grill-printer"
    await appliance.call(
        "POST", "/printers/fry-printer/faults", json={"fault": "out of paper", "on": False}
    )
    await until(lambda: states(appliance) == ["ready", "ready"])
    await appliance.order(id="A-2", name="Table 8", items=[FRIES])
    await until(lambda: len(paper(appliance, "fry-printer")) == 1)
    assert "Table 8" in paper(appliance, "fry-printer")[0]


async def test_when_there_are_no_printers_any_more_nothing_of_their_chits_is_kept(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, KITCHEN) as appliance:
        await appliance.order(id="A-1", name="Table 7", items=[FRIES])
        await until(lambda: printing(appliance).shown().printers[0].printed == 1)
    (tmp_path / "spool.sqlite.damaged").touch()
    async with running(tmp_path, AT_ONCE) as appliance:
        assert list(tmp_path.glob("spool*")) == []
        await appliance.order(id="A-2", name="Table 8", items=[FRIES])
    async with running(tmp_path, KITCHEN) as appliance:
        await appliance.order(id="A-3", name="Table 9", items=[FRIES])
        await until(lambda: len(paper(appliance, "fry-printer")) == 1)
        assert "Table 9" in paper(appliance, "fry-printer")[0]


async def test_a_test_page_and_a_preview(appliance: RunningAppliance) -> None:
    job = await printing(appliance).test("fry-printer")
    assert job.kind == "test"
    await until(lambda: len(paper(appliance, "fry-printer")) == 1)
    assert "fry-printer" in paper(appliance, "fry-printer")[0]
    preview = await printing(appliance).preview("grill-printer")
    assert preview.startswith("<svg")
    assert "Grilled salmon" in preview.replace("\xa0", " ")


async def test_unknown_printers_jobs_and_faults_are_refused(appliance: RunningAppliance) -> None:
    for path in ("/printers/none/test", "/printers/fry-printer/jobs/7/print"):
        assert (await appliance.call("POST", path))[0] == 404
    await appliance.order(id="A-1", name="Table 7", items=[FRIES])
    await until(lambda: printing(appliance).shown().printers[0].printed == 1)
    (job,) = await printing(appliance).jobs("fry-printer")
    assert (await appliance.call("POST", f"/printers/fry-printer/jobs/{job.id}/drop"))[0] == 409


def test_without_printers_nothing_of_printing_is_loaded() -> None:
    """Their libraries take half a second and 10 MB."""
    code = """
import asyncio, sys, tempfile
from pathlib import Path
from tests.running import PLAIN, running
async def main():
    with tempfile.TemporaryDirectory() as directory:
        async with running(Path(directory), PLAIN) as appliance:
            await appliance.order(id="A-1", items=[{"lineId": "1", "name": "Fries"}])
asyncio.run(main())
print([name for name in sys.modules if name.split(".")[0] in ("escpos", "PIL", "zeroconf")])
print([name for name in sys.modules if name.startswith("appliance.printing")])
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[:2] == ["[]", "[]"]
