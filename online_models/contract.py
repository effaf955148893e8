"""What a model is. `tests/online_models/test_laws.py` runs the same laws over every one found.

What a model knows is a *base*, made of what all replicas had learned, immutable and shared by
them, and its *own* numbers: those that it has changed since, as they are now. Own numbers win.

Numbered            has a name and a memory of named numbers
├── Tabled          has them as arrays as well, where there are many
├── Model           features -> expected value (success, engagement, duration)
├── NextModel       learner, items -> how likely each is the next
├── CrowdModel      item -> what everybody together showed about it
├── MeanModel       kind, key -> mean of what came out
└── Judge           prediction, outcome -> which models may serve
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from sys import float_info
from typing import Any, ClassVar, Protocol, runtime_checkable

from online_models.merging import Merging
from online_models.moment import Description, Duel, Moment
from online_models.observation import Observation
from online_models.sheet import Features, Sheet
from online_models.tables import EMPTY, ModelBase, Numbers, Tables
from online_models.weights import Floats

__all__ = [
    "CrowdModel",
    "Features",
    "Judge",
    "MeanModel",
    "Model",
    "NextModel",
    "Numbered",
    "Numbers",
    "Tabled",
    "accumulate",
    "checked",
]


class Numbered(Protocol):
    """The memory of a model: readable, writable, and sparing in what it says has changed."""

    name: ClassVar[str]
    """Names the model in Redis keys, topics and metrics."""
    schema: ClassVar[str]
    """What each tuple holds, with a version; part of `Replica.version`."""

    merging: ClassVar[Merging]
    """How replicas of the model become one."""

    def state(self) -> Numbers:
        """Its own numbers, by name in order, a copy: on the empty base everything it knows."""

    def restore(self, numbers: Mapping[str, tuple[float, ...]], base: ModelBase = EMPTY) -> None:
        """Forget everything, then know `base` and, as its own, exactly `numbers`.

        Empty tuples are skipped. `base` is shared: it is read, never copied nor changed.

        Raises:
            ValueError: where `numbers` cannot be a state of this model; nothing has changed then.
        """

    def touched(self) -> Numbers:
        """The own numbers that changed since the last call (or `restore`), as they are now."""

    def fits(self, name: str, values: tuple[float, ...]) -> bool:
        """Whether `values` (finite, at least one) can be held under `name`, in base or own."""


@runtime_checkable
class Tabled(Numbered, Protocol):
    """A memory with so many numbers that they are handed over as arrays."""

    def tables(self) -> Tables:
        """`tables_of(self.state())`."""

    def restore_tables(self, own: Tables, base: ModelBase) -> None:
        """`self.restore(numbers_of(own), base)`, without a check."""


@runtime_checkable
class Model(Numbered, Protocol):
    """Features in, expected value out; learns one answer at a time."""

    def predict_one(self, x: Features) -> float:
        """Expected value of y; always finite, whatever `x` holds. Changes nothing."""

    def predict(self, sheet: Sheet) -> Floats:
        """`predict_one` of each row, shape (rows,); uses up `mean` and `var` of shared entries."""

    def learn(self, sheet: Sheet, y: float, *, frozen: bool = False) -> float:
        """`learn_one` of the first row (finite values, finite `y`); returns what was predicted.

        Where it is `frozen`, nothing that learners share is learned.
        """

    def learn_one(self, x: Features, y: float) -> None:
        """Learn that `x` came out as `y`; nothing is learned where a value is not finite."""


@runtime_checkable
class NextModel(Numbered, Protocol):
    """What a learner turns to next. Items are 64-bit hashes."""

    def learn(self, moment: Moment, item: int, description: Description) -> Duel | None:
        """The learner of `moment` turned to `item`.

        Returns what was thought before; None where there was nothing to compare with.
        """

    def chances(
        self, moment: Moment, items: Sequence[int], describe: Callable[[int], Description]
    ) -> Iterable[float]:
        """Probability of each of `items` being the next; what is left to 1 is for all others."""

    def propose(self, moment: Moment, most: int) -> list[int]:
        """The likeliest items that the learner has not met of late, likeliest first."""


@runtime_checkable
class CrowdModel(Numbered, Protocol):
    """What all learners together show about an item. Items are 64-bit hashes."""

    def learn(self, item: int, outcome: float | None, seconds: float | None) -> None:
        """One learner worked on `item`: outcome in [0, 1] and duration, where known."""

    def difficulty(self, item: int) -> float:
        """Expected share of failure in [0, 1]."""

    def minutes(self, item: int) -> float | None:
        """Typical duration; None where nobody's was seen."""


@runtime_checkable
class MeanModel(Numbered, Protocol):
    """Means of values of several kinds. Keys are 64-bit hashes, or small numbers."""

    def learn(self, kind: str, key: int, value: float) -> None:
        """One value."""

    def mean(self, kind: str, key: int, otherwise: float) -> float:
        """Expected value; it leans towards `otherwise` where few were seen."""


@runtime_checkable
class Judge(Numbered, Protocol):
    """How good the predictions of the models are, by name of the model."""

    def observe(self, one: Observation, at: float) -> None:
        """Score a prediction whose event was at `at` (POSIX seconds).

        Nothing is learned where the outcome is no usable number.
        """

    @property
    def put_aside(self) -> tuple[str, ...]:
        """Models whose baseline has to serve in their place."""


def accumulate(held: Numbers, changes: Mapping[str, tuple[float, ...]]) -> None:
    """Bring `held` up to date by one `touched()`: what a store of the numbers has to do."""
    for key, values in changes.items():
        if values:
            held[key] = values
        else:
            held.pop(key, None)


def checked(
    model: Numbered, numbers: Mapping[str, Any], fits: Callable[[str, tuple[float, ...]], bool]
) -> Numbers:
    """`numbers` as plain tuples of floats, without the dropped ones.

    Raises:
        ValueError: names the first key whose value is no tuple of finite numbers that `fits`.
    """
    kept = {}
    for key, values in numbers.items():
        if not _is_numbers(values) or (values and not fits(key, tuple(values))):
            raise misfit(model, key)
        if values:
            kept[key] = tuple(map(float, values))
    return kept


def misfit(model: Numbered, key: str) -> ValueError:
    """What to raise where a model cannot hold what is under `key`."""
    return ValueError(
        f"model {model.name!r}: {key!r} does not fit {model.schema!r}; it is damaged or of another "
        "version: restore one that fits, or start the model afresh"
    )


def _is_numbers(values: object) -> bool:
    return isinstance(values, tuple | list) and all(
        isinstance(value, int | float) and abs(value) <= float_info.max for value in values
    )
