"""The story: how a statement becomes a fresh queue. Read this file first.

    bytes -> LearningEvent                                   `ingest`        (any worker)
    LearningEvents of one partition -> PartitionWrite        `personalize`   (its one owner)

Both are functions of what they are given. `stream` brings the bytes, asks the store for what
`needs_of` names, and carries the `PartitionWrite` out: all of it or nothing. The time that is
handed in (`now`, POSIX seconds) dates queues only; what is learned follows the events alone, so
the same events give the same state, however they were cut into batches.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from online_models.monitor import Change
from online_models.observation import Observation
from online_models.replica import Replica
from online_models.served import Served
from processors.application import Application, Touched
from processors.ingest import Ingested, ingest
from processors.objective import Objective
from processors.queueing import Basis, Occasion, rebuild
from processors.receipts import decode_receipt, key_of
from processors.reference import Reference
from processors.witness import Seen, Witness
from schemas.checkpoint import Memory, Needs, PartitionWrite
from schemas.codec import encode_json
from schemas.event import LearningEvent

__all__ = [
    "Batch",
    "Ingested",
    "Outcome",
    "Staleness",
    "World",
    "also_needs",
    "ingest",
    "needs_of",
    "personalize",
    "refresh",
]


@dataclass(frozen=True, slots=True)
class World:
    """What all partitions share, the same for a whole batch."""

    reference: Reference
    objective: Objective
    statement_window: int
    """Offsets after which a generation of receipts is closed."""
    grouping: str = "role"
    """What groups of learners are made by, where they are counted: "role" or "cohort"."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Events of one partition in offset order, none applied yet."""

    partition: int
    applied: int
    """Offset of the last event that was applied before; -1 for none."""
    events: Sequence[tuple[int, LearningEvent]]
    """(offset, event)"""
    end: int
    """Offset of the last message that the batch covers, readable or not."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What applying a batch wishes and what it noticed."""

    write: PartitionWrite
    observations: Sequence[Observation]
    """Each prediction with what came out, as the models were measured by."""
    changes: Sequence[Change]
    """Models that were put aside, or that are back."""
    conflicts: Sequence[tuple[int, LearningEvent]]
    """Events whose id is known with another content: for the dead letters."""
    duplicates: int
    voided: int
    seen: Seen
    """What it showed of learning, for the metrics."""


def needs_of(batch: Batch, world: World) -> Needs:
    """What must be known before `batch` can be applied."""
    return Needs(
        batch.partition,
        tuple(dict.fromkeys(event.learner for _, event in batch.events if not event.voids)),
        tuple(dict.fromkeys(key_of(event) for _, event in batch.events)),
        batch.end // world.statement_window,
    )


def also_needs(batch: Batch, memory: Memory) -> tuple[str, ...]:
    """Learners whose statements the batch voids and whom `needs_of` could not know."""
    voided = {key_of(event) for _, event in batch.events if event.voids}
    receipts = (decode_receipt(memory.receipts[key]) for key in voided & memory.receipts.keys())
    return tuple({r.learner for r in receipts if r is not None} - memory.states.keys())


def personalize(batch: Batch, memory: Memory, models: Replica, world: World, now: float) -> Outcome:
    """Apply a batch: features, predict then learn, one fresh queue for each learner touched."""
    witness = Witness(world.reference, world.objective, world.grouping)
    work = Application(memory, models, lesson=witness.lesson)
    for offset, event in batch.events:
        work.apply(offset, event)
    write = PartitionWrite(
        partition=batch.partition,
        expected=batch.applied,
        offset=batch.end,
        generation=batch.end // world.statement_window,
        states=work.encoded_states(),
        short_lived=work.seen_once(),
        models=models.touched(),
        receipts=work.receipts,
    )
    _put_queues(write, work.touched(), witness, models, now)
    return Outcome(
        write=write,
        observations=work.observations,
        changes=models.quality.changes(),
        conflicts=work.conflicts,
        duplicates=work.duplicates,
        voided=work.voided,
        seen=witness.seen,
    )


@dataclass(frozen=True, slots=True)
class Staleness:
    """Queues that a clock or a change of the reference data has made stale."""

    learners: Iterable[str]
    change: str
    """What made them stale; becomes their cause."""


def refresh(
    write: PartitionWrite,
    stale: Staleness,
    memory: Memory,
    models: Replica,
    world: World,
    now: float,
) -> Seen:
    """Rebuild stale queues into `write`; returns what they show.

    A learner of whom nothing is left, neither state nor profile, is forgotten.
    """
    work = Application(memory, models)
    witness = Witness(world.reference, world.objective, world.grouping)
    for learner in stale.learners:
        if learner in memory.states or world.reference.profile(learner) is not None:
            cause = Touched(learner, work.state(learner), write.offset, {"change": stale.change})
            _put_queues(write, [cause], witness, models, now)
        else:
            write.forgotten.add(learner)
    return witness.seen


def _put_queues(
    write: PartitionWrite,
    touched: Iterable[Touched],
    witness: Witness,
    models: Replica,
    now: float,
) -> None:
    basis = Basis(witness.reference, Served(models), witness.objective)
    for learner, state, version, cause in touched:
        occasion = Occasion(now, version, cause)
        queue, stale_at, dues = rebuild(learner, state, basis, occasion)
        witness.offer(learner, tuple([item.activity for item in queue.items]), dues, now)
        write.queues[learner] = encode_json(queue)
        write.tokens[learner] = f"{version}/{now}"
        write.due[learner] = inf if stale_at is None else stale_at
