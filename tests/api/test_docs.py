"""The contract as a page: all of it, from nowhere else, and with commands that are understood."""

import asyncio
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest

from tests.api.asking import ask
from tests.api.conforming import document_of
from tests.api.screens import MadeUpScreens, given
from tests.curling import curl
from tests.running import RunningAppliance, running

DOCS = "/api/v1/kds/docs"
GATEWAY = "/v1/commerce/kds"
COMMAND = re.compile(r'<pre class="command">(curl .*?)</pre>', re.DOTALL)
UNDERSTOOD = {200, 201, 204, 404, 409}
"""Some want what is not there; none is refused for how it asks."""


@pytest.fixture
async def with_screens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RunningAppliance]:
    """Where boards can knock."""
    given(monkeypatch, MadeUpScreens())
    async with running(tmp_path) as appliance:
        yield appliance


async def page(appliance: RunningAppliance) -> str:
    answer = await ask(appliance, "GET", DOCS, role=None)
    assert answer.status == 200
    return str(answer.body)


async def test_every_operation_is_on_it_with_what_it_may_be_answered(
    appliance: RunningAppliance,
) -> None:
    text = await page(appliance)
    parts = dict(re.findall(r'<details id="(\w+)">(.*?)</details>', text, re.DOTALL))
    for path, methods in document_of(appliance)["paths"].items():
        for method, operation in methods.items():
            if path.startswith(GATEWAY):
                shown = parts[operation["operationId"].removesuffix("_gateway")]
                assert f"Also <code>{path}</code>." in shown
                continue
            shown = parts.pop(operation["operationId"])
            parts[operation["operationId"]] = shown
            assert f">{method.upper()}<" in shown
            assert f">{path}<" in shown
            for word in (*operation["responses"], *operation["x-roles"]):
                assert word in shown, (path, word)
    for name in document_of(appliance)["components"]["schemas"]:
        assert f'id="type-{name}"' in text


async def test_each_link_leads_somewhere(appliance: RunningAppliance) -> None:
    text = await page(appliance)
    links = set(re.findall(r'href="([^"]*)"', text))
    assert {link for link in links if not link.startswith("#")} == {"openapi.json", "/"}
    ids = set(re.findall(r' id="([^"]*)"', text))
    assert {link[1:] for link in links if link.startswith("#")} <= ids


async def test_nothing_comes_from_elsewhere_and_nothing_runs(appliance: RunningAppliance) -> None:
    answer = await ask(appliance, "GET", DOCS, role=None)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert set(re.findall(r"https?://[\w.:]+", answer.body)) == {appliance.url}
    for word in ("<script", "<link", "<img", "@import", "url(", "<iframe", "<form"):
        assert word not in answer.body


async def test_each_command_is_understood(with_screens: RunningAppliance, tmp_path: Path) -> None:
    appliance = with_screens
    await appliance.order(id="123", items=[{"lineId": "1", "name": "Hamburger"}])
    (tmp_path / "FILE").write_bytes(b"bytes")
    commands = [unescape(each) for each in COMMAND.findall(await page(appliance))]
    paths = document_of(appliance)["paths"]
    wanted = [len(methods) for path, methods in paths.items() if not path.startswith(GATEWAY)]
    assert len(commands) == sum(wanted)
    known = {"TOKEN": appliance.token("manager")}
    for command in commands:
        answer = await asyncio.to_thread(curl, command, tmp_path, known)
        if "/sign-in" in command:
            assert answer.status == 401  # It takes a code, or a PIN that there is.
        else:
            assert answer.status in UNDERSTOOD, (command, answer.status, answer.body)
