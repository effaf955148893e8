"""Servers that vanish and workers that die, on a stack that belongs to these tests alone."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.chaos import Plan, run_chaos
from harness.statements import answers
from harness.streams import is_idle, publish_statements, read_all, wait_until
from harness.workers import ROOT, Workers, environment, stack_settings

from processors.state import decode
from schemas.errors import EXIT_RESTART
from stream.embedded.errors import KafkaUnavailable
from stream.embedded.stack import EmbeddedStack
from stream.kafka import Admin
from stream.settings import Settings
from stream.store.contract import Store
from stream.store.redis_store import RedisStore
from stream.topics import ALL, EVENTS

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def own_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    """Servers that may be stopped without disturbing other tests."""
    stack = EmbeddedStack(tmp_path_factory.mktemp("faults"))
    try:
        stack.start()
    except KafkaUnavailable as error:
        if os.environ.get("STEPSTREAM_REQUIRE_STACK") == "1":
            raise
        pytest.skip(f"no Kafka can be had here: {error}")
    try:
        yield stack
    finally:
        stack.stop()


def settings_for(stack: EmbeddedStack, prefix: str, **changes: object) -> Settings:
    settings = stack_settings(stack.bootstrap_servers, stack.redis_url, prefix, **changes)
    Admin(settings.kafka).ensure(ALL, prefix, settings.partitions)
    return settings


async def _counted(store: Store, settings: Settings) -> int:
    keys = {record.key for record in read_all(settings, EVENTS.name) if record.key}
    blobs = [await store.state(key.decode()) for key in keys]
    return sum(decode(blob).events for blob in blobs if blob)


def events_counted(settings: Settings) -> int:
    async def run() -> int:
        store = RedisStore(settings.store, settings.partitions)
        try:
            return await _counted(store, settings)
        finally:
            await store.close()

    return asyncio.run(run())


def test_killed_paused_and_joined_by_a_third_nothing_differs(own_stack: EmbeddedStack) -> None:
    """The small form of `make chaos`."""
    plan = Plan(events=2400, learners=80, kills=3, rate=200.0)
    report = run_chaos(own_stack.bootstrap_servers, own_stack.redis_url, "chaos.", plan)
    assert report.exits.count(-9) >= plan.kills
    assert report.learners == plan.learners
    assert report.feature_differences == []
    assert report.state_differences == []
    assert report.model_differences == []


def test_redis_gone_for_ten_seconds_in_mid_stream(own_stack: EmbeddedStack, tmp_path: Path) -> None:
    settings = settings_for(own_stack, "gone.", partitions=4)
    statements = [raw for _, raw in answers(1200, 40, 21)]
    with Workers(settings, tmp_path) as workers:
        workers.start()
        publish_statements(settings, statements[:400])
        wait_until(lambda: is_idle(settings), "the first third", context=workers.logs)
        publish_statements(settings, statements[400:800])
        own_stack.stop_redis(kill=True)
        try:
            publish_statements(settings, statements[800:])
            time.sleep(10)
        finally:
            own_stack.restart_redis()

        def done() -> bool:
            workers.revive()
            return is_idle(settings)

        wait_until(done, "the rest", context=workers.logs)
        assert events_counted(settings) == len(statements)


def test_kafka_killed_in_mid_stream(own_stack: EmbeddedStack, tmp_path: Path) -> None:
    settings = settings_for(own_stack, "broker.", partitions=4)
    statements = [raw for _, raw in answers(800, 40, 22)]
    with Workers(settings, tmp_path) as workers:
        workers.start()
        publish_statements(settings, statements[:400])
        own_stack.restart_kafka(kill=True)
        publish_statements(settings, statements[400:])

        def done() -> bool:
            workers.revive()
            return is_idle(settings)

        wait_until(done, "all", patience_sec=90, context=workers.logs)
        assert events_counted(settings) == len(statements)


@pytest.mark.parametrize(
    ("missing", "words"), [("kafka", "Kafka at 127.0.0.1:1 "), ("redis", "Redis at")]
)
def test_without_a_server_the_worker_says_which_and_ends(
    own_stack: EmbeddedStack, missing: str, words: str
) -> None:
    settings = settings_for(own_stack, "without.", partitions=4)
    nowhere = {"kafka": "127.0.0.1:1", "redis": "redis://127.0.0.1:1/0"}[missing]
    settings = settings.with_(**{missing: nowhere}, patience_sec=1.0)
    ended = subprocess.run(
        [sys.executable, "-m", "stream.cli", "worker"],
        cwd=ROOT,
        env=os.environ | environment(settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == EXIT_RESTART
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
