"""The contract's page in a browser without scripts, at a desk and on a phone, by day and night."""

from typing import Literal

import pytest
from playwright.sync_api import Browser, ViewportSize

from tests.pages.kitchen import Kitchen

DOCS = "/api/v1/kds/docs"
SIZES = [(1280, 900), (390, 844)]
READABLE = 4.5
"""The contrast that WCAG 2 asks of text of this size (1.4.3, level AA)."""
CONTRASTS = """() => {
  const part = (value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).map((each) => part(each / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    const color = getComputedStyle(element).backgroundColor;
    return color === "rgba(0, 0, 0, 0)" && element.parentElement
      ? ground(element.parentElement) : color;
  };
  return [...document.querySelectorAll("h1, h2, h3 *, h4, p, a, th, td, code, pre, small")]
    .filter((element) => element.textContent.trim())
    .map((element) => {
      const [dark, bright] = [light(getComputedStyle(element).color), light(ground(element))]
        .sort((a, b) => a - b);
      return (bright + 0.05) / (dark + 0.05);
    });
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_can_be_read(
    browser: Browser, kitchen: Kitchen, width: int, height: int, scheme: Literal["light", "dark"]
) -> None:
    asked: list[str] = []
    said: list[str] = []
    size = ViewportSize(width=width, height=height)
    with browser.new_context(viewport=size, color_scheme=scheme) as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.goto(kitchen.url + DOCS)
        page.locator("summary").first.click()
        page.evaluate("document.querySelectorAll('details').forEach((part) => part.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        contrasts = page.evaluate(CONTRASTS)
        assert len(contrasts) > 1_000
        assert min(contrasts) >= READABLE
        assert page.evaluate("getComputedStyle(document.querySelector('details')).borderRadius")
        levels = [int(each.evaluate("e => e.tagName[1]")) for each in page.locator("h1, h2").all()]
        assert levels.count(1) == 1
        assert page.locator("html").get_attribute("lang") == "en"
    assert asked == [kitchen.url + DOCS]
    assert said == []


def test_it_opens_without_scripts_and_leads_from_the_contents_to_a_command(
    browser: Browser, kitchen: Kitchen
) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(kitchen.url + DOCS)
        page.get_by_role("navigation").get_by_role("link", name="Tickets").click()
        assert page.url.endswith("#tickets")
        command = page.locator("#post_courses_fire pre.command")
        assert not command.is_visible()
        page.get_by_text("/api/v1/kds/courses/fire", exact=True).click()
        assert command.is_visible()
        assert f"{kitchen.url}/api/v1/kds/courses/fire" in (command.text_content() or "")
        page.locator("#post_courses_fire").get_by_role("link", name="FireBody").click()
        assert page.url.endswith("#type-FireBody")


def test_the_board_leads_there_from_where_one_signs_in(browser: Browser, kitchen: Kitchen) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(kitchen.url)
        page.get_by_role("link", name="API").click()
        page.wait_for_url(kitchen.url + DOCS)
