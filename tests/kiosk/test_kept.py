"""What a screen keeps: for life, for its owner alone, and not at the price of a dark screen."""

import stat
import uuid
from pathlib import Path

import pytest

from appliance.config import Site
from appliance.kiosk.kept import HUBS_NAME, ID_NAME, MOST_HUBS, Kept, KnownHub


def hub(number: int, *, at: str = "", ours: bool = False) -> KnownHub:
    site = Site(at or f"http://192.0.2.{number}")
    return KnownHub(f"hub-{number:04}", site, "Kitchen", f"device_{number}", "/api", ours)


def test_it_keeps_its_id_and_its_tokens_where_its_owner_alone_can_read_them(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "data")
    assert str(uuid.UUID(kept.id)) == kept.id
    kept.remember(hub(1, ours=True))
    kept.save()
    again = Kept(tmp_path / "data")
    assert (again.id, again.hubs) == (kept.id, (hub(1, ours=True),))
    for name in (ID_NAME, HUBS_NAME):
        assert stat.S_IMODE((tmp_path / "data" / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"no uuid", b"[{}]", b'{"a": 1'])
@pytest.mark.parametrize("name", [ID_NAME, HUBS_NAME])
def test_what_is_damaged_is_kept_aside_and_made_anew(
    tmp_path: Path, name: str, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    first = Kept(tmp_path)
    first.remember(hub(1))
    first.save()
    (tmp_path / name).write_bytes(content)
    kept = Kept(tmp_path)
    assert (tmp_path / f"{name}.damaged").read_bytes() == content
    assert "damaged" in caplog.text
    # The other file is as good as before.
    assert (kept.id == first.id) is (name == HUBS_NAME)
    assert kept.hubs == (() if name == HUBS_NAME else first.hubs)
    assert Kept(tmp_path).id == kept.id


def test_what_cannot_be_written_is_good_for_this_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in (ID_NAME, HUBS_NAME):
        (tmp_path / f"{name}.partial").mkdir()
    kept = Kept(tmp_path)
    kept.remember(hub(1))
    kept.save()
    assert str(uuid.UUID(kept.id)) == kept.id
    assert kept.hubs == (hub(1),)
    assert caplog.text.count("cannot be written") == 2


def test_one_hub_has_adopted_it_and_is_forgotten_for_no_crowd(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.remember(hub(0, ours=True))
    for number in range(1, 3 * MOST_HUBS):
        kept.remember(hub(number))
    assert len(kept.hubs) == MOST_HUBS
    assert kept.hubs[0] == hub(0, ours=True)
    assert kept.hubs[-1] == hub(3 * MOST_HUBS - 1)
    moved = hub(0, at="http://192.0.2.250", ours=True)
    kept.remember(moved)
    assert [each for each in kept.hubs if each.id == moved.id] == [moved]
    kept.remember(hub(3 * MOST_HUBS - 1, ours=True))
    assert [each.id for each in kept.hubs if each.ours] == [hub(3 * MOST_HUBS - 1).id]
