"""What a simulated dinner is made of: dishes, wishes, guests."""

from typing import Final, NamedTuple


class Dish(NamedTuple):
    """Something on the menu, and how it can be had."""

    id: str
    name: str
    course: str
    modifiers: tuple[str, ...]


MENU: Final = (
    Dish("starter-rings", "Onion Rings", "Course 1", ("BBQ Sauce", "Ranch Dip")),
    Dish("starter-wings", "Chicken Wings", "Course 1", ("Hot", "Extra Hot", "No Celery")),
    Dish("starter-salad", "House Salad", "Course 1", ("Dressing On Side", "No Onion")),
    Dish("main-burger", "Hamburger", "Course 2", ("Cheddar", "No Ketchup", "Side Fries", "Bacon")),
    Dish("main-steak", "Ribeye Steak", "Course 2", ("Rare", "Medium", "Well Done", "Side Fries")),
    Dish("main-salmon", "Grilled Salmon", "Course 2", ("No Butter", "Side Salad")),
    Dish("side-fries", "French Fries", "Course 2", ("Large", "No Salt")),
    Dish("drink-shake", "Chocolate Shake", "Course 3", ("No Cream",)),
    Dish("drink-lemonade", "Lemonade", "Course 1", ("No Ice",)),
    Dish("dessert-tart", "Lemon Tart", "Course 3", ("Ice Cream",)),
)
WISHES: Final = ("Allergy: nuts", "Extra pickles", "Cut in two")
GUESTS: Final = ("Jane", "Omar", "Mei", "Carlos", "Ida", "Noah", "Priya", "Anton")
