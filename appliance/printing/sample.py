"""A ticket that has all that a chit can have, for a picture of what a printer would make of it."""

from typing import Final

from appliance.printing.chit import Chit, ChitLine, ChitModifier

_MINUTE_MS: Final = 60_000


def sample(station: str, at: int) -> Chit:
    """For the station of that name, as if it came now: `at`, in milliseconds since the epoch."""
    return Chit(
        "ticket",
        at,
        58,
        "58",
        station.casefold(),
        station,
        (
            ChitLine(
                "1",
                "Double Cheeseburger",
                2,
                mods=(
                    ChitModifier("No onion"),
                    ChitModifier("Extra bacon", 2),
                    ChitModifier("Blue cheese", 1, ("milk",)),
                ),
                notes="well done",
                allergens=("gluten", "egg"),
                seat="Seat 1",
            ),
            ChitLine("2", "Grilled salmon with lemon butter", allergens=("fish",), seat="Seat 2"),
            ChitLine("3", "Crème brûlée", 2, course="Course 2", held=True),
        ),
        name="Table 7 1042",
        check_number="1042",
        source="Front",
        mode="For Here",
        placed_at=at,
        target_at=at + 15 * _MINUTE_MS,
        server="Maria",
        terminal="POS 2",
        covers=2,
        notes="Birthday: candle with dessert",
        also_at=tuple(each for each in ("Grill", "Fry", "Cold") if each != station),
    )
