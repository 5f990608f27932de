"""The spine: events are appended, become durable, and are read again by sequence number.

The rest of the program sees only `Log`; `sqlite.py` is the engine behind it, `foreign.py`
judges what it finds there, `snapshot.py` keeps a copy of the state beside it so that a start
need not read all of history.

    LogError
    ├── LogLocked       another instance has this data directory
    ├── LogUnusable     the directory cannot be written, or the log is none of ours
    ├── NotStored       it could not be made durable; nobody may be told yes
    └── Unreadable      what is stored could not be read back
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

MAX_REMEMBERED: Final = 50_000
"""Answers: more than the requests of a busy kitchen's day. Their names, which are in memory
as well, take some MB."""
MAX_REMEMBERED_BYTES: Final = 64 * 1024 * 1024
"""Of all answers, compressed: one is less than a kilobyte as a rule, and may be a hundred."""
FORGOTTEN_AT_ONCE: Final = 200
"""Answers: a commit that orders wait for stays a short one."""


class LogError(Exception):
    """The log cannot do what it is there for."""


class LogLocked(LogError):
    """Another instance has this data directory open."""


class LogUnusable(LogError):
    """This program cannot use the log in this directory."""


class NotStored(LogError, OSError):
    """It could not be made durable. The log needs `recover` before it takes anything."""


class Unreadable(LogError, OSError):
    """What is stored could not be read back."""


class Recorded(NamedTuple):
    """An event as the log has it."""

    seq: int
    event: bytes


class Position(NamedTuple):
    """How far a follower has come: a sequence number in one epoch of the log."""

    epoch: str
    seq: int


class Health(NamedTuple):
    """How the log is doing, for the status page."""

    fault: str | None
    """In words, what keeps it from storing; None when it stores."""
    write_ahead_bytes: int
    last_commit_ms: float
    """From the write to its sync; 0 before the first one."""
    recent: "Recent | None"
    """None where there was no commit lately."""
    aside: str | None = None
    """Of the log of a newer version, which was put aside at the start: its name; None for none."""


class Recent(NamedTuple):
    """What commits took lately: the disk's answer to whoever waits for it."""

    commits: int
    median_ms: float
    worst_ms: float


class Log(Protocol):
    """Events in order, each with a sequence number, counted from 1 without a hole.

    All methods belong to the event loop's thread.
    """

    epoch: str
    """Changes when a backup is restored: a position of another epoch means nothing here."""
    head: int
    """The newest durable sequence number; 0 for an empty log."""

    def append(
        self, events: Sequence[bytes], guests: Mapping[int, bytes]
    ) -> "asyncio.Future[None]":
        """Take events, and guests by order number, into the next commit.

        The future is shared by all who wait on that commit: shield it before awaiting. It
        is done when everything appended until now is durable, and fails with `NotStored`
        when it cannot be made so. Raises `NotStored` at once while the log is failed.
        """
        ...

    def settled(self) -> "asyncio.Future[None]":
        """As `append` without events: done when everything appended until now is durable."""
        ...

    def move(self, follower: str, seq: int) -> "asyncio.Future[None]":
        """Move a follower's durable cursor, in the same commit as other writes."""
        ...

    def remember(self, name: bytes, tick: int, answer: bytes) -> "asyncio.Future[None]":
        """Keep an answer under a name, in the same commit as what was just appended.

        `tick`: now, by the kitchen's own clock. The newest are kept until they are
        forgotten, MAX_REMEMBERED and MAX_REMEMBERED_BYTES at most. The future is as that of
        `append`.
        """
        ...

    def forget(self, before: int) -> "asyncio.Future[None]":
        """Take away the oldest of the answers from before a tick, FORGOTTEN_AT_ONCE at most."""
        ...

    async def recalled(self, name: bytes, since: int) -> bytes | None:
        """The answer kept under a name, if it is from `since` (a tick) or later, and durable.

        Where there is none, it is told at once, whatever the disk is doing.
        """
        ...

    async def cursor(self, follower: str) -> Position | None:
        """Where a follower has come to; None for one that has never moved."""
        ...

    async def read(self, after: int, limit: int) -> list[Recorded]:
        """Up to `limit` durable events after a sequence number, oldest first."""
        ...

    async def events_at(self, seqs: Collection[int]) -> dict[int, bytes]:
        """The durable events of these sequence numbers, by number, as far as there are such."""
        ...

    async def guests(self, numbers: Sequence[int]) -> dict[int, bytes]:
        """The guests of these orders, as far as they are known."""
        ...

    async def recover(self) -> None:
        """Make a failed log usable again. Raises `NotStored` while that is not possible."""
        ...

    def health(self) -> Health:
        """How the log is doing."""
        ...

    async def close(self) -> None:
        """Commit what was appended, and let the files go."""
        ...
