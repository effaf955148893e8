"""The bounded table against a dictionary that does the same slowly."""

from struct import Struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from processors.features.records.table import Layout, Table, key_of, last_of

ROW = Struct("<IQB")
ROW_TYPE = np.dtype([("last", "<u4"), ("key", "<u8"), ("one", "u1")])
LAYOUT = Layout(4, ROW.size)
TAILED = Layout(4, ROW.size, b"\x07\x00")
TAILED_TYPE = np.dtype([*ROW_TYPE.descr, ("tail", "<u2")])

puts = st.tuples(st.just("put"), st.integers(0, 6), st.integers(0, 9))
drops = st.tuples(st.just("drop"), st.integers(0, 6), st.just(0))
codings = st.tuples(st.just("code"), st.just(0), st.just(0))


def row(key: int, last: int) -> bytes:
    return ROW.pack(last, key, 1)


def slow_put(model: dict[int, bytes], key: int, last: int) -> None:
    model[key] = row(key, last)
    if len(model) > LAYOUT.limit:
        del model[min(model, key=lambda other: (last_of(model[other]), other))]


@given(st.lists(puts | drops | codings, max_size=60))
def test_it_keeps_the_most_recent_rows_each_in_its_slot(steps: list[tuple[str, int, int]]) -> None:
    table, model = Table(LAYOUT), dict[int, bytes]()
    for what, key, last in steps:
        before = table.by_slot()
        freed = None
        if what == "put":
            freed = table.put(key, row(key, last))
            slow_put(model, key, last)
        elif what == "drop" and key in model:
            freed = table.drop(key)
            del model[key]
        elif what == "code":
            table = Table(LAYOUT, table.encode())
        assert dict(table.items()) == model
        assert len(table) == len(model)
        stayed = {slot: kept for slot, kept in before.items() if kept in model and slot != freed}
        assert stayed.items() <= table.by_slot().items()
        assert table.width <= LAYOUT.limit


def test_a_row_is_found_by_key_and_by_slot() -> None:
    table = Table(LAYOUT)
    for key in (7, 0, 5):
        table.put(key, row(key, 3))
    assert [table.slot(key) for key in (7, 0, 5, 6)] == [0, 1, 2, None]
    assert [table.key_at(slot) for slot in range(3)] == [7, 0, 5]
    assert table.get(0) == row(0, 3)
    assert table.get(6) is None
    assert (last_of(row(5, 3)), key_of(row(5, 3))) == (3, 5)


def test_compiled_code_sees_the_rows_where_they_stand() -> None:
    table = Table(LAYOUT)
    assert len(table.array(ROW_TYPE)) == 0
    for key in (7, 8, 9):
        table.put(key, row(key, 3))
    table.drop(8)
    assert table.array(ROW_TYPE)["key"].tolist() == [7, 0, 9]
    table.array(ROW_TYPE)["one"][2] = 5
    assert table.get(9) == ROW.pack(3, 9, 5)


def test_a_tail_is_fresh_in_a_fresh_row_and_stays_as_long_as_the_row() -> None:
    table = Table(TAILED)
    for key in range(4):
        table.put(key, row(key, 5 + key))
    table.array(TAILED_TYPE)["tail"] = (1, 2, 3, 4)
    table.put(2, row(2, 9))
    assert table.get(2) == row(2, 9) + b"\x03\x00"
    assert table.put(9, row(9, 9)) == 0
    assert table.drop(1) == 1
    table = Table(TAILED, table.encode())
    assert table.array(TAILED_TYPE)["tail"].tolist() == [7, 0, 3, 4]
    table.put(1, row(1, 9))
    assert table.array(TAILED_TYPE)["tail"].tolist() == [7, 7, 3, 4]


def test_what_is_older_than_all_of_a_full_table_is_not_kept() -> None:
    table = Table(LAYOUT)
    for key in range(4):
        table.put(key, row(key, 5))
    assert table.put(9, row(9, 4)) is None
    assert table.get(9) is None
    assert table.put(9, row(9, 5)) == 0
    assert table.by_slot() == {0: 9, 1: 1, 2: 2, 3: 3}
