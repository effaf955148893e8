"""Versions on a real stream: made, promoted by the command, and looked at from outside."""

import os
import subprocess
import sys

from harness.commands import told
from harness.promotions import PASSED, fitted, written
from harness.streams import ask, is_idle, read_all, wait_until
from harness.workers import ROOT, Workers, environment

from offline.places import Place
from offline.versions import Versions
from online_models.items import ItemModel
from online_models.packing import tables_of_raw
from online_models.replica import Replica
from online_models.tables import numbers_of, tables_of
from processors.objective import Objective
from processors.state import decode
from schemas.codec import decode_json
from schemas.event import event_from_json
from schemas.version import Verdict
from stream.bases import load_base
from stream.local import LocalStream
from stream.records import RawRecord
from stream.replay import Replay, past_of
from stream.settings import Settings
from stream.store.contract import Store, member_of
from stream.topics import EVENTS
from stream.versions import live_base

MARK = 1_000_000.0
"""Answers that a candidate claims to know of beside the real ones."""
EVERY = "*"


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


def nothing_is_lost(settings: Settings, workers: Workers, sent: int) -> None:
    """A replay of the log comes to the same numbers, and every statement was learned from once."""

    def idle() -> bool:
        workers.revive()
        return is_idle(settings)

    wait_until(idle, "the rest", 120.0, workers.logs)
    workers.stop()
    live, again = replayed(settings)
    assert live == again
    keys = {record.key.decode() for record in read_all(settings, EVENTS.name) if record.key}

    async def counted(store: Store) -> int:
        blobs = [await store.state(key) for key in keys]
        return sum(decode(blob).events for blob in blobs if blob)

    assert ask(settings, counted) == sent


def started_command(settings: Settings, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "stream.cli", "models", *arguments, "--json"],
        cwd=ROOT,
        env=os.environ | environment(settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def settled(settings: Settings, workers: Workers, name: str) -> None:
    """After a kill: all partitions adopt one and the same, then nothing but what was learned."""
    live = told(settings, "models", "list")["live"]
    assert live in {"", name}

    async def behind(store: Store) -> bool:
        newest = await store.pool.newest()
        assert newest is not None
        members = [member_of(settings.prefix, p) for p in range(settings.partitions)]
        held = [(await store.pool.snapshot(member, ())).base for member in members]
        return min(held) < newest.version

    def adopted() -> bool:
        workers.revive()
        return not ask(settings, behind)

    wait_until(adopted, "adoption", 120.0, workers.logs)
    assert marked(settings) == [live == name] * settings.partitions
    if live:
        assert told(settings, "models", "rollback")["live"] == ""
