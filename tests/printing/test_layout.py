"""What a chit reads on paper, for the columns of a model, in the language of the kitchen."""

from datetime import UTC, timedelta, timezone
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from appliance.config.devices import PrintingSection
from appliance.printing.chit import Chit, ChitLine, ChitModifier, Head
from appliance.printing.fields import LONGEST_NAME, LONGEST_NOTE
from appliance.printing.layout import Circumstances, lay_out
from appliance.printing.sample import sample
from appliance.printing.wrapping import wrapped
from hardware.printers.models import MODELS, PLAIN_PRINTER, Model, model_of, printable
from hardware.printers.paper import Beep, Cut, Document, Line, Qr, Style
from tests.printing.reading import read, texts

AT: Final = 1_773_426_120_000
"""Friday, 13 March 2026, 18:22 UTC."""
MINUTE: Final = 60_000
USUAL: Final = PrintingSection()
NOW: Final = Circumstances()
U220: Final = model_of("TM-U220B")
T20: Final = model_of("TM-T20III")
BURGER: Final = ChitLine("1", "Burger")


def chit(*lines: ChitLine, **facts: Any) -> Chit:
    known: dict[str, Any] = {
        "number": 58,
        "order_id": "7",
        "name": "Table 7",
        "station": "Grill",
    } | facts
    return Chit(known.pop("kind", "ticket"), AT, lines=lines, **known)


def laid_out(
    what: Chit,
    model: Model = PLAIN_PRINTER,
    printing: PrintingSection = USUAL,
    now: Circumstances = NOW,
) -> Document:
    return lay_out(what, model, printing, UTC, now)


def said(what: Chit, now: Circumstances = NOW, **printing: Any) -> list[str]:
    return texts(laid_out(what, printing=PrintingSection(**printing), now=now))


def style_of(document: Document, text: str) -> Style:
    (style,) = (
        span.style
        for each in document
        if isinstance(each, Line)
        for span in each.spans
        if text in span.text
    )
    return style


@pytest.mark.parametrize(
    ("order_id", "name", "number"),
    [
        ("A-123", "Table 7", "#A-123"),
        ("12345678", "Table 7", "#12345678"),
        ("123456789", "Table 7", "#58"),
        ("A-123", None, None),
        ("9f0c4a52-77b1-4c0f", None, "#58"),
    ],
)
def test_the_number_is_that_of_the_point_of_sale_where_people_can_say_it(
    order_id: str, name: str | None, number: str | None
) -> None:
    lines = said(chit(BURGER, order_id=order_id, name=name))
    assert [line.strip() for line in lines if line.strip().startswith("#")] == (
        [] if number is None else [number]
    )


def test_a_chit_has_all_that_is_known_of_its_order() -> None:
    assert read(laid_out(sample("Grill", AT)), PLAIN_PRINTER) == [
        "   T  a  b  l  e     7     1  0  4  2",
        "                  # 5 8",
        "G r i l l",
        "For here                             18:22",
        "for 18:37",
        "Maria  POS 2  2 guests",
        "also at: Fry, Cold",
        "==========================================",
        "2 Double Cheeseburger",
        "  - No onion",
        "  - 2 Extra bacon",
        "  - Blue cheese",
        "    ALLERGENS: milk",
        "  ! well done",
        "  ALLERGENS: gluten, egg",
        "  Seat 1",
        "1 Grilled salmon with lemon butter",
        "  ALLERGENS: fish",
        "  Seat 2",
        "WAITS",
        "2 Crème brûlée",
        "  Course 2",
        "==========================================",
        "! Birthday: candle with dessert",
        "[cut]",
    ]


NESTED: Final = (
    ChitModifier("Side Fries"),
    ChitModifier("No salt", 1, ("celery",), level=1),
    ChitModifier("Ketchup and a lot of mayonnaise beside it", 2, level=2),
    ChitModifier("No onion"),
)


def dishes(paper: Document, model: Model = PLAIN_PRINTER) -> list[str]:
    """What stands between the rules."""
    lines = read(paper, model)
    first, last = [place for place, line in enumerate(lines) if set(line) == {"="}]
    return lines[first + 1 : last]


def test_a_modifier_of_a_modifier_stands_further_in_and_so_does_what_is_said_of_it() -> None:
    paper = laid_out(chit(replace(BURGER, mods=NESTED), station=""))
    assert dishes(paper) == [
        "1 Burger",
        "  - Side Fries",
        "    - No salt",
        "      ALLERGENS: celery",
        "      - 2 Ketchup and a lot of mayonnaise",
        "        beside it",
        "  - No onion",
    ]


def test_what_is_nested_deep_keeps_room_for_its_words() -> None:
    deep = tuple(ChitModifier("m" * 12, level=level) for level in (4, 5, 90))
    paper = laid_out(chit(replace(BURGER, mods=deep)), U220)
    assert dishes(paper, U220)[1:] == [f"{' ' * 10}- {'m' * 12}"] * 3


def test_a_side_that_is_made_alone_has_its_own_changes_below_it() -> None:
    line = replace(BURGER, qty=2, mods=NESTED, only_modifiers=True, notes="hot")
    assert dishes(laid_out(chit(line, station=""))) == [
        "2 Side Fries",
        "  - No salt",
        "    ALLERGENS: celery",
        "    - 2 Ketchup and a lot of mayonnaise",
        "      beside it",
        "2 No onion",
        "  for Burger",
        "  ! hot",
    ]


@pytest.mark.parametrize(
    ("wanted", "words"), [(None, []), (True, ["Cutlery"]), (False, ["No cutlery"])]
)
def test_whether_cutlery_is_wanted_is_said_where_the_guest_has_said_so(
    *, wanted: bool | None, words: list[str]
) -> None:
    known = chit(BURGER, station="", cutlery=wanted)
    assert said(known) == [*said(chit(BURGER, station=""))[:2], *words, "1 Burger"]
    assert said(known, template=("{cutlery}", "{items}")) == [*words, "1 Burger"]


def test_what_is_not_known_takes_no_line() -> None:
    assert said(Chit("ticket", AT, order_id="7", lines=(BURGER,))) == ["7", "1 Burger"]


def test_what_matters_is_large_and_what_warns_is_red_or_inverse() -> None:
    known = chit(
        replace(BURGER, allergens=("milk",), mark="changed", was=2, qty=3),
        kind="change",
        priority="urgent",
    )
    paper = laid_out(known, T20)
    assert style_of(paper, "Table 7") == Style(3, 3)
    assert style_of(paper, "Burger").height == 2
    for warning in ("ALLERGENS: milk", "CHANGED, WAS 2", "URGENT"):
        assert style_of(paper, warning).red
    for warning in ("CHANGED, WAS 2", "URGENT"):
        assert style_of(paper, warning).inverse


@pytest.mark.parametrize(
    ("what", "now", "headings"),
    [
        (chit(BURGER), NOW, []),
        (chit(replace(BURGER, mark="void"), kind="void"), NOW, ["VOID"]),
        (chit(replace(BURGER, mark="added"), kind="change"), NOW, ["CHANGE"]),
        (
            chit(replace(BURGER, mark="fired", course="Course 2"), kind="change"),
            NOW,
            ["FIRE Course 2"],
        ),
        (
            chit(
                replace(BURGER, mark="fired", course="Course 1"),
                replace(BURGER, mark="fired"),
                kind="change",
            ),
            NOW,
            ["FIRE"],
        ),
        (
            chit(replace(BURGER, mark="fired"), replace(BURGER, mark="void"), kind="change"),
            NOW,
            ["CHANGE"],
        ),
        (chit(kind="change", priority="urgent"), NOW, ["URGENT"]),
        (chit(BURGER, priority="high"), NOW, ["PRIORITY"]),
        (chit(BURGER, kind="void", priority="high"), NOW, ["VOID"]),
        (chit(BURGER, later=True), NOW, ["ORDER FOR LATER"]),
        (chit(kind="change", was=Head("Table 9")), NOW, ["CHANGED, WAS Table 9"]),
        (chit(kind="change", mode="ToGo", was=Head("Table 7", "Bar")), NOW, ["CHANGED, WAS Bar"]),
        (
            chit(kind="change", target="noon", was=Head("Table 7", target_at=AT)),
            NOW,
            ["CHANGED, WAS for 18:22"],
        ),
        (chit(kind="change", target_at=AT, was=Head("Table 7")), NOW, ["CHANGED"]),
        (chit(kind="change", mode="ToGo", was=Head("Table 7", "to-go")), NOW, ["CHANGE"]),
        (chit(kind="change", notes="x", was=Head("Table 7")), NOW, ["NOTES CHANGED"]),
        (
            chit(replace(BURGER, mark="added"), kind="change", was=Head(notes="x")),
            NOW,
            ["CHANGE", "CHANGED, WAS 7", "NOTES WITHDRAWN"],
        ),
        (chit(BURGER, again=True), NOW, ["REPRINT"]),
        (chit(BURGER), Circumstances(reprint=True), ["REPRINT"]),
        (chit(BURGER), Circumstances(away="fry"), ["for fry, printer away"]),
        (chit(BURGER), Circumstances(late_by=59), []),
        (
            chit(BURGER, kind="void"),
            Circumstances(reprint=True, away="fry", late_by=301),
            ["for fry, printer away", "REPRINT", "5 min late", "VOID"],
        ),
    ],
)
def test_what_nobody_may_overlook_stands_above_any_template(
    what: Chit, now: Circumstances, headings: list[str]
) -> None:
    wide = replace(PLAIN_PRINTER, columns=80)
    for printing in (USUAL, PrintingSection(template=("{name}", "{items}"))):
        said = texts(laid_out(what, wide, printing, now))
        assert said[: said.index("Table 7")] == headings


def test_a_time_that_was_sent_as_words_is_told_as_it_came() -> None:
    assert said(chit(target="asap"), template=("{target}",)) == ["for asap"]


@pytest.mark.parametrize(("covers", "words"), [(0, "0 guests"), (1, "1 guest"), (2, "2 guests")])
def test_guests_are_counted_as_people_do(covers: int, words: str) -> None:
    assert said(chit(covers=covers), template=("{covers}",)) == [words]


@pytest.mark.parametrize(
    ("mark", "words"),
    [("void", "VOID"), ("added", "ADDED"), ("changed", "CHANGED"), ("fired", "FIRE")],
)
def test_what_became_of_a_dish_stands_above_it_in_any_template(mark: Any, words: str) -> None:
    what = chit(replace(BURGER, mark=mark), replace(BURGER, mark="added"), kind="change")
    assert said(what, template=("{items}",), item=("{name}",))[1:3] == [words, "Burger"]


def test_what_is_fired_and_no_more_is_said_once() -> None:
    what = chit(*[replace(BURGER, mark="fired")] * 2, kind="change")
    assert said(what, template=("{items}",)) == ["FIRE", "1 Burger", "1 Burger"]


def test_a_dish_that_waits_says_so_above_it_as_what_is_changed_does() -> None:
    waits = replace(BURGER, held=True)
    paper = laid_out(chit(BURGER, waits), T20, PrintingSection(template=("{items}",)))
    assert texts(paper) == ["1 Burger", "WAITS", "1 Burger"]
    assert style_of(paper, "WAITS").inverse
    later = said(chit(waits, waits, later=True), template=("{items}",))
    assert later == ["ORDER FOR LATER", "1 Burger", "1 Burger"]


def test_no_dark_bar_stands_before_a_text_that_is_inverse() -> None:
    warned = replace(BURGER, allergens=("milk", "x" * 40))
    paper = laid_out(chit(warned), T20, PrintingSection(template=("{items}",)))
    first, second = (
        each.spans
        for each in paper
        if isinstance(each, Line) and any(span.style.red for span in each.spans)
    )
    for spans in (first, second):
        assert [(span.text.isspace(), span.style.red) for span in spans] == [
            (True, False),
            (False, True),
        ]
    assert len(first[0].text) == 2


def test_nobody_is_warned_of_what_is_not_made() -> None:
    void = replace(BURGER, mods=(ChitModifier("Brie", 1, ("milk",)),), allergens=("egg",))
    what = chit(replace(void, mark="void"), kind="void")
    assert said(what, template=("{items}",)) == ["VOID", "VOID", "1 Burger", "- Brie"]


def test_modifiers_that_are_made_alone_are_dishes() -> None:
    alone = ChitLine(
        "1",
        "Hamburger",
        2,
        (ChitModifier("Side Fries", 2, ("gluten",)), ChitModifier("Rings")),
        notes="crisp",
        allergens=("milk",),
        seat="Seat 1",
        only_modifiers=True,
    )
    assert said(chit(alone), template=("{items}",)) == [
        "4 Side Fries",
        "ALLERGENS: gluten",
        "2 Rings",
        "for Hamburger",
        "! crisp",
        "Seat 1",
    ]


@pytest.mark.parametrize(
    ("qty", "shown"), [(2, "2"), (2.0, "2"), (0.5, "0.5"), (1.25, "1.25"), (10_000_000, "10000000")]
)
def test_quantities_are_written_as_people_do(qty: float, shown: str) -> None:
    assert said(chit(replace(BURGER, qty=qty)), template=("{items}",)) == [f"{shown} Burger"]


def test_times_are_those_of_the_kitchen_with_the_date_of_another_day() -> None:
    zone = timezone(timedelta(hours=5))
    what = chit(placed_at=AT, target_at=AT + 60 * MINUTE)
    printing = PrintingSection(template=("{time}", "{target}"))
    assert texts(lay_out(what, PLAIN_PRINTER, printing, zone, NOW)) == [
        "23:22",
        "for 2026-03-14 00:22",
    ]
    for wild in (-(10**18), 10**18):
        assert texts(lay_out(chit(placed_at=wild), PLAIN_PRINTER, printing, zone, NOW))


def test_slips_of_items_say_which_of_how_many() -> None:
    assert "1 of 3" in said(chit(BURGER, part=(1, 3)))[2]


def test_a_whole_order_names_the_station_of_each_dish() -> None:
    assert said(chit(replace(BURGER, station="Grill, Fry")), template=("{items}",)) == [
        "1 Burger",
        "Grill, Fry",
    ]


def test_long_names_go_on_below_their_first_word() -> None:
    long = "Slow roasted lamb shoulder with rosemary"
    what = chit(ChitLine("1", long, 12, (ChitModifier(long),)))
    assert read(laid_out(what, U220, PrintingSection(template=("{items}",))), U220) == [
        "12 Slow roasted lamb shoulder",
        "   with rosemary",
        "  - Slow roasted lamb shoulder",
        "    with rosemary",
        "[cut]",
    ]


def test_a_word_that_is_longer_than_a_line_is_broken() -> None:
    what = chit(ChitLine("1", "x" * 40 + " y", 2))
    assert read(laid_out(what, U220, PrintingSection(template=("{items}",))), U220) == [
        "2 " + "x" * 31,
        "  " + "x" * 9 + " y",
        "[cut]",
    ]


def test_chinese_takes_two_columns_a_character() -> None:
    assert wrapped("2 宫保鸡丁配米饭和蔬菜", 16, 0) == ["2 宫保鸡丁配米饭", "  和蔬菜"]
    assert wrapped("宫保 鸡丁", 7, 0) == ["宫保", "鸡丁"]


def test_what_goes_to_the_right_edge_goes_below_where_there_is_no_room() -> None:
    printing = PrintingSection(template=("{name}{fill}{mode}",))
    what = chit(name="x" * 25, mode="Delivery")
    assert read(laid_out(what, U220, printing), U220)[:-1] == [
        "x" * 25,
        " " * 25 + "Delivery",
    ]
    shorter = replace(what, name="x" * 24)
    assert read(laid_out(shorter, U220, printing), U220)[:-1] == ["x" * 24 + " Delivery"]


@pytest.mark.parametrize(
    ("name", "size", "lines"),
    [
        ("Table 7", (3, 3), 1),
        ("x" * 14, (3, 3), 1),
        ("x" * 15, (2, 2), 1),
        ("Habsburg-Lothringen Max", (2, 2), 2),
        ("x" * 22, (1, 2), 1),
        ("Maximilian " * 3, (3, 3), 3),
        ("Maximilian " * 4, (3, 3), 4),
        ("Maximilian " * 7, (2, 2), 4),
        ("Maximilian " * 9, (1, 2), 3),
        ("x" * 60, (1, 2), 2),
    ],
)
def test_wide_letters_are_narrower_before_they_break_a_word_or_fill_the_paper(
    name: str, size: tuple[int, int], lines: int
) -> None:
    printing = PrintingSection(template=("[huge] {name}",))
    shown = laid_out(chit(name=name), printing=printing)
    styles = [each.spans[0].style for each in shown if isinstance(each, Line)]
    assert styles == [Style(*size)] * lines


def test_nothing_hangs_where_that_leaves_no_room() -> None:
    assert wrapped("12 abcdef", 4, 0) == ["12", "abcd", "ef"]
    assert wrapped("abc", 2, 5) == ["ab", "c"]


def test_a_mark_stays_with_its_letter() -> None:
    assert wrapped("ab\u0301c", 2, 0) == ["ab\u0301", "c"]


def test_names_and_notes_of_any_length_are_cut_and_say_so() -> None:
    (name,) = texts(
        laid_out(
            chit(name="x" * 10_240),
            replace(PLAIN_PRINTER, columns=1_000),
            PrintingSection(template=("{name}",)),
        )
    )
    assert name == "x" * (LONGEST_NAME - 3) + "..."
    what = chit(ChitLine("1", "y" * 10_240, notes="z" * 10_240), name="x" * 10_240)
    assert sum(map(len, texts(laid_out(what)))) < 3 * LONGEST_NAME + LONGEST_NOTE


def test_qr_and_sound_are_there_where_they_are_wanted_and_can_be() -> None:
    both = PrintingSection(qr=True, beep=True)
    able = replace(T20, buzzer=True)
    assert [each for each in laid_out(chit(), able, both) if not isinstance(each, Line)][-2:] == [
        Qr("7"),
        Cut(),
    ]
    assert laid_out(chit(), able, both)[0] == Beep()
    for model, printing in ((replace(T20, qr=False), both), (able, USUAL)):
        assert not any(isinstance(each, Qr | Beep) for each in laid_out(chit(), model, printing))


wild = st.text(max_size=200) | st.sampled_from(["\x1b@\x1dV\x00", "a\u202eb", "\x10\x04\x01", "🔥"])
some = st.none() | wild
lines = st.builds(
    ChitLine,
    wild,
    wild,
    st.integers(0, 99) | st.floats(0, 99),
    st.lists(st.builds(ChitModifier, wild), max_size=3).map(tuple),
    notes=some,
    allergens=st.lists(wild, max_size=3).map(tuple),
    seat=some,
    course=some,
    station=some,
    held=st.booleans(),
    only_modifiers=st.booleans(),
    mark=st.sampled_from([None, "added", "changed", "fired", "void"]),
)
chits = st.builds(
    Chit,
    st.sampled_from(["ticket", "change", "void", "test"]),
    st.integers(-(10**15), 10**15),
    order_id=wild,
    station=wild,
    lines=st.lists(lines, max_size=3).map(tuple),
    name=some,
    source=some,
    mode=some,
    server=some,
    notes=some,
    target=some,
    was=st.none() | st.builds(Head, some, some, st.none() | st.integers(), some, some),
    delivery=some,
    also_at=st.lists(wild, max_size=3).map(tuple),
)


@settings(deadline=None, derandomize=True)
@given(chits, st.sampled_from([*MODELS.values(), replace(PLAIN_PRINTER, columns=8)]), some)
def test_whatever_is_in_a_chit_fits_and_is_what_the_model_prints(
    what: Chit, model: Model, away: str | None
) -> None:
    paper = laid_out(what, model, now=Circumstances(away=away))
    read(paper, model)
    for text in texts(paper):
        assert printable(text, model) == text
    assert paper[-1] == Cut()
