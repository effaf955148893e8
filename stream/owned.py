"""What a worker holds of a partition between two batches."""

from dataclasses import dataclass, field

from online_models.replica import Replica
from schemas.checkpoint import PartitionWrite
from stream.outbox import Tokens
from stream.recent import Recent


@dataclass(slots=True)
class Owned:
    """A partition that this worker owns."""

    fence: int
    applied: int
    """Offset of the last applied event; -1 for none."""
    models: Replica
    acknowledged: Tokens = field(default_factory=dict)
    """Queues that Kafka has and the store's outbox still holds."""
    recent: Recent | None = None
    """What was learned since a merge began to look around."""
    asked: set[str] = field(default_factory=set)
    """Learners whose queue a change of reference data concerns."""

    def rest(self, partition: int, statement_window: int) -> PartitionWrite:
        """A write that leaves the offset where it is."""
        return PartitionWrite(
            partition=partition,
            expected=self.applied,
            offset=self.applied,
            generation=max(self.applied, 0) // statement_window,
        )
