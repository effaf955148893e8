"""What models read of a learner and an activity."""

from math import log, log1p

import pytest
from hypothesis import given
from hypothesis import strategies as st
from traces import (
    ACTIVITIES,
    CONTENTS,
    DAY,
    SKILLS,
    T0,
    answers,
    past_times,
    some_traces,
    state_of,
    trace,
)

from processors.features.vector import Inputs, activity_part, learner_part
from processors.state import apply, fresh
from processors.trace import Trace

NOW = T0 + DAY
QUIZ = (21, (11,), 0.5, 31, 15.0)


def test_of_a_new_learner_little_is_said() -> None:
    assert learner_part(fresh(), NOW) == pytest.approx(
        {
            "bias": 1.0,
            "ability": 0.5 * log(0.7 / 0.3),
            "ability_n": 0.0,
            "recent_4": 0.5 * log(0.7 / 0.3),
            "recent_16": 0.5 * log(0.7 / 0.3),
            "engagement": 0.0,
            "pace": 0.0,
        }
    )
    assert activity_part(fresh(), *QUIZ, NOW) == {
        "i:15": 1.0,
        "s:b": 1.0,
        "c:1f": 1.0,
        "h:b:": 0.4,
        "g:0": 0.4,
        "new": 1.0,
        "difficulty": 0.0,
        "stretch": 0.0,
        "affinity": 0.0,
        "length": 0.0,
    }


def test_what_is_not_known_is_left_out() -> None:
    assert activity_part(fresh(), 21, (), None, 0, None, NOW) == {
        "i:15": 1.0,
        "h:0:": 0.4,
        "g:0": 0.4,
        "new": 1.0,
    }


def test_successes_and_failures_are_told_apart() -> None:
    state = state_of(answers([1.0, 1.0, 0.0]))
    part = activity_part(state, *QUIZ, T0 + 120.0)
    assert part["successes"] == pytest.approx(log1p(2.0) / 2)
    assert part["failures"] == pytest.approx(log1p(1.0) / 2)
    assert part["successes_1d"] == pytest.approx(log1p(2.0), rel=1e-2)
    assert part["odds"] == pytest.approx(0.5 * log(3.4 / 1.6))
    assert (part["item_successes"], part["item_failures"]) == pytest.approx((log1p(2), log1p(1)))
    assert (part["item_last"], part["same_1"], part["same_2"], part["same_3"]) == (-1, -1, 1, 1)
    assert (part["new"], part["gap"], part["item_gap"], part["recall"]) == (0.0, 0.0, 0.0, 1.0)
    assert (part["stay"], part["stay_sign"]) == (1.0, -1.0)
    assert {"h:b:011", "p:b:0:b", "g:2:0:0"} <= part.keys()


def test_quantities_of_several_skills_are_means() -> None:
    state = state_of([trace(id=1, skills=(11,)), trace(id=2, skills=(12,), outcome=0.0)])
    both = activity_part(state, 99, (11, 12, 13), None, 0, None, NOW)
    one = activity_part(state, 99, (11,), None, 0, None, NOW)
    other = activity_part(state, 99, (12,), None, 0, None, NOW)
    assert both["odds"] == pytest.approx((one["odds"] + other["odds"]) / 3)
    assert both["new"] == pytest.approx(1 / 3)
    assert both["s:b"] == both["s:c"] == both["s:d"] == pytest.approx(1 / 3)
    assert "stay" not in both


def test_sets_of_skills_have_no_order() -> None:
    state = state_of(answers([1.0], skills=(11, 12)))
    one = activity_part(state, 99, (11, 12), None, 0, None, NOW)
    assert one == activity_part(state, 99, (12, 11), None, 0, None, NOW)
    assert one["same_1"] == one["stay"] == 1.0
    assert "same_1" not in activity_part(state, 99, (11,), None, 0, None, NOW)


def test_a_gap_is_rounded_to_powers_of_four() -> None:
    state = state_of([trace()])

    def bucket(sec: float) -> str:
        part = activity_part(state, *QUIZ, T0 + sec)
        (name,) = [name for name in part if name.startswith("g:")]
        return name

    assert [bucket(sec) for sec in (0, 2, 3.5, 16, 86_400)] == [
        "g:1:0:1",
        "g:1:0:1",
        "g:1:1:1",
        "g:1:2:1",
        "g:1:8:1",
    ]


def test_the_learners_recent_outcomes_are_signs() -> None:
    part = learner_part(state_of(answers([0.0, 0.25, 0.5, 1.0])), NOW)
    assert (part["last_1"], part["last_2"], part["last_3"]) == (1.0, 0.0, -0.5)
    assert part["away"] == pytest.approx(0.1 * log1p(DAY - 180.0))


@given(some_traces(past_times), st.sampled_from(ACTIVITIES), st.sampled_from(CONTENTS))
def test_many_at_once_are_the_same_as_one_by_one(
    traces: list[Trace], key: int, content: int
) -> None:
    state, at = state_of(traces), T0 + 100 * DAY
    inputs = Inputs(state, at)
    for skills in (SKILLS[:1], SKILLS[1:3], SKILLS[:1], ()):
        own = inputs.activity(key, skills, 0.7, content, 30.0)
        assert own == activity_part(state, key, skills, 0.7, content, 30.0, at)
        assert not own.keys() & inputs.learner().keys()


@given(some_traces(past_times))
def test_numbers_are_of_about_one_size(traces: list[Trace]) -> None:
    inputs = Inputs(state_of(traces), T0 + 100 * DAY)
    x = inputs.learner() | inputs.activity(21, SKILLS[:2], 1.0, 31, 600.0)
    assert all(-5.0 <= value <= 5.0 for value in x.values())


def test_inputs_are_of_the_moment_they_are_made() -> None:
    state = state_of(answers([1.0]))
    before = Inputs(state, NOW).activity(*QUIZ)
    apply(state, trace(id=9, at=NOW, outcome=0.0))
    assert Inputs(state, NOW).activity(*QUIZ)["item_last"] == -1.0 != before["item_last"]
