"""The pages as any client gets them: compressed, known again, and with nothing from elsewhere."""

import gzip
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from appliance import pages
from appliance.pages import STATIC, path_of
from tests.running import DEMO, RunningAppliance, running

FILES: Final = sorted(STATIC.rglob("*.*"))
PAGES: Final = [file for file in FILES if file.suffix == ".html"]
TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}


class Raw:
    """What came, as it came."""

    def __init__(self, appliance: RunningAppliance) -> None:
        self._appliance = appliance

    async def get(self, path: str, **headers: str) -> tuple[int, Mapping[str, str], bytes]:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        url = self._appliance.url + path
        skipped = ["Accept-Encoding"]
        async with self._appliance.http.get(
            url, headers=sent, skip_auto_headers=skipped, allow_redirects=False
        ) as answer:
            body = await answer.read()
            return answer.status, answer.headers, body


async def test_each_file_goes_compressed_to_whoever_takes_it_so(
    appliance: RunningAppliance,
) -> None:
    raw = Raw(appliance)
    appliance.http._auto_decompress = False  # noqa: SLF001 - there is no other way to see it
    for file in FILES:
        content = file.read_bytes()
        if file.suffix == ".html":
            content = content.replace(b'lang="en"', b'lang="en" data-time-zone="UTC"', 1)
        plain, small, refused = [
            await raw.get(path_of(file), Accept_Encoding=accepted)
            for accepted in ("identity", "br, gzip", "br, gzip;q=0")
        ]
        for status, headers, _ in (plain, small, refused):
            assert (status, headers["Content-Type"]) == (200, TYPES[file.suffix]), file
            assert headers["Vary"] == "Accept-Encoding"
        assert small[1]["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in plain[1]
        assert plain[2] == refused[2] == content
        assert gzip.decompress(small[2]) == content
        assert len(small[2]) < len(content) or len(content) < 200


async def test_a_browser_that_has_a_file_is_told_just_that(appliance: RunningAppliance) -> None:
    raw = Raw(appliance)
    tags = set()
    for file in FILES:
        _, headers, _ = await raw.get(path_of(file), Accept_Encoding="gzip")
        tag = headers["ETag"]
        tags.add(tag)
        again = await raw.get(path_of(file), Accept_Encoding="gzip", If_None_Match=f'"x", {tag}')
        assert (again[0], again[2], again[1]["ETag"]) == (304, b"", tag)
        assert again[1]["Content-Security-Policy"] == headers["Content-Security-Policy"]
        other = await raw.get(path_of(file), Accept_Encoding="identity", If_None_Match=tag)
        assert other[0] == 200
    assert len(tags) == len({file.read_bytes() for file in FILES})


async def test_every_file_has_the_policy_that_lets_nothing_else_in(
    appliance: RunningAppliance,
) -> None:
    for file in FILES:
        _, headers, _ = await Raw(appliance).get(path_of(file))
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy == {
            "default-src": "'self'",
            "object-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'self'",
            "frame-ancestors": "'none'",
        }, file
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-cache"


class Links(HTMLParser):
    """What a page asks for, and what the policy would keep from running."""

    def __init__(self) -> None:
        super().__init__()
        self.to: list[str] = []
        self.inline: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src", "action"):
                self.to.append(value or "")
            if name == "style" or name.startswith("on"):
                self.inline.append(f"{tag} {name}")
        self._in_script = tag in ("script", "style")

    def handle_endtag(self, _tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.inline.append(data)


@pytest.mark.parametrize("page", PAGES, ids=lambda file: file.stem)
def test_a_page_is_made_of_nothing_but_the_appliances_own_files(page: Path) -> None:
    links = Links()
    links.feed(page.read_text(encoding="utf-8"))
    assert links.inline == []
    paths = {path_of(file) for file in FILES}
    for link in links.to:
        parts = urlsplit(link)
        assert not parts.scheme, link
        assert not parts.netloc, link
        assert link.startswith(("/api/", "/ca.pem", "#")) or parts.path in paths, link


def test_what_scripts_and_styles_name_is_there() -> None:
    paths = {path_of(file) for file in FILES}
    for file in FILES:
        if file.suffix in (".js", ".css"):
            text = file.read_text(encoding="utf-8")
            named = re.findall(r"(?:from|import|import\()\s*[\"'](/[^\"']+)[\"']", text)
            named += re.findall(r"url\([\"']?([^\"')]+)", text)
            assert not [each for each in named if each not in paths], file
            assert "http://" not in re.sub(r"http://\$\{|http://www\.w3\.org/", "", text), file


async def test_the_configured_language_is_every_pages(tmp_path: Path) -> None:
    said = DEMO.replace("[appliance]", '[appliance]\nlanguage = "de"')
    assert said != DEMO
    async with running(tmp_path, said) as appliance:
        for page in PAGES:
            _, _, body = await Raw(appliance).get(path_of(page), Accept_Encoding="identity")
            assert b'<html lang="en" data-time-zone="UTC" data-language="de"' in body


def test_beginning_anew_compresses_what_is_not_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    compressed: list[bytes] = []

    def noted(content: bytes, *, mtime: int) -> bytes:
        compressed.append(content)
        return b"%d" % mtime

    monkeypatch.setattr(gzip, "compress", noted)
    monkeypatch.setattr(pages, "_COMPRESSED", {})
    contents = {file.read_bytes() for file in FILES}
    for zone, expected in (("UTC", len(contents)), ("UTC", 0), ("Europe/Paris", len(PAGES))):
        compressed.clear()
        pages.add_routes(web.Application().router, "", zone)
        assert len(compressed) == expected


def test_of_what_is_compressed_no_more_than_a_certain_number_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: dict[str, bytes] = {}
    monkeypatch.setattr(pages, "_COMPRESSED", kept)
    monkeypatch.setattr(pages, "_MAX_COMPRESSED", 7)
    pages.add_routes(web.Application().router, "", "UTC")
    assert 0 < len(kept) <= 7
