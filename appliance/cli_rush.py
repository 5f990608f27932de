"""The command `expeditor rush`: a believable dinner, by the LAN protocol or by a channel."""

import argparse
import asyncio
import math
from urllib.parse import urlsplit

from appliance import rush
from appliance.cli_arguments import ORDERS, add_place, address
from appliance.cli_ending import FAILED, OK, WRONG_CONFIGURATION, complain


class _Url(str):
    """Where the pages of an appliance are, without a slash at the end."""

    __slots__ = ()


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add it."""

    def address_or_url(text: str) -> str:
        if "://" not in text:
            return address(text)
        url = urlsplit(text)
        if url.scheme not in ("http", "https") or not url.hostname or url.query or url.fragment:
            raise argparse.ArgumentTypeError(f'{text!r}: write it like "http://192.168.1.10"')
        return _Url(text.rstrip("/"))

    dinner = commands.add_parser("rush", help="send a believable dinner service over the network")
    dinner.add_argument("--orders-per-minute", type=_positive, default=20.0, metavar="N")
    dinner.add_argument("--minutes", type=_positive, default=3.0, metavar="M")
    dinner.add_argument("--seed", type=int, default=1, metavar="S", help="same seed, same orders")
    dinner.add_argument(
        "--to",
        type=address_or_url,
        metavar="HOST:PORT",
        help=f"default: {ORDERS}; with --channel that of the pages, also as a URL; default: "
        "http.listen of the configuration",
    )
    dinner.add_argument(
        "--channel",
        nargs="?",
        const="",
        metavar="ID",
        help="delivery orders, as the channel sends them for this account; default: the only one",
    )
    add_place(dinner, "with --channel, that of the appliance; default: as of run")
    dinner.set_defaults(run=_run)


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is no positive number")
    return number


def _run(options: argparse.Namespace) -> int:
    """Raises ConfigError."""
    plan = rush.Plan(options.orders_per_minute, options.minutes, options.seed)
    if options.channel is not None:
        from appliance import cli_channel  # noqa: PLC0415 - the others need none of it

        return cli_channel.run(options, plan)
    if isinstance(options.to, _Url):
        complain("--to: a URL is for --channel; orders of a point of sale go to HOST:PORT")
        return WRONG_CONFIGURATION
    to = options.to or ORDERS
    outcome = asyncio.run(
        rush.run(to.host, to.port, plan, show=lambda line: print(line, flush=True))
    )
    print(outcome.report())
    return OK if outcome.failed == 0 else FAILED
