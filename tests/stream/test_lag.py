"""How far a group is behind."""

from harness.streams import local_settings
from hypothesis import given
from hypothesis import strategies as st

from stream.demo.readings import read_registry
from stream.lag import Backlog, LagWatch
from stream.metrics import Metrics


def test_what_waits_is_as_old_as_it_has_been_seen() -> None:
    backlog = Backlog()
    assert backlog.seconds(0.0, {0: (5, 5), 1: (0, 3)}) == {0: 0.0, 1: 0.0}
    assert backlog.seconds(5.0, {0: (5, 6), 1: (0, 3)}) == {0: 0.0, 1: 5.0}
    assert backlog.seconds(15.0, {0: (5, 9), 1: (2, 3)}) == {0: 10.0, 1: 15.0}
    assert backlog.seconds(25.0, {0: (6, 9), 1: (3, 3)}) == {0: 10.0, 1: 0.0}
    assert backlog.seconds(30.0, {0: (9, 9), 1: (3, 3)}) == {0: 0.0, 1: 0.0}


@given(steps=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30))
def test_nothing_unread_waits_for_nothing_and_nothing_waits_longer_than_time(
    steps: list[tuple[int, int]],
) -> None:
    backlog, read, end = Backlog(), 0, 0
    for now, (more, taken) in enumerate(steps):
        end += more
        read = min(end, read + taken)
        wait = backlog.seconds(float(now), {0: (read, end)})[0]
        assert 0.0 <= wait <= now
        assert read < end or wait == 0.0


def test_a_backlog_that_never_ends_takes_no_more_memory() -> None:
    backlog = Backlog()
    for now in range(3000):
        assert backlog.seconds(float(now), {0: (0, now + 1)}) == {0: float(now)}
    assert len(backlog._marks[0]) <= 720


def test_metrics_tell_each_partition() -> None:
    settings, metrics = local_settings(prefix="t."), Metrics()
    watch = LagWatch(settings, metrics)
    watch.take("t.learning.events", {0: (3, 10), 1: (4, 4)}, 100.0)
    watch.take("t.learning.events", {0: (3, 12), 1: (4, 4)}, 107.0)
    found = read_registry(metrics)
    part = {"group": "stepstream", "topic": "t.learning.events", "partition": "0"}
    assert found.value("lag", **part) == 9
    assert found.value("lag_seconds", **part) == 7.0
    assert found.value("committed_offset", **part) == 3
    assert found.value("lag", **{**part, "partition": "1"}) == 0
