"""A believable dinner service over real sockets: tables fill, change their minds, go home.

The same seed makes the same orders at the same moments of the service. Orders come in a
peak around the middle; some are updated a little later, a few are cancelled.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any, Final, NamedTuple, Protocol, TypeVar

import msgspec

from appliance import dishes
from appliance.lan import client

PROGRESS_SECONDS: Final = 5.0
AT_ONCE: Final = 32
"""Messages under way; a POS terminal has one, a rush has many terminals."""
UPDATED: Final = 0.15
"""Share of orders that a table changes."""
CANCELLED: Final = 0.03
"""Share of orders that are taken back."""

HURRIED: Final = 0.05
"""Share of orders with priority."""
WITH_A_WISH: Final = 0.1
"""Share of items with special instructions."""

MODES: Final = ("For Here", "For Here", "For Here", "ToGo", "Pickup", "DriveThru", "Delivery")
SERVERS: Final = ("Sarah", "Luis", "Aiko", "Tom")


class Plan(NamedTuple):
    """How hard the rush is."""

    orders_per_minute: float
    minutes: float
    seed: int


class Moment(Protocol):
    """Something that is sent, and when: seconds after the start."""

    @property
    def at(self) -> float: ...  # noqa: D102 - as above
    @property
    def order_id(self) -> str: ...  # noqa: D102 - whose it is


class Message(NamedTuple):
    """What is sent, and when: seconds after the start."""

    at: float
    order_id: str
    body: dict[str, Any]


@dataclass
class Outcome:
    """What became of the messages."""

    planned: int
    sent: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    unanswered: Counter[str] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def failed(self) -> int:
        """Messages without the reply that they should have had."""
        return sum(self.refused.values()) + sum(self.unanswered.values())

    def report(self) -> str:
        """What was sent, acknowledged, refused, and how fast."""
        sent = ", ".join(f"{count} {command}" for command, count in sorted(self.sent.items()))
        lines = [
            f"sent          {sum(self.sent.values())} in {self.seconds:.1f} s ({sent})",
            f"acknowledged  {self.acknowledged}",
            f"refused       {counts(self.refused)}",
            f"no answer     {counts(self.unanswered)}",
        ]
        if len(self.milliseconds) > 1:
            cuts = quantiles(self.milliseconds, n=100, method="inclusive")
            lines.append(
                f"reply within  {cuts[49]:.1f} ms (median), {cuts[98]:.1f} ms (99 of 100), "
                f"{max(self.milliseconds):.1f} ms (slowest)"
            )
        return "\n".join(lines)


def counts(of: Counter[str]) -> str:
    """How many there are, and of what most of them are."""
    reasons = ", ".join(f"{count} × {reason}" for reason, count in of.most_common(5))
    return f"{sum(of.values())}" + (f" ({reasons})" if reasons else "")


def moments_of(plan: Plan, chance: random.Random) -> Iterator[float]:
    """When an order comes, for each of them; in no order."""
    for _ in range(max(1, round(plan.orders_per_minute * plan.minutes))):
        # A triangle: quiet at both ends, twice the average in the middle.
        yield chance.triangular(0, plan.minutes * 60)


def messages_of(plan: Plan) -> list[Message]:
    """All messages of the service, in the order of their moments."""
    chance = random.Random(plan.seed)  # noqa: S311 - a dinner, not a secret
    span = plan.minutes * 60
    stamp = f"{int(time.time()) % 10_000_000}"
    messages: list[Message] = []
    for number, at in enumerate(moments_of(plan, chance), 1):
        messages.extend(_table(chance, f"R{stamp}-{number}", number, at, span))
    return sorted(messages, key=lambda message: message.at)


def _table(
    chance: random.Random, order_id: str, number: int, at: float, span: float
) -> Iterator[Message]:
    order = _order(chance, order_id, number)
    yield Message(at, order_id, {"command": "create-order", "order": order})
    later = min(span, at + chance.uniform(2, 40))
    fate = chance.random()
    if fate < CANCELLED:
        yield Message(later, order_id, {"command": "cancel-order", "order": {"id": order_id}})
    elif fate < CANCELLED + UPDATED:
        changed = order | {"items": _changed(chance, order["items"])}
        yield Message(later, order_id, {"command": "update-order", "order": changed})


def _order(chance: random.Random, order_id: str, number: int) -> dict[str, Any]:
    mode = chance.choice(MODES)
    here = mode == "For Here"
    guest = chance.choice(dishes.GUESTS)
    order: dict[str, Any] = {
        "id": order_id,
        "name": f"Table {chance.randint(1, 40)}" if here else guest,
        "time": int(time.time() * 1000),
        "mode": mode,
        "server": chance.choice(SERVERS),
        "terminal": f"POS {chance.randint(1, 3)}",
        "checkNumber": str(number),
        "items": [
            _item(chance, str(line + 1), here=here)
            for line in range(chance.choice((1, 2, 2, 3, 4, 6)))
        ],
    }
    if not here:
        order["phoneNumber"] = f"+1615555{chance.randint(0, 9999):04}"
    if chance.random() < HURRIED:
        order["priority"] = True
    return order


def _item(chance: random.Random, line_id: str, *, here: bool) -> dict[str, Any]:
    dish_id, name, course, modifiers = chance.choice(dishes.MENU)
    chosen = chance.sample(modifiers, chance.randint(0, min(2, len(modifiers))))
    item: dict[str, Any] = {
        "id": dish_id,
        "lineId": line_id,
        "name": name,
        "qty": chance.choice((1, 1, 1, 2, 3)),
        "mods": [{"name": modifier} for modifier in chosen],
        "course": course,
    }
    if here:
        item["seat"] = f"Seat {chance.randint(1, 4)}"
        item["courseStatus"] = "hold" if course == "Course 3" else "fire"
    if chance.random() < WITH_A_WISH:
        item["specialInstructions"] = chance.choice(dishes.WISHES)
    return item


def _changed(chance: random.Random, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A line more, a line less, or another quantity."""
    kept = [dict(item) for item in items]
    match chance.randrange(3):
        case 0:
            kept.append(_item(chance, str(len(items) + 1), here="seat" in items[0]))
        case 1 if len(kept) > 1:
            kept.pop(chance.randrange(len(kept)))
        case _:
            kept[0]["qty"] += 1
    return kept


async def run(host: str, port: int, plan: Plan, show: Callable[[str], None]) -> Outcome:
    """Send it all at its moments; `show` is given a line of progress every few seconds."""
    messages = messages_of(plan)
    outcome = Outcome(len(messages))
    places = asyncio.Semaphore(AT_ONCE)

    async def send(message: Message) -> None:
        async with places:
            await _send(host, port, message, outcome)

    show(f"{len(messages)} messages to {host}:{port} within {plan.minutes:g} min, seed {plan.seed}")
    await play(messages, send, outcome, show)
    return outcome


_Sent = TypeVar("_Sent", bound=Moment)


async def play(
    messages: Sequence[_Sent],
    send: Callable[[_Sent], Awaitable[None]],
    outcome: Outcome,
    show: Callable[[str], None],
    *,
    in_turn: bool = True,
) -> None:
    """Send each at its moment; `send` counts in `outcome` what became of it, this how long it took.

    `in_turn`: none is sent before the one ahead of it, of the same order, is done with.
    """
    ahead: dict[str, asyncio.Task[None]] = {}
    began = time.monotonic()

    async def deliver(message: _Sent, before: "asyncio.Task[None] | None") -> None:
        await asyncio.sleep(max(0.0, began + message.at - time.monotonic()))
        if before is not None:
            await before  # A table's change never overtakes its order.
        await send(message)

    async def progress() -> None:
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            minute = (time.monotonic() - began) / 60
            show(
                f"{minute:4.1f} min  sent {sum(outcome.sent.values())}/{outcome.planned}  "
                f"acknowledged {outcome.acknowledged}  failed {outcome.failed}"
            )

    reporting = asyncio.create_task(progress())
    try:
        async with asyncio.TaskGroup() as group:
            for message in messages:
                before = ahead.get(message.order_id) if in_turn else None
                ahead[message.order_id] = group.create_task(deliver(message, before))
    finally:
        reporting.cancel()
    outcome.seconds = time.monotonic() - began


async def _send(host: str, port: int, message: Message, outcome: Outcome) -> None:
    outcome.sent[message.body["command"]] += 1
    began = time.perf_counter()
    try:
        reply = await client.send(host, port, msgspec.json.encode(message.body))
    except (OSError, EOFError) as error:
        outcome.unanswered[type(error).__name__] += 1
        return
    outcome.milliseconds.append((time.perf_counter() - began) * 1000)
    if reply.accepted:
        outcome.acknowledged += 1
    else:
        outcome.refused[reply.text[:40].decode(errors="replace")] += 1
