"""The secret that tokens are signed with: made once, whole, and for its owner alone."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec import Struct

from appliance.api import auth
from appliance.api.auth.secret import Secrets
from appliance.records import Records


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


def test_one_that_is_retired_elsewhere_is_good_at_each_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Secrets(tmp_path, lambda: 0.0)
    old = ours.current
    Secrets(tmp_path, lambda: 0.0).rotate(60.0)
    good = []
    refresh = Records.refresh

    def watched(file: Records[Struct]) -> None:
        good.append(ours.good())
        refresh(file)
        good.append(ours.good())

    monkeypatch.setattr(Records, "refresh", watched)
    ours.refresh()
    assert ours.current != old
    assert [old in those for those in [*good, ours.good()]] == [True, True, True]
