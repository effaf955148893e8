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
from schemas.codec import decode_json
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


BOUNDED = {"activities": 32, "affinity": 8}
"""What is kept of more than so many leaves by event time: there the order of arrival counts."""


def test_shuffled_and_sorted_give_the_same_features(data_dir: Path) -> None:
    """All features of every learner, but for tables that had to forget (docs/features.md)."""
    shuffled = statements(data_dir)
    in_time = sorted(shuffled, key=lambda raw: decode_json(raw)["timestamp"])
    assert shuffled != in_time
    _, expected = asyncio.run(after([in_time]))
    _, found = in_their_order(data_dir)
    assert found.keys() == expected.keys()
    forgetful = dict.fromkeys(BOUNDED, 0)
    for learner, features in expected.items():
        for name, value in features.items():
            if name in BOUNDED and len(value) >= BOUNDED[name]:
                forgetful[name] += 1
            else:
                assert found[learner][name] == approximately(value), (learner, name)
    assert forgetful["activities"] < 0.05 * len(expected)
    assert not forgetful["affinity"]


def approximately(value: Any) -> Any:
    """`value` with its numbers to the tolerance."""
    if isinstance(value, dict):
        return {key: approximately(part) for key, part in value.items()}
    if isinstance(value, list):
        return [approximately(part) for part in value]
    if isinstance(value, float):
        return pytest.approx(value, rel=RELATIVE, abs=1e-12)
    return value
