"""Every kind of printer that answers, under the same contract."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.hardware.printers.contract import CHECKS
from tests.hardware.printers.small_printer import IN_ORDER, OnPseudoTerminal, OnTcp, Rig

KINDS: dict[str, Callable[[Path], Rig]] = {
    "on a serial line": OnPseudoTerminal,
    "on a serial line, answering in order": lambda folder: OnPseudoTerminal(folder, IN_ORDER),
    "on TCP": OnTcp,
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("kind", KINDS)
async def test_contract(kind: str, check: Callable[[Rig], Awaitable[None]], tmp_path: Path) -> None:
    rig = KINDS[kind](tmp_path)
    try:
        await check(rig)
    finally:
        rig.close()
