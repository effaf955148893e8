"""The state of one learner: what is kept, what leaves, and what a withdrawal brings back."""

import random

import pytest
from harness.lives import lived
from traces import DAY, T0, YEAR_9999, answers, busy, state_of, trace, without

from processors.features.practice import practice
from processors.state import VERSION, LearnerState, apply, decode, encode, fresh, keep_set, withdraw
from processors.trace import Trace
from schemas.errors import Corrupt
from schemas.kinds import Kind

LIMIT, TYPICAL = 4096, 1180


def ordinary(events: int = 20, activities: int = 10, skills: int = 4) -> list[Trace]:
    """Somebody who views, answers and completes activities of a few skills and kinds."""
    kinds = (Kind.VIEWED, Kind.ANSWERED, Kind.ANSWERED, Kind.COMPLETED)
    return [
        trace(
            id=1000 + i,
            at=T0 + i * 3600.0,
            activity=2000 + i % activities,
            kind=kinds[i % 4],
            outcome=None if i % 4 == 0 else i % 3 / 2.0,
            weight=float(i % 4 > 0),
            skills=(3000 + i // 2 % skills,),
            content=4000 + i % 3,
            finish=int(i % 4 == 3),
        )
        for i in range(events)
    ]


def test_a_typical_learner_takes_about_1_kib() -> None:
    assert len(encode(lived(ordinary()))) <= TYPICAL


def test_a_learner_of_everything_takes_less_than_4_kib() -> None:
    state = lived(busy(random.Random(1), 1000))
    assert len(state.skills) == 24
    assert len(state.activities) == 40
    assert len(state.set_rows) == 6
    assert len(state.contents) == 8
    assert len(state.finished) == 64
    assert len(state.history) == 16
    assert LIMIT - 8 < len(encode(state)) <= LIMIT


def test_of_who_does_little_else_128_finished_activities_are_kept() -> None:
    waived = trace(kind=Kind.OTHER, outcome=None, weight=0.0, skills=(), finish=1)
    state = state_of(waived._replace(id=i, at=T0 + i * DAY, activity=i) for i in range(200))
    assert len(state.finished) == 128
    assert len(encode(state)) < LIMIT


def test_a_set_of_skills_takes_the_room_of_finished_activities() -> None:
    state = state_of(busy(random.Random(1), 1000))
    before = len(state.finished)
    assert len(encode(state)) > LIMIT - 8
    for key in range(8):
        keep_set(state, key, T0 + key)
        assert LIMIT - 8 < len(encode(state)) <= LIMIT
    assert dict(state.set_rows.items()).keys() == set(range(2, 8))
    assert len(state.finished) == before - 14  # of 8 bytes, for 6 sets of 18


def test_taking_back_that_it_was_undone_does_not_outgrow_the_room() -> None:
    undone = trace(id=5, at=T0 + 500 * DAY, activity=77, finish=-1, skills=())
    state = state_of([*busy(random.Random(1), 1000), undone._replace(finish=1), undone])
    size = len(encode(state))
    withdraw(state, undone)
    assert state.is_done(77)
    assert len(encode(state)) <= max(size, LIMIT)


def test_nothing_known_is_small_and_equal() -> None:
    assert encode(fresh()) == encode(decode(encode(fresh())))
    assert len(encode(fresh())) <= 151


def test_decoded_states_do_not_share_memory() -> None:
    blob = encode(state_of(ordinary()))
    state = decode(blob)
    apply(state, trace(id=9))
    assert encode(decode(blob)) == blob != encode(state)


def test_another_version_is_corrupt() -> None:
    blob = encode(fresh())
    with pytest.raises(Corrupt, match=f"version {VERSION + 1}, not {VERSION}"):
        decode(bytes([VERSION + 1]) + blob[1:])


def test_a_cut_state_is_corrupt() -> None:
    blob = encode(state_of(ordinary()))
    for data in (b"", blob[:30], blob[:-1], blob + b"x"):
        with pytest.raises(Corrupt):
            decode(data)


# what is finished


def finishing(times: list[int]) -> LearnerState:
    return state_of(trace(id=i, at=T0 + i, finish=finish) for i, finish in enumerate(times))


@pytest.mark.parametrize(
    ("times", "done"),
    [
        ([], False),
        ([0], False),
        ([1], True),
        ([1, -1], False),
        ([-1, 1], False),
        ([1, -1, 1], True),
    ],
)
def test_done_is_finished_more_often_than_undone(times: list[int], done: bool) -> None:
    state = finishing(times)
    assert state.is_done(21) is done
    assert not state.is_done(22)


def test_finishing_for_the_thousandth_time_is_no_overflow() -> None:
    state = finishing([1] * 1000)
    assert state.is_done(21)
    record = state.record(21)
    assert record is not None
    assert record.finished == 127
    assert encode(decode(encode(state))) == encode(state)


def test_withdrawing_a_finish_undoes_it_and_withdrawing_an_undoing_restores_it() -> None:
    state = finishing([1, -1])
    withdraw(state, trace(id=1, at=T0 + 1, finish=-1))
    assert state.is_done(21)
    withdraw(state, trace(id=0, finish=1))
    assert not state.is_done(21)


def test_the_longest_finished_leaves_first_whatever_the_order() -> None:
    days = [trace(id=i, at=T0 + i * DAY, activity=i, finish=1) for i in range(200)]
    random.Random(1).shuffle(days)
    state = state_of(days)
    assert [state.is_done(i) for i in range(200)] == [i >= 72 for i in range(200)]


# records of activities


def test_a_record_counts_attempts_and_keeps_the_latest_outcome() -> None:
    state = state_of(
        [
            trace(id=1, at=T0 + 20, outcome=0.25),
            trace(id=2, at=T0 + 10, outcome=1.0),
            trace(id=3, at=T0 + 30, kind=Kind.PROGRESSED, outcome=None, weight=0.0, progress=0.4),
            trace(id=4, at=T0 + 40, kind=Kind.PROGRESSED, outcome=None, weight=0.0, progress=0.3),
        ]
    )
    record = state.record(21)
    assert record is not None
    assert (record.events, record.attempts, record.successes) == (4, 2, 1.25)
    assert (record.last_outcome, record.last_outcome_at) == (0.25, T0 + 20)
    assert (record.last_at, record.progress, record.finished) == (T0 + 40, 0.4, 0)
    assert state.activities == {21: record}


def test_nothing_is_known_of_an_activity_that_was_only_booked() -> None:
    state = state_of([trace(kind=Kind.ENROLLED, outcome=None, weight=0.0)])
    assert state.record(21) is None
    assert state.events == 1
    assert state.history[0].activity == 0


def test_withdrawing_the_last_attempt_brings_the_one_before_back() -> None:
    first, second = answers([0.0, 1.0])
    state = state_of([first, second])
    withdraw(state, second)
    record = state.record(21)
    assert record is not None
    assert (record.last_outcome, record.last_at, record.attempts) == (0.0, T0, 1)


def test_what_left_the_history_does_not_come_back() -> None:
    old = answers([0.0, 0.5], every_sec=1.0)
    newer = answers([1.0] * 16, every_sec=60.0, activity=22, skills=(12,))
    later = [one._replace(id=one.id + 100, at=one.at + 3600.0) for one in newer]
    last = trace(id=50, at=T0 + DAY, outcome=1.0)
    state = state_of([*old, *later, last])
    withdraw(state, last)
    record, skill = state.record(21), state.skill(11)
    assert record is not None
    assert skill is not None
    assert len(state.history) == 15
    assert record.attempts == 2
    assert record.last_outcome == 0.25  # the mean of what is left: which was last is not known
    # not before the history's start, since else it would be there
    assert record.last_at == skill.last_practised == int(state.history[0].at)


def test_withdrawing_all_leaves_nothing() -> None:
    traces = ordinary()
    state = state_of(traces)
    for one in traces:
        withdraw(state, one)
    assert len(state.skills) == len(state.activities) == len(state.history) == state.events == 0
    assert state.contents == {}
    assert not any(state.is_done(one.activity) for one in traces)
    later = [one._replace(at=one.at + DAY) for one in traces]
    for one in later:
        apply(state, one)
    assert decode(encode(state)).totals == state_of(later).totals


def test_a_slot_that_was_freed_is_taken_again() -> None:
    traces = [trace(id=i, at=T0 + i, activity=i + 1, skills=(i + 1,)) for i in range(5)]
    state = state_of(traces)
    withdraw(state, traces[1])
    state = decode(encode(state))
    assert set(state.skills) == {1, 3, 4, 5}
    apply(state, trace(id=9, at=T0 + 9, activity=99, skills=(98,)))
    assert set(state.skills) == {1, 3, 4, 5, 98}
    assert set(state.activities) == {1, 3, 4, 5, 99}
    assert [step.skills for step in state.history] == [(1,), (3,), (4,), (5,), (98,)]
    assert [step.activity for step in state.history] == [1, 3, 4, 5, 99]
    assert len(encode(state)) == len(encode(state_of(traces)))


# the history


def test_the_history_is_the_newest_sixteen_in_event_time() -> None:
    traces = answers([0.5] * 40)
    random.Random(2).shuffle(traces)
    state = state_of(traces)
    assert [step.id for step in state.history] == list(range(24, 40))
    assert state.newest_activity == state.history[-1].activity


def test_a_step_says_what_the_trace_said() -> None:
    state = state_of(
        [trace(id=2**40 + 7, at=T0 + 0.1234, outcome=0.65, weight=2.0, skills=(12, 11))]
    )
    (step,) = state.history
    assert (step.at, step.id) == (T0 + 0.123, 7)
    assert (step.activity, step.kind, step.outcome) == (21, Kind.ANSWERED, 0.65)
    assert (step.weight, step.share, set(step.skills)) == (2.0, 0.65, {11, 12})


def test_of_the_same_moment_the_smaller_statement_stands_first() -> None:
    state = state_of([trace(id=3), trace(id=1), trace(id=2)])
    assert [step.id for step in state.history] == [1, 2, 3]


def test_too_late_for_a_full_history_is_counted_all_the_same() -> None:
    state = state_of([*answers([1.0] * 16), trace(id=99, at=T0 - DAY)])
    assert 99 not in [step.id for step in state.history]
    assert state.events == practice(state, 11, T0).attempts == 17


def test_it_is_remembered_until_it_leaves_the_history() -> None:
    first, *others = answers([1.0] * 17)
    state = state_of([first, *others[:15]])
    assert state.remembers(first)
    assert not state.remembers(first._replace(id=77))
    assert not state.remembers(first._replace(at=first.at + 0.001))
    apply(state, others[15])
    assert not state.remembers(first)
    assert fresh().newest_activity == 0


def test_what_leaves_the_tables_leaves_the_history_too() -> None:
    many = [
        trace(id=i, at=T0 + i, activity=i + 1, skills=tuple(range(8 * i, 8 * i + 8)))
        for i in range(16)
    ]
    state = state_of(many)
    held = set(state.skills)
    assert held == set(range(104, 128))
    assert [len(step.skills) for step in state.history] == [0] * 13 + [8] * 3
    assert {skill for step in state.history for skill in step.skills} == held


# who leaves


@pytest.mark.parametrize("seed", range(5))
def test_who_remains_does_not_depend_on_the_order(seed: int) -> None:
    rng = random.Random(seed)
    traces = busy(rng, 300, within=80)
    sorted_state = state_of(sorted(traces, key=lambda one: one.at))
    rng.shuffle(traces)
    state = state_of(traces)
    last = {key: skill.last_practised for key, skill in state.skills.items()}
    assert last == {key: skill.last_practised for key, skill in sorted_state.skills.items()}
    touched = {key: record.last_at for key, record in state.activities.items()}
    assert touched == {key: record.last_at for key, record in sorted_state.activities.items()}
    assert state.totals.events == sorted_state.totals.events
    assert state.totals.engagement == pytest.approx(sorted_state.totals.engagement, rel=1e-9)


def test_at_equal_times_the_smaller_key_leaves() -> None:
    state = state_of(trace(id=i, activity=i + 1, skills=(i + 1,)) for i in range(50))
    assert set(state.skills) == set(range(27, 51))
    assert set(state.activities) == set(range(11, 51))


def test_counts_at_their_bounds_stay_there() -> None:
    state = state_of(
        trace(id=i, at=T0 + i, outcome=1.0, weight=3.0, content=31) for i in range(66_000)
    )
    record, skill = state.record(21), state.skill(11)
    assert record is not None
    assert skill is not None
    assert (record.events, record.attempts, record.successes) == (65_535, 65_535, 655.35)
    assert (skill.attempts, skill.whole.successes) == (65_535, 198_000.0)
    assert decode(encode(state)).record(21) == record


def test_after_an_event_of_the_far_future_new_ones_still_count() -> None:
    state = state_of([trace(id=1, at=YEAR_9999), *answers([1.0, 0.0])])
    assert practice(state, 11, T0).attempts == 3
    assert practice(state, 11, T0).whole == pytest.approx((2.0, 1.0))
    withdraw(state, trace(id=1, at=YEAR_9999))
    assert practice(state, 11, T0).whole == pytest.approx((1.0, 1.0))


def test_withdrawing_what_was_evicted_leaves_others_alone() -> None:
    traces = [trace(id=i, at=T0 + i, activity=i + 1, skills=(i + 1,)) for i in range(50)]
    state = state_of(traces)
    kept = state.skills
    withdraw(state, traces[0])
    assert state.skills == kept
    assert state.events == len(without(traces, {0}))
