"""A rebuild beside a running worker, on real servers: the same features; then it takes over."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from harness.commands import stepstream, told
from harness.statements import answers
from harness.streams import (
    WORKED_EXAMPLE,
    ask,
    is_idle,
    key_of,
    publish,
    publish_statements,
    read_all,
    reference_messages,
    wait_until,
)
from harness.workers import Workers, stack_settings

from processors.features import describe
from processors.state import decode
from stream.kafka import Admin
from stream.namespaces import serving
from stream.settings import Settings
from stream.topics import ALL, RECOMMENDATIONS
from stream.versions import live_base

pytestmark = pytest.mark.stack
AT = 1_900_000_000.0
LEARNERS = [f"learner{n}" for n in range(40)]


def features(settings: Settings) -> dict[str, Any]:
    blobs = {one: ask(settings, lambda s: s.state(key_of(one, settings))) for one in LEARNERS}  # noqa: B023
    return {one: describe(decode(blob), AT, str) for one, blob in blobs.items() if blob}


def serving_settings(settings: Settings) -> Settings:
    return asyncio.run(serving(settings))


@pytest.fixture
def settings(kafka_servers: str, redis_url: str) -> Settings:
    made = stack_settings(
        kafka_servers, redis_url, "replay.", partitions=4, session_timeout_sec=6.0, merge_every=300
    )
    Admin(made.kafka).ensure(ALL, made.prefix, made.partitions)
    publish(made, reference_messages(WORKED_EXAMPLE, made))
    return made


def test_a_rebuild_has_the_same_features_and_takes_over(settings: Settings, tmp_path: Path) -> None:
    statements = [one for _, one in answers(2000, len(LEARNERS), 3)]
    with Workers(settings, tmp_path) as workers:
        workers.start()
        publish_statements(settings, statements[:1500])
        wait_until(lambda: is_idle(settings), "the events are applied", context=workers.logs)
        before = features(settings)
        assert len(before) == len(LEARNERS)

        made = told(settings, "replay")
        assert (made["events"], made["learners"], made["complete"]) == (1500, len(LEARNERS), True)
        beside = settings.with_(namespace=made["namespace"])
        assert features(beside) == before
        assert features(settings) == before
        assert serving_settings(settings).store.namespace == settings.prefix
        assert ask(beside, lambda store: store.queue(key_of("1001", settings))) is not None
        assert _known(beside) == made["offsets"]

        assert stepstream(settings, "replay", "switch", made["name"]).returncode == 0
        wait_until(lambda: bool(workers.revive()), "the worker leaves", context=workers.logs)
        publish_statements(settings, statements[1500:])
        now = serving_settings(settings)
        assert now.store.namespace == made["namespace"]
        wait_until(lambda: is_idle(now), "the new one catches up", context=workers.logs)
    assert sum(one["events"] for one in features(now).values()) == 2000
    assert features(settings) == before
    newest = {record.key: record.value for record in read_all(settings, RECOMMENDATIONS.name)}
    for learner in LEARNERS:
        key = key_of(learner, settings)
        assert newest[key.encode()] == ask(now, lambda store: store.queue(key))  # noqa: B023
    verified = told(settings, "replay", "verify")
    assert verified["differences"] == []
    assert verified["events"] == 2000
    _drops(settings)


def _known(settings: Settings) -> dict[str, int]:
    """The events that the newest base has taken in."""
    namespace, partitions = settings.store.namespace, settings.partitions
    _, _, known = ask(settings, lambda s: live_base(s.pool, namespace, partitions))
    return {str(partition): offset for partition, offset in known.items()}


def _drops(settings: Settings) -> None:
    refused = stepstream(settings, "replay", "switch", "nothing.")
    assert refused.returncode == 78
    assert "holds no whole replay" in refused.stderr
    listed = told(settings, "replay", "list")
    assert [one["name"] for one in listed["made"]] == [listed["serves"]]
    in_use = stepstream(settings, "replay", "drop", listed["serves"], "--yes")
    assert in_use.returncode == 78
    assert stepstream(settings, "replay", "drop", "first", "--yes").returncode == 0
    assert features(settings) == {}
