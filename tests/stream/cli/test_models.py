"""`models` on a store in memory; `test_with_stack` runs it on a real one."""

import asyncio
from collections.abc import Callable

import pytest
from click.testing import Result
from harness.faults import observations

import stream.cli.models
from online_models.monitor import QualityMonitor
from schemas.checkpoint import PartitionWrite
from schemas.codec import decode_json
from stream.model_report import SCHEMAS
from stream.settings import Settings
from stream.store.memory import MemoryStore

Run = Callable[..., Result]
PARTITIONS = 2


def stored(fault: str) -> MemoryStore:
    """A store whose partition 1 has seen a stream with the fault."""
    monitor, store = QualityMonitor(), MemoryStore(PARTITIONS)
    for n, one in enumerate(observations(fault, 6000, 6500, 1)):
        monitor.observe(one, 1.9e9 + n)

    async def write() -> None:
        claim = await store.claim(1, [])
        batch = PartitionWrite(partition=1, expected=-1, offset=6499)
        batch.models = {"quality": monitor.state(), "success": {"a1": (0.0, 1.0)}}
        await store.write({1: claim.fence}, [batch])

    asyncio.run(write())
    return store


@pytest.fixture
def installed(run: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[[MemoryStore], None]:
    """Commands find this store in the place of Redis."""
    del run  # its environment comes first
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "nowhere:9092")
    monkeypatch.setenv("REDIS_URL", "redis://nowhere/0")
    monkeypatch.setenv("STEPSTREAM_PARTITIONS", str(PARTITIONS))
    monkeypatch.setenv("COLUMNS", "140")

    async def same(settings: Settings) -> Settings:
        return settings

    def install(store: MemoryStore) -> None:
        monkeypatch.setattr(stream.cli.models, "RedisStore", lambda *_: store)
        monkeypatch.setattr(stream.cli.models, "serving", same)

    return install


def test_a_sound_model_is_shown(run: Run, installed: Callable[[MemoryStore], None]) -> None:
    installed(stored("none"))
    result = run("models")
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    (row,) = [line for line in lines if line[:2] == ["success", "all"]]
    assert row[2] == "6,500"
    auc, log_loss, baseline = map(float, row[3:6])
    assert 0.6 < auc < 0.9
    assert log_loss < baseline
    schema = SCHEMAS["success"].partition(":")[0]
    assert ["success", "yes", "0", "0", "1", schema] in lines
    assert "put aside" not in result.stdout


def test_a_model_put_aside_is_shown_with_its_reason(
    run: Run, installed: Callable[[MemoryStore], None]
) -> None:
    installed(stored("mixed up"))
    shown = " ".join(run("models").stdout.split())
    assert "baseline in 1 of 2" in shown
    assert "success in partition 1: put aside: since a drift worse than its baseline by" in shown
    assert "standard errors), since 2030-03-17 19:" in shown
    assert "success: newest drift 2030-03-17" in shown


def test_json_has_every_number_and_the_reason(
    run: Run, installed: Callable[[MemoryStore], None]
) -> None:
    installed(stored("broken"))
    result = run("models", "--json")
    assert result.exit_code == 0, result.stderr
    found = decode_json(result.stdout)
    assert (found["partitions"], found["events"], found["base"]) == (2, 6500, 0)
    success = found["models"][0]
    assert success["name"] == "success"
    assert success["measured"]["quality"]["total"]["events"] == 6000
    assert success["measured"]["invalid"] == 500
    (aside,) = success["measured"]["put_aside"]
    assert (aside["partition"], aside["reason"]) == (1, "invalid")
    assert aside["since"] == {"events": 6000, "at": 1.9e9 + 6000}
    assert aside["why"] == "put aside: a prediction or a parameter was no usable number"


def test_nothing_learned_is_code_1(run: Run, installed: Callable[[MemoryStore], None]) -> None:
    installed(MemoryStore(PARTITIONS))
    result = run("models")
    assert result.exit_code == 1
    assert "no event has been learned from yet" in result.stderr
    assert result.stdout == ""


def test_watching_goes_on_until_it_is_stopped(
    run: Run, installed: Callable[[MemoryStore], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(stored("none"))
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(stream.cli.models.asyncio, "sleep", sleep)
    result = run("models", "--watch", "--json")
    assert result.exit_code == 130
    assert slept == [2.0] * 3
    assert len(result.stdout.splitlines()) == 3
