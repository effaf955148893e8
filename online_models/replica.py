"""All models of one partition."""

from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b

from online_models.baselines import Baselines
from online_models.contract import Numbered, Numbers, Tabled
from online_models.duration import DurationModel
from online_models.engagement import EngagementModel
from online_models.gain import GainModel
from online_models.healing import healed, is_sound
from online_models.items import ItemModel
from online_models.means import Means
from online_models.merging import rebased
from online_models.monitor import QualityMonitor
from online_models.parts import Personal
from online_models.relevance import RelevanceModel
from online_models.retention import RetentionModel
from online_models.river_door import RIVER_VERSION
from online_models.success import SuccessModel
from online_models.tables import NO_BASE, Base, Tables, numbers_of, tables_of


class Replica:
    """The models that learn from the events of one partition, each by its type and by name.

    Args:
        features: Names (or a version) of the features that the models are fed with; numbers
            learned from other features are of another version.
    """

    def __init__(self, features: str = "") -> None:
        self.success = SuccessModel()
        self.engagement = EngagementModel()
        self.duration = DurationModel()
        self.relevance = RelevanceModel()
        self.retention = RetentionModel()
        self.gain = GainModel()
        self.items = ItemModel()
        self.means = Means()
        self.quality = QualityMonitor()
        self.baselines = Baselines(self.items, self.means)
        self.models: dict[str, Numbered] = {
            model.name: model
            for model in (
                self.success,
                self.engagement,
                self.duration,
                self.relevance,
                self.retention,
                self.gain,
                self.items,
                self.means,
                self.quality,
            )
        }
        self.version = _version(self.models.values(), features)
        self.base = NO_BASE
        self.frozen = False
        """Whether the models only answer: nothing that learners share is learned."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all models."""
        return tuple(self.models)

    @property
    def merged(self) -> tuple[Numbered, ...]:
        """The models whose replicas become one; each of the others stays with its partition."""
        return tuple(model for model in self.models.values() if type(model).merging.rules)

    def state(self) -> dict[str, Numbers]:
        """The own numbers of every model: what was learned since the base."""
        return {name: model.state() for name, model in self.models.items()}

    def own(self) -> dict[str, Tables]:
        """The own numbers of the models that are merged, as arrays."""
        return {model.name: own_tables(model) for model in self.merged}

    def touched(self) -> dict[str, Numbers]:
        """What changed since the last call, of the models where something did."""
        changes = {}
        for name, model in self.models.items():
            numbers = model.touched()
            if not is_sound(numbers):
                numbers = healed(model, numbers, self.base.of(name))
                self.quality.spoil(name)
            if numbers:
                changes[name] = numbers
        return changes

    def forget(self, learners: Collection[int]) -> int:
        """Hold nothing of these learners (64-bit hashes); returns how many rows there were.

        What all learners share, and no number of which is of one of them, stays as it is.
        """
        return sum(
            one.forget(learners) for one in self.models.values() if isinstance(one, Personal)
        )

    def restore(
        self, numbers: Mapping[str, Mapping[str, tuple[float, ...]]], base: Base = NO_BASE
    ) -> None:
        """Know `base` and, as own numbers, exactly `numbers`; what is in neither starts afresh.

        Raises:
            ValueError: where a name is no model or a model's numbers do not fit; nothing has
                changed then.
        """
        for name in numbers.keys() - self.models.keys():
            raise ValueError(f"no model is called {name!r}; there are {', '.join(self.names)}")
        for name, part in numbers.items():
            type(self.models[name])().restore(part)  # refuses before anything has changed
        for name, model in self.models.items():
            model.restore(numbers.get(name, {}), base.of(name))
        self.base = base

    def rebase(
        self,
        base: Base,
        taken: Mapping[str, Tables],
        changed: Mapping[str, Tables] | None = None,
    ) -> dict[str, Tables]:
        """Adopt `base`, keep as own what was learned since `taken`.

        Returns the new own numbers of the models that are merged; the others stay as they are.

        Args:
            base: the one to go on with.
            taken: own numbers by model as the merge has taken them in; empty where it has not.
            changed: those of today's own numbers that have changed since, where that is known;
                the result is the same, but found sooner.
        """
        own = {}
        for model in self.merged:
            name = model.name
            old, new = self.base.of(name).tables, base.of(name).tables
            merging, before = type(model).merging, taken.get(name, {})
            everything = changed is None or merging.keeps
            now = own_tables(model) if everything else (changed or {}).get(name, {})
            own[name] = rebased(merging, old, new, before, now)
            _restore(model, own[name], base)
        self.base = base
        return own


def own_tables(model: Numbered) -> Tables:
    """The own numbers of `model` as arrays."""
    return model.tables() if isinstance(model, Tabled) else tables_of(model.state())


def _restore(model: Numbered, own: Tables, base: Base) -> None:
    if isinstance(model, Tabled):
        model.restore_tables(own, base.of(model.name))
    else:
        model.restore(numbers_of(own), base.of(model.name))


def _version(models: Iterable[Numbered], features: str) -> str:
    """River's version and a digest of what the numbers mean: equal where numbers can be shared."""
    facts = [features, *(f"{model.name}={model.schema}" for model in models)]
    digest = blake2b("\n".join(facts).encode(), digest_size=6).hexdigest()
    return f"river-{RIVER_VERSION}-{digest}"
