"""A copy of the state beside the log, so that a start reads what is live and not history.

It is a cache: when it is missing, torn or of another epoch, the log is replayed from its
beginning. It holds no guests. One file for each format of the state, replaced atomically: a
version that comes back after another one goes on from its own.
"""

import hashlib
import zlib
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.msgpack import Decoder, Encoder

from appliance.files import replace_file

_MAGIC: Final = b"expeditor snapshot 1\n"
_DIGEST_SIZE: Final = 16


class Snapshot(Struct, frozen=True, array_like=True):
    """`state` is the state after the event `seq` of the log with this epoch."""

    epoch: str
    format: int
    """Of `state`."""
    seq: int
    state: bytes


_encode = Encoder().encode
_decode = Decoder(Snapshot).decode


def path_of(directory: Path, format: int) -> Path:  # noqa: A002 - as of `Snapshot`
    """Where the snapshot of that format is."""
    return directory / f"snapshot-{format}"


def save(directory: Path, snapshot: Snapshot) -> None:
    """Replace the snapshot. OSError when it cannot be written; the old one then stands."""
    body = zlib.compress(_encode(snapshot), level=1)
    digest = hashlib.blake2b(body, digest_size=_DIGEST_SIZE).digest()
    replace_file(path_of(directory, snapshot.format), _MAGIC + digest + body)


def load(directory: Path, format: int) -> Snapshot | None:  # noqa: A002 - as of `Snapshot`
    """The snapshot of that format, or None where there is none that can be believed."""
    try:
        content = path_of(directory, format).read_bytes()
    except OSError:
        return None
    start = len(_MAGIC) + _DIGEST_SIZE
    checksum, body = content[len(_MAGIC) : start], content[start:]
    if not content.startswith(_MAGIC):
        return None
    if hashlib.blake2b(body, digest_size=_DIGEST_SIZE).digest() != checksum:
        return None
    try:
        return _decode(zlib.decompress(body))
    except (msgspec.DecodeError, zlib.error):
        return None
