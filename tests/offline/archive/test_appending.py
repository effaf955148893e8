import errno
import os
from datetime import UTC
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from harness.archives import DAY_SEC, START, event, event_row, put, queue_row
from hypothesis import given, settings
from hypothesis import strategies as st

from offline.archive.appending import Appender, Span, spans_of
from offline.archive.listing import Archive, Gap
from offline.archive.names import FileName, parsed
from offline.archive.reading import rows
from offline.archive.rows import Row, day_of, filed_under
from offline.archive.schemas import EVENT, QUEUE, REJECT, SCHEMAS
from offline.places import Place
from schemas.errors import Unavailable
from schemas.event import LearningEvent
from stream import dead_letters, redrive
from stream.topics import EVENTS, RECOMMENDATIONS, REJECTED


def names(archive: Archive) -> list[str]:
    return archive.place.names()


def test_a_file_says_by_its_name_what_it_holds(archive: Archive) -> None:
    put(archive, [event_row(n) for n in range(5)], partition=3)
    (name,) = names(archive)
    folder = "learning.events/day=2026-09-22/partition=3"
    assert name == f"{folder}/{0:020d}-{4:020d}.parquet"
    assert parsed(name) == FileName("learning.events", "2026-09-22", 3, 0, 4)


@pytest.mark.parametrize(
    "name",
    [
        "learning.events/day=2026-09-22/partition=3/1-4.parquet",
        f"learning.events/day=2026-09-22/partition=3/{5:020d}-{4:020d}.parquet",
        f"learning.events/day=2026-09-22/partition=03/{0:020d}-{4:020d}.parquet",
        f"learning.events/day=2026-09-22/partition=3/{0:020d}-{4:020d} (copy).parquet",
        "README",
    ],
)
def test_other_names_are_none_of_the_archive(name: str) -> None:
    assert parsed(name) is None


def test_what_is_read_is_what_the_log_had(archive: Archive) -> None:
    odd = [
        Row(0, START, None, b"\x00torn", (("h", b"\xff"), ("h", b""))),
        Row(1, START, b"k", None),
        Row(2, START + 0.123, b"", b""),
        event_row(3),
        Row(4, START, b"k", b'{"id": 5}'),
        Row(5, START, b"k", event_row(5).value and event_row(5).value.replace(b"true", b'"yes"')),
    ]
    put(archive, odd)
    assert list(rows(archive, EVENT.topic, 0)) == odd


def test_every_field_of_an_event_has_its_column() -> None:
    columns = [column.name for column in EVENT.typed]
    assert columns == [*LearningEvent.__dataclass_fields__, "at_time"]


def test_the_topics_are_those_of_the_stream() -> None:
    assert {EVENTS.name, RECOMMENDATIONS.name, REJECTED.name} == set(SCHEMAS)
    assert {topic.name: topic.compacted for topic in (EVENTS, RECOMMENDATIONS, REJECTED)} == {
        schema.topic: schema.holes for schema in SCHEMAS.values()
    }


def test_typed_columns_are_read_off_the_value(archive: Archive) -> None:
    rejected = Row(
        0,
        START,
        b"origin",
        b"not json",
        tuple(
            (name, text.encode())
            for name, text in zip(
                dead_letters.HEADERS,
                ("not_json", "why", "xapi", "2", "7", "-1", "9.5"),
                strict=True,
            )
        ),
    )
    mark = Row(1, START, b"origin", None, ((redrive.REDRIVEN, b"0"),))
    put(archive, [rejected, mark], topic=REJECT.topic)
    put(archive, [event_row(0), Row(1, START, b"k", b"[]")])
    put(archive, [queue_row(0, 4, START), Row(1, START, b"k", None)], topic=QUEUE.topic)
    first, second = typed(archive, REJECT.topic)
    assert (first["reason"], first["origin_offset"], first["problem"]) == ("not_json", 7, None)
    assert (second["reason"], second["redriven"], second["problem"]) == (None, 0, None)
    good, bad = typed(archive, EVENT.topic)
    assert good["skills"] == ["SQL", "Joins"]
    assert good["at_time"].replace(tzinfo=UTC).timestamp() == event(0).at
    assert good["groupings"] == [
        {"id": "https://lms.example.org/courses/1", "activity_type": "course"}
    ]
    assert (bad["id"], bad["problem"]) == (None, "not a learning_event: KeyError")
    queue, tombstone = typed(archive, QUEUE.topic)
    assert [item["activity"] for item in queue["items"]] == ["a", "b"]
    assert queue["items"][1]["item_rank"] == 2
    assert queue["items"][0]["reasons"] == ["skill_gap"]
    assert (tombstone["learner"], tombstone["problem"]) == (None, None)


def typed(archive: Archive, topic: str) -> list[dict[str, Any]]:
    (live,) = archive.listing(topic).each()
    with archive.open(live.name) as file:
        return list(pq.read_table(file).to_pylist())


def test_one_value_of_another_type_costs_its_row_alone_its_columns(archive: Archive) -> None:
    value = event_row(1).value
    assert value is not None
    put(archive, [event_row(0), Row(1, START, b"k", value.replace(b'"SQL"', b"7")), event_row(2)])
    problems = [row["problem"] for row in typed(archive, EVENT.topic)]
    assert problems == [None, "not a learning_event: ArrowTypeError", None]


def test_a_hole_in_the_log_is_told_and_cuts_the_file(archive: Archive) -> None:
    appender = Appender(archive, EVENT.topic, 0, Span(0))
    told = [appender.add(event_row(offset)) for offset in (0, 1, 5, 6)]
    assert told == [None, None, Gap(0, 2, 4), None]
    assert [(name.first, name.last) for name in appender.flush()] == [(0, 1), (5, 6)]


def test_a_compacted_topic_has_holes_and_its_files_cover_them(archive: Archive) -> None:
    appender = Appender(archive, QUEUE.topic, 0, Span(0))
    assert [appender.add(queue_row(offset, 1, START)) for offset in (2, 3, 9)] == [None] * 3
    assert [(name.first, name.last) for name in appender.flush()] == [(0, 9)]
    put(archive, [queue_row(12, 1, START + DAY_SEC)], topic=QUEUE.topic)
    listing = archive.listing(QUEUE.topic)
    assert [(live.name.first, live.name.last) for live in listing.each()] == [(0, 9), (10, 12)]
    assert not listing.gaps
    appender = Appender(archive, QUEUE.topic, 0, Span(13))
    assert appender.lost(20) == Gap(0, 13, 19)
    appender.add(queue_row(21, 1, START + DAY_SEC))
    appender.flush()
    assert archive.listing(QUEUE.topic).gaps == [Gap(0, 13, 19)]


def test_messages_that_are_known_are_not_taken_again(archive: Archive) -> None:
    put(archive, [event_row(n) for n in range(5)])
    put(archive, [event_row(n) for n in range(8)])
    assert [row.offset for row in rows(archive, EVENT.topic, 0)] == list(range(8))
    assert not archive.listing(EVENT.topic).findings


def test_days_begin_at_midnight_and_do_not_alternate() -> None:
    assert day_of(START) == "2026-09-22"
    assert day_of(START - 0.001) == "2026-09-21"
    assert filed_under("2026-09-22", START - 0.001) == "2026-09-22"
    assert filed_under("2026-09-22", START + DAY_SEC) == "2026-09-23"
    assert filed_under("2099-01-01", START) == "2026-09-22"


def test_gaps_that_the_log_can_still_fill_are_filled(archive: Archive) -> None:
    put(archive, [event_row(n) for n in range(30)], cuts=(9, 19))
    archive.place.remove(names(archive)[1])
    assert archive.listing(EVENT.topic).gaps == [Gap(0, 10, 19)]
    filling, rest = spans_of(archive.listing(EVENT.topic), 0, 5)
    assert (filling.first, filling.last, rest.first, rest.last) == (10, 19, 30, None)
    appenders = [Appender(archive, EVENT.topic, 0, span) for span in (filling, rest)]
    for row in (event_row(n) for n in range(10, 35)):
        for appender in appenders:
            assert appender.add(row) is None
    assert [appender.done for appender in appenders] == [True, False]
    for appender in appenders:
        appender.flush()
    assert [row.offset for row in rows(archive, EVENT.topic, 0)] == list(range(35))
    assert spans_of(archive.listing(EVENT.topic), 1, 20) == [Span(20)]


def test_a_full_disk_leaves_whole_files_and_the_rest_waits(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    appender = Appender(archive, EVENT.topic, 0, Span(0))
    for n in range(6):
        appender.add(event_row(n, START + DAY_SEC * (n // 3)))
    real, calls = os.fsync, []

    def full_at_the_second(number: int) -> None:
        calls.append(number)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(number)

    monkeypatch.setattr("offline.places.os.fsync", full_at_the_second)
    with pytest.raises(Unavailable, match="no space is left"):
        appender.flush()
    assert archive.listing(EVENT.topic).ends() == {0: 2}
    assert not [*Path(archive.place.url).rglob(".*")]
    appender.flush()
    assert [row.offset for row in rows(archive, EVENT.topic, 0)] == list(range(6))


def test_another_filesystem(in_memory: Archive) -> None:
    put(in_memory, [event_row(n, START + n * DAY_SEC / 4) for n in range(10)], cuts=(2,))
    assert [row.offset for row in rows(in_memory, EVENT.topic, 0)] == list(range(10))
    assert len(in_memory.place.names()) == 4


LOGGED = st.lists(st.floats(0, 4 * DAY_SEC), min_size=1, max_size=40)


@settings(max_examples=40, deadline=None)
@given(times=LOGGED, cuts=st.sets(st.integers(0, 39)))
def test_however_it_is_cut_all_is_there_once_and_under_the_same_days(
    times: list[float], cuts: set[int]
) -> None:
    log = [event_row(n, START + at) for n, at in enumerate(times)]
    found = []
    for flushes in (sorted(cuts), []):
        place = Place("memory://cuts")
        place.remove_folder("")
        archive = Archive(place)
        for stop in [*flushes, len(log)]:
            put(archive, log[: stop + 1])
        assert list(rows(archive, EVENT.topic, 0)) == log
        assert not archive.listing(EVENT.topic).findings
        found.append(
            [
                (offset, live.name.day)
                for live in archive.listing(EVENT.topic).each()
                for offset in range(live.name.first, live.name.last + 1)
            ]
        )
    assert found[0] == found[1]
