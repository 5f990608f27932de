"""The menu as spreadsheets export it: what is read, and where it is wrong."""

from pathlib import Path

import pytest

from appliance import menu_file
from appliance.config import ConfigError
from appliance.kitchen.menu import MenuItem
from appliance.kitchen.order import Component

BURGER = MenuItem(
    "B-1",
    "Burger, double",
    "Mains",
    ("gluten", "milk"),
    (Component("patty", 2), Component("bun"), Component("cheese slice", 1.5)),
    480,
    source="file",
)
TEA = MenuItem("T-1", "Tëa", source="file")
WITH_COMMAS = (
    "plu,name,category,allergens,components,prep_time\r\n"
    'B-1,"Burger, double",Mains,gluten; milk,2 x patty; bun; 1.5× cheese slice,8m\r\n'
    "\r\n"
    "T-1,Tëa,,,,\r\n"
)
WITH_SEMICOLONS = (
    "PLU;Name;Allergens;Components;Category;prep_time\n"
    'B-1;Burger, double;"gluten;milk; gluten";"2 X patty;1 × bun;1,5 x cheese slice";Mains;8m0s\n'
    ";;;;;\n"
    "T-1; Tëa ;;;;"
)


WITH_TABS = (
    "plu\tname\tcategory\tallergens\tcomponents\tprep_time\t\t\r\n"
    '"B-1"\tBurger, double\tMains\tgluten; milk\t2 x patty; bun; 1.5x cheese slice\t8m\t\t\r\n'
    "T-1\tTëa\t\t\t\t\t\t\r\n"
)
WITH_A_LINE_FOR_IT = "sep=;\r\n" + WITH_SEMICOLONS


@pytest.mark.parametrize("text", [WITH_COMMAS, WITH_SEMICOLONS, WITH_TABS, WITH_A_LINE_FOR_IT])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_what_spreadsheets_export_is_read(tmp_path: Path, text: str, mark: bytes) -> None:
    path = tmp_path / "menu.csv"
    path.write_bytes(mark + text.encode())
    assert menu_file.parse(menu_file.content_of(path), "m") == (BURGER, TEA)


def test_what_has_no_plu_is_found_by_its_name() -> None:
    assert menu_file.parse(b"name\nSoup\n", "m")[0] == MenuItem("Soup", "Soup", source="file")
    assert menu_file.parse(b"plu,name\n,Soup\n", "m")[0].plu == "Soup"
    rows = b"plu,name\nS-1,Soup\nS-2,SOUP\ns-1,Soup\npie,Cake\n,soup\n,Pie\n"
    plus = [item.plu for item in menu_file.parse(rows, "m")]
    assert plus == ["S-1", "S-2", "s-1", "pie", "soup", "Pie"]


def test_a_menu_of_nothing_is_one() -> None:
    assert menu_file.parse(b"plu,name\n", "m") == ()


HEADER = "plu,name,allergens,components,prep_time\n"
WRONG = [
    ("", "m:1: column name: is missing in the first line"),
    ("plu,alergens,name\n", "m:1: column 'alergens': unknown; did you mean 'allergens'? allowed: "),
    ("plu,name,name\n", "m:1: column name: is there twice"),
    ("plu,name\n1,a\n2,b\n1,c\n", "m:4: column plu: '1' is on line 2 already"),
    ("plu,name\n1,a\n2,\n", "m:3: column name: is empty"),
    ("plu,name\n1,a,b\n", "m:2: column 3: there are only 2 columns"),
    (HEADER + "1,a,,,8 min\n", "m:2: column prep_time: '8 min' is no duration; write it like"),
    (HEADER + "1,a,,,25h\n", "m:2: column prep_time: '25h' is longer than a day"),
    (HEADER + "1,a,,0 x bun,\n", "m:2: column components: '0 x bun' cannot be counted"),
    (HEADER + '1,a,,"2 x ",\n', "m:2: column components: '2 x' cannot be counted"),
    (HEADER + "1,a,,2xbun,\n", "m:2: column components: '2xbun' cannot be counted"),
    (HEADER + f"1,{'a' * 201},,,\n", "m:2: column name: longer than 200 characters"),
    (HEADER + f"1,a,{'b' * 201},,\n", "m:2: column allergens: longer than 200 characters"),
    (HEADER + "1,a," + ";".join(map(str, range(51))) + ",,\n", "m:2: column allergens: more than"),
    ("item name,price\n", "m:1: column 'item name': unknown; did you mean 'name'? allowed: "),
    ("name,Allergen\n", "m:1: column 'allergen': unknown; did you mean 'allergens'? allowed: "),
    (HEADER + "1,a\x00,,,\n", "m:2: column name: has a character that cannot be shown: '\\x00'"),
    (HEADER + '1,a,"b\nc",,\n', "m:2: column allergens: has a character that cannot be shown"),
    ("plu,name\n,Soup\n,SOUP\n", "m:3: column name: 'SOUP' is on line 2 already"),
    ("plu,name\nSoup,Pie\n,Soup\n", "m:3: column name: 'Soup' is on line 2 already"),
    ("plu,name\n,Soup\nSoup,Pie\n", "m:3: column plu: 'Soup' is on line 2 already"),
    ('sep=;\nplu;name\n1;"a;\nb"\n1;c\n', "m:3: column name: has a character"),
    ('plu,name\n1,"a\n2,b\n', "m:2: a quotation mark is not closed; one within a cell is w"),
    ('plu,name\n1,"a\n2,"b"\n', "m:2: a quotation mark is not closed"),
    ('plu,name\n1,"a"b\n', "m:2: ',' expected after '\"'; one within a cell is written twice"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_what_is_wrong_is_named_with_its_line_and_column(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        menu_file.parse(text.encode(), "m")
    assert str(caught.value).startswith(message)


def test_what_is_wrong_in_several_lines_is_told_at_once_up_to_a_number() -> None:
    with pytest.raises(ConfigError) as caught:
        menu_file.parse(b"plu,name\n" + b"1,\n" * 50, "m")
    lines = str(caught.value).splitlines()
    assert lines == [f"m:{n}: column name: is empty" for n in range(2, 2 + len(lines))]
    assert len(lines) == menu_file.ERRORS_SHOWN


def test_what_is_no_utf_8_is_told_with_its_line() -> None:
    with pytest.raises(ConfigError) as caught:
        menu_file.parse("plu,name\n1,a\n2,Käse\n".encode("latin-1"), "m")
    assert str(caught.value) == "m:3: not UTF-8 text; save it as CSV UTF-8"


def test_there_are_only_so_many_items_and_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "menu.csv"
    path.write_text("plu,name\n1,a\n2,b\n")
    monkeypatch.setattr(menu_file, "MAX_ITEMS", 2)
    content = menu_file.content_of(path)
    assert len(menu_file.parse(content, "m")) == 2
    monkeypatch.setattr(menu_file, "MAX_ITEMS", 1)
    with pytest.raises(ConfigError, match="more than 1 items"):
        menu_file.parse(content, "m")
    monkeypatch.setattr(menu_file, "MAX_BYTES", 10)
    with pytest.raises(ConfigError, match="larger than 10 bytes"):
        menu_file.content_of(path)
    with pytest.raises(ConfigError, match="No such file"):
        menu_file.content_of(tmp_path / "other.csv")


AS_EXPORTED = """Name;Price;;Allergens;Tax;Components;Names
Burger;"12,50";x;gluten, milk;7;2 x patty, bun;B
Tea;3;;milk; 7;1,5 x cup;T
"""


def test_columns_that_are_not_ours_are_passed_over() -> None:
    burger, tea = menu_file.parse(AS_EXPORTED.encode(), "m")
    assert (burger.name, burger.allergens) == ("Burger", ("gluten, milk",))
    assert (tea.allergens, tea.components) == (("milk",), (Component("cup", 1.5),))


def test_what_cannot_be_meant_is_doubted() -> None:
    assert menu_file.doubts(AS_EXPORTED.encode(), "m") == [
        f"m:1: not read: 'price', '', 'tax', 'names'; columns are {', '.join(menu_file.COLUMNS)}",
        "m:2: column allergens: 'gluten, milk' is one; separate several by semicolons",
        "m:2: column components: 'patty, bun' is one; separate several by semicolons",
    ]
    (empty,) = menu_file.doubts(b"plu,name\n,\n", "m")
    assert empty == "m:1: no item stands below the line that names the columns"
    assert menu_file.doubts(WITH_COMMAS.encode(), "m") == []
    many = "name,allergens\n" + "".join(f'{n},"a, b"\n' for n in range(50))
    assert len(menu_file.doubts(many.encode(), "m")) == menu_file.ERRORS_SHOWN
    with pytest.raises(ConfigError):
        menu_file.doubts(b"plu\n", "m")
