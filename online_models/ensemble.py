"""Replicas that live in one place and are merged there: for evaluation, and for tests."""

from collections.abc import Callable, Sequence

from online_models.contract import Numbered
from online_models.merging import interval, merged
from online_models.replica import Replica
from online_models.tables import Base, ModelBase, Tables


def next_base(
    base: Base, version: int, models: Sequence[type[Numbered]], taken: Sequence[dict[str, Tables]]
) -> Base:
    """`base` with what replicas have learned on it: `taken`, by model each, in one fixed order."""
    made = {
        model.name: merged(
            model.merging, base.of(model.name).tables, [own.get(model.name, {}) for own in taken]
        )
        for model in models
    }
    return Base(version, {name: ModelBase(tables) for name, tables in made.items() if tables})


class Replicas:
    """A replica a partition, merged every so often: the stream's models without the stream.

    Args:
        partitions: how many replicas.
        merge_every: events between two merges, fewer at first (`merging.interval`); 0 never merges.
        make: makes a replica that knows nothing.
    """

    def __init__(
        self, partitions: int, merge_every: int, make: Callable[[], Replica] = Replica
    ) -> None:
        self._replicas = [make() for _ in range(partitions)]
        self._every = merge_every
        self._events = 0
        self._due = interval(merge_every, 0)
        self.base = self._replicas[0].base

    def __getitem__(self, partition: int) -> Replica:
        return self._replicas[partition]

    def count(self, events: int = 1) -> None:
        """So many events have been learned; merges where it is time to."""
        self._events += events
        if self._every > 0 and self._due <= self._events:
            self.merge()

    def merge(self) -> None:
        """Make the next base of all replicas; each goes on with it."""
        taken = [replica.own() for replica in self._replicas]
        models = [type(model) for model in self._replicas[0].merged]
        self.base = next_base(self.base, self.base.version + 1, models, taken)
        for replica, own in zip(self._replicas, taken, strict=True):
            replica.rebase(self.base, own)
        self._due = self._events + interval(self._every, self._events)
