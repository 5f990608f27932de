"""Somebody who has the names of others and never gives them up.

Run with `python -m tests.mdns.stubborn ADDRESS ID`. With an ID, of an appliance that is
`expeditor.local`; with none (`-`), a stranger who answers to each name of a host.
"""

import socket
import sys
from ipaddress import IPv4Address

from zeroconf._protocol.incoming import DNSIncoming

from tests.mdns import packets

OURS = "expeditor.local."


def answers(question: bytes, address: str, identifier: str) -> list[bytes]:
    """What is said to that."""
    asked = DNSIncoming(question)
    if not asked.is_query():
        return []
    hosts = {one.name for one in asked.questions if one.type == packets.A}
    if identifier != "-":
        hosts &= {OURS}
    said = [
        packets.answer(
            packets.record(
                packets.name(*host.removesuffix(".local.").split(".")),
                packets.A,
                IPv4Address(address).packed,
            )
        )
        for host in sorted(hosts)
    ]
    if identifier != "-":
        pairs = [f"id={identifier}".encode()]
        said.append(
            packets.service(
                "Stubborn",
                type_="_kitchen-orders",
                host="expeditor",
                address=address,
                pairs=pairs,
            )
        )
    return said


def be_stubborn(address: str, identifier: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        here.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        here.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        member = socket.inet_aton(packets.GROUP) + socket.inet_aton(address)
        here.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        here.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
        here.bind((packets.GROUP, packets.PORT))
        print("here", flush=True)
        while True:
            for said in answers(here.recv(9000), address, identifier):
                here.sendto(said, (packets.GROUP, packets.PORT))


if __name__ == "__main__":
    be_stubborn(*sys.argv[1:])
