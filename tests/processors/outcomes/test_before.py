import numpy as np
import pytest
from harness.one_life import Life

from online_models.retention import BAD, GOOD, LAPSE, SECONDS, SPACED
from processors.outcomes.before import Between, asked
from processors.outcomes.memories import question_of
from processors.trace import trace_of
from schemas.codec import hash64
from schemas.event import LearningEvent
from schemas.kinds import Kind

DAY = 86_400.0


def found(life: Life, event: LearningEvent) -> Between | None:
    return asked(life.state, trace_of(event)).before


def done(life: Life, event: LearningEvent) -> list[int]:
    what = found(life, event)
    return [] if what is None else [thing.activity for thing in what.done]


def test_a_first_answer_says_nothing_of_gain() -> None:
    life = Life()
    life.does("lesson", 0.0, Kind.COMPLETED, skills=("SQL",))
    assert found(life, life.answer("quiz", 60.0, 1.0)) is None


def test_lessons_since_the_last_answer_are_done_for_the_next_and_so_is_that_answer() -> None:
    life = Life()
    life.answers("question 1", 0.0, 0.0)
    life.does("lesson", 60.0, Kind.COMPLETED, skills=("SQL", "Python"))
    life.does("other", 90.0, Kind.COMPLETED, skills=("Go",))
    what = found(life, life.answer("question 2", 120.0, 1.0))
    assert what is not None
    assert [thing.activity for thing in what.done] == [hash64("lesson"), hash64("question 1")]
    assert what.done[0].skills == (hash64("SQL"),)


def test_only_the_time_since_the_last_answer_counts() -> None:
    life = Life()
    life.answers("question 1", 0.0, 0.0)
    life.does("lesson 1", 60.0, Kind.COMPLETED, skills=("SQL",))
    life.answers("question 2", 120.0, 1.0)
    life.does("lesson 2", 180.0, Kind.COMPLETED, skills=("SQL",))
    later = life.answer("question 3", 240.0, 1.0)
    assert done(life, later) == [hash64("lesson 2"), hash64("question 2")]


def test_the_activity_asked_about_is_not_credited_with_its_own_answer() -> None:
    life = Life()
    life.answers("quiz", 0.0, 0.0)
    life.does("lesson", 60.0, Kind.COMPLETED, skills=("SQL",))
    assert done(life, life.answer("quiz", 120.0, 1.0)) == [hash64("lesson")]
    assert done(life, life.answer("other quiz", 120.0, 1.0)) == [hash64("lesson"), hash64("quiz")]


def test_before_is_what_was_known_without_what_was_done() -> None:
    """The same learner, asked the same, one of whom has not done it."""
    life, twin = Life(), Life()
    for one in (life, twin):
        one.answers("question 0", 0.0, 1.0)
        one.answers("question 1", 2 * DAY, 0.0)
        one.answers("question 2", 5 * DAY, 1.0)
    life.answers("question 3", 6 * DAY, 0.0)
    asked = life.answer("question 4", 7 * DAY, 1.0)
    what = found(life, asked)
    assert what is not None
    truth = question_of(twin.state, trace_of(asked))
    assert what.question.memories[0] == pytest.approx(truth.memories[0], abs=2e-2)
    assert what.question.form[1:] == pytest.approx(truth.form[1:], abs=1e-2)
    assert np.all(what.question.memories[1] == -1.0)


def test_evidence_that_is_all_of_what_was_done_leaves_a_new_skill() -> None:
    life = Life()
    life.answers("question 1", 0.0, 1.0)
    what = found(life, life.answer("question 2", 60.0, 1.0))
    assert what is not None
    assert np.all(what.question.memories[0] == -1.0)


def test_practice_older_than_the_history_is_dated_by_its_fading() -> None:
    life = Life()
    life.answers("question 0", 0.0, 1.0)
    for n in range(16):
        life.answers(f"drill {n}", 20 * DAY + n, 1.0, "Go")
    life.answers("question 1", 30 * DAY, 1.0)
    what = found(life, life.answer("question 2", 31 * DAY, 1.0))
    assert what is not None
    memory = what.question.memories[0]
    assert memory[SECONDS] == pytest.approx(31 * DAY, rel=1e-3)
    assert memory[[GOOD, BAD, LAPSE]].tolist() == [1.0, 0.0, 0.0]
    assert memory[SPACED] == pytest.approx(0.0, abs=1e-3)


def test_what_was_done_changes_nothing_of_what_is_asked() -> None:
    life = Life()
    life.answers("question 1", 0.0, 0.0)
    life.does("lesson", 60.0, Kind.COMPLETED, skills=("SQL",))
    trace = trace_of(life.answer("question 2", 120.0, 1.0))
    question, before = asked(life.state, trace)
    form, things, memories = question_of(life.state, trace)
    assert before is not None
    assert np.array_equal(question.things, things)
    assert np.array_equal(question.memories, memories)
    assert np.array_equal(question.form, form)
