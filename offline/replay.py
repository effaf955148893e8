"""Models and learners, fed with events by the code of the worker: all of it but the queues."""

from copy import copy
from dataclasses import dataclass
from statistics import fmean

from online_models.ensemble import Replicas
from online_models.observation import Observation
from online_models.replica import Replica
from processors.application import Application
from processors.partitioning import partition_of
from processors.state import encode
from schemas.checkpoint import Memory
from schemas.event import LearningEvent


@dataclass(frozen=True, slots=True)
class Layout:
    """How learners are spread, and when answers are learned."""

    partitions: int = 1
    merge_every: int = 1000
    """Events after which what the partitions have learned is merged, fewer at first (see
    `online_models.merging.interval`); 0 never merges."""
    bundles: bool = False
    """Whether all answers of a learner at one moment are predicted before any of them is learned.
    The stream does not know what is still to come, so it learns each one before the next."""


class Replay:
    """Partitions with their models and learners, empty at first."""

    def __init__(self, layout: Layout) -> None:
        alone = layout.partitions == 1
        self._replicas = Replicas(layout.partitions, 0 if alone else layout.merge_every)
        self._models = [self._replicas[partition] for partition in range(layout.partitions)]
        self._work = [*map(_nobody, self._models)]
        self._homes: dict[str, int] = {}
        self._learning = True

    def apply(self, offset: int, event: LearningEvent) -> list[Observation]:
        """Predict, learn and count `event`; returns what was predicted, and what came out."""
        work = self._work[self._home(event.learner)]
        work.apply(offset, event)
        work.receipts.clear()  # every row is a statement of its own: none comes again
        found, work.observations = work.observations, []
        if self._learning:
            self._replicas.count()
        return found

    def foresee(self, offset: int, event: LearningEvent) -> list[Observation]:
        """What `apply` would return; nothing is learned or counted."""
        home = self._home(event.learner)
        known = encode(self._work[home].state(event.learner))
        work = Application(Memory({event.learner: known}, {}), _still(self._models[home]))
        work.apply(offset, event)
        return work.observations

    def _home(self, learner: str) -> int:
        """The learner's partition."""
        home = self._homes.get(learner)
        if home is None:
            home = self._homes[learner] = partition_of(learner.encode(), len(self._work))
        return home

    def freeze(self) -> None:
        """Forget the learners; what new ones do teaches the shared parameters nothing."""
        self._share()
        self._learning = False
        self._work = [_nobody(_still(models)) for models in self._models]

    def parameters(self, model: str) -> int:
        """How many shared weights a model has, when all partitions have been merged."""
        self._share()
        tables = self._replicas.base.of(model).tables, self._models[0].own().get(model, {})
        return sum(len(table) for widths in tables for table in widths.values())

    def _share(self) -> None:
        if len(self._models) > 1:
            self._replicas.merge()

    def state_bytes(self) -> float:
        """Mean size of a learner's state; 0 where there is no learner."""
        sizes = [len(blob) for work in self._work for blob in work.encoded_states().values()]
        return fmean(sizes) if sizes else 0.0


def _nobody(models: Replica) -> Application:
    """A partition without learners."""
    return Application(Memory({}, {}), models)


def _still(models: Replica) -> Replica:
    """The same models, but they only answer."""
    still = copy(models)
    still.frozen = True
    return still
