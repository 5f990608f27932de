"""What the guide and the README say of screens is so."""

import re
from pathlib import Path
from typing import Final

import pytest
from msgspec.structs import fields

from appliance import config, screens
from appliance.config.devices import ScreenSection, ScreensSection
from appliance.config.screens import SHORTEST_PATIENCE
from appliance.config.values import Duration
from appliance.screens.feeder import ANSWER_SECONDS, PROBE_SECONDS
from appliance.screens.knocks import CODE_SECONDS
from appliance.screens.liveness import AWAY_SECONDS, BEHIND_SECONDS
from appliance.screens.sightings import BEACON_SECONDS, ORDERS_PORT

FOLDER: Final = Path(screens.__file__).parent
GUIDE: Final = " ".join((FOLDER / "README.md").read_text(encoding="utf-8").split())
README: Final = (FOLDER.parents[1] / "README.md").read_text(encoding="utf-8")
OF_README: Final = README.partition("\n## Screens\n")[2].partition("\n## ")[0]
STATIONS: Final = """
[[station]]
id = "grill"
name = "Grill"
[[station]]
id = "cold"
name = "Cold"
"""


@pytest.mark.parametrize("text", [OF_README, (FOLDER / "README.md").read_text(encoding="utf-8")])
def test_the_configuration_that_is_shown_is_good(text: str) -> None:
    (shown,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    settings = config.parse(shown + STATIONS, "the guide")
    assert {screen.proto for screen in settings.screen} == {"board", "lan"}


def test_every_key_is_in_the_table_with_its_default() -> None:
    rows = re.findall(r"(?m)^\| (`screens?\.[^|]*) \| ([^|]*)\| .* \|$", OF_README)
    named = [name for row, _default in rows for name in re.findall(r"`(screens?\.\w+)`", row)]
    assert sorted(named) == sorted(
        [f"screens.{each.encode_name}" for each in fields(ScreensSection)]
        + [f"screen.{each.encode_name}" for each in fields(ScreenSection) if each.name != "id"]
    )
    defaults = {row: default.strip() for row, default in rows}
    settings, screen = ScreensSection(), ScreenSection(id="one")
    assert defaults["`screens.mdns`"] == f"`{str(settings.mdns).lower()}`"
    assert defaults["`screens.host`"] == f'`"{settings.host}"`'
    assert defaults["`screen.proto`"] == f'`"{screen.proto}"`'
    assert defaults["`screen.patience`"] == f'`"{screen.patience}s"`'
    assert f'at least `"{SHORTEST_PATIENCE}s"`' in OF_README


def test_the_times_that_are_told_are_those() -> None:
    for words, seconds in (
        (f"nothing was heard of it for {AWAY_SECONDS:.0f} s", AWAY_SECONDS),
        (f"has not shown the newest for {BEHIND_SECONDS:.0f} s", BEHIND_SECONDS),
        (f"who was silent for {BEACON_SECONDS:.0f} s is listed", BEACON_SECONDS),
        ("another one after ten minutes", CODE_SECONDS),
        (f"take orders on port {ORDERS_PORT}", ORDERS_PORT),
        ("Who starts anew within a second, between two looks", PROBE_SECONDS),
        ("known with the next order, five seconds after", ANSWER_SECONDS),
        ("(8 s from its last word, at least 5)", ScreenSection(id="one").patience),
    ):
        assert words in GUIDE, seconds
    assert ScreenSection(id="one").patience == Duration(8)
    assert SHORTEST_PATIENCE == 5
    assert (CODE_SECONDS, PROBE_SECONDS, ANSWER_SECONDS) == (600, 1, 5)
