"""What is told of the models is what the partitions have seen, read from the store alone."""

import asyncio
from collections.abc import Sequence

import pytest
from harness.faults import observations
from harness.statements import answers
from harness.streams import local_settings, local_stream

from online_models.guard import Reason
from online_models.monitor import QualityMonitor
from online_models.observation import Observation
from online_models.prequential import Prequential
from schemas.checkpoint import Numbers, PartitionWrite
from schemas.errors import Corrupt
from stream.model_report import Report, Reporter
from stream.store.memory import MemoryStore

PARTITIONS = 3


async def told(*partitions: Numbers) -> Report:
    """The report on a store whose partitions hold these numbers of quality."""
    store = MemoryStore(PARTITIONS)
    for partition, numbers in enumerate(partitions):
        claim = await store.claim(partition, [])
        write = PartitionWrite(partition=partition, expected=-1, offset=9)
        write.models = {"quality": numbers, "success": {"a1": (0.0, 1.0)}}
        await store.write({partition: claim.fence}, [write])
    return await Reporter(store.pool, "", PARTITIONS).read()


def monitor(stream: Sequence[Observation]) -> QualityMonitor:
    made = QualityMonitor()
    for n, one in enumerate(stream, 1):
        made.observe(one, 1e9 + n)
    return made


def test_partitions_are_added_up() -> None:
    streams = [list(observations("none", 0, 400 + 100 * seed, seed)) for seed in range(2)]
    report = asyncio.run(told(*(monitor(one).state() for one in streams)))
    whole = Prequential()
    for one in (one for stream in streams for one in stream):
        whole.update(one.predicted, one.baseline, one.observed)
    success = report.models[0]
    assert (report.partitions, report.events, report.base) == (PARTITIONS, 20, 0)
    assert (success.name, success.shared, success.own) == ("success", 0, 1)
    assert success.measured is not None
    found, expected = success.measured.quality["total"], whole.read()
    assert found.events == 900
    for measure in ("auc", "log_loss", "baseline_log_loss", "ece", "rmse"):
        assert getattr(found, measure) == pytest.approx(getattr(expected, measure))
    assert success.measured.newest_at == 1e9 + 500


def test_a_model_that_was_put_aside_is_told_with_its_reason() -> None:
    good = monitor(list(observations("none", 0, 400, 1))).state()
    bad = monitor(list(observations("broken", 300, 400, 1))).state()
    report = asyncio.run(told(good, bad))
    measured = report.models[0].measured
    assert measured is not None
    assert measured.invalid == 100
    ((partition, standing),) = measured.put_aside.items()
    assert partition == 1
    assert (standing.reason, standing.since.events) == (Reason.INVALID, 300)


def test_numbers_of_another_version_are_refused() -> None:
    with pytest.raises(Corrupt, match="partition 1: model 'quality'"):
        asyncio.run(told({}, {"success": (1.0, 2.0)}))


def test_a_stream_that_merges_is_told_whole() -> None:
    async def run() -> Report:
        settings = local_settings(partitions=PARTITIONS, merge_every=200)
        stream = await local_stream(settings)
        await stream.publish([statement for _, statement in answers(600, 20, 1)])
        pool, namespace = stream.store.pool, settings.store.namespace
        return await Reporter(pool, namespace, PARTITIONS).read()

    report = asyncio.run(run())
    models = {model.name: model for model in report.models}
    assert report.events == 600
    assert report.base > 0
    assert models["items"].shared > 0
    assert models["quality"].shared == 0
    assert models["success"].measured is not None
    assert models["success"].measured.quality["total"].events == 600
    assert models["items"].measured is None
