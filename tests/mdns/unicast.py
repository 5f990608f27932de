"""Prints the destination of each IPv4 packet that leaves this host for one other machine.

Run with `python -m tests.mdns.unicast`. The first line says that it has begun.
"""

import socket
from ipaddress import IPv4Address

IPV4 = 0x0800


def watch() -> None:
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3)) as wire:
        print("watching", flush=True)
        while True:
            packet, (_interface, protocol, kind, *_) = wire.recvfrom(65536)
            if protocol == IPV4 and kind == socket.PACKET_OUTGOING:
                destination = IPv4Address(packet[16:20])
                if not destination.is_multicast and not destination.is_loopback:
                    print(destination, flush=True)


if __name__ == "__main__":
    watch()
