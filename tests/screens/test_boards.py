"""What is kept of boards is bounded, however long the evening."""

from appliance.screens.boards import Boards
from appliance.screens.liveness import BEHIND_SECONDS


def test_the_log_is_remembered_only_as_far_back_as_it_matters() -> None:
    boards = Boards()
    boards.painted("device", "10.0.0.8", "page", 0, now=0)
    for tenth in range(100_000):
        boards.log_is_at(tenth, tenth / 10)
    assert len(boards._heads) < 10 * 10 * BEHIND_SECONDS  # noqa: SLF001 - of what is kept
    boards.painted("device", "10.0.0.8", "page", 0, now=9_999)
    behind_since = boards.behind_since("device", 10_000)
    assert behind_since is not None
    assert 10_000 - behind_since > BEHIND_SECONDS
    boards.painted("device", "10.0.0.8", "page", 99_950, now=9_999.5)
    assert boards.behind_since("device", 10_000) == 9_995.1


def test_whoever_is_none_of_ours_any_more_is_forgotten() -> None:
    boards = Boards()
    for number in range(1_000):
        boards.painted(f"device {number}", "10.0.0.8", f"page {number}", 0, now=number)
        boards.agent(f"device {number}", "10.0.0.8", None, now=number)
    boards.keep({"device 7"})
    assert boards.last_painted("device 7") == 7
    assert boards.last_painted("device 8") is None
    assert boards.address("device 8") is None
    assert boards.seq("device 8", now=8) is None
