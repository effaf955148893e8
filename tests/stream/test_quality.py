"""A model that goes bad while the stream runs: what queues, metrics and logs say, before and after
a restart."""

import asyncio
import logging
from math import nan
from typing import Any

import pytest
from harness.streams import (
    WORKED_EXAMPLE,
    key_of,
    lines,
    local_settings,
    local_stream,
    reference_messages,
)

from online_models.monitor import QualityMonitor
from online_models.observation import Observation
from processors.objective import Objective
from processors.partitioning import partition_of
from schemas.codec import decode_json
from stream.demo.readings import read_registry
from stream.local import LocalStream

SETTINGS = local_settings(partitions=2)
STATEMENTS = lines(WORKED_EXAMPLE / "statements.jsonl")


async def fresh_stream() -> LocalStream:
    return await local_stream(SETTINGS, reference=reference_messages(WORKED_EXAMPLE, SETTINGS))


async def queue_of(stream: LocalStream) -> dict[str, Any]:
    queue = await stream.store.queue(key_of("1001", SETTINGS))
    assert queue is not None
    return decode_json(queue)  # type: ignore[no-any-return]


@pytest.fixture
def broken_success(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the success model predicts NaN."""
    observe = QualityMonitor.observe

    def broken(monitor: QualityMonitor, one: Observation, at: float) -> None:
        observe(monitor, one._replace(predicted=nan) if one.model == "success" else one, at)

    monkeypatch.setattr(QualityMonitor, "observe", broken)


def test_sound_models_serve() -> None:
    async def run() -> None:
        stream = await fresh_stream()
        await stream.publish(STATEMENTS)
        assert (await queue_of(stream))["put_aside"] == []
        stream.personalizer.export()
        readings = read_registry(stream.metrics)
        assert readings.total("models_put_aside") == 0
        assert readings.total("model_changes_total") == 0
        assert readings.total("predictions_scored_total", model="success") == 3
        told = readings.value("prequential", model="success", measure="log_loss", window="500")
        assert told is not None
        assert told > 0.0

    asyncio.run(run())


@pytest.mark.usefixtures("broken_success")
def test_a_broken_model_is_put_aside_and_the_queue_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def run() -> None:
        stream = await fresh_stream()
        with caplog.at_level(logging.WARNING, logger="stepstream"):
            await stream.publish(STATEMENTS)
        queue = await queue_of(stream)
        assert queue["put_aside"] == ["success"]
        home = partition_of(key_of("1001", SETTINGS).encode(), SETTINGS.partitions)
        partitions = [owned.models for owned in stream.personalizer._owned.values()]
        assert all("success" in one.quality.put_aside for one in partitions)
        models = stream.personalizer._owned[home].models
        unknown = round(models.baselines.success(0), 3)
        assert {item["expected"]["success"] for item in queue["items"]} == {unknown}
        assert [record.getMessage().partition(": ")[2] for record in caplog.records] == [
            "put aside: a prediction or a parameter was no usable number"
        ] * SETTINGS.partitions
        stream.personalizer.export()
        readings = read_registry(stream.metrics)
        assert readings.total("models_put_aside", model="success", reason="invalid") == 2
        assert readings.total("model_changes_total", model="success", change="invalid") == 2

    asyncio.run(run())


def test_a_worker_that_takes_over_leaves_the_model_aside(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    async def run() -> None:
        request.getfixturevalue("broken_success")
        stream = await fresh_stream()
        await stream.publish(STATEMENTS[:2])
        monkeypatch.undo()
        heir = LocalStream(SETTINGS, Objective(), lambda: 1.9e9, stream.store, stream.log)
        heir.skip_statements()
        await heir.start()
        await heir.run()
        await heir.publish(STATEMENTS[2:])
        assert (await queue_of(heir))["put_aside"] == ["success"]

    asyncio.run(run())
