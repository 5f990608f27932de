"""`python -m tests.image`: the real card of `make image`, in emulated machines; what was seen.

Each scenario has a card of its own, flashed anew; two of them at a time. `image/TESTED.md` is
written in the end.
"""

import argparse
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from tests.image.built import Built, Seen
from tests.image.devices import devices, screen
from tests.image.machine import Card, have_tools
from tests.image.power import (
    cut_under_load,
    cut_while_another_starts,
    cut_while_it_starts,
    hangs,
)
from tests.image.starting import alone, first_start, wrong_file
from tests.image.updating import update

CHECKOUT: Final = Path(__file__).parents[2]
REPORT: Final = CHECKOUT / "image/TESTED.md"
PICTURES: Final = REPORT.with_name("pictures")
TOOLS: Final = {
    "qemu-system-aarch64": "qemu-system-arm",
    "qemu-img": "qemu-utils",
    "fdtput": "device-tree-compiler",
    "mcopy": "mtools",
    "nc": "netcat-openbsd",
    "ssh": "openssh-client",
}
Scenario = Callable[[Card, Built], Seen]
SCENARIOS: Final[tuple[Scenario, ...]] = (
    # The longest ones first.
    update,
    cut_under_load,
    screen,
    hangs,
    first_start,
    cut_while_it_starts,
    cut_while_another_starts,
    devices,
    alone,
    wrong_file,
)


class Outcome(NamedTuple):
    """Of one scenario."""

    name: str
    title: str
    seconds: float
    seen: Seen
    is_good: bool


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.image", description=__doc__)
    names = {each.__name__: each for each in SCENARIOS}
    parser.add_argument("scenario", nargs="*", help=f"of {', '.join(names)}; default: all")
    parser.add_argument("--from", dest="built", type=Path, default=CHECKOUT / "dist")
    parser.add_argument("--at-once", type=int, default=2, metavar="N")
    options = parser.parse_args()
    have_tools(TOOLS)
    built = Built(options.built)
    chosen = [each for each in SCENARIOS if each.__name__ in (options.scenario or names)]
    began = time.monotonic()
    with ThreadPoolExecutor(options.at_once) as pool:
        outcomes = [*pool.map(lambda scenario: tried(scenario, built), chosen)]
    print(f"{time.monotonic() - began:.0f} s")
    if not options.scenario:
        REPORT.write_text(_report(built, outcomes, time.monotonic() - began))
        shutil.copytree(built.pictures, PICTURES, dirs_exist_ok=True)
    return 0 if all(each.is_good for each in outcomes) else 1


def tried(scenario: Scenario, built: Built) -> Outcome:
    """Try it, and tell of it at once."""
    began = time.monotonic()
    directory = Path(tempfile.mkdtemp(prefix="card-"))
    try:
        with Card(directory, built.image, built.loader) as card:
            seen, is_good = scenario(card, built), True
    except Exception:  # noqa: BLE001 - whatever it is, the others are tried
        seen, is_good = [f"FAILED: {traceback.format_exc()}"], False
    finally:
        shutil.rmtree(directory)
    seconds = time.monotonic() - began
    print(f"{scenario.__name__}: {seconds:.0f} s", *seen, sep="\n  ", flush=True)
    title = (scenario.__doc__ or "").strip()
    return Outcome(scenario.__name__, title, seconds, seen, is_good)


def _report(built: Built, outcomes: Sequence[Outcome], seconds: float) -> str:
    how = (
        "Written by `make image-test`, which starts the real image in QEMU's `virt` machine: the"
        " same boot loader script, kernel and system as on a Raspberry Pi, on other devices. No"
        " Raspberry Pi was at hand."
    )
    lines = [
        "# What was tested",
        "",
        how,
        "",
        f"- when: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"- version: {built.facts['version']}",
        f"- content: `{built.facts['content']}`",
        f"- image: `{built.facts['image']}`",
        f"- how long: {seconds / 60:.0f} minutes, two cards at a time",
        "",
    ]
    for each in outcomes:
        lines += [f"**{each.title}** ({each.seconds:.0f} s)", ""]
        lines += [*(f"- {line}" for line in each.seen), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
