"""The guide shows what is so."""

import re
from datetime import UTC
from pathlib import Path
from typing import Final

import pytest

from appliance import config, printing
from appliance.config.devices import PrintingSection
from appliance.config.template import CHIT_FIELDS, ITEM_FIELDS, MODIFIER_FIELDS, STYLES
from appliance.printing.fields import LONGEST_NAME, LONGEST_NOTE
from appliance.printing.layout import Circumstances, lay_out
from appliance.printing.sample import sample
from hardware.printers.encoding import encode
from hardware.printers.interpreter import slips_of
from hardware.printers.models import PLAIN_PRINTER, model_of
from hardware.printers.picture import picture
from tests.printing.reading import read

ROOT: Final = Path(printing.__file__).parents[2]
GUIDE: Final = (Path(printing.__file__).parent / "README.md").read_text(encoding="utf-8")
EXAMPLES: Final = re.findall(r"```(toml|chit)\n(.*?)```", GUIDE, re.DOTALL)
STATIONS: Final = """
[[station]]
id = "grill"
name = "Grill"
[[station]]
id = "pass"
name = "Pass"
type = "expo"
"""


def test_each_chit_looks_as_shown_with_what_stands_above_it() -> None:
    above, looked_at = "", 0
    for kind, text in EXAMPLES:
        if kind == "chit":
            settings = config.parse(STATIONS + above, "the guide")
            chit = sample("Grill", 1_773_426_120_000)
            paper = lay_out(chit, PLAIN_PRINTER, settings.printing, UTC, Circumstances())
            assert "\n".join(read(paper, PLAIN_PRINTER)) + "\n" == text
            looked_at += 1
        above = text if "[printing]" in text else ""
    assert looked_at == 2


def test_the_picture_is_what_its_printer_makes_of_the_bytes_but_for_the_time() -> None:
    model, time = model_of("TM-T88V"), re.compile(r"\d\d:\d\d")
    shown = (Path(printing.__file__).parent / "guide" / "sample.svg").read_text(encoding="utf-8")
    chit = sample("Fry", 1_773_426_120_000)
    data = encode(lay_out(chit, model, PrintingSection(), UTC, Circumstances()), model)
    assert time.sub("", picture(slips_of(data, model), model)) == time.sub("", shown)


def test_each_configuration_is_good() -> None:
    texts = [text for kind, text in EXAMPLES if kind == "toml"]
    assert len(texts) == 3
    for text in texts:
        config.parse(STATIONS + text, "the guide")


@pytest.mark.parametrize("file", ["README.md", "hardware/printers/README.md"])
def test_each_printer_of_other_guides_is_good(file: str) -> None:
    guide = (ROOT / file).read_text(encoding="utf-8")
    texts = [
        text for text in re.findall(r"```toml\n(.*?)```", guide, re.DOTALL) if "printer" in text
    ]
    assert len(texts) == 1
    settings = config.parse(STATIONS.replace("grill", "fry") + texts[0], file)
    assert all(model_of(printer.model) != PLAIN_PRINTER for printer in settings.printer)


@pytest.mark.parametrize(("section", "least"), [("printer", 7), ("printing", 3)])
def test_the_defaults_that_the_readme_tells_are_those(section: str, least: int) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(rf"^\| `{section}\.(.*?)` \| (`.*?`) \|", readme, re.MULTILINE)
    told: list[str] = []
    for keys, defaults in rows:
        names = [name.removeprefix(f"{section}.") for name in keys.split("`, `")]
        values = defaults.strip("`").split("`, `")
        values *= len(names) // len(values)
        told += [f"{name} = {value}\n" for name, value in zip(names, values, strict=True)]
    assert len(told) >= least
    begun = (
        f"{STATIONS}[printing]\n"
        if section == "printing"
        else f'{STATIONS}[[printer]]\nid = "one"\n'
    )
    assert config.parse(begun + "".join(told), "README") == config.parse(begun, "README")


def test_it_tells_of_every_field_and_style_and_of_no_other() -> None:
    named = set(re.findall(r"`\{(\w+)\}`", GUIDE))
    assert named == {*CHIT_FIELDS, *ITEM_FIELDS, *MODIFIER_FIELDS}
    assert all(f"`{style}`" in GUIDE for style in STYLES)
    assert f"longer than {LONGEST_NAME} characters" in GUIDE
    assert f"longer than {LONGEST_NOTE};" in GUIDE
