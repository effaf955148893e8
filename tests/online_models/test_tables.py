import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from online_models.named_numbers import name_of
from online_models.tables import (
    EMPTY,
    ModelBase,
    empty,
    hashes_of,
    names_of_hashes,
    numbers_of,
    tables_of,
)

names = st.text(st.characters(min_codepoint=33, max_codepoint=0x24F), min_size=1, max_size=20)
rows = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=3)
numbers = st.dictionaries(names, rows.map(tuple), max_size=20)
hashes = st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 300), unique=True)


@given(numbers)
def test_arrays_and_names_are_the_same_numbers(known: dict[str, tuple[float, ...]]) -> None:
    tables = tables_of(known)
    assert numbers_of(tables) == known
    assert list(numbers_of(tables)) == sorted(known)
    assert {width for width, table in tables.items() if len(table)} == set(map(len, known.values()))


@given(hashes)
def test_names_of_hashes_are_those_of_named_numbers(known: list[int]) -> None:
    array = np.array(known, np.uint64)
    named = names_of_hashes(array)
    assert [name.decode() for name in named.tolist()] == [name_of(number) for number in known]
    assert hashes_of(named).tolist() == known
    assert hashes_of(np.sort(named)).tolist() == [
        int(name, 16) for name in sorted(map(name_of, known))
    ]


def test_what_is_not_there_is_taken_from_elsewhere() -> None:
    table = tables_of({"b": (1.0, 2.0), "dd": (3.0, 4.0)})[2]
    wanted = np.array([b"a", b"b", b"c", b"dd", b"ddd"])
    found = table.lookup(wanted, np.zeros((5, 2)))
    assert found.tolist() == [[0, 0], [1, 2], [0, 0], [3, 4], [0, 0]]
    assert empty(2).lookup(wanted, np.ones((5, 2))).tolist() == np.ones((5, 2)).tolist()


def test_a_base_is_read_only_and_its_views_are_made_once() -> None:
    table = tables_of({"b": (1.0, 2.0)})[2]
    base = ModelBase({2: table})
    assert not table.values.flags.writeable
    assert not table.names.flags.writeable
    assert base.numbers is base.numbers
    assert base.view(_rows) is base.view(_rows)
    assert base.view(_rows) == [1]
    assert (len(base), len(EMPTY)) == (1, 0)


def _rows(base: ModelBase) -> list[int]:
    return [len(table) for table in base.tables.values()]
