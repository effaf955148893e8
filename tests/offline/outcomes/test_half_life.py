import numpy as np
import pytest

from offline.answers import Answers
from offline.outcomes.half_life import Calibrated, Published, Regression, predicted, repeats
from offline.scores import scores

DAY = 86_400.0


def answers(correct: list[float], days: list[float], items: list[int] | None = None) -> Answers:
    """Of one learner."""
    n = len(correct)
    return Answers(
        ("u",),
        ("a", "b"),
        (("s",),),
        np.zeros(n, np.int64),
        np.array(items or [0] * n),
        np.zeros(n, np.int64),
        np.array(correct),
        np.array(days) * DAY,
    )


BOTH = pytest.mark.parametrize("learning", [Published, Calibrated])


def told(learning: type[Regression], answered: Answers) -> tuple[list[int], list[float]]:
    """Rows and predictions."""
    rows, p = predicted(answered, answered.ticks, learning(len(answered.items)))
    return rows.tolist(), p.tolist()


def test_only_repeated_items_have_something_to_recall() -> None:
    answered = answers([1.0, 0.0, 1.0, 1.0], [0.0, 1.0, 3.0, 7.0], [0, 1, 0, 0])
    found = [*repeats(answered, answered.ticks)]
    assert [row for row, _ in found] == [2, 3]
    assert [one.days for _, one in found] == [3.0, 4.0]
    assert [one.x[0] for _, one in found] == pytest.approx([2.0**0.5, 3.0**0.5])
    assert [one.x[1] for _, one in found] == [1.0, 1.0]


@BOTH
def test_at_first_half_is_left_after_a_day(learning: type[Regression]) -> None:
    rows, p = told(learning, answers([1.0, 1.0], [0.0, 1.0]))
    assert rows == [1]
    assert p == pytest.approx([0.5])


@BOTH
def test_what_is_recalled_after_long_gets_a_longer_half_life(learning: type[Regression]) -> None:
    days = [30.0 * n for n in range(400)]
    _, of_kept = told(learning, answers([1.0] * 400, days))
    _, of_lost = told(learning, answers([1.0, *[0.0] * 399], days))
    assert of_kept[-1] > 0.4
    assert of_lost[-1] < 0.05


@BOTH
def test_an_answer_teaches_nothing_before_it_was_predicted(learning: type[Regression]) -> None:
    days = [0.1 * n * n for n in range(40)]
    right, wrong = [1.0, 0.0] * 20, [1.0, 0.0] * 19 + [1.0, 1.0]
    assert told(learning, answers(right, days)) == told(learning, answers(wrong, days))


def test_slips_right_after_practice_are_learned_where_that_is_possible() -> None:
    answered = answers([1.0, 1.0, 0.0] * 300, [n / 1440.0 for n in range(900)])
    losses = {
        learning: scores(np.array(told(learning, answered)[1]), answered.correct[1:]).log_loss
        for learning in (Published, Calibrated)
    }
    assert losses[Calibrated] < 0.75 < losses[Published]
