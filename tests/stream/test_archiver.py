import errno
import logging
from pathlib import Path

import pytest
from harness.archives import DAY_SEC, START, event_row, queue_row
from hypothesis import given, settings
from hypothesis import strategies as st

from offline.archive.listing import Archive, Gap
from offline.archive.reading import rows
from offline.archive.rows import Row
from offline.archive.schemas import EVENT, QUEUE
from offline.places import PARTIAL, Place
from schemas.errors import Corrupt, Unavailable
from stream.archiver import Archiver, Limits
from stream.kafka_group import Part
from stream.metrics import Metrics
from stream.records import Record

EVENTS, QUEUES = EVENT.topic, QUEUE.topic


class Log:
    """What Kafka has of some partitions, and a clock."""

    def __init__(self) -> None:
        self.records: dict[Part, list[Record]] = {}
        self.low: dict[Part, int] = {}
        self.now = 0.0

    def put(self, part: Part, *made: Row) -> None:
        for row in made:
            record = Record(*part, row.offset, row.logged_at, row.value, row.key, row.headers)
            self.records.setdefault(part, []).append(record)

    def bounds(self, part: Part, *, known: bool = False) -> tuple[int, int]:
        del known
        records = self.records.get(part, [])
        return self.low.get(part, 0), records[-1].offset + 1 if records else 0

    def since(self, part: Part, offset: int) -> list[Record]:
        return [
            one for one in self.records[part] if one.offset >= max(offset, self.low.get(part, 0))
        ]

    def expected(self, part: Part) -> list[Row]:
        return [Row(o, t, k, v, h) for _, _, o, t, v, k, h in self.records[part]]


def archiver(archive: Archive, log: Log, limits: Limits | None = None) -> Archiver:
    return Archiver(archive, lambda: log, limits or Limits(), Metrics(), lambda: log.now)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(Place(str(tmp_path / "archive")))


@pytest.fixture
def log() -> Log:
    made = Log()
    made.put((EVENTS, 0), *(event_row(n) for n in range(10)))
    return made


def offsets(archive: Archive, topic: str = EVENTS) -> list[int]:
    return [row.offset for row in rows(archive, topic, 0)]


def test_where_to_go_on_is_read_off_the_files(archive: Archive, log: Log) -> None:
    first = archiver(archive, log)
    assert first.take([(EVENTS, 0)]) == {(EVENTS, 0): 0}
    first.add(log.since((EVENTS, 0), 0)[:7])
    first.flush()
    second = archiver(archive, log)
    assert second.take([(EVENTS, 0), (QUEUES, 3)]) == {(EVENTS, 0): 7, (QUEUES, 3): 0}
    assert second.left({}) == 3
    second.add(log.since((EVENTS, 0), 4))
    assert second.left({}) == 0
    second.flush()
    assert offsets(archive) == [*range(10)]
    assert (first.archived, second.archived) == (7, 3)
    assert not archive.listing(EVENTS).findings


def test_what_waits_is_written_when_there_is_enough(archive: Archive, log: Log) -> None:
    made = archiver(archive, log, Limits(rows=8, size=10_000, seconds=60.0))
    made.take([(EVENTS, 0)])
    records = log.since((EVENTS, 0), 0)
    assert not made.is_due()
    made.add(records[:3])
    assert not made.is_due()
    log.now = 60.0
    assert made.is_due()
    made.flush()
    assert not made.is_due()
    made.add(records[3:])
    assert not made.is_due()
    log.put((EVENTS, 0), Row(10, START, b"k", b"x" * 10_000))
    made.add(log.since((EVENTS, 0), 10))
    assert made.is_due()


def test_what_is_given_away_is_written_first_and_what_is_lost_is_not(
    archive: Archive, log: Log
) -> None:
    made = archiver(archive, log)
    made.take([(EVENTS, 0)])
    made.add(log.since((EVENTS, 0), 0)[:4])
    made.give([(EVENTS, 0)])
    assert offsets(archive) == [*range(4)]
    made.take([(EVENTS, 0)])
    made.add(log.since((EVENTS, 0), 4))
    made.lose([(EVENTS, 0)])
    made.flush()
    assert offsets(archive) == [*range(4)]
    made.add(log.since((EVENTS, 0), 4))
    made.flush()
    assert offsets(archive) == [*range(4)]


def test_what_kafka_has_deleted_is_named_and_it_goes_on(
    archive: Archive, log: Log, caplog: pytest.LogCaptureFixture
) -> None:
    made = archiver(archive, log)
    made.take([(EVENTS, 0)])
    made.add(log.since((EVENTS, 0), 0)[:2])
    made.flush()
    log.low[EVENTS, 0] = 5
    again = archiver(archive, log)
    with caplog.at_level(logging.WARNING, "stepstream"):
        assert again.take([(EVENTS, 0)]) == {(EVENTS, 0): 5}
    assert "offsets 2 to 4 (3) are not in Kafka any more" in caplog.text
    again.add(log.since((EVENTS, 0), 0))
    again.flush()
    assert offsets(archive) == [0, 1, 5, 6, 7, 8, 9]
    assert archive.listing(EVENTS).gaps == [Gap(0, 2, 4)]


def test_deleted_while_it_reads_is_named_too(
    archive: Archive, log: Log, caplog: pytest.LogCaptureFixture
) -> None:
    log.put((QUEUES, 0), *(queue_row(n, n, START) for n in (0, 2, 5, 20, 22)))
    made = archiver(archive, log)
    made.take([(EVENTS, 0), (QUEUES, 0)])
    made.add(log.since((EVENTS, 0), 0)[:2] + log.since((QUEUES, 0), 0)[:3])
    log.low = {(EVENTS, 0): 6, (QUEUES, 0): 10}
    with caplog.at_level(logging.WARNING, "stepstream"):
        made.add(log.since((EVENTS, 0), 0) + log.since((QUEUES, 0), 0))
    made.flush()
    assert offsets(archive) == [0, 1, 6, 7, 8, 9]
    assert archive.listing(QUEUES).gaps == [Gap(0, 6, 9)]
    assert offsets(archive, QUEUES) == [0, 2, 5, 20, 22]
    assert len(caplog.records) == 2


def test_a_topic_made_anew_is_refused(archive: Archive, log: Log) -> None:
    made = archiver(archive, log)
    made.take([(EVENTS, 0)])
    made.add(log.since((EVENTS, 0), 0))
    made.flush()
    anew = Log()
    anew.put((EVENTS, 0), event_row(0))
    with pytest.raises(Corrupt, match="made anew"):
        archiver(archive, anew).take([(EVENTS, 0)])


def test_a_broken_file_is_fetched_again(archive: Archive, log: Log) -> None:
    made = archiver(archive, log)
    made.take([(EVENTS, 0)])
    for record in log.since((EVENTS, 0), 0):
        made.add([record])
        if record.offset % 4 == 3:
            made.flush()
    made.flush()
    broken = archive.place.names()[1]
    archive.place.put(broken, archive.place.read(broken)[:-50])
    archive.place.put(f"{broken}.{PARTIAL}", b"left by a dead one")
    again = archiver(archive, log)
    assert again.take([(EVENTS, 0)]) == {(EVENTS, 0): 4}
    again.add(log.since((EVENTS, 0), 4))
    again.flush()
    assert list(rows(archive, EVENTS, 0)) == log.expected((EVENTS, 0))
    assert not archive.listing(EVENTS).findings
    assert not [*Path(archive.place.url).rglob(f"*{PARTIAL}")]


def test_a_full_place_says_so_and_the_next_run_goes_on(
    archive: Archive, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = archiver(archive, log)
    made.take([(EVENTS, 0)])
    made.add(log.since((EVENTS, 0), 0)[:5])
    made.flush()
    made.add(log.since((EVENTS, 0), 5))

    def full(_file: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("offline.places.os.fsync", full)
        with pytest.raises(Unavailable, match="make room"):
            made.flush()
    assert offsets(archive) == [*range(5)]
    next_run = archiver(archive, log)
    next_run.take([(EVENTS, 0)])
    next_run.add(log.since((EVENTS, 0), 5))
    next_run.flush()
    assert offsets(archive) == [*range(10)]


def test_metrics_say_what_was_done(archive: Archive, log: Log) -> None:
    metrics = Metrics()
    made = Archiver(archive, lambda: log, Limits(), metrics, lambda: log.now)
    made.take([(EVENTS, 0)])
    made.add(log.since((EVENTS, 0), 0)[:6])
    made.flush()
    value = metrics.registry.get_sample_value
    assert value("stepstream_archived_rows_total", {"topic": EVENTS}) == 6
    assert value("stepstream_archive_files_total", {"topic": EVENTS}) == 1
    assert value("stepstream_archive_lag", {"topic": EVENTS}) == 4


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 1), st.sampled_from(["read", "flush", "tidy", "die", "move"])),
        max_size=60,
    ),
    size=st.integers(1, 40),
)
def test_whoever_dies_and_takes_over_when_each_offset_is_there_once(
    steps: list[tuple[int, str]], size: int
) -> None:
    """Two archivers, one of which may not know yet that it has lost the partition."""
    log, part = Log(), (EVENTS, 0)
    log.put(part, *(event_row(n, START + n * DAY_SEC / 9) for n in range(size)))
    place = Place("memory://archivers")
    place.remove_folder("")
    archive = Archive(place)
    made = [archiver(archive, log) for _ in range(2)]
    at = [made[0].take([part])[part], made[1].take([part])[part]]
    for who, what in steps:
        if what == "read":
            made[who].add(log.since(part, at[who])[:3])
            at[who] += 3
        elif what == "flush":
            made[who].flush()
        elif what == "tidy":
            made[who].tidy()
        else:
            if what == "move":
                made[who].give([part])
            made[who] = archiver(archive, log)
            at[who] = made[who].take([part])[part]
    last = archiver(archive, log)
    last.add(log.since(part, last.take([part])[part]))
    last.flush()
    assert list(rows(archive, EVENTS, 0)) == log.expected(part)
    last.tidy()
    assert list(rows(archive, EVENTS, 0)) == log.expected(part)
    assert not archive.listing(EVENTS).gaps
