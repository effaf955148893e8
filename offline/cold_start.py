"""How the AUC grows with what is known: by the number of answers before, beside the item's mean."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from offline.answers import Answers, Places
from offline.baseline import prior_counts
from offline.evaluate import Judged
from offline.scores import auc

BOUNDS = (0, 1, 5, 10, 30, 100)
"""Where each group of numbers of answers begins; the last one has no end."""

_MIDDLE = 0.5


@dataclass(frozen=True, slots=True)
class Stage:
    """Answers before which about as many others had been given."""

    label: str
    events: int
    rarer: int
    """How many had the rarer outcome."""
    auc: float | None
    """None where all came out alike."""
    auc_of_baseline: float | None


def by_learner(answers: Answers, judged: Judged) -> tuple[Stage, ...]:
    """AUC of prequential predictions by the number of answers that the learner had given before."""
    return tuple(_stages(judged, prior_counts(answers.user)))


def by_item(answers: Answers, judged: Judged) -> tuple[Stage, ...]:
    """AUC of prequential predictions by the number of answers that the item had got before."""
    return tuple(_stages(judged, prior_counts(answers.item)))


def _stages(judged: Judged, before: Places) -> Iterator[Stage]:
    success = judged.outcome >= _MIDDLE
    group = np.searchsorted(BOUNDS, before, side="right") - 1
    for number, label in enumerate(_labels()):
        here = group == number
        if here.any():
            yield Stage(
                label,
                int(here.sum()),
                int(np.minimum(success[here].sum(), (~success[here]).sum())),
                auc(judged.trial.predicted[here], success[here]),
                auc(judged.baseline[here], success[here]),
            )


def _labels() -> Iterator[str]:
    for first, after in zip(BOUNDS, (*BOUNDS[1:], None), strict=True):
        if after is None:
            yield f"{first}+"
        else:
            yield str(first) if after == first + 1 else f"{first}-{after - 1}"
