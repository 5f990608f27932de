"""The secret that tokens are signed with: made once, whole, and for its owner alone."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from appliance.api import auth


def test_it_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    secret = auth.local_secret(tmp_path)
    assert len(secret) == 32
    assert auth.local_secret(tmp_path) == secret
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert auth.local_secret(tmp_path.parent / tmp_path.name) == secret


def test_those_who_start_together_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as starting:
        secrets = set(starting.map(auth.local_secret, [tmp_path] * 8))
    assert len(secrets) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_one_that_was_cut_short_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"short")
    assert len(auth.local_secret(tmp_path)) == 32
