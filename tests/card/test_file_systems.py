"""The file systems of a card: the same tree makes the same bytes, whenever and wherever."""

from pathlib import Path

import pytest

from image import system
from image.host import EPOCH, run
from image.system import content_hash, make_file_system


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    (tree / "etc").mkdir(parents=True)
    (tree / "etc/hostname").write_text("expeditor\n")
    (tree / "bin").symlink_to("usr/bin")
    return tree


def _times(file_system: Path, name: str) -> dict[str, int]:
    """Of a file in it: when it was read, written, made or changed, in seconds since 1970."""
    said = run("debugfs", "-R", f"stat {name}", file_system)
    lines = [line.split() for line in said.splitlines() if "time: 0x" in line]
    return {line[0]: int(line[1].partition(":")[0], 16) for line in lines}


def test_all_times_are_the_same_one(
    tmp_path: Path, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "MEGABYTES", 64)
    made = tmp_path / "system"
    make_file_system(tree, made)
    for name in ("/", "/etc", "/etc/hostname", "/bin"):
        times = _times(made, name)
        assert {"atime:", "ctime:", "mtime:"} <= times.keys()
        assert set(times.values()) == {EPOCH}, name
    run("e2fsck", "-fn", made)


def test_the_same_tree_makes_the_same_bytes(
    tmp_path: Path, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "MEGABYTES", 64)
    first, second = tmp_path / "first", tmp_path / "second"
    make_file_system(tree, first)
    content = content_hash(tree)
    (tree / "etc/hostname").write_text("other\n")
    make_file_system(tree, second)
    assert second.read_bytes() != first.read_bytes()
    assert content_hash(tree) != content
    (tree / "etc/hostname").write_text("expeditor\n")
    make_file_system(tree, second)
    assert second.read_bytes() == first.read_bytes()
    assert content_hash(tree) == content
