"""Boards that ask to be let in, each with a code that it shows. In memory, and bounded."""

from typing import Final

MOST: Final = 64
MOST_PER_ADDRESS: Final = 8
"""Several may come from behind one address; the one silent longest goes."""
SILENT_SECONDS: Final = 30.0
"""A board asks every few seconds: one that has stopped shows its code no longer."""
CODE_SECONDS: Final = 600.0
"""After which a board that still asks gets another code."""
