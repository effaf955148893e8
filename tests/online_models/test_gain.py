from random import Random

import pytest

from online_models.beliefs import sigmoid
from online_models.gain import GainModel
from online_models.things import Thing

TEACHES, DOES_NOT = Thing(1 << 11, 0, (9 << 11,)), Thing(2 << 11, 0, (9 << 11,))
UNKNOWN = Thing(3 << 11, 0, (8 << 11,))
SCORES = [-0.5, 0.0, 2.0]


def taught(more: float = 1.0) -> GainModel:
    """After one lesson odds rise by `more`, after the other they do not."""
    model, rng = GainModel(), Random(1)
    for n in range(4000):
        lesson, gain = ((TEACHES, more), (DOES_NOT, 0.0))[n % 2]
        score = rng.gauss(0.0, 1.0)
        model.learn(score, [lesson], float(rng.random() < sigmoid(score + gain)))
    return model


def test_nothing_is_assumed() -> None:
    model = GainModel()
    assert model.expected([0.3], [TEACHES])[0] == 0.0
    assert model.after(0.3, [TEACHES, DOES_NOT]) == pytest.approx(sigmoid(0.3))


def test_what_teaches_is_told_from_what_does_not() -> None:
    model = taught()
    assert model.expected([0.0], [TEACHES])[0] == pytest.approx(sigmoid(1.0) - 0.5, abs=0.06)
    assert model.expected([0.0], [DOES_NOT])[0] == pytest.approx(0.0, abs=0.06)


def test_a_new_activity_is_expected_to_teach_as_others_do() -> None:
    model = taught()
    new = model.expected([0.0], [UNKNOWN])[0]
    assert model.expected([0.0], [DOES_NOT])[0] < new < model.expected([0.0], [TEACHES])[0]


def test_what_harms_is_learned_too() -> None:
    assert taught(more=-1.0).expected([0.0], [TEACHES])[0] < -0.1


def test_gains_depend_on_what_was_known() -> None:
    model, rng = GainModel(), Random(2)
    for n in range(6000):
        score = (-1.5, 1.5)[n % 2]
        gain = 1.5 if score < 0 else 0.0
        model.learn(score, [TEACHES], float(rng.random() < sigmoid(score + gain)))
    assert model.expected([-1.5], [TEACHES])[0] > model.expected([1.5], [TEACHES])[0] + 0.1


def test_an_event_says_what_was_expected_and_what_came() -> None:
    model = taught()
    expected, before = model.expected([0.4], [TEACHES])[0], model.after(0.4, [])
    gained = model.learn(0.4, [TEACHES], 1.0)
    assert gained.predicted == pytest.approx(expected)
    assert gained.observed == pytest.approx(1.0 - before)


def test_each_of_many_is_expected_as_if_it_were_alone() -> None:
    model, things = taught(more=1.0), [TEACHES, UNKNOWN, DOES_NOT]
    both = zip(SCORES, things, strict=True)
    alone = [model.expected([score], [thing])[0] for score, thing in both]
    assert model.expected(SCORES, things) == alone
