import pytest

from appliance.channels.progress import Fate, Followed, Word
from appliance.kitchen.command import (
    ActOnTicket,
    CancelOrder,
    CollectOrder,
    Command,
    CreateOrder,
    UpdateOrder,
)
from appliance.kitchen.kitchen import Kitchen
from appliance.kitchen.order import NOBODY, Item, Order
from appliance.kitchen.ticket import Moment
from tests.kitchen.orders import new_kitchen

BURGER = Item("1", "Burger")
FRIES = Item("2", "Fries")
BOTH = (BURGER, FRIES)


class Night:
    """A kitchen, and what is known of its only order."""

    def __init__(self, kitchen: Kitchen | None = None) -> None:
        self.kitchen = kitchen or new_kitchen()
        self.followed = Followed("main", "A")
        self.now = 1_000_000
        self.told: list[int] = []

    def do(self, command: Command) -> None:
        self.now += 1_000
        guest = None
        decision = self.kitchen.decide(command, Moment(self.now, self.now))
        if decision.guest is not None:
            guest = decision.guest[1]
        for event in decision.events:
            self.kitchen.apply(event, guest)
            self.followed.apply(event)
        while (step := self.followed.next(tells_taken=True)) is not None:
            self.told.append(step)
            self.followed.told = step

    def hear(self, word: Word, *, is_checkout: bool = False) -> None:
        self.now += 1_000
        self.followed.hear(Fate(word, self.now, is_checkout=is_checkout), self.now)

    def place(self, *items: Item) -> None:
        self.do(CreateOrder(Order("A", items or BOTH, channel_account="main"), NOBODY))

    def act(self, station: str, action: str) -> None:
        self.do(ActOnTicket(station, "A", action))  # type: ignore[arg-type]

    def finish(self, station: str) -> None:
        self.act(station, "start")
        self.act(station, "ready")


def test_each_step_is_told_once_as_the_kitchen_comes_to_it() -> None:
    night = Night()
    night.place()
    assert night.told == [1]
    night.act("grill", "start")
    assert night.told == [1, 2]
    night.act("grill", "ready")
    assert night.told == [1, 2]
    night.finish("fry")
    assert night.told == [1, 2, 3]
    night.act("pass", "bump")
    assert night.told == [1, 2, 3, 4]
    night.do(CollectOrder("A"))
    assert night.told == [1, 2, 3, 4, 5]


def test_what_was_skipped_is_told_on_the_way() -> None:
    night = Night()
    night.place()
    night.act("pass", "bump")
    assert night.told == [1, 2, 3, 4]


def test_there_is_no_way_back() -> None:
    night = Night()
    night.place()
    night.act("pass", "bump")
    night.act("pass", "recall")
    night.act("pass", "bump")
    assert night.told == [1, 2, 3, 4]


def test_a_line_that_comes_later_takes_nothing_back() -> None:
    night = Night()
    night.place(BURGER)
    night.finish("grill")
    assert night.told == [1, 2, 3]
    night.do(UpdateOrder(Order("A", BOTH, channel_account="main"), NOBODY))
    night.finish("fry")
    assert night.told == [1, 2, 3]


def test_a_station_whose_card_was_voided_is_not_waited_for() -> None:
    night = Night()
    night.place()
    night.act("fry", "void")
    night.finish("grill")
    assert night.told == [1, 2, 3]


@pytest.mark.parametrize("word", ["finished", "cancelled", "failed"])
def test_after_the_last_word_nothing_is_told(word: Word) -> None:
    night = Night()
    night.place()
    night.hear(word)
    night.act("grill", "start")
    night.act("pass", "bump")
    assert night.told == [1]


def test_of_what_was_taken_back_here_nothing_more_is_told() -> None:
    night = Night()
    night.place()
    night.do(CancelOrder("A"))
    night.act("pass", "bump")
    assert night.told == [1]


# ── where the two do not think the same ──────────────────────────────────────────────


def test_the_channel_says_failed_while_it_is_made_here() -> None:
    night = Night()
    night.place()
    night.hear("failed")
    assert night.followed.matter() == "failed"
    night.act("pass", "bump")
    assert night.followed.matter() is None


def test_a_checkout_that_failed_and_was_completed_after_all_is_no_matter() -> None:
    night = Night()
    night.place()
    night.hear("failed", is_checkout=True)
    assert night.followed.matter() == "failed"
    night.hear("goes on", is_checkout=True)
    assert night.followed.matter() is None
    night.act("grill", "start")
    assert night.told == [1, 2]


def test_the_channel_says_that_it_has_left_while_it_is_made_here() -> None:
    night = Night()
    night.place()
    night.hear("left")
    assert night.followed.matter() == "left"


def test_it_was_voided_here_and_the_channel_goes_on() -> None:
    night = Night()
    night.place()
    for station in ("grill", "fry", "pass"):
        night.act(station, "void")
    assert night.followed.matter() == "voided"
    night.hear("cancelled")
    assert night.followed.matter() is None


def test_it_was_taken_back_by_somebody_else_and_the_channel_goes_on() -> None:
    night = Night()
    night.place()
    night.do(CancelOrder("A"))
    assert night.followed.matter() == "voided"


def test_the_channel_takes_back_what_it_was_made_for() -> None:
    night = Night()
    night.place()
    night.hear("cancelled")
    night.do(CancelOrder("A"))
    assert night.followed.matter() is None


def test_the_channel_takes_back_what_was_handed_over() -> None:
    night = Night()
    night.place()
    night.act("pass", "bump")
    night.hear("cancelled")
    night.do(CancelOrder("A"))
    assert night.followed.matter() == "cancelled late"


def test_what_somebody_has_seen_to_is_shown_no_more_until_it_is_something_else() -> None:
    night = Night()
    night.place()
    night.hear("failed")
    night.followed.settled = "failed"
    assert night.followed.matter() is None
    night.act("pass", "bump")
    night.hear("cancelled")
    assert night.followed.matter() == "cancelled late"


def test_what_was_handed_over_and_never_closed() -> None:
    night = Night()
    night.place()
    night.act("pass", "bump")
    assert night.followed.matter() == "not closed"
    night.hear("finished")
    assert night.followed.matter() is None


def test_what_closed_it_is_not_taken_back_by_what_comes_late() -> None:
    night = Night()
    night.place()
    night.hear("finished")
    night.hear("goes on")
    assert night.followed.is_closed
