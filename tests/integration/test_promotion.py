"""Versions promoted and rolled back under load, on a real Kafka and a real Valkey."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self
from uuid import uuid4

import pytest
from harness.promotions import PASSED, fitted, written
from harness.statements import answers
from harness.streams import ask, is_idle, read_all, wait_until
from harness.workers import ROOT, Workers, environment, stack_settings

from offline.places import Place
from offline.versions import Versions
from online_models.items import ItemModel
from online_models.packing import tables_of_raw
from online_models.replica import Replica
from online_models.tables import numbers_of, tables_of
from processors.objective import Objective
from schemas.codec import decode_json
from schemas.event import event_from_json
from schemas.version import Verdict
from stream.bases import load_base
from stream.kafka import Admin, Publisher
from stream.local import LocalStream
from stream.log import Message
from stream.records import RawRecord
from stream.replay import Replay, past_of
from stream.settings import Settings
from stream.store.contract import Store, member_of
from stream.topics import ALL, EVENTS, STATEMENTS
from stream.versions import live_base

pytestmark = pytest.mark.stack

MARK = 1_000_000.0
"""Answers that a candidate claims to know of beside the real ones."""
EVERY = "*"


@pytest.fixture
def settings(kafka_servers: str, redis_url: str, tmp_path: Path) -> Settings:
    prefix = f"promotion-{uuid4().hex[:8]}."
    found = stack_settings(
        kafka_servers, redis_url, prefix, partitions=4, merge_every=300, home=str(tmp_path)
    )
    Admin(kafka_servers).ensure(ALL, prefix, found.partitions)
    return found


@pytest.fixture
def workers(settings: Settings, tmp_path: Path) -> Iterator[Workers]:
    logs = tmp_path / "logs"
    logs.mkdir()
    with Workers(settings, logs) as made:
        made.start()
        yield made


class Load:
    """Statements that come at a rate until it is told to stop."""

    def __init__(self, settings: Settings, rate: float = 200.0, seed: int = 5) -> None:
        self._settings = settings
        self._rate = rate
        self._statements = answers(1_000_000, 60, seed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.sent = 0

    def _run(self) -> None:
        topic = self._settings.prefix + STATEMENTS.name
        with Publisher(self._settings.kafka) as publisher:
            for learner, raw in self._statements:
                if self._stop.is_set():
                    return
                message = Message(topic, raw, learner.encode())
                publisher.send_blocking(message, lambda *_: None)
                self.sent += 1
                time.sleep(1 / self._rate)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def command(settings: Settings, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """`stepstream models ...` as a process."""
    return subprocess.run(  # noqa: S603  our own command
        [sys.executable, "-m", "stream.cli", "models", *arguments, "--json"],
        cwd=ROOT,
        env=os.environ | environment(settings),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def told(settings: Settings, *arguments: str) -> dict:
    done = command(settings, *arguments)
    assert done.returncode == 0, done.stderr
    found: dict = json.loads(done.stdout)
    return found


def place_of(settings: Settings) -> Versions:
    return Versions(Place(settings.versions_place))


def candidate(settings: Settings, name: str, verdict: Verdict | None = PASSED) -> None:
    """A version that has learned in one go what the live base knows, and bears the mark."""
    live = ask(settings, lambda store: live_base(store.pool, settings.prefix, settings.partitions))
    events = [
        event_from_json(decode_json(record.value or b""))
        for record in read_all(settings, EVENTS.name)
        if record.offset <= live[2][record.partition]
    ]
    numbers = dict(fitted(events))
    rows = numbers_of(numbers.get(ItemModel.name, {}))
    counted, *rest = rows.get(EVERY, (0.0, 0.0, 0.0, 0.0))
    numbers[ItemModel.name] = tables_of(rows | {EVERY: (counted + MARK, *rest)})
    written(place_of(settings), name, numbers, live, verdict)


async def _known(store: Store, settings: Settings, partition: int) -> float:
    """Answers that a partition knows of."""
    member = member_of(settings.prefix, partition)
    found = await store.pool.snapshot(member, [ItemModel.name])
    own = numbers_of(tables_of_raw(found.models[ItemModel.name]))
    if EVERY in own:
        return own[EVERY][0]
    base = await load_base(store.pool, found.base)
    assert base is not None
    return base.of(ItemModel.name).numbers.get(EVERY, (0.0,))[0]


def merges(settings: Settings) -> int:
    """How many bases were published."""

    async def count(store: Store) -> int:
        return len(await store.pool.merges())

    return ask(settings, count)


def marked(settings: Settings) -> list[bool]:
    """For each partition whether it stands on a promoted version."""

    async def run(store: Store) -> list[bool]:
        known = [await _known(store, settings, p) for p in range(settings.partitions)]
        return [one >= MARK for one in known]

    return ask(settings, run)


def replayed(settings: Settings) -> tuple[object, object]:
    """What partitions hold, and what an undisturbed replay of the log comes to."""

    async def run(store: Store) -> tuple[object, object]:
        again = LocalStream(settings, Objective(), lambda: 1.9e9)
        await again.start()
        records: dict[int, list[RawRecord]] = {}
        for record in read_all(settings, EVENTS.name):
            raw = RawRecord(*record[:4], record.value or b"")
            records.setdefault(record.partition, []).append(raw)
        past = await past_of(store.pool, settings.prefix, settings.partitions)
        await Replay(again, records, place_of(settings)).run(past)
        return await _held(store, settings), await _held(again.store, settings)

    return ask(settings, run)


async def _held(store: Store, settings: Settings) -> list[object]:
    claims = [await store.claim(p, Replica().names) for p in range(settings.partitions)]
    return [(claim.base, claim.offset, claim.models) for claim in claims]


def test_promoted_and_rolled_back_under_load_and_nobody_restarts(
    settings: Settings, workers: Workers
) -> None:
    with Load(settings) as load:
        wait_until(lambda: merges(settings) > 1, "merges", context=workers.logs)
        candidate(settings, "v1")
        pids = [process.pid for process in workers.processes]
        found = told(settings, "promote", "v1")
        assert (found["live"], found["adopted"]) == ("v1", settings.partitions)
        assert marked(settings) == [True] * settings.partitions
        time.sleep(2)
        assert told(settings, "rollback")["live"] == ""
        assert marked(settings) == [False] * settings.partitions
        found = told(settings, "promote", "v1")
        assert marked(settings) == [True] * settings.partitions
        time.sleep(1)
        assert [process.pid for process in workers.processes] == pids
        assert workers.revive() == []
    wait_until(lambda: is_idle(settings), "the rest", context=workers.logs)
    assert workers.revive() == []
    workers.stop()
    live, again = replayed(settings)
    assert live == again
    assert sum(claim[1] + 1 for claim in live) == load.sent  # type: ignore[index,attr-defined]
