"""What merging owes every model found, and every model found owes merging."""

from typing import Any

import pytest
from harness.model_manners import FOUND, answers, draw_lessons, manner_of, tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from online_models.contract import Tabled, accumulate
from online_models.ensemble import Replicas
from online_models.merging import merged, rebased
from online_models.replica import own_tables
from online_models.tables import ModelBase, Tables, numbers_of, tables_of

laws = settings(max_examples=25, deadline=None)  # the machine may be busy
MERGED = [cls for cls in FOUND if cls.merging.rules]
every = pytest.mark.parametrize("cls", MERGED, ids=lambda cls: cls.__name__)


def teach(model: Any, lessons: list[Any]) -> None:
    for lesson in lessons:
        manner_of(type(model)).teach(model, lesson)


def on(cls: type[Any], base: Tables, lessons: list[Any]) -> Any:
    model = tiny(cls)
    model.restore({}, ModelBase(base))
    teach(model, lessons)
    return model


def a_base(cls: type[Any], data: st.DataObject) -> Tables:
    replicas = [on(cls, {}, draw_lessons(data, cls)) for _ in range(2)]
    base: Tables = merged(cls.merging, {}, [*map(own_tables, replicas)])
    return base


@every
@laws
@given(data=st.data())
def test_untouched_on_a_base_owns_nothing_and_changes_nothing(
    cls: type[Any], data: st.DataObject
) -> None:
    base = a_base(cls, data)
    untouched = on(cls, base, [])
    assert untouched.state() == untouched.touched() == {}
    following = merged(cls.merging, base, [own_tables(untouched)])
    assert {w: numbers_of({w: t}) for w, t in following.items()} == {
        w: numbers_of({w: t}) for w, t in base.items()
    }


@every
@laws
@given(data=st.data())
def test_restored_over_its_base_it_answers_and_learns_the_same(
    cls: type[Any], data: st.DataObject
) -> None:
    base, lessons, later = a_base(cls, data), draw_lessons(data, cls), draw_lessons(data, cls)
    model, copy = on(cls, base, lessons), tiny(cls)
    copy.restore(model.state(), ModelBase(base))
    assert answers(copy, later) == answers(model, later)
    model.touched()
    for one in (model, copy):
        teach(one, later)
    assert copy.state() == model.state()
    assert copy.touched() == model.touched()


@every
@laws
@given(data=st.data())
def test_every_number_has_a_rule_unless_the_model_says_so(
    cls: type[Any], data: st.DataObject
) -> None:
    model = on(cls, a_base(cls, data), draw_lessons(data, cls))
    if not cls.merging.keeps:
        assert {len(values) for values in model.state().values()} <= cls.merging.rules.keys()
    if isinstance(model, Tabled):
        assert numbers_of(model.tables()) == numbers_of(tables_of(model.state()))


@every
@laws
@given(data=st.data())
def test_looking_only_at_what_changed_since_comes_to_the_same(
    cls: type[Any], data: st.DataObject
) -> None:
    base = a_base(cls, data)
    model, other = on(cls, base, draw_lessons(data, cls)), on(cls, base, draw_lessons(data, cls))
    taken = [own_tables(model), own_tables(other)]
    following = merged(cls.merging, base, taken)
    model.touched()
    changes: dict[str, tuple[float, ...]] = {}
    for lesson in draw_lessons(data, cls):
        teach(model, [lesson])
        accumulate(changes, model.touched())
    rules = cls.merging.rules
    by_all, by_changes = (
        rebased(
            cls.merging, base, following, taken[0], {w: t for w, t in now.items() if w in rules}
        )
        for now in (own_tables(model), tables_of(changes))
    )
    assert numbers_of(by_all) == numbers_of(by_changes)


def test_replicas_know_the_same_after_a_merge() -> None:
    replicas = Replicas(3, 50)
    for n in range(300):
        replicas[n % 3].items.learn(n % 7, n % 2, None)
        replicas[n % 3].success.learn_one({"bias": 1.0, f"item:{n % 7}": 1.0}, n % 2)
        replicas.count()
    replicas.merge()
    assert replicas.base.version > 3
    assert {replica.items.difficulty(3) for replica in (replicas[0], replicas[1])} == {
        replicas[2].items.difficulty(3)
    }
    assert all(replicas[n].own()["items"] == {} for n in range(3))
    assert replicas.base.of("items").numbers["*"][0] == 300


def test_never_merged_replicas_stay_alone() -> None:
    replicas = Replicas(2, 0)
    for _ in range(500):
        replicas[0].items.learn(1, 1.0, None)
        replicas.count()
    assert replicas.base.version == 0
    assert replicas[1].items.difficulty(1) == 0.5
