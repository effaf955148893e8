"""What feedback leaves in a state: few sayings, in any order, and nothing of the features."""

import random

from hypothesis import given
from hypothesis import strategies as st
from traces import DAY, T0, busy, past_times, some_traces, state_of, trace

from processors.features import describe
from processors.features.records.put_aside import LIMIT, named, sayings_of
from processors.state import LearnerState, apply, decode, encode, fresh, withdraw
from processors.trace import Trace
from schemas.kinds import FEEDBACK, Kind

MOST = 4096
END_OF_DAY = (T0 // DAY + 1) * DAY


@st.composite
def _said(draw: st.DrawFn, names: int) -> Trace:
    return trace(
        at=draw(past_times),
        activity=draw(st.integers(0, names - 1)),
        kind=draw(st.sampled_from(sorted(FEEDBACK))),
        outcome=None,
        weight=0.0,
        skills=(),
    )


def sayings(names: int = 4, most: int = 12) -> st.SearchStrategy[list[Trace]]:
    found = st.lists(_said(names), max_size=most)
    return found.map(lambda all_: [one._replace(id=900 + i) for i, one in enumerate(all_)])


def kept(state: LearnerState) -> dict[tuple[int, Kind], float]:
    return {(activity, kind): until for activity, kind, until in sayings_of(state.aside_rows)}


@given(sayings(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(said: list[Trace], rng: random.Random) -> None:
    expected = encode(state_of(said))
    rng.shuffle(said)
    assert encode(state_of(said)) == expected


@given(sayings(names=30, most=40), st.randoms(use_true_random=False))
def test_nor_does_it_for_which_are_kept_beyond_the_bound(
    said: list[Trace], rng: random.Random
) -> None:
    expected = kept(state_of(said))
    rng.shuffle(said)
    assert kept(state_of(said)) == expected
    assert len(expected) <= LIMIT


@given(sayings(), st.sets(st.integers(0, 11)))
def test_what_is_taken_back_leaves_what_else_was_said(said: list[Trace], gone: set[int]) -> None:
    state = state_of(said)
    for one in said:
        if one.id - 900 in gone:
            withdraw(state, one)
    left = [one for one in said if one.id - 900 not in gone]
    assert kept(state).keys() == kept(state_of(left)).keys()
    for one in left:
        withdraw(state, one)
    assert encode(state) == encode(fresh())


@given(some_traces(past_times), sayings(), st.randoms(use_true_random=False))
def test_feedback_is_no_learning_activity(
    traces: list[Trace], said: list[Trace], rng: random.Random
) -> None:
    mixed = [*traces]
    for one in said:
        mixed.insert(rng.randint(0, len(mixed)), one)
    state, plain = state_of(mixed), state_of(traces)
    assert describe(state, T0, str) == describe(plain, T0, str)
    state.aside_rows = b""
    assert encode(state) == encode(plain)


@given(sayings())
def test_it_survives_being_stored(said: list[Trace]) -> None:
    state = state_of(said)
    assert encode(decode(encode(state))) == encode(state)
    assert kept(decode(encode(state))) == kept(state)


def test_a_full_state_makes_room_among_what_is_finished() -> None:
    state = state_of(busy(random.Random(1), 1000))
    finished = len(state.finished)
    for n in range(20):
        apply(state, trace(id=n, at=T0 + n * DAY, activity=n, kind=Kind.DISMISSED, weight=0.0))
        assert MOST - 8 < len(encode(state)) <= MOST
    assert len(kept(state)) == LIMIT
    assert len(state.finished) == finished - LIMIT
    assert {activity for activity, _ in kept(state)} == set(range(8, 20))


def test_the_same_said_again_is_kept_until_the_latest_day() -> None:
    first = trace(id=1, activity=2**63, kind=Kind.NOT_RELEVANT)
    again = first._replace(id=2, at=T0 + 3 * DAY)
    state = state_of([again, first])
    assert kept(state) == {(named(2**63), Kind.NOT_RELEVANT): END_OF_DAY + 3 * DAY}


def test_a_state_without_feedback_is_as_before() -> None:
    blob = encode(state_of([trace(), trace(id=2, kind=Kind.SHOWN)]))
    assert blob == encode(state_of([trace()]))
