import numpy as np
import pytest

from offline.answers import Answers
from offline.outcomes.half_life import Repeats, predicted

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


def test_only_repeated_items_have_something_to_recall() -> None:
    told = answers([1.0, 0.0, 1.0, 1.0], [0.0, 1.0, 3.0, 7.0], [0, 1, 0, 0])
    repeats = Repeats(told, told.ticks)
    assert repeats.rows == [2, 3]
    assert repeats.right == [1.0, 2.0]
    assert repeats.wrong == [0.0, 0.0]
    assert repeats.days == [3.0, 4.0]


def test_at_first_half_is_left_after_a_day() -> None:
    told = answers([1.0, 1.0], [0.0, 1.0])
    for published in (True, False):
        rows, p = predicted(told, told.ticks, published=published)
        assert rows.tolist() == [1]
        assert p == pytest.approx([0.5])


@pytest.mark.parametrize("published", [True, False])
def test_what_is_recalled_after_long_gets_a_longer_half_life(published: bool) -> None:
    days = [30.0 * n for n in range(400)]
    kept, lost = answers([1.0] * 400, days), answers([1.0, *[0.0] * 399], days)
    of_kept = predicted(kept, kept.ticks, published=published)[1]
    of_lost = predicted(lost, lost.ticks, published=published)[1]
    assert of_kept[-1] > 0.4
    assert of_lost[-1] < 0.05
