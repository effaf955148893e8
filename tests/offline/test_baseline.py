from pathlib import Path

import numpy as np
import pytest
from harness.answers import made_up, write

from offline.answers import Answers, read_answers
from offline.baseline import PRIOR_ANSWERS, item_means, item_means_of_others, prior_counts


@pytest.fixture
def answers(tmp_path: Path) -> Answers:
    return read_answers(write(tmp_path / "a.csv", made_up(300)))


def test_counts_of_what_was_before() -> None:
    assert prior_counts(np.array([3, 1, 3, 3, 1])).tolist() == [0, 0, 1, 2, 1]


def test_a_row_is_predicted_from_the_rows_before_it(answers: Answers) -> None:
    found = item_means(answers)
    for row in (0, 1, 50, 299):
        before = answers.correct[:row]
        same = before[answers.item[:row] == answers.item[row]]
        overall = (before.sum() + 1) / (row + 2)
        expected = (same.sum() + PRIOR_ANSWERS * overall) / (len(same) + PRIOR_ANSWERS)
        assert found[row] == pytest.approx(expected)


def test_held_out_rows_are_predicted_from_all_others(answers: Answers) -> None:
    test = answers.user == 3
    found = item_means_of_others(answers, test)
    assert len(found) == test.sum()
    row = int(np.flatnonzero(test)[0])
    same = answers.correct[~test & (answers.item == answers.item[row])]
    overall = (answers.correct[~test].sum() + 1) / ((~test).sum() + 2)
    expected = (same.sum() + PRIOR_ANSWERS * overall) / (len(same) + PRIOR_ANSWERS)
    assert found[0] == pytest.approx(expected)
