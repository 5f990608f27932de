"""The table of states and actions, and orders to walk it with: an order for each cell.

At the grill an order has one line or two, at fry one; the pass sees all of them.
"""

import json
from datetime import UTC, datetime
from typing import Any, Final

from appliance.kitchen.ticket import Moment
from tests.api.asking import PREFIXES, Answer, ask, ticket_path
from tests.running import RunningAppliance

OURS, GATEWAY = PREFIXES

# The rows of the ticket API design page, "States": action, from, to, stamps.
PAGE: Final = """
| fire (course or timer) | held | pending | |
| start | held, pending, recalled | in_progress | started_at (first time) |
| ready | in_progress | ready | every item done |
| bump | pending, in_progress, ready, recalled | bumped | completed_at; started_at if never set |
| recall | ready; bumped within the recall window (default 30 min, setting) | recalled | completed_at cleared |
| void | any but bumped, voided | voided | stays among the live ones, struck through, until acknowledged by a bump (status remains voided) |
| priority | any live state | same | |
| item done / undone (ours) | any live state | `in_progress` when the first is done; `ready` when the last is | |
"""  # noqa: E501 - as it stands there

# What they come to. A state: 200, and the ticket is there. `=`: 200, and it is as it was, for
# that is where the action leads. `-`: 409. `late`: its recall window is over. `seen`: it was
# voided and then acknowledged. `done` and `undone` are about the first of two lines, `last`
# and `again` about the only one; a held line that is ticked is fired, alone: what the page says
# of the first tick is so once the rest is fired, too.
TABLE: Final = """
              start        ready   bump    recall    void    priority     done         undone       last    again        fire
  held        in_progress  -       -       -         voided  held         held         =            ready   =            pending
  pending     in_progress  -       bumped  -         voided  pending      in_progress  =            ready   =            =
  in_progress =            ready   bumped  -         voided  in_progress  in_progress  =            ready   =            =
  ready       -            =       bumped  recalled  voided  ready        =            in_progress  =       in_progress  =
  recalled    in_progress  -       bumped  =         voided  recalled     in_progress  =            ready   =            =
  bumped      -            -       =       recalled  -       -            =            -            =       -            =
  late        -            -       =       -         -       -            =            -            =       -            =
  voided      -            -       voided  -         =       -            -            =            -       =            =
  seen        -            -       =       -         =       -            -            =            -       =            =
"""  # noqa: E501 - a table is read by column
ACTIONS, *_ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS: Final = {
    (row[0], action): cell for row in _ROWS for action, cell in zip(ACTIONS, row[1:], strict=True)
}
STATES: Final = [row[0] for row in _ROWS]
STATUS: Final = dict(zip(STATES, STATES, strict=True)) | {"late": "bumped", "seen": "voided"}
"""What the API calls each of them."""
LIVE: Final = {state for state in STATES if STATUS[state] not in ("bumped", "voided")}
"""Those in which there is something to do: a voided ticket is on the board, to be seen alone."""
LEADS_TO: Final = {
    "start": "in_progress",
    "ready": "ready",
    "bump": "bumped",
    "recall": "recalled",
    "void": "voided",
}
"""What `details.to` of a 409 says; null for what leads to no one state."""
ON_THE_WAY: Final[dict[str, list[str]]] = {
    "held": [],
    "pending": [],
    "in_progress": ["start"],
    "ready": ["start", "ready"],
    "recalled": ["bump", "recall"],
    "bumped": ["bump"],
    "late": ["bump"],
    "voided": ["void"],
    "seen": ["void", "bump"],
}
"""Actions that lead a new ticket to each state."""
RECALL_WINDOW: Final = 30 * 60
"""Seconds; the default."""


TIMES: Final = {
    "queued",
    "firesAt",
    "firedAt",
    "waitsSince",
    "lateAt",
    "veryLateAt",
    "recallUntil",
}
"""Of the metadata. They go with the clock: `test_timing_json.py` is about them."""


class KitchenClock:
    """Goes only when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0

    def __call__(self) -> Moment:
        return Moment((1_772_474_400 + self.seconds) * 1000, self.seconds * 1000)

    @property
    def shown(self) -> str:
        """Now, as the API writes it."""
        return datetime.fromtimestamp(self().at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Cell:
    """One order, for one action in one state."""

    def __init__(self, appliance: RunningAppliance, clock: KitchenClock, order_id: str) -> None:
        self._appliance = appliance
        self._clock = clock
        self._id = order_id

    async def bring(self, state: str, *, lines: int) -> None:
        """Order, and bring the ticket at the grill to that state, a minute for each step."""
        course = {"course": "1", "courseStatus": "hold" if state == "held" else "fire"}
        burgers = [
            {"lineId": str(line), "name": "Hamburger"} | course for line in range(1, lines + 1)
        ]
        fries = {"lineId": "fries", "name": "Fries"} | course
        assert await self._appliance.order(id=self._id, items=[*burgers, fries])
        for action in ON_THE_WAY[state]:
            self._clock.seconds += 60
            assert (await self.do(action)).status == 200
        self._clock.seconds += RECALL_WINDOW + 1 if state == "late" else RECALL_WINDOW
        assert (await self.ticket("grill"))["status"] == STATUS[state]

    async def do(
        self, action: str, station: str = "grill", prefix: str = OURS, priority: str = "high"
    ) -> Answer:
        """Ask for an action of the table, or for one as the path calls it."""
        if action == "fire":
            path, body = f"{prefix}/courses/fire", {"order_id": self._id, "course_number": 1}
        else:
            mark = {"done": "done", "last": "done", "undone": "undone", "again": "undone"}.get(
                action
            )
            parts = ("items", "1", mark) if mark else (action,)
            path = ticket_path(station, self._id, *parts, prefix=prefix)
            body = {"priority": priority} if action == "priority" else {}
        data = json.dumps(body).encode() if body else None
        answer = await ask(self._appliance, "POST", path, data=data)
        return answer if action == "fire" else answer._replace(body=without_times(answer.body))

    async def ticket(self, station: str) -> Any:
        """As the list has it."""
        listed = await self._appliance.tickets(station, status="all", limit="500")
        (ticket,) = (each for each in listed if each["order_id"] == self._id)
        return without_times(ticket)

    async def is_on_board(self) -> bool:
        """Whether the grill's board has it."""
        return self._id in {
            each["order_id"] for each in await self._appliance.tickets("grill", limit="500")
        }


def without_times(body: Any) -> Any:
    """What was answered, a ticket or an error, but for the ticket's times."""
    if "metadata" not in body:
        return body
    metadata = {key: value for key, value in body["metadata"].items() if key not in TIMES}
    return body | {"metadata": metadata}


class Walk:
    """Makes cells."""

    def __init__(self, appliance: RunningAppliance, clock: KitchenClock) -> None:
        self.appliance = appliance
        self.clock = clock
        self._count = 0

    async def cell(self, state: str, *, lines: int = 2) -> Cell:
        self._count += 1
        cell = Cell(self.appliance, self.clock, f"A-{self._count}")
        await cell.bring(state, lines=lines)
        return cell


def expected_change(before: Any, action: str, status: str, now: str) -> dict[str, Any]:
    """The keys that are another after an action that did something."""
    items = before["items"]
    first = {"done": True, "last": True, "undone": False, "again": False}.get(action)
    whole = {"ready": True, "bump": True, "recall": False}.get(action)
    if status == "voided":
        whole = None
    fires = action in ("start", "bump", "fire") and status != "voided"
    changed_items = [
        item
        | ({"is_done": whole} if whole is not None else {})
        | ({"is_done": first, "held": False} if first is not None and item is items[0] else {})
        | ({"held": False} if fires else {})
        for item in items
    ]
    open_courses = [item["course"] for item in changed_items if not item["is_done"]]
    metadata = {key: value for key, value in before["metadata"].items() if key != "alsoAt"}
    change = {
        "status": status,
        "items": changed_items,
        "metadata": metadata | ({} if action == "bump" else {"alsoAt": ["fry"]}),
        "updated_at": now,
        "course_number": min(open_courses, default=None),
    }
    if action == "priority":
        change["priority"] = "high"
    is_begun = action in ("start", "done", "last") and status != "held"
    if is_begun or status == "bumped":
        change["started_at"] = before["started_at"] or now
    if status == "bumped":
        change["completed_at"] = now
    if action == "recall":
        change["completed_at"] = None
    return change
