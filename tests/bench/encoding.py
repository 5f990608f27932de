"""A chit of 20 items to the bytes of a printer, beside python-escpos with the same lines.

python-escpos alone is given the text as it is: it is not made safe, and each style is set where it
changes. It is one object, so that its maps of code pages are made once.
"""

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Final, NamedTuple

from escpos.printer import Dummy

from hardware.printers.encoding import encode
from hardware.printers.models import model_of
from hardware.printers.paper import PLAIN, Cut, Document, Element, Line, Rule, Span, Style

MODEL: Final = model_of("TM-T88V")
ITEMS: Final = 20
ROUNDS: Final = 200
DISHES: Final = ("Crème brûlée", "Hamburger", "Żurek", "Ribeye Steak", "Käsespätzle")
DRAWN: Final = ("宫保鸡丁", "麻婆豆腐", "شاورما مع ثوم", "カレーライス", "חומוס")


class Cost(NamedTuple):
    """Microseconds for a chit."""

    encoding: float
    bare: float
    drawing: float
    """With the names of all dishes drawn."""


def chit(dishes: tuple[str, ...]) -> Document:
    """Its head, and of each item its name, a change in inverse and a note."""
    made: list[Element] = [
        Line((Span("Table 7", Style(2, 2, bold=True)),), "center"),
        Line((Span("19:02  #1234  Ana"),)),
        Rule(),
    ]
    for number in range(ITEMS):
        made += [
            Line((Span(f"{1 + number % 3} x {dishes[number % len(dishes)]}", Style(bold=True)),)),
            Line((Span("   "), Span("NO ONION", Style(inverse=True)))),
            Line((Span(f"   seat {number % 4 + 1}, without sauce"),)),
        ]
    return (*made, Cut())


def bare(printer: Dummy, document: Document) -> bytes:
    """The same lines by python-escpos alone."""
    printer.clear()
    printer.hw("INIT")
    style, align = PLAIN, "left"
    for element in document:
        if isinstance(element, Rule):
            printer.textln(element.character * MODEL.columns)
        elif isinstance(element, Cut):
            printer.cut(feed=False)
        elif isinstance(element, Line):
            if element.align != align:
                align = element.align
                printer.set(align=align)
            for text, wanted in element.spans:
                if wanted != style:
                    style = wanted
                    printer.set(
                        custom_size=True,
                        width=style.width,
                        height=style.height,
                        bold=style.bold,
                        invert=style.inverse,
                    )
                printer.text(text)
            printer.text("\n")
    return printer.output


def cost() -> Cost:
    """Measured now, in turns."""
    latin, drawn = chit(DISHES), chit(DRAWN)
    printer = Dummy(profile="TM-T88V")
    calls: tuple[Callable[[], bytes], ...] = (
        lambda: encode(latin, MODEL),
        lambda: bare(printer, latin),
        lambda: encode(drawn, MODEL),
    )
    took: tuple[list[float], ...] = ([], [], [])
    for _ in range(ROUNDS):
        for call, times in zip(calls, took, strict=True):
            began = perf_counter()
            call()
            times.append((perf_counter() - began) * 1e6)
    return Cost(*map(median, took))


def encoding(say: Callable[[str, str, str], None]) -> None:
    """Tell it."""
    measured = cost()
    say(
        f"encoding a chit of {ITEMS} items / python-escpos alone",
        f"{measured.encoding:.0f} / {measured.bare:.0f} µs"
        f" = {measured.encoding / measured.bare:.2f}",
        "at most 2",
    )
    say(
        f"… with {ITEMS} names drawn, as Chinese, Japanese, Arabic and Hebrew are",
        f"{measured.drawing / 1000:.1f} ms",
        "under 50 ms",
    )
