"""A share of the learners: whole histories, in the same order, wherever they lie."""

from dataclasses import replace
from pathlib import Path

import pytest
from harness.archives import START, event, event_row, put
from harness.generated_archive import Plan, generate

from offline.archive.listing import Archive
from offline.archive.reading import ArchiveSource
from offline.archive.rows import Row
from offline.archived import Archived
from offline.places import Place
from schemas.codec import encode_json
from schemas.event import event_to_json
from schemas.kinds import Kind

SHARE = 0.3
PLAN = Plan(4_000, learners=200, days=4, partitions=3)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return generate(Place(str(tmp_path_factory.mktemp("some") / "archive")), PLAN)


def read(archive: Archive, learners: float) -> list[Archived]:
    source = ArchiveSource(archive, learners=learners)
    return [*source.read({}, source.ends())]


def test_whole_histories_are_in_or_out_and_in_order(generated: Archive) -> None:
    whole, some = read(generated, 1.0), read(generated, SHARE)
    learners = {one.event.learner for one in some}
    assert 0.2 < len(learners) / PLAN.learners < 0.4
    assert some == [one for one in whole if one.event.learner in learners]


def test_they_are_the_same_learners_in_other_partitions(generated: Archive, tmp_path: Path) -> None:
    other = generate(Place(str(tmp_path / "other")), replace(PLAN, partitions=7))
    here, there = (
        {one.event.learner for one in read(archive, SHARE)} for archive in (generated, other)
    )
    assert here == there


def test_they_are_counted_and_gone_on_with(generated: Archive) -> None:
    source = ArchiveSource(generated, learners=SHARE)
    ends, whole = source.ends(), read(generated, SHARE)
    assert source.count({}, ends) == len(whole)
    for cut in (0, 1, len(whole) // 2, len(whole)):
        behind = {one.partition: one.offset for one in whole[:cut]}
        assert [*source.read(behind, ends)] == whole[cut:]
        assert source.count(behind, ends) == len(whole) - cut
        assert source.count({}, behind) == cut


def test_what_withdraws_is_always_read(archive: Archive) -> None:
    rows = [event_row(n, START + n, f"learner {n}") for n in range(50)]
    for n in range(50, 100):
        made = replace(event(n, f"tutor {n}", START + n), kind=Kind.VOIDED, voids=event(n - 50).id)
        value = encode_json(event_to_json(made))
        rows.append(Row(n, START + n, made.learner.encode(), value))
    put(archive, rows)
    some = [one.offset for one in read(archive, SHARE)]
    assert 0 < sum(offset < 50 for offset in some) < 50
    assert [offset for offset in some if offset >= 50] == [*range(50, 100)]


def test_where_nobody_is_chosen_there_is_nothing(archive: Archive) -> None:
    put(archive, [event_row(n, START + n) for n in range(20)])
    source = ArchiveSource(archive, learners=1e-9)
    assert [*source.read({}, source.ends())] == []
    assert source.count({}, source.ends()) == 0
    assert source.count({0: 19}, source.ends()) == 0


@pytest.mark.parametrize("learner", ["", "Zoë", "1001"])
def test_any_key_will_do(archive: Archive, learner: str) -> None:
    put(archive, [event_row(n, START + n, learner) for n in range(3)])
    assert len(read(archive, 1.0 - 1e-9)) == 3
