"""What LAN screens have, on disk: power cuts, damage, a disk that is full, another log."""

import asyncio
import contextlib
import random
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from unittest import mock

import apsw
import pytest

from appliance.kitchen.command import CreateOrder
from appliance.kitchen.order import Guest, Item, Order
from appliance.log import Position
from appliance.screens import keeping
from appliance.screens.feeding import Fed
from appliance.screens.message import Content
from appliance.screens.mirror import Mirror, OnScreen
from appliance.screens.store import NAME, Changes, Kept, Store
from appliance.sqlite_file import Damaged
from tests.log.faulty_disk import faulty_disk
from tests.proof import count
from tests.screens.hub import Hub, commands_of, hub, stations
from tests.screens.lan_screen import LanScreen

GRILL = stations("grill")
HERE = Position("one", 1)


def on(wire_id: str, *, there: bool = True) -> OnScreen:
    return OnScreen(wire_id, 1, b"12345678", there, ("A",))


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    store = Store(tmp_path / NAME)
    store.write({"tv": Changes(HERE, {1: on("7"), 2: on("8")}), "other": Changes(HERE, {})})
    store.write({"tv": Changes(Position("one", 2), {1: None, 3: on("9", there=False)})})
    store.close()
    store = Store(tmp_path / NAME)
    kept = Kept(Position("one", 2), {2: on("8"), 3: on("9", there=False)})
    assert store.load() == {"tv": kept, "other": Kept(HERE, {})}
    store.write({"tv": Changes(HERE, {4: on("1")}, is_all=True), "other": None})
    assert store.load() == {"tv": Kept(HERE, {4: on("1")})}
    store.keep_only({"new": Changes(HERE, {5: on("2")})})
    assert store.load() == {"new": Kept(HERE, {5: on("2")})}
    store.close()


def test_place_and_orders_survive_a_power_cut_together(tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311
    with faulty_disk("screens") as disk:
        store = Store(tmp_path / NAME, "screens")
        for seq in range(1, count(40, proof=1_000)):
            shown = {seq: on(f"{seq}"), seq - 5: None}
            store.write({"tv": Changes(Position("one", seq), shown)})
            after = tmp_path / f"cut-{seq}"
            after.mkdir()
            disk.after_power_cut(after, chance)
            found = Store(after / NAME)
            kept = found.load()["tv"]
            assert kept.position.seq == seq
            assert sorted(kept.shown) == list(range(max(1, seq - 4), seq + 1))
            found.close()
        store.close()


def test_what_makes_no_sense_is_damage(tmp_path: Path) -> None:
    Store(tmp_path / NAME).close()
    with apsw.Connection(str(tmp_path / NAME)) as connection:
        connection.execute("INSERT INTO position VALUES ('tv', 'one', 1)")
        connection.execute("INSERT INTO shown VALUES ('tv', 1, x'C1')")
    connection.close()
    store = Store(tmp_path / NAME)
    with pytest.raises(Damaged):
        store.load()
    store.close()


def test_what_may_have_been_sent_has_no_id_that_another_has() -> None:
    """A point of sale may call an order what this appliance calls another that came back."""
    mirror, dish = Mirror(), Content(b'{"items":[]}', b"12345678", ())
    mirror.take_up({1: OnScreen("7~2", 2, b"12345678", there=True)})
    mirror.suspect(5, "7~2", gone=False)
    mirror.want(1, "7", dish, 1)
    mirror.want(5, "7~2", dish, 1)
    ids = {number: on.wire_id for number, on in mirror.all_stored()}
    assert ids == {1: "7~2", 5: "7~2~2"}


def test_what_may_have_been_sent_is_taken_off_with_what_it_came_through() -> None:
    """Where it came from, it would be taken for a command."""
    mirror = Mirror()
    mirror.suspect(5, "7", gone=True, via=("A", "HUB"))
    step = mirror.next(0)
    assert step is not None
    assert (step.command, step.via) == ("cancel", ("A", "HUB"))


# ── from start to start ──────────────────────────────────────────────────────────────


async def test_a_start_tells_what_is_live_and_takes_off_what_is_not(
    kitchen: Hub, screen: LanScreen
) -> None:
    for order_id in ("1", "2", "3"):
        await kitchen.order(order_id, "Burger")
    await kitchen.in_step("one")
    await screen.kill(forgets=False)
    await kitchen.knows_away("one")
    await kitchen.cancel("1")
    await kitchen.stop()
    await screen.start()
    await kitchen.start()
    await kitchen.in_step("one")
    assert sorted(commands_of(screen.messages[3:])) == ["cancel 1", "update 2", "update 3"]
    assert screen.shown == kitchen.shows(GRILL)


async def test_what_was_sent_just_before_the_plug_was_pulled_is_found_again(
    tmp_path: Path, screen: LanScreen
) -> None:
    """Of nothing that happens now a word gets to the disk, but for what has to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "GATHER_SECONDS", 3600)
        async with hub(tmp_path, one=Fed(screen.address, GRILL)) as kitchen:
            await kitchen.in_step("one")
            for order_id in ("1", "2", "3", "4"):
                await kitchen.order(order_id, "Burger")
            await kitchen.in_step("one")
            await kitchen.act("grill", "2", "bump")
            await kitchen.act("grill", "3", "bump")
            await kitchen.act("grill", "4", "bump")
            await kitchen.in_step("one")
            await kitchen.act("grill", "3", "recall")
            await kitchen.in_step("one")
            assert commands_of(screen.messages)[-1] == "create 3~2"
            screen.way = "hangs"
            await kitchen.cancel("1")
            await kitchen.act("grill", "4", "recall")
            await kitchen.kill()
            screen.heal()
            await kitchen.start()
            await kitchen.in_step("one")
            assert screen.shown == kitchen.shows(GRILL)
            assert screen.shown.keys() == {"3", "4"}
            assert screen.wrong == []


async def test_what_was_taken_off_just_before_the_plug_was_pulled_comes_back(
    kitchen: Hub, screen: LanScreen
) -> None:
    await kitchen.order("7", "Burger")
    await kitchen.in_step("one")
    await screen.kill(forgets=False)
    await kitchen.knows_away("one")
    await kitchen.act("grill", "7", "bump")
    await kitchen.stop()
    await kitchen.start()
    await kitchen.knows_away("one")
    with kitchen.disk_stands_still():
        await screen.start()
        await kitchen.in_step("one")
        assert commands_of(screen.messages) == ["create 7", "cancel 7"]
        await kitchen.act("grill", "7", "recall")
        await kitchen.kill()
    await kitchen.start()
    await kitchen.in_step("one")
    assert screen.shown == kitchen.shows(GRILL)
    assert screen.shown.keys() == {"7"}


async def test_in_another_log_the_same_numbers_are_other_orders(
    tmp_path: Path, screen: LanScreen
) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    fed = Fed(screen.address, GRILL)
    async with hub(tmp_path / "old", one=fed) as kitchen:
        for order_id in ("1", "2", "3"):
            await kitchen.order(order_id, "Burger")
        await kitchen.in_step("one")
    one = Hub(tmp_path / "new")
    await one.start()
    await one.order("9", "Burger")
    await one.order("2", "Steak")
    await one.stop()
    for file in (tmp_path / "old").glob(f"{NAME}*"):
        file.rename(tmp_path / "new" / file.name)
    await one.start(one=fed)
    await one.in_step("one")
    assert screen.shown == one.shows(GRILL)
    assert sorted(screen.screen.orders) == ["2~2", "9"]
    await one.stop()


async def test_a_damaged_file_costs_no_order(
    tmp_path: Path, kitchen: Hub, screen: LanScreen
) -> None:
    await kitchen.order("1", "Burger")
    await kitchen.in_step("one")
    await kitchen.stop()
    (tmp_path / NAME).write_bytes(b"no database" * 1000)
    await kitchen.start()
    await kitchen.in_step("one")
    await kitchen.order("2", "Burger")
    await kitchen.in_step("one")
    assert screen.shown == kitchen.shows(GRILL)
    told = [each for each in commands_of(screen.messages) if each != "update 1"]
    assert told == ["create 1", "create 2"]
    assert (tmp_path / f"{NAME}.damaged").exists()
    assert kitchen.feeding.fault is None


async def test_a_disk_that_fails_is_told_and_screens_are_fed(
    kitchen: Hub, screen: LanScreen
) -> None:
    await kitchen.in_step("one")
    write = Store.write

    def fail(*_: object) -> None:
        raise apsw.FullError("the disk is full")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "write", fail)
        patch.setattr(Store, "keep_only", fail)
        await kitchen.order("1", "Burger")
        await kitchen.until(lambda: kitchen.feeding.fault == "the disk is full")
        await kitchen.act("grill", "1", "bump")
        await kitchen.act("grill", "1", "recall")
        await kitchen.order("2", "Burger")
        await kitchen.in_step("one")
        assert screen.shown == kitchen.shows(GRILL)
    assert Store.write is write
    await kitchen.until(lambda: kitchen.feeding.fault is None)
    # The first write that succeeds may be of what was known before: the next order waits for all.
    await kitchen.order("3", "Burger")
    await kitchen.in_step("one")
    await kitchen.kill()
    await kitchen.start()
    await kitchen.act("grill", "1", "bump")
    await kitchen.in_step("one")
    assert screen.shown.keys() == {"2", "3"}


@contextlib.contextmanager
def slow_disk() -> Iterator[threading.Event]:
    """Nothing is written before this ends; the event tells that something is to be."""
    write, begun, may_end = Store.write, threading.Event(), threading.Event()

    def wait_and_write(store: Store, changes: Mapping[str, Changes | None]) -> None:
        begun.set()
        may_end.wait()
        write(store, changes)

    with mock.patch.object(Store, "write", wait_and_write):
        try:
            yield begun
        finally:
            may_end.set()


async def test_another_id_is_on_disk_before_the_screen_has_it(
    kitchen: Hub, screen: LanScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power cut nothing else would tell which id it was."""
    await kitchen.order("7", "Burger")
    await kitchen.in_step("one")
    await kitchen.act("grill", "7", "bump")
    await kitchen.in_step("one")
    monkeypatch.setattr(keeping, "WAIT_SECONDS", 3600)
    with slow_disk() as begun:
        await kitchen.act("grill", "7", "recall")
        await kitchen.until(begun.is_set)
        for _ in range(100):
            await asyncio.sleep(0)
        assert commands_of(screen.messages)[2:] == []
    await kitchen.in_step("one")
    assert commands_of(screen.messages)[2:] == ["create 7~2"]


async def test_nothing_waits_for_a_disk_that_is_known_to_fail(
    kitchen: Hub, screen: LanScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kitchen.order("7", "Burger")
    await kitchen.in_step("one")

    def fail(*_: object) -> None:
        raise apsw.FullError("the disk is full")

    monkeypatch.setattr(keeping, "RETRY_SECONDS", 3600)
    monkeypatch.setattr(keeping, "WAIT_SECONDS", 3600)
    monkeypatch.setattr(Store, "write", fail)
    await kitchen.act("grill", "7", "bump")
    await kitchen.until(lambda: kitchen.feeding.fault == "the disk is full")
    await kitchen.act("grill", "7", "recall")
    await kitchen.until(lambda: screen.shown.keys() == {"7"})


async def test_a_disk_that_cannot_be_read_at_the_start_costs_no_order(
    kitchen: Hub, screen: LanScreen
) -> None:
    await kitchen.order("1", "Burger")
    await kitchen.in_step("one")
    await kitchen.stop()

    def fail(*_: object, **__: object) -> None:
        raise apsw.IOError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "__init__", fail)
        await kitchen.start()
        await kitchen.until(lambda: kitchen.feeding.fault == "the disk does not store")
        await kitchen.in_step("one")
        assert screen.shown.keys() == {"1"}
    await kitchen.until(lambda: kitchen.feeding.fault is None)


async def test_one_that_was_forgotten_begins_with_nothing(
    tmp_path: Path, kitchen: Hub, screen: LanScreen
) -> None:
    await kitchen.order("1", "Burger")
    await kitchen.in_step("one")
    kitchen.feed()
    await kitchen.stop()
    store = Store(tmp_path / NAME)
    assert store.load() == {}
    store.close()
    await kitchen.start()
    kitchen.feed(one=Fed(screen.address, GRILL))
    await kitchen.in_step("one")
    assert screen.shown.keys() == {"1"}


async def test_one_that_is_adopted_anew_has_nothing_of_its_former_life(
    tmp_path: Path, kitchen: Hub, screen: LanScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though what it had is being written at that very moment."""
    await kitchen.order("1", "Burger")
    await kitchen.in_step("one")
    monkeypatch.setattr(keeping, "WAIT_SECONDS", 0.01)
    with slow_disk() as begun:
        await kitchen.act("grill", "1", "bump")
        await kitchen.order("2", "Burger")
        await kitchen.in_step("one")
        await kitchen.until(begun.is_set)
        kitchen.feed()
        await screen.kill()
        kitchen.feed(one=Fed(screen.address, GRILL))
    await kitchen.knows_away("one")
    await kitchen.stop()
    store = Store(tmp_path / NAME)
    assert store.load()["one"].shown.keys() == {2}
    store.close()
    await kitchen.start()


async def test_what_cannot_come_back_is_not_kept(
    tmp_path: Path, kitchen: Hub, screen: LanScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.kitchen.memory.FINISHED_ORDERS_KEPT", 3)
    monkeypatch.setattr("appliance.screens.mirror.REMEMBERED", 5)
    for number in range(20):
        await kitchen.order(f"{number}", "Burger")
        await kitchen.in_step("one")
        await kitchen.act("pass", f"{number}", "bump")
        await kitchen.in_step("one")
    await kitchen.order("more", "Burger")
    await kitchen.act("pass", "more", "bump")
    await kitchen.in_step("one")
    await kitchen.stop()
    store = Store(tmp_path / NAME)
    assert 3 <= len(store.load()["one"].shown) < 12
    store.close()
    await kitchen.start()
    assert screen.shown == {}


async def test_an_order_of_the_screen_itself_is_not_taken_off_there_after_a_power_cut(
    tmp_path: Path, screen: LanScreen
) -> None:
    async with hub(tmp_path, FEEDC0FFEE12=Fed(screen.address, GRILL)) as kitchen:
        await kitchen.order("1", "Burger")
        await kitchen.in_step("FEEDC0FFEE12")
        with kitchen.disk_stands_still():
            order = Order("2", (Item("1", "Burger"),), via=("FEEDC0FFEE12",))
            await kitchen.do(CreateOrder(order, Guest()))
            await kitchen.act("grill", "2", "bump")
            await kitchen.in_step("FEEDC0FFEE12")
            await kitchen.kill()
        await kitchen.start()
        await kitchen.in_step("FEEDC0FFEE12")
        assert commands_of(screen.messages) == ["create 1", "update 1"]


async def test_an_order_of_the_screen_itself_is_not_taken_off_there_where_the_file_is_damaged(
    tmp_path: Path, screen: LanScreen
) -> None:
    async with hub(tmp_path, FEEDC0FFEE12=Fed(screen.address, GRILL)) as kitchen:
        order = Order("2", (Item("1", "Burger"),), via=("FEEDC0FFEE12",))
        await kitchen.do(CreateOrder(order, Guest()))
        await kitchen.order("1", "Burger")
        await kitchen.in_step("FEEDC0FFEE12")
        await kitchen.stop()
        (tmp_path / NAME).write_bytes(b"no database at all" * 100)
        await kitchen.start()
        await kitchen.in_step("FEEDC0FFEE12")
        assert commands_of(screen.messages) == ["create 1", "update 1"]
