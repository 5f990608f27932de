"""The configuration that runs, and the next one, with which the service begins anew.

document ─ checked ─▶ its file, durably ─▶ `begin_anew` ─▶ service.py, which takes `next_place`

What cannot start is left where it is, to be mended; what ran before runs again.
"""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from appliance import config
from appliance.config import ConfigError, Fault
from appliance.expeditor import Expeditor
from appliance.files import replace_file
from appliance.installing.draft import Draft, drafted, without_nulls
from appliance.installing.place import WAITING, Place, instead_of, keep_last_good
from appliance.kitchen.command import NoteConfiguration
from appliance.kitchen.layout import Layout
from appliance.kitchen.learning import Learned
from appliance.kitchen.routing import Router
from appliance.setup import (
    CannotSetUp,
    CheckedJson,
    ChoicesJson,
    Document,
    FindingJson,
    ImportJson,
    KitchenJson,
    SetUpJson,
    WrongDocument,
    same,
)

if TYPE_CHECKING:  # What reads and writes TOML takes memory: see `_write`.
    from appliance.installing.transfer import Arriving

logger = logging.getLogger(__name__)

MOST_KEYS: Final = 50
"""Of a change, that are written down."""


class Current:
    """What the service runs on, as long as the process lives."""

    def __init__(self, place: Place, find: Callable[[], Place]) -> None:
        """`find` finds the place anew; it blocks, and raises ConfigError."""
        self.place = place
        self.begin_anew = asyncio.Event()
        """Set when the service is to end its parts, and take the next place."""
        self._find = find
        self._before: Place | None = None
        """What ran before this one."""

    def keep(self) -> None:
        """It runs on this place. Blocks."""
        try:
            keep_last_good(self.place)
        except OSError as error:
            logger.warning("the last good configuration could not be written: %s", error)

    def take_next(self) -> None:
        """The place that is wanted by now is the current one. Blocks."""
        self.begin_anew.clear()
        before = self.place
        try:
            self.place = self._find()
        except (ConfigError, OSError) as error:  # The disk fails, or a file of an installer's.
            logger.warning("the configuration stays as it was: %s", error)
        else:
            self._before = before

    async def finish_import(self, expeditor: Expeditor) -> None:
        """Have what waits of an import, if there is one, in the log. Raises LogError, OSError."""
        place = self.place
        if place.source == "file" or not (place.directory / WAITING).exists():
            return
        from appliance.installing.making import make  # noqa: PLC0415 - as in `_write`
        from appliance.installing.transfer import done, waiting  # noqa: PLC0415

        found = await asyncio.to_thread(waiting, place.directory)
        place.warnings.extend(await make(expeditor, found))
        await asyncio.to_thread(done, place.directory)

    def fall_back(self, why: str) -> bool:
        """It could not start with this one; whether there is another. Blocks.

        `why`: as `http.listen: the port is in use`.
        """
        instead = instead_of(self.place, self._before, why)
        self._before = None
        if instead is None:
            return False
        logger.error("the configuration cannot be used: %s", why)
        self.place = instead
        return True


def take_in_import(directory: Path) -> None:
    """Put what waits of an import in the place of what is there; but for the log. Blocks.

    Nothing of this data directory may be in use. One that was damaged is put aside. Raises OSError.
    """
    if not (directory / WAITING).exists():
        return
    from appliance.installing.transfer import take_in  # noqa: PLC0415 - as in `_write`

    try:
        take_in(directory)
    except (ConfigError, msgspec.DecodeError) as error:
        logger.warning("an import is damaged, and nothing of it is taken in: %s", error)
        (directory / WAITING).rename(directory / f"{WAITING}.damaged")


class _Wanted(NamedTuple):
    """What the file says now, whatever runs."""

    text: str
    document: Document
    faults: Sequence[Fault]

    @property
    def revision(self) -> str:
        """Another text has another."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


class SettingUp:
    """What managers may do with it; see `SetUp`."""

    def __init__(self, current: Current, expeditor: Expeditor) -> None:
        self._current = current
        self._expeditor = expeditor
        self._one_at_a_time = asyncio.Lock()

    @property
    def _is_changeable(self) -> bool:
        return self._current.place.source != "file"

    async def now(self) -> SetUpJson:
        """As it is now."""
        place, wanted = self._current.place, await asyncio.to_thread(self._wanted)
        return SetUpJson(
            source=place.source,
            file=place.file.name,
            changeable=self._is_changeable,
            first_start=place.source == "built-in",
            revision=wanted.revision,
            document=wanted.document,
            errors=_told(wanted.faults),
        )

    def _wanted(self) -> _Wanted:
        place = self._current.place
        own = config.document_of(place.text, place.file.name)
        if place.faults:  # It may be a newer version's: what is not known here cannot be mended.
            config.leave_out_wrong(own, place.file.name)
        if not place.file.exists():
            return _Wanted(place.text, own, ())
        try:
            text = config.text_of(place.file)
        except ConfigError as error:
            return _Wanted(place.text, own, error.faults)
        if text == place.text:
            return _Wanted(text, own, place.faults)
        try:
            document = config.document_of(text, place.file.name)
        except ConfigError as error:
            return _Wanted(text, own, error.faults)
        try:
            drafted(document, document, place.file.parent)
        except ConfigError as error:
            return _Wanted(text, document, error.faults)
        return _Wanted(text, document, place.faults)

    async def check(self, document: Document) -> CheckedJson:
        """What is wrong with a document; changes nothing."""
        try:
            draft = await asyncio.to_thread(self._draft, document)
            return CheckedJson([], _told(await asyncio.to_thread(lambda: list(draft.doubts()))))
        except ConfigError as error:
            return CheckedJson(_told(error.faults), [])

    def _draft(self, document: Document) -> Draft:
        return drafted(document, self._wanted().document, self._current.place.file.parent)

    async def put(self, document: Document, revision: str, by: str) -> str:
        """Have the service begin anew with this one, in place of that revision."""
        async with self._one_at_a_time:
            wanted = await asyncio.to_thread(self._wanted)
            if not self._is_changeable:
                raise CannotSetUp("an installer has given it as a file, and changes it there")
            if self._runs(wanted, document):
                return wanted.revision  # It came again, or somebody had the same in mind.
            if revision != wanted.revision:
                raise CannotSetUp("it was changed meanwhile: look at it anew")
            try:
                draft = await asyncio.to_thread(self._draft, document)
            except ConfigError as error:
                raise WrongDocument(_told(error.faults)) from error
            keys = tuple(_differing("", wanted.document, draft.document))[:MOST_KEYS]
            await self._note(NoteConfiguration("applied", keys), by)
            text = await asyncio.to_thread(self._write, draft.document, wanted.text)
            self._current.begin_anew.set()
            return _Wanted(text, draft.document, ()).revision

    def _runs(self, wanted: _Wanted, document: Document) -> bool:
        """Whether it is this document that runs, and that will run after a restart."""
        place = self._current.place
        is_kept = place.source == "own" and wanted.text == place.text and not place.faults
        return is_kept and same(wanted.document, without_nulls(document))

    async def _note(self, noted: NoteConfiguration, by: str) -> None:
        """Durably. Raises NotStored."""
        await asyncio.shield(self._expeditor.submit(noted, by).durable)

    def _write(self, document: Document, before: str) -> str:
        # What writes TOML takes memory that an appliance which is set up has other use for.
        from appliance.installing.writing import written  # noqa: PLC0415

        if self._current.place.source == "built-in":
            before = before.partition("\n\n")[2]  # What it says at the top is of the built-in one.
        text = written(document, before)
        replace_file(self._current.place.file, text.encode())
        return text

    async def router(self, document: Document) -> tuple[Router, Learned | None]:
        """What would route by this one, and learned times where they count."""
        try:
            draft = await asyncio.to_thread(self._draft, document)
        except ConfigError as error:
            raise WrongDocument(_told(error.faults)) from error
        kitchen, runs = draft.kitchen(), self._expeditor.kitchen
        layout = Layout(kitchen.plan)
        layout.restore(*runs.made())
        return layout.router, runs.learned if kitchen.settings.learned_prep_times else None

    async def whole(self) -> KitchenJson:
        """All that makes this kitchen this kitchen."""
        from appliance.installing.transfer import whole  # noqa: PLC0415 - as in `_write`

        # Nothing is told of that is not on disk.
        await asyncio.shield(self._expeditor.settled())
        return await asyncio.to_thread(whole, self._current.place, self._expeditor.kitchen)

    async def check_whole(self, kitchen: KitchenJson) -> ImportJson:
        """What is in such a file, and what is wrong with it; changes nothing."""
        try:
            found = await asyncio.to_thread(self._arriving, kitchen)
        except ConfigError as error:
            return ImportJson(None, _told(error.faults), [])
        return ImportJson(found.holds, [], found.left_out)

    def _arriving(self, kitchen: KitchenJson) -> "Arriving":
        from appliance.installing.transfer import arriving  # noqa: PLC0415 - as in `_write`

        return arriving(kitchen, self._wanted().document, self._current.place.directory)

    async def take_whole(self, kitchen: KitchenJson, by: str) -> ImportJson:
        """Have the service begin anew with all of that, in place of what it has."""
        from appliance.installing.transfer import keep  # noqa: PLC0415 - as in `_write`

        async with self._one_at_a_time:
            if not self._is_changeable:
                raise CannotSetUp("an installer has given it as a file, and changes it there")
            try:
                found = await asyncio.to_thread(self._arriving, kitchen)
            except ConfigError as error:
                raise WrongDocument(_told(error.faults)) from error
            before = (await asyncio.to_thread(self._wanted)).document
            after = config.document_of(found.text, "import")
            keys = tuple(_differing("", before, after))[:MOST_KEYS]
            await self._note(NoteConfiguration("imported", keys), by)
            await asyncio.to_thread(keep, kitchen, found, self._current.place.directory)
            self._current.begin_anew.set()
            return ImportJson(found.holds, [], found.left_out)

    async def choices(self) -> ChoicesJson:
        """What can be chosen, and what is plugged in now."""
        # The libraries of devices are for who sets them up.
        from appliance.installing.choices import choices  # noqa: PLC0415

        return await asyncio.to_thread(choices)


def _told(faults: Sequence[Fault]) -> list[FindingJson]:
    return [FindingJson(*fault) for fault in faults]


def _differing(where: str, before: Any, after: Any) -> Iterator[str]:
    """The keys whose value is another."""
    match before, after:
        case dict(), dict():
            for key in {**before, **after}:
                inner = f"{where}.{key}" if where else key
                yield from _differing(inner, before.get(key), after.get(key))
        case list(), list() if all(isinstance(each, Mapping) for each in (*before, *after)):
            for place in range(max(len(before), len(after))):
                entries = (each[place] if place < len(each) else None for each in (before, after))
                yield from _differing(f"{where}[{place}]", *entries)
        case _ if not same(before, after):
            yield where
