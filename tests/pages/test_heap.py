"""A board that is left alone through a long night does not grow."""

from typing import Any, Final, NamedTuple

from playwright.sync_api import CDPSession, Page

from tests.pages.hub import Hub, item, ticket
from tests.pages.kitchen import Kitchen
from tests.proof import count

TICKETS: Final = count(1_000, proof=10_000)
AT_ONCE: Final = 50
CHEDDAR: Final = {"name": "Cheddar", "quantity": 1, "components": [], "allergens": []}
NIGHT: Final = """async ({ first, last, atOnce, template }) => {
  const frame = () => new Promise((done) => { requestAnimationFrame(() => setTimeout(done)); });
  const DEEDS = [["created", "pending"], ["started", "in_progress"], ["bumped", "bumped"]];
  const station = template.station_id;
  const hear = (kind, number, more) => {
    const told = { ...template, id: `ticket-${number}-${station}`, order_id: `${number}`, ...more };
    told.order_reference = `Table ${number}`;
    told.metadata = { ...template.metadata, queued: number };
    const event = { type: `kds.ticket.${kind}`, seq: number, payload: { ticket: told } };
    stream.hear({ ...event, by: null, live: kind !== "bumped" });
  };
  for (let from = first; from < last; from += atOnce) {
    const to = Math.min(from + atOnce, last);
    for (const [kind, status] of DEEDS) {
      for (let number = from; number < to; number += 1) hear(kind, number, { status });
      await frame();
    }
    sent.length = 0;
  }
}"""


class Weight(NamedTuple):
    """What a page keeps."""

    heap: float
    """Bytes of JavaScript."""
    nodes: int
    listeners: int


def test_a_board_through_a_night_of_tickets_keeps_nothing_of_them(
    page: Page, standing: Kitchen
) -> None:
    hub = Hub(page, standing)
    hub.it_is(5)
    hub.shows()
    cdp = page.context.new_cdp_session(page)
    warm = TICKETS // 4
    night(page, 1, warm)
    before = weight(cdp)
    night(page, warm, warm + TICKETS)
    after = weight(cdp)
    assert page.locator(".ticket").count() == 0
    # Engines keep some of what they compile; one card alone is some ten nodes and kilobytes.
    assert after.nodes <= before.nodes + 50
    assert after.listeners <= before.listeners + 10
    assert after.heap <= before.heap + max(300_000, 20 * TICKETS)


def night(page: Page, first: int, last: int) -> None:
    usual = ticket(0, "grill", item("Hamburger", modifiers=[CHEDDAR]), item("Rings", "2"))
    asked: dict[str, Any] = {"first": first, "last": last, "atOnce": AT_ONCE, "template": usual}
    page.evaluate(NIGHT, asked)


def weight(cdp: CDPSession) -> Weight:
    for _ in range(3):  # What one round frees may let go of more.
        cdp.send("HeapProfiler.collectGarbage")
    heap = cdp.send("Runtime.getHeapUsage")["usedSize"]
    counters = cdp.send("Memory.getDOMCounters")
    return Weight(heap, counters["nodes"], counters["jsEventListeners"])
