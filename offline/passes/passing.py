"""One pass: events up to recorded offsets, each applied once, wherever it was broken off."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from offline.archived import Archived, Offsets, Source
from offline.passes.guarded import Guarded
from offline.passes.partitions import Partitions, Shares
from online_models.observation import Observation

CHECKPOINT_EVERY = 300_000
"""Events between two checkpoints, at most."""

PARTS = 20
"""Checkpoints of a pass, at least."""

FEWEST = 20_000
"""Events between two checkpoints, at least: one takes most of a second where models are large."""


Fading = Callable[[float, float], Shares]
"""How firmly models go on to hold what they have learned, given which share of the events is done,
and which will be at the next checkpoint."""


class Step(NamedTuple):
    """An event that was applied."""

    archived: Archived
    observations: list[Observation]


def steps(
    source: Source,
    up_to: Offsets,
    partitions: Partitions,
    fading: Fading = lambda *_: {},
) -> Iterator[Step]:
    """Apply every event that is not applied yet, and hand it out; the last step is kept, too.

    Checkpoints depend on the number of events alone, so a pass that was broken off ends as one that
    was not: the same bytes.

    Args:
        source: where the events are.
        up_to: last offset by partition; nothing later is ever asked for.
        partitions: what they are applied to.
        fading: asked at each checkpoint but the last.
    """
    after = dict(partitions.offsets)
    total = partitions.total(lambda: partitions.done + source.count(after, up_to))
    every = max(FEWEST, min(CHECKPOINT_EVERY, total // PARTS))
    for archived in Guarded(source, up_to).read(after, up_to):
        yield Step(archived, partitions.apply(archived))
        if partitions.done % every == 0:
            done, then = partitions.done / total, (partitions.done + every) / total
            partitions.checkpoint(fading(done, min(then, 1.0)) if done < 1.0 else None)
    partitions.checkpoint()
