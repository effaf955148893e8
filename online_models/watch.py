"""The quality of one model: measured, tested against its baseline, judged."""

from collections.abc import Mapping, Sequence
from math import inf
from typing import NamedTuple

from online_models.contract import Numbers
from online_models.guard import (
    MATTERS_NATS,
    MATTERS_SHARE,
    Moment,
    PutAside,
    Reason,
    Serving,
    Standing,
    is_standing,
    judge,
    numbers_of,
    standing_of,
)
from online_models.observation import Observation
from online_models.prequential import CELL, N_TOTALS, Prequential
from online_models.trial import BLOCK, Trial
from online_models.trial import WIDTH as TRIAL_WIDTH

LIMIT = 1e6
"""Largest magnitude of what is no probability; no log minutes, no gain comes near it."""


class Signs(NamedTuple):
    """What was noticed of a model, beside its losses."""

    drifts: float = 0.0
    """How often its loss rose against its baseline's."""
    drift_events: float = 0.0
    """Outcomes that were scored before the last time of them."""
    drift_at: float = 0.0
    """POSIX seconds of it."""
    invalid: float = 0.0
    """How often a prediction or a parameter was unusable."""
    invalid_events: float = 0.0
    """Outcomes that were scored before the last time of them."""


MAIN_WIDTH = N_TOTALS + 3 + len(Signs._fields)
_SIGNS = N_TOTALS + 3
MAIN, TRIAL, STANDING = "", ":trial", ":standing"
"""Rows of numbers beside those of the bins; what follows the model in their names."""


class Watch:
    """One model's quality.

    Args:
        bins: Of its predictions; 0 where they are no probabilities.
    """

    def __init__(self, bins: int) -> None:
        self.measured = Prequential(bins)
        self.trial = Trial()
        self.standing: Standing = Serving()
        self.signs = Signs()
        self.at = 0.0
        """Time of the newest outcome, POSIX seconds; 0 before the first."""
        self._bins = bins
        self._low, self._high = (0.0, 1.0) if bins else (-LIMIT, LIMIT)
        self._count = 0
        self._excess = 0.0
        self._changed: set[str] = set()

    def observe(self, one: Observation, at: float) -> bool:
        """Score a prediction whose event was at `at`; whether the standing has changed.

        What was not observed properly is left out.
        """
        low, high = self._low, self._high
        if not (low <= one.observed <= high and low <= one.baseline <= high):
            return False
        self.at = at
        self._changed.add(MAIN)
        if not low <= one.predicted <= high:
            return self.spoil()
        self._excess += self.measured.update(one.predicted, one.baseline, one.observed, one.level)
        self._count += 1
        return self._count == BLOCK and self._close_block()

    def spoil(self) -> bool:
        """A prediction or a parameter was unusable; whether the standing has changed."""
        now = self._now()
        self.signs = self.signs._replace(
            invalid=self.signs.invalid + 1.0, invalid_events=now.events
        )
        self._changed.add(MAIN)
        if isinstance(self.standing, PutAside):
            return False
        self._stand(PutAside(Reason.INVALID, now))
        return True

    def _close_block(self) -> bool:
        now = self._now()
        self._changed.add(TRIAL)
        if self.trial.add(self._excess / BLOCK):
            drifts = self.signs.drifts + 1.0
            self.signs = self.signs._replace(
                drifts=drifts, drift_events=now.events, drift_at=now.at
            )
        self._count, self._excess = 0, 0.0
        clean = now.events - self.signs.invalid_events if self.signs.invalid else inf
        standing = judge(self.standing, self.trial, now, clean, self._matters())
        if standing is self.standing:
            return False
        self._stand(standing)
        return True

    def _matters(self) -> float:
        """The smallest difference of losses that is worth a change."""
        return MATTERS_NATS if self._bins else MATTERS_SHARE * self.measured.baseline_loss

    def _stand(self, standing: Standing) -> None:
        """What comes is tested by itself: what brought a model here says nothing any more."""
        self.standing = standing
        self.trial = Trial()
        self._changed |= {TRIAL, STANDING}

    def _now(self) -> Moment:
        return Moment(self.measured.events, self.at)

    def numbers(self) -> Numbers:
        """Everything, by what follows the model in the names."""
        rows = {name: self._row(name) for name in (MAIN, TRIAL, STANDING)}
        return {name: row for name, row in rows.items() if row} | _named(self.measured.cells())

    def changes(self) -> Numbers:
        """What has changed since the last call or `adopt`; () for what is zero again."""
        if not self._changed:
            return {}
        changed, self._changed = sorted(self._changed), set()
        rows = {name: self._row(name) for name in changed}
        return rows | _named(self.measured.changed_cells())

    def _row(self, name: str) -> tuple[float, ...]:
        """Numbers of one row; () where all are zero."""
        if name == MAIN:
            open_block = float(self._count), self._excess
            row = (*self.measured.totals(), *open_block, self.at, *self.signs)
        else:
            row = self.trial.numbers() if name == TRIAL else numbers_of(self.standing)
        return row if any(row) else ()

    def adopt(self, rows: Mapping[str, Sequence[float]]) -> None:
        """Know exactly the `numbers()` of another; each of them `fits`."""
        main = rows.get(MAIN, (0.0,) * MAIN_WIDTH)
        cells = {int(name[1:]): row for name, row in rows.items() if name.startswith("/")}
        self.measured.adopt(main[:N_TOTALS], cells)
        self._count, self._excess, self.at = int(main[N_TOTALS]), *main[N_TOTALS + 1 : _SIGNS]
        self.signs = Signs(*main[_SIGNS:])
        self.trial.adopt(rows.get(TRIAL, (0.0,) * TRIAL_WIDTH))
        self.standing = standing_of(rows.get(STANDING, ()))
        self._changed = set()


def fits(name: str, row: Sequence[float], bins: int) -> bool:
    """Whether a `Watch` of so many bins can have such a row."""
    if name.startswith("/"):
        return name[1:].isdecimal() and int(name[1:]) < bins and len(row) == CELL
    if name == STANDING:
        return is_standing(row)
    return len(row) == {MAIN: MAIN_WIDTH, TRIAL: TRIAL_WIDTH}.get(name)


def _named(cells: Mapping[int, tuple[float, ...]]) -> Numbers:
    return {f"/{place}": cell for place, cell in cells.items()}
