import gzip
from pathlib import Path

import pytest
from harness.answers import made_up, write

from offline.answers import COLUMNS, read_answers, read_names
from schemas.errors import ConfigurationError

ROWS = [
    ("ann", "i1", "a;b", "1", "10"),
    ("bob", "i2", "", "0.5", "11.5"),
    ("ann", "i1", "b; a;a", "0", "12"),
]


def test_rows_become_columns(tmp_path: Path) -> None:
    answers = read_answers(write(tmp_path / "a.csv", ROWS))
    assert len(answers) == 3
    assert (answers.users, answers.items) == (("ann", "bob"), ("i1", "i2"))
    assert answers.skill_sets == (("a", "b"), (), ("b", "a"))
    assert answers.user.tolist() == [0, 1, 0]
    assert answers.item.tolist() == [0, 1, 0]
    assert answers.skill_set.tolist() == [0, 1, 2]
    assert answers.correct.tolist() == [1.0, 0.5, 0.0]
    assert answers.ticks.tolist() == [10.0, 11.5, 12.0]


def test_gzip_blank_lines_and_marks_of_windows_are_read_alike(tmp_path: Path) -> None:
    plain = write(tmp_path / "a.csv", ROWS)
    other = tmp_path / "b"
    text = plain.read_text().replace("\n", "\r\n") + "\r\n\r\n"
    other.write_bytes(gzip.compress(text.encode("utf-8-sig")))
    one, two = read_answers(plain), read_answers(other)
    assert (one.users, one.items, one.skill_sets) == (two.users, two.items, two.skill_sets)
    assert one.ticks.tolist() == two.ticks.tolist()


def test_only_the_first_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [*made_up(10), ("torn",)])
    assert len(read_answers(path, 4)) == 4
    assert len(read_answers(path, 10)) == 10


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (("ann", "i1", "a", "1"), "4 fields, not 5"),
        (("", "i1", "a", "1", "2"), "the user has no name"),
        (("ann", "", "a", "1", "2"), "the item has no name"),
        (("ann", "i1", "a", "1.5", "2"), r"correct is 1.5, which does not lie in \[0, 1\]"),
        (("ann", "i1", "a", "yes", "2"), "correct is 'yes', which is no number"),
        (("ann", "i1", "a", "nan", "2"), "correct is 'nan'"),
        (("ann", "i1", "a", "1", "inf"), "timestamp_or_order is 'inf'"),
        (("ann", "i1", "a", "1", "-2"), "timestamp_or_order is '-2'"),
    ],
)
def test_a_bad_row_is_named_by_its_line(
    tmp_path: Path, row: tuple[str, ...], complaint: str
) -> None:
    path = write(tmp_path / "a.csv", [ROWS[0], row, ROWS[1]])
    with pytest.raises(ConfigurationError, match=f"a.csv, line 3: .*{complaint}"):
        read_answers(path)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is empty: its first line must be user_id,item_id"),
        (b"user,item\n1,2\n", "begins with 'user,item': its first line must be user_id"),
        (",".join(COLUMNS).encode(), "holds no answers, only its columns"),
        (gzip.compress(b"user_id,item_id" * 9)[:-9], "is broken gzip .*: fetch it again"),
        (b"\xff\xfe\x00", "is no text in UTF-8"),
    ],
)
def test_a_file_that_is_none_is_told_so(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=complaint):
        read_answers(path)


def test_a_missing_file_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot be read .*: check it"):
        read_answers(tmp_path / "a.csv")


def test_names_are_read_a_line_each(tmp_path: Path) -> None:
    path = tmp_path / "users.txt"
    path.write_text("bob\n\n ann\r\nbob\n")
    assert read_names(path) == ("bob", "ann")
    path.write_text("\n")
    with pytest.raises(ConfigurationError, match="names nobody"):
        read_names(path)
