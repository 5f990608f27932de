"""Conversations as the guide of the LAN protocol writes them down, and as they are held."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from tests.lan.cutting import bytewise
from tests.orders.peer import Peer
from tests.running import RunningAppliance

GUIDE: Final = Path(__file__).parents[2] / "appliance" / "lan" / "README.md"

Kind = Literal["said", "answered", "shown", "done"]


class Step(NamedTuple):
    """What was said, is answered, is shown then, or is done in the kitchen."""

    kind: Kind
    content: bytes


Conversation = list[Step]
Feeding = Callable[[bytes], list[bytes]]

_BLOCK: Final = re.compile(r"```conversation\n(.*?)```", re.DOTALL)
_MARKS: Final[dict[str, Kind]] = {"→": "said", "←": "answered", "…": "done"}
_SHOWN: Final = re.compile(r"\w+ \|")
CLOSED: Final = b"(closed)"


def of_guide(text: str) -> Iterator[Conversation]:
    """The conversations in a text, in their order."""
    for block in _BLOCK.findall(text):
        steps: Conversation = []
        for line in block.splitlines():
            kind: Kind | None = "shown" if _SHOWN.match(line) else _MARKS.get(line[0])
            if kind is None:  # A message goes on.
                steps[-1] = Step(steps[-1].kind, steps[-1].content + b"\n" + line.encode())
            else:
                steps.append(Step(kind, (line if kind == "shown" else line[2:]).encode()))
        yield steps


def whole(message: bytes) -> list[bytes]:
    return [message]


def byte_by_byte(message: bytes) -> list[bytes]:
    return list(bytewise(message))


async def hold(
    appliance: RunningAppliance, peer: Peer, conversation: Conversation, feeding: Feeding
) -> None:
    """Say message after message, each in the pieces of the feeding."""
    for kind, steps in groupby(conversation, key=lambda step: step.kind):
        contents = [step.content for step in steps]
        match kind:
            case "said":
                for piece in [piece for content in contents for piece in feeding(content)]:
                    await peer.send(piece)
            case "answered":
                await _expect(peer, contents)
            case _:
                await _in_kitchen(appliance, kind, contents)


async def hold_in_one_packet(
    appliance: RunningAppliance, peer: Peer, conversation: Conversation
) -> None:
    """Say all that is said until the kitchen does something; look at its boards in the end."""
    for done, steps in groupby(conversation, key=lambda step: step.kind == "done"):
        part = list(steps)
        if done:
            await _in_kitchen(appliance, "done", [step.content for step in part])
            continue
        await peer.send(b"\n".join(step.content for step in part if step.kind == "said"))
        await _expect(peer, [step.content for step in part if step.kind == "answered"])
        last_said = max(place for place, step in enumerate(part) if step.kind == "said")
        in_the_end = [step.content for step in part[last_said:] if step.kind == "shown"]
        await _in_kitchen(appliance, "shown", in_the_end)


async def _expect(peer: Peer, answers: list[bytes]) -> None:
    """What is read next is this and nothing else."""
    expected = b"".join(answer for answer in answers if answer != CLOSED)
    read = b""
    while len(read) < len(expected):
        piece = await peer.receive()
        assert piece, f"closed after {read!r}, before {expected!r}"
        read += piece
    assert read == expected
    if CLOSED in answers:
        assert await peer.receive() == b""


async def _in_kitchen(appliance: RunningAppliance, kind: Kind, contents: list[bytes]) -> None:
    for content in contents:
        text = content.decode()
        if kind == "shown":
            station, _, board = text.partition(" | ")
            assert await _board(appliance, station) == board, station
        elif found := re.fullmatch(r"(\w+) ticks line (\S+) of (\S+)", text):
            station, line, order_id = found.groups()
            path = f"/stations/{station}/orders/{order_id}/ticket/items/{line}/done"
            assert (await appliance.call("POST", path))[0] == 200
        else:
            station, _bumps, order_id = text.split()
            path = f"/stations/{station}/orders/{order_id}/ticket/bump"
            assert (await appliance.call("POST", path))[0] == 200


async def _board(appliance: RunningAppliance, station: str) -> str:
    tickets = await appliance.tickets(station)
    return " / ".join(_card(ticket) for ticket in tickets) or "nothing"


def _card(ticket: dict[str, Any]) -> str:
    lines = ", ".join(_line(item) for item in ticket["items"])
    return lines if ticket["status"] != "voided" else f"voided: {lines}"


def _line(item: dict[str, Any]) -> str:
    mark = item["change"] or ("done" if item["is_done"] else None)
    name = item["name"]
    if item["only_modifiers"]:
        sides = ", ".join(modifier["name"] for modifier in item["modifiers"])
        name = f"{sides} for {name}"
    return f"{item['quantity']} × {name}" + (f" ({mark})" if mark else "")


def title(conversation: Conversation) -> str:
    """A name for a conversation: its commands and answers."""
    words = []
    for kind, content in conversation:
        if kind == "said":
            try:
                words.append(json.loads(content).get("command", "bare order"))
            except ValueError:
                words.append(content[:12].decode(errors="replace"))
        elif kind == "answered":
            words.append(content.decode())
    return " ".join(words)[:60]
