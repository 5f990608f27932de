"""From what a bar sends to strokes: chords of a keyboard, sequences of a serial line."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.key_names import CODE_OF, HIGHEST_CODE, NAME_OF, code_of, name_of
from hardware.keys import (
    DOWN,
    GAP_SECONDS,
    LONGEST_SEQUENCE,
    MODIFIERS,
    REPEAT,
    TYPEMATIC_SECONDS,
    UP,
    Chords,
    Sequences,
    Stroke,
    as_sent,
    bytes_of,
    chord,
    sequence,
)
from hardware.profiles import load
from tests.hardware.bars import EVDEV

CTRL, SHIFT = CODE_OF["KEY_LEFTCTRL"], CODE_OF["KEY_LEFTSHIFT"]
ONE, TWO, UP_ARROW = CODE_OF["KEY_1"], CODE_OF["KEY_2"], CODE_OF["KEY_UP"]

Event = tuple[int, int]

any_time = settings(deadline=None, derandomize=True, max_examples=200)
plain_keys = st.sampled_from(sorted(set(NAME_OF) - MODIFIERS))
modifiers = st.sampled_from(sorted(MODIFIERS))


def played(*events: Event) -> list[Stroke]:
    """The strokes of events that come one after the other, from second 1 on."""
    chords = Chords()
    return [
        stroke for at, event in enumerate(events, 1) for stroke in chords.packet([event], float(at))
    ]


def sent(strokes: Sequence[Stroke]) -> list[str]:
    return [stroke.sent for stroke in strokes]


def test_a_key_is_a_stroke_when_it_goes_down() -> None:
    assert played((ONE, DOWN), (TWO, DOWN), (ONE, UP), (TWO, UP)) == [
        Stroke("KEY_1", 1.0),
        Stroke("KEY_2", 2.0),
    ]


def test_a_lone_modifier_is_a_stroke_when_it_is_released_with_the_time_it_went_down() -> None:
    assert played((ONE, DOWN), (ONE, UP), (CTRL, DOWN)) == [Stroke("KEY_1", 1.0)]
    assert played((CTRL, DOWN), (CTRL, UP)) == [Stroke("KEY_LEFTCTRL", 1.0)]


@pytest.mark.parametrize(
    "between",
    [
        [(ONE, DOWN), (ONE, UP), (CTRL, UP)],
        [(ONE, DOWN), (CTRL, UP), (ONE, UP)],
        [(ONE, DOWN), (ONE, REPEAT), (ONE, UP), (CTRL, UP)],
    ],
)
def test_a_key_with_a_modifier_is_another_key_and_the_modifier_none(between: list[Event]) -> None:
    strokes = played((CTRL, DOWN), *between)
    assert {stroke.sent for stroke in strokes} == {"KEY_LEFTCTRL+KEY_1"}
    assert [stroke.sent for stroke in strokes if not stroke.repeated] == ["KEY_LEFTCTRL+KEY_1"]


def test_modifiers_together_are_no_stroke() -> None:
    assert played((CTRL, DOWN), (SHIFT, DOWN), (SHIFT, UP), (CTRL, UP)) == []


def test_modifiers_of_a_chord_are_named_in_one_order() -> None:
    expected = ["KEY_LEFTCTRL+KEY_LEFTSHIFT+KEY_1"]
    assert sent(played((CTRL, DOWN), (SHIFT, DOWN), (ONE, DOWN))) == expected
    assert sent(played((SHIFT, DOWN), (CTRL, DOWN), (ONE, DOWN))) == expected


def test_a_key_still_held_from_before_does_not_take_a_modifier_its_press() -> None:
    assert sent(played((ONE, DOWN), (CTRL, DOWN), (ONE, UP), (CTRL, UP))) == [
        "KEY_1",
        "KEY_LEFTCTRL",
    ]


def test_repetitions_are_told_as_such() -> None:
    assert played((UP_ARROW, DOWN), (UP_ARROW, REPEAT), (UP_ARROW, UP)) == [
        Stroke("KEY_UP", 1.0),
        Stroke("KEY_UP", 2.0, repeated=True),
    ]
    assert played((UP_ARROW, REPEAT), (CTRL, DOWN), (CTRL, REPEAT)) == []


def test_modifiers_come_first_in_a_packet_wherever_they_are() -> None:
    chords = Chords()
    assert sent(chords.packet([(ONE, DOWN), (CTRL, DOWN)], 1.0)) == ["KEY_LEFTCTRL+KEY_1"]
    assert chords.packet([(ONE, UP), (CTRL, UP)], 2.0) == []
    chords.packet([(CTRL, DOWN)], 3.0)
    assert sent(chords.packet([(TWO, DOWN), (CTRL, UP)], 4.0)) == ["KEY_LEFTCTRL", "KEY_2"]


def test_what_was_down_when_the_bar_was_unplugged_is_up() -> None:
    chords = Chords()
    chords.packet([(CTRL, DOWN)], 1.0)
    chords.all_up()
    assert chords.packet([(CTRL, UP)], 2.0) == []
    assert sent(chords.packet([(ONE, DOWN)], 3.0)) == ["KEY_1"]


def test_what_is_down_at_the_start_counts_once_it_was_released() -> None:
    chords = Chords()
    chords.start_with([CTRL, ONE])
    assert chords.packet([(ONE, DOWN)], 1.0) == []
    assert chords.packet([(ONE, REPEAT)], 1.1) == []
    assert chords.packet([(CTRL, UP)], 2.0) == []
    chords.packet([(ONE, UP)], 3.0)
    assert sent(chords.packet([(ONE, DOWN)], 4.0)) == ["KEY_1"]


@any_time
@given(st.lists(st.tuples(st.integers(1, 200), st.integers(-1, 4)), max_size=60))
def test_no_key_is_told_more_often_than_it_went_down(events: list[Event]) -> None:
    strokes = played(*events)
    for code in {code for code, _ in events}:
        downs = sum(event == (code, DOWN) for event in events)
        told = [s for s in strokes if s.sent.split("+")[-1] == name_of(code) and not s.repeated]
        assert len(told) <= downs
    assert [as_sent(stroke.sent) for stroke in strokes] == sent(strokes)


@any_time
@given(st.lists(st.tuples(st.integers(1, 130), st.integers(0, 2)), max_size=60))
def test_after_an_unplug_it_is_as_new(events: list[Event]) -> None:
    chords = Chords()
    for event in events:
        chords.packet([event], 1.0)
    chords.all_up()
    assert [chords.packet([event], 2.0) for event in events] == [
        stroke for new in [Chords()] for stroke in [new.packet([event], 2.0) for event in events]
    ]


Gesture = tuple[list[int], list[int]]
"""A key, and modifiers that are held with it; or one of the two."""

gestures: st.SearchStrategy[Gesture] = st.one_of(
    plain_keys.map(lambda key: ([key], [])),
    modifiers.map(lambda key: ([], [key])),
    st.tuples(plain_keys, st.lists(modifiers, min_size=1, max_size=3, unique=True)).map(
        lambda both: ([both[0]], both[1])
    ),
)


@any_time
@given(st.lists(gestures, max_size=20), st.sampled_from(["key by key", "at once"]))
def test_presses_one_after_the_other_are_told_as_they_were_made(
    made: list[Gesture], reported: str
) -> None:
    chords, at, told, expected = Chords(), 0.0, [], []
    for keys, held in made:
        downs = [(code, DOWN) for code in (*held, *keys)]
        ups = [(code, UP) for code in (*keys, *held)]
        packets = [downs, ups] if reported == "at once" else [[event] for event in (*downs, *ups)]
        for packet in packets:
            at += 1
            told += chords.packet(packet, at)
        expected.append(chord((*held, *keys)))
    assert sent(told) == expected


# Serial lines.

KNOWN = load("ascii").sequences
LETTERS = [b"1", b"\r", b"\x1b[A", b"\x1b[B"]


class Fed:
    """Sequences, fed at times of the test's."""

    def __init__(self, known: Sequence[bytes] = KNOWN) -> None:
        self.sequences = Sequences(known)
        self.at = 10.0

    def __call__(self, sent: bytes, after: float = 1.0) -> list[Stroke]:
        self.at += after
        return self.sequences.read(sent, self.at)

    def ended(self) -> list[Stroke]:
        assert self.sequences.deadline is not None
        self.at = self.sequences.deadline
        return self.sequences.passed(self.at)


def test_each_sequence_is_a_stroke_at_once() -> None:
    fed = Fed()
    assert sent(fed(b"1")) == ["0x31"]
    assert sent(fed(b"\x1b[A\r")) == ["0x1b5b41", "0x0d"]
    assert fed.sequences.deadline is None


def test_a_sequence_may_come_in_pieces_and_has_the_time_of_its_first_byte() -> None:
    fed = Fed()
    assert fed(b"\x1b") == fed(b"[", 0.01) == []
    assert fed(b"A", 0.01) == [Stroke("0x1b5b41", 11.0)]


def test_a_sequence_that_is_not_gone_on_with_is_what_it_is_so_far() -> None:
    fed = Fed([b"\x1b", b"\x1b[A"])
    assert fed(b"\x1b") == []
    assert fed.sequences.deadline == 11.0 + GAP_SECONDS
    assert fed.sequences.passed(11.0 + GAP_SECONDS - 0.001) == []
    assert fed.ended() == [Stroke("0x1b", 11.0)]
    assert fed.sequences.deadline is None


def test_half_a_sequence_times_out_and_the_next_press_counts() -> None:
    fed = Fed()
    fed(b"\x1b[")
    assert sent(fed(b"1", GAP_SECONDS)) == ["0x1b5b", "0x31"]


def test_the_rest_of_an_unknown_key_is_not_taken_for_a_known_one() -> None:
    fed = Fed()
    assert fed(b"\x1b[1~") == []
    assert fed(b"1", 0.01) == []
    assert sent(fed.ended()) == ["0x1b5b317e31"]
    assert sent(fed(b"1", 0.0)) == ["0x31"]


def test_without_known_keys_each_burst_is_a_stroke() -> None:
    fed = Fed([])
    assert fed(b"\x1b[") == fed(b"A", 0.02) == []
    assert sent(fed(b"\r", GAP_SECONDS)) == ["0x1b5b41"]
    assert sent(fed.ended()) == ["0x0d"]


def test_what_comes_again_faster_than_a_finger_is_a_key_held_down() -> None:
    fed = Fed()
    assert [fed(b"1", TYPEMATIC_SECONDS - 0.01)[0].repeated for _ in range(4)] == [
        False,
        True,
        True,
        True,
    ]
    assert [fed(b"1", TYPEMATIC_SECONDS + 0.01)[0].repeated for _ in range(2)] == [False, False]
    assert [stroke.repeated for stroke in fed(b"2112", 1)] == [False, False, True, False]


def test_half_a_sequence_is_forgotten_when_the_bar_is_unplugged() -> None:
    fed = Fed()
    fed(b"\x1b[")
    fed.sequences.forget()
    assert fed.sequences.deadline is None
    assert sent(fed(b"\r", 0.0)) == ["0x0d"]


@any_time
@given(st.lists(st.sampled_from(KNOWN), max_size=30), st.data())
def test_however_the_bytes_are_cut_the_strokes_are_the_same(
    made: list[bytes], data: st.DataObject
) -> None:
    fed, whole, told = Fed(), b"".join(made), []
    while whole:
        length = data.draw(st.integers(1, len(whole)))
        told += fed(whole[:length], after=0.001)
        whole = whole[length:]
    assert sent(told) == [sequence(each) for each in made]


@any_time
@given(
    st.lists(st.binary(min_size=1, max_size=80), max_size=10),
    st.lists(st.sampled_from([0.001, 0.2]), min_size=10, max_size=10),
    st.sampled_from([KNOWN, (), LETTERS]),
)
def test_no_byte_is_lost_or_told_twice(
    bursts: list[bytes], pauses: list[float], known: Sequence[bytes]
) -> None:
    fed, told = Fed(known), []
    for burst, pause in zip(bursts, pauses, strict=False):
        told += fed(burst, pause)
    if fed.sequences.deadline is not None:
        told += fed.ended()
    assert b"".join(bytes_of(stroke.sent) for stroke in told) == b"".join(bursts)
    assert all(len(bytes_of(stroke.sent)) <= LONGEST_SEQUENCE for stroke in told)
    assert fed.sequences.deadline is None


# Names.


def test_the_names_are_those_of_linux() -> None:
    if EVDEV is None:
        pytest.skip(
            "NOT TESTED: our names of keys against those of python-evdev, which is not here"
        )
    names = EVDEV.ecodes.keys
    ours = {code: name for code, name in NAME_OF.items() if name not in _names(names[code])}
    assert ours == {}
    assert max(NAME_OF) == CODE_OF["KEY_F24"]
    assert [code for code in range(1, max(NAME_OF)) if (code in names) != (code in NAME_OF)] == []


def _names(of: str | tuple[str, ...]) -> tuple[str, ...]:
    return (of,) if isinstance(of, str) else of


@any_time
@given(st.integers(1, HIGHEST_CODE))
def test_every_code_has_a_name_that_is_read_again(code: int) -> None:
    assert code_of(name_of(code)) == code_of(name_of(code).lower()) == code


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("KEY_ENTER", "KEY_ENTER"),
        ("key_leftctrl", "KEY_LEFTCTRL"),
        ("KEY_LEFTSHIFT+KEY_LEFTCTRL+KEY_1", "KEY_LEFTCTRL+KEY_LEFTSHIFT+KEY_1"),
        ("KEY_1 + KEY_LEFTCTRL", "KEY_LEFTCTRL+KEY_1"),
        ("KEY_0x1F3", "KEY_0x1f3"),
        ("0x1B5B41", "0x1b5b41"),
        ("0x0d", "0x0d"),
    ],
)
def test_keys_are_read_as_people_write_them(written: str, form: str) -> None:
    assert as_sent(written) == form


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("KEY_ENTR", "did you mean KEY_ENTER?"),
        ("bump", "no key of Linux"),
        ("KEY_0x0", "no key of Linux"),
        ("KEY_0x300", "no key of Linux"),
        ("KEY_1+KEY_2", "no key with modifiers before it"),
        ("KEY_1+KEY_1", "no key with modifiers before it"),
        ("KEY_LEFTCTRL+KEY_LEFTSHIFT", "only modifiers"),
        ("0x", "1 to 32 bytes"),
        ("0x1", "1 to 32 bytes"),
        ("0x" + "41" * 33, "1 to 32 bytes"),
        ("", "no key of Linux"),
    ],
)
def test_what_is_no_key_is_refused_in_words(written: str, says: str) -> None:
    with pytest.raises(ValueError, match="'") as refused:
        as_sent(written)
    assert says in str(refused.value)


@any_time
@pytest.mark.parametrize("read", [as_sent, code_of])
@given(text=st.text(max_size=20))
def test_any_text_is_read_or_refused(read: Callable[[str], object], text: str) -> None:
    try:
        told = str(read(text))
    except ValueError as refused:
        told = str(refused)
    assert told
