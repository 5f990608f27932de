"""Tokens of screens: opaque, without an end, and good until they are revoked."""

import re
import secrets
import time
from collections.abc import Callable, Collection
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from appliance.records import Records
from appliance.screen_proof import hash_of, proof

NAME: Final = "devices"
PREFIX: Final = "device_"
"""Tells them from signed tokens, and whoever finds one in the wrong place what it is."""
TOKEN_BYTES: Final = 32
_TOKEN: Final = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")
"""As `new_token` makes them."""
ROLES: Final = frozenset({"kitchen"})
"""A board works the tickets of its stations; it voids nothing and lets nobody in."""
READY: Final = frozenset({"ready_board"})
"""Of a screen for guests: it reads which orders are ready, and nothing else."""
DEVICE_SECONDS: Final = 400 * 24 * 3600
"""A browser keeps its cookie for so long, which is the longest that browsers do; a screen asks
for it anew at each start."""
MAX_DEVICES: Final = 500
MAX_ENDED: Final = 500
"""Tokens that were revoked; the oldest is forgotten, and opens nothing all the same."""


class TooManyDevices(ValueError):
    """There is no room for one more."""


class Device(Struct, frozen=True):
    """Who has such a token. `stations`: the only ones; None for all. `made_at`: Unix seconds."""

    id: str
    name: str
    stations: tuple[str, ...] | None
    made_at: float
    made_with: str | None = None
    """Tells the request that made it from all others, if it said that it may come again."""
    screen: str | None = None
    """The adopted screen whose token it is: good as long as that is ours, and for what that shows.
    None for one that a manager asked for."""

    @property
    def subject(self) -> str:
        """Who its token is for; another device may have the same name."""
        return f"device:{self.name}"


class MadeBefore(ValueError):
    """The same request made a device before; its token cannot be shown again."""


class NewDevice(NamedTuple):
    """`token` is nowhere else: only its hash is kept."""

    device: Device
    token: str


class File(Struct, frozen=True, dict=True):
    """All of them, as they are kept."""

    by_hash: dict[str, Device] = {}
    """By the SHA-256 of the token."""
    ended: tuple[str, ...] = ()
    """Hashes of tokens that were revoked, the newest last."""

    @cached_property
    def by_id(self) -> dict[str, Device]:
        """The same, by id."""
        return {device.id: device for device in self.by_hash.values()}


class Devices:
    """The adopted screens of one data directory."""

    def __init__(self, directory: Path) -> None:
        """Blocks; raises OSError."""
        self._records = Records(directory / NAME, File())

    @property
    def damaged(self) -> bool:
        """Whether they were lost."""
        return self._records.damaged

    def list(self) -> tuple[Device, ...]:
        """All of them, in the order in which they came."""
        return tuple(self._records.value.by_hash.values())

    def refresh(self) -> None:
        """Notice what others changed. Blocks; raises OSError."""
        self._records.refresh()

    def find(self, token: str) -> Device | None:
        """Whose token it is."""
        return self._records.value.by_hash.get(hash_of(token))

    def get(self, device_id: str) -> Device | None:
        """The device with this id, if its token is good. Quick: asked per event and listener."""
        return self._records.value.by_id.get(device_id)

    def prove(self, device_id: str, screen: str, nonce: str, at: str) -> str | None:
        """That this is where the device's token is good, for who has it; None for no device."""
        found = (key for key, it in self._records.value.by_hash.items() if it.id == device_id)
        token_hash = next(found, None)
        return None if token_hash is None else proof(token_hash, screen, nonce, at)

    def may_become_good(self, token: str) -> bool:
        """Whether somebody may be adopted with this token, who brought it.

        Not with one that was revoked: others may have it.
        """
        return bool(_TOKEN.fullmatch(token)) and hash_of(token) not in self._records.value.ended

    def issue(
        self,
        name: str,
        stations: Collection[str] = (),
        made_with: str | None = None,
        *,
        token: str | None = None,
        screen: str | None = None,
    ) -> NewDevice:
        """A token for a screen. Blocks; raises OSError, TooManyDevices, MadeBefore.

        `token`: that it has already, and which was worth nothing until now; of whose it was
        before, it is no more. None: a new one. `screen`: see `Device`.
        """
        token = token or new_token()
        only = tuple(sorted(stations)) or None
        device = Device(secrets.token_hex(8), name, only, time.time(), made_with, screen)

        def edit(file: File) -> File:
            same = (each for each in file.by_hash.values() if each.made_with == made_with)
            if made_with is not None and (before := next(same, None)) is not None:
                raise MadeBefore(
                    f"device {before.id} was made with this key before; its token cannot be shown"
                    " again: remove it, and make another with a new key"
                )
            if len(file.by_hash) >= MAX_DEVICES:
                raise TooManyDevices(f"there are {MAX_DEVICES} devices; remove one first")
            return replace(file, by_hash=file.by_hash | {hash_of(token): device})

        self._records.change(edit)
        return NewDevice(device, token)

    def change(self, device_id: str, name: str, stations: Collection[str]) -> None:
        """It is called so, and is for these stations; none for all. Blocks; raises OSError.

        Nothing where there is no such device.
        """
        only = tuple(sorted(stations)) or None
        before = self.get(device_id)
        if before is None or (before.name, before.stations) == (name, only):
            return

        def edit(file: File) -> File:
            changed = {
                key: replace(it, name=name, stations=only) if it.id == device_id else it
                for key, it in file.by_hash.items()
            }
            return replace(file, by_hash=changed)

        self._records.change(edit)

    def revoke(self, device_id: str) -> bool:
        """End a device's token; whether there was one. Blocks; raises OSError."""
        return self._revoke(lambda device: device.id == device_id)

    def revoke_subject(self, subject: str) -> bool:
        """End the tokens of all devices with this subject. As `revoke`."""
        return self._revoke(lambda device: device.subject == subject)

    def _revoke(self, gone: Callable[[Device], bool]) -> bool:
        if not any(map(gone, self.list())):
            return False

        def edit(file: File) -> File:
            left = {key: it for key, it in file.by_hash.items() if not gone(it)}
            ended = (*file.ended, *(key for key in file.by_hash if key not in left))
            return replace(file, by_hash=left, ended=ended[-MAX_ENDED:])

        self._records.change(edit)
        return True


def new_token() -> str:
    """One that is worth nothing yet."""
    return PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
