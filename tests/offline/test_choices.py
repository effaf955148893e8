from pathlib import Path

import numpy as np
import pytest

from offline.answers import Answers, read_answers
from offline.choices import DISTRACTORS, choices_of, drawn
from schemas.errors import ConfigurationError

ROWS = [("0", "5"), ("1", "7"), ("0", "6"), ("1", "8"), ("0", "9"), ("1", "5")]


def write(file: Path, rows: list[tuple[str, str]]) -> Answers:
    lines = [f"{user},{item},,1,{place}" for place, (user, item) in enumerate(rows)]
    file.write_text("user_id,item_id,skill_ids,correct,timestamp_or_order\n" + "\n".join(lines))
    return read_answers(file)


def names(answers: Answers, items: np.ndarray) -> list[list[str | None]]:
    return [[None if i < 0 else answers.items[i] for i in row] for row in items.tolist()]


def test_the_first_column_is_right_where_the_answers_tell_none(tmp_path: Path) -> None:
    answers = write(tmp_path / "a.csv", ROWS)
    np.savez(tmp_path / "a.eval.npz", candidates=np.array([[8, 5, 3], [9, 6, 8]], np.int16))
    found = choices_of(answers, tmp_path / "a.csv")
    assert names(answers, found.items) == [["8", "5", None], ["9", "6", "8"]]
    assert not found.held_out.any()
    assert "right in column 0" in found.origin


def test_where_the_last_rows_are_a_column_they_are_the_right_ones_and_not_learned(
    tmp_path: Path,
) -> None:
    answers = write(tmp_path / "a.csv", ROWS)
    np.savez(tmp_path / "a.eval.npz", candidates=np.array([[8, 5, 9], [9, 6, 5]]))
    found = choices_of(answers, tmp_path / "a.csv")
    assert names(answers, found.items) == [["9", "8", "5"], ["5", "9", "6"]]
    assert found.held_out.tolist() == [False, False, False, False, True, True]
    assert "right in column 2, which 2 users have in their last row" in found.origin


def test_the_right_column_can_be_said(tmp_path: Path) -> None:
    answers = write(tmp_path / "a.csv", ROWS)
    np.savez(tmp_path / "a.eval.npz", candidates=np.array([[8, 5, 9], [9, 6, 5]]))
    found = choices_of(answers, tmp_path / "a.csv", positive=1)
    assert names(answers, found.items) == [["5", "8", "9"], ["6", "9", "5"]]
    assert not found.held_out.any()
    with pytest.raises(ConfigurationError, match="3 columns, none of which is 7"):
        choices_of(answers, tmp_path / "a.csv", positive=7)


def test_lists_of_strangers_are_left_out(tmp_path: Path) -> None:
    answers = write(tmp_path / "a.csv", ROWS)
    np.savez(tmp_path / "a.eval.npz", candidates=np.arange(12).reshape(4, 3))
    assert choices_of(answers, tmp_path / "a.csv").users.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("arrays", "match"),
    [
        ({"lists": np.zeros((2, 2), int)}, "no array 'candidates'"),
        ({"candidates": np.zeros(3, int)}, "not whole numbers"),
        ({"candidates": np.zeros((2, 2))}, "not whole numbers"),
        ({"candidates": np.zeros((0, 2), int)}, "of no user"),
    ],
)
def test_lists_that_do_not_fit_are_refused(
    tmp_path: Path, arrays: dict[str, np.ndarray], match: str
) -> None:
    answers = write(tmp_path / "a.csv.gz", ROWS)
    np.savez(tmp_path / "a.eval.npz", **arrays)
    with pytest.raises(ConfigurationError, match=match):
        choices_of(answers, tmp_path / "a.csv.gz")


def test_drawn_lists_hold_the_last_item_among_strangers(tmp_path: Path) -> None:
    rows = [*ROWS, *((f"{n}", f"{n}") for n in range(2, 120)), ("2", "3")]
    answers = write(tmp_path / "a.csv", rows)
    found = drawn(answers)
    assert [answers.users[user] for user in found.users] == ["0", "1", "2"]
    assert found.items.shape == (3, 1 + DISTRACTORS)
    assert [answers.items[item] for item in found.items[:, 0]] == ["9", "5", "3"]
    for user, items in zip(found.users, found.items, strict=True):
        met = set(answers.item[answers.user == user].tolist())
        assert not met & set(items[1:].tolist())
        assert len(set(items.tolist())) == 1 + DISTRACTORS
    assert np.flatnonzero(found.held_out).tolist() == [4, 5, len(rows) - 1]
    assert np.array_equal(drawn(answers).items, found.items)


def test_nobody_to_hold_out_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no user has two rows"):
        drawn(write(tmp_path / "a.csv", [("0", "1"), ("1", "2")]))
    with pytest.raises(ConfigurationError, match="met every item"):
        drawn(write(tmp_path / "b.csv", [("0", "1"), ("0", "2")]))
