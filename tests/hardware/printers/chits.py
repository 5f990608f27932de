"""Models, texts and documents to try them with."""

from typing import Final

from hypothesis import settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hardware.printers.models import MODELS, Model
from hardware.printers.paper import Beep, Cut, Line, Qr, Rule, Span, Style

ANYTHING: Final = settings(deadline=None, derandomize=True, max_examples=200)
ALL_MODELS: Final = tuple(MODELS.values())


def _kinds() -> tuple[Model, ...]:
    kinds: list[Model] = []
    for model in ALL_MODELS:
        if all(replace(model, name=kind.name) != kind for kind in kinds):
            kinds.append(model)
    return tuple(kinds)


KINDS: Final = _kinds()
"""Of models that differ in their name alone, the first."""
WITH_GRAPHICS: Final = tuple(model for model in KINDS if model.dots)
WITHOUT_GRAPHICS: Final = tuple(model for model in KINDS if not model.dots)

HOSTILE: Final = (
    "\x1b@\x1dV\x00\x10\x14\x01\x00\x08",
    "\x10\x04\x01\x10\x05\x02",
    "a\x1b\x1b\x1d\x1c.b",
    "Burger\n\r\t\x0b\x0cFries",
    "\x7f\x80\x84\x9b1A\x9f",
    "user\u202egnp.exe\u202c\u2066x\u2069\u200e\u200f\u061c",
    "zero\u200b\u200c\u200d\u2060\ufeffwidth",
    "\ud800lone\udfff",
    "\U000e0041tag\U000e007f",
    "❤\ufe0f☃\ufe0e",
    "e" + "\u0301" * 3_000,
    "\u2028\u2029\x85\xa0\u3000",
)
LONG: Final = ("x" * 10_000, "宫保" * 5_000, "x\u0331" * 5_000)
SCRIPTS: Final = (
    "Crème brûlée, ½ Hähnchen à 9 €",
    "Żurek, Łosoś, Gulášová",
    "Борщ и Щи, Їжа",
    "Σαλάτα χωριάτικη",
    "Şiş kebabı, İçli köfte",
    "宫保鸡丁 × 2",
    "カレーライス",
    "شاورما مع ثوم",
    "חומוס עם 2 פיתות",
    "🔥🌶 hot",
    "Ķīļi, Žąsis",
)

characters = st.one_of(
    st.characters(exclude_categories=()),
    st.sampled_from("\x00\x04\x05\x10\x14\x1b\x1c\x1d\n\x7f\u202e\u0301\u0331\u200d日ش א1%()"),
)
texts = st.text(characters, max_size=60) | st.sampled_from(HOSTILE + SCRIPTS)
styles = st.builds(
    Style,
    st.integers(1, 8),
    st.integers(1, 8),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
lines = st.builds(
    Line,
    st.lists(st.builds(Span, texts, styles), max_size=4).map(tuple),
    st.sampled_from(["left", "center", "right"]),
)
documents = st.lists(
    lines
    | st.builds(Rule, st.text(characters, max_size=2))
    | st.builds(Qr, texts)
    | st.just(Cut())
    | st.just(Beep()),
    max_size=8,
)
models = st.sampled_from(KINDS)


def model_ids(model: Model) -> str:
    return model.name
