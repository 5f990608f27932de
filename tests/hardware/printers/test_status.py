"""What a printer says of itself, from the bytes alone."""

import random
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.printers.condition import Condition
from hardware.printers.status import Answer, Answers, Kind, of_answers, of_asb, state_of

GOOD = [
    Answer(Kind.NOW, b"\x12"),
    Answer(Kind.NOW, b"\x7e"),
    Answer(Kind.CHANGED, b"\x10\x00\x00\x0f"),
    Answer(Kind.CHANGED, b"\x38\x00\x0c\x00"),
    Answer(Kind.IN_TURN, b"\x00"),
    Answer(Kind.IN_TURN, b"\x0f"),
    Answer(Kind.FLOW, b"\x11"),
    Answer(Kind.FLOW, b"\x13"),
]
SENT = {answer: answer.data for answer in GOOD} | {
    Answer(Kind.PRINTED, b"0a~ "): b"\x37\x220a~ \x00",
    Answer(Kind.NAME, b"TM-T88V"): b"_TM-T88V\x00",
    Answer(Kind.BLOCK, b"\x25"): b"\x37\x25\x00",
    Answer(Kind.NOISE, b"\xff"): b"\xff",
    Answer(Kind.NOISE, b"\x97"): b"\x97",
}


@given(st.lists(st.sampled_from(list(SENT)), max_size=20), st.randoms(use_true_random=False))
def test_answers_are_found_however_they_are_cut(said: list[Answer], chance: random.Random) -> None:
    sent = b"".join(SENT[answer] for answer in said)
    assert Answers().feed(sent) == said
    answers, found, at = Answers(), [], 0
    while at < len(sent):
        length = chance.randrange(1, 5)
        found += answers.feed(sent[at : at + length])
        at += length
    assert found == said


@pytest.mark.parametrize(
    ("sent", "kinds"),
    [
        (b"\x10\x00\x13\x00\x00", [Kind.FLOW, Kind.CHANGED]),
        (b"\x10\x00\x12", [Kind.NOISE, Kind.NOW]),
        (b"\x10\x00\x10\x00\x00\x00", [Kind.NOISE, Kind.CHANGED]),
        (b"\x37\x22ab\x00", [Kind.NOISE]),
        (b"\x37\x22abcde\x00", [Kind.NOISE]),
        (b"\x37\x12", [Kind.NOISE, Kind.NOW]),
        (b"_TM\x12", [Kind.NOISE, Kind.NOW]),
    ],
)
def test_what_is_broken_off_is_noise_and_hides_nothing(sent: bytes, kinds: list[Kind]) -> None:
    assert [answer.kind for answer in Answers().feed(sent)] == kinds


def test_a_block_that_never_ends_is_noise_in_the_end() -> None:
    found = Answers().feed(b"_" + b"x" * 200 + b"\xff\x12")
    assert found[-1] == Answer(Kind.NOW, b"\x12")
    assert {answer.kind for answer in found[:-1]} == {Kind.NOISE}


def test_a_hundred_thousand_replies_of_noise_crash_nothing_and_leave_nothing() -> None:
    chance = random.Random(7)  # noqa: S311 - noise
    answers = Answers()
    replies = [chance.randbytes(chance.randrange(1, 12)) for _ in range(1000)]
    for _ in range(98):
        chance.shuffle(replies)
        for reply in replies:
            answers.feed(reply)
    tracemalloc.start()
    try:
        held = []
        for _ in range(2):
            for reply in replies:
                answers.feed(reply)
            held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert held[1] < held[0] + 1000
    answers.feed(b"\xff" * 2)
    assert answers.feed(b"\x12") == [Answer(Kind.NOW, b"\x12")]


@pytest.mark.parametrize(
    ("answers", "condition", "words"),
    [
        (b"\x12\x12\x12\x12", Condition.READY, "ready"),
        (b"\x16\x12\x12\x12", Condition.READY, "ready"),
        (b"\x12\x12\x12\x1e", Condition.PAPER_LOW, "paper low"),
        (b"\x1a\x32\x12\x7e", Condition.OUT_OF_PAPER, "out of paper"),
        (b"\x12\x12\x12\x72", Condition.OUT_OF_PAPER, "out of paper"),
        (b"\x1a\x16\x12\x12", Condition.COVER_OPEN, "cover open"),
        (b"\x1a\x36\x12\x7e", Condition.COVER_OPEN, "cover open"),
        (b"\x1a\x52\x1a\x12", Condition.FAILED, "cutter"),
        (b"\x1a\x52\x32\x12", Condition.FAILED, "repair"),
        (b"\x1a\x52\x12\x12", Condition.FAILED, "error"),
        (b"\x1a\x52\x52\x12", Condition.OVERHEATED, "too hot"),
        (b"\x1a\x12\x12\x12", Condition.OFFLINE, "offline"),
        (b"\x5a\x1a\x12\x12", Condition.OFFLINE, "feed button"),
    ],
)
def test_four_answers_say_what_is_to_be_done(
    answers: bytes, condition: Condition, words: str
) -> None:
    state = state_of(of_answers(answers))
    assert state.condition is condition
    assert words in state.words


@pytest.mark.parametrize(
    ("asb", "condition"),
    [
        (b"\x10\x00\x00\x00", Condition.READY),
        (b"\x14\x00\x00\x0f", Condition.READY),
        (b"\x10\x00\x03\x00", Condition.PAPER_LOW),
        (b"\x18\x00\x0f\x00", Condition.OUT_OF_PAPER),
        (b"\x38\x00\x00\x00", Condition.COVER_OPEN),
        (b"\x18\x08\x00\x00", Condition.FAILED),
        (b"\x18\x20\x00\x00", Condition.FAILED),
        (b"\x18\x04\x00\x00", Condition.FAILED),
        (b"\x18\x40\x00\x00", Condition.OVERHEATED),
        (b"\x18\x00\x00\x00", Condition.OFFLINE),
    ],
)
def test_a_change_says_it_as_well(asb: bytes, condition: Condition) -> None:
    assert state_of(of_asb(asb)).condition is condition


def test_only_who_can_print_prints() -> None:
    states = [
        state_of(of_answers(bytes((0x12 | a, 0x12 | b, 0x12 | c, 0x12 | d))))
        for a in (0, 8, 0x48)
        for b in (0, 4, 8, 0x20, 0x40)
        for c in (0, 8, 0x20, 0x40)
        for d in (0, 0x0C, 0x6C)
    ]
    printing = {state.condition for state in states if state.prints}
    assert printing == {Condition.READY, Condition.PAPER_LOW}
