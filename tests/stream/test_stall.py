from stream.stall import OTHERS_MOVE, StallWatch


def test_a_partition_that_moves_is_not_stalled() -> None:
    watch = StallWatch(10.0)
    assert all(not watch.stalled(now, {0: now}, {0: 1000}) for now in range(100))


def test_a_partition_without_unread_events_is_not_stalled() -> None:
    watch = StallWatch(10.0)
    assert all(not watch.stalled(now, {0: 41, 1: -1}, {0: 42}) for now in range(100))


def test_unread_events_and_no_move_is_a_stall() -> None:
    watch = StallWatch(10.0)
    found = [watch.stalled(now, {0: 41, 1: 7}, {0: 43, 1: 8}) for now in range(13)]
    assert found == [[]] * 11 + [[0], [0]]


def test_time_without_unread_events_does_not_count() -> None:
    watch = StallWatch(10.0)
    assert all(not watch.stalled(now, {0: 41}, {0: 42}) for now in range(100))
    found = [watch.stalled(now, {0: 41}, {0: 43}) for now in range(100, 113)]
    assert found == [[]] * 11 + [[0], [0]]


def test_a_partition_that_comes_back_starts_afresh() -> None:
    watch = StallWatch(10.0)
    watch.stalled(0.0, {0: 41}, {0: 43})
    watch.stalled(5.0, {}, {})
    assert watch.stalled(12.0, {0: 41}, {0: 43}) == []


def test_a_partition_may_be_behind_others_for_longer() -> None:
    watch, last = StallWatch(10.0), int(OTHERS_MOVE * 10)
    found = [watch.stalled(now, {0: 41, 1: now}, {0: 43, 1: 1000}) for now in range(last + 2)]
    assert found == [[]] * (last + 1) + [[0]]


def test_nobody_moves_any_more() -> None:
    watch = StallWatch(10.0)
    for now in range(30):
        assert watch.stalled(now, {0: 41, 1: now}, {0: 43, 1: 1000}) == []
    found = [watch.stalled(now, {0: 41, 1: 29}, {0: 43, 1: 1000}) for now in range(30, 45)]
    assert found == [[]] * 10 + [[0, 1]] * 5
