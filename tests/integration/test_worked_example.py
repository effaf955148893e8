"""Learner 1001, from statements to queue: in memory and through the whole stream."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from harness.streams import (
    WORKED_EXAMPLE,
    is_idle,
    key_of,
    lines,
    local_settings,
    local_stream,
    publish,
    publish_statements,
    queue_of,
    read_all,
    reference_messages,
    wait_until,
)
from harness.workers import Workers, stack_settings

from schemas.codec import decode_json
from stream.kafka import Admin
from stream.topics import ALL, RECOMMENDATIONS

WEEK_SEC = 7 * 86_400
BASE = "https://lms.example.org/activities/"


def check(queue: dict[str, Any]) -> None:
    items = {item["activity"].removeprefix(BASE): item for item in queue["items"]}
    assert list(items) == ["C04", "C06", "C07"]
    codes = {name: {reason["code"] for reason in item["reasons"]} for name, item in items.items()}
    assert {"skill_gap", "unlocks"} <= codes["C04"]
    assert "low_assessment" in codes["C06"]
    assert codes["C07"] & {"role_requires", "skill_gap"}
    now = queue["generated_at"]
    assert items["C04"]["not_before"] == now
    assert items["C06"]["not_before"] == now + 2 * WEEK_SEC
    unlocked = [r["evidence"] for r in items["C04"]["reasons"] if r["code"] == "unlocks"]
    assert any("C05" in str(evidence) for evidence in unlocked)


def test_in_memory() -> None:
    async def run() -> dict[str, Any]:
        settings = local_settings()
        reference = reference_messages(WORKED_EXAMPLE, settings)
        stream = await local_stream(settings, now=time.time(), reference=reference)
        await stream.publish(lines(WORKED_EXAMPLE / "statements.jsonl"))
        queue = await stream.store.queue(key_of("1001", settings))
        assert queue is not None
        return decode_json(queue)  # type: ignore[no-any-return]

    check(asyncio.run(run()))


@pytest.mark.stack
def test_through_kafka_faust_and_redis(kafka_servers: str, redis_url: str, tmp_path: Path) -> None:
    settings = stack_settings(kafka_servers, redis_url, "example.")
    Admin(kafka_servers).ensure(ALL, settings.prefix, settings.partitions)
    publish(settings, reference_messages(WORKED_EXAMPLE, settings))
    with Workers(settings, tmp_path) as workers:
        workers.start()
        publish_statements(settings, lines(WORKED_EXAMPLE / "statements.jsonl"))
        wait_until(
            lambda: queue_of(settings, "1001") is not None and is_idle(settings),
            "the queue",
            context=workers.logs,
        )
        queue = queue_of(settings, "1001")
        assert queue is not None
        check(queue)
        wait_until(
            lambda: decode_json(_published(settings)[queue["learner"]]) == queue,
            "the queue's message",
            context=workers.logs,
        )


def _published(settings: Any) -> dict[str, bytes]:
    records = read_all(settings, RECOMMENDATIONS.name)
    return {r.key.decode(): r.value for r in records if r.key and r.value}
