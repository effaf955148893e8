import numpy as np

from offline.proof.rows import OTHERS, UNNAMED, Names, Row, Rows


def _row(learner: int, **facts: str) -> Row:
    said = {"content": "video", "cohort": "north", **facts}
    return Row(learner, "success", said["content"], said["cohort"], 1.0, 1.0, 0.5, 0.6, 0.4)


def test_rows_come_back_as_they_went_in() -> None:
    rows = Rows()
    rows.add(_row(7))
    rows.add(_row(8, content="", cohort="south"))
    table = rows.table()
    assert len(table) == 2
    assert table.learners() == 2
    assert [*table.by("content")] == [UNNAMED, "video"]
    assert [len(part) for part in table.by("cohort").values()] == [1, 1]
    assert table.column("candidate").tolist() == [0.6, 0.6]
    assert len(table.of_model("success")) == 2
    assert len(table.of_model("duration")) == 0


def test_where_there_are_too_many_rows_whole_learners_leave() -> None:
    rows = Rows(most=800)
    for n in range(8000):
        rows.add(_row(n % 400))
    table = rows.table()
    assert len(table) <= 800
    assert rows.seen == 8000
    assert 0.0 < rows.share <= 0.25
    _, counts = np.unique(table.learner, return_counts=True)
    assert set(counts.tolist()) == {20}


def test_names_beyond_their_bound_are_one() -> None:
    names = Names()
    for n in range(1500):
        names(f"cohort {n}")
    assert len(names.all()) == 1001
    assert names.all()[names("cohort 1400")] == OTHERS
