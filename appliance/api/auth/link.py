"""One-time links: the way in while nobody has another, and for the browser of a screen."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from appliance.files import replace_file

NAME: Final = "link-used"
"""In the data directory, from when a link was first used."""
CODE_BYTES: Final = 24
LINK_SECONDS: Final = 3600.0
"""It may lie in a journal for years: whoever has started the appliance opens it soon."""
SCREEN_LINK_SECONDS: Final = 60.0
"""A screen's own browser is sent on to it at once."""
MAX_SCREEN_LINKS: Final = 128
"""At a time, two for each screen; the oldest goes."""


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


class _Lent(NamedTuple):
    token: str
    ends_at: float


class ScreenLinks:
    """Links by which the browser of a screen gets the token that the screen has. In memory."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """`monotonic`: as of `Link`."""
        self._monotonic = monotonic
        self._lent: dict[str, _Lent] = {}
        """By code, the oldest first."""

    def lend(self, token: str) -> str:
        """A code for this token, which is good for half of that time at least.

        Whoever asks again and again is given the same one for so long.
        """
        now = self._monotonic()
        kept = [(code, lent) for code, lent in self._lent.items() if now < lent.ends_at]
        for code, lent in kept:
            if lent.token == token and lent.ends_at - now > SCREEN_LINK_SECONDS / 2:
                return code
        self._lent = dict(kept[-(MAX_SCREEN_LINKS - 1) :])
        code = secrets.token_urlsafe(CODE_BYTES)
        self._lent[code] = _Lent(token, now + SCREEN_LINK_SECONDS)
        return code

    def take(self, code: str) -> str | None:
        """The token for this code, which is then good no more."""
        lent = self._lent.pop(code, None)
        return lent.token if lent is not None and self._monotonic() < lent.ends_at else None
