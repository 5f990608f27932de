"""Who this appliance is on the network: an identifier that it keeps for life."""

import logging
import re
import secrets
from pathlib import Path
from typing import Final

from appliance.files import replace_file

logger = logging.getLogger(__name__)

NAME: Final = "identity"
_IDENTIFIER: Final = re.compile(rb"[0-9A-F]{12}")


def is_one(text: str) -> bool:
    """Whether it is such an identifier."""
    return bool(_IDENTIFIER.fullmatch(text.encode()))


def identifier(directory: Path) -> str:
    """Twelve hexadecimal digits in capitals, made at random on first use and kept in `directory`.

    One that cannot be kept is good for this run: being found again under another identifier
    is less of a harm than a kitchen that does not start.
    """
    path = directory / NAME
    try:
        kept = path.read_bytes().strip()
    except FileNotFoundError:
        pass
    except OSError as error:
        logger.warning("%s cannot be read, a new identifier is made: %s", path, error.strerror)
    else:
        if _IDENTIFIER.fullmatch(kept):
            return kept.decode("ascii")
        logger.warning("%s is damaged: a new identifier is made", path)
    made = secrets.token_hex(6).upper()
    try:
        replace_file(path, made.encode())
    except OSError as error:
        logger.warning("%s cannot be written, it is for this run: %s", path, error.strerror)
    return made
