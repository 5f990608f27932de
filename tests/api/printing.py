"""Printers that a test makes up: what was asked of them, and what they answer."""

from collections.abc import Sequence
from typing import Any

import pytest
from aiohttp import web
from msgspec.structs import replace

from appliance import service
from appliance.api.app import make_app
from appliance.printers import (
    AbilitiesJson,
    CannotPrint,
    JobJson,
    PrinterJson,
    PrinterNow,
    PrintersJson,
)

AT: int = 1_772_474_400_000
"""2026-03-02T18:00:00Z."""
SHOWN_AT = "2026-03-02T18:00:00Z"


def printer(name: str, *stations: str, **more: Any) -> PrinterJson:
    """One that is ready and has printed nothing."""
    usual: dict[str, Any] = {
        "id": name,
        "stations": stations,
        "model": "TM-T88V",
        "transport": None,
        "print_on": "arrival",
        "ticket": "station",
        "fallback": None,
        "abilities": AbilitiesJson(
            columns=42, red=False, cutter=True, qr=True, graphics=True, buzzer=False, confirms=True
        ),
        "state": "ready",
        "why": "",
        "since": AT,
        "waiting": 0,
        "asking": 0,
        "covered_by": None,
        "printed": 0,
        "reprinted": 0,
        "handed_over": 0,
        "dropped": 0,
        "faults": (),
    }
    return PrinterJson(**usual | more)


def job(number: int, its_printer: str, station: str | None, **more: Any) -> JobJson:
    """One of Jane's that waits."""
    usual: dict[str, Any] = {
        "id": number,
        "printer_id": its_printer,
        "at_printer": None,
        "kind": "ticket",
        "state": "queued",
        "order_id": "A-1",
        "name": "Jane",
        "station_id": station,
        "made_at": AT,
        "ended_at": None,
        "reprint": False,
    }
    return JobJson(**usual | more)


def now(name: str, *stations: str, **more: Any) -> PrinterNow:
    """How one is that is ready."""
    usual: dict[str, Any] = {"state": "ready", "why": "", "since": AT, "waiting": 0, "asking": 0}
    return PrinterNow(name, stations, **usual | {"covered_by": None} | more)


def given(monkeypatch: pytest.MonkeyPatch, printers: "MadeUpPrinters") -> None:
    """The API of every appliance from now on has these printers, whatever is configured."""

    def with_these(*parts: Any, **named: Any) -> web.Application:
        return make_app(*parts, **named | {"printers": printers})

    monkeypatch.setattr(service, "make_app", with_these)


class MadeUpPrinters:
    """Fulfils `Printers`."""

    def __init__(self, *printers: PrinterJson) -> None:
        self.printers = list(printers)
        self.mode: Any = "simulated"
        self.trouble: str | None = None
        self.its_jobs: list[JobJson] = []
        """The newest first."""
        self.decided: list[tuple[str, int | None, bool]] = []
        self.tested: list[str] = []

    def shown(self) -> PrintersJson:
        return PrintersJson(self.mode, list(self.printers), self.trouble)

    def _require(self, name: str) -> PrinterJson:
        return {each.id: each for each in self.printers}[name]

    async def jobs(self, printer: str) -> Sequence[JobJson]:
        self._require(printer)
        return [each for each in self.its_jobs if each.printer_id == printer]

    async def test(self, printer: str) -> JobJson:
        if self._require(printer).state == "not wired":
            raise CannotPrint("it is not wired")
        self.tested.append(printer)
        nothing = {"order_id": None, "name": None}
        return job(len(self.tested), printer, None, kind="test", **nothing)

    async def decide(self, printer: str, job: int | None, *, wanted: bool) -> int:
        meant = [each for each in await self.jobs(printer) if job in (None, each.id)]
        if job is not None and not meant:
            raise KeyError(job)
        if job is not None and meant[0].state != "asks":
            raise CannotPrint("it does not ask")
        self.decided.append((printer, job, wanted))
        return sum(each.state == "asks" for each in meant)

    async def preview(self, printer: str) -> str:
        self._require(printer)
        return f'<svg xmlns="http://www.w3.org/2000/svg"><title>{printer}, sample</title></svg>'

    def picture(self, printer: str) -> str:
        self._require(printer)
        if self.mode == "real":
            raise CannotPrint("it is a real one: look at its paper")
        return f'<svg xmlns="http://www.w3.org/2000/svg"><title>{printer}, Jane</title></svg>'

    def fault(self, printer: str, fault: str, *, on: bool) -> None:
        place = self.printers.index(self._require(printer))
        if self.mode == "real":
            raise CannotPrint("it is a real one")
        others = [each for each in self.printers[place].faults if each != fault]
        self.printers[place] = replace(
            self.printers[place], faults=[*others, fault] if on else others
        )
