"""The secrets that local tokens are signed with: one that is current, and retired ones.

A secret is made on first use, never leaves the data directory, and is good for a time after
it was rotated away, so that nobody is signed out at once.
"""

import hashlib
import logging
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import Struct

from appliance.files import replace_file, sync_directory
from appliance.records import Records, locked, signature

logger = logging.getLogger(__name__)

NAME: Final = "secret"
RETIRED: Final = "retired-secrets"
SECRET_BYTES: Final = 32
RETIRED_KEPT: Final = 4
"""Each is tried on a token that no newer one has signed."""


class Retired(Struct, frozen=True):
    """A secret that signs no more. `until`: when its tokens end, in Unix seconds."""

    secret: bytes
    until: float


class _File(Struct, frozen=True):
    retired: tuple[Retired, ...] = ()


class Secret(NamedTuple):
    """`id` names it without giving it away."""

    id: str
    key: bytes


def local_secret(directory: Path) -> bytes:
    """The secret of this appliance, made on first use. Blocks; raises OSError."""
    path = directory / NAME
    if path.exists():
        secret = path.read_bytes()
        if len(secret) == SECRET_BYTES:
            return secret
        logger.warning("%s was cut short: a new one is made, and old tokens end", path)
        path.unlink()
    descriptor, name = tempfile.mkstemp(prefix="secret.", dir=directory)
    partial = Path(name)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(SECRET_BYTES))
        file.flush()
        os.fsync(file.fileno())
    # Whoever was first wins; the service and `expeditor token` may start together.
    try:
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink(missing_ok=True)
    sync_directory(directory)
    return path.read_bytes()


class Secrets:
    """Those of one data directory, as far as they are good now."""

    def __init__(self, directory: Path, now: Callable[[], float]) -> None:
        """Blocks; raises OSError. `now`: the wall clock, in Unix seconds."""
        self._directory = directory
        self._now = now
        self.current = _named(local_secret(directory))
        self._seen = signature(directory / NAME)
        self._retired = Records(directory / RETIRED, _File())

    @property
    def damaged(self) -> bool:
        """Whether retired ones were lost."""
        return self._retired.damaged

    def good(self) -> list[Secret]:
        """All whose tokens are good, the current one first."""
        now = self._now()
        retired = (_named(old.secret) for old in self._retired.value.retired if old.until > now)
        return [self.current, *retired]

    def refresh(self) -> None:
        """Notice a rotation. Blocks; raises OSError."""
        # Read in this order, as the old one is retired before the new one is put in its place;
        # taken in the other one: requests are judged meanwhile, and know the old one all the time.
        path = self._directory / NAME
        seen = signature(path)
        found = path.read_bytes() if seen and seen != self._seen else b""
        self._retired.refresh()
        if seen == self._seen:
            return
        self._seen = seen
        if len(found) == SECRET_BYTES:
            self.current = _named(found)
        else:
            logger.error("%s is damaged: the one that was read before stays in use", path)

    def rotate(self, keep_seconds: float) -> None:
        """Sign with a new one from now on; the old one is good for that long. As `refresh`."""
        now = self._now()

        def retire(file: _File) -> _File:
            old = Retired(local_secret(self._directory), now + keep_seconds)
            others = [other for other in file.retired if other.until > now]
            return _File((old, *others)[:RETIRED_KEPT])

        with locked(self._directory):
            self._retired.change_locked(retire)
            replace_file(self._directory / NAME, secrets.token_bytes(SECRET_BYTES))
        self.refresh()


def _named(secret: bytes) -> Secret:
    return Secret(hashlib.sha256(secret).hexdigest(), secret)
