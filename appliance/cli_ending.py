"""What a command ends with: an exit code, and before that what somebody ought to know."""

import sys
from typing import Final

OK: Final = 0
FAILED: Final = 1
WRONG_CONFIGURATION: Final = 2
UNUSABLE_DATA: Final = 3
CANNOT_LISTEN: Final = 4


def complain(text: str) -> None:
    """Say on standard error what somebody ought to know."""
    print(f"expeditor: {text}", file=sys.stderr, flush=True)
