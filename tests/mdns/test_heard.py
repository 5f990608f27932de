"""What is kept of packets from anybody: no more than is of use, and nothing that does harm."""

import asyncio
import random
import struct
from collections.abc import AsyncIterator
from ipaddress import IPv4Address
from typing import Any

import pytest
from zeroconf import ServiceInfo, current_time_millis
from zeroconf._dns import DNSAddress

from appliance.mdns import ORDERS, SCREEN
from appliance.mdns import wire as wire_module
from appliance.mdns.found import MOST_LETTERS, MOST_PER_HOST, MOST_SERVICES, Service
from appliance.mdns.heard import MOST_RECORDS, MOST_TIMES, MOST_TTL, texts
from appliance.mdns.wire import MOST_RIVALS, Wire
from tests.mdns import packets
from tests.mdns.packets import PTR, SRV, TXT, A, answer, name, record, service
from tests.proof import count

SECOND = 1000.0
FOREVER = 0x7FFF_FFFF
TYPE = name("_kitchen-screen", "_tcp")


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    """On no network: what it is to hear is handed to it."""
    wire = Wire([SCREEN, ORDERS], lambda: None)
    await wire.use([], anew=False)
    yield wire
    await wire.close()
    assert wire.fault is None


def hear(wire: Wire, packet: bytes) -> None:
    """As if it had come by multicast."""
    [protocol] = wire._zeroconf.engine.protocols  # noqa: SLF001 - there is no other way in
    protocol.datagram_received(packet, ("10.1.0.9", packets.PORT))


def kept(wire: Wire) -> int:
    """Records in memory."""
    return sum(map(len, wire._zeroconf.cache.cache.values()))  # noqa: SLF001 - none tells


def services(wire: Wire, seconds: float = 0) -> list[Service]:
    """As they are so much later."""
    return wire.heard.services(current_time_millis() + seconds * SECOND)


def asked(wire: Wire, seconds: float) -> set[tuple[str, int]]:
    """What is asked for so much later."""
    questions = wire.heard.questions(current_time_millis() + seconds * SECOND)
    wire.ask(questions)
    return {(one.name, one.type) for one in questions}


async def test_a_flood_of_strangers_leaves_next_to_nothing(wire: Wire) -> None:
    hear(wire, service("Grill", host="first", address="10.1.0.7"))
    for number in range(5000):
        junk = [
            record(name(f"host-{number}"), A, bytes([10, 2, number // 250, number % 250])),
            record(name("_else", "_tcp"), PTR, name(f"else {number}", "_else", "_tcp"), FOREVER),
            record(name(f"else {number}", "_else", "_tcp"), TXT, b"\x01x" * 400, FOREVER),
        ]
        hear(wire, answer(*junk))
        hear(
            wire,
            service(
                f"Screen {number}",
                host=f"screen-{number}",
                address=f"10.3.{number // 250}.{1 + number % 250}",
                ttl=FOREVER,
            ),
        )
        await asyncio.sleep(0)
    found = services(wire)
    assert len(found) == MOST_SERVICES
    assert found[0].instance == "Grill"
    assert kept(wire) == 4 * MOST_SERVICES
    # Whatever they said, nobody keeps a place for longer than that without a word.
    assert services(wire, MOST_TTL + 1) == []
    wire.heard.sweep((), current_time_millis() + (MOST_TTL + 1) * SECOND)
    assert kept(wire) == 0


async def test_one_host_gets_a_few_places(wire: Wire) -> None:
    for number in range(10):
        hear(wire, service(f"A {number}", host="many", address="10.1.0.7"))
        host = "third" if number % 2 else "Third"
        hear(wire, service(f"B {number}", host=host, address=f"10.1.1.{number + 1}"))
    names = [one.instance[0] for one in services(wire)]
    assert [names.count(each) for each in "AB"] == [MOST_PER_HOST] * 2


async def test_nobody_is_hidden_by_others_that_give_his_address(wire: Wire) -> None:
    for number in range(10):
        hear(wire, service(f"A {number}", host="many", address="10.1.0.7"))
    hear(wire, service("Grill", host="grill", address="10.1.0.7"))
    assert "Grill" in [one.instance for one in services(wire)]


async def test_a_name_has_so_many_records_and_no_more(wire: Wire) -> None:
    hear(wire, service("Grill"))
    for number in range(1000):
        address = record(
            name("screen"), A, IPv4Address(0x0A040000 + number).packed, 120, unique=False
        )
        port = record(
            name("Grill", "_kitchen-screen", "_tcp"),
            SRV,
            struct.pack(">3H", 0, 0, 1 + number) + name(f"host-{number}"),
            unique=False,
        )
        hear(wire, answer(address, port))
    # Of one service: its name, and as many of each name that it uses.
    assert kept(wire) <= 1 + 3 * MOST_RECORDS


async def test_who_never_says_where_it_is_loses_its_place(wire: Wire) -> None:
    for number in range(MOST_SERVICES):
        full = name(f"Silent {number}", "_kitchen-screen", "_tcp")
        hear(wire, answer(record(TYPE, PTR, full, FOREVER)))
    hear(wire, service("Grill"))
    assert services(wire) == []
    times = [len(asked(wire, 10 * each)) for each in range(MOST_TIMES + 2)]
    assert times == [2 * MOST_SERVICES] * MOST_TIMES + [0, 0]
    wire.sweep()
    assert kept(wire) == 0
    hear(wire, service("Grill", port=9105))
    assert [one.instance for one in services(wire)] == ["Grill"]


async def test_what_is_missing_or_will_be_is_asked_for(wire: Wire) -> None:
    full = "grill._kitchen-screen._tcp.local."
    hear(wire, answer(record(TYPE, PTR, name("Grill", "_kitchen-screen", "_tcp"))))
    assert asked(wire, 0) == {(full, SRV), (full, TXT)}
    hear(wire, service("Grill"))
    assert asked(wire, 0) == set()
    assert asked(wire, 90) == set()
    assert asked(wire, 100) == {
        (full, SRV),
        (full, TXT),
        ("screen.local.", A),
        ("screen.local.", 28),
    }
    assert [one.instance for one in services(wire, 110)] == ["Grill"]
    assert services(wire, 125) == []


async def test_goodbye_takes_a_service_away(wire: Wire) -> None:
    hear(wire, service("Grill"))
    hear(wire, service("Fry", host="fry", address="10.1.0.8"))
    hear(wire, service("Grill", ttl=0))
    assert [one.instance for one in services(wire)] == ["Fry"]
    wire.sweep()
    assert kept(wire) == 4


@pytest.mark.parametrize(
    "instance", [b"", b"a..b", b".", b"\xff" * 40, b"x" * 63 + b".y", b"_kitchen-screen"]
)
async def test_a_name_that_cannot_be_said_again_does_no_harm(wire: Wire, instance: bytes) -> None:
    labels = [instance] if instance else []
    server = name(b"\xff" * 63)
    for full in (name(*labels, "_kitchen-screen", "_tcp"), name(instance[:63], b"_x", "_tcp")):
        hear(
            wire,
            answer(
                record(TYPE, PTR, full),
                record(full, SRV, struct.pack(">3H", 0, 0, 1) + server),
                record(full, TXT, packets.text([b"id=12345678"])),
                record(server, A, bytes([10, 1, 0, 9])),
            ),
        )
    asked(wire, 0)
    wire.ask_for_services()
    assert services(wire) == []


HOSTILE = [
    *(b"id=12345678", b"name=\x1b[2J\x07\r\nGrill", b"station=\xe2\x80\xae\xe2\x81\xa6llirG"),
    *(b"version=<script>alert(1)</script>", b"proto=\xff\xfe\xc0\x80", b"else=kept?"),
]


async def test_what_is_shown_is_short_and_printable(wire: Wire) -> None:
    hear(wire, service("\x1b[31m\u202eGrill\u2066", host="\u202ehost\x07", pairs=HOSTILE))
    [one] = services(wire)
    assert dict(one.text) == {
        "id": "12345678",
        "name": "[2JGrill",
        "station": "llirG",
        "version": "<script>alert(1)</script>",
        "proto": "\N{REPLACEMENT CHARACTER}" * 4,
    }
    assert (one.instance, one.host) == ("[31mGrill", "host.local")


async def test_ten_thousand_mutated_packets_do_no_harm(wire: Wire) -> None:
    faults: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
    chance = random.Random(8)  # noqa: S311 - the same each time
    wholes = [
        service("Grill", pairs=HOSTILE),
        service("Bar", type_="_kitchen-orders", host="hub", pairs=[b"id=abcdefgh", b"http=80"]),
        service("Big", pairs=[b"id=12345678", *[b"x" * 255] * 30]),
        # A name that is a pointer to itself, and two that point to each other.
        answer(record(b"\xc0\x0c", A, b"abcd")),
        answer(b"\xc0\x0e\xc0\x0c" + record(b"", PTR, b"\xc0\x0c")),
    ]
    for number in range(count(10_000, proof=300_000)):
        hear(wire, mutated(chance, chance.choice(wholes)))
        if number % 50 == 0:
            found = services(wire)
            asked(wire, 0)
            wire.ask_for_services()
            wire.sweep()
            assert all(is_harmless(one) for one in found)
            assert kept(wire) <= 4 * MOST_RECORDS * MOST_SERVICES
            await asyncio.sleep(0)
    assert faults == []
    assert wire.fault is None


def is_harmless(one: Service) -> bool:
    shown = [one.instance, one.host, *one.text.values()]
    return all(text.isprintable() and len(text) <= MOST_LETTERS for text in shown)


def mutated(chance: random.Random, packet: bytes) -> bytes:
    """Bytes changed, taken out, doubled, moved, or cut off."""
    changed = bytearray(packet)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(changed) or 1)
        end = at + chance.randint(1, 20)
        match chance.randrange(5):
            case 0:
                changed[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del changed[at:end]
            case 2:
                changed[at:at] = changed[at:end]
            case 3:
                changed[at:at] = b"\xc0" + bytes([chance.randrange(256)])
            case _:
                changed[12:12] = changed[at:end]
    return bytes(changed[: chance.choice([len(changed), chance.randrange(len(changed) + 1)])])


def grill(host: str) -> ServiceInfo:
    """Ours, as it is announced."""
    type_ = f"{SCREEN}.local."
    return ServiceInfo(
        type_,
        f"Grill.{type_}",
        9104,
        server=f"{host}.local.",
        addresses=[bytes([10, 1, 0, 1])],
        properties={"id": "12345678"},
    )


@pytest.mark.parametrize("soon", [True, False])
async def test_what_was_ours_before_a_change_is_for_a_while_nobody_elses(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, *, soon: bool
) -> None:
    """An answer of ours may have been on its way when the host got another name."""
    monkeypatch.setattr(wire_module, "LATE_MILLISECONDS", 60_000 if soon else 0)
    wire.claim([grill("one")])
    wire.claim([grill("two")])
    hear(wire, service("Grill", host="one", address="10.1.0.1", pairs=[b"id=12345678"]))
    assert [record.key for record in wire.rivals()] == ([] if soon else [grill("two").key])


async def test_of_others_under_our_names_the_newest_are_kept(wire: Wire) -> None:
    wire.claim([grill("screen")])
    for number in range(2 * MOST_RIVALS):
        hear(wire, service("Grill", address=f"10.9.0.{number + 1}"))
    rivals = {str(one.address) for one in wire.rivals() if isinstance(one, DNSAddress)}
    assert len(wire.rivals()) == MOST_RIVALS
    assert str(IPv4Address(f"10.9.0.{2 * MOST_RIVALS}").packed) in rivals


def test_of_two_keys_the_first_counts_and_an_end_that_is_missing_is_the_end() -> None:
    assert texts(b"\x03a=1\x03a=2\x01b\x02=x\x00\x09c=cut") == {
        b"a": b"1",
        b"b": None,
        b"c": b"cut",
    }
