"""Labels of groups are few, whatever groups there are."""

import pytest
from harness.streams import local_settings
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import ConfigurationError
from stream.slices import NONE, OTHER, Slices
from stream.wiring import slices

names = st.text(max_size=4)


@given(
    named=st.lists(names.filter(bool), max_size=5),
    rounds=st.lists(st.dictionaries(names, st.integers(1, 50), max_size=20), max_size=5),
    asked=st.lists(names, max_size=60),
    most=st.integers(0, 6),
)
def test_there_are_never_more_labels_than_may_be(
    named: list[str], rounds: list[dict[str, int]], asked: list[str], most: int
) -> None:
    groups, labels = Slices(named, most), set[str]()
    for sizes in rounds or [{}]:
        groups.admit(sizes)
        labels |= set(map(groups.label, asked))
    assert len(labels - {OTHER, NONE}) <= most
    assert all(groups.label(name) == name for name in named[:most])


def test_the_largest_groups_have_labels_and_keep_them() -> None:
    groups = Slices((), 2)
    groups.admit({"a": 1, "b": 9, "c": 5, "": 100})
    assert [groups.label(name) for name in ("a", "b", "c", "")] == [OTHER, "b", "c", NONE]
    groups.admit({"a": 1000})
    assert [groups.label(name) for name in "abc"] == [OTHER, "b", "c"]


def test_settings_name_groups_first() -> None:
    groups = slices(local_settings(slices=" ward nurse, clerk,", slice_most=3))
    groups.admit({"large": 10, "larger": 11})
    assert [groups.label(name) for name in ("ward nurse", "clerk", "larger", "large")] == [
        "ward nurse",
        "clerk",
        "larger",
        OTHER,
    ]


def test_groups_are_roles_or_cohorts() -> None:
    with pytest.raises(ConfigurationError, match="STEPSTREAM_SLICE_BY='age' must be one of role"):
        slices(local_settings(slice_by="age"))
