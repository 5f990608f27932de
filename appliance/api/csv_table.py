"""Tables as CSV (RFC 4180), for spreadsheets: nothing that others wrote becomes a formula there."""

import csv
import io
import re
from collections.abc import AsyncIterable, Iterable, Sequence
from typing import Final

from aiohttp import web

CSV: Final = "text/csv"
_FORMULA: Final = re.compile(r"""^(?=[\t\r\n])|(?:^|(?<=[;\t\r\n]))(?=["' ]*[=+\-@＝＋－＠])""")
"""Where a spreadsheet would take what follows for more than a text: at its begin, and after what is
the separator where numbers have a decimal comma."""
_BOM: Final = "\ufeff"
"""Without it, spreadsheets take UTF-8 for something else."""

Cell = str | int | float | None


def lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Some rows, encoded. What would be taken for a formula has a `'` before it."""
    written = io.StringIO()
    csv.writer(written).writerows([_harmless(cell) for cell in row] for row in rows)
    return written.getvalue().encode()


def _harmless(cell: Cell) -> Cell:
    return _FORMULA.sub("'", cell) if isinstance(cell, str) else cell


async def send(
    request: web.Request,
    name: str,
    header: Sequence[str],
    pieces: AsyncIterable[Iterable[Sequence[Cell]]],
) -> web.StreamResponse:
    """The table, under a name to be saved by, piece by piece as it is found.

    What `pieces` raises before the first is answered as an error; later it breaks the
    connection off, so that half a table is not taken for a whole one.
    """
    coming = aiter(pieces)
    first = await anext(coming, None)
    response = web.StreamResponse(
        headers={
            "Content-Type": f"{CSV}; charset=utf-8; header=present",
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
    )
    await response.prepare(request)
    if request.method != "HEAD":
        await response.write(_BOM.encode() + lines([header, *(first or ())]))
        async for rows in coming:
            await response.write(lines(rows))
    await response.write_eof()
    return response
