"""What one partition's checkpoint holds, what a batch needs of it, and what a batch wishes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

Numbers = dict[str, tuple[float, ...]]
"""Named numbers of one model; among changes the empty tuple means: was dropped."""

RawNumbers = dict[bytes, bytes]
"""Named numbers as they are kept: little-endian float64s."""

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
    base: int = 0
    """Version of the shared parameters that `models` are relative to; 0 where there are none."""
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
    receipts: Mapping[int, bytes]


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
    base: int = 0
    """Version of the partition's base before the batch. Another one found there: refused."""
    adopts: int | None = None
    """Version of the base to go on with; `models` then replaces what was there of each."""
    models: dict[str, Numbers] = field(default_factory=dict)
    """What changed of the own numbers of its models."""
    receipts: dict[int, bytes] = field(default_factory=dict)
    acknowledged: dict[str, str] = field(default_factory=dict)
    """Learner key -> token of a queue that Kafka has acknowledged since."""


class Forgotten(NamedTuple):
    """How many entries of a learner a partition held, all of which are gone."""

    states: int = 0
    queues: int = 0
    receipts: int = 0
    waiting: int = 0
    """Queues to rebuild or to publish."""
    offers: int = 0
    """Rows of the models about what was offered to the learner."""

    def plus(self, other: "Forgotten") -> "Forgotten":
        """Both together."""
        return Forgotten(*map(sum, zip(self, other, strict=True)))


@dataclass(frozen=True, slots=True)
class Promoted:
    """That a base goes on with the numbers of a version of the models."""

    id: str
    """Of the version."""
    before: str
    """Seal of the base that was live before: what a rollback goes back to."""
    below: int
    """The base of the promotion that was live before; 0 where none was."""


@dataclass(frozen=True, slots=True)
class Merge:
    """That there is a new base.

    Either the own numbers of many partitions were joined, or a version of the models was promoted
    or rolled back; then nothing was taken in.
    """

    version: int
    """Grows, but not always by one: a version that was begun may never be published."""
    previous: int
    """The version that it is made from."""
    events: int
    """Events that all members of the pool had applied."""
    taken: dict[str, int]
    """Member -> last offset whose effects were taken in; who had another base is left out."""
    seal: str
    """Of the numbers and of what they mean."""
    live: int = 0
    """The base of the promotion that it stands on; 0 where it stands on none."""
    at: float = 0.0
    """When a promotion or a rollback was made, POSIX seconds; 0 where members were merged."""
    promoted: Promoted | None = None
    """What was promoted, where it is a promotion; then `live` is its own version."""

    @property
    def is_chosen(self) -> bool:
        """Whether it is a promotion or a rollback."""
        return self.at > 0.0


@dataclass(frozen=True, slots=True)
class SealedBase:
    """Shared parameters."""

    seal: str
    models: dict[str, bytes]
    """Packed numbers by model."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A member's models at one moment."""

    base: int
    offset: int
    """Last applied; -1 before the first."""
    models: dict[str, RawNumbers]


@dataclass(frozen=True, slots=True)
class Taken:
    """What merges have taken in of what a member has learned on its base."""

    base: int
    offset: int
    """Last event whose effects were; -1 where there is none."""
    models: dict[str, bytes]
    """Packed own numbers; empty where nothing was taken in."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """That a partition went on with a new base."""

    version: int
    offset: int
    """Last event that was learned before."""
