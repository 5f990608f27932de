"""The adopted screens: by the configuration's file, or by a manager, which is kept on disk."""

import asyncio
import ipaddress
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from appliance.config.devices import ScreenSection
from appliance.config.values import Address
from appliance.records import Records
from appliance.screens_now import CannotAdopt, Proto, Wanted

logger = logging.getLogger(__name__)

NAME: Final = "screens"
"""Of its file in the data directory."""
MOST: Final = 64
"""More than any kitchen has."""


class Adopted(Struct, frozen=True):
    """A screen of this kitchen."""

    id: str
    proto: Proto
    wanted: Wanted
    adopted_at: float
    """Unix seconds."""
    address: Address | None = None
    """Of a LAN screen, where it was last found."""
    device: str | None = None
    """Of a board, the id of the device whose token it has."""
    of_file: bool = False
    home: Address | None = None
    """Of a LAN screen, where it was adopted, or is as the file says."""
    announced: str | None = None
    """Of a LAN screen, the id under which it was heard on the network; None for never."""

    @property
    def identity(self) -> str:
        """Who it says to be, if it says so."""
        return self.announced or self.id


class _Kept(Struct, frozen=True, omit_defaults=True):
    """An adopted screen on disk."""

    proto: Proto
    wanted: Wanted
    adopted_at: float
    address: str | None = None
    device: str | None = None
    found: str | None = None
    """Where it was found instead."""
    announced: str | None = None


class _Beside(Struct, frozen=True, omit_defaults=True):
    """What is kept of a screen of the file, besides what that says."""

    adopted_at: float
    device: str | None = None
    address: str | None = None
    """Where it was found instead of there."""
    moved_from: str | None = None
    """What the file said then: where it says something else now, that counts."""
    announced: str | None = None


class File(Struct, frozen=True):
    """All of them, as they are kept."""

    by_id: dict[str, _Kept] = {}
    of_file: dict[str, _Beside] = {}


class Registry:
    """Of one data directory. What blocks says so; all else is for the loop alone."""

    def __init__(self, directory: Path, sections: Sequence[ScreenSection]) -> None:
        """Blocks; raises OSError. A screen of the file keeps the device that it had."""
        self._sections = {section.id: section for section in sections}
        self._records = Records(directory / NAME, File())
        self._moved: dict[str, Address] = {}
        """Found elsewhere, which is not on disk yet."""
        self._heard: dict[str, str] = {}
        """The ids that screens were heard under, which are not on disk yet."""
        self._of: object = None
        self._screens: Sequence[Adopted] = ()

    @property
    def damaged(self) -> bool:
        """Whether the adopted ones were lost."""
        return self._records.damaged

    @property
    def screens(self) -> Sequence[Adopted]:
        """Those of the file first, then in the order in which they were adopted."""
        file = self._records.value
        if self._of is not file:  # Each change makes another.
            self._of, self._screens = file, tuple(self._all(file))
        return self._screens

    def find(self, screen: str) -> Adopted | None:
        """The one of that id."""
        return next((each for each in self.screens if each.id == screen), None)

    def of_device(self, device: str) -> Adopted | None:
        """The board that has this device's token."""
        return next((each for each in self.screens if each.device == device), None)

    def adopt(self, screen: Adopted) -> None:
        """It is there from now on; a board that is there already gets another device.

        Blocks; raises OSError, CannotAdopt.
        """

        def edit(file: File) -> File:
            if screen.id in self._sections:
                _require_as_declared(screen, self._sections[screen.id])
                beside = _Beside(screen.adopted_at, screen.device)
                return replace(file, of_file=file.of_file | {screen.id: beside})
            before = file.by_id.get(screen.id)
            if before is None and len(self._sections) + len(file.by_id) >= MOST:
                raise CannotAdopt(f"there are {MOST} screens; forget one first")
            if before is not None and (before.proto, screen.proto) != ("board", "board"):
                raise CannotAdopt(f"{screen.id} is adopted already, as {before.wanted.name}")
            return replace(file, by_id=file.by_id | {screen.id: _kept(screen)})

        self._records.change(edit)

    def change(self, screen: str, wanted: Wanted) -> None:
        """It is to be like this. Blocks; raises OSError, KeyError."""

        def edit(file: File) -> File:
            changed = replace(file.by_id[screen], wanted=wanted)
            return replace(file, by_id=file.by_id | {screen: changed})

        self._records.change(edit)

    def forget(self, screen: str) -> None:
        """It is none of ours any more. Blocks; raises OSError, KeyError."""

        def edit(file: File) -> File:
            left = dict(file.by_id)
            del left[screen]
            return replace(file, by_id=left)

        self._records.change(edit)
        self._moved.pop(screen, None)
        self._heard.pop(screen, None)

    def move(self, screen: str, address: Address) -> None:
        """It was found there; to be kept by `keep_found`."""
        self._moved[screen] = address
        self._of = None

    def learn(self, screen: str, announced: str) -> None:
        """It announces itself under that id; to be kept as well."""
        self._heard[screen] = announced
        self._of = None

    @property
    def has_found(self) -> bool:
        """Whether something was found of screens that is not on disk."""
        return bool(self._moved or self._heard)

    async def keep_found(self) -> None:
        """Durably. Raises OSError."""
        moved, heard = dict(self._moved), dict(self._heard)

        def edit(file: File) -> File:
            for screen in moved.keys() | heard.keys():
                file = self._with_found(file, screen, moved.get(screen), heard.get(screen))
            return file

        await asyncio.to_thread(self._records.change, edit)
        for screen, address in moved.items():
            if self._moved.get(screen) == address:
                del self._moved[screen]
        for screen in heard:
            self._heard.pop(screen, None)

    def _with_found(
        self, file: File, screen: str, moved: Address | None, heard: str | None
    ) -> File:
        new: dict[str, str | None] = {} if heard is None else {"announced": heard}
        if screen in self._sections:
            if moved is not None:
                said = self._sections[screen].address
                new |= {"address": str(moved), "moved_from": _text(said)}
            before = file.of_file.get(screen) or _as_before(file.by_id.get(screen)) or _Beside(0)
            beside = replace(before, **new)
            return replace(file, of_file=file.of_file | {screen: beside})
        if screen not in file.by_id:
            return file  # It was forgotten meanwhile.
        if moved is not None:
            new |= {"found": str(moved)}
        found = replace(file.by_id[screen], **new)
        return replace(file, by_id=file.by_id | {screen: found})

    def _all(self, file: File) -> Iterator[Adopted]:
        declared = (
            _declared(section, file.of_file.get(name) or _as_before(file.by_id.get(name)))
            for name, section in self._sections.items()
        )
        adopted = (
            _adopted(name, kept) for name, kept in file.by_id.items() if name not in self._sections
        )
        for screen in (*declared, *adopted):
            yield replace(
                screen,
                address=self._moved.get(screen.id, screen.address),
                announced=self._heard.get(screen.id, screen.announced),
            )


def canonical(address: Address) -> Address:
    """The same place, written as all others write it."""
    try:
        return address.on(str(ipaddress.ip_address(address.host)))
    except ValueError:
        return Address(address.lower())


def _require_as_declared(screen: Adopted, section: ScreenSection) -> None:
    """Raises CannotAdopt where a screen of the file is to be another than that says."""
    if (section.proto, screen.proto) != ("board", "board"):
        raise CannotAdopt(f"{screen.id} is declared in the configuration's file already")
    if screen.wanted.shows != section.shows:
        raise CannotAdopt(f"the configuration's file says that this screen shows {section.shows!r}")
    if screen.wanted.station != section.station:
        station = section.station or "all stations"
        raise CannotAdopt(f"the configuration's file has this screen, for {station}")


def _kept(screen: Adopted) -> _Kept:
    return _Kept(
        screen.proto,
        screen.wanted,
        screen.adopted_at,
        _text(screen.address),
        screen.device,
        announced=screen.announced,
    )


def _adopted(name: str, kept: _Kept) -> Adopted:
    home = _at(kept.address)
    return Adopted(
        name,
        kept.proto,
        kept.wanted,
        kept.adopted_at,
        _at(kept.found) or home,
        kept.device,
        home=home,
        announced=kept.announced,
    )


def _as_before(screen: _Kept | None) -> _Beside | None:
    """Of a screen that came into the file after a manager had adopted it: who it is stays so."""
    if screen is None:
        return None
    return _Beside(screen.adopted_at, screen.device, announced=screen.announced)


def _text(address: Address | None) -> str | None:
    """As the disk has it: msgspec writes no strings of kinds of our own."""
    return None if address is None else str(address)


def _declared(section: ScreenSection, beside: _Beside | None) -> Adopted:
    """A screen of the file, with what is kept of it."""
    beside = beside or _Beside(0)
    moved = section.address == beside.moved_from and beside.address is not None
    home = section.address and canonical(section.address)
    address = _at(beside.address) if moved else home
    is_board = section.proto == "board"
    return Adopted(
        section.id,
        section.proto,
        Wanted(
            section.name or section.id,
            section.station,
            section.backup,
            int(section.patience),
            section.shows,
        ),
        beside.adopted_at,
        None if is_board else address,
        beside.device if is_board else None,
        of_file=True,
        home=None if is_board else home,
        announced=None if is_board else beside.announced,
    )


def _at(kept: str | None) -> Address | None:
    """From the disk; None for what is no address."""
    try:
        return None if kept is None else canonical(Address.parse(kept))
    except ValueError:
        logger.warning("the address of a screen cannot be read: it has to be found again")
        return None
