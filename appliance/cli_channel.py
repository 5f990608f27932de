"""The command `expeditor rush --channel`: an evening of delivery orders, by a simulated Deliverect.

It plays the channel for an account of the configuration: posts orders to the appliance, and takes
what it tells of them at the address that the account has as `api`.
"""

import argparse
import asyncio
import os
from urllib.parse import urlsplit

from appliance.cli_ending import CANNOT_LISTEN, FAILED, OK, WRONG_CONFIGURATION, complain
from appliance.cli_place import place_of
from appliance.config import ALL_INTERFACES, Address, ConfigError, DeliverectSection
from appliance.config.values import is_loopback
from appliance.deliverect import accounts, dinner
from appliance.deliverect.postman import CONNECT_SECONDS
from appliance.deliverect.simulated import SimulatedDeliverect
from appliance.installing.place import Place
from appliance.rush import Plan
from appliance.rush_channel import evening, told


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


async def _evening(platform: SimulatedDeliverect, plan: Plan, section: DeliverectSection) -> int:
    """Raises OSError where it cannot listen."""
    async with platform:
        if not await _is_there(platform.to):
            complain(f"{platform.to}: nobody answers there: start the appliance first")
            return FAILED
        outcome = await evening(
            platform,
            plan,
            show=lambda line: print(line, flush=True),
            told_of_all=section.send_accepted,
        )
    print(outcome.report())
    print(told(platform))
    return OK if outcome.failed == 0 and not platform.violations else FAILED


async def _is_there(url: str) -> bool:
    """Whether somebody listens: the channel itself would try again for five minutes."""
    to = urlsplit(url)
    port = to.port or (443 if to.scheme == "https" else 80)
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(to.hostname, port)
    except OSError:  # So is TimeoutError.
        return False
    writer.close()
    return True
