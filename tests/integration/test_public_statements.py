"""22,000 statements of real MOOC traffic: none lost, none counted twice, whatever their order."""

import asyncio
import gzip
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from harness.streams import local_settings, local_stream

from processors.features import describe
from processors.state import decode
from stream.local import LocalStream
from stream.topics import EVENTS, REJECTED

pytestmark = pytest.mark.data

NOW = 1.9e9
RELATIVE = 1e-9
"""Order may change a sum by rounding: sums of up to 412 terms, scaled by powers of 2."""


def statements(data_dir: Path) -> list[bytes]:
    with gzip.open(data_dir / "xapi/valid/ralph_funmooc.jsonl.gz") as file:
        return file.read().splitlines()


async def after(batches: list[list[bytes]]) -> tuple[LocalStream, dict[str, Any]]:
    """The stream after `batches`, and every learner's features."""
    stream = await local_stream(local_settings(partitions=4), now=NOW)
    for batch in batches:
        await stream.publish(batch)
    learners = {r.key.decode() for r in stream.log.all(EVENTS.name) if r.key}
    blobs = {learner: await stream.store.state(learner) for learner in sorted(learners)}
    return stream, {k: describe(decode(b), NOW, str) for k, b in blobs.items() if b}


@cache
def in_their_order(data_dir: Path) -> tuple[LocalStream, dict[str, Any]]:
    return asyncio.run(after([statements(data_dir)]))


def test_each_is_accepted_or_rejected(data_dir: Path) -> None:
    stream, features = in_their_order(data_dir)
    accepted, rejected = len(stream.log.all(EVENTS.name)), len(stream.log.all(REJECTED.name))
    assert accepted + rejected == 22_000
    assert len(features) == 1452
    assert sum(one["events"] for one in features.values()) == accepted


def test_published_twice_nothing_changes(data_dir: Path) -> None:
    _, once = in_their_order(data_dir)
    both = statements(data_dir)
    stream, twice = asyncio.run(after([both, both]))
    assert len(stream.log.all(EVENTS.name)) == 2 * sum(one["events"] for one in once.values())
    assert twice == once
