"""Arguments that several commands have."""

import argparse
from pathlib import Path
from typing import Final

from appliance.config import Address

ORDERS: Final = Address("127.0.0.1:9104")
"""Where an appliance on this machine takes orders."""


def add_place(
    parser: argparse.ArgumentParser, file: str = "default: a demo kitchen that is built in"
) -> None:
    """The configuration, and the data. `file`: what is said of the first."""
    # Not set where it is not given: an action of a command would undo what stands before it.
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=argparse.SUPPRESS,
        help=file,
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="default: appliance.data_dir of the file",
    )


def address(text: str) -> Address:
    """Raises ArgumentTypeError."""
    try:
        return Address.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
