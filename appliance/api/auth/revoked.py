"""Tokens that count no more, although they are rightly signed and have not ended."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from appliance.api.auth.tokens import MAX_LIFE_SECONDS, Proof
from appliance.records import Records

NAME: Final = "revoked"
MAX_REVOKED: Final = 10_000
"""Entries; the file is read whole and replaced whole. Beyond it, the secret is rotated."""
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
    all_before: float = 0.0
    """Tokens issued until then are all revoked: what revoked some of them is lost."""


class Revoked:
    """The revocations of one data directory."""

    def __init__(self, directory: Path, now: Callable[[], float]) -> None:
        """Blocks; raises OSError. `now`: the wall clock, in Unix seconds."""
        self._now = now

        def all_so_far(written_at: float) -> _File:
            # The clock may be in the past; what was revoked was issued before that.
            return _File(all_before=max(now(), written_at))

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

    def refresh(self) -> None:
        """Notice what others revoked. Blocks; raises OSError."""
        self._records.refresh()

    def token(self, token_id: str, until: float | None = None) -> None:
        """Revoke one, which ends at `until`. Blocks; raises OSError, TooMany."""
        end = until or self._now() + MAX_LIFE_SECONDS

        def add(file: _File) -> _File:
            return replace(file, ids=file.ids | {token_id: end})

        self._add(add)

    def subject(self, subject: str) -> None:
        """Revoke all of a subject that were issued until now. As `token`."""
        now = self._now()

        def add(file: _File) -> _File:
            entry = Subject(now, now + MAX_LIFE_SECONDS)
            return replace(file, subjects=file.subjects | {subject: entry})

        self._add(add)

    def _add(self, add: Callable[[_File], _File]) -> None:
        def edit(file: _File) -> _File:
            gone = self._now() - KEPT_LONGER_SECONDS
            file = replace(
                file,
                ids={name: until for name, until in file.ids.items() if until > gone},
                subjects={name: it for name, it in file.subjects.items() if it.until > gone},
            )
            if len(file.ids) + len(file.subjects) >= MAX_REVOKED:
                raise TooMany("too many tokens are revoked: rotate the secret instead")
            return add(file)

        self._records.change(edit)
