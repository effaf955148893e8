"""How good the models of a partition are, event by event, and which of them may serve.

What is known of it belongs to the partition's checkpoint, as the models' own numbers do: whether a
model serves is a function of the partition's events, the same after a crash and in a replay.
"""

from collections.abc import Callable, Mapping
from typing import ClassVar, NamedTuple

from online_models.contract import Numbers, checked
from online_models.guard import PutAside, Standing
from online_models.merging import UNMERGED, Merging
from online_models.observation import Observation
from online_models.prequential import BINS
from online_models.tables import EMPTY, ModelBase
from online_models.watch import Watch, fits

PROBABILITIES = ("success", "engagement", "retention", "relevance")
"""Models that predict a probability: their loss is cross-entropy."""

VALUES = ("duration", "gain")
"""Models that predict a value: their loss is the squared error."""

UNITS: Mapping[str, str] = {
    **dict.fromkeys(PROBABILITIES, "nats"),
    "duration": "squared log minutes",
    "gain": "squared proficiency",
}
"""Model -> unit of its loss."""


class Change(NamedTuple):
    """A model was put aside, or is back."""

    model: str
    standing: Standing


class QualityMonitor:
    """Watches every model that has a baseline.

    Args:
        max_bins: Bins of a probability's prediction.
    """

    name: ClassVar[str] = "quality"
    schema: ClassVar[str] = (
        "quality/2: <model>: sums of 3 windows, open block, time, signs; <model>/<bin>: sums of 3"
        " windows, as of; <model>:trial: sums of 3 tests, detector; <model>:standing: reason,"
        " since, finding"
    )
    merging: ClassVar[Merging] = UNMERGED

    def __init__(self, max_bins: int = BINS) -> None:
        self._bins = {**dict.fromkeys(PROBABILITIES, max_bins), **dict.fromkeys(VALUES, 0)}
        self._watches = {model: Watch(bins) for model, bins in self._bins.items()}
        self._changes: list[Change] = []

    def observe(self, one: Observation, at: float) -> None:
        """Score a prediction and judge its model; `at` is the time of its event, POSIX seconds.

        Raises:
            KeyError: where the model is not known here.
        """
        watch = self._watches[one.model]
        if watch.observe(one, at):
            self._changes.append(Change(one.model, watch.standing))

    def spoil(self, model: str) -> None:
        """A parameter of `model` was not finite."""
        watch = self._watches.get(model)
        if watch is not None and watch.spoil():
            self._changes.append(Change(model, watch.standing))

    def watch(self, model: str) -> Watch:
        """What is known of a model's quality, to be read."""
        return self._watches[model]

    @property
    def models(self) -> tuple[str, ...]:
        """The models that are watched."""
        return tuple(self._watches)

    @property
    def put_aside(self) -> tuple[str, ...]:
        """Models whose baseline serves."""
        return tuple(
            model for model, watch in self._watches.items() if isinstance(watch.standing, PutAside)
        )

    def changes(self) -> list[Change]:
        """What models were put aside or came back since the last call; no part of the state."""
        changes, self._changes = self._changes, []
        return changes

    def state(self) -> Numbers:
        """Everything, by model."""
        return _all(lambda watch: watch.numbers(), self._watches)

    def restore(self, numbers: Mapping[str, tuple[float, ...]], base: ModelBase = EMPTY) -> None:
        """Know exactly `numbers`; what a base holds is of no partition and not looked at.

        Raises:
            ValueError: where a name or a value does not fit.
        """
        del base
        kept = checked(self, numbers, self.fits)
        rows: dict[str, Numbers] = {model: {} for model in self._watches}
        for name, row in kept.items():
            model, part = _split(name)
            rows[model][part] = row
        for model, watch in self._watches.items():
            watch.adopt(rows[model])
        self._changes = []

    def touched(self) -> Numbers:
        """What changed since the last call; empty tuples for what is zero again."""
        return _all(lambda watch: watch.changes(), self._watches)

    def fits(self, name: str, row: tuple[float, ...]) -> bool:
        """Whether `row` can be held under `name`."""
        model, part = _split(name)
        return model in self._bins and fits(part, row, self._bins[model])


def _all(read: Callable[[Watch], Numbers], watches: Mapping[str, Watch]) -> Numbers:
    return {
        model + part: row for model, watch in watches.items() for part, row in read(watch).items()
    }


def _split(name: str) -> tuple[str, str]:
    """`success/17` -> (`success`, `/17`)."""
    model = name.partition("/")[0].partition(":")[0]
    return model, name[len(model) :]
