"""What commits took lately."""

from appliance.log import Recent
from appliance.log.latencies import KEPT, RECENT_SECONDS, Latencies


def test_what_is_old_is_forgotten() -> None:
    now = 0.0
    latencies = Latencies(lambda: now)
    assert latencies.recent() is None
    latencies.add(900.0)
    now = RECENT_SECONDS
    for took in (10.0, 20.0, 60.0):
        latencies.add(took)
    assert latencies.recent() == Recent(4, 40.0, 900.0)
    now += 1
    assert latencies.recent() == Recent(3, 20.0, 60.0)


def test_a_rush_takes_no_more_memory() -> None:
    latencies = Latencies(lambda: 0.0)
    for _ in range(KEPT + 10):
        latencies.add(1.0)
    assert latencies.recent() == Recent(KEPT, 1.0, 1.0)
