import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from online_models.packing import digest, pack, tables_of_raw, unpack
from online_models.tables import numbers_of, tables_of

numbers = st.dictionaries(
    st.text("abc>:7é", min_size=1, max_size=9),
    st.lists(st.floats(allow_nan=False), min_size=1, max_size=4).map(tuple),
)


@given(numbers)
def test_packed_and_unpacked_is_the_same(known: dict[str, tuple[float, ...]]) -> None:
    blob = pack(tables_of(known))
    assert numbers_of(unpack(blob)) == known
    assert pack(unpack(blob)) == blob


@given(numbers)
def test_numbers_as_a_store_keeps_them(known: dict[str, tuple[float, ...]]) -> None:
    raw = {n.encode(): struct.pack(f"<{len(v)}d", *v) for n, v in known.items()}
    assert pack(tables_of_raw(raw)) == pack(tables_of(known))


@pytest.mark.parametrize("left", [1, 20, 30])
def test_what_is_cut_short_is_refused(left: int) -> None:
    blob = pack(tables_of({"a": (1.0, 2.0), "b": (3.0, 4.0)}))
    with pytest.raises(ValueError, match=r"cut short|buffer is smaller"):
        unpack(blob[:left])


def test_digest_is_of_names_and_numbers() -> None:
    assert digest({"a": b"1", "b": b"2"}) == digest({"b": b"2", "a": b"1"})
    assert len({digest(m) for m in ({}, {"a": b"1"}, {"b": b"1"}, {"a": b"2"}, {"a": b"12"})}) == 5
