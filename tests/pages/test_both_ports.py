"""One browser at both ports: a session over https locks it out of none over http."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.board import Board
from tests.pages.kitchen import Kitchen


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    kitchen = Kitchen(tmp_path)
    file = tmp_path / "kitchen.toml"
    file.write_text(file.read_text() + '[https]\nlisten = "127.0.0.1:0"\n')
    with kitchen:
        yield kitchen


def sign_in(page: Page, url: str, token: str) -> None:
    page.goto(url)
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Sign in").click()
    Board(page).is_live()


def test_who_signed_in_over_https_signs_in_and_out_over_http_too(
    browser: Browser, kitchen: Kitchen
) -> None:
    found = re.search(r"https://\S+:\d+/", kitchen.said)
    assert found
    secure = found[0]
    with browser.new_context(ignore_https_errors=True) as context:
        page = context.new_page()
        sign_in(page, secure, kitchen.token("chef"))
        sign_in(page, kitchen.url, kitchen.token("chef"))
        page.goto(secure)
        Board(page).is_live()
        assert len(context.cookies()) == 2
        # To leave the one is not to leave the other.
        page.evaluate("fetch('/sign-out', {method: 'POST'}).then(answer => answer.text())")
        assert [each["secure"] for each in context.cookies()] == [False]
        page.reload()
        expect(page.locator("#link")).to_have_text("NOT SIGNED IN")
        page.goto(kitchen.url)
        Board(page).is_live()
