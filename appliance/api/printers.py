"""Ticket printers: how they are, what is on its way to paper, test pages and pictures."""

import re
from collections.abc import Awaitable, Callable, Collection
from typing import Final

from aiohttp import web
from msgspec import Struct
from msgspec.structs import replace

from appliance.api.auth import KITCHEN, MANAGERS, Authority, Caller
from appliance.api.errors import ApiError, invalid
from appliance.api.operation import Call, Operation
from appliance.api.printer_json import (
    Fault,
    JobShown,
    PrinterShown,
    PrintersShown,
    job_shown,
    printer_shown,
    printers_shown,
)
from appliance.api.raw import RawOperation
from appliance.config.devices import PrintingSection
from appliance.printers import (
    CannotPrint,
    JobJson,
    LookJson,
    LookWrong,
    PrinterJson,
    Printers,
)

SVG: Final = "image/svg+xml"
_ONE: Final = "/printers/{printer_id}"
_JOB: Final = re.compile("[0-9]{1,18}")
_SAFE: Final = {
    # Opened by itself, a picture is a page of our own: nothing in it may run or fetch anything.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
    ),
    "X-Content-Type-Options": "nosniff",
}


class FaultBody(Struct, forbid_unknown_fields=True):
    """What a simulated printer is to have from now on, or no longer."""

    fault: Fault
    on: bool


class LookBody(Struct, forbid_unknown_fields=True):
    """What a ticket is to look like, and on what."""

    printing: PrintingSection = PrintingSection()
    """As the configuration has it, whether it is in force or not."""
    model: str | None = None
    station: str = ""
    """The name of the station that the ticket is for."""


Look = Callable[[PrintingSection, str | None, str], Awaitable[LookJson]]
"""What a ticket looks like, by model and the name of its station. Raises LookWrong."""


class DecidedJson(Struct):
    """How many jobs were meant."""

    count: int


class PrinterResource:
    """The operations, for one appliance."""

    def __init__(self, printers: Printers, authority: Authority, look: Look) -> None:
        self._printers = printers
        self._authority = authority
        self._look = look

    def operations(self, prefix: str) -> list[Operation | RawOperation]:
        """List, jobs and what becomes of them, looks, test page, faults; the pictures."""
        jobs = f"{_ONE}/jobs"
        return [
            Operation("GET", "/printers", self.every, KITCHEN, PrintersShown),
            Operation(
                "POST",
                "/printers/look",
                self.look,
                MANAGERS,
                LookJson,
                body=LookBody,
                everywhere=True,
                changes_nothing=True,
            ),
            Operation("GET", jobs, self.jobs, KITCHEN, list[JobShown], errors=(404,)),
            Operation("POST", f"{_ONE}/test", self.test, MANAGERS, JobShown, errors=(404, 409)),
            *(
                Operation(
                    "POST",
                    f"{path}/{verb}",
                    decide(wanted=verb == "print"),
                    KITCHEN,
                    DecidedJson,
                    errors=(404, 409),
                )
                for path, decide in ((f"{jobs}/{{job_id}}", self._one), (jobs, self._all))
                for verb in ("print", "drop")
            ),
            Operation(
                "POST",
                f"{_ONE}/faults",
                self.fault,
                KITCHEN,
                PrinterShown,
                body=FaultBody,
                errors=(404, 409),
            ),
            *(
                RawOperation(
                    "GET",
                    f"{prefix}{_ONE}/{name}.svg",
                    handle,
                    SVG,
                    roles=KITCHEN,
                    errors=(404, 409) if name == "paper" else (404,),
                )
                for name, handle in (("preview", self.preview), ("paper", self.paper))
            ),
        ]

    async def every(self, call: Call) -> PrintersShown:
        """The printers of the stations that the caller may see."""
        shown = self._printers.shown()
        seen = [each for each in shown.printers if _sees_any(call.caller, each.stations)]
        return printers_shown(replace(shown, printers=seen))

    async def jobs(self, call: Call) -> list[JobShown]:
        """The newest jobs for a printer, the newest first, as far as the caller may see them.

        A chit names its order: a token that is kept to some stations gets those of these.
        """
        printer = self._known(call)
        jobs = await self._printers.jobs(printer.id)
        sees_all = self._sees_paper(call.caller, printer)
        return [job_shown(each) for each in jobs if sees_all or _sees_job(call.caller, each)]

    async def look(self, call: Call) -> LookJson:
        """What a ticket would look like by a `[printing]` that need not be in force."""
        body: LookBody = call.body
        try:
            return await self._look(body.printing, body.model, body.station)
        except LookWrong as error:
            raise invalid(error.key, error.message) from error

    async def test(self, call: Call) -> JobShown:
        """Print a page that shows what the printer can do."""
        printer = self._known(call)
        try:
            return job_shown(await self._printers.test(printer.id))
        except CannotPrint as error:
            raise _cannot(printer, error) from error

    def _one(self, *, wanted: bool) -> Callable[[Call], object]:
        async def decide(call: Call) -> DecidedJson:
            printer, job = self._known(call), _job_id(call)
            if not self._sees_paper(call.caller, printer):
                jobs = await self._printers.jobs(printer.id)
                if not any(each.id == job and _sees_job(call.caller, each) for each in jobs):
                    raise ApiError(403, "FORBIDDEN", "this token is not for that job's station")
            return await self._decide(printer, job, wanted=wanted)

        decide.__doc__ = (
            "Print a job that asks whether it still should be."
            if wanted
            else "Throw away a job that asks, or that waits."
        )
        return decide

    def _all(self, *, wanted: bool) -> Callable[[Call], object]:
        async def decide(call: Call) -> DecidedJson:
            printer = self._known(call)
            self._require_paper(call.caller, printer)
            return await self._decide(printer, None, wanted=wanted)

        decide.__doc__ = (
            "Print all jobs that ask whether they still should be."
            if wanted
            else "Throw away all jobs that ask."
        )
        return decide

    async def _decide(self, printer: PrinterJson, job: int | None, *, wanted: bool) -> DecidedJson:
        try:
            return DecidedJson(await self._printers.decide(printer.id, job, wanted=wanted))
        except KeyError as error:
            message = f"there is no job {job} for printer {printer.id!r}"
            raise ApiError(404, "NOT_FOUND", message) from error
        except CannotPrint as error:
            raise _cannot(printer, error) from error

    async def fault(self, call: Call) -> PrinterShown:
        """Have a simulated printer fail, or mend it; 409 where it is a real one."""
        printer, body = self._known(call), call.body
        try:
            self._printers.fault(printer.id, body.fault, on=body.on)
        except CannotPrint as error:
            raise _cannot(printer, error) from error
        return printer_shown(self._known(call))

    async def preview(self, request: web.Request) -> web.Response:
        """A sample ticket as this printer would print it, as a picture."""
        caller = self._authority.caller(request)
        caller.require(KITCHEN)
        printer = self._named(request.match_info["printer_id"], caller)
        return _picture(await self._printers.preview(printer.id))

    async def paper(self, request: web.Request) -> web.Response:
        """What a simulated printer printed last, as a picture; 409 where it is a real one.

        The token has to be good for all whose chits it may have printed: its stations, those of
        the printers that it stands in for, and for each station where it prints whole orders.
        """
        caller = self._authority.caller(request)
        caller.require(KITCHEN)
        printer = self._named(request.match_info["printer_id"], caller)
        self._require_paper(caller, printer)
        try:
            return _picture(self._printers.picture(printer.id))
        except CannotPrint as error:
            raise _cannot(printer, error) from error

    # ── who may see what ─────────────────────────────────────────────────────────────

    def _known(self, call: Call) -> PrinterJson:
        return self._named(call.path("printer_id"), call.caller)

    def _named(self, name: str, caller: Caller) -> PrinterJson:
        """The printer of that id. Raises ApiError 403, 404."""
        for printer in self._printers.shown().printers:
            if printer.id == name:
                if not _sees_any(caller, printer.stations):
                    message = f"this token is for no station of printer {name!r}"
                    raise ApiError(403, "FORBIDDEN", message)
                return printer
        raise ApiError(404, "NOT_FOUND", f"there is no printer {name!r}")

    def _require_paper(self, caller: Caller, printer: PrinterJson) -> None:
        if not self._sees_paper(caller, printer):
            message = f"this token is not for every station whose chits printer {printer.id!r} has"
            raise ApiError(403, "FORBIDDEN", message)

    def _sees_paper(self, caller: Caller, printer: PrinterJson) -> bool:
        """Whether the caller may see whatever this printer may have printed."""
        if caller.stations is None:
            return True
        every = self._printers.shown().printers
        prints_for, before = {printer.id}, set[str]()
        while prints_for != before:
            before = prints_for
            prints_for = before | {each.id for each in every if each.fallback in before}
        return all(
            each.ticket != "order" and all(map(caller.sees, each.stations))
            for each in every
            if each.id in prints_for
        )


def _sees_any(caller: Caller, stations: Collection[str]) -> bool:
    return caller.stations is None or any(map(caller.sees, stations))


def _sees_job(caller: Caller, job: JobJson) -> bool:
    return job.kind == "test" or (job.station_id is not None and caller.sees(job.station_id))


def _job_id(call: Call) -> int:
    """Raises ApiError 404."""
    text = call.path("job_id")
    if not _JOB.fullmatch(text):
        raise ApiError(404, "NOT_FOUND", f"there is no job {text!r}")
    return int(text)


def _cannot(printer: PrinterJson, error: CannotPrint) -> ApiError:
    return ApiError(409, "CONFLICT", f"printer {printer.id!r}: {error}")


def _picture(svg: str) -> web.Response:
    return web.Response(text=svg, content_type=SVG, headers=_SAFE)
