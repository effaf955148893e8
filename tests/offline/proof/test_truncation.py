from collections.abc import Iterator

import pytest
from harness.events_that_were import InMemory, some_events

from offline.archived import Archived, Source
from offline.passes.guarded import FromTheFuture, Guarded
from offline.proof.truncation import Truncated, sampled_states, unchanged
from online_models.tables import NO_BASE

SOURCE = InMemory(some_events(1500))
CUT = SOURCE.cut(0.6)


def test_states_do_not_depend_on_what_came_later() -> None:
    work = sampled_states(CUT, NO_BASE, 1000, one_of=2)
    assert len(work(SOURCE)) > 1000
    assert unchanged(SOURCE, CUT, work, "states").passed


def test_work_that_reads_on_is_found() -> None:
    def peeking(source: Source) -> bytes:
        return str(sum(1 for _ in source.read({}, source.ends()))).encode()

    found = unchanged(SOURCE, CUT, peeking, "sums")
    assert not found.passed
    assert found.text.startswith("leak: sums")


def test_a_truncated_source_ends_where_it_should() -> None:
    cut = Truncated(SOURCE, CUT)
    assert cut.ends() == CUT
    assert [*cut.read({}, SOURCE.ends())] == [*SOURCE.read({}, CUT)]
    assert cut.count({}, SOURCE.ends()) == SOURCE.count({}, CUT)


def test_a_partition_that_had_nothing_yet_is_not_there() -> None:
    partial = {partition: end for partition, end in CUT.items() if partition}
    assert set(Truncated(SOURCE, partial).ends()) == set(partial)


def test_who_asks_for_the_future_of_a_guarded_source_is_told() -> None:
    with pytest.raises(FromTheFuture, match="nothing after"):
        [*Guarded(SOURCE, CUT).read({}, SOURCE.ends())]


class _Lying:
    """A source that gives more than it was asked for."""

    ends, count = SOURCE.ends, SOURCE.count

    def read(self, *_: object) -> Iterator[Archived]:
        return SOURCE.read({}, SOURCE.ends())


def test_a_source_that_gives_the_future_is_told() -> None:
    with pytest.raises(FromTheFuture, match="which is after its end"):
        [*Guarded(_Lying(), CUT).read({}, CUT)]
