from hypothesis import given
from hypothesis import strategies as st

from stream.rebuild.schedule import LONGEST, meetings, shared_out

ENDS = st.dictionaries(st.integers(0, 11), st.integers(-1, 2_000_000), min_size=1)


@given(ENDS)
def test_hands_go_on_from_meeting_to_meeting_and_end_at_the_end(ends: dict[int, int]) -> None:
    before, total = dict.fromkeys(ends, -1), sum(end + 1 for end in ends.values())
    met = [*meetings(ends)]
    for offsets in met:
        assert offsets.keys() == ends.keys()
        assert all(before[p] <= offsets[p] <= ends[p] for p in ends)
        assert sum(offsets.values()) - sum(before.values()) <= LONGEST + len(ends)
        before = offsets
    assert before == ends or total == 0
    assert bool(met) == bool(total)


@given(ENDS, st.integers(1, 16))
def test_every_partition_is_in_one_hand_and_no_hand_is_idle(
    ends: dict[int, int], hands: int
) -> None:
    shares = shared_out(ends, hands)
    assert sorted(p for share in shares for p in share) == sorted(ends)
    assert len(shares) == min(hands, len(ends))
    assert all(shares)


def test_hands_have_about_as_many_events() -> None:
    assert shared_out({0: 99, 1: 9, 2: 49, 3: 39}, 2) == [[0], [1, 2, 3]]
