"""Hostile bytes: no exception, no growth, and no answer that takes over a second.

Guided by coverage where there is a fuzzer for it (see `fuzzing.py`), which begins with the
messages in `tests/data` and the tricky ones in `tests/data/corpus`. Elsewhere the same inputs
and damaged copies of them, as many, that nothing guides.

A failing input is printed as Python, `{'crash-…': b'…'}`. To have it again by itself:

    .venv/bin/python -c "open('input', 'wb').write(b'…')"
    .venv/bin/python -m tests.lan.fuzzing input
"""

import os
import platform
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from msgspec import Struct
from msgspec.structs import fields

from appliance.lan import schema
from tests.lan import hostile_input
from tests.lan.cutting import mutated
from tests.lan.hostile_input import BYTEWISE, CONTROL, COOK, SMALL_FRAMES, WARM_UP, Growth
from tests.proof import count

ROOT: Final = Path(__file__).parents[2]
DATA: Final = ROOT / "tests" / "data"
STREAMS: Final = sorted([*DATA.glob("*.json"), *DATA.glob("corpus/*")])

GUIDED: Final = (sys.platform, platform.machine()) == ("linux", "x86_64")
"""Whether there are wheels of the fuzzer for this machine: as in pyproject.toml."""
RUNS: Final = count(2_500, proof=500_000)
"""Guided inputs of each seed."""
DAMAGED: Final = count(1_000, proof=20_000) if GUIDED else 2 * RUNS
MAX_LEN: Final = 4096
"""Bytes of a guided input: five times the documented example."""
HANG_SECONDS: Final = 10
"""Until an input that does not come to an end is given up. That one which ends took less
than a second of processor time is seen to in `hostile_input.py`: other work on this machine
counts for this one, but not for that."""

OF_A_SMALL_PROCESS: Final = ("sh", "-c", '"$@"; exit', "sh")
"""What starts a program whose memory is counted from nothing: started by this process itself,
its largest size so far, which the fuzzer looks at, would begin with the largest of the tests."""

COMMANDS: Final = ("create-order", "update-order", "partial-update-order", "cancel-order")
VALUES: Final = ("hold", "fire", "true", "null", "nan", "1e999", "\\ud800", "\ufeff", "\0")
ANSWERS_BADLY: Final = """
from appliance.lan import replies
from tests.lan import fuzzing

sound = replies.encode

def encode(reply):
    assert "nobody" not in str(reply), "planted"
    return sound(reply)

replies.encode = encode
fuzzing.main()
"""


def seeds() -> dict[str, bytes]:
    """The streams whole; with bytes that come one by one and a cook; and with small frames."""
    inputs = {}
    for place, stream in enumerate(STREAMS):
        cook = COOK * (place % len(hostile_input.BY_COOKS))
        nobody = COOK * len(hostile_input.BY_COOKS)
        for flags in (nobody, cook + BYTEWISE, nobody + SMALL_FRAMES):
            inputs[f"{stream.name}-{flags}"] = CONTROL.pack(0, 0, flags) + stream.read_bytes()
    return inputs


def dictionary() -> str:
    """The words of the protocol, in libFuzzer's spelling."""
    structs = [each for each in vars(schema).values() if isinstance(each, type)]
    keys = {
        f'"{field.encode_name}":'
        for struct in structs
        if issubclass(struct, Struct)
        for field in fields(struct)
    }
    words = (*sorted(keys), *(f'"{word}"' for word in COMMANDS), *VALUES)
    return "".join(f'"{_escaped(word)}"\n' for word in words)


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


def fuzzed(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What the fuzzer said. Inputs that fail are written to `folder`."""
    started = os.environ | {"PYTHONHASHSEED": "0"}
    started.pop("COVERAGE_PROCESS_CONFIG", None)  # It is the fuzzer that watches the branches.
    options = (f"-artifact_prefix={folder}/", f"-timeout={HANG_SECONDS}")
    return subprocess.run(
        [*OF_A_SMALL_PROCESS, sys.executable, *arguments, *options],
        cwd=ROOT,
        env=started,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="backslashreplace",
        check=False,
    )


def from_seeds(folder: Path) -> list[str]:
    """The arguments for a run that begins with them."""
    corpus = folder / "corpus"
    corpus.mkdir()
    for name, data in seeds().items():
        (corpus / name).write_bytes(data)
    words = folder / "dictionary"
    words.write_text(dictionary())
    return [str(corpus), f"-dict={words}", f"-max_len={MAX_LEN}", "-rss_limit_mb=512"]


def failing(folder: Path) -> dict[str, bytes]:
    """The inputs that failed, by the names of their files."""
    files = [file for file in folder.glob("*-*") if not file.name.startswith("slow-unit-")]
    return {file.name: file.read_bytes() for file in files}


needs_fuzzer = pytest.mark.skipif(
    not GUIDED, reason=f"no fuzzer for this machine: {DAMAGED} inputs that nothing guides instead"
)


@needs_fuzzer
@pytest.mark.parametrize("seed", [1, 2])
def test_no_input_that_coverage_leads_to_does_harm(tmp_path: Path, seed: int) -> None:
    run = fuzzed(
        tmp_path,
        "-m",
        "tests.lan.fuzzing",
        *from_seeds(tmp_path),
        f"-runs={RUNS}",
        f"-seed={seed}",
    )
    failed = failing(tmp_path)
    assert not failed, f"{failed!r}\n{run.stdout[-4000:]}"
    assert run.returncode == 0, run.stdout[-4000:]
    assert _number(r"^Done (\d+) runs", run.stdout) >= RUNS
    assert _number(r"DONE +cov: (\d+)", run.stdout) > 300, "the branches are not watched"
    begun, ended = (_number(rf"{at} +cov: \d+ ft: (\d+)", run.stdout) for at in ("INITED", "DONE"))
    assert ended > begun, "nothing was found that the seeds do not do"


def _number(pattern: str, text: str) -> int:
    found = re.search(pattern, text, re.MULTILINE)
    assert found, text[-4000:]
    return int(found[1])


@needs_fuzzer
def test_a_failing_input_is_shown_and_fails_again_by_itself(tmp_path: Path) -> None:
    run = fuzzed(tmp_path, "-c", ANSWERS_BADLY, *from_seeds(tmp_path), "-runs=1000", "-seed=1")
    assert run.returncode != 0
    [(name, data)] = failing(tmp_path).items()
    assert f"FAILED: {data!r}" in run.stdout
    assert "AssertionError: planted" in run.stdout
    again = fuzzed(tmp_path, "-c", ANSWERS_BADLY, str(tmp_path / name))
    assert again.returncode != 0
    assert f"FAILED: {data!r}" in again.stdout
    mended = fuzzed(tmp_path, "-m", "tests.lan.fuzzing", str(tmp_path / name))
    assert mended.returncode == 0, mended.stdout


def test_no_damaged_copy_of_the_seeds_does_harm() -> None:
    chance = random.Random(1)  # noqa: S311 - the same damage each time
    sound = list(seeds().values())
    growth = Growth()
    for number in range(max(DAMAGED, len(sound))):
        data = sound[number] if number < len(sound) else mutated(chance.choice(sound), chance)
        try:
            hostile_input.check(data)
        except Exception as error:
            error.add_note(f"input: {data!r}")
            raise
        growth.check()


@pytest.mark.parametrize("what", ["objects", "bytes"])
def test_growth_is_noticed(what: str) -> None:
    growth = Growth()
    kept: list[object] = []
    _after_inputs(growth)
    if what == "objects":
        kept.extend([number] for number in range(hostile_input.GROWTH_BLOCKS))
    else:
        kept.append(b"\1" * (2 * hostile_input.GROWTH_BYTES))
    with pytest.raises(AssertionError, match=f"more after {2 * WARM_UP} inputs"):
        _after_inputs(growth)


def _after_inputs(growth: Growth) -> None:
    for _ in range(WARM_UP):
        growth.check()
