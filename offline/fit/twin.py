"""What the live models knew at an earlier moment: learned once more, as the stream learns.

As many replicas as there are partitions, each learning from its own events, from the version that
was live on, where there was one; merged after as many events as the stream has merged after. Where
that is not known of most of them (a replay has made what is live), it is by its rule: after so many
events, or a minute later, which is said by how many events a minute bring. Where they are too few
to matter, or a long archive would have more than `MOST_MERGES`, each of which goes through all
numbers, one replica learns for all. It is the better for it, never the worse: what is lost by
merging it does not lose. So are merges that left partitions out taken for whole ones, or for none.
What cannot be known any more is when each partition adopted, so the same is not to be expected bit
for bit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from offline.archived import Offsets, Source
from offline.fit.plan import Numbers
from offline.passes.partitions import Partitions
from offline.passes.passing import steps
from offline.passes.working_file import WorkingFile
from online_models.merging import FIRST_INTERVAL
from online_models.replica import Replica
from online_models.tables import Tables

MOST_MERGES = 1_000
"""So many take about as long as learning of ten million events."""

_EVERY = 1_000
_MINUTE_SEC = 60.0
_LIVE = "live"


@dataclass(frozen=True, slots=True)
class Stream:
    """How the stream learns."""

    partitions: int
    merge_every: int
    statement_window: int
    merge_at: Sequence[int] = ()
    """After how many events it has merged instead, ascending."""

    def at_pace(self, events: int, seconds: float) -> "Stream":
        """The same, given how many events came in how long a time."""
        if self.merge_at:
            return self
        a_minute = int(events * _MINUTE_SEC / max(seconds, 1.0))
        every = min(self.merge_every, a_minute)
        sooner_than_worth = a_minute < FIRST_INTERVAL
        if sooner_than_worth or 0 < every * MOST_MERGES < events:
            return Stream(1, 0, self.statement_window)
        return Stream(self.partitions, every, self.statement_window)

    def of_some(self, learners: float) -> "Stream":
        """The same, of a share of the learners: merged after as many fewer events."""
        every = max(1, round(self.merge_every * learners)) if self.merge_every else 0
        return Stream(self.partitions, every, self.statement_window)

    def merged_at(self, merges: Sequence[int], events: int) -> "Stream":
        """The same, where it has merged after `merges` (ascending) of at least `events`."""
        known = [after for after in merges if after <= events]
        if not known or 2 * known[0] > events or len(known) > MOST_MERGES:
            return self
        return replace(self, merge_at=known)


@dataclass(frozen=True, slots=True)
class Promoted:
    """A version that was live."""

    trained_up_to: Offsets
    numbers: Numbers


def numbers_at(
    source: Source,
    up_to: Offsets,
    stream: Stream,
    file: WorkingFile,
    promoted: Promoted | None = None,
    watch: Callable[[int], None] = lambda _: None,
) -> dict[str, Tables]:
    """What models knew that had learned from `source` up to `up_to`.

    Args:
        source: all events.
        up_to: last event by partition; not before what `promoted` was trained on.
        stream: how they learned.
        file: what is kept meanwhile; goes on where it was broken off.
        promoted: what they were replaced by where its training ended.
        watch: told how many events are done.
    """
    more = [Replica() for _ in range(stream.partitions - 1)]
    partitions = Partitions(
        file,
        Replica(),
        stream.statement_window,
        more=more,
        merge_every=stream.merge_every,
        merge_at=stream.merge_at,
    )

    def learn(end: Offsets) -> None:
        for _ in steps(source, end, partitions):
            if partitions.done % _EVERY == 0:
                watch(partitions.done)

    if promoted is not None and file.fact(_LIVE) is None:
        learn(promoted.trained_up_to)
        file.put_fact(_LIVE, b"yes")
        partitions.adopt(promoted.numbers)
    elif file.fact(_LIVE) is None:
        file.put_fact(_LIVE, b"none")
    learn(up_to)
    return partitions.numbers()
