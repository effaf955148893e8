from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from harness.archives import DAY_SEC, START, event_row, put, put_at

from offline.archive.listing import Archive, Gap
from offline.archive.reading import ArchiveSource, rows
from offline.archive.rows import Row
from offline.archive.schemas import EVENT
from offline.places import PARTIAL
from schemas.errors import ConfigurationError, Corrupt

LOG = [event_row(n, START + n * DAY_SEC / 10) for n in range(30)]


@pytest.fixture
def three_days(archive: Archive) -> Archive:
    put(archive, LOG)
    return archive


def path(archive: Archive, number: int) -> Path:
    return Path(archive.place.path(archive.place.names()[number]))


def offsets(archive: Archive) -> list[int]:
    return [row.offset for row in rows(archive, EVENT.topic, 0)]


def codes(archive: Archive) -> list[str]:
    return [finding.code for finding in Archive(archive.place).listing(EVENT.topic).findings]


def test_an_archive_without_anything_is_empty(archive: Archive) -> None:
    listing = archive.listing(EVENT.topic)
    assert (listing.ends(), listing.findings, list(listing.each())) == ({}, [], [])


def test_a_whole_archive_has_no_findings(three_days: Archive) -> None:
    listing = three_days.listing(EVENT.topic)
    assert listing.ends() == {0: 29}
    assert [live.name.day for live in listing.each()] == ["2026-09-22", "2026-09-23", "2026-09-24"]
    assert not listing.findings


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def renamed_column(file: Path) -> None:
    table = pq.read_table(file)
    names = ["learners" if name == "learner" else name for name in table.column_names]
    pq.write_table(table.rename_columns(names).replace_schema_metadata(table.schema.metadata), file)


def changed_type(file: Path) -> None:
    table = pq.read_table(file)
    number = table.column_names.index("outcome")
    column = table["outcome"].cast(pa.string())
    changed = table.set_column(number, "outcome", column)
    pq.write_table(changed.replace_schema_metadata(table.schema.metadata), file)


def newer(file: Path) -> None:
    table = pq.read_table(file)
    facts = table.schema.metadata | {b"stepstream.version": b"99"}
    pq.write_table(table.replace_schema_metadata(facts), file)


def foreign(file: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), file)


def fewer(file: Path) -> None:
    table = pq.read_table(file)
    pq.write_table(table.slice(1), file)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (cut_short, "corrupt"),
        (emptied, "corrupt"),
        (renamed_column, "changed_schema"),
        (changed_type, "changed_schema"),
        (newer, "newer_schema"),
        (foreign, "foreign"),
        (fewer, "corrupt"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_named_and_skipped(
    three_days: Archive, spoil: Callable[[Path], None], code: str
) -> None:
    spoil(path(three_days, 1))
    listing = Archive(three_days.place).listing(EVENT.topic)
    assert [finding.code for finding in listing.findings] == [code, "missing_day"]
    assert listing.findings[0].where == three_days.place.names()[1]
    assert listing.findings[1].text.endswith("nothing of 2026-09-23")
    assert offsets(Archive(three_days.place)) == [*range(10), *range(20, 30)]


def test_what_is_skipped_is_fetched_again(three_days: Archive) -> None:
    cut_short(path(three_days, 1))
    put_at(three_days, LOG[10:20])
    assert codes(three_days) == []
    assert offsets(Archive(three_days.place)) == [*range(30)]


def test_a_missing_day_is_named_and_not_read_across(three_days: Archive) -> None:
    path(three_days, 1).unlink()
    assert codes(three_days) == ["missing_day"]
    source = ArchiveSource(three_days)
    with pytest.raises(Corrupt, match="lacks offsets 10 to 19"):
        list(source.read({}, source.ends()))
    with pytest.raises(Corrupt, match="lacks offsets 10 to 19"):
        list(source.read({0: 12}, {0: 29}))
    assert [one.offset for one in source.read({}, {0: 9})] == [*range(10)]
    assert [one.offset for one in source.read({0: 19}, {0: 29})] == [*range(20, 30)]
    across = ArchiveSource(three_days, across_gaps=True)
    assert len(list(across.read({}, source.ends()))) == 20


def test_a_copy_counts_once(three_days: Archive) -> None:
    original = path(three_days, 1)
    copy = original.parents[2] / "day=2026-09-30/partition=0" / original.name
    copy.parent.mkdir(parents=True)
    copy.write_bytes(original.read_bytes())
    (original.parent / "copy of it.parquet").write_bytes(original.read_bytes())
    assert sorted(codes(three_days)) == ["foreign", "shadowed"]
    assert offsets(three_days) == [*range(30)]


def test_of_files_that_overlap_each_offset_counts_once(archive: Archive) -> None:
    log = [event_row(n) for n in range(40)]
    put_at(archive, log[:20])
    put_at(archive, log[10:30])
    put_at(archive, log[5:8])
    put_at(archive, log[0:3])
    put_at(archive, log[25:])
    assert list(rows(archive, EVENT.topic, 0)) == log
    assert sorted(codes(archive)) == ["overlap", "overlap", "shadowed", "shadowed"]
    source = ArchiveSource(archive)
    assert source.count({}, source.ends()) == 40
    assert source.count({0: 12}, {0: 27}) == len(list(source.read({0: 12}, {0: 27}))) == 15


def test_a_gap_within_a_day_is_named(archive: Archive) -> None:
    put(archive, [event_row(n) for n in (0, 1, 2, 7, 8)])
    assert archive.listing(EVENT.topic).gaps == [Gap(0, 3, 6)]
    assert codes(archive) == ["gap"]


def test_what_a_dead_writer_left_does_not_count(three_days: Archive) -> None:
    (path(three_days, 0).parent / f".{path(three_days, 0).name}{PARTIAL}").write_bytes(b"half")
    assert codes(three_days) == []


def test_a_flipped_bit_is_found_when_it_is_read(three_days: Archive) -> None:
    file = path(three_days, 1)
    data = bytearray(file.read_bytes())
    facts = pq.read_metadata(file).row_group(0)
    values = {facts.column(n).path_in_schema: facts.column(n) for n in range(facts.num_columns)}
    chunk = values["log_value"]
    data[chunk.data_page_offset + chunk.total_compressed_size - 10] ^= 1
    file.write_bytes(data)
    with pytest.raises(Corrupt, match="move it away"):
        offsets(Archive(three_days.place))


def test_older_files_lack_columns_and_are_read_all_the_same(three_days: Archive) -> None:
    from dataclasses import replace  # noqa: PLC0415  beside its only use

    from offline.archive.compaction import compact  # noqa: PLC0415  beside its only use
    from offline.archive.schemas import SCHEMAS, Column  # noqa: PLC0415  beside its only use

    later = replace(
        EVENT, version=3, typed=(*EVENT.typed, Column("mood", "text", "later", since=3))
    )
    try:
        SCHEMAS[EVENT.topic] = later
        put(three_days, [event_row(30, LOG[-1].logged_at)])
        assert offsets(three_days) == [*range(31)]
        assert codes(three_days) == []
        compact(three_days, EVENT.topic, whole=True)
        (*_, last) = three_days.listing(EVENT.topic).each()
        assert (last.footer.version, last.footer.rows) == (3, 11)
    finally:
        SCHEMAS[EVENT.topic] = EVENT
    assert codes(three_days) == ["newer_schema"]


def test_installations_in_one_place_do_not_mix(three_days: Archive) -> None:
    other = Archive(three_days.place, "other.")
    assert other.listing(EVENT.topic).ends() == {}
    put(other, [Row(0, START, b"k", b"{}")])
    assert other.listing(EVENT.topic).ends() == {0: 0}
    assert three_days.listing(EVENT.topic).ends() == {0: 29}


def test_other_topics_are_not_archived(archive: Archive) -> None:
    with pytest.raises(ConfigurationError, match="known are learning"):
        archive.listing("xapi.statements")
