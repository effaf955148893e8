import heapq
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from harness.archives import START, event_row, put
from harness.generated_archive import Plan, generate
from hypothesis import given, settings
from hypothesis import strategies as st

from offline.archive import parquet
from offline.archive.columns import values_of
from offline.archive.listing import Archive
from offline.archive.reading import ArchiveSource, rows
from offline.archive.rows import Row
from offline.archive.schemas import EVENT
from offline.archived import Source
from offline.places import Place
from schemas.codec import decode_json
from schemas.event import event_from_json

Log = dict[int, list[float]]
LOGS = st.dictionaries(
    st.integers(0, 4),
    st.lists(st.integers(0, 20).map(float), min_size=1, max_size=25),
    min_size=1,
    max_size=4,
)


def archived(log: Log) -> Archive:
    place = Place("memory://reading")
    place.remove_folder("")
    archive = Archive(place)
    for partition, times in log.items():
        put(archive, [event_row(n, START + at) for n, at in enumerate(times)], partition, cuts=(5,))
    return archive


def expected(log: Log, after: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Always the earliest head, of equal ones the lowest partition."""
    heads = [
        (times[after.get(p, -1) + 1], p, after.get(p, -1) + 1)
        for p, times in log.items()
        if after.get(p, -1) + 1 < len(times)
    ]
    heapq.heapify(heads)
    while heads:
        _, partition, offset = heapq.heappop(heads)
        yield partition, offset
        if offset + 1 < len(log[partition]):
            heapq.heappush(heads, (log[partition][offset + 1], partition, offset + 1))


def read(source: Source, after: dict[int, int], up_to: dict[int, int]) -> list[tuple[int, int]]:
    return [(one.partition, one.offset) for one in source.read(after, up_to)]


@settings(max_examples=60, deadline=None)
@given(log=LOGS, group=st.integers(1, 9), data=st.data())
def test_the_order_is_that_of_the_earliest_heads(log: Log, group: int, data: Any) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(parquet, "GROUP_ROWS", group)
        source = ArchiveSource(archived(log))
        ends = source.ends()
        assert ends == {partition: len(times) - 1 for partition, times in log.items()}
        whole = read(source, {}, ends)
        assert whole == list(expected(log, {}))
        assert source.count({}, ends) == len(whole)
        # what was read is behind; the rest comes in the same order
        cut = data.draw(st.integers(0, len(whole)))
        after = dict(whole[:cut])
        assert read(source, after, ends) == whole[cut:]
        some = {p: data.draw(st.integers(-1, end)) for p, end in ends.items()}
        part = read(source, {}, some)
        assert sorted(part) == sorted((p, o) for p, o in whole if o <= some[p])
        assert source.count({}, some) == len(part)


def test_partitions_that_are_not_asked_for_are_not_read() -> None:
    source = ArchiveSource(archived({0: [1.0], 3: [2.0]}))
    assert [one.partition for one in source.read({}, {3: 5, 4: 7})] == [3]


def test_what_is_no_event_is_left_out_and_its_bytes_are_not(archive: Archive) -> None:
    put(archive, [event_row(0), Row(1, START, b"k", b"torn"), Row(2, START, b"k", None)])
    source = ArchiveSource(archive)
    assert [one.offset for one in source.read({}, {0: 2})] == [0]
    assert [one.value for one in source.read_raw({}, {0: 2})][1:] == [b"torn"]


def test_tools_that_read_folders_of_parquet_read_it(archive: Archive) -> None:
    put(archive, [event_row(n, START + n * 40_000) for n in range(6)], 3)
    table = pq.read_table(archive.place.path(EVENT.topic))
    assert sorted(table["log_offset"].to_pylist()) == [*range(6)]
    assert set(table["partition"].to_pylist()) == {3}
    assert set(table["day"].to_pylist()) == {"2026-09-22", "2026-09-23", "2026-09-24"}


def test_a_generated_archive_is_what_the_archiver_would_have_written(tmp_path: Path) -> None:
    plan = Plan(3_000, learners=50, days=4, partitions=3)
    archive = generate(Place(str(tmp_path / "generated")), plan)
    again = Archive(Place(str(tmp_path / "again")))
    for partition in range(plan.partitions):
        put(again, rows(archive, EVENT.topic, partition), partition)
    assert [live.name for live in again.listing(EVENT.topic).each()] == [
        live.name for live in archive.listing(EVENT.topic).each()
    ]
    for name in archive.place.names():
        assert again.place.read(name) == archive.place.read(name)
    source = ArchiveSource(archive)
    assert source.count({}, source.ends()) == len(list(source.read({}, source.ends()))) == 3_000


def test_generated_events_are_events(tmp_path: Path) -> None:
    archive = generate(Place(str(tmp_path)), Plan(500, learners=10, days=2, partitions=2))
    for row in rows(archive, EVENT.topic, 0):
        event = event_from_json(decode_json(row.value or b""))
        assert values_of(EVENT, row) is not None
        assert event.learner.encode() == row.key
        assert event.occurred_at < event.received_at == row.logged_at
