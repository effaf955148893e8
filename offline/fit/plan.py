"""How models are fitted: one setting for all, chosen on data that no published figure is about.

`docs/decisions/0013-several-passes.md` has the figures that chose it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from offline.passes.partitions import MOST_STATES, Shares
from online_models.block import BlockRule
from online_models.meaning import MODELS
from online_models.merging import Merging, tempered
from online_models.tables import Tables

ONCE = ("duration",)
"""Models that begin anew in each pass, with all their weights: more passes do not help them."""

_LENGTHS = (False, False, True, True)
"""Which of the numbers of an item are about how long it takes; the others about its outcomes."""

Numbers = Mapping[str, Tables]
"""By model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The knobs."""

    passes: int = 2
    """In each after the first all models begin anew, but for the weights that every event teaches:
    these begin where the pass before has left them, held as firmly as `share` of it says."""
    share: float = 1.0
    newest: float = 0.2
    """Share of the events, the last ones of the last pass, whose predictions calibration is fitted
    to: made before their outcomes were learned."""
    calibrate: bool = True
    recency: bool = True
    """Whether older evidence of how long things take counts less, by `recency`."""
    labels: bool = True
    """Whether relevance learns of few turns to activities that are known to lead to nothing."""
    statement_window: int = 32_768
    most_states: int = MOST_STATES

    def to_json(self) -> dict[str, Any]:
        """Plain facts, but for what changes nothing that is learned."""
        plain = asdict(self)
        del plain["most_states"]
        return plain

    def fading(self, done: float, then: float) -> Shares:
        """See `offline.passes.passing.Fading`."""
        return lengths(fading_share(done, then)) if self.recency else {}

    def kept(self, numbers: Numbers) -> dict[str, Tables]:
        """What the next pass begins with."""
        return {
            model.name: tempered(model.merging, numbers[model.name], self._warm(model.merging))
            for model in MODELS
            if model.name in numbers and model.name not in ONCE
        }

    def _warm(self, merging: Merging) -> dict[int, float]:
        rules = merging.rules.items()
        return {width: self.share for width, rule in rules if isinstance(rule, BlockRule)}


def lengths(share: float) -> Shares:
    """What the models of lengths hold on."""
    return {"duration": share, "items": tuple(share if told else 1.0 for told in _LENGTHS)}


def recency(done: float) -> float:
    """What evidence counts that came when `done` of all had: `.25 + .75 done^3`.

    As for FSRS-6, with i/n for `done` (open-spaced-repetition, srs-benchmark, "recency").
    """
    return 0.25 + 0.75 * done**3


def fading_share(done: float, then: float) -> float:
    """How firmly what is known at `done` is held on until `then`, to count `recency` by the end."""
    return recency(done) / recency(then)
