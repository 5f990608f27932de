"""Tokens that count no more, although they are rightly signed and have not ended."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from appliance.api.auth.tokens import MAX_LIFE_SECONDS, Proof
from appliance.records import Records

NAME: Final = "revoked"
MAX_REVOKED: Final = 10_000
"""Entries; the file is read whole and replaced whole. Beyond it, the secret is rotated."""
_TICK_SECONDS: Final = 0.001
"""Tokens tell the milliseconds apart."""
KEPT_LONGER_SECONDS: Final = 86_400
"""A clock that was ahead for a while must not bring a revoked token back."""


class TooMany(ValueError):
    """There is no room for one more; the text says what to do."""


class Subject(Struct, frozen=True):
    """All tokens of a subject that were issued until `before`; times in Unix seconds."""

    before: float
    until: float
    """When the last of them has ended."""


class _File(Struct, frozen=True):
    ids: dict[str, float] = {}
    """By the id of a token, when it ends."""
    subjects: dict[str, Subject] = {}
    newest: float = 0.0
    """The newest `iat` that was known of when something was last revoked."""
    all_before: float = 0.0
    """Tokens issued until then are all revoked: what revoked some of them is lost."""


class Revoked:
    """The revocations of one data directory."""

    def __init__(self, directory: Path, now: Callable[[], float]) -> None:
        """Blocks; raises OSError. `now`: the wall clock, in Unix seconds."""
        self._now = now
        self._directory = directory
        self._newest = 0.0

        def all_so_far(written_at: float) -> _File:
            # The clock may be in the past; what was revoked was issued before that.
            return _File(all_before=max(self._latest(), written_at))

        self._records = Records(directory / NAME, _File(), all_so_far)

    @property
    def damaged(self) -> bool:
        """Whether it was lost, and with it all tokens that were issued until then."""
        return self._records.damaged

    def __len__(self) -> int:
        return len(self._records.value.ids) + len(self._records.value.subjects)

    def __contains__(self, proof: Proof) -> bool:
        file, issued = self._records.value, proof.claims.iat
        subject = file.subjects.get(proof.claims.sub)
        return (
            proof.id in file.ids
            or issued <= file.all_before
            or (subject is not None and issued <= subject.before)
        )

    def saw(self, issued: float) -> None:
        """A token was issued or accepted with this `iat`."""
        self._newest = max(self._newest, issued)

    def next_iat(self, subject: str) -> float:
        """The `iat` of a new token, which none of what was revoked so far ends."""
        file = self._records.value
        entry = file.subjects.get(subject)
        before = max(file.all_before, entry.before if entry else 0.0)
        return max(self._now(), before + _TICK_SECONDS)

    def _latest(self) -> float:
        """The latest that it may be, as far as anything here tells, in Unix seconds. Blocks.

        The clock may be in the past: after a power cut it goes on where it was last saved, or
        in 1970. Then the files (the log among them) and tokens that came in know better.
        """
        latest = max(self._now(), self._newest)
        for path in self._directory.iterdir():
            with suppress(FileNotFoundError):  # Some come and go.
                latest = max(latest, path.stat().st_mtime)
        return latest

    def refresh(self) -> None:
        """Notice what others revoked. Blocks; raises OSError."""
        self._records.refresh()

    def token(self, token_id: str, until: float | None = None) -> None:
        """Revoke one, which ends at `until`. Blocks; raises OSError, TooMany."""
        end = until or self._latest() + MAX_LIFE_SECONDS

        def add(file: _File) -> _File:
            return replace(file, ids=file.ids | {token_id: end})

        self._add(add)

    def subject(self, subject: str) -> None:
        """Revoke all of a subject that were issued until now. As `token`."""
        latest = self._latest()

        def add(file: _File) -> _File:
            before = max(latest, file.newest)
            entry = Subject(before, before + MAX_LIFE_SECONDS)
            return replace(file, subjects=file.subjects | {subject: entry})

        self._add(add)

    def _add(self, add: Callable[[_File], _File]) -> None:
        def edit(file: _File) -> _File:
            gone = self._now() - KEPT_LONGER_SECONDS
            file = replace(
                file,
                newest=max(file.newest, self._newest),
                ids={name: until for name, until in file.ids.items() if until > gone},
                subjects={name: it for name, it in file.subjects.items() if it.until > gone},
            )
            if len(file.ids) + len(file.subjects) >= MAX_REVOKED:
                raise TooMany("too many tokens are revoked: rotate the secret instead")
            return add(file)

        self._records.change(edit)
