"""PINs of people: who signs in at a screen with four to eight digits, and as what."""

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Collection
from functools import cached_property
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from appliance.records import Records

NAME: Final = "pins"
MAX_PINS: Final = 200
"""With more of them, a guess of four digits would be right too often."""
MAX_NAME: Final = 64
SALT_BYTES: Final = 16
ID_BYTES: Final = 16
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**14, 8, 5
"""What OWASP's password storage sheet gives for 16 MiB, which is what an appliance has to
spare; a few hundred milliseconds for each guess of somebody who has stolen the file."""
DIGITS: Final = "^[0-9]{4,8}$"
_DIGITS: Final = re.compile(DIGITS)


class PinError(ValueError):
    """A PIN cannot be set. `field` is the name of what is wrong, or None when it is taken."""

    def __init__(self, field: str | None, message: str) -> None:
        super().__init__(message)
        self.field = field


class Pin(Struct, frozen=True):
    """A person's way in. `stations`: the only ones; None for all. `set_at`: Unix seconds."""

    name: str
    roles: tuple[str, ...]
    stations: tuple[str, ...] | None
    hash: bytes
    set_at: float
    id: str = ""
    """Random; empty for one that was set before there were ids."""

    @property
    def session(self) -> str:
        """What names this PIN in the sessions that it opens. No other PIN ever has the same."""
        return self.id or f"{self.name}:{self.set_at}"

    @property
    def subject(self) -> str:
        """Who the tokens are for that this PIN opens."""
        return f"pin:{self.name}"


class File(Struct, frozen=True, dict=True):
    """All of them, as they are kept."""

    # One salt for all: nobody says who they are before giving a PIN, and one computation
    # must do, however many there are. No two are the same, so none gives another away.
    salt: bytes = b""
    pins: tuple[Pin, ...] = ()

    @cached_property
    def sessions(self) -> frozenset[str]:
        """What names them in the sessions that they opened."""
        return frozenset(pin.session for pin in self.pins)


class Pins:
    """The PINs of one data directory."""

    def __init__(self, directory: Path) -> None:
        """Blocks; raises OSError."""
        self._records = Records(directory / NAME, File())

    @property
    def damaged(self) -> bool:
        """Whether they were lost."""
        return self._records.damaged

    def list(self) -> tuple[Pin, ...]:
        """All of them, by name."""
        return tuple(sorted(self._records.value.pins, key=lambda pin: pin.name))

    def refresh(self) -> None:
        """Notice what others changed. Blocks; raises OSError."""
        self._records.refresh()

    def has(self, session: str) -> bool:
        """Whether the PIN that opened a session is still somebody's. Quick: asked per event."""
        return session in self._records.value.sessions

    def match(self, digits: str) -> Pin | None:
        """Whose PIN it is. Takes the same time whatever is tried; blocks for that long."""
        file = self._records.value
        # HMAC, which scrypt begins with, would take "4711" and "4711\0" for the same.
        tried = _hash(digits if _DIGITS.fullmatch(digits) else "", file.salt)
        found = None
        for pin in file.pins:
            if hmac.compare_digest(pin.hash, tried):
                found = pin
        return found

    def set(
        self, name: str, digits: str, roles: Collection[str], stations: Collection[str] = ()
    ) -> Pin:
        """Give somebody a PIN, a new one if need be. Blocks; raises OSError, PinError."""
        if not (0 < len(name) <= MAX_NAME and name.isprintable() and name == name.strip()):
            raise PinError("name", f"must be a text of up to {MAX_NAME} characters")
        if not _DIGITS.fullmatch(digits):
            raise PinError("pin", "must be 4 to 8 digits")
        only = tuple(sorted(stations)) or None

        def edit(file: File) -> File:
            file = file if file.salt else replace(file, salt=secrets.token_bytes(SALT_BYTES))
            hashed, its_id = _hash(digits, file.salt), secrets.token_hex(ID_BYTES)
            pin = Pin(name, tuple(sorted(roles)), only, hashed, time.time(), its_id)
            others = tuple(other for other in file.pins if other.name != name)
            if any(hmac.compare_digest(other.hash, pin.hash) for other in others):
                raise PinError(None, "somebody has this PIN; choose another")
            if len(others) >= MAX_PINS:
                raise PinError(None, f"there are {MAX_PINS} PINs; remove one first")
            return replace(file, pins=(*others, pin))

        return self._records.change(edit).pins[-1]

    def remove(self, name: str) -> bool:
        """Take a PIN away; whether there was one. Blocks; raises OSError."""
        known = len(self._records.value.pins)

        def edit(file: File) -> File:
            nonlocal known
            known = len(file.pins)
            return replace(file, pins=tuple(pin for pin in file.pins if pin.name != name))

        return len(self._records.change(edit).pins) < known


def _hash(digits: str, salt: bytes) -> bytes:
    return hashlib.scrypt(digits.encode(), salt=salt, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P)
