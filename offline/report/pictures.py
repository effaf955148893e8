"""Where things lie in the pictures: coordinates in the units of an SVG's view box."""

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

import numpy as np

from offline.answers import Numbers
from offline.proof.bootstrap import Difference
from offline.proof.measures import MEASURES, cross_entropy
from offline.proof.rows import RowTable
from offline.scores import BINS, bins_of

FOREST_WIDTH = 400.0
_REACH = 0.46
"""Of the width, on either side of the line of no difference."""
SQUARE = 220.0
TIME_WIDTH, TIME_HEIGHT = 400.0, 120.0
PARTS = 12
"""Of the predictions in the window, equally many each."""


def forest(found: Sequence[Difference]) -> dict[str, Any]:
    """Differences of one unit each, as shares of what the live models have, on one scale."""
    shares = [(one, _share(one)) for one in found]
    ends = [abs(end) for _, share in shares for end in share if isfinite(end)]
    reach = max(ends, default=0.0) or 1.0
    scale = _REACH * FOREST_WIDTH / reach
    return {
        "width": FOREST_WIDTH,
        "middle": FOREST_WIDTH / 2.0,
        "reach": f"{reach:.1%}",
        "rows": [_bar(one, share, scale) for one, share in shares],
    }


def _share(one: Difference) -> tuple[float, float, float]:
    """(low, middle, high) of how much better, as shares of the live value."""
    of = abs(one.live) or 1.0
    return one.interval.low / of, one.better_by / of, one.interval.high / of


def _bar(one: Difference, share: tuple[float, float, float], scale: float) -> dict[str, Any]:
    low, middle, high = (
        FOREST_WIDTH / 2.0 + (end if isfinite(end) else 0.0) * scale for end in share
    )
    return {
        "label": one.model if one.axis == "all" else one.slice,
        "measure": title_of(one),
        "low": round(low, 1),
        "at": round(middle, 1),
        "high": round(high, 1),
        "way": way_of(one),
        "text": f"{share[1]:+.2%}",
        "events": f"{one.events:,}",
        "learners": f"{one.learners:,}",
    }


def way_of(one: Difference) -> str:
    """Whether the interval says "better", "worse", or neither ("even")."""
    if one.interval.low > 0.0:
        return "better"
    return "worse" if one.interval.high < 0.0 else "even"


def title_of(one: Difference) -> str:
    """The usual name of a measure."""
    return next(m.title for m in MEASURES[one.model] if m.name == one.measure)


def calibration(rows: RowTable) -> dict[str, Any]:
    """Share of successes over mean prediction, a point a bin, of both arms."""
    outcome = rows.column("outcome")
    arms = {arm: rows.column(arm) for arm in ("live", "candidate")}
    return {
        "side": SQUARE,
        "arms": [
            {"name": name, "points": [*_reliability(predicted, outcome)]}
            for name, predicted in arms.items()
        ],
    }


def _reliability(predicted: Numbers, outcome: Numbers) -> Iterator[dict[str, float]]:
    group = bins_of(predicted)
    events = np.bincount(group, minlength=BINS)
    most = events.max()
    for place in np.flatnonzero(events).tolist():
        inside = group == place
        size = float(events[place] / most) ** 0.5
        yield {
            "x": round(float(predicted[inside].mean()) * SQUARE, 1),
            "y": round((1.0 - float(outcome[inside].mean())) * SQUARE, 1),
            "r": round(1.5 + 4.0 * size, 1),
        }


def over_time(rows: RowTable) -> dict[str, Any]:
    """How much less the candidate loses than live, from the first predictions to the last."""
    outcome = rows.column("outcome")
    gain = cross_entropy(rows.column("live"), outcome) - cross_entropy(
        rows.column("candidate"), outcome
    )
    part = np.empty(len(gain), np.int64)
    part[np.argsort(rows.column("at"), kind="stable")] = np.arange(len(gain)) * PARTS // len(gain)
    events = np.bincount(part, minlength=PARTS)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.bincount(part, gain, PARTS) / events
    reach = float(np.nanmax(np.abs(means))) or 1.0
    step = TIME_WIDTH / PARTS
    bars = [_column(place, means[place] / reach, step) for place in np.flatnonzero(events).tolist()]
    return {
        "width": TIME_WIDTH,
        "height": TIME_HEIGHT,
        "middle": TIME_HEIGHT / 2.0,
        "reach": f"{reach:.4f}",
        "bars": bars,
    }


def _column(place: int, share: float, step: float) -> dict[str, Any]:
    size = abs(share) * TIME_HEIGHT / 2.0
    top = TIME_HEIGHT / 2.0 - size if share >= 0.0 else TIME_HEIGHT / 2.0
    return {
        "x": round(place * step + 0.1 * step, 1),
        "y": round(top, 1),
        "width": round(0.8 * step, 1),
        "height": round(max(size, 0.5), 1),
        "way": "better" if share >= 0.0 else "worse",
    }
