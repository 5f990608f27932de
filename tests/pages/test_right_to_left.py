"""A language that is written from right to left is a folder of messages, and a word in words.js."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, ViewportSize

from appliance.pages import STATIC
from tests.pages.conftest import BROWSER_ZONE
from tests.pages.every_page import EVERY_PAGE, fill, open_page
from tests.pages.kitchen import Kitchen

SIZES: Final = ((1280, 720), (390, 844))
KNOWN: Final = 'fr: "Français"'
ARABIC: Final = "كلمة"
PASSES_SIDEWAYS: Final = "document.documentElement.scrollWidth > innerWidth"
OUT_OF_SIGHT: Final = """() => {
  const scrolls = (each) => each !== document.documentElement
    && (each.scrollWidth > each.clientWidth && getComputedStyle(each).overflowX !== "visible"
      || scrolls(each.parentElement));
  return [...document.querySelectorAll("button, a, h1, h2, label, input")]
  .filter((each) => each.getClientRects().length && getComputedStyle(each).visibility !== "hidden")
  .filter((each) => {
    const { left, right } = each.getBoundingClientRect();
    return left < -1 || right > innerWidth + 1;
  })
  .filter((each) => !scrolls(each.parentElement))
  .map((each) => each.outerHTML);
}"""


def translated(message: Any) -> Any:
    """About as long as in English, in letters that go to the left; facts stay."""
    if isinstance(message, dict):
        return {form: translated(text) for form, text in message.items()}
    return " ".join(word if "{" in word else ARABIC for word in message.split(" "))


def speak_arabic(route: Route) -> None:
    part = route.request.url.rpartition("/")[2]
    file = STATIC / "words" / "en" / part
    messages = json.loads(file.read_text(encoding="utf-8"))
    route.fulfill(json={name: translated(message) for name, message in messages.items()})


def know_arabic(route: Route) -> None:
    script = (STATIC / "words" / "words.js").read_text(encoding="utf-8")
    assert KNOWN in script
    script = script.replace(KNOWN, f'{KNOWN}, ar: "العربية"')
    route.fulfill(body=script, content_type="text/javascript")


@pytest.fixture(scope="module")
def reader(browser: Browser, standing: Kitchen) -> Iterator[BrowserContext]:
    """Somebody whose browser is Arabic."""
    fill(standing)
    with browser.new_context(timezone_id=BROWSER_ZONE, locale="ar") as context:
        standing.let_in(context)
        context.route("**/words/ar/*.json", speak_arabic)
        context.route("**/words/words.js", know_arabic)
        yield context


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_a_page_is_laid_out_from_right_to_left(
    reader: BrowserContext, standing: Kitchen, path: str
) -> None:
    page = reader.new_page()
    open_page(page, standing, path)
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [
        "ar",
        "rtl",
    ]
    assert ARABIC in page.inner_text("body")
    for width, height in SIZES:
        page.set_viewport_size(ViewportSize(width=width, height=height))
        first = page.locator("h1").bounding_box()
        assert first is not None
        assert first["x"] + first["width"] > width / 2
        assert not page.evaluate(PASSES_SIDEWAYS), f"{width} px"
        assert page.evaluate(OUT_OF_SIGHT) == [], f"{width} px"
    page.close()


def test_who_asks_for_a_language_that_nobody_wrote_gets_the_browsers(
    browser: Browser, standing: Kitchen
) -> None:
    with browser.new_context(locale="de-AT") as context:
        page = context.new_page()
        for asked, given in (("fr", "fr"), ("es-MX", "es"), ("tlh", "de"), ("", "de")):
            page.goto(f"{standing.url}/status?lang={asked}")
            page.locator("#facts").wait_for()
            assert page.locator("html").get_attribute("lang") == given
            assert page.locator("html").get_attribute("dir") == "ltr"


def test_counts_have_the_plural_of_their_language(browser: Browser, standing: Kitchen) -> None:
    with browser.new_context(locale="fr") as context:
        page = context.new_page()
        page.goto(f"{standing.url}/status")
        page.locator("#facts").wait_for()
        said = page.evaluate("""async () => {
          const { t, told, learnWords } = await import("/words/words.js");
          await learnWords("setup");
          const link = document.createElement("a");
          return [
            ...[0, 1, 2].map((count) => t("setup.holds-rules", { count })),
            t("setup.failed", { why: "{count}" }),
            told("setup.failed", { why: link })[1] === link,
            t("setup.no-such-message"),
          ];
        }""")
        assert said == [
            "0 règle",  # None is as one in French.
            "1 règle",
            "2 règles",
            "Pas appliqué : {count}",
            True,
            "setup.no-such-message",
        ]
