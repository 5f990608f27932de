"""What the channel sells, as the menu has it: what a dish is called, and its allergens.

A product without tags of allergens says nothing of them, unless it says NONE.
"""

import re
from collections.abc import Sequence
from typing import Final

from appliance.channels.desk import Sold
from appliance.deliverect.messages import Product, text
from appliance.deliverect.reading import NotUnderstood
from appliance.kitchen.menu import MAX_LISTED, text_fault

ALLERGENS: Final = {
    100: "Celery",
    101: "Gluten",
    102: "Crustaceans",
    103: "Fish",
    104: "Eggs",
    105: "Lupin",
    106: "Milk",
    107: "Molluscs",
    108: "Mustard",
    109: "Nuts",
    110: "Peanuts",
    111: "Sesame",
    112: "Soya",
    113: "Sulphites",
    114: "Almonds",
    115: "Barley",
    116: "Brazil nuts",
    117: "Cashew",
    118: "Hazelnuts",
    119: "Kamut",
    120: "Macadamia",
    121: "Oats",
    122: "Pecan",
    123: "Pistachios",
    124: "Rye",
    125: "Spelt",
    126: "Walnuts",
    127: "Wheat",
    129: "Dairy",
    130: "Lentils",
    131: "Queensland nuts",
    132: "Shellfish",
    133: "Tree nuts",
    134: "Sources of gluten",
}
"""By tag. Source: the vendor's page "Custom Tags and Allergens"."""
SUGARED_DRINK: Final = 128
"""It stands among the tags of allergens, and is none."""
ALLERGEN_TAGS: Final = range(100, 1_000)
"""One that is newer than this table is told by its number."""
_TAG: Final = re.compile(r"\d{1,6}", re.ASCII)
NONE: Final = 1_000
"""It has none."""


def sold(products: Sequence[Product]) -> dict[str, Sold]:
    """By PLU, what is sold. Raises NotUnderstood."""
    found = {}
    for place, product in enumerate(products):
        plu, name = text(product.plu), " ".join(text(product.name).split())
        if not plu:
            continue  # A group of modifiers: nobody orders it.
        wrong = text_fault(plu) or text_fault(name or plu)
        if wrong is not None:
            raise NotUnderstood(f"[{place}]: {wrong}")
        found[plu] = Sold(name or plu, _allergens(product))
    return found


def _allergens(product: Product) -> tuple[str, ...] | None:
    said = (str(tag) for tag in product.product_tags or ())
    tags = [int(tag) for tag in said if _TAG.fullmatch(tag)]
    named = [
        ALLERGENS.get(tag, f"Allergen {tag}")
        for tag in tags
        if tag in ALLERGEN_TAGS and tag != SUGARED_DRINK
    ]
    return tuple(dict.fromkeys(named))[:MAX_LISTED] if named or NONE in tags else None
