"""Differences of two arms with intervals: Poisson bootstrap over learners, paired.

Each resample counts a learner n times, n drawn from Poisson(1), with all rows and in both arms
(Hanley, MacGibbon, Computer Methods and Programs in Biomedicine 83, 2006). All measures of all
slices see the same resamples.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from offline.answers import Numbers, Places
from offline.proof.measures import Measure
from offline.proof.rows import RowTable

RESAMPLES = 1000
_AT_ONCE = 50
_LOW, _HIGH = 0.025, 0.975


class Slice(NamedTuple):
    """Rows of one model that are judged together."""

    model: str
    axis: str
    """One of `offline.proof.gate.AXES`, whose members are told apart by name."""
    name: str
    rows: RowTable


class Interval(NamedTuple):
    """95 %, by percentiles."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of one slice, of both arms."""

    model: str
    axis: str
    slice: str
    measure: str
    events: int
    learners: int
    live: float
    candidate: float
    better_by: float
    """Positive where the candidate is the better one, in the unit of the measure."""
    interval: Interval
    """Of `better_by`."""
    spread: float
    """Its standard error."""


def differences(
    slices: Sequence[Slice], measures: Mapping[str, tuple[Measure, ...]], seed: int = 1
) -> list[Difference]:
    """Every measure of every slice, in order; slices without rows are left out."""
    judged = [Judging(one, m) for one in slices if len(one.rows) for m in measures[one.model]]
    draw(judged, seed)
    return [one.difference() for one in judged]


def draw(judged: Sequence["Judging"], seed: int, resamples: int = RESAMPLES) -> None:
    """Measure each of `judged` in the same resamples."""
    most = max((int(one.learners.max()) + 1 for one in judged), default=0)
    rng = np.random.default_rng(seed)
    for start in range(0, resamples, _AT_ONCE):
        size = min(_AT_ONCE, resamples - start)
        times = rng.poisson(1.0, (size, most)).astype(np.float64)
        for one in judged:
            one.resample(times)


class Judging:
    """A measure of both arms on one slice, and its resamples."""

    def __init__(self, of: Slice, measure: Measure) -> None:
        self._slice, self._measure = of, measure
        rows = of.rows
        self.learners, place = np.unique(rows.learner, return_inverse=True)
        outcome = rows.column("outcome")
        self._values: list[Callable[[Numbers], Numbers]] = []
        self._sums: list[Numbers] = []
        for arm in ("live", "candidate"):  # one after the other: what is summed takes much room
            prepared = measure.prepare(rows.column(arm), outcome)
            self._values.append(prepared.value)
            self._sums.append(_by_learner(prepared.rows, place, len(self.learners)))
        self._found: list[Numbers] = []
        self._own: list[Numbers] = []

    def resample(self, times: Numbers) -> None:
        """Measure where learner l counts `times[:, l]` times."""
        drawn = times[:, self.learners]
        sums = [drawn @ each for each in self._sums]
        with np.errstate(invalid="ignore", divide="ignore"):
            self._found.append(self._better(sums))
            self._own.append(self._values[1](sums[1]))

    def _better(self, sums: Sequence[Numbers]) -> Numbers:
        live, candidate = (value(each) for value, each in zip(self._values, sums, strict=True))
        found: Numbers = self._measure.loss(live) - self._measure.loss(candidate)
        return found

    def of_candidate(self) -> Interval:
        """Where the candidate's own measure lies."""
        return _interval(self._own)

    def difference(self) -> Difference:
        """What came out."""
        whole = [sums.sum(axis=0) for sums in self._sums]
        with np.errstate(invalid="ignore", divide="ignore"):
            live, candidate = (
                float(value(each)) for value, each in zip(self._values, whole, strict=True)
            )
            better = float(self._better(whole))
        found = _finite(self._found)
        return Difference(
            model=self._slice.model,
            axis=self._slice.axis,
            slice=self._slice.name,
            measure=self._measure.name,
            events=len(self._slice.rows),
            learners=len(self.learners),
            live=live,
            candidate=candidate,
            better_by=better,
            interval=_interval(self._found),
            spread=float(found.std(ddof=1)) if len(found) > 1 else float("nan"),
        )


def _by_learner(rows: Numbers, place: Places, learners: int) -> Numbers:
    """(learners, k): sums of the rows, (n, k), of each."""
    return np.column_stack([np.bincount(place, column, learners) for column in rows.T])


def _finite(parts: Sequence[Numbers]) -> Numbers:
    found = np.concatenate(parts) if parts else np.empty(0)
    return found[np.isfinite(found)]


def _interval(parts: Sequence[Numbers]) -> Interval:
    found = _finite(parts)
    if not len(found):
        return Interval(float("nan"), float("nan"))
    return Interval(*np.quantile(found, [_LOW, _HIGH]).tolist())
