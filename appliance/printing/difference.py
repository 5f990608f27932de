"""What is on paper and what should be: the lines in which they differ, each with its mark."""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from appliance.printing.chit import ChitLine, Kind
from appliance.printing.content import reads_as
from appliance.printing.dishes import Dish, PrintOn


class Printed(Struct, frozen=True, omit_defaults=True):
    """A line that is on paper."""

    station: str
    """On whose ticket; "" on that of the whole order."""
    line: ChitLine
    """Without a mark."""
    made: bool = False
    """It has left the board since: what happens to it now is not printed."""


class Difference(NamedTuple):
    """What is to be printed, and what is on paper then."""

    marked: tuple[ChitLine, ...]
    paper: tuple[Printed, ...]
    kind: Kind
    """Of the slip."""


def difference(
    dishes: Iterable[Dish], paper: Iterable[Printed], station: str, print_on: PrintOn
) -> Difference:
    """For the paper of a station, or of the whole order, where that is ""."""
    on = {printed.line.id: printed for printed in paper}
    was_empty = not on
    marked: list[ChitLine] = []
    after: list[Printed] = []
    for dish in dishes:
        printed = on.pop(dish.line.id, None)
        is_due = dish.due or print_on != "bump"
        is_other = printed is not None and printed.line.name != dish.line.name and is_due
        if printed is not None and is_other:
            marked += _voided(printed)
            printed = None
        if printed is not None:
            line, mark = _kept(printed.line, dish, print_on)
            marked += mark
            after.append(Printed(station, line, dish.made))
        elif dish.due:
            new = replace(dish.line, held=dish.waits and print_on != "bump")
            marked.append(replace(new, mark="added" if dish.added or is_other else None))
            after.append(Printed(station, new, dish.made))
    for printed in on.values():
        marked += _voided(printed)
    kind = _kind({line.mark for line in marked}, after, was_empty=was_empty)
    if kind == "ticket":
        marked = [replace(line, mark=None) for line in marked]
    return Difference(tuple(marked), tuple(after), kind)


def _voided(printed: Printed) -> list[ChitLine]:
    """What was made went out: nobody is to look for it."""
    return [] if printed.made else [replace(printed.line, mark="void")]


def _kept(was: ChitLine, dish: Dish, print_on: PrintOn) -> tuple[ChitLine, list[ChitLine]]:
    """A line that is on paper, as it then reads there, and what is to be printed for that."""
    if print_on == "bump":
        if not dish.due or reads_as(was, dish.line):
            return was, []
        return dish.line, [_changed(was, dish.line)]
    held = dish.held if was.held else dish.waits
    line = replace(dish.line, held=held)
    if held > was.held or not reads_as(was, line):
        return line, [_changed(was, line)]
    if held < was.held and dish.to_do:
        return line, [replace(line, mark="fired")]
    return line, []


def _changed(was: ChitLine, line: ChitLine) -> ChitLine:
    return replace(line, mark="changed", was=None if was.qty == line.qty else was.qty)


def _kind(marks: set[str | None], after: Iterable[Printed], *, was_empty: bool) -> Kind:
    if marks == {"void"} and all(printed.made for printed in after):
        return "void"
    return "ticket" if marks <= ({None, "added"} if was_empty else {None}) else "change"
