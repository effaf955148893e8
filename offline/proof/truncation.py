"""The test that needs no statistics: what is computed of the past is the same if there is no more.

Work that is given everything, and work that is given an archive that ends where it should look no
further, must come to the same bytes. A source that raises where later events are asked for
(`offline.passes.guarded`) finds who asks; this finds whom the later events reach in another way.
"""

from collections.abc import Callable, Iterator
from hashlib import blake2b

from offline.archived import Archived, Offsets, Source
from offline.passes.guarded import Guarded
from offline.passes.partitions import Partitions
from offline.passes.working_file import WorkingFile
from offline.proof.leaks import Finding
from online_models.replica import Replica
from online_models.tables import Base
from processors.state import encode
from schemas.codec import hash64

Work = Callable[[Source], bytes]
"""Whatever is computed of a source, as bytes."""

SAMPLE = 64
"""Of so many learners one is looked at."""


class Truncated:
    """A source as it was when it ended at `up_to`."""

    def __init__(self, source: Source, up_to: Offsets) -> None:
        self._source, self._up_to = source, dict(up_to)

    def ends(self) -> dict[int, int]:
        """See `Source.ends`."""
        ends = {p: min(end, self._up_to.get(p, -1)) for p, end in self._source.ends().items()}
        return {partition: end for partition, end in ends.items() if end >= 0}

    def count(self, after: Offsets, up_to: Offsets) -> int:
        """See `Source.count`."""
        return self._source.count(after, self._within(up_to))

    def read(self, after: Offsets, up_to: Offsets) -> Iterator[Archived]:
        """See `Source.read`; what lies behind the end is not there."""
        return self._source.read(after, self._within(up_to))

    def _within(self, up_to: Offsets) -> dict[int, int]:
        return {p: min(end, self._up_to.get(p, -1)) for p, end in up_to.items()}


def unchanged(source: Source, up_to: Offsets, work: Work, what: str) -> Finding:
    """Does `work` come to the same bytes where the archive ends at `up_to`?

    Args:
        source: all events.
        up_to: where the work should look no further.
        work: what is tested; computed twice.
        what: names it.
    """
    whole, cut = work(source), work(Truncated(source, up_to))
    if whole == cut:
        digest = blake2b(whole, digest_size=8).hexdigest()
        return Finding("truncation", True, f"{what}: the same without the later events ({digest})")
    return Finding(
        "truncation",
        False,
        f"leak: {what} are other ones where the archive ends at the offsets: something reads on",
    )


def sampled_states(up_to: Offsets, base: Base, window: int, one_of: int = SAMPLE) -> Work:
    """Work: the states of some learners, drawn by hash, with models that only answer.

    Args:
        up_to: last events that count.
        base: shared parameters.
        window: see `Settings.statement_window`.
        one_of: how many learners one stands for.
    """

    def work(source: Source) -> bytes:
        models = Replica()
        models.restore({}, base)
        models.frozen = True
        with WorkingFile() as file:
            partitions = Partitions(file, models, window)
            for one in Guarded(source, up_to).read({}, up_to):
                if hash64(f"sample:{one.event.learner}") % one_of == 0:
                    partitions.apply(one)
            learners = partitions.learners
            return b"".join(name.encode() + encode(learners[name]) for name in sorted(learners))

    return work
