"""Waits until somebody on the network says which address a name has, and ends.

Run with `python -m tests.mdns.awaited OWN_ADDRESS NAME`. The first line says that it has begun.
"""

import socket
import sys

from tests.mdns import packets

_RESPONSE = 0x80
"""In the third byte of a packet."""


def wait(own: str, name: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hearing:
        hearing.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        hearing.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        hearing.bind((packets.GROUP, packets.PORT))
        member = socket.inet_aton(packets.GROUP) + socket.inet_aton(own)
        hearing.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        print("listening", flush=True)
        while True:
            packet = hearing.recv(65536)
            if packet[2] & _RESPONSE and packets.name(name) in packet:
                print("heard", flush=True)
                return


if __name__ == "__main__":
    wait(sys.argv[1], sys.argv[2])
