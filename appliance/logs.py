"""What is written to standard error: each line says who says it, and none what of a guest.

The words of an exception may be anything that was being worked on, so they are left out: a
fault is told by its kind and by where it was.
"""

import logging
import traceback
from collections.abc import Iterator
from types import TracebackType

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def configure() -> None:
    """From now on the process's loggers write so, from INFO on."""
    handler = logging.StreamHandler()
    handler.setFormatter(Discreet())
    # In place of what is there: python-escpos writes all, in full, from when it is imported.
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


class Discreet(logging.Formatter):
    """Writes of exceptions where they were raised, and not what they say."""

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - logging's name
        """The kinds and the places of an exception and of all that led to it."""
        return "\n".join(_told(ei[1])) if ei[1] is not None else ""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Each line with its level and who says it.

        Of what asyncio says of a fault, only the first: the rest shows what it was about.
        """
        lines = record.message.split("\n")
        if record.name == "asyncio" and record.exc_info:
            del lines[1:]
        return "\n".join(f"{record.levelname} {record.name}: {line}" for line in lines)


def _told(error: BaseException) -> Iterator[str]:
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None:
        yield from _told(earlier)
        yield "and then:"
    yield from "".join(traceback.format_tb(error.__traceback__)).splitlines()
    reason = f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
    yield f"{type(error).__module__}.{type(error).__qualname__}{reason}"
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _told(inner)
