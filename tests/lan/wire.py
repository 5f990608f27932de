"""Prints, as JSON lines, each IPv4 packet of UDP to a port that leaves or reaches this host.

Run with `python -m tests.lan.wire PORT`. The first line says that it has begun.
"""

import json
import socket
import sys
from ipaddress import IPv4Address
from typing import NamedTuple

from tests.network import Program

ALL_PROTOCOLS = 3
IPV4 = 0x0800
UDP_HEADER = 8


class Packet(NamedTuple):
    """One that was seen on an interface."""

    interface: str
    outgoing: bool
    source: str
    destination: str
    payload: bytes


def seen(wire: Program) -> Packet:
    """The next packet that the program prints."""
    interface, outgoing, source, destination, payload = json.loads(wire.line())
    return Packet(interface, outgoing, source, destination, bytes.fromhex(payload))


def watch(port: int) -> None:
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ALL_PROTOCOLS)) as wire:
        print("watching", flush=True)
        while True:
            packet, (interface, protocol, kind, *_) = wire.recvfrom(65536)
            header = 4 * (packet[0] & 0x0F)
            udp = packet[header:]
            if protocol != IPV4 or packet[9] != socket.IPPROTO_UDP:
                continue
            if int.from_bytes(udp[2:4]) != port:
                continue
            source, destination = IPv4Address(packet[12:16]), IPv4Address(packet[16:20])
            payload = udp[UDP_HEADER : int.from_bytes(udp[4:6])].hex()
            outgoing = kind == socket.PACKET_OUTGOING
            line = [interface, outgoing, str(source), str(destination), payload]
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    watch(int(sys.argv[1]))
