from typing import Any

import numpy as np
import pytest
from harness.outcome_manners import memories, questions, rows
from hypothesis import given, settings
from hypothesis import strategies as st

from online_models.retention import FORM, GOOD, LAPSE, SECONDS, SPACED, Question, RetentionModel
from online_models.weights import Floats

laws = settings(max_examples=60, deadline=None)
DAY = 86_400.0
SKILL, ITEM = 5 << 11, 9 << 11
NOBODY = np.zeros(len(FORM))
NEVER = [-1.0] * 5

Told = list[tuple[Question, float]]
lessons = st.lists(st.tuples(questions(), st.floats(0, 1)), max_size=25)
practice = st.tuples(
    st.floats(0, 100 * DAY), st.floats(0, 30), st.floats(0, 30), st.floats(0, 1), st.floats(0, 30)
).map(list)
practices = st.lists(practice, min_size=1, max_size=5)


def taught(told: Told) -> RetentionModel:
    model = RetentionModel()
    for question, outcome in told:
        model.learn(question, outcome)
    return model


def asked(memory: list[float], form: Floats, item: list[float] | None = None) -> Question:
    """Of one skill, and of an activity that was practised or not."""
    held = np.array([memory, NEVER if item is None else item])
    return Question(form, np.array([SKILL, ITEM], np.uint64), held)


def keys(count: int) -> Any:
    return np.array([n + 1 << 11 for n in range(count)], np.uint64)


@laws
@given(lessons, practice, rows(len(FORM)), st.floats(0, 100 * DAY))
def test_waiting_never_raises_recall(
    told: Told, memory: list[float], form: Floats, wait: float
) -> None:
    model = taught(told)
    later = [memory[SECONDS] + wait, *memory[1:]]
    assert model.recall(asked(later, form)) <= model.recall(asked(memory, form)) + 1e-12
    both = model.recall(asked(memory, form, memory))
    assert model.recall(asked(later, form, later)) <= both + 1e-12


@laws
@given(lessons, practice, rows(len(FORM)), st.floats(0, 0.5))
def test_a_success_lowers_neither_recall_nor_how_long_it_lasts(
    told: Told, memory: list[float], form: Floats, better: float
) -> None:
    model = taught(told)
    now = [*memory]
    now[SECONDS], now[GOOD] = 0.0, memory[GOOD] + 1.0
    now[LAPSE], now[SPACED] = memory[LAPSE] / 2.0, memory[SPACED] + 0.5
    assert model.recall(asked(now, form + better)) >= model.recall(asked(memory, form)) - 1e-12
    for wait in (60.0, DAY, 90 * DAY):
        before = model.recall(asked([wait, *memory[1:]], form))
        assert model.recall(asked([wait, *now[1:]], form + better)) >= before - 1e-12


@laws
@given(lessons, practices, rows(len(FORM)))
def test_curves_say_what_recall_says(told: Told, held: list[list[float]], form: Floats) -> None:
    model, at = taught(told), 1.7e9
    curves = model.curves(form, keys(len(held)), np.array(held), at)
    for wait in (0.0, DAY, 100 * DAY):
        for n, memory in enumerate(held):
            later = np.array([[memory[SECONDS] + wait, *memory[1:]], NEVER])
            question = Question(form, np.array([n + 1 << 11, 0], np.uint64), later)
            assert curves.recall(at + wait)[n] == pytest.approx(model.recall(question), abs=1e-6)
    assert np.all(curves.kept(at) <= 1.0 + 1e-12)
    assert np.all(curves.kept(at) > 0.0)


@laws
@given(lessons, practices, st.floats(0.1, 0.95))
def test_the_time_until_a_share_is_left_is_when_it_is_left(
    told: Told, held: list[list[float]], share: float
) -> None:
    at = 1.7e9
    curves = taught(told).curves(NOBODY, keys(len(held)), np.array(held), at)
    for n, until in enumerate(curves.until(share).tolist()):
        left = float(curves.kept(until)[n])
        assert left == pytest.approx(share, abs=1e-6) or until > at + 3e9 - 101 * DAY


def test_day_one_forgets_as_it_says() -> None:
    """The times that `retention._shared` names."""
    model = RetentionModel()
    for successes, low, high in ((1, 3 / 24, 6 / 24), (3, 1.0, 3.0), (6, 14.0, 30.0)):
        memory = np.array([[0.0, successes, 0.0, 0.0, 0.0]])
        curves = model.curves(NOBODY, keys(1), memory, 0.0)
        assert low < float(curves.until(0.7)[0]) / DAY < high


def test_what_is_forgotten_fast_is_learned_as_such() -> None:
    model = RetentionModel()
    for n in range(4000):
        wait = (60.0, 40 * DAY)[n % 2]
        held = np.array([[wait, 3.0, 1.0, 0.0, 0.0], NEVER])
        for skill, known in ((1 << 11, 0.9), (2 << 11, 0.9 if n % 2 == 0 else 0.2)):
            question = Question(NOBODY, np.array([skill, 0], np.uint64), held)
            model.learn(question, float(n * 7 % 100 < 100 * known))
    assert model.half_life_days(1 << 11) > 20 * model.half_life_days(2 << 11)


def test_practice_at_intervals_is_learned_to_last() -> None:
    model = RetentionModel()
    for n in range(4000):
        spaced = n % 2 * 4.0
        known = 90 if spaced else 50
        model.learn(asked([30 * DAY, 5.0, 0.0, 0.0, spaced], NOBODY), float(n * 7 % 100 < known))
        model.learn(asked([60.0, 5.0, 0.0, 0.0, spaced], NOBODY), float(n * 7 % 100 < 90))
    held = np.array([[0.0, 5.0, 0.0, 0.0, 0.0], [0.0, 5.0, 0.0, 0.0, 4.0]])
    curves = model.curves(NOBODY, np.array([SKILL, SKILL], np.uint64), held, 0.0)
    massed, at_intervals = curves.kept(30 * DAY)
    assert at_intervals > massed + 0.1


@given(memories)
def test_a_new_skill_has_nothing_to_recall_but_is_predicted(held: list[float]) -> None:
    assert 0.0 < RetentionModel().recall(asked(NEVER, NOBODY, held)) < 1.0


def test_learning_says_what_was_predicted_before() -> None:
    model = RetentionModel()
    question = asked([60.0, 1.0, 1.0, 0.0, 0.0], NOBODY)
    before = model.recall(question)
    assert model.learn(question, 1.0) == before
    assert model.recall(question) > before


@laws
@given(lessons, rows(len(FORM)))
def test_skills_never_practised_are_known_many_at_once(told: Told, form: Floats) -> None:
    model = taught(told)
    never = np.array([NEVER, NEVER])
    for skill, score in zip(keys(3), model.untried(form, keys(3)), strict=True):
        alone = Question(form, np.array([skill, 0], np.uint64), never)
        assert score == model.log_odds(alone)
