"""Times that a test does not want to wait for."""

import pytest

from appliance.indexing import follower


@pytest.fixture(autouse=True)
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "GATHER_SECONDS", 0.001)
    monkeypatch.setattr(follower, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(follower, "RETRY_SECONDS", 0.01)
