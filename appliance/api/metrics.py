"""Numbers for whoever watches over appliances: in the text format of Prometheus, for everybody.

GET /metrics   nothing of a guest is in it
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, get_args

from aiohttp import web

from appliance.api.raw import RawOperation
from appliance.expeditor import Expeditor
from appliance.printers import PrinterJson, Printers, PrintersJson, PrinterState

if TYPE_CHECKING:  # See `_render`.
    from prometheus_client import Metric

TEXT: Final = "text/plain"
_STATES: Final[tuple[PrinterState, ...]] = get_args(PrinterState)
_NOW: Final[tuple[tuple[str, str, Callable[[PrinterJson], int]], ...]] = (
    ("waiting", "Chits that are not on paper yet.", lambda each: each.waiting),
    (
        "asking",
        "Of those, the ones that somebody has to decide about.",
        lambda each: each.asking,
    ),
)
_SINCE_START: Final[tuple[tuple[str, str, Callable[[PrinterJson], int]], ...]] = (
    ("printed", "Chits that came out.", lambda each: each.printed),
    ("reprinted", "Of those, the ones marked REPRINT.", lambda each: each.reprinted),
    ("handed_over", "Chits that its fallback took.", lambda each: each.handed_over),
    ("dropped", "Chits that were thrown away.", lambda each: each.dropped),
)


class Metrics:
    """The handler, for one appliance."""

    def __init__(self, expeditor: Expeditor, printers: Printers) -> None:
        self._expeditor = expeditor
        self._printers = printers

    def operations(self) -> list[RawOperation]:
        """One, where monitors look for it."""
        return [RawOperation("GET", "/metrics", self.answer, TEXT)]

    async def answer(self, _request: web.Request) -> web.Response:
        """Whether orders can be stored, and how printers are, for Prometheus."""
        is_stored = self._expeditor.fault is None
        shown = self._printers.shown()
        body, kind = await asyncio.to_thread(_render, shown, is_stored=is_stored)
        return web.Response(body=body, headers={"Content-Type": kind})


def _render(shown: PrintersJson, *, is_stored: bool) -> tuple[bytes, str]:
    """The text, and its type."""
    # For those who ask: it takes 40 ms and 3 MB.
    from prometheus_client import CollectorRegistry  # noqa: PLC0415
    from prometheus_client.exposition import (  # noqa: PLC0415
        CONTENT_TYPE_PLAIN_0_0_4,
        generate_latest,
    )

    class OnDemand:
        """All of it, as it is at this moment."""

        def collect(self) -> Iterator["Metric"]:
            yield from _families(shown, is_stored=is_stored)

    # One of our own: nothing of the process is in it.
    registry = CollectorRegistry(auto_describe=False)
    registry.register(OnDemand())
    return generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4


def _families(shown: PrintersJson, *, is_stored: bool) -> Iterator["Metric"]:
    from prometheus_client.core import (  # noqa: PLC0415 - see `_render`
        CounterMetricFamily,
        GaugeMetricFamily,
    )

    yield GaugeMetricFamily(
        "expeditor_orders_can_be_stored", "1 while they can, else 0.", value=int(is_stored)
    )
    printers = shown.printers
    if not printers:
        return
    yield GaugeMetricFamily(
        "expeditor_chits_can_be_made",
        "1 while they can, and be stored, else 0: then none comes out.",
        value=int(shown.fault is None),
    )
    state = GaugeMetricFamily(
        "expeditor_printer_state", "1 for the state that it is in.", labels=["printer", "state"]
    )
    for printer in printers:
        for each in _STATES:
            state.add_metric([printer.id, each], int(printer.state == each))
    yield state
    for kind, family in ((GaugeMetricFamily, _NOW), (CounterMetricFamily, _SINCE_START)):
        for name, words, count in family:
            metric = kind(f"expeditor_printer_{name}", words, labels=["printer"])
            for printer in printers:
                metric.add_metric([printer.id], count(printer))
            yield metric
