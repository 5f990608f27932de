"""From what is to be on paper to the bytes that a model prints as that: python-escpos encodes."""

from hardware.printers.models import Model
from hardware.printers.paper import Document


def encode(document: Document, model: Model) -> bytes:
    """The bytes, from a reset on. It may take some milliseconds where text has to be drawn."""
    del document, model
    return b""
