"""Laws of merging, for every rule; and what each rule makes of plain numbers."""

from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from online_models.merge_rules import CLIP, Additive, DenseGaussian, Gaussian, Mean, Newest, Rule
from online_models.merging import Merging, interval, merged, pruned, rebased, tempered
from online_models.tables import Names, Numbers, Tables, Values, empty, numbers_of, tables_of


def always(*row: float) -> object:
    """The same start for every name."""

    def start(names: Names) -> Values:
        return np.tile(np.array(row), (len(names), 1))

    return start


RULES: dict[str, tuple[Rule, int]] = {
    "gaussian": (Gaussian(always(0.0, 0.5)), 2),
    "dense": (DenseGaussian(always(1.0, 0.1, 0.0)), 3),
    "mean": (Mean(always(0.2, 0.4, 0.0)), 3),
    "additive": (Additive(3), 3),
    "fading": (Additive(3, half_life=50.0), 3),
    "newest": (Newest(3), 3),
}
every = pytest.mark.parametrize("kind", RULES)
names = st.sampled_from(["a", "b", "c", "dd", "e"])
shares = st.floats(-5, 5)
variances = st.floats(1e-4, 2.0)


def rows(kind: str) -> st.SearchStrategy[tuple[float, ...]]:
    counts = st.integers(0, 100).map(float)
    return {
        "gaussian": st.tuples(shares, variances),
        "dense": st.tuples(shares, variances, counts),
        "mean": st.tuples(shares, shares, counts),
        "additive": st.tuples(counts, shares, counts),
        "fading": st.tuples(counts, shares, st.floats(0, 500)),
        "newest": st.tuples(shares, shares, st.floats(1, 500)),
    }[kind]


def tables(kind: str) -> st.SearchStrategy[Tables]:
    return st.dictionaries(names, rows(kind)).map(tables_of)


def grown(kind: str, before: Tables, data: st.DataObject) -> Tables:
    """Own numbers of a replica on `before`: what it counts and when has gone on, not back."""
    own = numbers_of(data.draw(tables(kind)))
    known = numbers_of(before)
    if kind in {"dense", "mean", "fading", "newest"}:
        own = {n: (*v[:-1], v[-1] + known.get(n, (0.0,))[-1]) for n, v in own.items()}
    return tables_of(own)


def merging_of(kind: str) -> Merging:
    rule, width = RULES[kind]
    return Merging({width: rule})


def known(base: Tables, own: Tables) -> Numbers:
    return {**numbers_of(base), **numbers_of(own)}


def assert_same(one: Numbers, other: Numbers, kind: str) -> None:
    """Equal but for rounding; a name that holds what it starts from may be left out."""
    rule, _ = RULES[kind]
    for name in one.keys() | other.keys():
        start = tuple(rule.start(np.array([name.encode()]))[0])
        left, right = one.get(name, start), other.get(name, start)
        if kind == "fading":
            left, right = at(left, 2000.0), at(right, 2000.0)
        assert left == pytest.approx(right, rel=1e-6, abs=1e-9), name


def at(values: tuple[float, ...], time: float) -> tuple[float, ...]:
    return tuple(value * 2.0 ** (-(time - values[-1]) / 50.0) for value in values[:-1])


@every
@given(data=st.data())
def test_untouched_replicas_change_nothing(kind: str, data: st.DataObject) -> None:
    base = data.draw(tables(kind))
    once = numbers_of(merged(merging_of(kind), base, []))
    assert once == numbers_of(base)
    untouched = {width: table.keep(table.names != b"a") for width, table in base.items()}
    again = merged(merging_of(kind), base, [{}, base, untouched])
    assert numbers_of(again) == numbers_of(base)


@every
@given(data=st.data())
def test_order_of_replicas_does_not_matter(kind: str, data: st.DataObject) -> None:
    base = data.draw(tables(kind))
    replicas = [grown(kind, base, data) for _ in range(3)]
    expected = numbers_of(merged(merging_of(kind), base, replicas))
    for order in permutations(replicas):
        assert_same(numbers_of(merged(merging_of(kind), base, order)), expected, kind)


@every
@given(data=st.data())
def test_one_replica_merged_is_that_replica(kind: str, data: st.DataObject) -> None:
    base = data.draw(tables(kind))
    own = grown(kind, base, data)
    if kind == "mean":  # what moved without a count has learned nothing
        own = {
            w: t.keep(t.values[:, -1] > base[w].values[:, -1].max())
            for w, t in own.items()
            if w in base
        }
    made = merged(merging_of(kind), base, [{}, own, {}])
    assert_same(numbers_of(made), known(base, own), kind)


@every
@given(data=st.data())
def test_nothing_is_left_right_after_the_merge(kind: str, data: st.DataObject) -> None:
    base = data.draw(tables(kind))
    replicas = [grown(kind, base, data) for _ in range(3)]
    following = merged(merging_of(kind), base, replicas)
    for own in replicas:
        assert rebased(merging_of(kind), base, following, own, own) == {}


@every
@given(data=st.data())
def test_alone_rebasing_loses_nothing(kind: str, data: st.DataObject) -> None:
    """One replica, which has learned on while it was merged: it knows what it knew."""
    base = data.draw(tables(kind))
    taken = grown(kind, base, data)
    later = grown(kind, tables_of(known(base, taken)), data)
    now = {**numbers_of(taken), **numbers_of(later)}
    following = merged(merging_of(kind), base, [taken])
    own = rebased(merging_of(kind), base, following, taken, tables_of(now))
    if kind != "mean":  # it needs a count to have moved
        assert_same(known(following, own), known(base, tables_of(now)), kind)


@every
@given(data=st.data())
def test_a_replica_that_was_left_out_keeps_what_it_learned(kind: str, data: st.DataObject) -> None:
    """Its own numbers, on a base that has not changed, are the same."""
    base = data.draw(tables(kind))
    own = grown(kind, base, data)
    kept = rebased(merging_of(kind), base, base, {}, own)
    assert_same(known(base, kept), known(base, own), kind)


@every
@given(data=st.data())
def test_numbers_stay_finite_and_variances_positive(kind: str, data: st.DataObject) -> None:
    wild = st.floats(-1e6, 1e6)
    row = rows(kind) | st.tuples(
        wild, st.floats(1e-300, 1e6), *[st.floats(0, 1e9)] * (RULES[kind][1] - 2)
    )
    some = st.dictionaries(names, row).map(tables_of)
    base, replicas, now = data.draw(some), data.draw(st.lists(some, max_size=4)), data.draw(some)
    following = merged(merging_of(kind), base, replicas)
    own = rebased(merging_of(kind), base, following, replicas[0] if replicas else {}, now)
    for tables_ in (following, own):
        for table in tables_.values():
            assert np.isfinite(table.values).all()
            if kind in {"gaussian", "dense"}:
                assert (table.values[:, 1] > 0).all()


def merge(rule: Rule, base: Sequence[float], *replicas: Sequence[float]) -> tuple[float, ...]:
    width = len(base)
    own = [tables_of({"k": tuple(row)}) for row in replicas]
    made = merged(Merging({width: rule}), tables_of({"k": tuple(base)}), own)
    return numbers_of(made)["k"]


def test_gaussian_adds_precisions_and_weighs_means_by_them() -> None:
    rule = Gaussian(always(0.0, 1.0))
    mean, variance = merge(rule, (0.0, 1.0), (1.0, 0.5), (0.5, 0.25))
    assert variance == pytest.approx(1 / (1 + 1 + 3))
    assert mean == pytest.approx((2 * 1.0 + 4 * 0.5) / 5)


def test_gaussian_moves_no_farther_than_thrice_the_largest_move() -> None:
    rule = Gaussian(always(0.0, 1.0))
    hot = [(0.1, 1.0)] * 12
    assert merge(rule, (0.0, 1.0), *hot)[0] == pytest.approx(CLIP * 0.1)


def test_gaussian_that_forgets_everywhere_is_no_less_certain_than_the_least_certain() -> None:
    rule = Gaussian(always(0.0, 1.0))
    assert merge(rule, (0.0, 0.1), *[(0.0, 0.2)] * 12)[1] == pytest.approx(0.2)


def test_dense_gaussian_is_a_gaussian_that_counts() -> None:
    rule = DenseGaussian(always(0.0, 1.0, 0.0))
    mean, variance, count = merge(rule, (0.0, 1.0, 10.0), (1.0, 0.5, 40.0), (0.5, 0.25, 20.0))
    assert (mean, variance) == pytest.approx((4 / 5, 1 / 5))
    assert count == 50


def test_mean_is_averaged_by_count() -> None:
    rule = Mean(always(0.0, 0.0, 0.0))
    assert merge(rule, (1.0, 1.0, 2.0), (2.0, 1.0, 3.0), (1.0, 5.0, 5.0)) == pytest.approx(
        (1.25, 4.0, 6.0)
    )


def test_fading_sums_are_added_at_the_newest_time() -> None:
    rule = Additive(2, half_life=10.0)
    assert merge(rule, (8.0, 0.0), (5.0, 10.0), (4.0, 20.0)) == pytest.approx(
        (2.0 + (5.0 - 4.0) / 2 + (4.0 - 2.0), 20.0)
    )


def test_numbers_without_a_rule_stay_with_their_replica() -> None:
    own = tables_of({"k": (1.0, 2.0)})
    merging = Merging({3: Additive(3)})
    assert merged(merging, {}, [own]) == {}
    assert numbers_of(rebased(merging, {}, {}, own, own)) == {"k": (1.0, 2.0)}


def test_a_full_table_keeps_what_says_most_and_leaves_room() -> None:
    own = tables_of({f"k{n}": (n / 10, 0.5) for n in range(20)})
    merging = Merging({2: Gaussian(always(0.0, 0.5))}, max_parameters=16)
    assert set(numbers_of(merged(merging, {}, [own]))) == {f"k{n}" for n in range(8, 20)}
    roomy = Merging(merging.rules, max_parameters=20)
    assert len(numbers_of(merged(roomy, {}, [own]))) == 19  # k0 has not moved


@every
def test_information_of_what_nobody_learned_is_nothing(kind: str) -> None:
    rule, _ = RULES[kind]
    nobody = np.array([b"a", b"b"])
    assert rule.information(nobody, rule.start(nobody)).tolist() == [0.0, 0.0]


def test_pruning_an_empty_table() -> None:
    assert len(pruned(empty(2), 0, Additive(2).information)) == 0


def test_merges_are_frequent_at_first() -> None:
    assert [interval(10_000, n) for n in (0, 2_000, 4_000, 100_000, 10**7)] == [
        100,
        100,
        200,
        5_000,
        10_000,
    ]
    assert interval(50, 10**7) == 50


@every
@given(data=st.data())
def test_all_of_the_evidence_is_what_is_known(kind: str, data: st.DataObject) -> None:
    base = data.draw(tables(kind))
    _, width = RULES[kind]
    assert_same(numbers_of(tempered(merging_of(kind), base, {width: 1.0})), numbers_of(base), kind)


@every
@given(data=st.data(), one=st.floats(0.01, 1.0), other=st.floats(0.01, 1.0))
def test_a_share_of_a_share_is_their_product(
    kind: str, data: st.DataObject, one: float, other: float
) -> None:
    base, merging = data.draw(tables(kind)), merging_of(kind)
    _, width = RULES[kind]
    twice = tempered(merging, tempered(merging, base, {width: one}), {width: other})
    assert_same(numbers_of(twice), numbers_of(tempered(merging, base, {width: one * other})), kind)


@pytest.mark.parametrize("kind", ["gaussian", "dense", "mean"])
@given(data=st.data(), share=st.floats(0.0, 1.0))
def test_less_evidence_leaves_the_means_where_they_are(
    kind: str, data: st.DataObject, share: float
) -> None:
    base, merging = data.draw(tables(kind)), merging_of(kind)
    rule, width = RULES[kind]
    told = numbers_of(tempered(merging, base, {width: share}))
    start = tuple(rule.start(np.array([b"a"]))[0])
    for name, values in numbers_of(base).items():
        assert told[name][0] == values[0]
        if kind == "gaussian":
            assert sorted((told[name][1], values[1], start[1]))[1] == pytest.approx(told[name][1])


def test_what_no_share_is_given_for_is_forgotten() -> None:
    base = tables_of({"a": (1.0, 0.2), "b": (1.0, 2.0, 3.0)})
    merging = Merging({2: Gaussian(always(0.0, 1.0)), 3: Additive(3)})
    assert numbers_of(tempered(merging, base, {3: 0.5})) == {"b": (0.5, 1.0, 1.5)}


def test_half_of_the_evidence_of_a_gaussian() -> None:
    rule = Gaussian(always(0.0, 0.5))
    told = rule.temper(np.array([b"a"]), np.array([[1.5, 0.1]]), 0.5)
    assert told[0].tolist() == pytest.approx([1.5, 1.0 / (2.0 + 0.5 * 8.0)])
