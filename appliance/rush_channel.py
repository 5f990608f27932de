"""An evening of delivery orders, posted to an appliance by a simulated Deliverect.

As `rush` for the LAN protocol: the same plan, and the same report.
"""

import contextlib
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from appliance.deliverect import dinner
from appliance.deliverect.platform import LONGEST_PAUSE
from appliance.deliverect.postman import Delivery
from appliance.deliverect.protocol import CANCEL, ORDERS
from appliance.deliverect.simulated import SimulatedDeliverect
from appliance.rush import Outcome, Plan, counts, moments_of, play

CANCELLED: Final = 0.08
"""Share of orders that are taken back."""
AT_ONCE: Final = 0.25
"""Share of those that are taken back within a millisecond."""
BEFORE: Final = 0.25
"""Share of those whose cancellation comes first."""
TWICE: Final = 0.08
"""Share of orders that are delivered once more."""
TOLD_SECONDS: Final = LONGEST_PAUSE + 15
"""How long it waits in the end to be told of the last orders: who has not found the channel for a
while tries it again after a minute."""


class Post(NamedTuple):
    """What is posted, and when: seconds after the start."""

    at: float
    order_id: str
    what: str
    body: dict[str, Any]


def posts_of(plan: Plan, place: dinner.Place) -> list[Post]:
    """All of the evening but its products, in the order of their moments.

    The same for a seed, but for the ids of orders and their times.
    """
    chance = random.Random(plan.seed)  # noqa: S311 - a dinner, not a secret
    ids = random.Random(time.time_ns())  # noqa: S311 - no order of an evening before
    now = datetime.now(UTC)
    posts: list[Post] = []
    for at in moments_of(plan, chance):
        shape = chance.choice(dinner.SHAPES)
        order_id = dinner.new_id(ids)
        body = dinner.order(shape, order_id, place, now + timedelta(seconds=at), chance)
        posts.extend(_order(chance, Post(at, order_id, "order", body), plan.minutes * 60))
    return sorted(posts, key=lambda post: post.at)


def _order(chance: random.Random, order: Post, span: float) -> Iterator[Post]:
    yield order
    later = min(span, order.at + chance.uniform(2, 40))
    fate, when, soon = chance.random(), chance.random(), chance.uniform(0, 2)
    if fate < CANCELLED:
        if when < AT_ONCE:
            later = order.at + 0.0005
        elif when < AT_ONCE + BEFORE:
            later = max(0.0, order.at - soon)
        yield order._replace(at=later, what="cancel", body=order.body | {"status": CANCEL})
    elif fate < CANCELLED + TWICE:
        yield order._replace(at=order.at + soon, what="repeat")


@dataclass
class Evening(Outcome):
    """What became of it."""

    not_placed: set[str] = field(default_factory=set)
    """Orders that nobody could place: the kitchen had paused them."""
    untold: int = 0
    """Orders that the kitchen took, and never told of."""

    @property
    def failed(self) -> int:
        """Messages without the reply, and orders without the word, that they should have had."""
        return super().failed + self.untold

    def report(self) -> str:
        """As Outcome.report."""
        lines = [super().report()]
        if self.not_placed:
            lines.append(f"not placed    {len(self.not_placed)} orders: they were paused")
        if self.untold:
            lines.append(f"not told of   {self.untold} orders, for {TOLD_SECONDS:g} s")
        return "\n".join(lines)


async def evening(
    platform: SimulatedDeliverect, plan: Plan, show: Callable[[str], None], *, told_of_all: bool
) -> Evening:
    """Push the products, then post it all at its moments; new orders only while they are wanted.

    `told_of_all`: the appliance tells of every order that it took, which is waited for.
    """
    posts = posts_of(plan, platform.place)
    outcome = Evening(len(posts) + 1)

    async def send(post: Post) -> None:
        if post.what == "order" and platform.is_paused(platform.place.location):
            if not outcome.not_placed:
                show("the kitchen has paused new orders: none is placed meanwhile")
            outcome.not_placed.add(post.order_id)
        if post.order_id in outcome.not_placed:
            outcome.planned -= 1
            return
        outcome.sent[post.what] += 1
        _count(await platform.send(ORDERS, post.body), outcome)

    show(
        f"{len(posts)} messages to {platform.to} within {plan.minutes:g} min, seed {plan.seed},"
        f" after the products, which go into its menu; the channel listens at {platform.url}"
    )
    outcome.sent["products"] += 1
    _count(await platform.products(), outcome)
    await play(posts, send, outcome, show, in_turn=False)
    if told_of_all and not outcome.failed:
        cancelled = {post.order_id for post in posts if post.what == "cancel"}
        kept = {post.order_id for post in posts} - cancelled - outcome.not_placed
        await _told_of(kept, platform, show)
        outcome.untold = len(_untold(kept, platform))
    return outcome


def _untold(orders: set[str], platform: SimulatedDeliverect) -> set[str]:
    return {each for each in orders if not platform.history.get(each)}


async def _told_of(
    orders: set[str], platform: SimulatedDeliverect, show: Callable[[str], None]
) -> None:
    """Wait for the kitchen to tell of all of them, for a while."""
    if untold := _untold(orders, platform):
        show(
            f"not told of {len(untold)} orders yet: that is waited for, {TOLD_SECONDS:g} s at most"
        )
    with contextlib.suppress(TimeoutError):
        await platform.until(lambda: not _untold(orders, platform), TOLD_SECONDS)


def _count(delivery: Delivery, outcome: Outcome) -> None:
    if delivery.status is None:
        outcome.unanswered[delivery.why] += 1
        return
    outcome.milliseconds.append(delivery.milliseconds[-1])
    if delivery.delivered:
        outcome.acknowledged += 1
    else:
        outcome.refused[delivery.why] += 1


def told(platform: SimulatedDeliverect) -> str:
    """What came back: which statuses of how many orders, and what should not have come."""
    orders = Counter(status for taken in platform.history.values() for status in set(taken))
    statuses = ", ".join(f"{status}: {count}" for status, count in sorted(orders.items()))
    violations = Counter(each.partition(": ")[2] for each in platform.violations)
    return "\n".join(
        (
            f"orders told   {statuses or 'none'}",
            f"told twice    {platform.repeats}",
            f"violations    {counts(violations)}",
        )
    )
