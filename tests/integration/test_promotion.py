"""Versions promoted and rolled back under load, on a real Kafka and a real Valkey."""

import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from harness.commands import stepstream, told
from harness.live_versions import (
    candidate,
    marked,
    merges,
    nothing_is_lost,
    place_of,
    settled,
    started_command,
)
from harness.load import Load
from harness.promotions import PASSED
from harness.statements import answers
from harness.streams import ask, read_all, wait_until
from harness.workers import Workers, stack_settings
from jsonschema_rs import Draft202012Validator

from schemas.codec import decode_json, encode_json
from schemas.errors import EXIT_STOP, Unavailable
from schemas.version import Verdict
from stream.bases import MODELS
from stream.kafka import Admin
from stream.settings import Settings
from stream.topics import ALL, EVENTS
from stream.topics import MODELS as MODELS_TOPIC

pytestmark = pytest.mark.stack


@pytest.fixture
def settings(kafka_servers: str, redis_url: str, tmp_path: Path) -> Settings:
    prefix = f"promotion-{uuid4().hex[:8]}."
    found = stack_settings(
        kafka_servers, redis_url, prefix, partitions=4, merge_every=300, home=str(tmp_path)
    )
    Admin(kafka_servers).ensure(ALL, prefix, found.partitions)
    wait_until(lambda: can_be_read(found), "topics that are new")
    return found


def can_be_read(settings: Settings) -> bool:
    try:
        return read_all(settings, EVENTS.name) == []
    except Unavailable:
        return False


@pytest.fixture
def workers(settings: Settings, tmp_path: Path) -> Iterator[Workers]:
    logs = tmp_path / "logs"
    logs.mkdir()
    with Workers(settings, logs) as made:
        made.start()
        yield made


def under_way(settings: Settings, workers: Workers) -> None:
    """Returns when bases are merged."""
    wait_until(lambda: merges(settings) > 1, "merges", 120.0, workers.logs)


def pointers(settings: Settings) -> dict[str, dict[str, Any] | None]:
    """What the topic `models` says last, by model."""
    records = read_all(settings, MODELS_TOPIC.name)
    newest = {(record.key or b"").decode(): record.value for record in records}
    return {key: None if value is None else decode_json(value) for key, value in newest.items()}


def test_promoted_and_rolled_back_under_load_and_nobody_restarts(
    settings: Settings, workers: Workers
) -> None:
    with Load(settings, 100.0, answers(10_000_000, 60, 5)) as load:
        under_way(settings, workers)
        candidate(settings, "v1")
        pids = [process.pid for process in workers.processes]
        found = told(settings, "models", "promote", "v1")
        assert (found["live"], found["adopted"]) == ("v1", settings.partitions)
        assert marked(settings) == [True] * settings.partitions
        assert_points_to(settings, "v1", found["base"])
        assert told(settings, "models", "rollback")["live"] == ""
        assert marked(settings) == [False] * settings.partitions
        assert set(pointers(settings).values()) == {None}
        assert told(settings, "models", "promote", "v")["live"] == "v1"
        assert marked(settings) == [True] * settings.partitions
        assert workers.revive() == []
        assert [process.pid for process in workers.processes] == pids
    nothing_is_lost(settings, workers, load.sent)
    assert workers.exits == []


def assert_points_to(settings: Settings, name: str, base: int) -> None:
    schema = (files("schemas") / "json" / "model_pointer.schema.json").read_bytes()
    check = Draft202012Validator(decode_json(schema))
    found = pointers(settings)
    assert found.keys() == {model.name for model in MODELS}
    facts = place_of(settings).facts(name)
    for model, pointer in found.items():
        assert pointer is not None
        check.validate(pointer)
        assert pointer.keys() == decode_json(schema)["properties"].keys()
        assert (pointer["model"], pointer["version"], pointer["base"]) == (model, name, base)
        assert pointer["seal"] == facts.seal
        assert Path(pointer["place"], "version.json").exists()


def test_whoever_is_killed_when_it_is_one_version_or_the_other(
    settings: Settings, workers: Workers
) -> None:
    """kill -9 of the command at several moments, and of the worker at several others."""

    with Load(settings, 60.0, answers(10_000_000, 60, 5)) as load:
        under_way(settings, workers)
        candidate(settings, "v1")
        started = time.monotonic()
        told(settings, "models", "promote", "v1")
        whole = time.monotonic() - started
        settled(settings, workers, "v1")
        for share in (0.6, 0.8, 0.95):
            process = started_command(settings, "promote", "v1")
            time.sleep(whole * share)
            process.kill()
            process.wait()
            settled(settings, workers, "v1")
        for share in (0.8,):
            process = started_command(settings, "promote", "v1")
            time.sleep(whole * share)
            workers.kill(0)
            assert process.wait(120) == 0
            settled(settings, workers, "v1")
    assert workers.exits == [-9]
    nothing_is_lost(settings, workers, load.sent)


def refused(settings: Settings, says: str, *arguments: str) -> None:
    """The command ends with code 1, says why, and what is live stays."""
    before = ask(settings, lambda store: store.pool.newest())
    done = stepstream(settings, "models", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert ask(settings, lambda store: store.pool.newest()) == before


def test_what_must_not_be_promoted_is_refused_and_the_live_one_stays(settings: Settings) -> None:
    """No worker runs, and no event was learned: the versions are of what nothing has taught."""
    versions = place_of(settings)
    for name in ("v1", "v2-worse", "v3-torn", "v4-newer", "v5-new"):
        worse = Verdict(passed=False, reasons=("log-loss rose by 0.02",))
        candidate(settings, name, worse if "worse" in name else PASSED)
    place = versions.place
    place.put("v3-torn/items.numbers", place.read("v3-torn/items.numbers")[:-8])
    facts = decode_json(place.read("v4-newer/version.json"))
    place.put("v4-newer/version.json", encode_json({**facts, "format": facts["format"] + 1}))

    found = told(settings, "models", "promote", "v1")
    assert (found["live"], found["adopted"], found["not_yet"]) == ("v1", 0, [])
    refused(settings, "failed its gate: log-loss rose by 0.02", "promote", "v2")
    refused(settings, "is damaged", "promote", "v3")
    refused(settings, "update Stepstream first", "promote", "v4")
    refused(settings, "no version is called v6", "promote", "v6")
    refused(settings, "say more of it", "promote", "v")
    refused(settings, "live is v1", "pin", "v5")

    assert told(settings, "models", "pin", "v1") == {"pinned": True, "live": "v1"}
    refused(settings, "is pinned", "promote", "v5")
    told(settings, "models", "unpin")
    assert told(settings, "models", "promote", "v5")["live"] == "v5-new"
    assert told(settings, "models", "rollback", "--to", "v1")["live"] == "v1"

    off = stepstream(settings.with_(merge_every=0), "models", "promote", "v5")
    assert off.returncode == EXIT_STOP
    assert "STEPSTREAM_MERGE_EVERY is 0" in off.stderr
    listed = told(settings, "models", "list")
    assert [one["what"] for one in listed["history"]] == ["promoted", "promoted", "rolled back"]
    damaged = {one["id"] for one in listed["versions"] if one["damaged"]}
    assert damaged == {"v4-newer"}
