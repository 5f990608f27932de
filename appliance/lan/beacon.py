"""The beacon by which screens of this family announce themselves: bytes to a struct and back.

Source: LAN protocol design page, "Discovery". A datagram of 102 bytes, broadcast to UDP
port 28000 every 2 s. It has no port in it: the one that it stands for is 9104.
"""

import struct
import unicodedata
from ipaddress import IPv4Address
from typing import Final

from msgspec import Struct

PORT: Final = 28000
DEFAULT_NAME: Final = "Expeditor"
"""Of an appliance in whose name nothing is ASCII."""
MAX_NAME: Final = 20
"""Characters of the name that are used; its field has room for 52."""

# Magic, version, IPv4 address, 6 NULs, identifier, name.
_LAYOUT: Final = struct.Struct("=12s8s4s6x20s52s")
SIZE: Final = _LAYOUT.size
_MAGIC: Final = b"FreshKDS\0\0\0\0"
_VERSION_BYTES: Final = 8
_IDENTIFIER_BYTES: Final = 20
_NOT_PRINTABLE: Final = bytes({*range(256)} - {*range(0x20, 0x7F)})


class Beacon(Struct, frozen=True):
    """Somebody who takes orders. Nothing in it is proven, its address least of all."""

    address: IPv4Address
    identifier: str
    """Printable ASCII; 12 characters where it keeps to the rule."""
    name: str
    version: str = "1.0"


def encode(beacon: Beacon) -> bytes:
    """Its bytes; the name is put into ASCII, and is DEFAULT_NAME when nothing is left of it.

    Raises ValueError for an identifier or a version that would not be read as it is.
    """
    return _LAYOUT.pack(
        _MAGIC,
        _field(beacon.version, _VERSION_BYTES),
        beacon.address.packed,
        _field(beacon.identifier, _IDENTIFIER_BYTES),
        _ascii(beacon.name).encode(),
    )


def decode(datagram: bytes) -> Beacon | None:
    """The beacon of a datagram; None if it is none. Texts are printable ASCII."""
    if len(datagram) != SIZE:
        return None
    magic, version, address, identifier, name = _LAYOUT.unpack(datagram)
    if magic != _MAGIC or not _text(identifier):
        return None
    used = _text(name)[:MAX_NAME].rstrip()
    return Beacon(IPv4Address(address), _text(identifier), used, _text(version))


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].translate(None, _NOT_PRINTABLE).decode("ascii").strip()


def _field(text: str, size: int) -> bytes:
    field = text.encode("ascii")
    if not field or len(field) > size or _text(field) != text:
        raise ValueError(f"{text!r} is not 1 to {size} printable characters")
    return field


def _ascii(name: str) -> str:
    """At most 20 printable characters: letters without their accents, single spaces."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    words = " ".join(plain.split()).encode("ascii").translate(None, _NOT_PRINTABLE)
    return words[:MAX_NAME].decode("ascii").strip() or DEFAULT_NAME
