"""`models list`, `show`, `pin` and their like on a store in memory; `integration` has the rest."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Self

import pytest
from click.testing import Result
from harness.promotions import PASSED, written

import stream.cli.promotion
import stream.cli.releases
from offline.places import Place
from offline.versions import Versions
from schemas.codec import decode_json
from schemas.errors import Unavailable
from schemas.version import Verdict
from stream.log_memory import MemoryLog
from stream.settings import Settings
from stream.store.memory import MemoryStore
from stream.versions import live_base

Run = Callable[..., Result]
PARTITIONS = 2


class Log(MemoryLog):
    """A publisher that publishes nowhere."""

    def __init__(self, _: str) -> None:
        super().__init__(1, lambda: 0.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture
def versions(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Versions:
    """Where versions lie; commands find a store in memory in the place of Redis, and no Kafka."""
    del run  # its environment comes first
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "nowhere:9092")
    monkeypatch.setenv("REDIS_URL", "redis://nowhere/0")
    monkeypatch.setenv("STEPSTREAM_PARTITIONS", str(PARTITIONS))
    monkeypatch.setenv("STEPSTREAM_VERSIONS", str(tmp_path / "versions"))
    monkeypatch.setenv("COLUMNS", "200")
    store = MemoryStore(PARTITIONS)

    async def serving(settings: Settings) -> Settings:
        return settings

    def nobody(*_: object) -> None:
        raise Unavailable("no Kafka here")

    monkeypatch.setattr(stream.cli.releases, "RedisStore", lambda *_: store)
    monkeypatch.setattr(stream.cli.releases, "serving", serving)
    monkeypatch.setattr(stream.cli.promotion, "Publisher", Log)
    monkeypatch.setattr(stream.cli.promotion, "Admin", nobody)
    found = Versions(Place(str(tmp_path / "versions")))
    live = asyncio.run(live_base(store.pool, "", PARTITIONS))
    written(found, "v1", {}, live)
    written(found, "v2", {}, live, replace(PASSED, passed=False, reasons=("worse",)))
    written(found, "v3", {}, live, None)
    return found


def words(result: Result) -> str:
    assert result.exit_code == 0, result.stderr
    return " ".join(result.stdout.split())


def test_without_versions_it_is_said_how_one_is_made(run: Run, versions: Versions) -> None:
    versions.place.remove_folder("")
    result = run("models", "list")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "`stepstream recalibrate` makes one" in result.stderr


def test_versions_are_listed_with_proof_and_figures(run: Run, versions: Versions) -> None:
    versions.place.put("v3/version.json", b"{")
    told = words(run("models", "list"))
    assert "v1 2030-03-17 17:46 - 0 0.4000 (was 0.5000) better: better on later events" in told
    assert "failed: worse" in told
    assert "v3 version v3 is damaged: version.json is no JSON" in told
    assert "no version is live" in told


def test_what_is_promoted_is_live_and_may_be_pinned_and_taken_back(
    run: Run, versions: Versions
) -> None:
    del versions
    promoted = run("models", "promote", "v1")
    assert "live is v1, shared parameters 1" in words(promoted)
    assert "no worker runs for 2 partitions: adopted when one starts" in promoted.stderr
    assert "v1 stays live until `stepstream models unpin`" in words(run("models", "pin"))
    told = words(run("models", "list"))
    assert "better on later events live, pinned" in told
    assert "UTC promoted v1" in told
    refused = run("models", "promote", "v3")
    assert refused.exit_code == 1
    assert "is not proved" in refused.stderr
    back = words(run("models", "rollback"))
    assert "live is no version: what the stream has learned by itself" in back
    assert "what the stream has learned by itself may be replaced" in words(run("models", "unpin"))
    assert run("models", "rollback").exit_code == 1


def test_what_is_not_proved_better_is_refused(run: Run, versions: Versions) -> None:
    del versions
    result = run("models", "promote", "v2")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "version v2 failed its gate: worse" in result.stderr


def test_a_version_is_shown_with_its_report(run: Run, versions: Versions) -> None:
    versions.attach("v1", "report.html", b"<p>")
    told = words(run("models", "show", "v1"))
    assert f"report {versions.place.path('v1/report.html')}" in told
    assert "created_at 2030-03-17 17:46 UTC" in told
    assert "better: better on later events" in told
    found = decode_json(run("models", "show", "v1", "--json").stdout)
    assert found["metrics"]["differences"][0]["candidate"] == 0.4
    assert found["verdict"] == {"passed": True, "reasons": ["better on later events"]}
    assert run("models", "show", "v9").exit_code == 1


def test_where_nothing_is_adopted_nothing_is_promoted(
    run: Run, versions: Versions, monkeypatch: pytest.MonkeyPatch
) -> None:
    del versions
    monkeypatch.setenv("STEPSTREAM_MERGE_EVERY", "0")
    for what in (("promote", "v1"), ("rollback",)):
        result = run("models", *what)
        assert result.exit_code == 78
        assert "STEPSTREAM_MERGE_EVERY is 0" in result.stderr


def test_a_verdict_is_part_of_the_facts(versions: Versions) -> None:
    assert versions.facts("v2").verdict == Verdict(passed=False, reasons=("worse",))
