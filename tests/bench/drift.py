"""Which drift detector, and what the guard makes of it: planted faults on simulated streams.

    PYTHONPATH=.:tests python -m bench.drift [--runs 20]

First table: detectors of River on the difference between the model's loss and its baseline's, event
by event or averaged over blocks and in standard deviations, and the plain test over a window. Each
cell: median of the events until the first alarm after the fault, and in how many runs there was
none within 3,000. False alarms are counted without any fault, and where all gets harder.

Second table: what the guard did, and what it was worth: mean loss, less that of the baseline, over
the 6,000 events after the fault, of the model itself and of what served. The last line is a model
that is never better than its baseline: its predictions are those of the baseline with noise.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from math import isfinite
from random import Random
from statistics import fmean, median

from harness.faults import FAULTS, observations
from river import drift
from river.base import DriftDetector

from online_models.guard import PutAside
from online_models.monitor import QualityMonitor
from online_models.observation import Observation
from online_models.prequential import Prequential
from online_models.trial import BLOCK, OUTLIER, Trial

BEFORE, AFTER, WITHIN = 6000, 6000, 3000
Run = list[Observation]
Alarms = Callable[[Sequence[float]], list[int]]
"""Differences of losses -> numbers of the events at which there was an alarm."""


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()
    runs = {
        fault: [
            list(observations(fault, BEFORE, BEFORE + AFTER, seed)) for seed in range(options.runs)
        ]
        for fault in FAULTS
    }
    _compare(runs)
    print()
    _guarded(runs, options.runs)


def _run(fault: str, seed: int) -> Run:
    return list(observations(fault, BEFORE, BEFORE + AFTER, seed))


def _compare(runs: dict[str, list[Run]]) -> None:
    faults = ("flipped", "mixed up", "noisy")
    differences = {
        fault: [_differences(run) for run in runs[fault]] for fault in ("none", "harder", *faults)
    }
    print(f"{'detector':38s}", *(f"{one:>17s}" for one in faults), "  false alarms a million")
    for name, alarms in DETECTORS.items():
        cells = [_delay([alarms(run) for run in differences[fault]]) for fault in faults]
        false = [_rate(alarms, differences[fault]) for fault in ("none", "harder")]
        told = [f"{cell:>17s}" for cell in cells] + [f"{one:8.1f}" for one in false]
        print(f"{name:38s}", *told)


def _differences(run: Run) -> list[float]:
    scored = Prequential()
    return [scored.update(one.predicted, one.baseline, one.observed) for one in run]


def _delay(found: Sequence[list[int]]) -> str:
    firsts = [next((at - BEFORE for at in alarms if at > BEFORE), AFTER) for alarms in found]
    missed = sum(first > WITHIN for first in firsts)
    middle = median(firsts)
    told = f"{middle:.0f}" if middle <= WITHIN else "-"
    return f"{told} ({missed} missed)" if missed else told


def _rate(alarms: Alarms, differences: Sequence[Sequence[float]]) -> float:
    return 1e6 * fmean(len(alarms(run)) for run in differences) / (BEFORE + AFTER)


def _each(make: Callable[[], DriftDetector]) -> Alarms:
    def alarms(differences: Sequence[float]) -> list[int]:
        detector = make()
        found = []
        for n, value in enumerate(differences, 1):
            detector.update(value)
            if detector.drift_detected:
                found.append(n)
        return found

    return alarms


def _in_blocks(make: Callable[[], DriftDetector]) -> Alarms:
    def alarms(differences: Sequence[float]) -> list[int]:
        values = [value or 0.0 for value in _standardised(_blocks(differences))]
        return [BLOCK * n for n in _each(make)(values)]

    return alarms


def _blocks(differences: Sequence[float]) -> list[float]:
    starts = range(0, len(differences) - BLOCK + 1, BLOCK)
    return [fmean(differences[start : start + BLOCK]) for start in starts]


def _standardised(means: Sequence[float]) -> Iterator[float]:
    weight = total = squares = 0.0
    for n, mean in enumerate(means):
        center = total / weight if weight else 0.0
        spread = max(squares / weight - center**2, 0.0) ** 0.5 if weight else 0.0
        value = (mean - center) / spread if spread and n >= BLOCK else 0.0
        yield max(-OUTLIER, min(OUTLIER, value))
        keep = 1 - BLOCK / 5000
        weight, total = weight * keep + 1, total * keep + mean
        squares = squares * keep + mean * mean


def _window(limit: float) -> Alarms:
    def alarms(differences: Sequence[float]) -> list[int]:
        trial, found, worse = Trial(), [], False
        for n, mean in enumerate(_blocks(differences), 1):
            trial.add(mean)
            if trial.short.margin >= limit and not worse:
                found.append(BLOCK * n)
            worse = trial.short.margin >= limit or (worse and trial.short.margin > 0)
        return found

    return alarms


def _page(slack: float, threshold: float) -> Callable[[], drift.PageHinkley]:
    return lambda: drift.PageHinkley(1, slack, threshold, mode="up")


DETECTORS: dict[str, Alarms] = {
    "ADWIN 0.002, events": _each(lambda: drift.ADWIN(0.002)),
    "ADWIN 0.0001, events": _each(lambda: drift.ADWIN(0.0001)),
    "ADWIN 0.002, blocks": _in_blocks(lambda: drift.ADWIN(0.002, clock=1)),
    "ADWIN 0.0001, blocks": _in_blocks(lambda: drift.ADWIN(0.0001, clock=1)),
    "PageHinkley 0.005 / 50, events": _each(_page(0.005, 50)),
    "PageHinkley 0.05 / 20, events": _each(_page(0.05, 20)),
    "PageHinkley 0.25 / 15, blocks": _in_blocks(_page(0.25, 15)),
    "PageHinkley 0.5 / 8, blocks": _in_blocks(_page(0.5, 8)),
    "PageHinkley 0.5 / 12, blocks (chosen)": _in_blocks(_page(0.5, 12)),
    "PageHinkley 1 / 8, blocks": _in_blocks(_page(1, 8)),
    "window of 500, 3 standard errors": _window(3),
    "window of 500, 4 standard errors": _window(4),
}


def _guarded(runs: dict[str, list[Run]], count: int) -> None:
    heads = f"{'put aside':>12s}{'median delay':>14s}{'back':>6s}{'model':>9s}{'served':>9s}"
    print(f"{'fault':18s}{heads}")
    for fault, found in runs.items():
        _report(fault, [_guard(run) for run in found])
    hopeless = [list(_hopeless(seed)) for seed in range(count)]
    _report("never better", [_guard(run) for run in hopeless])


def _report(fault: str, found: Sequence[tuple[list[float], list[float], float, float]]) -> None:
    firsts = [aside[0] for aside, *_ in found if aside]
    delay = f"{median(firsts) - BEFORE:.0f}" if firsts else "-"
    model, served = (fmean(one[place] for one in found) for place in (2, 3))
    returns = sum(len(back) for _, back, *_ in found)
    share = f"{len(firsts)} of {len(found)}"
    print(f"{fault:18s}{share:>12s}{delay:>14s}{returns:6d}{model:9.3f}{served:9.3f}")


def _guard(run: Run) -> tuple[list[float], list[float], float, float]:
    """When the model was put aside and came back; loss less the baseline's, model's and served."""
    monitor, scored = QualityMonitor(), Prequential()
    model = served = 0.0
    aside, back = [], []
    for n, one in enumerate(run):
        serves = "success" not in monitor.put_aside
        excess = 0.0
        if isfinite(one.predicted):
            excess = scored.update(one.predicted, one.baseline, one.observed)
        if n >= BEFORE:
            model += excess
            served += excess * serves
        monitor.observe(one, float(n + 1))
        for _, standing in monitor.changes():
            (aside if isinstance(standing, PutAside) else back).append(n + 1.0)
    return aside, back, model / AFTER, served / AFTER


def _hopeless(seed: int) -> Iterator[Observation]:
    rng = Random(seed)
    for _ in range(BEFORE + AFTER):
        baseline = rng.uniform(0.2, 0.9)
        predicted = max(0.01, min(0.99, baseline + rng.gauss(0, 0.1)))
        yield Observation("success", predicted, baseline, float(rng.random() < baseline))


if __name__ == "__main__":
    main()
