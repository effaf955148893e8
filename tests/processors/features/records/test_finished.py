"""Which activities are finished."""

from hypothesis import given
from hypothesis import strategies as st
from traces import DAY, T0, YEAR_1, YEAR_9999

from processors.features.records.finished import LIMIT, Finished

events = st.tuples(
    st.integers(0, 5), st.sampled_from([T0, T0 + DAY, YEAR_1, YEAR_9999]), st.sampled_from([-1, 1])
)


@given(st.lists(events, max_size=30))
def test_it_counts_whatever_the_order(given_events: list[tuple[int, float, int]]) -> None:
    finished = Finished()
    for activity, at, times in given_events:
        finished.add(activity, at, times)
    finished = Finished(finished.encode())
    for activity in range(6):
        expected = sum(times for key, _, times in given_events if key == activity)
        assert finished.count(activity) == expected
    assert finished.number() == sum(finished.count(activity) > 0 for activity in range(6))
    assert len(finished) == sum(finished.count(activity) != 0 for activity in range(6))


def test_it_is_stored_as_it_came_until_it_changes() -> None:
    finished = Finished()
    finished.add(1, T0, 1)
    packed = finished.encode()
    assert Finished(packed).encode() is packed
    again = Finished(packed)
    again.add(2, T0, 1)
    assert len(again.encode()) == 2 * len(packed) == 16


def test_the_earliest_day_leaves_first_then_the_smaller_key() -> None:
    finished = Finished()
    for key in range(LIMIT):
        finished.add(key + 10, T0, 1)
    finished.add(5, T0 + DAY, 1)
    assert (finished.count(10), finished.count(11), finished.count(5)) == (0, 1, 1)
    finished.add(1000, T0 - DAY, 1)
    assert finished.count(1000) == 0


def test_forty_bits_tell_activities_apart() -> None:
    finished = Finished()
    finished.add(2**64 - 1, T0, 1)
    assert finished.count(2**40 - 1) == 1
    assert finished.count(2**39 - 1) == 0
