"""The guide's code runs as it stands there."""

import re
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "hardware" / "README.md"


def test_the_guides_code_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert len(blocks) == 4
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, str(GUIDE), "exec"), names)  # noqa: S102 - it is ours
