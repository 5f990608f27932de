"""The command `expeditor rush --channel`: an evening of delivery orders, by a simulated Deliverect.

It plays the channel for an account of the configuration: posts orders to the appliance, and takes
what it tells of them at the address that the account has as `api`.
"""

import argparse
import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from appliance.cli_ending import CANNOT_LISTEN, FAILED, OK, WRONG_CONFIGURATION, complain
from appliance.cli_place import place_of
from appliance.config import ALL_INTERFACES, Address, ConfigError, DeliverectSection
from appliance.config.values import is_loopback
from appliance.deliverect import accounts, dinner
from appliance.deliverect.postman import Delivery
from appliance.deliverect.protocol import CANCEL, ORDERS
from appliance.deliverect.simulated import SimulatedDeliverect
from appliance.installing.place import Place
from appliance.rush import Outcome, Plan, counts, moments_of, play

CANCELLED: Final = 0.08
"""Share of orders that are taken back."""
AT_ONCE: Final = 0.15
"""Share of those that are taken back within a millisecond."""
BEFORE: Final = 0.15
"""Share of those whose cancellation comes first."""
TWICE: Final = 0.08
"""Share of orders that are delivered once more."""
TOLD_SECONDS: Final = 5.0
"""How long it waits in the end to be told of the last orders."""


class Post(NamedTuple):
    """What is posted, and when: seconds after the start."""

    at: float
    order_id: str
    what: str
    body: dict[str, Any]


def run(options: argparse.Namespace, plan: Plan) -> int:
    """Play the channel; returns the exit code. Raises ConfigError."""
    found = place_of(options)
    section, where = _account(found, options.channel)
    api = urlsplit(section.base)
    if api.scheme != "http" or not is_loopback(api.hostname or ""):
        raise ConfigError(
            f"{found.file}: {where}.api: it has to be on this machine for the channel to be played,"
            f' as "http://127.0.0.1:9190"; it is "{section.base}"'
        )
    account = accounts.read(section)
    if account.fault:
        complain(account.fault)
        return WRONG_CONFIGURATION
    to = _reachable(found) if options.to is None else options.to
    platform = SimulatedDeliverect(
        to if "://" in to else f"http://{to}",
        place=dinner.Place(
            section.account, section.location, next(iter(section.channel_links), section.location)
        ),
        # Staging signs with what it says itself.
        secret=account.webhook_secret or section.location.encode(),
        clients={section.client_id: account.client_secret or None},
        host=api.hostname or "",
        port=api.port or 80,
        prefix=api.path,
    )
    try:
        return asyncio.run(_evening(platform, plan, section))
    except OSError as error:
        complain(f"{api.netloc}: {os.strerror(error.errno) if error.errno else error}")
        return CANNOT_LISTEN


def _account(found: Place, wanted: str) -> tuple[DeliverectSection, str]:
    """The account of this id, the only one for none; and its key. Raises ConfigError."""
    sections = found.config.deliverect
    ids = ", ".join(section.id for section in sections)
    if not sections:
        raise ConfigError(f"{found.file}: deliverect: there is no account to play the channel for")
    if not wanted and len(sections) > 1:
        raise ConfigError(f"{found.file}: deliverect: say for which account: {ids}")
    for place, section in enumerate(sections):
        if wanted in ("", section.id):
            return section, f"deliverect[{place}]"
    raise ConfigError(f"{found.file}: deliverect: there is no account {wanted!r}, but {ids}")


def _reachable(found: Place) -> Address:
    """Where the appliance is, from this machine. Raises ConfigError."""
    listen = found.config.http.listen
    if listen.port == 0:
        raise ConfigError(f"{found.file}: http.listen: it is any free port: say by --to which one")
    return listen.on("127.0.0.1") if listen.host in (ALL_INTERFACES, "::") else listen


# ── what is posted ───────────────────────────────────────────────────────────────────


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


async def _evening(platform: SimulatedDeliverect, plan: Plan, section: DeliverectSection) -> int:
    """Raises OSError where it cannot listen."""
    async with platform:
        outcome = await evening(
            platform,
            plan,
            show=lambda line: print(line, flush=True),
            told_of_all=section.send_accepted,
        )
    print(outcome.report())
    print(told(platform))
    return OK if outcome.failed == 0 and not platform.violations else FAILED


async def evening(
    platform: SimulatedDeliverect, plan: Plan, show: Callable[[str], None], *, told_of_all: bool
) -> Outcome:
    """Push the products, then post it all at its moments.

    `told_of_all`: the appliance tells of every order that it took, which is waited for.
    """
    posts = posts_of(plan, platform.place)
    outcome = Outcome(len(posts) + 1)

    async def send(post: Post) -> None:
        outcome.sent[post.what] += 1
        _count(await platform.send(ORDERS, post.body), outcome)

    show(
        f"{len(posts)} messages to {platform.to} within {plan.minutes:g} min, seed {plan.seed};"
        f" the channel listens at {platform.url}"
    )
    outcome.sent["products"] += 1
    _count(await platform.products(), outcome)
    await play(posts, send, outcome, show, in_turn=False)
    if told_of_all and not outcome.failed:
        cancelled = {post.order_id for post in posts if post.what == "cancel"}
        kept = {post.order_id for post in posts} - cancelled
        try:
            await platform.until(lambda: all(map(platform.history.get, kept)), TOLD_SECONDS)
        except TimeoutError:
            show(f"not told of all orders within {TOLD_SECONDS:g} s")
    return outcome


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
