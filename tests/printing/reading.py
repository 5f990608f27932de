"""A document as text, as far as text can show it: sizes are spaced out, colours are not seen."""

from hardware.printers.models import Model, cells, style_on
from hardware.printers.paper import Beep, Cut, Document, Line, Qr, Rule


def texts(document: Document) -> list[str]:
    """What its lines say, without their places."""
    return [
        "".join(span.text for span in each.spans).strip()
        for each in document
        if isinstance(each, Line)
    ]


def read(document: Document, model: Model) -> list[str]:
    """Line by line, each of them at its place; every one has to fit."""
    shown = []
    for each in document:
        match each:
            case Line(spans, align):
                text, width = "", 0
                for span in spans:
                    wide = style_on(span.style, model).width
                    text += "".join(c + " " * (cells(c) * (wide - 1)) for c in span.text)
                    width += cells(span.text) * wide
                assert width <= model.columns, each
                free = {"left": 0, "center": model.columns - width, "right": model.columns - width}
                margin = free[align] // (2 if align == "center" else 1)
                shown.append((" " * margin + text).rstrip())
            case Rule(character):
                shown.append(character * model.columns)
            case Qr(data):
                shown.append(f"[QR {data}]")
            case Beep():
                shown.append("[beep]")
            case Cut():
                shown.append("[cut]")
    return shown
