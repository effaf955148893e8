import numpy as np
import pytest
from harness.one_life import T0, Life
from hypothesis import given, settings
from hypothesis import strategies as st

from online_models.retention import BAD, FORM, GOOD, LAPSE, SECONDS, SPACED
from processors.outcomes.memories import form_of, practised, question_of
from processors.trace import trace_of
from schemas.codec import hash64
from schemas.kinds import Kind

DAY = 86_400.0
laws = settings(max_examples=30, deadline=None)
Told = list[tuple[str, float, float]]
answers = st.lists(
    st.tuples(st.sampled_from(["a", "b"]), st.floats(1.0, 40 * DAY), st.sampled_from([0.0, 1.0])),
    max_size=12,
)


def lived(told: Told) -> tuple[Life, float]:
    """A life of answers, each so many seconds after the one before; and when it is now."""
    life, now = Life(), 0.0
    for activity, pause, right in told:
        now += pause
        life.answers(activity, now, right)
    return life, now


def test_what_was_never_done_leaves_nothing() -> None:
    life = Life()
    question = question_of(life.state, trace_of(life.answer("a", 0.0, 1.0, "SQL", "Python")))
    assert question.things.tolist() == [hash64("SQL"), hash64("Python"), hash64("a")]
    assert np.all(question.memories == -1.0)
    keys, memories = practised(life.state, T0)
    assert len(keys) == len(memories) == 0


def test_practice_leaves_counts_times_and_how_it_came_out() -> None:
    life = Life()
    life.answers("a", 0.0, 1.0)
    life.answers("b", 3 * DAY, 0.0)
    question = question_of(life.state, trace_of(life.answer("a", 5 * DAY, 1.0)))
    skill, item = question.memories
    assert skill[SECONDS] == pytest.approx(2 * DAY, abs=1.0)
    assert (skill[GOOD], skill[BAD], skill[LAPSE]) == (1.0, 1.0, 1.0)
    assert skill[SPACED] == pytest.approx(1.0 - 2.0 ** (-3 / 14), abs=1e-6)
    assert item[SECONDS] == pytest.approx(5 * DAY, abs=1.0)
    assert item[GOOD:].tolist() == [1.0, 0.0, 0.0, 0.0]


def test_several_skills_have_a_memory_each() -> None:
    life = Life()
    life.answers("a", 0.0, 1.0, "SQL")
    life.answers("b", 60.0, 0.0, "SQL", "Python")
    question = question_of(life.state, trace_of(life.answer("c", 120.0, 1.0, "Python", "New")))
    python, new, item = question.memories
    assert python[BAD] == 1.0
    assert python[LAPSE] == 1.0
    assert np.all(new == -1.0)
    assert np.all(item == -1.0)


def test_an_activity_that_was_only_opened_is_new() -> None:
    life = Life()
    life.does("a", 0.0, Kind.LAUNCHED, skills=("SQL",))
    assert np.all(question_of(life.state, trace_of(life.answer("a", 9.0, 1.0))).memories == -1.0)


@laws
@given(answers, st.floats(1.0, 40 * DAY))
def test_a_success_leaves_no_memory_worse(told: Told, pause: float) -> None:
    life, now = lived([*told, ("a", 1.0, 0.0)])
    asked = trace_of(life.answer("a", now + pause, 1.0))
    before, form = question_of(life.state, asked).memories, form_of(life.state)
    life.answers("a", now + pause, 1.0)
    after = question_of(life.state, asked).memories
    assert np.all(after[:, GOOD] > before[:, GOOD])
    assert np.all(after[:, BAD] == before[:, BAD])
    assert np.all(after[:, LAPSE] <= before[:, LAPSE])
    assert np.all(after[:, SPACED] >= before[:, SPACED] - 1e-6)  # of 32-bit sums
    assert np.all(form_of(life.state) >= form - 2e-3)  # counts are kept to 1 in 10,000
    assert len(form) == len(FORM)


@laws
@given(answers)
def test_all_practised_skills_are_known_with_what_is_left_of_them(told: Told) -> None:
    life, now = lived(told)
    keys, memories = practised(life.state, T0 + now)
    assert keys.tolist() == ([hash64("SQL")] if told else [])
    asked = trace_of(life.answer("c", now, 1.0))
    for memory in memories:
        assert memory == pytest.approx(question_of(life.state, asked).memories[0])
