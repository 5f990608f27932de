"""The documented example over plain sockets, cut at every byte."""

from tests.lan.cutting import bytewise
from tests.orders.conftest import Arrivals
from tests.orders.peer import connected
from tests.orders.test_conversations import SEED
from tests.running import RunningAppliance

CREATE = b'{"id":"123","items":[{"lineId":"9","name":"Soup"}]}'
BEFORE = b'{"command":"update-order","order":%s}' % CREATE
ALL = ["Hamburger", "Chocolate Shake", "Onion Rings"]


def lines_of(appliance: RunningAppliance) -> list[str]:
    """The items of order 123 as the kitchen knows them."""
    numbers = {ticket.number for ticket in appliance.expeditor.kitchen.live_tickets()}
    (number,) = numbers
    return [item.name for item in appliance.expeditor.kitchen.placed(number).order.items]


async def test_an_update_in_two_pieces_cut_at_every_byte(
    appliance: RunningAppliance, arrivals: Arrivals
) -> None:
    seed = SEED.rstrip()
    async with connected(appliance.orders_port) as peer:
        assert await peer.ask(CREATE) == b"123"
        for place in range(1, len(seed)):
            assert await peer.ask(BEFORE) == b"123"
            assert lines_of(appliance) == ["Soup"]
            await arrivals.separately(peer, seed[:place], seed[place:])
            assert await peer.receive() == b"123", place
            assert lines_of(appliance) == ALL, place
    assert appliance.router.counters == {"accepted": 1 + 2 * (len(seed) - 1)}


async def test_an_update_byte_by_byte(appliance: RunningAppliance, arrivals: Arrivals) -> None:
    seed = SEED.rstrip()
    async with connected(appliance.orders_port) as peer:
        assert await peer.ask(CREATE) == b"123"
        await arrivals.separately(peer, *bytewise(seed))
        assert await peer.receive() == b"123"
        assert lines_of(appliance) == ALL


async def test_a_cut_between_two_orders_and_within_the_second(
    appliance: RunningAppliance, arrivals: Arrivals
) -> None:
    stream = BEFORE + b"\n" + SEED.rstrip()
    async with connected(appliance.orders_port) as peer:
        assert await peer.ask(CREATE) == b"123"
        for place in range(len(BEFORE) - 2, len(BEFORE) + 5):
            await arrivals.separately(peer, stream[:place], stream[place:])
            answer = await peer.receive()
            assert answer in (b"123", b"123123")
            assert answer == b"123123" or await peer.receive() == b"123"
            assert lines_of(appliance) == ALL


async def test_an_update_cut_anywhere_with_the_end_of_the_connection_behind_it(
    appliance: RunningAppliance, arrivals: Arrivals
) -> None:
    seed = SEED.rstrip()
    for place in range(1, len(seed), 40):
        async with connected(appliance.orders_port) as peer:
            assert await peer.ask(CREATE) == b"123"
            assert await peer.ask(BEFORE) == b"123"
            await arrivals.separately(peer, seed[:place])
            await peer.send(seed[place:])
            peer.end()
            assert await peer.rest() == b"123"
            assert lines_of(appliance) == ALL
