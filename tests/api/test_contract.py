"""The running appliance held against its own contract, by a tool that knows only the contract.

Schemathesis sends what the document allows and what it forbids, follows what one operation
makes to those that take it, and looks at each answer. What it does not look at, and why, is in
`schemathesis.toml`.
"""

import asyncio
import json
import os
import sys
from collections import defaultdict
from pathlib import Path
from typing import Final

import pytest

from appliance import config
from tests.api.channels import MadeUpChannels, account
from tests.api.channels import given as given_channels
from tests.api.conforming import document_of
from tests.api.printing import MadeUpPrinters, given, job, printer
from tests.api.screens import MadeUpScreens, screen
from tests.api.screens import given as given_screens
from tests.proof import PROOF, count
from tests.running import RunningAppliance, running

EXAMPLES: Final = count(5, proof=60)
"""Of an operation and of what leads from one to another, beside the limits of each value."""
GATEWAY: Final = () if PROOF else ("--exclude-path-regex", "^/v1/commerce/")
"""The same handlers under their second names."""
ORDERS_ONCE: Final = """
[[operations]]
include-name = [
  "PUT /api/v1/kds/orders/{order_id}",
  "PATCH /api/v1/kds/orders/{order_id}",
  "POST /api/v1/kds/routing/test",
]
phases.coverage.enabled = false
"""
"""Every limit of every field of an order is tried where one is made, and only in the proof on
the other three paths."""
WHAT: Final = Path(__file__).with_name("schemathesis.toml").read_text(encoding="utf-8") + (
    "" if PROOF else ORDERS_ONCE
)
UNLIMITED: Final = "[http.limits]\ntoken_per_second = 0\naddress_per_second = 0\n"
THERE: Final = {200, 201, 204, 409}
"""What it was about was there: with 404 for all of them, little would have been tried."""
APART: Final = {("GET", "/sign-in"), ("POST", "/sign-in"), ("GET", "/api/v1/kds/openapi.json")}
"""It takes a code or a PIN to be let in; the document is read to begin with, and then left."""


async def kitchen_at_work(appliance: RunningAppliance) -> None:
    """Orders at every station, a station and a rule of the API's own."""
    burger = {"lineId": "1", "name": "Hamburger", "mods": ["Side Fries"]}
    shake = {"lineId": "2", "name": "Chocolate Shake", "course": "3", "courseStatus": "hold"}
    for number in range(123, 129):
        await appliance.order(id=f"{number}", name="Table 7", items=[burger, shake])
    for path, body in (
        ("/stations", {"name": "Bar", "id": "bar"}),
        ("/routing", {"station_id": "bar", "name": ["*beer*"]}),
    ):
        assert (await appliance.call("POST", path, json=body))[0] == 201


async def test_the_appliance_is_as_the_contract_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printers = MadeUpPrinters(printer("fry-printer", "fry"), printer("grill-printer", "grill"))
    printers.its_jobs = [job(7, "fry-printer", "fry", state="asks")]
    given(monkeypatch, printers)
    # More than schemathesis forgets.
    given_screens(monkeypatch, MadeUpScreens(screen("wall", "grill"), screen("tv", "fry")))
    given_channels(monkeypatch, MadeUpChannels(account("city")))
    text = await asyncio.to_thread(config.embedded)
    async with running(tmp_path, text + UNLIMITED) as appliance:
        await kitchen_at_work(appliance)
        report, settings = tmp_path / "report.ndjson", tmp_path / "schemathesis.toml"
        await asyncio.to_thread(settings.write_text, WHAT)
        run = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings)),
            *("run", f"{appliance.url}/api/v1/kds/openapi.json", "--no-color", "--warnings", "off"),
            *("--max-examples", f"{EXAMPLES}", *GATEWAY),
            *("--report", "ndjson", "--report-ndjson-path", str(report)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=tmp_path,
            env=os.environ | {"TOKEN": appliance.token(), "SITE": appliance.url},
        )
        said, _ = await run.communicate()
        assert run.returncode == 0, said.decode()
        seen = await asyncio.to_thread(statuses, report)
        for path, methods in document_of(appliance)["paths"].items():
            for method in methods:
                found = seen[f"{method.upper()} {path}"] & THERE
                asked = PROOF or not path.startswith("/v1/commerce/")
                wanted = asked and (method.upper(), path) not in APART
                assert found or not wanted, (method, path)


def statuses(report: Path) -> dict[str, set[int]]:
    """What each operation was answered."""
    seen: dict[str, set[int]] = defaultdict(set)
    for line in report.read_text(encoding="utf-8").splitlines():
        recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder", {})
        for name, interaction in recorder.get("interactions", {}).items():
            if interaction["response"] is not None:
                case = recorder["cases"][name]["value"]
                label = f"{case['method']} {case['path']}"
                seen[label].add(interaction["response"]["status_code"])
    return seen
