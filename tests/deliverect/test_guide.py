"""What the guide says is so: its keys, its configurations, its commands."""

import asyncio
import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from appliance import config
from appliance.config import DeliverectSection
from tests.deliverect.channel import Channel
from tests.running import PLAIN, running

GUIDE = (Path(__file__).parents[2] / "appliance/deliverect/README.md").read_text("utf-8")
BLOCKS = re.findall(r"(?s)```toml\n(.*?)```", GUIDE)


def test_each_key_is_told_with_its_default() -> None:
    rows = dict(re.findall(r"(?m)^\| ((?:`[^`]+`(?: \([^)]*\))?(?:, )?)+) \| (.*) \|$", GUIDE))
    said = {
        key: default
        for row in rows
        for key, default in re.findall(r"`(\w+)`(?: \(`([^`]*)`\))?", row)
    }
    fields = {field.name: field.default for field in msgspec.structs.fields(DeliverectSection)}
    told = {key: tomllib.loads(f"it = {text}")["it"] for key, text in said.items() if text}
    defaults = {key: fields[key] for key in told}
    assert {
        key: list(value) if isinstance(value, tuple) else value for key, value in defaults.items()
    } == told
    in_blocks = {key for block in BLOCKS for key in tomllib.loads(block)["deliverect"][0]}
    assert fields.keys() == in_blocks | (said.keys() & fields.keys())


@pytest.mark.parametrize("block", BLOCKS)
def test_its_configurations_are_right(block: str) -> None:
    (section,) = config.parse(PLAIN + block, "guide").deliverect
    assert section.id in ("main", "trial")


async def test_its_command_posts_an_order(tmp_path: Path) -> None:
    (trial,) = [block for block in BLOCKS if "trial" in block]
    (command,) = re.findall(r"(?s)```\n(BODY=.*?)```", GUIDE)
    async with running(tmp_path, PLAIN + trial) as kitchen:
        script = command.replace("http://127.0.0.1:8080", kitchen.url)
        shell = await asyncio.create_subprocess_exec(
            "bash", "-c", script, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        said, wrong = await shell.communicate()
        assert said == b'{"result":"OK"}', wrong
        (ticket,) = await kitchen.tickets("grill")
    assert ticket["order_reference"] == "STAGING Deliverect T1"


async def test_its_paths_are_those_that_are_served(channel: Channel) -> None:
    for path in re.findall(r"(?m)^    POST (/\S+)", GUIDE):
        async with channel.kitchen.http.post(channel.kitchen.url + path, data=b"{}") as answer:
            assert answer.status == 401
