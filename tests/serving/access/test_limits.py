"""Token buckets against their definition."""

from hypothesis import given
from hypothesis import strategies as st

from serving.access.limits import Limiter, Rate

TIMES = st.lists(st.floats(0, 10), min_size=1, max_size=50).map(sorted)


@given(TIMES, st.floats(0.5, 20), st.integers(1, 10))
def test_never_more_than_burst_and_rate(times: list[float], per_sec: float, burst: int) -> None:
    limiter, rate = Limiter(), Rate(per_sec, burst)
    let = [at for at in times if not limiter.wait_for("one", rate, at)]
    for first in range(len(let)):
        for last in range(first, len(let)):
            allowed = burst + (let[last] - let[first]) * per_sec
            assert last - first + 1 <= allowed + 1e-6


@given(st.floats(0.1, 20), st.integers(1, 10))
def test_who_waits_as_told_gets_in(per_sec: float, burst: int) -> None:
    limiter, rate, now = Limiter(), Rate(per_sec, burst), 5.0
    waits = [limiter.wait_for("one", rate, now) for _ in range(burst + 1)]
    assert waits[:-1] == [0.0] * burst
    assert waits[-1] > 0
    assert limiter.wait_for("one", rate, now + waits[-1] + 1e-6) == 0


def test_each_name_has_its_own_bucket_and_old_ones_are_forgotten() -> None:
    limiter, rate = Limiter(most=2), Rate(0.001, 1)
    assert [limiter.wait_for(name, rate, 0.0) == 0 for name in "aabc"] == [True, False, True, True]
    assert limiter.wait_for("a", rate, 0.0) == 0
