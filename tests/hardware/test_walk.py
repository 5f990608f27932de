"""A walk through devices that are heard of in whatever order."""

import asyncio

import pytest

from hardware.walk import MOST_WAITING, Ended, Finding, Pressed, Trouble, Typed, Unknown, Walk


class Shown(list[str]):
    def __call__(self, line: str) -> None:
        self.append(line)


@pytest.fixture
def shown() -> Shown:
    return Shown()


async def test_a_device_that_fails_while_it_is_waited_for(shown: Shown) -> None:
    walk = Walk(shown)
    walk.hear(Trouble("a"))
    walk.hear(Trouble("b"))
    trying = asyncio.create_task(walk.press("a"))
    await asyncio.sleep(0)
    walk.hear(Trouble("b", "chattering"))
    walk.hear(Trouble("a", "burnt"))
    await asyncio.wait_for(trying, 10)
    await asyncio.wait_for(walk.press("b"), 10)
    assert walk.findings == [Finding("a", "failed", "burnt"), Finding("b", "failed", "chattering")]
    assert shown == ["press a", "  b: chattering", "  failed: burnt", "b", "  failed: chattering"]


async def test_trouble_that_is_over_is_no_failure(shown: Shown) -> None:
    walk = Walk(shown)
    walk.hear(Trouble("a", "burnt"))
    walk.hear(Trouble("a"))
    walk.hear(Pressed("a"))
    await asyncio.wait_for(walk.press("a"), 10)
    assert walk.findings == [Finding("a", "good")]


async def test_a_device_is_waited_for_until_it_has_told_how_it_is(shown: Shown) -> None:
    walk = Walk(shown)
    finding = asyncio.create_task(walk.find("bar"))
    for heard in (Typed(""), Trouble("bar", "away"), Trouble("bar", "away"), Pressed("a")):
        walk.hear(heard)
        await asyncio.sleep(0)
    assert not finding.done()
    walk.hear(Trouble("bar"))
    assert await asyncio.wait_for(finding, 10)
    assert shown == ["bar: away (Enter skips it)", "bar", "  good"]


@pytest.mark.parametrize("step", ["press", "look", "find"])
async def test_each_step_ends_with_the_answers(shown: Shown, step: str) -> None:
    walk = Walk(shown)
    walk.hear(Trouble("a", "away" if step == "find" else ""))
    walk.hear(Typed(None))
    with pytest.raises(Ended):
        await asyncio.wait_for(getattr(walk, step)("a"), 10)
    assert walk.findings == []


async def test_what_is_no_key_is_named_and_so_is_what_was_not_tried(shown: Shown) -> None:
    walk = Walk(shown)
    for heard in (Unknown("KEY_F7 of bar"), Unknown("KEY_F7 of bar"), Typed(" N ")):
        walk.hear(heard)
    await asyncio.wait_for(walk.press("a"), 10)
    assert walk.summary(["a", "b", "c"]) == (
        "not tried: b, c\nfailed: a: KEY_F7 of bar came instead\n0 of 3 good"
    )


async def test_presses_that_nobody_waits_for_are_not_kept_for_ever(shown: Shown) -> None:
    walk = Walk(shown)
    for number in range(3 * MOST_WAITING):
        walk.hear(Pressed(f"b{number}"))
    walk.hear(Trouble("b", "chattering"))
    walk.hear(Typed("n"))
    await asyncio.wait_for(walk.press("a"), 10)
    assert len([line for line in shown if line.startswith("  that was")]) == MOST_WAITING
    assert [finding.verdict for finding in walk.findings] == ["failed"]
