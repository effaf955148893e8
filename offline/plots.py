"""Pictures of an evaluation: the only door to matplotlib, which draws into files only."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from offline.answers import Numbers
from offline.cold_start import Stage, by_item, by_learner
from offline.evaluate import Evaluation
from offline.outcomes.retention import RetentionEvaluation
from offline.scores import BINS, bins_of
from schemas.errors import ConfigurationError

CALIBRATION = "calibration.png"
BY_ELAPSED = "calibration_by_elapsed_time.png"
COLD_START = "auc_by_prior_answers.png"

_MODEL, _BASELINE, _HELD_OUT = "tab:blue", "tab:gray", "tab:green"


def draw(evaluation: Evaluation, folder: Path) -> tuple[Path, ...]:
    """Draw calibration and cold start into `folder`, which is made where it is missing.

    Raises:
        ConfigurationError: where nothing can be written there.
    """
    pictures = {CALIBRATION: _calibration(evaluation), COLD_START: _cold_start(evaluation)}
    return _saved(pictures, folder)


def draw_retention(evaluation: RetentionEvaluation, folder: Path) -> tuple[Path, ...]:
    """Draw what was recalled after how long into `folder`, which is made where it is missing.

    Raises:
        ConfigurationError: where nothing can be written there.
    """
    return _saved({BY_ELAPSED: _by_elapsed(evaluation)}, folder)


def _saved(pictures: Mapping[str, Figure], folder: Path) -> tuple[Path, ...]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, figure in pictures.items():
            figure.savefig(folder / name)
    except OSError as error:
        raise ConfigurationError(
            f"no pictures can be written to {folder} ({error.strerror}): name another folder"
        ) from error
    return tuple(folder / name for name in pictures)


def _by_elapsed(evaluation: RetentionEvaluation) -> Figure:
    figure = Figure((7.0, 6.0), layout="constrained")
    curve, counts = figure.subplots(2, height_ratios=(4, 1), sharex=True)
    stages = [*evaluation.stages()]
    labels = [stage.label for stage in stages]
    curve.plot(labels, [one.recalled for one in stages], "o-", label="recalled", color=_BASELINE)
    curve.plot(labels, [one.predicted for one in stages], "o-", label="predicted", color=_MODEL)
    curve.set(ylabel="share of right answers", title="Recall by elapsed time", ylim=(0, 1))
    curve.legend()
    counts.bar(labels, [one.events for one in stages], color=_BASELINE)
    counts.set(xlabel="since a skill of the item was practised, from", ylabel="answers")
    return figure


def _calibration(evaluation: Evaluation) -> Figure:
    figure = Figure((6.0, 7.0), layout="constrained")
    curve, counts = figure.subplots(2, height_ratios=(4, 1), sharex=True)
    judged = evaluation.prequential
    curve.plot([0, 1], [0, 1], color="black", linewidth=0.5)
    _reliability(curve, judged.baseline, judged.outcome, "item mean", _BASELINE)
    _reliability(curve, judged.trial.predicted, judged.outcome, "prequential", _MODEL)
    if apart := evaluation.held_out:
        _reliability(curve, apart.trial.predicted, apart.outcome, "held-out users", _HELD_OUT)
    curve.set(ylabel="share of successes", title=f"Calibration, {BINS} bins", ylim=(0, 1))
    curve.legend()
    both = [judged.baseline, judged.trial.predicted]
    counts.hist(both, BINS, range=(0, 1), color=[_BASELINE, _MODEL])
    counts.set(xlabel="predicted", ylabel="answers", xlim=(0, 1))
    return figure


def _reliability(axes: Axes, predicted: Numbers, outcome: Numbers, label: str, color: str) -> None:
    """Mean outcome over mean prediction, a point a bin."""
    group = bins_of(predicted)
    events = np.bincount(group, minlength=BINS)
    seen = events > 0
    x, y = (np.bincount(group, v, BINS)[seen] / events[seen] for v in (predicted, outcome))
    axes.plot(x, y, marker="o", label=label, color=color)


def _cold_start(evaluation: Evaluation) -> Figure:
    figure = Figure((10.0, 4.5), layout="constrained")
    of_learner, of_item = figure.subplots(1, 2, sharey=True)
    shown = evaluation.answers, evaluation.prequential
    _stages(of_learner, by_learner(*shown), "answers of the learner before")
    _stages(of_item, by_item(*shown), "answers to the item before")
    of_learner.set_ylabel("AUC, prequential")
    of_learner.legend()
    return figure


def _stages(axes: Axes, stages: Sequence[Stage], label: str) -> None:
    ticks = [f"{stage.label}\n{stage.events:,}" for stage in stages]
    undefined = float("nan")
    base = [undefined if s.auc_of_baseline is None else s.auc_of_baseline for s in stages]
    model = [undefined if s.auc is None else s.auc for s in stages]
    axes.plot(ticks, base, marker="o", label="item mean", color=_BASELINE)
    axes.plot(ticks, model, marker="o", label="success model", color=_MODEL)
    axes.set_xlabel(f"{label} (below: how many)")
