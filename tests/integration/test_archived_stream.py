"""What the stream itself writes, archived and asked: nothing is unreadable, nothing is lost."""

import asyncio
from pathlib import Path

from harness.archives import put
from harness.statements import answers
from harness.streams import WORKED_EXAMPLE, lines, local_settings, local_stream, reference_messages

from offline.archive.listing import Archive
from offline.archive.reading import ArchiveSource
from offline.archive.rows import Row
from offline.archive.schemas import SCHEMAS
from offline.places import Place
from offline.warehouse.duck import Memory, Warehouse
from schemas.codec import decode_json
from schemas.event import event_from_json
from stream.local import LocalStream
from stream.log import Message
from stream.topics import EVENTS, RECOMMENDATIONS, REJECTED, STATEMENTS

SETTINGS = local_settings(partitions=3)


async def _streamed() -> LocalStream:
    stream = await local_stream(SETTINGS, reference=reference_messages(WORKED_EXAMPLE, SETTINGS))
    statements = [raw for _, raw in answers(120, 8, 5)] + lines(WORKED_EXAMPLE / "statements.jsonl")
    for start in range(0, len(statements), 20):
        batch = [*statements[start : start + 20], b"no statement", b'{"actor": {}}']
        await stream.log.send([Message(STATEMENTS.name, raw, b"k%d" % start) for raw in batch])
        await stream.run()
    return stream


def _archived(stream: LocalStream, folder: Path) -> Archive:
    archive = Archive(Place(str(folder)))
    for topic in SCHEMAS:
        by_partition: dict[int, list[Row]] = {}
        for _, partition, offset, timestamp, value, key, headers in stream.log.all(topic):
            row = Row(offset, timestamp, key, value, headers)
            by_partition.setdefault(partition, []).append(row)
        for partition, rows in by_partition.items():
            put(archive, rows, partition, topic=topic)
    return archive


def test_the_stream_in_the_archive(tmp_path: Path) -> None:
    stream = asyncio.run(_streamed())
    archive = _archived(stream, tmp_path / "archive")
    source = ArchiveSource(archive)
    events = {
        (record.partition, record.offset): event_from_json(decode_json(record.value or b""))
        for record in stream.log.all(EVENTS.name)
    }
    assert {(one.partition, one.offset): one.event for one in source.read({}, source.ends())} == (
        events
    )
    with Warehouse(archive, Memory("512MiB", tmp_path), threads=1) as warehouse:

        def asked(query: str) -> tuple[int, ...]:
            return next(warehouse.ask(query).rows)

        for relation in ("archive_events", "archive_queues", "archive_rejects"):
            count = f"SELECT COUNT(*) FROM {relation} WHERE problem IS NOT NULL"  # noqa: S608  ours
            assert asked(count) == (0,), relation
        assert asked("SELECT COUNT(*) FROM events") == (len(events),)
        rejected = len(stream.log.all(REJECTED.name))
        assert asked("SELECT COUNT(*) FROM rejects") == (rejected,)
        assert rejected > 0
        items = sum(
            len(decode_json(record.value)["items"])
            for record in stream.log.all(RECOMMENDATIONS.name)
            if record.value
        )
        found = "SELECT COUNT(*), COUNT(propensity), COUNT(expected_success) FROM recommendations"
        assert asked(found) == (items, items, items)
        assert asked("SELECT COUNT(*) FROM followed") == (items,)
        assert items > 0
