"""The one-time link: the way in while nobody has another."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from appliance.files import replace_file

NAME: Final = "link-used"
"""In the data directory, from when a link was first used."""
CODE_BYTES: Final = 24
LINK_SECONDS: Final = 3600.0
"""It may lie in a journal for years: whoever has started the appliance opens it soon."""


class Link:
    """The link of one start."""

    def __init__(self, directory: Path, monotonic: Callable[[], float]) -> None:
        """Blocks; raises OSError. `monotonic`: a clock that does not jump, in seconds."""
        self._path = directory / NAME
        self._monotonic = monotonic
        self._code: str | None = secrets.token_urlsafe(CODE_BYTES)
        self._ends_at = monotonic() + LINK_SECONDS
        self.used_before = self._path.exists()
        """Whether the link of an earlier start was used."""

    @property
    def code(self) -> str | None:
        """Good once; None when it has been used, or LINK_SECONDS after the start."""
        return self._code if self._monotonic() < self._ends_at else None

    def take(self, code: str) -> bool:
        """Whether this is the code, which is then good no more."""
        right = (self.code or "").encode()
        if not right or not secrets.compare_digest(code.encode(errors="replace"), right):
            return False
        self._code = None
        return True

    def remember(self) -> None:
        """Keep on disk that it was used. Blocks; raises OSError."""
        replace_file(self._path, b"")
