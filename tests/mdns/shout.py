"""Sends packets of mDNS to all, as machines would that nobody knows.

Run with `python -m tests.mdns.shout OWN_ADDRESS FIRST LAST TEXT_BYTES`: services with these
numbers, each of a machine of its own.
"""

import socket
import sys
import time

from tests.mdns import packets

AT_ONCE = 20
"""More than so many in a millisecond, and the receiver's kernel drops them."""


def shout(own: str, numbers: range, text_bytes: int) -> None:
    filling = [b"name=" + b"x" * 200] * (text_bytes // 206)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sending.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sending.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
        sending.bind((own, packets.PORT))
        for number in numbers:
            packet = packets.service(
                f"Screen {number}",
                host=f"screen-{number}",
                address=f"10.1.{1 + number // 250}.{1 + number % 250}",
                pairs=[b"id=%08d" % number, b"proto=lan", *filling],
            )
            sending.sendto(packet, (packets.GROUP, packets.PORT))
            if number % AT_ONCE == 0:
                time.sleep(0.001)
    print("shouted", flush=True)


if __name__ == "__main__":
    address, first, last, size = sys.argv[1], *map(int, sys.argv[2:])
    shout(address, range(first, last), size)
