"""Packets of mDNS, written byte by byte: what no library would send can be written as well."""

import struct
from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import Final

PORT: Final = 5353
GROUP: Final = "224.0.0.251"
A, PTR, TXT, SRV = 1, 12, 16, 33
UNIQUE: Final = 0x8000
"""What was said before of the name no longer holds."""
_INTERNET: Final = 1
_ANSWER: Final = 0x8400


def name(*labels: bytes | str) -> bytes:
    """As labels, the last of which is `local`."""
    spelled = [each.encode() if isinstance(each, str) else each for each in labels]
    return b"".join(bytes([len(each)]) + each for each in [*spelled, b"local"]) + b"\0"


def record(owner: bytes, type_: int, data: bytes, ttl: int = 120, *, unique: bool = True) -> bytes:
    class_ = _INTERNET | (UNIQUE if unique and type_ != PTR else 0)
    return owner + struct.pack(">HHIH", type_, class_, ttl, len(data)) + data


def answer(*records: bytes) -> bytes:
    return struct.pack(">6H", 0, _ANSWER, 0, len(records), 0, 0) + b"".join(records)


def text(pairs: Iterable[bytes]) -> bytes:
    return b"".join(bytes([len(pair)]) + pair for pair in pairs) or b"\0"


def service(
    instance: bytes | str,
    *,
    type_: str = "_kitchen-screen",
    host: bytes | str = "screen",
    address: str = "10.1.0.9",
    port: int = 9104,
    pairs: Iterable[bytes] = (b"id=12345678", b"name=Grill", b"proto=lan"),
    ttl: int = 120,
) -> bytes:
    """All that is to be known of one, in one packet."""
    full = name(instance, type_, "_tcp")
    server = name(host)
    return answer(
        record(name(type_, "_tcp"), PTR, full, ttl),
        record(full, SRV, struct.pack(">3H", 0, 0, port) + server, ttl),
        record(full, TXT, text(pairs), ttl),
        record(server, A, IPv4Address(address).packed, ttl),
    )
