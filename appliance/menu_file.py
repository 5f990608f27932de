"""The menu as a restaurant's spreadsheet exports it: CSV in, items of the menu out.

The first line names the columns, in any order: `plu`, `name`, `category`, `allergens`,
`components`, `prep_time`; others are not read. UTF-8, with or without a byte order mark; separated
by commas, semicolons or tabs, as the first line shows or a line `sep=;` before it says. A list
within a cell is separated by semicolons, and put in quotation marks where those separate the
columns. Whatever is wrong is named with the line in which its row begins, and its column.
"""

import csv
import io
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from appliance.config import ConfigError, Duration
from appliance.kitchen.menu import MAX_ITEMS, MAX_LISTED, MenuItem, text_fault
from appliance.kitchen.order import Component
from appliance.kitchen.rule import LONGEST_WORK

MAX_BYTES: Final = 8 * 1024 * 1024
"""Of the file: several times what so many items with all their columns take."""
ERRORS_SHOWN: Final = 20
"""A column that is wrong is wrong on every line."""
SEPARATORS: Final = ",;\t"
"""Where the first line has as many of several, the first of these."""
COLUMNS: Final = ("plu", "name", "category", "allergens", "components", "prep_time")
_SEPARATOR: Final = re.compile(r'"?sep=([,;|\t])"?[\r\n]+')
_COMPONENT: Final = re.compile(
    r"(?:(\d{1,6}(?:[.,]\d{1,3})?)\s*[x×]\s+|(?!\d[\d.,]*\s*[x×]))(\S.*)", re.IGNORECASE
)


class _Wrong(ValueError):
    """A cell that cannot be used."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(f"column {column}: {message}")


def content_of(path: Path) -> bytes:
    """The bytes of a file that is not too large. Blocks. Raises ConfigError."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; menu.file names it") from error
    if len(content) > MAX_BYTES:
        raise ConfigError(f"{path}: larger than {MAX_BYTES} bytes")
    return content


def parse(content: bytes, source: str) -> tuple[MenuItem, ...]:
    """The items of a file's content; `source` is what errors call it. Raises ConfigError."""
    return _read(content, source)[0]


def doubts(content: bytes, source: str) -> list[str]:
    """What cannot be meant in a file that can be used. Raises ConfigError for any other."""
    items, reader = _read(content, source)
    if not items:
        reader.doubt(1, "no item stands below the line that names the columns")
    return [f"{source}:{doubt}" for doubt in reader.doubts[:ERRORS_SHOWN]]


def _read(content: bytes, source: str) -> "tuple[tuple[MenuItem, ...], _Reader]":
    """The items, and their reader with its doubts. Raises ConfigError."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = "not UTF-8 text; save it as CSV UTF-8"
        raise ConfigError(f"{source}:{line}: {message}") from error
    reader = _Reader(text)
    items = reader.read()
    if reader.errors:
        raise ConfigError("\n".join(f"{source}:{error}" for error in reader.errors))
    return items, reader


class _Reader:
    """The rows of one text, as far as they are read."""

    def __init__(self, text: str) -> None:
        said = _SEPARATOR.match(text)
        first = text.partition("\n")[0]
        separator = said[1] if said else max(SEPARATORS, key=first.count)
        self._rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        if said:
            next(self._rows)
        self._line = 1
        """In which the row begins that is being read."""
        self._lines: dict[str, int] = {}
        """Where each PLU was read."""
        self._names: dict[str, int] = {}
        """Where each name was read, casefolded, that stands for a PLU."""
        self.errors: list[str] = []
        """Each begins with its line."""
        self.doubts: list[str] = []
        """The same, of what is read, but cannot be meant."""

    def read(self) -> tuple[MenuItem, ...]:
        """All items, or those of the rows that are right where there are errors."""
        items: list[MenuItem] = []
        try:
            columns = _columns(self._next() or [])
            ignored = [repr(name) for name in columns if name not in COLUMNS]
            if ignored:
                known = ", ".join(COLUMNS)
                self.doubt(self._line, f"not read: {', '.join(ignored)}; columns are {known}")
            while (row := self._next()) is not None:
                items += self._row(columns, row)
                if len(self.errors) >= ERRORS_SHOWN:
                    break
                if len(items) > MAX_ITEMS:
                    self._wrong(f"more than {MAX_ITEMS} items")
                    break
        except csv.Error as error:
            never_closed = self._rows.line_num > self._line or "unexpected end" in str(error)
            what = "a quotation mark is not closed" if never_closed else str(error)
            self._wrong(f"{what}; one within a cell is written twice")
        except _Wrong as wrong:
            self._wrong(str(wrong))
        return tuple(items)

    def _next(self) -> list[str] | None:
        """The next row; None after the last one."""
        self._line = self._rows.line_num + 1
        return next(self._rows, None)

    def _row(self, columns: list[str], row: list[str]) -> list[MenuItem]:
        if not any(map(str.strip, row)):
            return []
        try:
            item = _item(columns, row)
        except _Wrong as wrong:
            self._wrong(str(wrong))
            return []
        before, column = self._lines.setdefault(item.plu, self._line), "plu"
        if item.plu == item.name:  # It is found by its name alone, whose case does not matter.
            named = self._names.setdefault(item.name.casefold(), self._line)
            before, column = min(before, named), "name"
        if before != self._line:
            self._wrong(str(_Wrong(column, f"{item.plu!r} is on line {before} already")))
            return []
        for column, texts in (
            ("allergens", item.allergens),
            ("components", [each.name for each in item.components]),
        ):
            for text in texts:
                if "," in text:
                    what = f"column {column}: {text!r} is one; separate several by semicolons"
                    self.doubt(self._line, what)
        return [item]

    def doubt(self, line: int, what: str) -> None:
        """Add a doubt."""
        self.doubts.append(f"{line}: {what}")

    def _wrong(self, what: str) -> None:
        self.errors.append(f"{self._line}: {what}")


def _columns(header: list[str]) -> list[str]:
    """The names of all columns. Raises _Wrong, also for what is meant for one that is missing."""
    columns = [name.strip().casefold() for name in header]
    while columns and not columns[-1]:  # Spreadsheets count a column that was emptied.
        columns.pop()
    for name in columns:
        if name not in COLUMNS:
            missing = [column for column in COLUMNS if column not in columns]
            if near := get_close_matches(name, missing, 1):
                allowed = ", ".join(COLUMNS)
                raise _Wrong(repr(name), f"unknown; did you mean {near[0]!r}? allowed: {allowed}")
        elif columns.count(name) > 1:
            raise _Wrong(name, "is there twice")
    if "name" not in columns:
        raise _Wrong("name", "is missing in the first line")
    return columns


def _item(columns: list[str], row: list[str]) -> MenuItem:
    """The item of a row. Raises _Wrong."""
    if any(map(str.strip, row[len(columns) :])):
        raise _Wrong(str(len(columns) + 1), f"there are only {len(columns)} columns")
    cells = dict.fromkeys(COLUMNS, "") | dict(zip(columns, map(str.strip, row), strict=False))
    for column in ("plu", "name", "category"):
        if cells[column] or column == "name":
            _require_text(column, cells[column])
    return MenuItem(
        cells["plu"] or cells["name"],
        cells["name"],
        cells["category"] or None,
        tuple(_listed("allergens", cells)),
        tuple(_component(text) for text in _listed("components", cells)),
        _prep_time(cells["prep_time"]),
        source="file",
    )


def _require_text(column: str, text: str) -> None:
    if (wrong := text_fault(text)) is not None:
        raise _Wrong(column, wrong)


def _listed(column: str, cells: dict[str, str]) -> list[str]:
    listed = list(dict.fromkeys(filter(None, map(str.strip, cells[column].split(";")))))
    if len(listed) > MAX_LISTED:
        raise _Wrong(column, f"more than {MAX_LISTED}")
    for text in listed:
        _require_text(column, text)
    return listed


def _component(text: str) -> Component:
    found = _COMPONENT.fullmatch(text)
    count = float((found[1] or "1").replace(",", ".")) if found else 0.0
    if found is None or not count:
        raise _Wrong("components", f'{text!r} cannot be counted; write it like "2 x patty"')
    return Component(found[2], int(count) if count.is_integer() else count)


def _prep_time(text: str) -> int:
    if not text:
        return 0
    try:
        seconds = Duration.parse(text)
    except ValueError as error:
        raise _Wrong("prep_time", str(error)) from error
    if seconds > LONGEST_WORK:
        raise _Wrong("prep_time", f"{text!r} is longer than a day")
    return int(seconds)
