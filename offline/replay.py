"""Models and learners, fed with events by the code of the worker: all of it but the queues."""

from copy import copy
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from online_models.replica import Replica
from processors.application import Application
from processors.learning import Observation
from processors.partitioning import partition_of
from schemas.checkpoint import Memory
from schemas.errors import ConfigurationError
from schemas.event import LearningEvent


@dataclass(frozen=True, slots=True)
class Layout:
    """How learners are spread."""

    partitions: int = 1
    merge_every: int = 1000
    """Events after which what the partitions have learned is merged, at most; while there are
    few, 5 % of the events so far, and never fewer than 100."""


class Replay:
    """Partitions with their models and learners, empty at first.

    Raises:
        ConfigurationError: where the layout has more partitions than can be merged.
    """

    def __init__(self, layout: Layout) -> None:
        if layout.partitions != 1:
            raise ConfigurationError("more than 1 partition cannot be merged yet: leave it out")
        self._replicas = [Replica() for _ in range(layout.partitions)]
        self._work = [*map(_nobody, self._replicas)]

    def apply(self, offset: int, event: LearningEvent) -> list[Observation]:
        """Predict, learn and count `event`; returns what was predicted, and what came out."""
        work = self._work[partition_of(event.learner.encode(), len(self._work))]
        work.apply(offset, event)
        work.receipts.clear()  # every row is a statement of its own: none comes again
        found, work.observations = work.observations, []
        return found

    def freeze(self) -> None:
        """Forget the learners; what new ones do teaches the shared parameters nothing."""
        self._work = [_nobody(_still(models)) for models in self._replicas]

    def parameters(self, model: str) -> int:
        """How many shared weights a model has, in the partition that has most."""
        return max(len(models.models[model].state()) for models in self._replicas)

    def state_bytes(self) -> float:
        """Mean size of a learner's state; 0 where there is no learner."""
        sizes = [len(blob) for work in self._work for blob in work.encoded_states().values()]
        return fmean(sizes) if sizes else 0.0


def _nobody(models: Replica) -> Application:
    """A partition without learners."""
    return Application(Memory({}, {}), models)


class _Still:
    """A model that answers and does not learn."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def learn(self, *lesson: object) -> None:
        """Nothing."""

    learn_one = learn


def _still(models: Replica) -> Replica:
    still = copy(models)
    for name, value in vars(models).items():
        if any(value is model for model in models.models.values()):
            setattr(still, name, _Still(value))
    return still
