"""How often: a few times in `make test`, the large counts of the issues in `make proof`."""

import os

PROOF = os.environ.get("EXPEDITOR_PROOF") == "1"


def count(usual: int, *, proof: int) -> int:
    """The number of repetitions for this run."""
    return proof if PROOF else usual
