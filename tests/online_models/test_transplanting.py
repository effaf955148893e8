"""What re-applying owes every model found."""

from typing import Any

import numpy as np
import pytest
from harness.model_manners import FOUND, answers, draw_lessons, manner_of, tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from online_models.meaning import MODELS
from online_models.merge_rules import Additive, Gaussian
from online_models.merging import Merging, merged
from online_models.replica import own_tables
from online_models.tables import ModelBase, Names, Tables, Values, numbers_of, tables_of
from online_models.transplanting import transplant, transplant_all

laws = settings(max_examples=25, deadline=None)  # the machine may be busy
MERGED = [cls for cls in FOUND if cls.merging.rules]
every = pytest.mark.parametrize("cls", MERGED, ids=lambda cls: cls.__name__)


def learned(cls: type[Any], base: Tables, data: st.DataObject) -> Tables:
    """The base that a merge makes of a replica that has learned a little more."""
    model = tiny(cls)
    model.restore({}, ModelBase(base))
    for lesson in draw_lessons(data, cls, least=0):
        manner_of(cls).teach(model, lesson)
    made: Tables = merged(cls.merging, base, [own_tables(model)])
    return made


def plain(tables: Tables) -> dict[int, dict[str, tuple[float, ...]]]:
    return {width: numbers_of({width: table}) for width, table in tables.items()}


@every
@laws
@given(data=st.data())
def test_nothing_learned_since_gives_the_new_ones_bit_for_bit(
    cls: type[Any], data: st.DataObject
) -> None:
    old, new = learned(cls, {}, data), learned(cls, {}, data)
    assert plain(transplant(cls.merging, old, old, new)) == plain(new)


@every
@laws
@given(data=st.data())
def test_to_where_it_came_from_nothing_changes_bit_for_bit(
    cls: type[Any], data: st.DataObject
) -> None:
    old = learned(cls, {}, data)
    now = learned(cls, old, data)
    assert plain(transplant(cls.merging, now, old, old)) == plain(now)


@every
@laws
@given(data=st.data())
def test_the_model_goes_on_from_what_comes_out(cls: type[Any], data: st.DataObject) -> None:
    old, new = learned(cls, {}, data), learned(cls, {}, data)
    now = learned(cls, old, data)
    found = transplant(cls.merging, now, old, new)
    for table in found.values():
        assert np.isfinite(table.values).all()
        assert np.all(table.names[1:] > table.names[:-1])
    tiny(cls).restore(numbers_of(found))  # refuses what it could not have learned
    model, lessons = tiny(cls), draw_lessons(data, cls)
    model.restore({}, ModelBase(found))
    assert all(np.isfinite(told).all() for told in answers(model, lessons))


def ones(names: Names) -> Values:
    return np.tile([0.0, 1.0], (len(names), 1))


GAUSSIAN, SUMS = Merging({2: Gaussian(ones)}), Merging({2: Additive(2)})
few = st.dictionaries(st.sampled_from("abcdef"), st.tuples(st.integers(0, 9), st.integers(1, 9)))


def natural(table: dict[str, tuple[float, ...]], name: str) -> tuple[float, float]:
    mean, variance = table.get(name, (0.0, 1.0))
    return mean / variance, 1.0 / variance


@laws
@given(counted=st.lists(few, min_size=3, max_size=3))
def test_sums_are_exact(counted: list[dict[str, tuple[int, int]]]) -> None:
    old, more, new = [tables_of({n: tuple(map(float, v)) for n, v in c.items()}) for c in counted]
    now = merged(SUMS, {}, [old, more])
    found = numbers_of(transplant(SUMS, now, old, new))
    assert found == numbers_of(merged(SUMS, {}, [more, new]))


@laws
@given(told=st.lists(few, min_size=3, max_size=3))
def test_what_a_gaussian_was_told_adds_up(told: list[dict[str, tuple[int, int]]]) -> None:
    """`told`: what each of three lots of answers says, as pseudo-answers (sum, how many)."""

    def after(*lots: dict[str, tuple[int, int]]) -> Tables:
        numbers = {}
        for name in sorted({name for lot in lots for name in lot}):
            total, count = (sum(lot.get(name, (0, 0))[i] for lot in lots) for i in (0, 1))
            numbers[name] = (total / (1.0 + count), 1.0 / (1.0 + count))
        return tables_of(numbers)

    first, later, fitted = told
    found = numbers_of(transplant(GAUSSIAN, after(first, later), after(first), after(fitted)))
    wanted = numbers_of(after(fitted, later))
    assert found.keys() == wanted.keys()
    for name, numbers in wanted.items():
        assert natural(found, name)[1] == pytest.approx(natural(wanted, name)[1], rel=1e-12)
        moved = abs(natural_mean(after(first, later), name) - natural_mean(after(first), name))
        distance = abs(numbers[0] - natural_mean(after(fitted), name))
        if distance <= 3.0 * moved:  # farther than that no mean is moved
            assert found[name][0] == pytest.approx(numbers[0], abs=1e-9)


def natural_mean(tables: Tables, name: str) -> float:
    return numbers_of(tables).get(name, (0.0, 1.0))[0]


def test_there_and_back_again_keeps_what_was_learned_in_between() -> None:
    before, promoted = tables_of({"a": (3.0, 4.0)}), tables_of({"a": (9.0, 9.0), "b": (1.0, 1.0)})
    now = tables_of({"a": (11.0, 10.0), "b": (1.0, 1.0), "c": (2.0, 2.0)})
    back = numbers_of(transplant(SUMS, now, promoted, before))
    assert back == {"a": (5.0, 5.0), "c": (2.0, 2.0)}


def test_what_was_dropped_since_is_dropped_and_the_table_stays_bounded() -> None:
    old, now = tables_of({"a": (3.0, 4.0), "b": (1.0, 1.0)}), tables_of({"a": (3.0, 4.0)})
    new = tables_of({"a": (1.0, 1.0), "b": (2.0, 2.0), "c": (9.0, 9.0), "d": (8.0, 9.0)})
    assert numbers_of(transplant(SUMS, now, old, new)).keys() == {"a", "c", "d"}
    small = Merging(SUMS.rules, max_parameters=2)
    assert numbers_of(transplant(small, now, old, new)).keys() == {"c"}


def test_every_merged_model_is_transplanted() -> None:
    row = {"items": tables_of({"a": (1.0, 2.0, 3.0, 4.0)})}
    found = transplant_all(row, {}, row)
    assert numbers_of(found["items"]) == {"a": (2.0, 4.0, 6.0, 8.0)}
    assert {model.name for model in MODELS} == {cls.name for cls in MERGED}
