"""What a point of sale says on port 9104 and what it is answered, byte for byte.

The conversations of the protocol's guide are the first part of the table; the oddities that
no guide would print are the second.
"""

import asyncio
import json
from pathlib import Path

import pytest

from tests.orders import conversing
from tests.orders.conversing import Conversation, Feeding, Step
from tests.orders.peer import connected
from tests.running import RunningAppliance

DATA = Path(__file__).parent.parent / "data"
SEED = (DATA / "seed-update-order.json").read_bytes()
CREATE = (DATA / "create-order.json").read_bytes()
CANCEL = (DATA / "cancel-order.json").read_bytes()
BARE = (DATA / "legacy-bare-order.json").read_bytes()
ALLERGY = b'{"command":"update-order","order":{"id":"A-1001","items":[],"priority":true}}'
ORDER_5 = b'{"id":"5","items":[{"name":"Fries"}]}'
FAILURE = b"Unable to parse data"
UNKNOWN = b"ORDER_DOES_NOT_EXIST"
CLOSED = b""
ENDS = conversing.CLOSED

GUIDE = list(conversing.of_guide(conversing.GUIDE.read_text(encoding="utf-8")))
ODDITIES: dict[str, list[tuple[bytes, bytes]]] = {
    "an order, changed, taken back": [
        (CREATE, b"A-1001"),
        (ALLERGY, b"A-1001"),
        (CANCEL, b"A-1001"),
    ],
    "the documented example": [(b'{"id":"123","items":[]}', b"123"), (SEED, b"123")],
    "the documented example alone": [(SEED, UNKNOWN)],
    "an old client": [(BARE, b"L-7")],
    "a command in an envelope by default": [(b'{"order":{"id":"9","items":[]}}', b"9")],
    "the same order again": [(CREATE, b"A-1001"), (CREATE, b"A-1001")],
    "another order of that id": [(CREATE, b"A-1001"), (b'{"id":"A-1001","items":[]}', b"A-1001")],
    "a change of nothing": [(ALLERGY, UNKNOWN), (ORDER_5, b"5")],
    "nothing taken back": [(CANCEL, UNKNOWN), (ORDER_5, b"5")],
    "taken back twice": [(CREATE, b"A-1001"), (CANCEL, b"A-1001"), (CANCEL, b"A-1001")],
    "a change of what was taken back": [
        (CREATE, b"A-1001"),
        (CANCEL, b"A-1001"),
        (ALLERGY, b"A-1001"),
    ],
    "three orders at once": [(b'{"id":"1","items":[]}' + ORDER_5 + CREATE, b"15A-1001")],
    "orders and mistakes at once": [
        (ORDER_5 + b"{} \n" + CANCEL + ORDER_5, b"5" + FAILURE + UNKNOWN + b"5")
    ],
    "keys that mean something elsewhere": [
        (
            b'{"command":"create-order","id":7,"source":{"app":"x"},"retry":3,"order":%s}'
            % ORDER_5,
            b"5",
        ),
        (b'{"command":"update-order","items":"none","order":%s}' % ORDER_5, b"5"),
        (b'{"command":"create-order","order":{"id":"6","items":[],"itemsToRemove":[1]}}', b"6"),
        (
            b'{"command":"cancel-order","id":1,"order":{"id":"5","time":true,"items":[{"qty":1}]}}',
            b"5",
        ),
    ],
    "no envelope but a command": [(ORDER_5, b"5"), (b'{"command":"cancel-order","id":"5"}', b"5")],
    "a time of Python": [(b'{"id":"5","time":1551454803184.25,"items":[]}', b"5")],
    "a telnet session": [
        (b'{\r\n\t"id": "5",\r\n\t"items": []\r\n}\r\n', b"5"),
        (b"\r\n" + SEED, UNKNOWN),
    ],
    "a byte-order mark": [(b"\xef\xbb\xbf" + ORDER_5, b"5"), (b"\xef\xbb\xbf" + ORDER_5, b"5")],
    "a client in C": [(ORDER_5 + b"\0", b"5"), (CANCEL + b"\0", UNKNOWN)],
    "an id that is not ASCII": [('{"id":"Käse 🧀","items":[]}'.encode(), "Käse 🧀".encode())],
    "an id with an escape": [(rb'{"id":"a\"\u00e9","items":[]}', 'a"é'.encode())],
    "an unknown command": [
        (b'{"command":"recall-order","order":{"id":"5"}}', FAILURE),
        (ORDER_5, b"5"),
    ],
    "no id": [(b'{"command":"cancel-order","order":{}}', FAILURE), (ORDER_5, b"5")],
    "no items": [(b'{"command":"update-order","order":{"id":"5"}}', FAILURE), (ORDER_5, b"5")],
    "an item without a name": [(b'{"id":"5","items":[{"qty":1}]}', FAILURE), (ORDER_5, b"5")],
    "a wrong type": [(b'{"id":5,"items":[]}', FAILURE), (ORDER_5, b"5")],
    "half a surrogate pair": [(rb'{"id":"\ud83c","items":[]}', FAILURE), (ORDER_5, b"5")],
    "not UTF-8": [(b'{"id":"5","name":"Ren\xe9","items":[]}', FAILURE), (ORDER_5, b"5")],
    "a comma too many": [(b'{"id":"5","items":[],}', FAILURE), (ORDER_5, b"5")],
    "too deep": [(b'{"x":' + b"[" * 999 + b"]" * 999 + b"}", FAILURE), (ORDER_5, b"5")],
    "no JSON": [(b"HELO kitchen\r\n", FAILURE), (b"", ENDS)],
    "a web browser": [(b"GET / HTTP/1.1\r\nHost: kitchen:9104\r\n\r\n", FAILURE), (b"", ENDS)],
    "a list": [(b"[" + ORDER_5 + b"]", FAILURE), (b"", ENDS)],
    "brackets that do not match": [(b'{"id":"5","items":[}', FAILURE), (b"", ENDS)],
    "an order, then no JSON": [(ORDER_5 + b"!", b"5" + FAILURE), (b"", ENDS)],
    "no JSON, then an order": [(b"!" + ORDER_5, FAILURE), (b"", ENDS)],
}


def steps_of(exchanges: list[tuple[bytes, bytes]]) -> Conversation:
    steps: Conversation = []
    for said, answered in exchanges:
        steps += [Step("said", said), Step("answered", answered)]
    return steps


CONVERSATIONS = {
    **{f"guide {place}: {conversing.title(each)}": each for place, each in enumerate(GUIDE, 1)},
    **{name: steps_of(exchanges) for name, exchanges in ODDITIES.items()},
}


@pytest.mark.parametrize("feeding", [conversing.whole, conversing.byte_by_byte])
@pytest.mark.parametrize("conversation", CONVERSATIONS.values(), ids=CONVERSATIONS)
async def test_a_conversation_message_by_message(
    appliance: RunningAppliance, conversation: Conversation, feeding: Feeding
) -> None:
    async with connected(appliance.orders_port) as peer:
        await conversing.hold(appliance, peer, conversation, feeding)
        peer.end()
        assert await peer.rest() == CLOSED


@pytest.mark.parametrize("conversation", CONVERSATIONS.values(), ids=CONVERSATIONS)
async def test_a_conversation_in_one_packet(
    appliance: RunningAppliance, conversation: Conversation
) -> None:
    async with connected(appliance.orders_port) as peer:
        await conversing.hold_in_one_packet(appliance, peer, conversation)
        peer.end()
        assert await peer.rest() == CLOSED


def test_the_guide_has_every_command_and_every_answer() -> None:
    said = b"".join(step.content for each in GUIDE for step in each if step.kind == "said")
    for command in ("create-order", "update-order", "partial-update-order", "cancel-order"):
        assert f'"command": "{command}"'.encode() in said
    answers = {step.content for each in GUIDE for step in each if step.kind == "answered"}
    assert {FAILURE, UNKNOWN, ENDS} < answers
    assert {step.kind for each in GUIDE for step in each} == {"said", "answered", "shown", "done"}


async def test_an_answer_is_one_write_as_soon_as_the_object_is_complete(
    appliance: RunningAppliance,
) -> None:
    # This client does not end its side, sends no newline, and reads once.
    order_id = "x" * 200
    async with connected(appliance.orders_port) as peer:
        assert (
            await peer.ask(json.dumps({"id": order_id, "items": []}).encode()) == order_id.encode()
        )


async def test_a_client_that_ends_its_side_at_once_is_answered_and_closed(
    appliance: RunningAppliance,
) -> None:
    # As a real client does: json.dumps, shutdown(SHUT_WR), recv(4096), close.
    async with connected(appliance.orders_port) as peer:
        await peer.send(CREATE)
        peer.end()
        assert await peer.receive() == b"A-1001"
        assert await peer.receive() == CLOSED


async def test_an_order_cut_off_by_the_end_of_the_connection_is_refused(
    appliance: RunningAppliance,
) -> None:
    async with connected(appliance.orders_port) as peer:
        await peer.send(ORDER_5 + CREATE.rstrip()[:-1])
        peer.end()
        assert await peer.rest() == b"5" + FAILURE
    assert await appliance.tickets("grill") == []


async def test_the_failure_can_be_read_after_any_amount_of_garbage(
    appliance: RunningAppliance,
) -> None:
    async with connected(appliance.orders_port) as peer:
        await peer.send(b"x" * 5_000_000)
        assert await peer.rest() == FAILURE


async def test_a_connection_that_says_nothing_is_closed_without_a_word(
    appliance: RunningAppliance,
) -> None:
    async with connected(appliance.orders_port) as peer:
        await peer.send(b" \r\n")
        peer.end()
        assert await peer.rest() == CLOSED


async def test_many_points_of_sale_at_once_are_each_answered_in_order(
    appliance: RunningAppliance,
) -> None:
    async def one(name: str) -> bytes:
        async with connected(appliance.orders_port) as peer:
            for number in range(20):
                await peer.send(b'{"id":"%s%d","items":[]}' % (name.encode(), number))
            peer.end()
            return await peer.rest()

    names = "abcdefghijkl"
    answers = await asyncio.gather(*map(one, names))
    expected = ["".join(f"{name}{number}" for number in range(20)).encode() for name in names]
    assert answers == expected
    assert appliance.router.counters == {"accepted": 240}
