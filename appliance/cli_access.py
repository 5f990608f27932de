"""The commands `expeditor token` and `expeditor pin`: who may, told on the appliance itself.

They change the data directory; a service that runs on it notices within a second.
"""

import argparse
import getpass
import math
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from appliance.api import auth
from appliance.api.auth import devices
from appliance.api.auth.pins import PinError
from appliance.api.auth.revoked import TooMany
from appliance.api.auth.tokens import MAX_LIFE_SECONDS, NAMELESS, InvalidToken
from appliance.cli_arguments import add_place
from appliance.cli_ending import OK, UNUSABLE_DATA, WRONG_CONFIGURATION, complain
from appliance.cli_place import place_of
from appliance.config import Config

MAX_DAYS: Final = MAX_LIFE_SECONDS // 86_400

STDIN: Final = "-"

Action = Callable[[argparse.Namespace, Config, Path], str]
"""What is done with a data directory, and what is printed then."""


class WrongArguments(ValueError):
    """Nothing was done; the text says what is wrong."""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both."""
    token = commands.add_parser(
        "token",
        help="print a token for the HTTP API, or end some",
        description="Without an action: print a token for the HTTP API.",
    )
    token.add_argument("--role", action="append", default=[], help="may be given repeatedly")
    token.add_argument("--station", action="append", default=[], help="only for this station")
    token.add_argument("--subject", default=NAMELESS, help="who it is for")
    token.add_argument("--days", type=_days, default=1.0, help="valid for so long (default: 1)")
    add_place(token)
    token.set_defaults(run=_on_data(_token))
    actions = token.add_subparsers(title="actions", metavar="ACTION")

    revoke = actions.add_parser("revoke", help="end a token, or all of a subject")
    revoke.add_argument("token", metavar="TOKEN", nargs="?", help="a token or its jti; - reads it")
    revoke.add_argument("--subject", dest="of", help="all that were issued to it until now")
    add_place(revoke)
    revoke.set_defaults(run=_on_data(_revoke))

    rotate = actions.add_parser("rotate", help="sign with a new secret from now on")
    add_place(rotate)
    rotate.set_defaults(run=_on_data(_rotate))

    pin = commands.add_parser("pin", help="who signs in at a screen with a PIN")
    actions = pin.add_subparsers(title="actions", metavar="ACTION", required=True)
    setting = actions.add_parser("set", help="give somebody a PIN, which is asked for")
    setting.add_argument("name", metavar="NAME")
    setting.add_argument("--role", action="append", required=True, help="may be given repeatedly")
    setting.add_argument("--station", action="append", default=[], help="only for this station")
    add_place(setting)
    setting.set_defaults(run=_on_data(_set_pin))
    listing = actions.add_parser("list", help="who has one")
    add_place(listing)
    listing.set_defaults(run=_on_data(_list_pins))
    removing = actions.add_parser("remove", help="take somebody's PIN away, and sign them out")
    removing.add_argument("name", metavar="NAME")
    add_place(removing)
    removing.set_defaults(run=_on_data(_remove_pin))


def _on_data(action: Action) -> Callable[[argparse.Namespace], int]:
    """What runs an action on the data directory."""

    def run(options: argparse.Namespace) -> int:
        place = place_of(options)
        try:
            place.directory.mkdir(parents=True, exist_ok=True)
            print(action(options, place.config, place.directory))
        except WrongArguments as error:
            complain(str(error))
            return WRONG_CONFIGURATION
        except OSError as error:
            complain(f"{place.directory}: {error.strerror}")
            return UNUSABLE_DATA
        return OK

    return run


def _days(text: str) -> float:
    number = float(text)
    if not 0 < number <= MAX_DAYS or math.isnan(number):
        raise argparse.ArgumentTypeError(f"{text} is no number of days up to {MAX_DAYS}")
    return number


def _token(options: argparse.Namespace, config: Config, directory: Path) -> str:
    if not options.role:
        raise WrongArguments("--role: give at least one, or one of the actions revoke, rotate")
    _check_roles(options.role)
    seconds = round(options.days * 86_400)
    authority = _authority(config, directory)
    return authority.issue(options.subject, options.role, seconds, options.station)


def _revoke(options: argparse.Namespace, config: Config, directory: Path) -> str:
    if (options.token is None) == (options.of is None):
        raise WrongArguments("give a token, its jti, or --subject")
    authority = _authority(config, directory)
    try:
        if options.of is not None:
            authority.revoke_subject(options.of)
            return f"All tokens of {options.of!r} that were issued until now are revoked."
        # Whoever looks at the list of processes sees the arguments of each.
        token = sys.stdin.readline().strip() if options.token == STDIN else options.token
        if "." in token or token.startswith(devices.PREFIX):
            authority.revoke(token)
        else:
            authority.revoke_id(token)
            return f"No token with the id {token!r} is kept here; any that comes is refused."
    except InvalidToken as error:
        raise WrongArguments(f"this is no token of this appliance: {error}") from error
    except TooMany as error:
        raise WrongArguments(str(error)) from error
    return "The token is revoked."


def _rotate(_options: argparse.Namespace, config: Config, directory: Path) -> str:
    _authority(config, directory).rotate()
    hours = int(config.auth.keep_old_secret) / 3600
    return f"New tokens are signed with a new secret; older ones are good for {hours:g} h more."


def _set_pin(options: argparse.Namespace, config: Config, directory: Path) -> str:
    _check_roles(options.role)
    # Not as an argument, which the list of processes and the shell's history would show.
    digits = getpass.getpass("PIN: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    authority = _authority(config, directory)
    try:
        authority.set_pin(options.name, digits, tuple(options.role), tuple(options.station))
    except PinError as error:
        raise WrongArguments(f"{error.field or 'pin'}: {error}") from error
    return f"{options.name} signs in with this PIN."


def _list_pins(_options: argparse.Namespace, config: Config, directory: Path) -> str:
    return "\n".join(
        f"{pin.name}: {', '.join(pin.roles)}; {', '.join(pin.stations or ['every station'])}"
        for pin in _authority(config, directory).pins()
    )


def _remove_pin(options: argparse.Namespace, config: Config, directory: Path) -> str:
    if not _authority(config, directory).remove_pin(options.name):
        raise WrongArguments(f"{options.name} has no PIN")
    return f"{options.name} has no PIN any more, and is signed out."


def _authority(config: Config, directory: Path) -> auth.Authority:
    return auth.Authority(directory, config.appliance, config.auth)


def _check_roles(roles: Iterable[str]) -> None:
    unknown = sorted(set(roles) - auth.ROLES)
    if unknown:
        raise WrongArguments(f"--role {unknown[0]}: allowed: {', '.join(sorted(auth.ROLES))}")
