"""One input of the fuzzing: any bytes through the splitter, the decoder and a kitchen.

    control ─ cuts, limit, cook ─┐
    stream ──────────────────────┴▶ framing ▶ messages ▶ kitchen ▶ replies, events ▶ kitchen

An input is the five bytes of `CONTROL` and a stream. Every input meets a kitchen of its own,
so that one that fails does so again by itself, and so that nothing has a reason to grow.
"""

import itertools
import struct
import sys
import time
from collections.abc import Callable, Collection, Iterable
from datetime import UTC
from pathlib import Path
from typing import Any, Final

import msgspec

from appliance.kitchen import event as events
from appliance.kitchen.command import (
    ActOnTicket,
    CancelOrder,
    Command,
    FireCourse,
    MarkLine,
    SetPriority,
)
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import Guest
from appliance.kitchen.ticket import Ticket
from appliance.lan import messages, replies
from appliance.lan.framing import EXTRACT, MAX_FRAME, Malformed, Splitter
from tests.kitchen.orders import after, busy, create, do, item
from tests.lan.cutting import Broken, cut

CONTROL: Final = struct.Struct("<HHB")
"""Two places where the stream is cut (modulo its length), and flags."""
SMALL_FRAMES: Final = 1
"""Flag: objects of over `SMALL_FRAME` bytes are refused."""
BYTEWISE: Final = 2
"""Flag: from the first place on, `ONE_BY_ONE` bytes come each for itself."""
COOK: Final = 4
"""The rest of the flags, divided by this: which of `BY_COOKS` follows each message."""
SMALL_FRAME: Final = 100
ONE_BY_ONE: Final = 32

ONE_READ: Final = 4096
"""Bytes of an answer that real clients read, once (design: LAN protocol)."""
SECONDS: Final = 1.0
"""Of processor time, for one input."""
WARM_UP: Final = 1_000
"""Inputs after which caches are as large as they get, or nearly so."""
GROWTH_BLOCKS: Final = 60_000
"""Objects that may be in memory beyond those after the warm-up: three times what the caches
of routes and course numbers took, and a tenth of one per input of a long run."""
GROWTH_BYTES: Final = 32 << 20
"""The same of resident memory, which also has the inputs that the fuzzer keeps: 1 MiB."""

_OPEN: Final = busy(create(item("1"), item("2", "Fries", course=2, status="hold"), id="1"))
_OPEN_STATE: Final = _OPEN.state()
"""What every input finds: order `1`, so that a single message can change something."""
_decode_guest = msgspec.json.Decoder(Guest).decode

BY_COOKS: Final[tuple[Callable[[Ticket, str], Command], ...]] = (
    lambda ticket, order_id: ActOnTicket(ticket.station, order_id, "start"),
    lambda ticket, order_id: ActOnTicket(ticket.station, order_id, "ready"),
    lambda ticket, order_id: ActOnTicket(ticket.station, order_id, "bump"),
    lambda ticket, order_id: ActOnTicket(ticket.station, order_id, "recall"),
    lambda ticket, order_id: ActOnTicket(ticket.station, order_id, "void"),
    lambda _ticket, order_id: ActOnTicket("pass", order_id, "bump"),
    lambda ticket, order_id: SetPriority(ticket.station, order_id, "urgent"),
    lambda ticket, order_id: MarkLine(ticket.station, order_id, _first_line(ticket), done=True),
    lambda _ticket, order_id: FireCourse(order_id, 2),
    lambda _ticket, order_id: CancelOrder(order_id),
)


def _first_line(ticket: Ticket) -> str:
    return ticket.lines[0].id if ticket.lines else ""


def check(data: bytes) -> None:
    """Raise what is wrong with how this input is taken, if anything."""
    began = time.process_time()
    control, stream = data[: CONTROL.size], data[CONTROL.size :]
    one, other, flags = CONTROL.unpack(control.ljust(CONTROL.size, b"\0"))
    max_frame = SMALL_FRAME if flags & SMALL_FRAMES else MAX_FRAME
    first = one % (len(stream) + 1)
    places = {first, other % (len(stream) + 1)}
    if flags & BYTEWISE:
        places.update(range(first, min(first + ONE_BY_ONE, len(stream))))
    found = taken([stream], max_frame)
    cut_up = taken(cut(stream, places), max_frame)
    assert found == cut_up, f"cut up it is {cut_up}, and else {found}"
    obeyed([each for each in found if not isinstance(each, Broken)], flags // COOK)
    seconds = time.process_time() - began
    assert seconds < SECONDS, f"took {seconds:.1f} s"


def taken(pieces: Iterable[bytes], max_frame: int) -> list[Any]:
    """The commands of a stream, and `Broken` for what is none; nothing else is raised."""
    splitter = Splitter[Command](lambda frame: messages.decode(frame, UTC), max_frame=max_frame)
    found: list[Any] = []
    held = allowed = 0
    for piece in pieces:
        if not splitter.inside:
            held, allowed = 0, max_frame + len(piece)
        held += len(piece)
        splitter.feed(piece)
        while (result := splitter.next_object()) is not None:
            # What ended came with this piece: all that is left is a part of it.
            held, allowed = len(piece), max_frame + len(piece)
            found.append(_known(result) if isinstance(result, Malformed) else result.message)
        assert not splitter.inside or held <= allowed, f"keeps {held} of {max_frame} bytes"
    rest = splitter.end()
    return found if rest is None else [*found, _known(rest)]


def _known(result: Malformed) -> Broken:
    assert result.reason, "refused without a reason"
    assert isinstance(result.extract, bytes), type(result.extract)
    assert len(result.extract) <= EXTRACT, f"an extract of {len(result.extract)} bytes"
    return Broken(result.reason, result.fatal)


def obeyed(commands: Collection[Command], by_cook: int) -> None:
    """Have a kitchen carry them out; what it remembers makes the same kitchen again."""
    if not commands:
        return
    night = _Night()
    for command in commands:
        msgspec.json.encode(command)
        night.submit(command)
        live = night.kitchen.live_tickets()
        if live and by_cook < len(BY_COOKS):
            order_id = night.kitchen.placed(live[0].number).order.id
            night.submit(BY_COOKS[by_cook](live[0], order_id))
    assert night.replayed.state() == night.kitchen.state(), "its log makes another kitchen"


class _Night:
    """A kitchen, and one that knows no more than is written of what the first decides."""

    def __init__(self) -> None:
        self.kitchen, self.replayed = Kitchen(_OPEN.plan), Kitchen(_OPEN.plan)
        self.kitchen.restore(_OPEN_STATE, {})
        self.replayed.restore(_OPEN_STATE, {})
        self._minutes = itertools.count(1)

    def submit(self, command: Command) -> None:
        decision = do(self.kitchen, command, after(60 * next(self._minutes)))
        reply = replies.encode(decision.reply)
        assert isinstance(reply, bytes), reply
        assert 0 < len(reply) <= ONE_READ, f"an answer of {len(reply)} bytes"
        guest = decision.guest[1] if decision.guest else None
        if guest is not None:
            read = _decode_guest(msgspec.json.encode(guest))
            assert read == guest, f"{guest} is read as {read}"
        for event in decision.events:
            again = events.decode(events.encode(event))
            assert again == event, f"{event} is read as {again}"
            self.replayed.apply(again, guest)


class Growth:
    """Watches over the memory of this process, called once after each input."""

    def __init__(self) -> None:
        self.inputs = 0
        self._first = (0, 0)

    def check(self) -> None:
        """Raise AssertionError when there is more than there was after the warm-up."""
        self.inputs += 1
        if self.inputs % WARM_UP:
            return
        now = (sys.getallocatedblocks(), _resident())
        if self.inputs == WARM_UP:
            self._first = now
        blocks, size = (new - old for new, old in zip(now, self._first, strict=True))
        assert blocks < GROWTH_BLOCKS, f"{blocks} objects more after {self.inputs} inputs"
        assert size < GROWTH_BYTES, f"{size >> 20} MiB more after {self.inputs} inputs"


def _resident() -> int:
    """Bytes of memory that this process occupies."""
    status = Path("/proc/self/status").read_text()
    kib: str = status.partition("VmRSS:")[2].split()[0]
    return int(kib) * 1024
