"""What one partition's checkpoint holds, what a batch needs of it, and what a batch wishes."""

from dataclasses import dataclass, field

Numbers = dict[str, tuple[float, ...]]
"""Named numbers of one model; among changes the empty tuple means: was dropped."""

WITHDRAWN = b""
"""Receipt of a statement that was voided, perhaps before it arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A partition as its new owner finds it."""

    partition: int
    fence: int
    """Grows with each claim; a checkpoint under an older fence is refused."""
    offset: int | None
    """Last applied offset of `learning.events`; None before the first."""
    models: dict[str, Numbers]
    unsent: dict[str, bytes]
    """Learner key -> queue that was written but that Kafka has not acknowledged."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a batch must know before it can be applied."""

    partition: int
    learners: tuple[str, ...]
    statements: tuple[int, ...]
    """64-bit hashes of statement ids."""
    generation: int
    """Generation of the statement window that the batch ends in."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What the store answered to `Needs`; what it did not know is absent."""

    states: dict[str, bytes]
    receipts: dict[int, bytes]


@dataclass(slots=True, kw_only=True)
class PartitionWrite:
    """All effects of one batch on one partition, to be made visible together or not at all."""

    partition: int
    expected: int
    """Last applied offset before the batch; -1 for none. Another one found there: refused."""
    offset: int
    """Last applied offset after the batch; `expected` where only queues were rebuilt."""
    generation: int = 0
    states: dict[str, bytes] = field(default_factory=dict)
    short_lived: set[str] = field(default_factory=set)
    """Learners seen once only, whose state may expire early."""
    queues: dict[str, bytes] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    """Learner key -> name of the queue's edition, for taking it out of the outbox."""
    due: dict[str, float] = field(default_factory=dict)
    """Learner key -> when its queue must be rebuilt (POSIX seconds; infinity for never)."""
    forgotten: set[str] = field(default_factory=set)
    """Learners of whom nothing is left."""
    models: dict[str, Numbers] = field(default_factory=dict)
    receipts: dict[int, bytes] = field(default_factory=dict)
    acknowledged: dict[str, str] = field(default_factory=dict)
    """Learner key -> token of a queue that Kafka has acknowledged since."""
